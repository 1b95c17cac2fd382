"""boto3 with default settings: every operation that the gateway serves, byte for byte."""

import io
import os
import sys
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from checks import Checks, equal, fails, random_bytes

MIB = 1024 * 1024
BUCKET = "boto3-client"
s3 = boto3.client("s3")
checks = Checks()

KEYS = [
    "plain.txt",
    "deep/er/and/deeper.bin",
    "sp ace/plus+sign/per%20cent",
    "ünï/cödé/日本語/😀.txt",
    "quote'\"()*!@:,;=&$#?~",
    "dot/.hidden",
]


def body_of(key):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def buckets():
    s3.create_bucket(Bucket=BUCKET)
    s3.create_bucket(Bucket=BUCKET)
    s3.head_bucket(Bucket=BUCKET)
    assert BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    equal(s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"], None)
    fails(404, lambda: s3.head_bucket(Bucket="not-there-at-all"))
    fails("NoSuchBucket", lambda: s3.list_objects_v2(Bucket="not-there-at-all"))
    fails("InvalidBucketName", lambda: s3.create_bucket(Bucket="Not_Valid"))
    fails("AccessDenied", lambda: s3.create_bucket(Bucket="somebody--else"))


def objects():
    for seed, key in enumerate(KEYS):
        for size in (0, 1, 1000, 300_000):
            data = random_bytes(size, seed)
            put = s3.put_object(Bucket=BUCKET, Key=key, Body=data, ContentType="text/x-test")
            got = s3.get_object(Bucket=BUCKET, Key=key)
            equal(got["Body"].read(), data)
            equal(got["ContentType"], "text/x-test")
            head = s3.head_object(Bucket=BUCKET, Key=key)
            equal(head["ContentLength"], size)
            equal(len({put["ETag"], got["ETag"], head["ETag"]}), 1)
    fails("NoSuchKey", lambda: body_of("missing"))
    fails(404, lambda: s3.head_object(Bucket=BUCKET, Key="missing"))


def ranges():
    data = random_bytes(1_000_000, 7)
    s3.put_object(Bucket=BUCKET, Key="ranged", Body=data)

    def ranged(header):
        return s3.get_object(Bucket=BUCKET, Key="ranged", Range=header)

    for header, expected in [
        ("bytes=0-0", data[:1]),
        ("bytes=131071-131073", data[131071:131074]),
        ("bytes=999999-", data[-1:]),
        ("bytes=-5", data[-5:]),
        ("bytes=500000-99999999", data[500000:]),
    ]:
        got = ranged(header)
        equal(got["ResponseMetadata"]["HTTPStatusCode"], 206)
        equal(got["Body"].read(), expected)
    fails("InvalidRange", lambda: ranged("bytes=1000000-"))


def folders():
    s3.put_object(Bucket=BUCKET, Key="folder/", Body=b"")
    equal(s3.head_object(Bucket=BUCKET, Key="folder/")["ContentType"], "application/x-directory")
    listing = s3.list_objects_v2(Bucket=BUCKET, Prefix="folder/")
    equal([item["Key"] for item in listing["Contents"]], ["folder/"])
    s3.delete_object(Bucket=BUCKET, Key="folder/")
    fails(404, lambda: s3.head_object(Bucket=BUCKET, Key="folder/"))


def listings():
    keys = sorted(
        (f"list/{name}" for name in ["a", "a!", "a/1", "a/2", "a.txt", "b/c/d", "ﬁ", "😀", "z z"]),
        key=lambda key: key.encode(),
    )
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    for call in (s3.list_objects, s3.list_objects_v2):
        equal([item["Key"] for item in call(Bucket=BUCKET, Prefix="list/")["Contents"]], keys)
    for operation in ("list_objects", "list_objects_v2"):
        for size in (1, 2, 3, 1000):
            pages = s3.get_paginator(operation).paginate(
                Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": size}
            )
            found = []
            for page in pages:
                found += [item["Key"] for item in page.get("Contents", [])]
                found += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
            expected = {key for key in keys if "/" not in key[5:]} | {"list/a/", "list/b/"}
            equal(sorted(found), sorted(expected))
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", StartAfter="list/a.txt")["Contents"]
    equal([item["Key"] for item in after], keys[keys.index("list/a.txt") + 1 :])
    odd = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/c")
    assert [item["Prefix"] for item in odd["CommonPrefixes"]] == ["list/b/c"]


def copies():
    data = random_bytes(500_000, 9)
    put = s3.put_object(Bucket=BUCKET, Key="copy/source é+ %", Body=data, ContentType="a/b")
    source = {"Bucket": BUCKET, "Key": "copy/source é+ %"}
    copied = s3.copy_object(Bucket=BUCKET, Key="copy/target", CopySource=source)
    equal(copied["CopyObjectResult"]["ETag"], put["ETag"])
    equal(body_of("copy/target"), data)
    equal(s3.head_object(Bucket=BUCKET, Key="copy/target")["ContentType"], "a/b")
    fails("NoSuchKey", lambda: s3.copy_object(Bucket=BUCKET, Key="x", CopySource=f"{BUCKET}/nope"))
    fails("InvalidRequest", lambda: s3.copy_object(Bucket=BUCKET, Key=source["Key"], CopySource=source))


def multipart():
    created = s3.create_multipart_upload(Bucket=BUCKET, Key="multi/hand", ContentType="m/p")
    where = {"Bucket": BUCKET, "Key": "multi/hand", "UploadId": created["UploadId"]}
    parts = [random_bytes(5 * MIB, 1), random_bytes(5 * MIB + 1, 2), random_bytes(10, 3)]
    etags = {}
    for number in (3, 1, 2):
        sent = s3.upload_part(**where, PartNumber=number, Body=parts[number - 1])
        etags[number] = sent["ETag"]
    listed = s3.list_parts(**where)
    equal([part["Size"] for part in listed["Parts"]], [len(part) for part in parts])
    uploads = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
    equal([upload["Key"] for upload in uploads], ["multi/hand"])
    wanted = {"Parts": [{"PartNumber": n, "ETag": etags[n]} for n in (1, 2, 3)]}
    wrong = {"Parts": [{"PartNumber": 1, "ETag": '"0"'}]}
    fails("InvalidPart", lambda: s3.complete_multipart_upload(**where, MultipartUpload=wrong))
    first = s3.complete_multipart_upload(**where, MultipartUpload=wanted)
    again = s3.complete_multipart_upload(**where, MultipartUpload=wanted)
    equal(first["ETag"], again["ETag"])
    equal(body_of("multi/hand"), b"".join(parts))
    head = s3.head_object(Bucket=BUCKET, Key="multi/hand")
    equal((head["ETag"], head["ContentType"]), (first["ETag"], "m/p"))
    gone = s3.create_multipart_upload(Bucket=BUCKET, Key="multi/gone")["UploadId"]
    s3.upload_part(Bucket=BUCKET, Key="multi/gone", UploadId=gone, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=BUCKET, Key="multi/gone", UploadId=gone)
    fails("NoSuchUpload", lambda: s3.list_parts(Bucket=BUCKET, Key="multi/gone", UploadId=gone))
    fails(404, lambda: s3.head_object(Bucket=BUCKET, Key="multi/gone"))


def large():
    data = random_bytes(200 * MIB, 11)
    s3.upload_fileobj(io.BytesIO(data), BUCKET, "large/object.bin")
    target = io.BytesIO()
    s3.download_fileobj(BUCKET, "large/object.bin", target, Config=TransferConfig(multipart_chunksize=16 * MIB))
    equal(target.getvalue(), data)
    middle = s3.get_object(Bucket=BUCKET, Key="large/object.bin", Range="bytes=100000000-150000000")
    equal(middle["Body"].read(), data[100000000:150000001])
    s3.put_object(Bucket=BUCKET, Key="large/single.bin", Body=data)
    equal(
        s3.head_object(Bucket=BUCKET, Key="large/single.bin")["ETag"],
        s3.head_object(Bucket=BUCKET, Key="large/object.bin")["ETag"],
    )


def presigned():
    for version in ("s3", "s3v4"):
        signer = boto3.client("s3", config=Config(signature_version=version))
        put = signer.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "signed é"})
        request = urllib.request.Request(put, data=b"by link", method="PUT")
        request.add_header("Content-Type", "")
        equal(urllib.request.urlopen(request).status, 200)
        get = signer.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "signed é"})
        equal(urllib.request.urlopen(get).read(), b"by link")
        try:
            urllib.request.urlopen(get.replace("signed", "forged"))
        except urllib.error.HTTPError as error:
            equal(error.code, 403)
        else:
            raise AssertionError("a forged link was accepted")


def refused():
    wrong = boto3.client(
        "s3", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong"
    )
    fails("SignatureDoesNotMatch", lambda: wrong.put_object(Bucket=BUCKET, Key="no", Body=b"no"))
    unknown = boto3.client("s3", aws_access_key_id="unknown", aws_secret_access_key="wrong")
    fails("InvalidAccessKeyId", lambda: unknown.list_buckets())
    fails("InvalidArgument", lambda: s3.put_object(Bucket=BUCKET, Key="a//b", Body=b"no"))
    website = {"IndexDocument": {"Suffix": "index.html"}}
    fails("NotImplemented", lambda: s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=website))
    s3.delete_bucket_website(Bucket=BUCKET)
    s3.head_bucket(Bucket=BUCKET)


def deletes():
    fails("BucketNotEmpty", lambda: s3.delete_bucket(Bucket=BUCKET))
    s3.delete_object(Bucket=BUCKET, Key="never/there")
    while True:
        listing = s3.list_objects_v2(Bucket=BUCKET)
        if listing["KeyCount"] == 0:
            break
        keys = [{"Key": item["Key"]} for item in listing["Contents"]] + [{"Key": "never/there"}]
        answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": keys})
        equal(len(answer["Deleted"]), len(keys))
    s3.delete_bucket(Bucket=BUCKET)
    fails(404, lambda: s3.head_bucket(Bucket=BUCKET))


for step in (buckets, objects, ranges, folders, listings, copies, multipart, large, presigned, refused, deletes):
    checks.check(f"boto3: {step.__name__}", step)
checks.finish()
