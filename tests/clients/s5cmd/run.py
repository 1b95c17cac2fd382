"""s5cmd with default settings: copies, moves, sync, listings, pipes, byte for byte."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from commands import command, content, folder, same_files, work

MIB = 1024 * 1024
BUCKET = "s3://s5cmd-client"
s5cmd = command(os.environ["S5CMD"], S3_ENDPOINT_URL=os.environ["AWS_ENDPOINT_URL"], AWS_REGION="us-east-1")
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
    s5cmd("mb", BUCKET)
    assert "s5cmd-client" in s5cmd("ls")
    s5cmd("head", BUCKET)
    assert "NoSuchBucket" in s5cmd("ls", "s3://not-there-at-all", ok=False)


def folders():
    root = folder("source", FILES)
    s5cmd("cp", f"{root}/", f"{BUCKET}/tree/")
    s5cmd("cp", f"{BUCKET}/tree/*", f"{work}/back/")
    same_files(content(work / "back"), FILES)
    listed = [line.split(maxsplit=3)[-1] for line in s5cmd("ls", f"{BUCKET}/tree/*").splitlines()]
    equal(sorted(listed), sorted(FILES))
    assert "DIR  deep/" in s5cmd("ls", f"{BUCKET}/tree/")


def sync():
    root = folder("source2", {**FILES, "new": b"new"})
    (root / "one").unlink()
    s5cmd("sync", "--delete", f"{root}/", f"{BUCKET}/tree/")
    s5cmd("sync", "--delete", f"{BUCKET}/tree/*", f"{work}/back/")
    same_files(content(work / "back"), content(root))
    equal(s5cmd("sync", "--size-only", f"{root}/", f"{BUCKET}/tree/"), "")
    s5cmd("sync", f"{BUCKET}/tree/*", f"{BUCKET}/mirror/")
    s5cmd("cp", f"{BUCKET}/mirror/*", f"{work}/mirror/")
    same_files(content(work / "mirror"), content(root))


def large_file():
    data = random_bytes(120 * MIB, 3)
    root = folder("large", {"large.bin": data})
    s5cmd("cp", root / "large.bin", f"{BUCKET}/large.bin")
    s5cmd("cp", f"{BUCKET}/large.bin", work / "large-back")
    equal((work / "large-back").read_bytes(), data)
    assert str(len(data)) in s5cmd("ls", f"{BUCKET}/large.bin")
    assert "large.bin" in s5cmd("du", f"{BUCKET}/large.bin")


def copies_and_moves():
    data = random_bytes(70_000, 4)
    root = folder("single", {"file": data})
    s5cmd("cp", "--content-type", "text/x-test", root / "file", f"{BUCKET}/single/one")
    s5cmd("cp", f"{BUCKET}/single/one", f"{BUCKET}/single/two é")
    s5cmd("mv", f"{BUCKET}/single/two é", f"{BUCKET}/single/three")
    equal(sorted(line.split()[-1] for line in s5cmd("ls", f"{BUCKET}/single/").splitlines()), ["one", "three"])
    s5cmd("mv", f"{BUCKET}/single/three", work / "three")
    equal((work / "three").read_bytes(), data)
    assert "text/x-test" in s5cmd("head", f"{BUCKET}/single/one")
    s5cmd("cp", f"{BUCKET}/missing", work / "missing", ok=False)


def metadata():
    root = folder("metadata", {"file": b"with metadata"})
    s5cmd("cp", "--metadata", "colour=blue", "--cache-control", "max-age=5", root / "file", f"{BUCKET}/meta")
    head = s5cmd("--json", "head", f"{BUCKET}/meta")
    assert "blue" in head, head


def pipes():
    text = random_bytes(6 * MIB, 5).hex()
    s5cmd("pipe", f"{BUCKET}/piped", stdin=text.encode())
    equal(s5cmd("cat", f"{BUCKET}/piped"), text)


def batches():
    root = folder("batch", {f"{number:03}": str(number).encode() for number in range(100)})
    lines = "".join(f"cp {root}/{number:03} {BUCKET}/batch/{number:03}\n" for number in range(100))
    s5cmd("run", stdin=lines.encode())
    equal(len(s5cmd("ls", f"{BUCKET}/batch/").splitlines()), 100)


def deletes():
    s5cmd("rm", f"{BUCKET}/batch/*")
    equal(s5cmd("ls", f"{BUCKET}/batch/*", ok=False).count("batch/0"), 0)
    s5cmd("rb", BUCKET, ok=False)
    s5cmd("rm", f"{BUCKET}/*")
    s5cmd("rb", BUCKET)
    assert "s5cmd-client" not in s5cmd("ls")


for check in (buckets, folders, sync, large_file, copies_and_moves, metadata, pipes, batches, deletes):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
