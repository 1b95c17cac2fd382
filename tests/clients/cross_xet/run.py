"""What huggingface_hub and hf_xet write is read through S3, and the reverse, with equal Xet hashes."""

import io
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import boto3
from boto3.s3.transfer import TransferConfig
from checks import Checks, equal, random_bytes
from huggingface_hub import HfApi

MIB = 1024 * 1024
api = HfApi()
s3 = boto3.client("s3")
checks = Checks()
OWNER = api.whoami()["name"]
BUCKET = "cross-xet"
ID = f"{OWNER}/{BUCKET}"
work = pathlib.Path(tempfile.mkdtemp())


def text(size, seed):
    words = [b"alpha ", b"bravo ", b"charlie ", b"delta ", b"echo "]
    data = b"".join(words[byte % 5] for byte in random_bytes(size // 4, seed))
    return data[:size]


INPUTS = {
    "empty": b"",
    "one byte": b"x",
    "small é😀.txt": random_bytes(5_000, 1),
    "dir/sub/random.bin": random_bytes(3 * MIB + 17, 2),
    "text+plus%20.log": text(4 * MIB, 3),
    "zeros": bytes(2 * MIB + 5),
    "period 26": (b"abcdefghijklmnopqrstuvwxyz" * 200_000)[: 4 * MIB],
    "large.bin": random_bytes(200 * MIB, 4),
}


def xet_hashes(paths):
    infos = api.get_bucket_paths_info(ID, paths)
    return {info.path: info.xet_hash for info in infos}


def by_hub_read_by_s3():
    names = [f"hub/{name}" for name in INPUTS]
    api.batch_bucket_files(ID, add=[(data, f"hub/{name}") for name, data in INPUTS.items()])
    hashes = xet_hashes(names)
    for name, data in INPUTS.items():
        got = s3.get_object(Bucket=BUCKET, Key=f"hub/{name}")
        equal(got["Body"].read(), data)
        equal(got["ResponseMetadata"]["HTTPHeaders"]["x-hf-xet-hash"], hashes[f"hub/{name}"])
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="hub/")["Contents"]
    equal(sorted(item["Key"] for item in listed), sorted(names))


def by_s3_read_by_hub(prefix, write):
    for name, data in INPUTS.items():
        write(f"{prefix}/{name}", data)
    targets = {f"{prefix}/{name}": work / f"{prefix}-{i}" for i, name in enumerate(INPUTS)}
    api.download_bucket_files(ID, files=[(path, target) for path, target in targets.items()])
    hashes = xet_hashes([f"hub/{name}" for name in INPUTS] + list(targets))
    for name, data in INPUTS.items():
        equal(targets[f"{prefix}/{name}"].read_bytes(), data)
        equal((name, hashes[f"{prefix}/{name}"]), (name, hashes[f"hub/{name}"]))


def put(key, data):
    s3.put_object(Bucket=BUCKET, Key=key, Body=data)


def multipart(key, data):
    config = TransferConfig(multipart_threshold=1, multipart_chunksize=5 * MIB + 1)
    s3.upload_fileobj(io.BytesIO(data), BUCKET, key, Config=config)


api.create_bucket(ID, exist_ok=True)
checks.check("written by hf_xet, read through S3", by_hub_read_by_s3)
checks.check("written by PutObject, read by hf_xet", lambda: by_s3_read_by_hub("put", put))
checks.check("written in parts, read by hf_xet", lambda: by_s3_read_by_hub("multi", multipart))
checks.finish()
