"""Litestream with default settings: a SQLite database replicated while it is written, and restored."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from checks import Checks, equal, make_bucket
from commands import command, home, work

LITESTREAM = os.environ["LITESTREAM"]
DATABASE = work / "source.db"
checks = Checks()
config = work / "litestream.yml"
config.write_text(
    f"""dbs:
  - path: {DATABASE}
    replica:
      type: s3
      bucket: litestream-client
      path: databases/source
      endpoint: {os.environ["AWS_ENDPOINT_URL"]}
"""
)
litestream = command(LITESTREAM)


def rows(path):
    with sqlite3.connect(path) as database:
        equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        return database.execute("SELECT n, text FROM rows ORDER BY n").fetchall()


def add(start, count):
    with sqlite3.connect(DATABASE) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, text TEXT)")
        database.executemany("INSERT INTO rows VALUES (?, ?)", [(n, f"row {n}" * 20) for n in range(start, start + count)])


class Replicating:
    """The daemon, stopped as an operator stops it: it sends what is left."""

    def __enter__(self):
        environment = {**os.environ, "HOME": str(home)}
        self.log = open(work / "log", "ab")
        self.process = subprocess.Popen(
            [LITESTREAM, "replicate", "-config", str(config)], env=environment, stdout=self.log, stderr=self.log
        )
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        self.log.close()


def restored(name):
    litestream("restore", "-config", config, "-o", work / name, DATABASE)
    return rows(work / name)


def until_restored(name, expected):
    deadline = time.monotonic() + 30
    attempt = 0
    while True:
        attempt += 1
        try:
            equal(restored(f"{name}{attempt}") == expected, True)
            return
        except AssertionError:
            if time.monotonic() > deadline:
                print((work / "log").read_text()[-3000:])
                raise
            time.sleep(1)


def replicate():
    add(0, 1000)
    with Replicating():
        until_restored("first", rows(DATABASE))
        for number in range(5):
            add(1000 + number * 1000, 1000)
            time.sleep(0.3)
        until_restored("second", rows(DATABASE))


def large():
    with Replicating():
        add(100_000, 200_000)
        until_restored("large", rows(DATABASE))


def restart():
    add(10_000, 10)
    with Replicating():
        until_restored("restart", rows(DATABASE))


def listing():
    assert str(DATABASE) in litestream("databases", "-config", config)
    assert len(litestream("ltx", "-config", config, DATABASE).splitlines()) > 1


def bucket():
    make_bucket("litestream-client")


for check in (bucket, replicate, large, restart, listing):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
