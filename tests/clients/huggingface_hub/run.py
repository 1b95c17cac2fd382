"""Drives huggingface_hub and hf_xet, unmodified, against the Hub at HF_ENDPOINT with the token HF_TOKEN.

Prints a line for each check and ends with "N passed, N failed"; exits with 1 if any failed. HF_HOME should be a fresh folder, since
hf_xet keeps a shard cache there; one is made if it is not set.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
import uuid
import warnings
from pathlib import Path

SCRATCH = Path(tempfile.mkdtemp(prefix="hub-client-"))
os.environ.setdefault("HF_HOME", str(SCRATCH / "hf-home"))
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import huggingface_hub  # noqa: E402  (reads the environment when imported)
from huggingface_hub import HfApi  # noqa: E402
from huggingface_hub.errors import (  # noqa: E402
    BucketNotFoundError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import get_session  # noqa: E402

ENDPOINT = os.environ["HF_ENDPOINT"].rstrip("/")
TOKEN = os.environ["HF_TOKEN"]
MIB = 1024 * 1024

# Folders that repos of the hub were made from, where there are any.
REPOS = Path(os.environ["HUB_REPOS"]) if "HUB_REPOS" in os.environ else None

EMPTY_HASH = "0" * 64

# Inputs with the Xet hashes that the native implementation gives them (tests/vectors/README.md says how they are made).
VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "xet" / "files.json"

SIZES = {
    "sizes/empty.bin": 0,
    "sizes/one-byte.bin": 1,
    "sizes/below-chunk.bin": 8191,
    "sizes/chunk.bin": 65536,
    "sizes/megabyte.bin": MIB + 1,
    "sizes/five-megabytes.bin": 5 * MIB,
}

ODD_NAMES = [
    "odd/with space.txt",
    "odd/plus+sign.txt",
    "odd/percent%.txt",
    "odd/percent%2Fescape.txt",
    "odd/hash#mark.txt",
    "odd/question?mark.txt",
    "odd/amper&sand=equals.txt",
    "odd/quote'and\"double.txt",
    "odd/semi;colon,comma.txt",
    "odd/brackets[1]{2}(3).txt",
    "odd/dots.in..middle.txt",
    "odd/.hidden",
    "odd/ünïcödé.txt",
    "odd/日本語/ファイル.txt",
    "odd/emoji-\U0001f917.txt",
    "odd/tilde~caret^pipe|.txt",
    "odd/line\nfeed.txt",
    "odd/" + "long-name-" * 20 + ".txt",
]

passed = 0
failed = 0


def check(name, condition, detail=""):
    """Counts a check and prints its line."""
    global passed, failed
    if condition:
        passed += 1
        print(f"ok    {name}", flush=True)
    else:
        failed += 1
        print(f"FAIL  {name} {detail}", flush=True)


def equal(name, actual, expected):
    check(name, actual == expected, f"got {short(actual)}, expected {short(expected)}")


def short(value):
    text = repr(value)
    return text if len(text) < 300 else text[:300] + "…"


def raises(name, error, call):
    try:
        call()
    except error as raised:
        check(name, True)
        return raised
    except Exception as other:
        check(name, False, f"raised {other!r}")
        return None
    check(name, False, "raised nothing")
    return None


def section(work, *arguments):
    """Runs a group of checks; what it raises counts as one failure and does not end the run."""
    try:
        work(*arguments)
    except Exception:
        check(work.__name__, False, "raised\n" + traceback.format_exc())


def content(seed, size):
    """Bytes that a name fixes and that do not compress."""
    return hashlib.shake_128(seed.encode()).digest(size)


def splitmix(seed, size):
    """The splitmix stream of the test vectors."""
    mask = (1 << 64) - 1
    state = seed
    words = []
    for _ in range((size + 7) // 8):
        state = (state + 0x9E3779B97F4A7C15) & mask
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        words.append((mixed ^ (mixed >> 31)).to_bytes(8, "little"))
    return b"".join(words)[:size]


def digest(path):
    hasher = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(8 * MIB):
            hasher.update(piece)
    return hasher.hexdigest()


def download(api, bucket, paths):
    """Downloads files into a fresh folder and returns where each went."""
    folder = Path(tempfile.mkdtemp(dir=SCRATCH))
    targets = {path: folder / str(number) for number, path in enumerate(paths)}
    api.download_bucket_files(bucket, list(targets.items()), raise_on_missing_files=True)
    return targets


def info_of(api, bucket, path):
    found = list(api.get_bucket_paths_info(bucket, [path]))
    return found[0] if found else None


def account(api):
    me = api.whoami()
    equal("whoami names a user", me["type"], "user")
    check("whoami tells the token's role", me["auth"]["accessToken"]["role"] in ("read", "write", "fineGrained"))
    raises("whoami refuses a wrong token", HfHubHTTPError, lambda: HfApi(ENDPOINT, token="hf_wrong").whoami())


def creation(api, bucket):
    url = api.create_bucket(bucket)
    equal("create answers the bucket's URL", url.bucket_id, bucket)
    again = api.create_bucket(bucket, exist_ok=True)
    equal("create with exist_ok answers the same bucket", again.bucket_id, bucket)
    error = raises("create again is a conflict", HfHubHTTPError, lambda: api.create_bucket(bucket))
    equal("the conflict is a 409", error and error.response.status_code, 409)
    raises("a bad name is refused", HfHubHTTPError, lambda: api.create_bucket(bucket + "--x"))
    raises("a foreign namespace is refused", HfHubHTTPError, lambda: api.create_bucket("somebody-else/x"))
    info = api.bucket_info(bucket)
    equal("info knows the id", info.id, bucket)
    equal("a new bucket is public", info.private, False)
    equal("a new bucket holds nothing", (info.size, info.total_files), (0, 0))
    name = bucket.split("/")[1]
    check("list names the bucket", bucket in [item.id for item in api.list_buckets()])
    equal("list searches", [item.id for item in api.list_buckets(search=name)], [bucket])
    raises("info of a missing bucket", BucketNotFoundError, lambda: api.bucket_info(bucket + "-missing"))
    api.delete_bucket(bucket + "-missing", missing_ok=True)
    check("delete of a missing bucket with missing_ok passes", True)


def sizes(api, bucket):
    for path, size in SIZES.items():
        api.batch_bucket_files(bucket, add=[(content(path, size), path)])
        info = info_of(api, bucket, path)
        equal(f"{path} is there with its size", info and info.size, size)
    equal("the empty file has the zero hash", info_of(api, bucket, "sizes/empty.bin").xet_hash, EMPTY_HASH)
    targets = download(api, bucket, SIZES)
    for path, size in SIZES.items():
        equal(f"{path} comes back", targets[path].read_bytes() == content(path, size), True)


def odd_names(api, bucket):
    api.batch_bucket_files(bucket, add=[(content(path, 1000), path) for path in ODD_NAMES])
    found = {item.path for item in api.list_bucket_tree(bucket, prefix="odd/", recursive=True)}
    equal("the tree holds all odd names", found, set(ODD_NAMES))
    targets = download(api, bucket, ODD_NAMES)
    for path in ODD_NAMES:
        equal(f"{path!r} comes back", targets[path].read_bytes(), content(path, 1000))
        metadata = api.get_bucket_file_metadata(bucket, path)
        equal(f"{path!r} has metadata", metadata.size, 1000)
    for path in ["odd//x", "/odd", "odd/", "../odd", "odd/../x", "./odd", "odd\\x", "odd/.."]:
        error = raises(f"{path!r} is refused", HfHubHTTPError, lambda: api.batch_bucket_files(bucket, add=[(b"x", path)]))
        equal(f"{path!r} is refused with 422", error and error.response.status_code, 422)


def large(api, bucket, mebibytes):
    path = "large/file.bin"
    source = SCRATCH / "large.bin"
    with open(source, "wb") as file:
        for number in range(mebibytes):
            file.write(content(f"{bucket} large {number}", MIB))
    started = time.monotonic()
    api.batch_bucket_files(bucket, add=[(source, path)])
    sent = time.monotonic()
    info = info_of(api, bucket, path)
    equal("the large file is there with its size", info and info.size, mebibytes * MIB)
    target = download(api, bucket, [path])[path]
    received = time.monotonic()
    equal("the large file comes back", digest(target), digest(source))
    print(f"      {mebibytes} MiB: up in {sent - started:.1f} s, down in {received - sent:.1f} s")
    api.batch_bucket_files(bucket, add=[(source, "large/again.bin")])
    again = info_of(api, bucket, "large/again.bin")
    equal("the same bytes have the same Xet hash", again and again.xet_hash, info.xet_hash)
    with get_session().stream(
        "GET",
        f"{ENDPOINT}/buckets/{bucket}/resolve/{path}",
        headers={"Authorization": f"Bearer {TOKEN}", "Range": "bytes=1000000-1000099"},
        follow_redirects=True,
    ) as answer:
        body = answer.read()
    with open(source, "rb") as file:
        file.seek(1_000_000)
        equal("a range of it comes by resolve", (answer.status_code, body), (206, file.read(100)))


def known_hashes(api, bucket):
    for vector in json.loads(VECTORS.read_text()):
        kind, seed, size = (vector["input"][field] for field in ("kind", "seed", "size"))
        if kind not in ("splitmix", "zeros") or size > 2 * MIB:
            continue
        body = bytes(size) if kind == "zeros" else splitmix(seed, size)
        path = f"vectors/{vector['name']}"
        api.batch_bucket_files(bucket, add=[(body, path)])
        equal(f"{path} has its known Xet hash", info_of(api, bucket, path).xet_hash, vector["file_hash"])


def compressible(api, bucket):
    texts = {"text.txt": b"hello hub " * 300_000, "zeros.bin": bytes(3 * MIB), "floats.bin": b"\x00\x01\x80\x3f" * 500_000}
    api.batch_bucket_files(bucket, add=[(body, f"compressible/{name}") for name, body in texts.items()])
    targets = download(api, bucket, [f"compressible/{name}" for name in texts])
    for name, body in texts.items():
        equal(f"{name}, which compresses, comes back", targets[f"compressible/{name}"].read_bytes() == body, True)


def listing(api, bucket):
    names = ["tree/a.txt", "tree/b/c.txt", "tree/b/d/e.txt", "tree.txt", "tree_backup/f.txt"]
    api.batch_bucket_files(bucket, add=[(name.encode(), name) for name in names])
    everything = [item.path for item in api.list_bucket_tree(bucket, recursive=True)]
    check("the tree is in byte order", everything == sorted(everything, key=lambda path: path.encode()))
    absent = [item.path for item in api.list_bucket_tree(bucket)]
    equal("recursive is the default", absent, everything)
    # A prefix is text, not a folder.
    found = [item.path for item in api.list_bucket_tree(bucket, prefix="tree", recursive=True)]
    equal("a prefix is matched as text", sorted(found), sorted(names))
    level = [(item.type, item.path) for item in api.list_bucket_tree(bucket, prefix="tree/", recursive=False)]
    equal("one level shows files and folders", level, [("file", "tree/a.txt"), ("directory", "tree/b")])
    root = {(item.type, item.path) for item in api.list_bucket_tree(bucket, recursive=False)}
    check("the root level shows folders", {("directory", "tree"), ("file", "tree.txt")} <= root)
    equal("a missing prefix holds nothing", list(api.list_bucket_tree(bucket, prefix="nowhere/")), [])
    many = [f"many/{number:04}.txt" for number in range(1200)]
    api.batch_bucket_files(bucket, add=[(b"same", path) for path in many])
    equal("1200 files come in pages", [item.path for item in api.list_bucket_tree(bucket, prefix="many/")], many)
    info = api.bucket_info(bucket)
    tree = list(api.list_bucket_tree(bucket))
    equal("info counts files", info.total_files, len(tree))
    equal("info sums sizes", info.size, sum(item.size for item in tree))


def paths_info(api, bucket):
    asked = ["sizes/one-byte.bin", "nowhere", "sizes", "odd/percent%.txt"]
    found = {item.path: item for item in api.get_bucket_paths_info(bucket, asked)}
    equal("paths-info answers files only", set(found), {"sizes/one-byte.bin", "odd/percent%.txt"})
    equal("paths-info tells the size", found["odd/percent%.txt"].size, 1000)
    many = [f"many/{number:04}.txt" for number in range(1200)]
    equal("paths-info takes many paths", len(list(api.get_bucket_paths_info(bucket, many))), 1200)
    error = raises(
        "metadata of a missing file",
        EntryNotFoundError,
        lambda: api.get_bucket_file_metadata(bucket, "nowhere"),
    )
    equal("a missing file is a 404", error and error.response.status_code, 404)
    raises(
        "download of a missing file",
        EntryNotFoundError,
        lambda: api.download_bucket_files(bucket, [("nowhere", SCRATCH / "x")], raise_on_missing_files=True),
    )


def overwriting(api, bucket):
    api.batch_bucket_files(bucket, add=[(b"old", "changing.txt")])
    before = info_of(api, bucket, "changing.txt")
    updated = api.bucket_info(bucket).updatedAt
    api.batch_bucket_files(bucket, add=[(b"new content", "changing.txt")])
    after = info_of(api, bucket, "changing.txt")
    equal("an overwritten file has its new size", after.size, 11)
    check("an overwritten file has another hash", before.xet_hash != after.xet_hash)
    check("the bucket's updatedAt grows", api.bucket_info(bucket).updatedAt > updated)
    target = download(api, bucket, ["changing.txt"])["changing.txt"]
    equal("an overwritten file has its new bytes", target.read_bytes(), b"new content")


def copying(api, bucket, other):
    api.create_bucket(other)
    source = info_of(api, bucket, "sizes/five-megabytes.bin")
    api.copy_files(f"hf://buckets/{bucket}/sizes/five-megabytes.bin", f"hf://buckets/{other}/copied.bin")
    copied = info_of(api, other, "copied.bin")
    equal("a copy has the same hash and size", (copied.xet_hash, copied.size), (source.xet_hash, source.size))
    api.copy_files(f"hf://buckets/{bucket}/tree/", f"hf://buckets/{other}/folder/")
    found = [item.path for item in api.list_bucket_tree(other, prefix="folder/")]
    equal("a folder is copied", found, ["folder/a.txt", "folder/b/c.txt", "folder/b/d/e.txt"])
    target = download(api, other, ["copied.bin"])["copied.bin"]
    equal("a copy has the same bytes", target.read_bytes() == content("sizes/five-megabytes.bin", 5 * MIB), True)
    raises(
        "content that the source does not hold is not copied",
        HfHubHTTPError,
        lambda: api.batch_bucket_files(other, copy=[("bucket", bucket, "ab" * 32, "stolen")]),
    )


def deleting(api, bucket):
    api.batch_bucket_files(bucket, delete=["tree/a.txt", "tree.txt"])
    equal("deleted files are gone", list(api.get_bucket_paths_info(bucket, ["tree/a.txt", "tree.txt"])), [])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        error = raises(
            "an unregistered hash cannot be added",
            HfHubHTTPError,
            lambda: api.batch_bucket_files(bucket, copy=[("bucket", bucket, "cd" * 32, "x")], delete=["changing.txt"]),
        )
    equal("one failure does not stop the rest", info_of(api, bucket, "changing.txt"), None)
    equal("a partial failure is a 200", error and error.response.status_code, 200)


def settings(api, bucket):
    nobody = HfApi(ENDPOINT, token=False)
    check("nobody reads a public bucket", len(list(nobody.list_bucket_tree(bucket, prefix="sizes/"))) == len(SIZES))
    raises("nobody writes a public bucket", HfHubHTTPError, lambda: nobody.batch_bucket_files(bucket, delete=["sizes/empty.bin"]))
    api.update_bucket_settings(bucket, private=True)
    equal("a bucket can be made private", api.bucket_info(bucket).private, True)
    error = raises("nobody reads a private bucket", HfHubHTTPError, lambda: list(nobody.list_bucket_tree(bucket)))
    equal("nobody gets 401", error and error.response.status_code, 401)
    target = download(api, bucket, ["sizes/megabyte.bin"])["sizes/megabyte.bin"]
    equal("the owner reads a private bucket", digest(target), hashlib.sha256(content("sizes/megabyte.bin", MIB + 1)).hexdigest())
    api.update_bucket_settings(bucket, private=False)
    equal("a bucket can be made public", api.bucket_info(bucket).private, False)


def filesystem(api, bucket):
    files = huggingface_hub.HfFileSystem(endpoint=ENDPOINT, token=TOKEN, skip_instance_cache=True)
    root = f"buckets/{bucket}"
    body = content("filesystem", 300_000)
    with files.open(f"{root}/fs/written.bin", "wb") as file:
        file.write(body)
    with files.open(f"{root}/fs/written.bin", "rb") as file:
        file.seek(100_000)
        equal("HfFileSystem reads a range", file.read(1000), body[100_000:101_000])
    equal("HfFileSystem lists", files.ls(f"{root}/fs", detail=False), [f"{root}/fs/written.bin"])
    check("HfFileSystem knows folders", files.isdir(f"{root}/sizes"))
    files.rm(f"{root}/fs/written.bin")
    files.invalidate_cache()
    check("HfFileSystem deletes", not files.exists(f"{root}/fs/written.bin"))


def syncing(api, bucket):
    folder = SCRATCH / "sync"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "deep" / "two.txt").write_text("two")
    api.sync_bucket(str(folder), f"hf://buckets/{bucket}/synced")
    found = [item.path for item in api.list_bucket_tree(bucket, prefix="synced/")]
    equal("a folder is synced up", found, ["synced/deep/two.txt", "synced/one.txt"])
    back = SCRATCH / "sync-back"
    api.sync_bucket(f"hf://buckets/{bucket}/synced", str(back))
    equal("a folder is synced down", (back / "deep" / "two.txt").read_text(), "two")


def files_below(folder):
    """What a folder holds: digests by path."""
    return {
        path.relative_to(folder).as_posix(): digest(path)
        for path in Path(folder).rglob("*")
        if path.is_file() and ".cache" not in path.relative_to(folder).parts
    }


def repos(api):
    shards = "local/shards"
    for repo, kind, revision, folder in [
        (shards, "dataset", None, "shards"),
        (shards, "dataset", "v1", "shards"),
        (shards, "dataset", "next/try", "shards-next"),
        ("local/old", "model", None, "old"),
        ("bare", "model", None, "bare"),
        ("local/app", "space", None, "app"),
        ("local/secret", "dataset", None, "secret"),
        ("local/gated", "dataset", None, "gated"),
    ]:
        target = SCRATCH / "snapshots" / f"{folder}-{revision}".replace("/", "-")
        api.snapshot_download(repo, repo_type=kind, revision=revision, local_dir=target)
        equal(f"snapshot of {kind} {repo} at {revision}", files_below(target), files_below(REPOS / folder))
    api.snapshot_download(shards, repo_type="dataset")
    for path in files_below(REPOS / "shards"):
        got = api.hf_hub_download(shards, path, repo_type="dataset")
        equal(f"hf_hub_download of {path!r}", digest(got), digest(REPOS / "shards" / path))
    plain = api.hf_hub_download("local/old", "pytorch_model.bin", force_download=True)
    equal("a file in LFS alone comes back", digest(plain), digest(REPOS / "old" / "pytorch_model.bin"))


def repo_errors(api):
    raises("a missing repo", RepositoryNotFoundError, lambda: api.repo_info("local/none", repo_type="dataset"))
    raises("a missing revision", RevisionNotFoundError, lambda: api.repo_info("local/shards", repo_type="dataset", revision="none"))
    raises("a missing file", EntryNotFoundError, lambda: api.hf_hub_download("local/shards", "none", repo_type="dataset"))
    raises("a missing folder", EntryNotFoundError, lambda: list(api.list_repo_tree("local/shards", "none", repo_type="dataset")))
    nobody = HfApi(ENDPOINT, token=False)
    raises("nobody sees a private repo", HfHubHTTPError, lambda: nobody.repo_info("local/secret", repo_type="dataset"))
    equal("nobody sees it listed", "local/secret" in [item.id for item in nobody.list_datasets(author="local")], False)
    equal("its owner does", "local/secret" in [item.id for item in api.list_datasets(author="local")], True)
    raises("nobody reads a gated repo", GatedRepoError, lambda: nobody.hf_hub_download("local/gated", "asked.bin", repo_type="dataset"))
    equal("nobody sees its files", [item.path for item in nobody.list_repo_tree("local/gated", repo_type="dataset")], ["asked.bin"])


def repo_listings(api):
    shards = "local/shards"
    info = api.repo_info(shards, repo_type="dataset", files_metadata=True)
    local = files_below(REPOS / "shards")
    equal("repo_info tells the files", {item.rfilename for item in info.siblings}, set(local))
    large = next(item for item in info.siblings if item.rfilename == "data/train-00001.bin")
    equal("and their SHA-256", large.lfs.sha256, local["data/train-00001.bin"])
    items = list(api.list_repo_tree(shards, repo_type="dataset", recursive=True, expand=True))
    equal("the tree holds all files", {item.path for item in items if hasattr(item, "blob_id")}, set(local))
    equal("and the directories", {item.path for item in items if not hasattr(item, "blob_id")}, {"data", "data/deep", "data/deep/er", "odd"})
    check("files outside Git are in Xet", all((item.xet_hash is not None) == (item.lfs is not None) for item in items if hasattr(item, "blob_id")))
    check("expand tells the last commit", all(item.last_commit.oid == info.sha for item in items))
    old = api.get_paths_info("local/old", ["pytorch_model.bin", "none"])
    equal("a file in LFS alone has no Xet hash", [(item.lfs is not None, item.xet_hash) for item in old], [(True, None)])
    refs = api.list_repo_refs(shards, repo_type="dataset")
    equal("the branches", [item.name for item in refs.branches], ["main", "next/try"])
    equal("the tags", [(item.name, item.target_commit) for item in refs.tags], [("v1", info.sha)])
    equal("the history of main", [item.commit_id for item in api.list_repo_commits(shards, repo_type="dataset")], [info.sha])
    equal("the history of a branch begins at main", len(api.list_repo_commits(shards, repo_type="dataset", revision="next/try")), 2)
    small = (REPOS / "shards" / "README.md").read_bytes()
    oid = hashlib.sha1(b"blob %d\0" % len(small) + small).hexdigest()
    equal("small files have the name that Git gives them", next(i.blob_id for i in items if i.path == "README.md"), oid)


def repo_filesystem():
    files = huggingface_hub.HfFileSystem(endpoint=ENDPOINT, token=TOKEN, skip_instance_cache=True)
    root = "datasets/local/shards"
    equal("HfFileSystem finds all files", set(files.find(root)), {f"{root}/{path}" for path in files_below(REPOS / "shards")})
    equal("HfFileSystem globs", files.glob(f"{root}/data/*.bin"), [f"{root}/data/train-00000.bin", f"{root}/data/train-00001.bin"])
    body = (REPOS / "shards" / "data" / "train-00001.bin").read_bytes()
    with files.open(f"{root}/data/train-00001.bin", "rb", block_size=100_000) as file:
        file.seek(3_000_000)
        equal("HfFileSystem reads a range", file.read(5000), body[3_000_000:3_005_000])
    other = (REPOS / "shards-next" / "README.md").read_bytes()
    equal("HfFileSystem reads a branch", files.cat(f"{root}@next%2Ftry/README.md"), other)
    with files.open("local/old/pytorch_model.bin", "rb") as file:
        file.seek(1_000_000)
        equal("HfFileSystem reads LFS", file.read(10), (REPOS / "old" / "pytorch_model.bin").read_bytes()[1_000_000:1_000_010])


def copies_of_repos(api, bucket):
    api.copy_files("hf://datasets/local/shards/", f"hf://buckets/{bucket}/from-dataset/")
    local = {path: sum for path, sum in files_below(REPOS / "shards").items() if path != ".gitattributes"}
    found = {item.path.removeprefix("from-dataset/"): item for item in api.list_bucket_tree(bucket, prefix="from-dataset/", recursive=True)}
    equal("copy_files copies a dataset", set(found), set(local))
    targets = download(api, bucket, [f"from-dataset/{path}" for path in local])
    equal("and its bytes", {path.removeprefix("from-dataset/"): digest(to) for path, to in targets.items()}, local)
    tree = {item.path: item for item in api.list_repo_tree("local/shards", repo_type="dataset", recursive=True)}
    equal("large files keep their Xet hash", found["data/train-00001.bin"].xet_hash, tree["data/train-00001.bin"].xet_hash)
    api.copy_files("hf://local/old/pytorch_model.bin", f"hf://buckets/{bucket}/from-model.bin")
    equal("copy_files copies from LFS", digest(download(api, bucket, ["from-model.bin"])["from-model.bin"]), digest(REPOS / "old" / "pytorch_model.bin"))


def moving(api, other):
    target = other + "-moved"
    api.move_bucket(other, target)
    equal("a moved bucket has its files", info_of(api, target, "copied.bin") is not None, True)
    raises("its old name is gone", BucketNotFoundError, lambda: api.bucket_info(other))
    error = raises("a missing bucket cannot be moved", HfHubHTTPError, lambda: api.move_bucket(other, target + "-x"))
    equal("moving a missing bucket is a 404", error and error.response.status_code, 404)
    api.delete_bucket(target)
    raises("a deleted bucket is gone", BucketNotFoundError, lambda: api.bucket_info(target))


def main():
    api = HfApi(ENDPOINT, token=TOKEN)
    user = api.whoami()["name"]
    bucket = f"{user}/clients-{uuid.uuid4().hex[:12]}"
    other = bucket + "-other"
    print(f"huggingface_hub {huggingface_hub.__version__} against {ENDPOINT}, bucket {bucket}")
    section(account, api)
    section(creation, api, bucket)
    section(sizes, api, bucket)
    section(odd_names, api, bucket)
    section(known_hashes, api, bucket)
    section(compressible, api, bucket)
    section(listing, api, bucket)
    section(paths_info, api, bucket)
    section(large, api, bucket, int(os.environ.get("LARGE_MIB", "200")))
    section(overwriting, api, bucket)
    section(copying, api, bucket, other)
    section(settings, api, bucket)
    section(filesystem, api, bucket)
    section(syncing, api, bucket)
    if REPOS is not None:
        section(repos, api)
        section(repo_errors, api)
        section(repo_listings, api)
        section(repo_filesystem)
        section(copies_of_repos, api, bucket)
    section(deleting, api, bucket)
    section(moving, api, other)
    section(api.delete_bucket, bucket)
    raises("the bucket is gone at the end", BucketNotFoundError, lambda: api.bucket_info(bucket))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        status = main()
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    sys.exit(status)
