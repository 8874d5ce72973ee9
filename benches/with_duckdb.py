"""DuckDB: 30 days of every table added up from the Parquet files, one query a table, and all shops ranked.

    with_duckdb.py --extracts DIR --date DAY --threads N [--local-times] [--by-day] [--partials DIR [--until-yesterday]]

Plainly, each table is one group-by over the window. `--by-day` helps the engine: consultations, the one distinct, are
grouped a day at a time (one query still, a union of days). `--partials` keeps a file of daily sums a table-day, as a
data engineer would: the new day is added up and written, then 30 small files are. `--until-yesterday` writes those of
the days before, and ranks nothing.
"""

import datetime
from pathlib import Path

import duckdb

import competitor
import sql

DIALECT = sql.Dialect(
    seconds="(epoch_us(completed_at) - epoch_us(applied_at)) // 1000000",
    any_row="bool_or",
    midnight=f"timezone('{sql.TIME_ZONE}', (dt + 1)::timestamp)",
    local_midnight="(dt + 1)::timestamp",
)


def main() -> None:
    parser = competitor.arguments()
    parser.add_argument("--by-day", action="store_true")
    parser.add_argument("--partials", type=Path)
    parser.add_argument("--until-yesterday", action="store_true")
    given = parser.parse_args()
    days = sql.window(given.date)
    connection = duckdb.connect(config={"threads": given.threads})

    def queries() -> None:
        for table in sql.SUMS:
            connection.execute(f"create temp table {table} as {of_window(table)}")
        shops = rows_of(given.extracts, "shops", [given.date])
        connection.execute(f"create temp table ranks as {sql.ranks(shops, given.date)}")

    def of_window(table: str) -> str:
        if given.partials:
            keep_partial(connection, given, table, given.date)
            kept = [str(partial(given.partials, table, day)) for day in days]
            return sql.added_up(table, f"read_parquet({kept})")
        if given.by_day and table == "consultations":
            union = " union all ".join(of_day(given, table, day) for day in days)
            return sql.added_up(table, f"({union})")
        midnight = DIALECT.local_midnight if given.local_times else DIALECT.midnight
        return sql.sums(table, rows_of(given.extracts, table, days), DIALECT, midnight)

    def until_yesterday() -> None:
        for table in sql.SUMS:
            for day in days[:-1]:
                keep_partial(connection, given, table, day)

    def write(path: Path) -> None:
        connection.execute(f"copy ranks to '{path}' (format parquet)")

    competitor.run(until_yesterday if given.until_yesterday else queries, write, given.ranks)


def rows_of(extracts: Path, table: str, days: list[datetime.date]) -> str:
    """The rows of these days, with `dt`, the day of their partition."""
    paths = sql.files(extracts, table, days)
    return f"read_parquet({paths}, hive_partitioning = true, hive_types = {{'dt': date}})"


def of_day(given, table: str, day: datetime.date) -> str:
    """The sums of one day, its midnight written out."""
    next_day = day + datetime.timedelta(1)
    local = f"timestamp '{next_day} 00:00:00'"
    midnight = local if given.local_times else f"timestamptz '{next_day} 00:00:00 {sql.TIME_ZONE}'"
    return f"({sql.sums(table, rows_of(given.extracts, table, [day]), DIALECT, midnight)})"


def partial(partials: Path, table: str, day: datetime.date) -> Path:
    return partials / f"{table}-{day}.parquet"


def keep_partial(connection, given, table: str, day: datetime.date) -> None:
    path = partial(given.partials, table, day)
    connection.execute(f"copy {of_day(given, table, day)} to '{path}' (format parquet, compression zstd)")


if __name__ == "__main__":
    main()
