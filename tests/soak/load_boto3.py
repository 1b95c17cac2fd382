"""Load by boto3 until a time: puts, overwrites, multipart uploads, copies, ranges, deletes; then every key is read and compared."""

import hashlib
import io
import json
import os
import random
import sys
import time

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

MIB = 1024 * 1024
bucket, seed, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
rng = random.Random(seed)
s3 = boto3.client("s3", config=Config(retries={"mode": "standard", "max_attempts": 8}, read_timeout=120))
transfer = TransferConfig(multipart_threshold=6 * MIB, multipart_chunksize=5 * MIB)
# What each key may hold: digests, or None for nothing. More than one after an error.
keys = {f"boto3/{i}": {None} for i in range(60)}
counts = {"operations": 0, "errors": 0}


def digest(body):
    return hashlib.sha256(body).hexdigest()


def body():
    size = rng.choice([0, 100, 5000, 70_000, 400_000, 400_000, 7 * MIB if rng.random() < 0.2 else 1000])
    return rng.randbytes(size)


def read(key):
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
        return digest(answer["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise


def step(key):
    choice = rng.random()
    if choice < 0.5:
        data = body()
        keys[key] |= {digest(data)}
        s3.upload_fileobj(io.BytesIO(data), bucket, key, Config=transfer)
        keys[key] = {digest(data)}
    elif choice < 0.75:
        found = read(key)
        assert found in keys[key], f"{key} holds {found}, not one of {keys[key]}"
        keys[key] = {found}
    elif choice < 0.85:
        source = rng.choice(list(keys))
        keys[key] |= keys[source]
        try:
            s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": source}, MetadataDirective="REPLACE")
            keys[key] = keys[source] - {None}
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            assert None in keys[source], f"{source} is not there to be copied"
    else:
        keys[key] |= {None}
        s3.delete_object(Bucket=bucket, Key=key)
        keys[key] = {None}


end = time.time() + seconds
while time.time() < end:
    counts["operations"] += 1
    try:
        step(rng.choice(list(keys)))
    except (ClientError, BotoCoreError) as error:
        counts["errors"] += 1
        print(f"boto3: {error}", file=sys.stderr)

print("loaded", flush=True)
sys.stdin.readline()  # until the faults are over
for key, possible in keys.items():
    found = read(key)
    assert found in possible, f"{key} holds {found}, not one of {possible}"
print(json.dumps({**counts, "verified": len(keys)}), flush=True)
