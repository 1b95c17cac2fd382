"""Zarr on s3fs with default settings: arrays and groups, written, read, sliced, resized, deleted."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import numpy
import s3fs
import zarr
from checks import Checks, equal

BUCKET = "s3://zarr-client"
checks = Checks()
data = numpy.random.default_rng(1).integers(0, 2**40, size=(1500, 1500))


def same(actual, expected):
    numpy.testing.assert_array_equal(actual, expected)


def bucket():
    s3fs.S3FileSystem().mkdir("zarr-client")


def array():
    written = zarr.create_array(f"{BUCKET}/array", shape=data.shape, chunks=(300, 500), dtype=data.dtype)
    written[:] = data
    same(zarr.open_array(f"{BUCKET}/array", mode="r")[:], data)


def slices():
    opened = zarr.open_array(f"{BUCKET}/array", mode="r+")
    same(opened[290:310, 490:1010], data[290:310, 490:1010])
    opened[100:400, 600] = 7
    expected = data.copy()
    expected[100:400, 600] = 7
    same(zarr.open_array(f"{BUCKET}/array", mode="r")[:], expected)


def shards():
    written = zarr.create_array(f"{BUCKET}/shards", shape=data.shape, chunks=(100, 100), shards=(500, 500), dtype=data.dtype)
    written[:] = data
    opened = zarr.open_array(f"{BUCKET}/shards", mode="r")
    same(opened[:], data)
    same(opened[499:501, 1000:1200], data[499:501, 1000:1200])


def groups():
    root = zarr.create_group(f"{BUCKET}/root é")
    for name in ("a", "b"):
        child = root.create_group(name)
        child.attrs["name"] = name
        child.create_array("x", shape=(10,), chunks=(3,), dtype="i4")[:] = numpy.arange(10)
    zarr.consolidate_metadata(f"{BUCKET}/root é")
    opened = zarr.open_group(f"{BUCKET}/root é", mode="r")
    equal((sorted(opened.group_keys()), opened["b"].attrs["name"]), (["a", "b"], "b"))
    same(opened["a/x"][2:8], numpy.arange(2, 8))


def format_2():
    written = zarr.create_array(f"{BUCKET}/v2", shape=data.shape, chunks=(500, 500), dtype=data.dtype, zarr_format=2)
    written[:] = data
    same(zarr.open_array(f"{BUCKET}/v2", mode="r")[:], data)


def resize_and_append():
    opened = zarr.open_array(f"{BUCKET}/v2", mode="r+")
    opened.append(data[:10])
    same(zarr.open_array(f"{BUCKET}/v2", mode="r")[-10:], data[:10])
    opened.resize((100, 100))
    same(zarr.open_array(f"{BUCKET}/v2", mode="r")[:], data[:100, :100])


def deletes():
    root = zarr.open_group(f"{BUCKET}/root é", mode="r+")
    del root["a"]
    equal(s3fs.S3FileSystem().find("zarr-client/root é/a"), [])
    zarr.create_array(f"{BUCKET}/array", shape=(2,), dtype="i4", overwrite=True)[:] = [1, 2]
    same(zarr.open_array(f"{BUCKET}/array", mode="r")[:], [1, 2])


for check in (bucket, array, slices, shards, groups, format_2, resize_and_append, deletes):
    checks.check(check.__name__.replace("_", " "), check)
checks.finish()
