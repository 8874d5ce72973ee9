"""DuckDB: 30 days of every table added up from the Parquet files, one query a table, and all shops ranked.

    with_duckdb.py --extracts DIR --date DAY --threads N [--by-day] [--partials DIR [--until-yesterday]]

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
        connection.execute(f"create temp table ranks as {sql.ranks(given.extracts, given.date)}")

    def of_window(table: str) -> str:
        if given.partials:
            keep_partial(connection, given, table, given.date)
            kept = [str(partial(given.partials, table, day)) for day in days]
            return sql.added_up(table, f"read_parquet({kept})")
        if given.by_day and table == "consultations":
            union = " union all ".join(of_day(given.extracts, table, day) for day in days)
            return sql.added_up(table, f"({union})")
        return sql.sums(table, sql.files(given.extracts, table, days))

    def until_yesterday() -> None:
        for table in sql.SUMS:
            for day in days[:-1]:
                keep_partial(connection, given, table, day)

    def write(path: Path) -> None:
        connection.execute(f"copy ranks to '{path}' (format parquet)")

    competitor.run(until_yesterday if given.until_yesterday else queries, write, given.ranks)


def of_day(extracts: Path, table: str, day: datetime.date) -> str:
    """The sums of one day, its midnight written out."""
    midnight = f"timestamptz '{day + datetime.timedelta(1)} 00:00:00 {sql.TIME_ZONE}'"
    return f"({sql.SUMS[table].format(rows=sql.rows_of(sql.files(extracts, table, [day])), midnight=midnight)})"


def partial(partials: Path, table: str, day: datetime.date) -> Path:
    return partials / f"{table}-{day}.parquet"


def keep_partial(connection, given, table: str, day: datetime.date) -> None:
    path = partial(given.partials, table, day)
    connection.execute(f"copy {of_day(given.extracts, table, day)} to '{path}' (format parquet, compression zstd)")


if __name__ == "__main__":
    main()
