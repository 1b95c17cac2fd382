"""What the scripts that drive command-line clients share: a home of their own, commands, folders."""

import os
import pathlib
import subprocess
import tempfile

work = pathlib.Path(tempfile.mkdtemp())
home = work / "home"
home.mkdir()


def command(*prefix, **env):
    """A function that runs the program with arguments and returns what it printed.

    `ok=False` expects it to fail and returns what it complained about instead.
    """
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), **env}

    def run(*arguments, ok=True, cwd=None, stdin=None, timeout=120):
        line = [str(argument) for argument in (*prefix, *arguments)]
        done = subprocess.run(line, capture_output=True, env=environment, cwd=cwd, input=stdin, timeout=timeout)
        out = done.stdout.decode(errors="replace")
        error = done.stderr.decode(errors="replace")
        if ok and done.returncode != 0:
            raise AssertionError(f"{' '.join(line)} ended with {done.returncode}: {out[-2000:]}{error[-2000:]}")
        if not ok and done.returncode == 0:
            raise AssertionError(f"{' '.join(line)} did not fail: {out[-2000:]}")
        return out if ok else out + error

    return run


def folder(name, files):
    """Writes a folder with these files (relative name to bytes) and returns its path."""
    root = work / name
    for relative, data in files.items():
        path = root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def content(root):
    """The files under a folder: relative name to bytes."""
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(pathlib.Path(root).rglob("*")) if path.is_file()
    }


def same_files(actual, expected):
    """Compares two folders' content and names what differs."""
    missing, extra = sorted(set(expected) - set(actual)), sorted(set(actual) - set(expected))
    wrong = sorted(name for name in set(actual) & set(expected) if actual[name] != expected[name])
    if missing or extra or wrong:
        raise AssertionError(f"missing {missing}, unexpected {extra}, other bytes in {wrong}")
