"""pyarrow S3FileSystem with default settings: files, folders, Parquet data sets."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import pyarrow
import pyarrow.dataset
import pyarrow.parquet
from checks import Checks, equal, random_bytes
from repos import DAY_ROWS, SALES, SALES_ROWS, SHARDS, CountingProxy, assert_pushed_down, files_of
from pyarrow.fs import FileSelector, FileType, S3FileSystem

MIB = 1024 * 1024
BUCKET = "pyarrow-client"
fs = S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"], allow_bucket_creation=True, allow_bucket_deletion=True)
checks = Checks()


def write(path, data, **more):
    with fs.open_output_stream(f"{BUCKET}/{path}", **more) as stream:
        stream.write(data)


def read(path):
    with fs.open_input_stream(f"{BUCKET}/{path}") as stream:
        return stream.read()


def buckets():
    fs.create_dir(BUCKET)
    equal(fs.get_file_info(BUCKET).type, FileType.Directory)
    equal(fs.get_file_info("not-there-at-all").type, FileType.NotFound)
    assert BUCKET in [info.path for info in fs.get_file_info(FileSelector(""))]


def small_files():
    for seed, name in enumerate(["plain", "deep/er/file", "sp ace/plus+sign/per%20cent", "ünï/😀.txt"]):
        for size in (0, 1, 70_000):
            data = random_bytes(size, seed)
            write(name, data)
            equal(read(name), data)
            info = fs.get_file_info(f"{BUCKET}/{name}")
            equal((info.type, info.size), (FileType.File, size))
    equal(fs.get_file_info(f"{BUCKET}/missing").type, FileType.NotFound)
    equal(fs.get_file_info(f"{BUCKET}/deep").type, FileType.Directory)
    try:
        read("missing")
    except FileNotFoundError:
        return
    raise AssertionError("a missing file was read")


def large_file():
    data = random_bytes(60 * MIB, 5)
    with fs.open_output_stream(f"{BUCKET}/large") as stream:
        for start in range(0, len(data), 7 * MIB):
            stream.write(data[start : start + 7 * MIB])
    equal(read("large"), data)
    with fs.open_input_file(f"{BUCKET}/large") as file:
        equal(file.size(), len(data))
        equal(file.read_at(20, 50 * MIB - 10), data[50 * MIB - 10 : 50 * MIB + 10])


def metadata():
    write("meta", b"m", metadata={"Content-Type": "text/x-test", "Cache-Control": "max-age=5"})
    with fs.open_input_file(f"{BUCKET}/meta") as file:
        found = file.metadata()
    equal((found.get("Content-Type"), found.get("Cache-Control")), (b"text/x-test", b"max-age=5"))


def folders():
    fs.create_dir(f"{BUCKET}/made/by/hand")
    equal(fs.get_file_info(f"{BUCKET}/made/by/hand").type, FileType.Directory)
    write("made/by/file", b"x")
    found = fs.get_file_info(FileSelector(f"{BUCKET}/made", recursive=True))
    equal(
        sorted((info.path.removeprefix(f"{BUCKET}/"), info.type) for info in found),
        [("made/by", FileType.Directory), ("made/by/file", FileType.File), ("made/by/hand", FileType.Directory)],
    )
    fs.delete_dir_contents(f"{BUCKET}/made")
    equal([info.path for info in fs.get_file_info(FileSelector(f"{BUCKET}/made", recursive=True))], [])
    fs.delete_dir(f"{BUCKET}/made")


def copies_and_moves():
    fs.copy_file(f"{BUCKET}/plain", f"{BUCKET}/copy é")
    fs.move(f"{BUCKET}/copy é", f"{BUCKET}/moved")
    equal(read("moved"), random_bytes(70_000, 0))
    equal(fs.get_file_info(f"{BUCKET}/copy é").type, FileType.NotFound)


def parquet():
    table = pyarrow.table({"n": range(500_000), "text": [f"row {n % 1000}" for n in range(500_000)]})
    pyarrow.parquet.write_table(table, f"{BUCKET}/table.parquet", filesystem=fs, row_group_size=50_000)
    equal(pyarrow.parquet.read_table(f"{BUCKET}/table.parquet", filesystem=fs).equals(table), True)
    some = pyarrow.parquet.read_table(f"{BUCKET}/table.parquet", filesystem=fs, columns=["n"], filters=[("n", ">=", 499_990)])
    equal(some["n"].to_pylist(), list(range(499_990, 500_000)))


def data_set():
    table = pyarrow.table({"n": range(10_000), "part": [n % 5 for n in range(10_000)]})
    for _ in range(2):
        pyarrow.dataset.write_dataset(
            table,
            f"{BUCKET}/set",
            filesystem=fs,
            format="parquet",
            partitioning=["part"],
            partitioning_flavor="hive",
            existing_data_behavior="delete_matching",
        )
    found = pyarrow.dataset.dataset(f"{BUCKET}/set", filesystem=fs, partitioning="hive")
    equal(found.count_rows(), 10_000)
    rows = found.to_table(filter=pyarrow.dataset.field("part") == 3)
    equal(sorted(rows["n"].to_pylist()), list(range(3, 10_000, 5)))


def deletes():
    fs.delete_file(f"{BUCKET}/plain")
    equal(fs.get_file_info(f"{BUCKET}/plain").type, FileType.NotFound)
    fs.delete_dir_contents(BUCKET)
    fs.delete_dir(BUCKET)
    equal(fs.get_file_info(BUCKET).type, FileType.NotFound)


def data_set_repo():
    equal(pyarrow.dataset.dataset(f"{SALES}/data", filesystem=fs).count_rows(), SALES_ROWS)
    proxy = CountingProxy()
    counted = S3FileSystem(endpoint_override=proxy.url)
    sales = pyarrow.dataset.dataset(f"{SALES}/data", filesystem=counted)
    found, read = proxy.count(lambda: sales.to_table(columns=["payload"], filter=pyarrow.dataset.field("day") == 3))
    equal((found.num_rows, len(found["payload"].unique())), (DAY_ROWS, DAY_ROWS // 2))
    assert_pushed_down(read)


def repo_files():
    found = fs.get_file_info(FileSelector(SHARDS, recursive=True))
    files = files_of("shards")
    equal({info.path.removeprefix(f"{SHARDS}/") for info in found if info.type == FileType.File}, set(files))
    for name, data in files.items():
        with fs.open_input_stream(f"{SHARDS}/{name}") as stream:
            equal(stream.read(), data)


for check in (
    buckets,
    small_files,
    large_file,
    metadata,
    folders,
    copies_and_moves,
    parquet,
    data_set,
    deletes,
    data_set_repo,
    repo_files,
):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
