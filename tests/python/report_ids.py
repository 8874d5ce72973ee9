"""Gives the last two shops of extracts ids that browsers round: 2^53, and the next one, which they take for the same.

    report_ids.py EXTRACTS

Each part file that names shops is written anew. `report_page.py` looks at what a report makes of them.
"""

import sys
from pathlib import Path

import duckdb

IDS = (2**53, 2**53 + 1)


def rename(extracts: Path) -> None:
    files = sorted(extracts.glob("*/*/*.parquet"))
    last = f"select distinct shop_id from '{extracts}/shops/*/*.parquet' order by shop_id desc limit 2"
    (after,), (before,) = duckdb.sql(last).fetchall()
    new_id = f"case shop_id when {before} then {IDS[0]} when {after} then {IDS[1]} else shop_id end"
    for file in files:
        beside = file.with_name(f".{file.name}")
        duckdb.execute(f"copy (select * replace ({new_id} as shop_id) from '{file}') to '{beside}' (format parquet)")
        beside.rename(file)


if __name__ == "__main__":
    rename(Path(sys.argv[1]))
