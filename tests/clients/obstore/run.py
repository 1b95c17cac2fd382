"""obstore (Rust's object_store) with default settings, byte for byte."""

import os
import sys
import urllib.request
from datetime import timedelta

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import obstore
from checks import Checks, equal, make_bucket, random_bytes
from obstore.store import S3Store

MIB = 1024 * 1024
BUCKET = "obstore-client"
store = S3Store(BUCKET, endpoint=os.environ["AWS_ENDPOINT_URL"], client_options={"allow_http": True})
checks = Checks()


def read(key):
    return bytes(obstore.get(store, key).bytes())


def fails(kind, function):
    try:
        function()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


def bucket():
    make_bucket("obstore-client")


def objects():
    for seed, key in enumerate(["plain", "deep/er/file", "sp ace/plus+sign/per cent", "ünï/😀.txt"]):
        for size in (0, 1, 70_000):
            data = random_bytes(size, seed)
            put = obstore.put(store, key, data)
            equal(read(key), data)
            head = obstore.head(store, key)
            equal((head["size"], head["e_tag"], head["path"]), (size, put["e_tag"], key))
    equal(bytes(obstore.get_range(store, "plain", start=100, length=50)), random_bytes(70_000, 0)[100:150])
    ranges = obstore.get_ranges(store, "plain", starts=[0, 60_000], lengths=[10, 20])
    equal([bytes(found) for found in ranges], [random_bytes(70_000, 0)[:10], random_bytes(70_000, 0)[60_000:60_020]])
    fails(FileNotFoundError, lambda: read("missing"))


def attributes():
    obstore.put(store, "meta", b"m", attributes={"Content-Type": "text/x-test", "Cache-Control": "max-age=5", "colour": "blue"})
    found = obstore.get(store, "meta").attributes
    equal(found, {"Content-Type": "text/x-test", "Cache-Control": "max-age=5", "colour": "blue"})


def conditions():
    put = obstore.put(store, "once", b"1", mode="create")
    fails(obstore.exceptions.AlreadyExistsError, lambda: obstore.put(store, "once", b"2", mode="create"))
    obstore.put(store, "once", b"3", mode={"e_tag": put["e_tag"]})
    fails(obstore.exceptions.PreconditionError, lambda: obstore.put(store, "once", b"4", mode={"e_tag": put["e_tag"]}))
    equal(read("once"), b"3")
    tag = obstore.head(store, "once")["e_tag"]
    fails(obstore.exceptions.NotModifiedError, lambda: obstore.get(store, "once", options={"if_none_match": tag}))
    fails(obstore.exceptions.PreconditionError, lambda: obstore.get(store, "once", options={"if_match": '"no"'}))


def multipart():
    data = random_bytes(40 * MIB, 5)
    obstore.put(store, "large", data)
    equal(read("large"), data)
    obstore.put(store, "stream", iter([data[start : start + 3 * MIB] for start in range(0, len(data), 3 * MIB)]))
    equal(read("stream"), data)
    with obstore.open_writer(store, "written") as writer:
        writer.write(data[: 12 * MIB])
        writer.write(data[12 * MIB :])
    reader = obstore.open_reader(store, "written")
    reader.seek(20 * MIB)
    equal(bytes(reader.read(100)), data[20 * MIB : 20 * MIB + 100])


def copies():
    obstore.copy(store, "plain", "copy é")
    equal(read("copy é"), random_bytes(70_000, 0))
    obstore.rename(store, "copy é", "renamed")
    equal(read("renamed"), random_bytes(70_000, 0))
    fails(FileNotFoundError, lambda: read("copy é"))


def listings():
    names = sorted(f"list/{name}" for name in ("a", "a b/c", "b/c/d", "b/e", "z%20"))
    for name in names:
        obstore.put(store, name, name.encode())
    equal([found["path"] for page in obstore.list(store, "list") for found in page], names)
    level = obstore.list_with_delimiter(store, "list")
    equal(sorted(level["common_prefixes"]), ["list/a b", "list/b"])
    equal(sorted(found["path"] for found in level["objects"]), ["list/a", "list/z%20"])
    after = [found["path"] for page in obstore.list(store, "list", offset="list/a b/c") for found in page]
    equal(after, names[names.index("list/a b/c") + 1 :])


def signed_url():
    with urllib.request.urlopen(obstore.sign(store, "GET", "once", timedelta(minutes=1))) as answer:
        equal(answer.read(), b"3")


def deletes():
    obstore.delete(store, "plain")
    fails(FileNotFoundError, lambda: read("plain"))
    keys = [found["path"] for page in obstore.list(store) for found in page]
    obstore.delete(store, keys)
    equal([found for page in obstore.list(store) for found in page], [])


for check in (bucket, objects, attributes, conditions, multipart, copies, listings, signed_url, deletes):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
