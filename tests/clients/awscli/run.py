"""AWS CLI with default settings (the `aws` named by AWS_CLI): every operation, byte for byte."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from repos import OLD_MODEL, SHARDS, files_of

MIB = 1024 * 1024
AWS = os.environ["AWS_CLI"]
ENDPOINT = ("--endpoint-url", os.environ["AWS_ENDPOINT_URL"])
checks = Checks()
work = pathlib.Path(tempfile.mkdtemp())
version = subprocess.run([AWS, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
BUCKET = "awscli-" + version.split("/")[1].replace(".", "-")


def aws(*arguments, ok=True):
    done = subprocess.run([AWS, *ENDPOINT, *map(str, arguments)], capture_output=True, text=True)
    if ok and done.returncode != 0:
        raise AssertionError(f"aws {arguments} ended with {done.returncode}: {done.stderr}")
    if not ok and done.returncode == 0:
        raise AssertionError(f"aws {arguments} did not fail")
    return done.stdout if ok else done.stderr


def api(operation, *arguments):
    out = aws("s3api", operation, "--bucket", BUCKET, *arguments)
    return json.loads(out) if out.strip() else {}


def file(name, data):
    path = work / name
    path.write_bytes(data)
    return path


def buckets():
    aws("s3", "mb", f"s3://{BUCKET}")
    assert BUCKET in aws("s3", "ls")
    api("head-bucket")
    api("get-bucket-location")
    assert "NoSuchBucket" in aws("s3", "ls", "s3://not-there-at-all", ok=False)


def small_files():
    for seed, (name, size) in enumerate([("empty", 0), ("one", 1), ("sp ace é😀.txt", 1000), ("p+q%20", 70_000)]):
        data = random_bytes(size, seed)
        source = file(f"in{seed}", data)
        aws("s3", "cp", source, f"s3://{BUCKET}/small/{name}")
        aws("s3", "cp", f"s3://{BUCKET}/small/{name}", work / "out")
        equal((work / "out").read_bytes(), data)
        equal(api("head-object", "--key", f"small/{name}")["ContentLength"], size)
    aws("s3", "cp", f"s3://{BUCKET}/missing", work / "out", ok=False)


def large_file():
    data = random_bytes(200 * MIB, 5)
    source = file("large", data)
    aws("s3", "cp", source, f"s3://{BUCKET}/large/multi.bin")
    aws("s3", "cp", f"s3://{BUCKET}/large/multi.bin", work / "out")
    equal((work / "out").read_bytes(), data)
    api("get-object", "--key", "large/multi.bin", "--range", "bytes=8388600-8388700", work / "part")
    equal((work / "part").read_bytes(), data[8388600:8388701])


def put_object():
    data = random_bytes(100_000, 6)
    put = api("put-object", "--key", "api/put", "--body", file("api", data), "--content-type", "x/y")
    head = api("head-object", "--key", "api/put")
    equal((head["ETag"], head["ContentType"]), (put["ETag"], "x/y"))
    api("get-object", "--key", "api/put", work / "out")
    equal((work / "out").read_bytes(), data)
    copied = api("copy-object", "--key", "api/copy", "--copy-source", f"{BUCKET}/api/put")
    equal(copied["CopyObjectResult"]["ETag"], put["ETag"])
    aws("s3", "cp", f"s3://{BUCKET}/api/copy", f"s3://{BUCKET}/api/copy 2")
    aws("s3", "mv", f"s3://{BUCKET}/api/copy 2", f"s3://{BUCKET}/api/moved")
    equal(aws("s3", "cp", f"s3://{BUCKET}/api/moved", work / "out") != "", True)
    equal((work / "out").read_bytes(), data)
    api("delete-object", "--key", "api/moved")
    aws("s3api", "head-object", "--bucket", BUCKET, "--key", "api/moved", ok=False)


def listings():
    names = sorted(["a", "a/1", "a.txt", "b/c", "z"], key=str.encode)
    for name in names:
        api("put-object", "--key", f"list/{name}")
    for operation in ("list-objects", "list-objects-v2"):
        found = api(operation, "--prefix", "list/", "--page-size", "2")["Contents"]
        equal([item["Key"] for item in found], [f"list/{name}" for name in names])
        grouped = api(operation, "--prefix", "list/", "--delimiter", "/")
        equal([item["Prefix"] for item in grouped["CommonPrefixes"]], ["list/a/", "list/b/"])
    assert "PRE a/" in aws("s3", "ls", f"s3://{BUCKET}/list/")


def sync():
    tree = work / "tree"
    for name in ("one.bin", "sub/two.bin", "sub/deeper/three.bin"):
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 1000)
    assert "upload" in aws("s3", "sync", tree, f"s3://{BUCKET}/tree")
    equal(aws("s3", "sync", tree, f"s3://{BUCKET}/tree"), "")
    aws("s3", "sync", f"s3://{BUCKET}/tree", work / "back")
    equal((work / "back/sub/deeper/three.bin").read_bytes(), b"sub/deeper/three.bin" * 1000)


def multipart():
    upload = api("create-multipart-upload", "--key", "multi")["UploadId"]
    where = ("--key", "multi", "--upload-id", upload)
    bodies = [random_bytes(5 * MIB, 1), random_bytes(99, 2)]
    etags = [
        api("upload-part", *where, "--part-number", n, "--body", file(f"part{n}", body))["ETag"]
        for n, body in enumerate(bodies, 1)
    ]
    equal(len(api("list-parts", *where)["Parts"]), 2)
    equal(len(api("list-multipart-uploads")["Uploads"]), 1)
    parts = {"Parts": [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(etags, 1)]}
    api("complete-multipart-upload", *where, "--multipart-upload", json.dumps(parts))
    api("get-object", "--key", "multi", work / "out")
    equal((work / "out").read_bytes(), b"".join(bodies))
    gone = api("create-multipart-upload", "--key", "gone")["UploadId"]
    api("abort-multipart-upload", "--key", "gone", "--upload-id", gone)


def presign():
    import urllib.request

    link = aws("s3", "presign", f"s3://{BUCKET}/api/put").strip()
    equal(urllib.request.urlopen(link).read(), random_bytes(100_000, 6))


def stdin_stdout():
    data = random_bytes(20 * MIB, 8)
    subprocess.run([AWS, *ENDPOINT, "s3", "cp", "-", f"s3://{BUCKET}/pipe"], input=data, check=True)
    got = subprocess.run([AWS, *ENDPOINT, "s3", "cp", f"s3://{BUCKET}/pipe", "-"], capture_output=True, check=True)
    equal(got.stdout, data)


def deletes():
    assert "BucketNotEmpty" in aws("s3", "rb", f"s3://{BUCKET}", ok=False)
    objects = {"Objects": [{"Key": "list/a"}, {"Key": "list/z"}, {"Key": "never"}]}
    equal(len(api("delete-objects", "--delete", json.dumps(objects))["Deleted"]), 3)
    aws("s3", "rm", f"s3://{BUCKET}/", "--recursive")
    aws("s3", "rb", f"s3://{BUCKET}")
    aws("s3api", "head-bucket", "--bucket", BUCKET, ok=False)


def repos():
    shards = files_of("shards")
    listed = aws("s3", "ls", "--recursive", f"s3://{SHARDS}")
    equal(len(listed.splitlines()), len(shards))
    aws("s3", "sync", f"s3://{SHARDS}", work / "repo")
    equal({path.relative_to(work / "repo").as_posix(): path.read_bytes() for path in (work / "repo").rglob("*") if path.is_file()}, shards)
    equal(aws("s3", "sync", "--size-only", f"s3://{SHARDS}", work / "repo").strip(), "")
    for source, data in ((f"{SHARDS}/data/train-00001.bin", shards["data/train-00001.bin"]), (f"{OLD_MODEL}/config.json", files_of("old")["config.json"])):
        aws("s3", "cp", f"s3://{source}", f"s3://{BUCKET}/from-repo")
        aws("s3", "cp", f"s3://{BUCKET}/from-repo", work / "out")
        equal((work / "out").read_bytes(), data)
    assert "AccessDenied" in aws("s3", "cp", work / "out", f"s3://{SHARDS}/new", ok=False)


for step in (
    buckets, small_files, large_file, put_object, listings, sync, multipart, presign, stdin_stdout, repos, deletes,
):
    checks.check(f"{version}: {step.__name__}", step)
checks.finish()
