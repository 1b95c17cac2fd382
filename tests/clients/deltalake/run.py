"""deltalake (delta-rs) with default settings: appends from many processes, reads, merges, time travel."""

import multiprocessing
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import pyarrow
from checks import Checks, equal, make_bucket
from deltalake import DeltaTable, write_deltalake

TABLE = "s3://deltalake-client/tables/rows é"
OPTIONS = {"aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"], "aws_allow_http": "true"}
WRITERS = 4
APPENDS = 6
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


def append_many(writer):
    for number in range(APPENDS):
        write_deltalake(TABLE, rows(1000 + (writer * APPENDS + number) * 10, 10), mode="append", storage_options=OPTIONS)
    return writer


def appends_from_many_processes_lose_no_row():
    with multiprocessing.get_context("spawn").Pool(WRITERS) as pool:
        equal(sorted(pool.map(append_many, range(WRITERS))), list(range(WRITERS)))
    expected = list(range(200)) + list(range(1000, 1000 + WRITERS * APPENDS * 10))
    equal(numbers(table()), expected)
    equal(table().version(), 1 + WRITERS * APPENDS)


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
    assert len(table().history()) > WRITERS * APPENDS


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
