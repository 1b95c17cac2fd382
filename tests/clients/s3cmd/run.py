"""s3cmd with default settings: put, get, sync, info, modify, signed URLs, byte for byte."""

import os
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from commands import command, content, folder, home, same_files, work

MIB = 1024 * 1024
BUCKET = "s3://s3cmd-client"
HOST = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
(home / ".s3cfg").write_text(
    f"""[default]
access_key = {os.environ["AWS_ACCESS_KEY_ID"]}
secret_key = {os.environ["AWS_SECRET_ACCESS_KEY"]}
host_base = {HOST}
host_bucket = {HOST}
use_https = False
"""
)
s3cmd = command(os.environ["S3CMD"], LANG="C.UTF-8", LC_ALL="C.UTF-8")
checks = Checks()
FILES = {
    "empty": b"",
    "one": b"1",
    "deep/er/file.bin": random_bytes(300_000, 1),
    "sp ace/ü 😀+%20&.txt": random_bytes(5_000, 2),
    "a.txt": b"a",
    "a/b.txt": b"ab",
}


def buckets():
    s3cmd("mb", BUCKET)
    assert BUCKET in s3cmd("ls")
    assert "NoSuchBucket" in s3cmd("ls", "s3://not-there-at-all", ok=False)
    info = s3cmd("info", BUCKET)
    assert "Location:  us-east-1" in info, info


def single_files():
    root = folder("source", FILES)
    for number, (name, data) in enumerate(FILES.items()):
        s3cmd("put", root / name, f"{BUCKET}/single/{name}")
        s3cmd("get", f"{BUCKET}/single/{name}", work / f"got{number}")
        equal((work / f"got{number}").read_bytes(), data)
    s3cmd("get", f"{BUCKET}/missing", work / "missing", ok=False)


def sync():
    root = folder("source", FILES)
    s3cmd("sync", f"{root}/", f"{BUCKET}/tree/")
    s3cmd("sync", f"{BUCKET}/tree/", f"{work}/back/")
    same_files(content(work / "back"), FILES)
    equal(s3cmd("sync", f"{root}/", f"{BUCKET}/tree/").count("upload:"), 0)
    (root / "one").unlink()
    (root / "a.txt").write_bytes(b"changed")
    s3cmd("sync", "--delete-removed", f"{root}/", f"{BUCKET}/tree/")
    s3cmd("sync", "--delete-removed", f"{BUCKET}/tree/", f"{work}/back/")
    same_files(content(work / "back"), content(root))


def times():
    root = folder("times", {"file": b"old file"})
    os.utime(root / "file", (981_173_106, 981_173_106))
    s3cmd("sync", f"{root}/", f"{BUCKET}/times/")
    s3cmd("sync", f"{BUCKET}/times/", f"{work}/times-back/")
    equal(int((work / "times-back/file").stat().st_mtime), 981_173_106)


def large_file():
    data = random_bytes(40 * MIB, 3)
    root = folder("large", {"large.bin": data})
    s3cmd("put", root / "large.bin", f"{BUCKET}/large.bin")
    s3cmd("get", f"{BUCKET}/large.bin", work / "large-back")
    equal((work / "large-back").read_bytes(), data)
    s3cmd("cp", f"{BUCKET}/large.bin", f"{BUCKET}/large copy.bin")
    s3cmd("get", f"{BUCKET}/large copy.bin", work / "large-copy")
    equal((work / "large-copy").read_bytes(), data)
    equal(s3cmd("multipart", BUCKET).count("large"), 0)


def resume():
    data = (work / "large/large.bin").read_bytes()
    (work / "half").write_bytes(data[: 20 * MIB])
    s3cmd("get", "--continue", f"{BUCKET}/large.bin", work / "half")
    equal((work / "half").read_bytes(), data)


def copies_and_moves():
    data = random_bytes(70_000, 4)
    root = folder("move", {"file": data})
    s3cmd("put", root / "file", f"{BUCKET}/move/one")
    s3cmd("cp", f"{BUCKET}/move/one", f"{BUCKET}/move/two")
    s3cmd("mv", f"{BUCKET}/move/two", f"{BUCKET}/move/three é")
    names = [line.split("/move/")[1] for line in s3cmd("ls", f"{BUCKET}/move/").splitlines()]
    equal(names, ["one", "three é"])
    s3cmd("get", f"{BUCKET}/move/three é", work / "three")
    equal((work / "three").read_bytes(), data)


def metadata():
    root = folder("meta", {"file": b"with metadata"})
    s3cmd("put", "--mime-type=text/x-test", "--add-header=x-amz-meta-colour:blue", root / "file", f"{BUCKET}/meta")
    info = s3cmd("info", f"{BUCKET}/meta")
    assert "text/x-test" in info and "blue" in info, info
    s3cmd("modify", "--add-header=x-amz-meta-shape:round", "--add-header=Cache-Control:max-age=5", f"{BUCKET}/meta")
    info = s3cmd("info", f"{BUCKET}/meta")
    assert "blue" in info and "round" in info, info
    s3cmd("modify", "--remove-header=x-amz-meta-colour", f"{BUCKET}/meta")
    info = s3cmd("info", f"{BUCKET}/meta")
    assert "blue" not in info and "round" in info, info
    s3cmd("get", f"{BUCKET}/meta", work / "meta-back")
    equal((work / "meta-back").read_bytes(), b"with metadata")


def signed_url():
    url = s3cmd("signurl", f"{BUCKET}/meta", "+60").strip()
    with urllib.request.urlopen(url) as answer:
        equal(answer.read(), b"with metadata")


def stream():
    data = random_bytes(20 * MIB, 5)
    s3cmd("put", "-", f"{BUCKET}/streamed", stdin=data)
    s3cmd("get", f"{BUCKET}/streamed", work / "streamed")
    equal((work / "streamed").read_bytes(), data)


def listings():
    names = [line.split(BUCKET + "/")[1] for line in s3cmd("ls", "--recursive", f"{BUCKET}/tree/").splitlines()]
    equal(sorted(names), sorted(f"tree/{name}" for name in content(work / "source")))
    assert f"DIR  {BUCKET}/tree/deep/" in s3cmd("ls", f"{BUCKET}/tree/")
    equal(s3cmd("du", f"{BUCKET}/large.bin").split()[0], str(40 * MIB))


def deletes():
    s3cmd("del", f"{BUCKET}/meta")
    s3cmd("info", f"{BUCKET}/meta", ok=False)
    assert "BucketNotEmpty" in s3cmd("rb", BUCKET, ok=False)
    s3cmd("del", "--recursive", "--force", BUCKET)
    s3cmd("rb", BUCKET)
    assert BUCKET not in s3cmd("ls")


for check in (
    buckets,
    single_files,
    sync,
    times,
    large_file,
    resume,
    copies_and_moves,
    metadata,
    signed_url,
    stream,
    listings,
    deletes,
):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
