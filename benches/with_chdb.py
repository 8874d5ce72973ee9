"""chDB (ClickHouse in a process): 30 days of every table added up from the Parquet files, one query a table, and all shops
ranked.

    with_chdb.py --extracts DIR --date DAY --threads N [--local-times]
"""

import datetime
from pathlib import Path

from chdb.session import Session

import competitor
import sql

# Timestamps without a zone come as the same figures in UTC.
DIALECT = sql.Dialect(
    seconds="intDiv(toUnixTimestamp64Micro(completed_at) - toUnixTimestamp64Micro(applied_at), 1000000)",
    any_row="max",
    midnight=f"toDateTime64(dt + 1, 6, '{sql.TIME_ZONE}')",
    local_midnight="toDateTime64(dt + 1, 6, 'UTC')",
    # A key that may be null takes twice as long.
    buyer="assumeNotNull(buyer_id)",
)
# Nulls as the standard has them: a left join that finds nothing gives null, and a cast keeps it.
SETTINGS = "join_use_nulls = 1, cast_keep_nullable = 1, prefer_column_name_to_alias = 1"


def main() -> None:
    given = competitor.arguments().parse_args()
    session = Session()
    session.query(f"set max_threads = {given.threads}, {SETTINGS}")
    midnight = DIALECT.local_midnight if given.local_times else DIALECT.midnight

    def queries() -> None:
        days = sql.window(given.date)
        for table in sql.SUMS:
            of_window = sql.sums(table, rows_of(given.extracts, table, days), DIALECT, midnight)
            session.query(f"create table {table} engine = Memory as {of_window}")
        ranks = sql.ranks(rows_of(given.extracts, "shops", [given.date]), given.date)
        session.query(f"create table ranks engine = Memory as {ranks}")

    def write(path: Path) -> None:
        session.query(f"insert into function file('{path}', Parquet) select * from ranks")

    competitor.run(queries, write, given.ranks)


def rows_of(extracts: Path, table: str, days: list[datetime.date]) -> str:
    """The rows of these days, with `dt`, the day of their partition."""
    return f"file('{extracts}/{table}/dt={{{','.join(map(str, days))}}}/*.parquet', Parquet)"


if __name__ == "__main__":
    main()
