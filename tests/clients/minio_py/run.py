"""minio-py with default settings: every operation that it has for what a bucket here can do."""

import datetime
import io
import os
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from minio import Minio, S3Error
from minio.commonconfig import REPLACE, ComposeSource, CopySource, Tags
from minio.datatypes import PostPolicy
from minio.deleteobjects import DeleteObject

MIB = 1024 * 1024
BUCKET = "minio-py-client"
client = Minio(
    os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"),
    access_key=os.environ["AWS_ACCESS_KEY_ID"],
    secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],
    secure=False,
)
checks = Checks()


def put(key, data, **more):
    return client.put_object(BUCKET, key, io.BytesIO(data), len(data), **more)


def read(key, **more):
    answer = client.get_object(BUCKET, key, **more)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()


def fails(code, function):
    try:
        function()
    except S3Error as error:
        equal(error.code, code)
    else:
        raise AssertionError(f"no error where {code} was expected")


def buckets():
    client.make_bucket(BUCKET)
    assert client.bucket_exists(BUCKET)
    assert not client.bucket_exists("not-there-at-all")
    assert BUCKET in [bucket.name for bucket in client.list_buckets()]
    fails("NoSuchBucket", lambda: list(client.list_objects("not-there-at-all")))


def objects():
    for seed, key in enumerate(["plain", "deep/er/file", "sp ace/plus+sign/per%20cent", "ünï/😀.txt"]):
        for size in (0, 1, 70_000):
            data = random_bytes(size, seed)
            result = put(key, data, content_type="text/x-test")
            equal(read(key), data)
            stat = client.stat_object(BUCKET, key)
            equal((stat.size, stat.content_type, stat.etag), (size, "text/x-test", result.etag))
    equal(read("plain", offset=100, length=50), random_bytes(70_000, 0)[100:150])
    fails("NoSuchKey", lambda: client.stat_object(BUCKET, "missing"))
    fails("NoSuchKey", lambda: read("missing"))


def metadata():
    put("meta", b"m", metadata={"colour": "blue"})
    equal(client.stat_object(BUCKET, "meta").metadata.get("x-amz-meta-colour"), "blue")


def tags():
    tags = Tags.new_object_tags()
    tags["colour"] = "blue"
    put("tagged", b"t", tags=tags)
    equal(client.get_object_tags(BUCKET, "tagged"), tags)
    tags["colour"] = "red"
    client.set_object_tags(BUCKET, "tagged", tags)
    equal(client.get_object_tags(BUCKET, "tagged"), tags)
    client.delete_object_tags(BUCKET, "tagged")
    equal(client.get_object_tags(BUCKET, "tagged"), None)


def multipart():
    data = random_bytes(32 * MIB, 7)
    put("multi", data)
    equal(read("multi"), data)
    client.put_object(BUCKET, "stream", io.BytesIO(data), -1, part_size=5 * MIB)
    equal(read("stream"), data)
    equal(read("stream", offset=5 * MIB - 10, length=20), data[5 * MIB - 10 : 5 * MIB + 10])


def files():
    data = random_bytes(300_000, 8)
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/in", "wb") as file:
            file.write(data)
        client.fput_object(BUCKET, "file", f"{folder}/in")
        client.fget_object(BUCKET, "file", f"{folder}/out")
        with open(f"{folder}/out", "rb") as file:
            equal(file.read(), data)


def copies():
    put("source", b"source bytes", metadata={"a": "1"})
    client.copy_object(BUCKET, "copy é", CopySource(BUCKET, "source"))
    equal(read("copy é"), b"source bytes")
    equal(client.stat_object(BUCKET, "copy é").metadata.get("x-amz-meta-a"), "1")
    client.copy_object(BUCKET, "copy", CopySource(BUCKET, "source"), metadata={"a": "2"}, metadata_directive=REPLACE)
    equal(client.stat_object(BUCKET, "copy").metadata.get("x-amz-meta-a"), "2")
    etag = client.stat_object(BUCKET, "source").etag
    client.copy_object(BUCKET, "copy", CopySource(BUCKET, "source", match_etag=etag))
    fails("PreconditionFailed", lambda: client.copy_object(BUCKET, "copy", CopySource(BUCKET, "source", match_etag="no")))


def compose():
    parts = [random_bytes(6 * MIB, 9), random_bytes(5 * MIB, 10), random_bytes(1000, 11)]
    for number, part in enumerate(parts):
        put(f"compose/{number}", part)
    client.compose_object(BUCKET, "composed", [ComposeSource(BUCKET, f"compose/{n}") for n in range(3)])
    equal(read("composed"), b"".join(parts))


def listings():
    names = sorted(["l/a", "l/a/1", "l/a.txt", "l/b c/d+e", "l/z%20"], key=str.encode)
    for name in names:
        put(name, name.encode())
    equal([found.object_name for found in client.list_objects(BUCKET, "l/", recursive=True)], names)
    equal([found.object_name for found in client.list_objects(BUCKET, "l/", recursive=True, use_api_v1=True)], names)
    level = [(found.object_name, found.is_dir) for found in client.list_objects(BUCKET, "l/")]
    equal(sorted(level), [("l/a", False), ("l/a.txt", False), ("l/a/", True), ("l/b c/", True), ("l/z%20", False)])
    after = client.list_objects(BUCKET, "l/", recursive=True, start_after="l/a.txt")
    equal([found.object_name for found in after], names[names.index("l/a.txt") + 1 :])
    versions = client.list_objects(BUCKET, "l/", recursive=True, include_version=True)
    equal([(found.object_name, found.is_latest) for found in versions], [(name, "true") for name in names])


def presigned():
    url = client.presigned_put_object(BUCKET, "signed", expires=datetime.timedelta(minutes=1))
    urllib.request.urlopen(urllib.request.Request(url, b"signed bytes", method="PUT")).close()
    with urllib.request.urlopen(client.presigned_get_object(BUCKET, "signed")) as answer:
        equal(answer.read(), b"signed bytes")


def post_form():
    policy = PostPolicy(BUCKET, datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1))
    policy.add_equals_condition("key", "posted")
    policy.add_content_length_range_condition(1, 100)
    fields = {"key": "posted", **client.presigned_post_policy(policy)}
    boundary = "a-boundary"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    form = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nposted bytes\r\n--{boundary}--\r\n'
    request = urllib.request.Request(
        f"{os.environ['AWS_ENDPOINT_URL']}/{BUCKET}",
        ("".join(parts) + form).encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    urllib.request.urlopen(request).close()
    equal(read("posted"), b"posted bytes")


def deletes():
    client.remove_object(BUCKET, "meta")
    fails("NoSuchKey", lambda: read("meta"))
    client.remove_object(BUCKET, "meta")
    fails("BucketNotEmpty", lambda: client.remove_bucket(BUCKET))
    keys = [found.object_name for found in client.list_objects(BUCKET, recursive=True)]
    equal(list(client.remove_objects(BUCKET, [DeleteObject(key) for key in keys])), [])
    client.remove_bucket(BUCKET)
    assert not client.bucket_exists(BUCKET)


for check in (
    buckets,
    objects,
    metadata,
    tags,
    multipart,
    files,
    copies,
    compose,
    listings,
    presigned,
    post_form,
    deletes,
):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
