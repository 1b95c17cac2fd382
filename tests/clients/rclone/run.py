"""rclone with default settings (provider Other): sync, check, copies, moves, times, hashes."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from commands import command, content, folder, same_files, work
from repos import OLD_MODEL, SHARDS, files_of

MIB = 1024 * 1024
BUCKET = "gw:rclone-client"
rclone = command(
    os.environ["RCLONE"],
    RCLONE_CONFIG_GW_TYPE="s3",
    RCLONE_CONFIG_GW_PROVIDER="Other",
    RCLONE_CONFIG_GW_ENV_AUTH="true",
    RCLONE_CONFIG_GW_ENDPOINT=os.environ["AWS_ENDPOINT_URL"],
)
checks = Checks()
FILES = {
    "empty": b"",
    "one": b"1",
    "deep/er/file.bin": random_bytes(300_000, 1),
    "sp ace/ü 😀+%20&.txt": random_bytes(5_000, 2),
    "a.txt": b"a",
    "a/b.txt": b"ab",
}
OLD = 981_173_106.123456


def source_folder():
    root = folder("source", FILES)
    for number, name in enumerate(sorted(FILES)):
        os.utime(root / name, (OLD + number * 100_000, OLD + number * 100_000))
    return root


def listed(path, *arguments):
    entries = json.loads(rclone("lsjson", "--recursive", "--files-only", *arguments, path))
    return {entry["Path"]: entry for entry in entries}


def buckets():
    rclone("mkdir", BUCKET)
    rclone("mkdir", BUCKET)
    assert "rclone-client" in rclone("lsd", "gw:")
    rclone("lsf", "gw:not-there-at-all", ok=False)


def sync():
    root = source_folder()
    rclone("sync", root, f"{BUCKET}/tree")
    equal({name: entry["Size"] for name, entry in listed(f"{BUCKET}/tree").items()}, {n: len(d) for n, d in FILES.items()})
    rclone("check", root, f"{BUCKET}/tree")
    rclone("check", "--download", root, f"{BUCKET}/tree")
    rclone("sync", f"{BUCKET}/tree", work / "back")
    same_files(content(work / "back"), FILES)


def times():
    root = source_folder()
    back = {name: (work / "back" / name).stat().st_mtime for name in FILES}
    equal({n: round(t, 3) for n, t in back.items()}, {n: round((root / n).stat().st_mtime, 3) for n in FILES})


def sync_again_sends_nothing():
    root = source_folder()
    rclone("sync", "--dry-run", "--log-file", work / "log", root, f"{BUCKET}/tree")
    equal((work / "log").read_text().count("Skipped"), 0)


def changed_time():
    root = source_folder()
    os.utime(root / "deep/er/file.bin", (OLD, OLD + 5_000_000))
    rclone("sync", root, f"{BUCKET}/tree")
    rclone("copyto", f"{BUCKET}/tree/deep/er/file.bin", work / "changed")
    equal(round((work / "changed").stat().st_mtime), round(OLD + 5_000_000))
    equal((work / "changed").read_bytes(), FILES["deep/er/file.bin"])


def sync_deletes():
    root = folder("source2", {**FILES, "new": b"new"})
    (root / "one").unlink()
    (root / "a.txt").write_bytes(b"changed")
    rclone("sync", root, f"{BUCKET}/tree")
    rclone("sync", f"{BUCKET}/tree", work / "back")
    same_files(content(work / "back"), content(root))


def copies_and_moves():
    data = random_bytes(200_000, 3)
    path = folder("single", {"file": data}) / "file"
    os.utime(path, (OLD, OLD))
    rclone("copyto", path, f"{BUCKET}/single/one")
    rclone("copyto", f"{BUCKET}/single/one", f"{BUCKET}/single/two")
    rclone("moveto", f"{BUCKET}/single/two", f"{BUCKET}/single/three")
    equal(sorted(listed(f"{BUCKET}/single")), ["one", "three"])
    equal(listed(f"{BUCKET}/single")["three"]["ModTime"][:10], "2001-02-03")
    rclone("moveto", f"{BUCKET}/single/three", work / "moved")
    equal((work / "moved").read_bytes(), data)
    equal(round((work / "moved").stat().st_mtime), round(OLD))
    equal(sorted(listed(f"{BUCKET}/single")), ["one"])
    rclone("copy", f"{BUCKET}/single", f"{BUCKET}/other")
    rclone("move", f"{BUCKET}/other", f"{BUCKET}/another")
    equal((sorted(listed(f"{BUCKET}/another")), sorted(listed(f"{BUCKET}/other"))), (["one"], []))


def large_file():
    data = random_bytes(210 * MIB, 4)
    root = folder("large", {"large.bin": data})
    rclone("copy", root, f"{BUCKET}/large")
    rclone("check", root, f"{BUCKET}/large")
    sums = rclone("md5sum", f"{BUCKET}/large").split()
    equal(sums, subprocess.run(["md5sum", "large.bin"], cwd=root, capture_output=True, text=True).stdout.split())
    rclone("copyto", f"{BUCKET}/large/large.bin", f"{BUCKET}/large/copy.bin")
    rclone("copy", f"{BUCKET}/large", work / "large-back")
    same_files(content(work / "large-back"), {"large.bin": data, "copy.bin": data})


def stream():
    data = random_bytes(12 * MIB, 5)
    text = data.hex().encode()
    rclone("rcat", f"{BUCKET}/text", stdin=text)
    rclone("rcat", f"{BUCKET}/stream", stdin=data)
    rclone("copyto", f"{BUCKET}/stream", work / "stream")
    equal((work / "stream").read_bytes(), data)
    equal(rclone("cat", "--offset", "8388600", "--count", "20", f"{BUCKET}/text"), str(text[8388600:8388620], "ascii"))


def touch():
    rclone("touch", "--timestamp", "2001-02-03T04:05:06", f"{BUCKET}/touched")
    equal(listed(BUCKET, "--include", "/touched")["touched"]["ModTime"][:10], "2001-02-03")


def deletes():
    rclone("deletefile", f"{BUCKET}/touched")
    rclone("delete", f"{BUCKET}/tree", "--include", "deep/**")
    equal(sorted(name for name in listed(f"{BUCKET}/tree") if name.startswith("deep")), [])
    rclone("purge", BUCKET)
    assert "rclone-client" not in rclone("lsd", "gw:")


def repos():
    for repo, name in ((SHARDS, "shards"), (OLD_MODEL, "old"), (f"{SHARDS}--at--next--try", "shards-next")):
        rclone("sync", f"gw:{repo}", work / "repos" / name)
        same_files(content(work / "repos" / name), files_of(name))
        rclone("check", "--download", f"gw:{repo}", work / "repos" / name)
    equal(sorted(entry["Path"] for entry in json.loads(rclone("lsjson", f"gw:{SHARDS}/data"))), ["deep", "train-00000.bin", "train-00001.bin"])
    assert "only reads" in rclone("copy", work / "repos" / "old", f"gw:{SHARDS}", ok=False)


for check in (
    buckets,
    sync,
    times,
    sync_again_sends_nothing,
    changed_time,
    sync_deletes,
    copies_and_moves,
    large_file,
    stream,
    touch,
    deletes,
    repos,
):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
