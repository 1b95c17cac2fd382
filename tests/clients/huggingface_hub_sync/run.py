"""What `hugbucket sync` has synced leaves huggingface_hub nothing to do, and the reverse; plans are exchanged."""

import contextlib
import io
import json
import os
import pathlib
import random
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, random_bytes
from commands import command, content, folder, same_files, work
from huggingface_hub import HfApi

api = HfApi()
checks = Checks()
OWNER = api.whoami()["name"]
ID = f"{OWNER}/sync"
BUCKET = f"hf://buckets/{ID}"
program = json.loads(os.environ["PROGRAM"])
ours = command(*program["words"], **program["env"])
hf = command(pathlib.Path(sys.executable).with_name("hf"))

FILES = {
    "empty": b"",
    "one byte": b"x",
    "a blank/100%/50%25.txt": b"percent",
    "hash#tag?query&x=y": b"signs",
    "ünïcödé/文件/🎉.txt": "ü".encode(),
    ".hidden/.file": b"dot",
    "deep/er/and/deeper/file.bin": random_bytes(300_000, 1),
    "large.bin": random_bytes(9_000_000, 2),
}
ODD = {"new\nline": b"1", "[set]*{a,b}": b"2", "~tilde": b"3", "quote'\"`$(x);|<>": b"4"}


def theirs(source, dest, **options):
    """The operations of huggingface_hub's plan."""
    with contextlib.redirect_stdout(io.StringIO()):
        plan = api.sync_bucket(str(source), str(dest), dry_run=True, **options)
    return [(op.action, op.path, op.size) for op in plan.operations]


def mine(source, dest, *options):
    """The operations of our plan."""
    lines = ours("sync", source, dest, "--dry-run", "--json", *options).splitlines()
    operations = [json.loads(line) for line in lines[1:]]
    return [(op["action"], op["path"], op.get("size")) for op in operations]


def nothing(operations, count):
    equal([op for op in operations if op[0] != "skip"], [])
    equal(len(operations), count)


def old(root):
    """Gives all files a time of the past: what is synced within a second proves nothing."""
    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, ns=(1_700_000_000_123_000_000, 1_700_000_000_123_000_000))
    return root


def ours_then_theirs():
    root = old(folder("ours", {**FILES, **ODD}))
    ours("sync", root, f"{BUCKET}/ours")
    nothing(theirs(root, f"{BUCKET}/ours", delete=True), len(FILES) + len(ODD))
    nothing(theirs(f"{BUCKET}/ours", root, delete=True), len(FILES) + len(ODD))
    back = work / "ours_back"
    api.sync_bucket(f"{BUCKET}/ours", str(back), quiet=True)
    same_files(content(back), content(root))


def theirs_then_ours():
    root = old(folder("theirs", {**FILES, **ODD}))
    api.sync_bucket(str(root), f"{BUCKET}/theirs", quiet=True)
    nothing(mine(root, f"{BUCKET}/theirs", "--delete"), len(FILES) + len(ODD))
    nothing(mine(f"{BUCKET}/theirs", root, "--delete"), len(FILES) + len(ODD))
    nothing(mine(root, f"{BUCKET}/theirs", "--checksum", "--delete"), len(FILES) + len(ODD))
    back = work / "theirs_back"
    ours("sync", f"{BUCKET}/theirs", back)
    same_files(content(back), content(root))
    nothing(theirs(back, f"{BUCKET}/theirs", delete=True), len(FILES) + len(ODD))


def same_hashes_and_types():
    def seen(prefix):
        files = api.list_bucket_tree(ID, prefix=f"{prefix}/", recursive=True)
        return {item.path[len(prefix) :]: (item.xet_hash, item.size, item.mtime) for item in files}

    equal(seen("ours"), seen("theirs"))


def hf_command():
    root = old(folder("cli", FILES))
    hf("buckets", "sync", root, f"{BUCKET}/cli")
    nothing(mine(root, f"{BUCKET}/cli", "--delete"), len(FILES))
    ours("sync", f"{BUCKET}/cli", f"{BUCKET}/copied")
    hf("buckets", "sync", f"{BUCKET}/copied", work / "copied")
    same_files(content(work / "copied"), content(root))


def their_plan():
    root = folder("planned", {"new": b"1", "same": b"2", "skip.tmp": b"3"})
    ours("cp", "-r", root, f"{BUCKET}/planned")
    ours("rm", f"{ID}/planned/new")
    ours("cp", root / "new", f"{BUCKET}/planned/gone")
    plan = work / "theirs.jsonl"
    api.sync_bucket(str(root), f"{BUCKET}/planned", delete=True, exclude=["*.tmp"], plan=str(plan), quiet=True)
    ours("sync", "--apply", plan)
    nothing(theirs(root, f"{BUCKET}/planned", delete=True), 3)


def our_plan():
    root = folder("down", {"gone": b"1", "same": b"22"})
    ours("cp", "-r", folder("up", {"new": b"1", "same": b"2"}), f"{BUCKET}/down")
    plan = work / "ours.jsonl"
    ours("sync", f"{BUCKET}/down", root, "--delete", "--plan", plan)
    api.sync_bucket(apply=str(plan), quiet=True)
    same_files(content(root), {"new": b"1", "same": b"2"})


PARTS = ["a", "b", "ü", "x.txt", "y.bin", "a b"]
PATTERNS = ["*.txt", "a/*", "*b*", "[a-c]", "?", "a*/x.txt", "[!a]*"]
CHOICES = [
    ({}, []),
    ({"delete": True}, ["--delete"]),
    ({"ignore_times": True}, ["--ignore-times"]),
    ({"ignore_sizes": True}, ["--ignore-sizes"]),
    ({"existing": True}, ["--existing"]),
    ({"ignore_existing": True, "delete": True}, ["--ignore-existing", "--delete"]),
]


def random_tree(rng, root):
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for _ in range(rng.randrange(8)):
        path = root.joinpath(*rng.choices(PARTS, k=rng.randrange(1, 4)))
        with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * rng.randrange(3))
            stamp = 1_700_000_000 + rng.choice([0, 0.9, 1.1, 100])
            os.utime(path, (stamp, stamp))


def same_plans():
    rng = random.Random(1)
    compared = 0
    for number in range(40):
        here, there = work / "rng_here", work / "rng_there"
        random_tree(rng, here)
        random_tree(rng, there)
        place = f"{BUCKET}/random/{number}"
        if any(there.rglob("*")):
            api.sync_bucket(str(there), place, quiet=True)
        keywords, options = rng.choice(CHOICES)
        keywords, options = dict(keywords), list(options)
        for name in ("include", "exclude"):
            if rng.random() < 0.4:
                patterns = rng.sample(PATTERNS, rng.randrange(1, 3))
                keywords[name] = patterns
                options += [word for pattern in patterns for word in (f"--{name}", pattern)]
        if rng.random() < 0.3:
            rules = work / "rules"
            rules.write_text("".join(f"{rng.choice('+-')} {pattern}\n" for pattern in rng.sample(PATTERNS, 2)))
            keywords["filter_from"] = str(rules)
            options += ["--filter-from", rules]
        for source, dest in ((here, place), (place, here)):
            if clashes(here, place):
                continue
            compared += 1
            expected, got = theirs(source, dest, **keywords), mine(source, dest, *options)
            equal((number, source, keywords, got), (number, source, keywords, expected))
    assert compared >= 40, f"only {compared} plans were compared"


def clashes(root, place):
    """A file in the place of a directory, which huggingface_hub only notices when it is at it."""
    local = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    prefix = place[len(BUCKET) + 1 :] + "/"
    remote = {item.path[len(prefix) :] for item in api.list_bucket_tree(ID, prefix=prefix, recursive=True)}
    everything = local | remote
    return any(other.startswith(path + "/") for path in everything for other in everything)


api.create_bucket(ID, exist_ok=True)
checks.check("what we uploaded leaves huggingface_hub nothing to do", ours_then_theirs)
checks.check("what huggingface_hub uploaded leaves us nothing to do", theirs_then_ours)
checks.check("both give files the same hash, size and time", same_hashes_and_types)
checks.check("hf buckets sync and sync understand each other", hf_command)
checks.check("we apply a plan of huggingface_hub", their_plan)
checks.check("huggingface_hub applies a plan of ours", our_plan)
checks.check("plans for 40 pairs of random trees, filters and options are the same", same_plans)
checks.finish()
