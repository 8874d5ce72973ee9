"""DataFusion: 30 days of every table added up from the Parquet files, one query a table, and all shops ranked.

    with_datafusion.py --extracts DIR --date DAY --threads N [--local-times]
"""

import datetime
from pathlib import Path

import pyarrow
import pyarrow.parquet
from datafusion import SessionConfig, SessionContext

import competitor
import sql

LOCAL_MIDNIGHT = "arrow_cast(dt + 1, 'Timestamp(Microsecond, None)')"
DIALECT = sql.Dialect(
    seconds="(completed_at::bigint - applied_at::bigint) / 1000000",
    any_row="bool_or",
    midnight=f"{LOCAL_MIDNIGHT} at time zone '{sql.TIME_ZONE}'",
    local_midnight=LOCAL_MIDNIGHT,
)


def main() -> None:
    given = competitor.arguments().parse_args()
    context = SessionContext(SessionConfig().with_target_partitions(given.threads))
    midnight = DIALECT.local_midnight if given.local_times else DIALECT.midnight

    def queries() -> None:
        days = sql.window(given.date)
        for table in [*sql.SUMS, "shops"]:
            folder, by_day = given.extracts / table, [("dt", pyarrow.date32())]
            context.register_parquet(f"{table}_rows", folder, table_partition_cols=by_day)
        for table in sql.SUMS:
            of_window = sql.sums(table, rows_of(table, days), DIALECT, midnight)
            context.sql(f"create table {table} as {of_window}").collect()
        ranks = sql.ranks(rows_of("shops", [given.date]), given.date)
        context.sql(f"create table ranks as {ranks}").collect()

    def write(path: Path) -> None:
        pyarrow.parquet.write_table(context.table("ranks").to_arrow_table(), path)

    competitor.run(queries, write, given.ranks)


def rows_of(table: str, days: list[datetime.date]) -> str:
    """The rows of these days, with `dt`, the day of their partition."""
    return f"(select * from {table}_rows where dt between date '{days[0]}' and date '{days[-1]}')"


if __name__ == "__main__":
    main()
