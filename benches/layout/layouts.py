"""The layouts to measure: how the files of a table are written, and which nights share one.

`AS_IS` is what shopscore wrote before any was measured. Min and max of floats are there for no reader but the `parquet` crate's own
(see docs/LAYOUT.md), which is said here by leaving them out.
"""

from dataclasses import dataclass, replace

import pyarrow

DELTA = "DELTA_BINARY_PACKED"


@dataclass(frozen=True)
class Layout:
    """How rows become pages; what has no value here is as the writer has it."""

    zstd_level: int = 1
    row_group_rows: int = 122_880
    page_rows: int = 20_000
    float_statistics: bool = False
    # Columns that are written without a dictionary, and of them those with their differences alone.
    plain: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    bloom: tuple[str, ...] = ()
    compression: str = "zstd"
    page_index: bool = True
    by_category: bool = False

    def options(self, schema: pyarrow.Schema) -> dict:
        """What `pyarrow.parquet.write_table` is told."""
        of = lambda names: [name for name in names if name in schema.names]  # noqa: E731
        floats = {column.name for column in schema if column.type == pyarrow.float64()}
        without = {*self.plain, *self.differences}
        with_statistics = [name for name in schema.names if self.float_statistics or name not in floats]
        return {
            "compression": self.compression,
            "compression_level": self.zstd_level if self.compression == "zstd" else None,
            "row_group_size": self.row_group_rows,
            "max_rows_per_page": self.page_rows,
            "write_page_index": self.page_index,
            "write_statistics": with_statistics,
            "use_dictionary": [name for name in schema.names if name not in without],
            "column_encoding": {name: DELTA for name in of(self.differences)} or None,
            "bloom_filter_options": {name: {"ndv": 20_000, "fpp": 0.01} for name in of(self.bloom)} or None,
        }


AS_IS = Layout()
SMALLER = replace(AS_IS, zstd_level=3, plain=("numerator",), differences=("shop_id",))
CHOSEN = replace(SMALLER, row_group_rows=16_384)

# One night's files, each choice by itself.
SINGLE = {
    "as it was": AS_IS,
    "min and max of floats": replace(AS_IS, float_statistics=True),
    "no page index": replace(AS_IS, page_index=False),
    "row groups of 32,768": replace(AS_IS, row_group_rows=32_768),
    "row groups of 16,384": replace(AS_IS, row_group_rows=16_384),
    "row groups of 8,192": replace(AS_IS, row_group_rows=8_192),
    "pages of 4,096 rows": replace(AS_IS, page_rows=4_096),
    "pages of 1,024 rows": replace(AS_IS, page_rows=1_024),
    "bloom filter of shop_id": replace(AS_IS, bloom=("shop_id",)),
    "snappy": replace(AS_IS, compression="snappy"),
    "zstd 3": replace(AS_IS, zstd_level=3),
    "zstd 9": replace(AS_IS, zstd_level=9),
    "no dictionary of shop_id": replace(AS_IS, plain=("shop_id",)),
    "differences of shop_id": replace(AS_IS, differences=("shop_id",)),
    "no dictionary of value": replace(AS_IS, plain=("value",)),
    "no dictionary of numerator": replace(AS_IS, plain=("numerator",)),
    "sorted by category": replace(AS_IS, by_category=True),
    "chosen": CHOSEN,
}

# Three years of nights: a file a night, in each of these.
NIGHTS = {"as it was": AS_IS, "now": CHOSEN}
# The same in fewer files, all below one folder of a table: one a month that is over, with its rows night after night as they are in its
# files or sorted as these are, beside the nights of the current month; and one for all.
MONTHS_BY_NIGHT = "months, by night"
MONTHS_BY_SHOP = "months, by shop"
ONE_FILE = "one file"
ALL = [*NIGHTS, MONTHS_BY_NIGHT, MONTHS_BY_SHOP, ONE_FILE]
