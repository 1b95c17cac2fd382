"""fsspec s3fs with default settings: a file system's operations, byte for byte."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import s3fs
from checks import Checks, equal, random_bytes
from repos import OLD_MODEL, SHARDS, files_of

MIB = 1024 * 1024
BUCKET = "s3fs-client"
fs = s3fs.S3FileSystem()
checks = Checks()


def buckets():
    fs.mkdir(BUCKET)
    assert fs.exists(BUCKET) and fs.isdir(BUCKET)
    assert not fs.exists("not-there-at-all")
    assert BUCKET in fs.ls("")


def small_files():
    for seed, name in enumerate(["plain", "deep/er/file", "sp ace/plus+sign/per%20cent", "ünï/😀.txt"]):
        for size in (0, 1, 70_000):
            data = random_bytes(size, seed)
            fs.pipe(f"{BUCKET}/{name}", data)
            equal(fs.cat(f"{BUCKET}/{name}"), data)
            equal((fs.size(f"{BUCKET}/{name}"), fs.isfile(f"{BUCKET}/{name}")), (size, True))
    try:
        fs.cat(f"{BUCKET}/missing")
    except FileNotFoundError:
        return
    raise AssertionError("a missing file was read")


def large_file():
    data = random_bytes(60 * MIB, 5)
    with fs.open(f"{BUCKET}/large", "wb") as file:
        for start in range(0, len(data), 7 * MIB):
            file.write(data[start : start + 7 * MIB])
    equal(fs.cat(f"{BUCKET}/large"), data)
    with fs.open(f"{BUCKET}/large", "rb") as file:
        file.seek(50 * MIB - 10)
        equal(file.read(20), data[50 * MIB - 10 : 50 * MIB + 10])
    equal(fs.cat_file(f"{BUCKET}/large", start=-100), data[-100:])
    equal(fs.cat_ranges([f"{BUCKET}/large"] * 2, [0, MIB], [10, MIB + 5]), [data[:10], data[MIB : MIB + 5]])


def large_copy():
    data = fs.cat(f"{BUCKET}/large")
    fs.copy(f"{BUCKET}/large", f"{BUCKET}/large copy")
    equal(fs.cat(f"{BUCKET}/large copy"), data)


def append():
    fs.pipe(f"{BUCKET}/log", random_bytes(6 * MIB, 6))
    with fs.open(f"{BUCKET}/log", "ab") as file:
        file.write(random_bytes(6 * MIB, 7))
    equal(fs.cat(f"{BUCKET}/log"), random_bytes(6 * MIB, 6) + random_bytes(6 * MIB, 7))


def folders():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a", "b/c", "b/d/e"):
            os.makedirs(os.path.dirname(f"{folder}/in/{name}"), exist_ok=True)
            with open(f"{folder}/in/{name}", "wb") as file:
                file.write(name.encode() * 1000)
        fs.put(f"{folder}/in/", f"{BUCKET}/tree/", recursive=True)
        fs.get(f"{BUCKET}/tree/", f"{folder}/out/", recursive=True)
        for name in ("a", "b/c", "b/d/e"):
            with open(f"{folder}/out/{name}", "rb") as file:
                equal(file.read(), name.encode() * 1000)
    equal(fs.find(f"{BUCKET}/tree"), [f"{BUCKET}/tree/{name}" for name in ("a", "b/c", "b/d/e")])
    equal(sorted(fs.ls(f"{BUCKET}/tree", refresh=True)), [f"{BUCKET}/tree/a", f"{BUCKET}/tree/b"])
    equal(fs.glob(f"{BUCKET}/tree/**/e"), [f"{BUCKET}/tree/b/d/e"])
    equal([(root, sorted(names)) for root, names, _ in fs.walk(f"{BUCKET}/tree")][0], (f"{BUCKET}/tree", ["b"]))
    equal(fs.du(f"{BUCKET}/tree"), (1 + 3 + 5) * 1000)
    fs.touch(f"{BUCKET}/folder/")
    assert fs.isdir(f"{BUCKET}/folder")


def copies_and_moves():
    fs.pipe(f"{BUCKET}/one", b"bytes to copy")
    fs.copy(f"{BUCKET}/one", f"{BUCKET}/two é")
    fs.mv(f"{BUCKET}/two é", f"{BUCKET}/three")
    equal((fs.cat(f"{BUCKET}/three"), fs.exists(f"{BUCKET}/two é")), (b"bytes to copy", False))


def metadata():
    with fs.open(f"{BUCKET}/meta", "wb", ContentType="text/x-test", Metadata={"colour": "blue"}) as file:
        file.write(b"m")
    equal((fs.metadata(f"{BUCKET}/meta", refresh=True), fs.info(f"{BUCKET}/meta")["ContentType"]), ({"colour": "blue"}, "text/x-test"))
    fs.setxattr(f"{BUCKET}/meta", shape="round")
    equal(fs.metadata(f"{BUCKET}/meta", refresh=True), {"colour": "blue", "shape": "round"})


def tags():
    fs.put_tags(f"{BUCKET}/one", {"colour": "blue"})
    equal(fs.get_tags(f"{BUCKET}/one"), {"colour": "blue"})


def exclusive_create():
    with fs.open(f"{BUCKET}/once", "xb") as file:
        file.write(b"first")
    try:
        with fs.open(f"{BUCKET}/once", "xb") as file:
            file.write(b"second")
    except FileExistsError:
        equal(fs.cat(f"{BUCKET}/once"), b"first")
        return
    raise AssertionError("a file was created twice")


def signed_url():
    import urllib.request

    with urllib.request.urlopen(fs.sign(f"{BUCKET}/one")) as answer:
        equal(answer.read(), b"bytes to copy")


def deletes():
    fs.rm(f"{BUCKET}/one")
    assert not fs.exists(f"{BUCKET}/one")
    fs.rm(f"{BUCKET}/tree", recursive=True)
    equal(fs.find(f"{BUCKET}/tree"), [])
    fs.rm(BUCKET, recursive=True)
    fs.invalidate_cache()
    assert not fs.exists(BUCKET)


def repos():
    files = files_of("shards")
    equal(fs.find(SHARDS), sorted((f"{SHARDS}/{name}" for name in files), key=str.encode))
    shards = fs.glob(f"{SHARDS}/data/train-*.bin")
    equal(shards, [f"{SHARDS}/data/train-00000.bin", f"{SHARDS}/data/train-00001.bin"])
    for shard in shards:
        with fs.open(shard, "rb", block_size=MIB) as file:
            pieces = list(iter(lambda: file.read(100_000), b""))
        equal(b"".join(pieces), files[shard.removeprefix(f"{SHARDS}/")])
    equal(fs.cat(f"{OLD_MODEL}/pytorch_model.bin"), files_of("old")["pytorch_model.bin"])
    equal(fs.cat(f"{SHARDS}--at--next--try/README.md"), files_of("shards-next")["README.md"])
    try:
        fs.pipe(f"{SHARDS}/new", b"x")
    except PermissionError as error:
        assert "only reads" in str(error), error
        return
    raise AssertionError("a repo was written to")


for check in (
    buckets,
    small_files,
    large_file,
    large_copy,
    append,
    folders,
    copies_and_moves,
    metadata,
    tags,
    exclusive_create,
    signed_url,
    deletes,
    repos,
):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
