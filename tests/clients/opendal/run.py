"""OpenDAL with default settings, byte for byte."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import opendal
from checks import Checks, equal, make_bucket, random_bytes
from opendal.exceptions import ConditionNotMatch, NotFound

MIB = 1024 * 1024
BUCKET = "opendal-client"
operator = opendal.Operator("s3", bucket=BUCKET, endpoint=os.environ["AWS_ENDPOINT_URL"], region="us-east-1", root="/a root/")
checks = Checks()


def fails(kind, function):
    try:
        function()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


def bucket():
    make_bucket(BUCKET)
    operator.check()


def objects():
    for seed, key in enumerate(["plain", "deep/er/file", "sp ace/plus+sign/per%20cent", "ünï/😀.txt"]):
        for size in (0, 1, 70_000):
            data = random_bytes(size, seed)
            operator.write(key, data)
            equal(bytes(operator.read(key)), data)
            found = operator.stat(key)
            equal((found.content_length, found.mode.is_file()), (size, True))
    equal(bytes(operator.read("plain", offset=100, size=50)), random_bytes(70_000, 0)[100:150])
    equal((operator.exists("plain"), operator.exists("missing")), (True, False))
    fails(NotFound, lambda: operator.read("missing"))


def metadata():
    operator.write(
        "meta",
        b"m",
        content_type="text/x-test",
        cache_control="max-age=5",
        content_disposition="attachment",
        user_metadata={"colour": "blue"},
    )
    found = operator.stat("meta")
    equal((found.content_type, found.content_disposition, found.user_metadata), ("text/x-test", "attachment", {"colour": "blue"}))


def conditions():
    operator.write("once", b"1", if_not_exists=True)
    fails(ConditionNotMatch, lambda: operator.write("once", b"2", if_not_exists=True))
    etag = operator.stat("once").etag
    equal(bytes(operator.read("once", if_match=etag)), b"1")
    fails(ConditionNotMatch, lambda: operator.read("once", if_none_match=etag))


def multipart():
    data = random_bytes(40 * MIB, 5)
    with operator.open("large", "wb") as file:
        for start in range(0, len(data), 6 * MIB):
            file.write(data[start : start + 6 * MIB])
    equal(bytes(operator.read("large")), data)
    operator.write("chunked", data, chunk=8 * MIB, concurrent=3)
    with operator.open("chunked", "rb") as file:
        file.seek(20 * MIB)
        equal(bytes(file.read(100)), data[20 * MIB : 20 * MIB + 100])


def folders():
    operator.create_dir("folder/")
    equal(operator.stat("folder/").mode.is_dir(), True)
    for name in ("folder/a", "folder/b c/d", "folder/z%20"):
        operator.write(name, name.encode())
    equal(sorted(entry.path for entry in operator.list("folder/")), ["folder/", "folder/a", "folder/b c/", "folder/z%20"])
    found = [entry.path for entry in operator.list("folder/", recursive=True) if not entry.path.endswith("/")]
    equal(sorted(found), ["folder/a", "folder/b c/d", "folder/z%20"])


def copies():
    operator.copy("plain", "copy é")
    equal(bytes(operator.read("copy é")), random_bytes(70_000, 0))


def deletes():
    operator.delete("plain")
    operator.delete("plain")
    equal(operator.exists("plain"), False)
    operator.remove_all("folder/")
    equal(list(operator.list("folder/")), [])
    operator.remove_all("/")
    equal([entry.path for entry in operator.list("/", recursive=True) if entry.path != "/"], [])


for check in (bucket, objects, metadata, conditions, multipart, folders, copies, deletes):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
