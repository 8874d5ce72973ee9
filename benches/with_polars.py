"""Polars: 30 days of every table added up from the Parquet files, one lazy query a table, and all shops ranked.

    POLARS_MAX_THREADS=N with_polars.py --extracts DIR --date DAY --threads N --engine streaming|in-memory
        [--local-times]
"""

import datetime
from zoneinfo import ZoneInfo

import polars
from polars import col

import competitor
import sql

DUE = ~col("no_shipping_required") & ~col("category").is_in(list(sql.CUSTOM_MADE))
MICROSECONDS_A_DAY = 86_400_000_000


def main() -> None:
    parser = competitor.arguments()
    parser.add_argument("--engine", required=True)
    given = parser.parse_args()
    assert polars.thread_pool_size() == given.threads, "POLARS_MAX_THREADS is not --threads"
    found = []
    competitor.run(
        lambda: found.append(ranked(given)),
        lambda path: found[0].write_parquet(path),
        given.ranks,
    )


def ranked(given) -> polars.DataFrame:
    # The zone has kept one offset all window long: integers compare faster than a conversion of every row would.
    zone = datetime.UTC if given.local_times else ZoneInfo(sql.TIME_ZONE)
    offset = zone.utcoffset(datetime.datetime(2022, 3, 1)) // datetime.timedelta(microseconds=1)
    days = sql.window(given.date)
    found = {table: sums(table, sql.files(given.extracts, table, days), offset) for table in sql.SUMS}
    tables = {table: lazy.collect(engine=given.engine) for table, lazy in found.items()}
    return ranks(tables, sql.files(given.extracts, "shops", [given.date]), given.date).collect(engine=given.engine)


def refunds_of(kind: str) -> list[polars.Expr]:
    condition = col("self_completed") & (col("refund_type") == kind)
    seconds = (col("completed_at") - col("applied_at")).dt.total_seconds()
    return [seconds.filter(condition).sum().alias(f"{kind}_seconds"), condition.sum().alias(f"{kind}_refunds")]


FIGURES = {
    "payments": [polars.len().alias("payments"), col("amount_fen").sum()],
    "pickups": [
        DUE.sum().alias("pickups_due"),
        (DUE & (col("picked_up_at") < col("due_at"))).sum().alias("pickups_in_time"),
    ],
    "reviews": [
        col("description_stars").sum(),
        col("description_stars").count().alias("description_ratings"),
        col("logistics_stars").sum(),
        col("logistics_stars").count().alias("logistics_ratings"),
    ],
    "refunds": refunds_of("refund_only") + refunds_of("return_refund"),
    "disputes": [((col("liable_party") == "seller") & col("in_effect")).sum().alias("disputes_at_fault")],
}


def sums(table: str, paths: list[str], offset: int) -> polars.LazyFrame:
    """The sums of a table over all these files, whose timestamps are `offset` microseconds behind business time."""
    rows = polars.scan_parquet(paths, hive_partitioning=True, try_parse_hive_dates=True)
    if table == "consultations":
        return consultations(rows, offset)
    by = ["shop_id", "category"] if table == "payments" else ["shop_id"]
    return rows.group_by(by).agg(FIGURES[table])


def consultations(rows: polars.LazyFrame, offset: int) -> polars.LazyFrame:
    midnight = (col("dt").to_physical().cast(polars.Int64) + 1) * MICROSECONDS_A_DAY - offset
    on_the_day = (col("human_replied_at").dt.timestamp("us") < midnight).fill_null(False)
    return (
        rows.group_by("shop_id", "sub_account_id", "buyer_id", "dt")
        .agg((col("bot_received") | on_the_day).any().alias("answered"))
        .group_by("shop_id")
        .agg(polars.len().alias("consultations_asked"), col("answered").sum().alias("consultations_answered"))
    )


def ranks(tables: dict[str, polars.DataFrame], shops: list[str], as_of: datetime.date) -> polars.LazyFrame:
    """One row a present shop and indicator: both sums, and the rank among the shops of its primary category, none
    without a denominator."""
    is_present = (col("joined_on") <= as_of) & (col("terminated_on").is_null() | (col("terminated_on") > as_of))
    present = polars.scan_parquet(shops).filter(is_present)
    for table, frame in tables.items():
        by_shop = frame.lazy()
        if table == "payments":
            by_shop = by_shop.group_by("shop_id").agg(col("payments").sum())
        present = present.join(by_shop, on="shop_id", how="left")
    return polars.concat([of_indicator(present, indicator) for indicator in sql.INDICATORS])


def of_indicator(present: polars.LazyFrame, indicator: str) -> polars.LazyFrame:
    numerator, denominator, order = sql.INDICATORS[indicator]
    figures = present.select(
        "shop_id",
        "primary_category",
        polars.lit(indicator).alias("indicator"),
        col(numerator).fill_null(0).cast(polars.Int64).alias("numerator"),
        col(denominator).fill_null(0).cast(polars.Int64).alias("denominator"),
    )
    value = polars.when(col("denominator") > 0).then(col("numerator") / col("denominator"))
    rank = value.rank("min", descending=order == "desc").over("primary_category").cast(polars.Int64)
    return figures.select("shop_id", "indicator", "numerator", "denominator", rank.alias("rank"))


if __name__ == "__main__":
    main()
