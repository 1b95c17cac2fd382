"""What the bucket library writes is read by huggingface_hub and hf_xet, and the reverse."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from huggingface_hub import HfApi

MIB = 1024 * 1024
api = HfApi()
checks = Checks()
OWNER = api.whoami()["name"]
work = pathlib.Path(tempfile.mkdtemp())
FILES = {
    "empty": b"",
    "one byte": b"x",
    "small é😀 #?%20+.txt": random_bytes(5_000, 1),
    "dir/sub/random.bin": random_bytes(3 * MIB + 17, 2),
    "dir/zeros": bytes(2 * MIB + 5),
    "period": (b"abcdefghijklmnopqrstuvwxyz" * 100_000)[: 2 * MIB],
    "large.bin": random_bytes(70 * MIB, 3),
}


def library(*calls):
    script = os.path.join(os.path.dirname(__file__), "library.ts")
    done = subprocess.run(
        [os.environ["DENO"], "run", "-A", script],
        input=json.dumps(calls).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def write(directory):
    for name, data in FILES.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read(bucket, paths):
    """Downloads files with huggingface_hub."""
    directory = pathlib.Path(tempfile.mkdtemp(dir=work))
    targets = [(path, directory / str(index)) for index, path in enumerate(paths)]
    api.download_bucket_files(bucket, files=targets)
    return {path: target.read_bytes() for path, target in targets}


def same(actual, expected):
    equal(sorted(actual), sorted(expected))
    for path, data in expected.items():
        equal(actual[path], data)


def hashes(bucket):
    items = api.list_bucket_tree(bucket, recursive=True)
    return {item.path: item.xet_hash for item in items if hasattr(item, "xet_hash")}


OURS, THEIRS = f"{OWNER}/by-library", f"{OWNER}/by-python"
source = work / "source"
write(source)


def library_writes():
    created, done = library(["create", "by-library"], ["uploadAll", OURS, str(source)])
    equal(created["id"], OURS)
    equal((len(done["added"]), done["failed"]), (len(FILES), []))
    info = api.bucket_info(OURS)
    equal((info.total_files, info.size), (len(FILES), sum(map(len, FILES.values()))))
    same(read(OURS, FILES), FILES)


def python_writes():
    api.create_bucket("by-python")
    api.batch_bucket_files(THEIRS, add=[(data, path) for path, data in FILES.items()])
    target = work / "target"
    count, info = library(["downloadAll", THEIRS, str(target)], ["info", "by-python"])
    equal((count, info["totalFiles"]), (len(FILES), len(FILES)))
    same({path: (target / path).read_bytes() for path in FILES}, FILES)


def equal_hashes():
    equal(hashes(OURS), hashes(THEIRS))


def metadata():
    library(["upload", OURS, str(source / "one byte"), "described"])
    (item,) = api.get_bucket_paths_info(OURS, ["described"])
    equal(item.mtime.timestamp(), 1_700_000_000.0)
    # huggingface_hub sends the type (guessed by the name) and does not show it.
    api.batch_bucket_files(THEIRS, add=[(b"{}", "guessed.json")])
    ours, theirs = library(["list", OURS], ["list", THEIRS])
    types = {one["path"]: one.get("contentType") for one in ours + theirs}
    equal((types["described"], types["guessed.json"]), ("text/x-test", "application/json"))
    file = api.get_bucket_file_metadata(OURS, "described")
    equal(file.size, 1)
    (listed,) = [one for one in ours if one["path"] == "described"]
    equal(listed["xetHash"], file.xet_file_data.file_hash)


def edits():
    data = FILES["large.bin"]
    appended, spliced = library(
        ["append", OURS, "large.bin", "the end"],
        ["splice", OURS, "large.bin", "in the middle"],
    )
    expected = data[:10] + b"in the middle" + data[20:] + b"the end"
    equal((appended["size"], spliced["size"]), (len(data) + 7, len(expected)))
    same(read(OURS, ["large.bin"]), {"large.bin": expected})
    api.batch_bucket_files(THEIRS, add=[(expected, "edited")])
    equal(hashes(OURS)["large.bin"], hashes(THEIRS)["edited"])


def copies():
    """The same copies by both, with the same rules for slashes."""
    for number, (path, target) in enumerate(
        [("dir", "new"), ("dir", "new"), ("dir/", "new"), ("one byte", "new/"), ("one byte", "x/y"), ("", "all/")]
    ):
        uri = f"hf://buckets/{THEIRS}/{path}"
        ours, theirs = f"{OWNER}/copies-library", f"{OWNER}/copies-python"
        if number == 0:
            library(["create", ours])
            api.create_bucket(theirs)
        (done,) = library(["copy", uri, f"hf://buckets/{ours}/{target}"])
        equal(done["failed"], [])
        api.copy_files(uri, f"hf://buckets/{theirs}/{target}")
        equal(hashes(ours), hashes(theirs))


def removals():
    done, _ = library(["remove", THEIRS, "empty"], ["move", THEIRS, f"{OWNER}/moved"])
    equal(done["deleted"], ["empty"])
    equal("empty" in hashes(f"{OWNER}/moved"), False)
    library(["delete", "moved"])
    equal([bucket.id for bucket in api.list_buckets(search="moved")], [])


checks.check("what the library writes is read by huggingface_hub", library_writes)
checks.check("what huggingface_hub writes is read by the library", python_writes)
checks.check("both give the same bytes the same Xet hashes", equal_hashes)
checks.check("type and time are the same to both", metadata)
checks.check("an edited file is the file that huggingface_hub uploads whole", edits)
checks.check("copies go to the same paths", copies)
checks.check("deletes and moves are seen by both", removals)
checks.finish()
