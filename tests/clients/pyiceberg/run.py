"""PyIceberg with its default file IO and a SQLite catalogue: appends, scans, overwrites, deletes."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import pyarrow
from checks import Checks, equal, make_bucket
from pyiceberg.catalog import load_catalog

BUCKET = "pyiceberg-client"
catalog = load_catalog(
    "default",
    type="sql",
    uri=f"sqlite:///{tempfile.mkdtemp()}/catalogue.db",
    warehouse=f"s3://{BUCKET}/warehouse",
    # With no region PyIceberg asks AWS for it.
    **{"s3.endpoint": os.environ["AWS_ENDPOINT_URL"], "s3.region": "us-east-1"},
)
checks = Checks()
NAME = "space.rows"


def rows(start, count):
    return pyarrow.table({"n": list(range(start, start + count)), "part": [n % 3 for n in range(start, start + count)]})


def numbers(**scan):
    return sorted(catalog.load_table(NAME).scan(**scan).to_arrow()["n"].to_pylist())


def create():
    make_bucket(BUCKET)
    catalog.create_namespace("space")
    catalog.create_table(NAME, schema=rows(0, 1).schema)
    equal(numbers(), [])


def append():
    table = catalog.load_table(NAME)
    table.append(rows(0, 1000))
    table.append(rows(1000, 500_000))
    equal(numbers(), list(range(501_000)))


def scan():
    equal(numbers(row_filter="n >= 500995"), list(range(500_995, 501_000)))


def delete():
    catalog.load_table(NAME).delete("n >= 1000")
    equal(numbers(), list(range(1000)))


def upsert_and_overwrite():
    catalog.load_table(NAME).upsert(rows(990, 20), join_cols=["n"])
    equal(numbers(), list(range(1010)))
    catalog.load_table(NAME).overwrite(rows(0, 10))
    equal(numbers(), list(range(10)))


def time_travel():
    first = catalog.load_table(NAME).history()[0].snapshot_id
    equal(numbers(snapshot_id=first), list(range(1000)))


def partitions():
    with catalog.load_table(NAME).update_spec() as update:
        update.add_identity("part")
    catalog.load_table(NAME).append(rows(10, 20))
    equal(numbers(row_filter="part == 1"), list(range(1, 30, 3)))


def purge():
    catalog.purge_table(NAME)
    catalog.drop_namespace("space")


for check in (create, append, scan, delete, upsert_and_overwrite, time_travel, partitions, purge):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
