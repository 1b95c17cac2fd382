"""restic with default settings: a repository in a bucket, backups, check, restore, prune."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from commands import command, content, folder, same_files, work

MIB = 1024 * 1024
restic = command(
    os.environ["RESTIC"],
    RESTIC_REPOSITORY=f"s3:{os.environ['AWS_ENDPOINT_URL']}/restic-client/a/repository",
    RESTIC_PASSWORD="a password",
    RESTIC_CACHE_DIR=str(work / "cache"),
)
checks = Checks()
FILES = {
    "empty": b"",
    "deep/er/file.bin": random_bytes(300_000, 1),
    "sp ace/ü 😀.txt": b"text " * 5_000,
    "large.bin": random_bytes(48 * MIB, 2),
}


def init():
    restic("init")
    restic("init", ok=False)


def backup():
    root = folder("source", FILES)
    restic("backup", "--tag", "first", ".", cwd=root)
    (root / "empty").unlink()
    (root / "new").write_bytes(random_bytes(MIB, 3))
    restic("backup", "--tag", "second", ".", cwd=root)
    snapshots = json.loads(restic("snapshots", "--json"))
    equal([snapshot["tags"] for snapshot in snapshots], [["first"], ["second"]])


def check_repository():
    assert "no errors were found" in restic("check", "--read-data")


def restore():
    restic("restore", "latest", "--tag", "first", "--target", work / "first")
    same_files(content(work / "first"), FILES)
    restic("restore", "latest", "--tag", "second", "--target", work / "second")
    same_files(content(work / "second"), content(work / "source"))
    restic("restore", "latest", "--no-cache", "--include", "/new", "--target", work / "one")
    same_files(content(work / "one"), {"new": random_bytes(MIB, 3)})


def listing():
    listed = restic("ls", "latest", "--tag", "first").splitlines()
    for name in FILES:
        assert f"/{name}" in listed, (name, listed)
    assert "locks" not in restic("list", "locks")


def forget_and_prune():
    first = json.loads(restic("snapshots", "--json", "--tag", "first"))[0]["id"]
    restic("forget", "--prune", first)
    assert "no errors were found" in restic("check", "--read-data")
    restic("restore", "latest", "--target", work / "after-prune")
    same_files(content(work / "after-prune"), content(work / "source"))


def keys():
    (work / "new-password").write_text("another password")
    restic("key", "add", "--new-password-file", work / "new-password")
    restic("--password-file", work / "new-password", "snapshots")
    restic("unlock")


for check in (init, backup, check_repository, restore, listing, forget_and_prune, keys):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
