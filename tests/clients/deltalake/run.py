"""deltalake (delta-rs) with default settings: appends from many processes, reads, merges, time travel."""

import multiprocessing
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import pyarrow
from checks import Checks, equal, make_bucket
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError

TABLE = "s3://deltalake-client/tables/rows é"
OPTIONS = {"aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"], "aws_allow_http": "true"}
PROCESSES = 8
APPENDS = 6
ROWS = 10
ATTEMPTS = 10
checks = Checks()


def table():
    return DeltaTable(TABLE, storage_options=OPTIONS)


def numbers(found):
    return sorted(pyarrow.table(found.to_pyarrow_table())["n"].to_pylist())


def rows(start, count):
    return pyarrow.table({"n": list(range(start, start + count)), "text": [f"row {n}" for n in range(start, start + count)]})


def bucket():
    make_bucket("deltalake-client")


def create_and_append():
    write_deltalake(TABLE, rows(0, 100), storage_options=OPTIONS)
    write_deltalake(TABLE, rows(100, 100), mode="append", storage_options=OPTIONS)
    equal((numbers(table()), table().version()), (list(range(200)), 1))


def first_row(process, number):
    return 1000 + (process * APPENDS + number) * ROWS


def append_many(process, barrier):
    """Runs in a process of its own: opens the table anew for each append, as a job that is started does."""
    barrier.wait(timeout=60)
    for number in range(APPENDS):
        append(rows(first_row(process, number), ROWS))


def append(data):
    # delta-rs gives up after 15 lost races for a version, with nothing written; a job then begins again.
    for _ in range(ATTEMPTS):
        try:
            return write_deltalake(TABLE, data, mode="append", storage_options=OPTIONS)
        except CommitFailedError as error:
            print(f"       again: {error}", flush=True)
    raise AssertionError(f"{ATTEMPTS} appends in a row lost 15 races each")


def appends_from_many_processes_lose_no_row():
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    processes = [context.Process(target=append_many, args=(each, barrier)) for each in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    equal([process.exitcode for process in processes], [0] * PROCESSES)
    found = table()
    # One version for each append: none has taken the place of another, and none was written twice.
    equal(found.version(), 1 + PROCESSES * APPENDS)
    equal(numbers(found), list(range(200)) + list(range(1000, first_row(PROCESSES, 0))))
    texts = zip(*(found.to_pyarrow_table()[name].to_pylist() for name in ("n", "text")))
    equal([pair for pair in texts if pair[1] != f"row {pair[0]}"], [])


def changes():
    table().delete("n < 50")
    table().update(updates={"text": "'changed'"}, predicate="n = 50")
    source = pyarrow.table({"n": [51, 5000], "text": ["merged", "inserted"]})
    merge = table().merge(source, "target.n = source.n", source_alias="source", target_alias="target")
    merge.when_matched_update_all().when_not_matched_insert_all().execute()
    found = dict(zip(*(table().to_pyarrow_table()[name].to_pylist() for name in ("n", "text"))))
    equal((found[50], found[51], found[5000], 49 in found), ("changed", "merged", "inserted", False))


def time_travel():
    old = DeltaTable(TABLE, version=0, storage_options=OPTIONS)
    equal(numbers(old), list(range(100)))
    assert len(table().history()) > PROCESSES * APPENDS


def maintenance():
    before = numbers(table())
    table().optimize.compact()
    table().create_checkpoint()
    table().vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    equal(numbers(table()), before)


def overwrite():
    write_deltalake(TABLE, rows(0, 10), mode="overwrite", storage_options=OPTIONS)
    equal(numbers(table()), list(range(10)))


def main():
    for check in (
        bucket,
        create_and_append,
        appends_from_many_processes_lose_no_row,
        changes,
        time_travel,
        maintenance,
        overwrite,
    ):
        checks.check(check.__name__.replace("_", " "), check)
    checks.finish()


if __name__ == "__main__":
    main()
