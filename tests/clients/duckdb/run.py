"""DuckDB's httpfs extension with default settings: Parquet, CSV and JSON, read, globbed and written."""

import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import boto3
import duckdb
import duckdb_extension_httpfs
from checks import Checks, equal, make_bucket
from repos import DAY_ROWS, SALES, SALES_ROWS, CountingProxy, assert_pushed_down

BUCKET = "s3://duckdb-client"
checks = Checks()
extensions = pathlib.Path(duckdb_extension_httpfs.__file__).parent / "extensions"
db = duckdb.connect()
db.execute(f"LOAD '{next(extensions.rglob('httpfs.duckdb_extension'))}'")
db.execute(
    f"""CREATE SECRET (TYPE s3, KEY_ID '{os.environ["AWS_ACCESS_KEY_ID"]}', SECRET '{os.environ["AWS_SECRET_ACCESS_KEY"]}',
    ENDPOINT '{os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")}', URL_STYLE 'path', USE_SSL false)"""
)
db.execute("CREATE TABLE rows AS SELECT range AS n, 'row ' || hash(range) AS text, range % 3 AS part FROM range(1000000)")


def query(sql):
    return db.execute(sql).fetchall()


def same_rows(source):
    """Both differences are empty and the counts agree."""
    equal(query(f"SELECT count(*) FROM {source}"), [(1_000_000,)])
    equal(query(f"SELECT * FROM rows EXCEPT SELECT n, text, part FROM {source} LIMIT 3"), [])


def bucket():
    make_bucket("duckdb-client")


def formats():
    for name, reader in (("parquet", "read_parquet"), ("csv", "read_csv"), ("json", "read_json")):
        db.execute(f"COPY rows TO '{BUCKET}/formats/rows.{name}'")
        same_rows(f"{reader}('{BUCKET}/formats/rows.{name}')")


def ranges():
    found = query(f"SELECT n FROM '{BUCKET}/formats/rows.parquet' WHERE n >= 999997 ORDER BY n")
    equal(found, [(999_997,), (999_998,), (999_999,)])


def large_file():
    db.execute(f"COPY (SELECT n, md5(text) AS text, part FROM rows) TO '{BUCKET}/large.parquet' (COMPRESSION uncompressed)")
    joined = f"'{BUCKET}/large.parquet' AS large JOIN rows USING (n)"
    equal(query(f"SELECT count(*) FROM {joined} WHERE md5(rows.text) = large.text"), [(1_000_000,)])


def partitions():
    for _ in range(2):
        # Not a name beyond ASCII: DuckDB loses it in a partitioned COPY, on a local disk too.
        db.execute(f"COPY rows TO '{BUCKET}/a set' (FORMAT parquet, PARTITION_BY (part), OVERWRITE_OR_IGNORE)")
    same_rows(f"read_parquet('{BUCKET}/a set/*/*.parquet', hive_partitioning = true)")
    same_rows(f"read_parquet('{BUCKET}/a set/**', hive_partitioning = true)")
    equal(query(f"SELECT count(*) FROM read_parquet('{BUCKET}/a set/part=1/*.parquet')"), [(333_333,)])


def globs():
    found = query(f"SELECT file FROM glob('{BUCKET}/formats/*.[cp]*') ORDER BY file")
    equal(found, [(f"{BUCKET}/formats/rows.{name}",) for name in ("csv", "parquet")])


def text():
    db.execute(f"COPY (SELECT 'plain text') TO '{BUCKET}/sp ace/a+b%20.csv' (HEADER false)")
    equal(query(f"SELECT content FROM read_text('{BUCKET}/sp ace/a+b%20.csv')"), [("plain text\n",)])


def database():
    with tempfile.TemporaryDirectory() as folder:
        with duckdb.connect(f"{folder}/file.db") as local:
            local.execute("CREATE TABLE t AS SELECT range AS n FROM range(100000)")
        boto3.client("s3").upload_file(f"{folder}/file.db", "duckdb-client", "file.db")
    db.execute(f"ATTACH '{BUCKET}/file.db' AS remote (READ_ONLY)")
    equal(query("SELECT sum(n) FROM remote.t"), [(4_999_950_000,)])


def missing():
    try:
        query(f"SELECT * FROM '{BUCKET}/missing.parquet'")
    except duckdb.Error as error:
        assert "404" in str(error) or "No files found" in str(error), error
        return
    raise AssertionError("a missing file was read")


def data_set_repo():
    files = f"'s3://{SALES}/data/*.parquet'"
    equal(query(f"SELECT count(*), sum(n) FROM {files}"), [(SALES_ROWS, 2 * 31_996_000)])
    proxy = CountingProxy()
    with duckdb.connect() as fresh:
        fresh.execute(f"LOAD '{next(extensions.rglob('httpfs.duckdb_extension'))}'")
        fresh.execute(
            f"""CREATE SECRET (TYPE s3, KEY_ID '{os.environ["AWS_ACCESS_KEY_ID"]}', SECRET '{os.environ["AWS_SECRET_ACCESS_KEY"]}',
            ENDPOINT '{proxy.host}', URL_STYLE 'path', USE_SSL false)"""
        )
        found, read = proxy.count(lambda: fresh.execute(f"SELECT count(*), count(DISTINCT payload) FROM {files} WHERE day = 3").fetchall())
    equal(found, [(DAY_ROWS, DAY_ROWS // 2)])
    assert_pushed_down(read)


for check in (bucket, formats, ranges, large_file, partitions, globs, text, database, missing, data_set_repo):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
