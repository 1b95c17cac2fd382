"""DVC with default settings: a remote in a bucket, push, pull, status, garbage collection."""

import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import s3fs
from checks import Checks, equal, random_bytes
from commands import command, content, folder, same_files, work

MIB = 1024 * 1024
REMOTE = "s3://dvc-client/a remote"
dvc = command(os.environ["DVC_BIN"], "--quiet", DVC_NO_ANALYTICS="true", DVC_SITE_CACHE_DIR=str(work / "site"))
checks = Checks()
FILES = {
    "data/one": b"1",
    "data/deep/er/file.bin": random_bytes(300_000, 1),
    "data/sp ace é.txt": random_bytes(5_000, 2),
    "large.bin": random_bytes(60 * MIB, 3),
}
repository = work / "repository"


def stored():
    return s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False).find("dvc-client")


def remote():
    s3fs.S3FileSystem().mkdir("dvc-client")
    folder("repository", FILES)
    dvc("init", "--no-scm", cwd=repository)
    dvc("remote", "add", "--default", "gw", REMOTE, cwd=repository)
    dvc("remote", "modify", "gw", "endpointurl", os.environ["AWS_ENDPOINT_URL"], cwd=repository)


def push():
    dvc("add", "data", "large.bin", cwd=repository)
    dvc("push", cwd=repository)
    # Three files in the folder, its index, and the large one.
    equal(len(stored()), 5)


def pull():
    for name in ("data", ".dvc/cache"):
        shutil.rmtree(repository / name)
    (repository / "large.bin").unlink()
    dvc("pull", cwd=repository)
    found = {name: (repository / name).read_bytes() for name in FILES}
    same_files(found, FILES)


def changes():
    (repository / "data/one").write_bytes(b"changed")
    dvc("add", "data", cwd=repository)
    dvc("push", cwd=repository)
    equal(len(stored()), 7)
    dvc("gc", "--workspace", "--cloud", "--force", cwd=repository)
    equal(len(stored()), 5)


def clone():
    copy = work / "clone"
    copy.mkdir()
    shutil.copytree(repository / ".dvc", copy / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp"))
    for name in ("data.dvc", "large.bin.dvc"):
        shutil.copy(repository / name, copy)
    dvc("pull", cwd=copy)
    same_files(content(copy / "data"), content(repository / "data"))


def imports():
    s3fs.S3FileSystem().pipe("dvc-client/outside/file", b"outside")
    dvc("remote", "add", "outside", "s3://dvc-client/outside", cwd=repository)
    dvc("remote", "modify", "outside", "endpointurl", os.environ["AWS_ENDPOINT_URL"], cwd=repository)
    dvc("import-url", "remote://outside/file", "imported", cwd=repository)
    equal((repository / "imported").read_bytes(), b"outside")
    s3fs.S3FileSystem().pipe("dvc-client/outside/file", b"outside, changed")
    dvc("update", "imported.dvc", cwd=repository)
    equal((repository / "imported").read_bytes(), b"outside, changed")


for check in (remote, push, pull, changes, clone, imports):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
