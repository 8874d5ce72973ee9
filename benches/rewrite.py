"""Writes the extracts of a made-up marketplace anew.

    rewrite.py fewer-appeals EXTRACTS ROWS DAY...
    rewrite.py by-duckdb EXTRACTS TARGET TIME_ZONE

`fewer-appeals` leaves in place the first rows of the appeals of some days, so that a night takes in as many as it is
meant to. `by-duckdb` writes all tables as a data engineer with DuckDB leaves them: zstd, its own row groups, timestamps
without a zone, no page checksums; and buyers all over the 63 bits, as an identity service hands them out, in place of
small neighbouring numbers that a hash table and a compressor find easy.
"""

import sys
from pathlib import Path

import duckdb
import pyarrow.parquet

ROW_GROUP = 122_880


def fewer_appeals(extracts: Path, rows: int, days: list[str]) -> None:
    """The files may be links that other extracts share: they are replaced, not written to."""
    for path in (path for day in days for path in (extracts / "appeals" / f"dt={day}").glob("*.parquet")):
        fewer = path.with_suffix(".fewer")
        pyarrow.parquet.write_table(pyarrow.parquet.read_table(path, partitioning=None).slice(0, rows), fewer)
        fewer.rename(path)


def by_duckdb(extracts: Path, target: Path, time_zone: str) -> None:
    connection = duckdb.connect()
    connection.execute(f"set timezone = '{time_zone}'")
    for path in sorted(extracts.glob("*/dt=*/*.parquet")):
        rows = f"read_parquet('{path}', hive_partitioning = false)"
        columns = connection.execute(f"describe select * from {rows}").fetchall()
        written = target / path.relative_to(extracts)
        written.parent.mkdir(parents=True, exist_ok=True)
        selected = ", ".join(f"{as_left(name, kind)} as {name}" for name, kind, *_ in columns)
        options = f"format parquet, compression zstd, row_group_size {ROW_GROUP}"
        connection.execute(f"copy (select {selected} from {rows}) to '{written}' ({options})")


def as_left(name: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"{name}::timestamp"
    return f"(hash({name}) >> 1)::bigint" if name == "buyer_id" else name


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fewer-appeals", extracts, rows, *days]:
            fewer_appeals(Path(extracts), int(rows), days)
        case ["by-duckdb", extracts, target, time_zone]:
            by_duckdb(Path(extracts), Path(target), time_zone)
        case _:
            sys.exit(__doc__)
