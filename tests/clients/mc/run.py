"""mc with default settings: copies, mirror, moves, listings, pipes, shares, byte for byte."""

import json
import os
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from commands import command, content, folder, same_files, work

MIB = 1024 * 1024
BUCKET = "gw/mc-client"
SCHEME, HOST = os.environ["AWS_ENDPOINT_URL"].split("://")
KEYS = f"{os.environ['AWS_ACCESS_KEY_ID']}:{os.environ['AWS_SECRET_ACCESS_KEY']}"
mc = command(os.environ["MC"], "--disable-pager", "--no-color", MC_HOST_gw=f"{SCHEME}://{KEYS}@{HOST}")
checks = Checks()
FILES = {
    "empty": b"",
    "one": b"1",
    "deep/er/file.bin": random_bytes(300_000, 1),
    "sp ace/ü 😀+%20&.txt": random_bytes(5_000, 2),
    "a.txt": b"a",
    "b/b.txt": b"ab",
}


def listed(path, *arguments):
    lines = mc("ls", "--json", *arguments, path).splitlines()
    return [json.loads(line)["key"] for line in lines]


def stat(path):
    return json.loads(mc("stat", "--json", path))


def buckets():
    mc("mb", BUCKET)
    mc("mb", "--ignore-existing", BUCKET)
    assert "mc-client/" in listed("gw")
    mc("ls", "gw/not-there-at-all", ok=False)
    mc("stat", BUCKET)


def folders():
    root = folder("source", FILES)
    mc("cp", "--recursive", f"{root}/", f"{BUCKET}/tree/")
    equal(sorted(listed(f"{BUCKET}/tree/", "--recursive")), sorted(FILES))
    assert "deep/" in listed(f"{BUCKET}/tree/")
    mc("cp", "--recursive", f"{BUCKET}/tree/", f"{work}/back/")
    same_files(content(work / "back"), FILES)
    equal(mc("diff", root, f"{BUCKET}/tree"), "")
    equal(len(mc("find", f"{BUCKET}/tree", "--name", "*.txt").splitlines()), 3)


def mirror():
    root = folder("mirrored", {**FILES, "new": b"new"})
    mc("mirror", root, f"{BUCKET}/mirror")
    (root / "one").unlink()
    (root / "a.txt").write_bytes(b"changed")
    mc("mirror", "--overwrite", "--remove", root, f"{BUCKET}/mirror")
    mc("mirror", f"{BUCKET}/mirror", work / "mirror-back")
    same_files(content(work / "mirror-back"), content(root))
    mc("mirror", f"{BUCKET}/mirror", f"{BUCKET}/mirror2")
    equal(sorted(listed(f"{BUCKET}/mirror2/", "--recursive")), sorted(content(root)))


def large_file():
    data = random_bytes(60 * MIB, 3)
    root = folder("large", {"large.bin": data})
    mc("cp", root / "large.bin", f"{BUCKET}/large.bin")
    mc("cp", f"{BUCKET}/large.bin", work / "large-back")
    equal((work / "large-back").read_bytes(), data)
    mc("cp", f"{BUCKET}/large.bin", f"{BUCKET}/large copy.bin")
    mc("cp", f"{BUCKET}/large copy.bin", work / "large-copy")
    equal((work / "large-copy").read_bytes(), data)
    equal(stat(f"{BUCKET}/large.bin")["size"], len(data))


def attributes():
    root = folder("attributes", {"file": b"with attributes"})
    os.utime(root / "file", (981_173_106, 981_173_106))
    mc("cp", "--preserve", "--attr", "Cache-Control=max-age=5;colour=blue", root / "file", f"{BUCKET}/attributes")
    metadata = {name.lower(): value for name, value in stat(f"{BUCKET}/attributes")["metadata"].items()}
    equal((metadata.get("x-amz-meta-colour"), metadata.get("cache-control")), ("blue", "max-age=5"))
    mc("cp", "--preserve", f"{BUCKET}/attributes", work / "attributes-back")
    equal(int((work / "attributes-back").stat().st_mtime), 981_173_106)


def tags():
    mc("tag", "set", f"{BUCKET}/missing", "colour=blue", ok=False)
    mc("cp", "--tags", "shape=round", work / "source/one", f"{BUCKET}/tagged")
    equal(json.loads(mc("tag", "list", "--json", f"{BUCKET}/tagged"))["tagset"], {"shape": "round"})
    mc("tag", "set", f"{BUCKET}/tagged", "colour=blue")
    equal(json.loads(mc("tag", "list", "--json", f"{BUCKET}/tagged"))["tagset"], {"colour": "blue"})
    mc("tag", "remove", f"{BUCKET}/tagged")


def moves():
    mc("cp", f"{BUCKET}/tree/deep/er/file.bin", f"{BUCKET}/moves/one")
    mc("mv", f"{BUCKET}/moves/one", f"{BUCKET}/moves/two é")
    equal(listed(f"{BUCKET}/moves/"), ["two é"])
    mc("mv", f"{BUCKET}/moves/two é", work / "moved")
    equal((work / "moved").read_bytes(), FILES["deep/er/file.bin"])
    equal(listed(f"{BUCKET}/moves/"), [])


def pipes():
    text = random_bytes(12 * MIB, 5).hex()
    mc("pipe", f"{BUCKET}/piped", stdin=text.encode())
    equal(mc("cat", f"{BUCKET}/piped"), text)
    equal(mc("head", "--lines", "1", f"{BUCKET}/tree/a.txt").strip(), "a")


def shares():
    url = json.loads(mc("share", "download", "--json", f"{BUCKET}/tree/one"))["share"]
    with urllib.request.urlopen(url) as answer:
        equal(answer.read(), b"1")


def deletes():
    mc("rm", f"{BUCKET}/tree/one")
    mc("stat", f"{BUCKET}/tree/one", ok=False)
    mc("rm", "--recursive", "--force", f"{BUCKET}/tree/")
    equal(listed(f"{BUCKET}/tree/"), [])
    mc("rb", BUCKET, ok=False)
    mc("rb", "--force", BUCKET)
    assert "mc-client/" not in listed("gw")


for check in (buckets, folders, mirror, large_file, attributes, tags, moves, pipes, shares, deletes):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
