"""Makes sales.parquet with pyarrow 26: eight row groups of 1,000 rows, of which `payload` does not compress."""

import hashlib
import pathlib

import pyarrow
import pyarrow.parquet

ROWS = 8_000
table = pyarrow.table(
    {
        "n": range(ROWS),
        "day": [n // 1_000 for n in range(ROWS)],
        "price": [n * 7919 % 1000 / 8 for n in range(ROWS)],
        "payload": [hashlib.sha256(str(n).encode()).digest() for n in range(ROWS)],
    }
)
pyarrow.parquet.write_table(table, pathlib.Path(__file__).with_name("sales.parquet"), row_group_size=1_000)
