"""Load by a program that syncs folders (AWS CLI or rclone) until a time; then the bucket's folder is read and compared."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

program, bucket, seed, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
rng = random.Random(seed)
work = pathlib.Path(tempfile.mkdtemp())
source = work / "source"
source.mkdir()
counts = {"operations": 0, "errors": 0}
name = "aws" if os.path.basename(program).startswith("aws") else "rclone"
environment = {
    **os.environ,
    "HOME": str(work),
    "AWS_MAX_ATTEMPTS": "8",
    "AWS_RETRY_MODE": "standard",
    "RCLONE_CONFIG_GW_TYPE": "s3",
    "RCLONE_CONFIG_GW_PROVIDER": "Other",
    "RCLONE_CONFIG_GW_ENV_AUTH": "true",
    "RCLONE_CONFIG_GW_ENDPOINT": os.environ["AWS_ENDPOINT_URL"],
}
# The program must see this gateway's settings only.
environment.pop("AWS_CA_BUNDLE", None)


def run(*arguments):
    counts["operations"] += 1
    done = subprocess.run([program, *map(str, arguments)], env=environment, capture_output=True, timeout=600)
    if done.returncode != 0:
        counts["errors"] += 1
        print(f"{name}: {done.stderr.decode(errors='replace')[-300:]}", file=sys.stderr)
    return done.returncode == 0


def sync(back=None):
    remote = f"s3://{bucket}/{name}" if name == "aws" else f"gw:{bucket}/{name}"
    ends = (source, remote) if back is None else (remote, back)
    if name == "aws":
        return run("s3", "sync", "--only-show-errors", "--delete", *ends)
    return run("sync", *ends)


def change():
    for _ in range(rng.randrange(1, 6)):
        path = source / rng.choice(["a", "b", "deep/er"]) / f"file {rng.randrange(30)}"
        if path.exists() and rng.random() < 0.3:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rng.randbytes(rng.choice([0, 10, 4000, 100_000, 900_000])))


def content(root):
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


end = time.time() + seconds
while time.time() < end:
    change()
    sync()
    if rng.random() < 0.2:
        shutil.rmtree(work / "back", ignore_errors=True)
        (work / "back").mkdir()
        sync(work / "back")

print("loaded", flush=True)
sys.stdin.readline()  # until the faults are over
assert sync(), "the last sync failed without faults"
shutil.rmtree(work / "back", ignore_errors=True)
(work / "back").mkdir()
assert sync(work / "back"), "the last sync back failed without faults"
assert content(source) == content(work / "back"), "what came back is something else"
print(json.dumps({**counts, "verified": len(content(source))}), flush=True)
shutil.rmtree(work)
