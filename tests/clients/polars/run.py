"""Polars with default settings: Parquet, CSV, IPC and NDJSON, read, scanned and written."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import polars
from checks import Checks, equal, make_bucket
from polars.testing import assert_frame_equal
from repos import DAY_ROWS, SALES, SALES_ROWS, CountingProxy, assert_pushed_down

BUCKET = "s3://polars-client"
OPTIONS = {"aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"], "aws_allow_http": "true"}
ROWS = 400_000
checks = Checks()
frame = polars.DataFrame({"n": range(ROWS), "text": [f"row {n * 7919 % 1000}" for n in range(ROWS)]})


def bucket():
    make_bucket("polars-client")


def parquet():
    frame.write_parquet(f"{BUCKET}/frame.parquet", storage_options=OPTIONS)
    assert_frame_equal(polars.read_parquet(f"{BUCKET}/frame.parquet", storage_options=OPTIONS), frame)


def large_parquet():
    large = polars.DataFrame({"n": polars.Series(range(6_000_000)).hash(3)})
    large.write_parquet(f"{BUCKET}/large.parquet", storage_options=OPTIONS, compression="uncompressed")
    assert_frame_equal(polars.read_parquet(f"{BUCKET}/large.parquet", storage_options=OPTIONS), large)


def scans():
    found = (
        polars.scan_parquet(f"{BUCKET}/frame.parquet", storage_options=OPTIONS)
        .filter(polars.col("n") >= ROWS - 5)
        .select("n")
        .collect()
    )
    equal(found["n"].to_list(), list(range(ROWS - 5, ROWS)))


def many_files():
    for number in range(4):
        for folder in ("many parts", "many é"):
            frame[number::4].write_parquet(f"{BUCKET}/{folder}/part {number}.parquet", storage_options=OPTIONS)
    # A pattern below a name that is not ASCII finds nothing anywhere: Polars encodes that prefix twice.
    for source in (f"{BUCKET}/many parts/*.parquet", f"{BUCKET}/many parts/", f"{BUCKET}/many é/"):
        found = polars.scan_parquet(source, storage_options=OPTIONS).sort("n").collect()
        assert_frame_equal(found, frame)


def sinks():
    frame.lazy().sink_parquet(f"{BUCKET}/sunk.parquet", storage_options=OPTIONS)
    frame.lazy().sink_csv(f"{BUCKET}/sunk.csv", storage_options=OPTIONS)
    frame.lazy().sink_ipc(f"{BUCKET}/sunk.arrow", storage_options=OPTIONS)
    frame.lazy().sink_ndjson(f"{BUCKET}/sunk.ndjson", storage_options=OPTIONS)
    assert_frame_equal(polars.scan_parquet(f"{BUCKET}/sunk.parquet", storage_options=OPTIONS).collect(), frame)
    assert_frame_equal(polars.scan_csv(f"{BUCKET}/sunk.csv", storage_options=OPTIONS).collect(), frame)
    assert_frame_equal(polars.scan_ipc(f"{BUCKET}/sunk.arrow", storage_options=OPTIONS).collect(), frame)
    assert_frame_equal(polars.scan_ndjson(f"{BUCKET}/sunk.ndjson", storage_options=OPTIONS).collect(), frame)


def missing():
    try:
        polars.read_parquet(f"{BUCKET}/missing.parquet", storage_options=OPTIONS)
    except (FileNotFoundError, OSError):
        return
    raise AssertionError("a missing file was read")


def data_set_repo():
    files = f"s3://{SALES}/data/*.parquet"
    equal(polars.read_parquet(files, storage_options=OPTIONS).height, SALES_ROWS)
    proxy = CountingProxy()
    some = polars.scan_parquet(files, storage_options={**OPTIONS, "aws_endpoint_url": proxy.url}).filter(polars.col("day") == 3)
    found, read = proxy.count(lambda: some.select("payload").collect(), footer=256 * 1024)
    equal((found.height, found.n_unique()), (DAY_ROWS, DAY_ROWS // 2))
    assert_pushed_down(read)


for check in (bucket, parquet, large_parquet, scans, many_files, sinks, missing, data_set_repo):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
