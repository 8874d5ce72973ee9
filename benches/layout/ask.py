"""Asks one reader the questions of dashboards, over the nights of one layout.

    ask.py READER FOLDER

Prints JSON: by question the seconds, the bytes that the process read meanwhile (what is mapped into memory is not among them), and the
answer as rows and a sum. Reader and libraries are started before; finding the files and reading their footers is part of a question.
"""

import json
import os
import sys
import time
from pathlib import Path

NEWEST, YEAR_AGO = "2022-03-15", "2021-03-16"
# The layouts with a folder a night, which says the day in its name; in the others the column `as_of` does.
BY_NIGHT = ("as it was", "now")
SHOP = int(os.environ.get("ASKED_SHOP", "0"))
CATEGORY = os.environ.get("ASKED_CATEGORY", "")


def questions(scores: str, indicators: str, categories: str, month_ends: str, day: str) -> dict[str, str]:
    """SQL that three engines understand; `day` is the column that says which night a row is of."""
    tiers = ", ".join(f"sum(tier_{tier}_shops) AS tier_{tier}" for tier in (5, 4, 3, 2, 0))
    year = f"shop_id = {SHOP} AND {day} >= DATE '{YEAR_AGO}'"
    one_day = f"primary_category = '{CATEGORY}' AND {day} = DATE '{NEWEST}'"
    asked = {
        "one shop's year": f"SELECT {day}, score FROM {scores} WHERE {year}",
        "one shop's year, by indicator": f"SELECT {day}, indicator, value FROM {indicators} WHERE {year}",
        "one category's day": f"SELECT shop_id, indicator, value FROM {indicators} WHERE {one_day}",
        "bottom 100 of a night": f"SELECT shop_id, score FROM {scores} WHERE {day} = DATE '{NEWEST}' AND score IS NOT NULL ORDER BY score, shop_id LIMIT 100",
        "tier shares of all nights": f"SELECT {day}, {tiers} FROM {categories} GROUP BY {day}",
        "mean score of all nights": f"SELECT {day}, avg(score) AS score FROM {scores} GROUP BY {day}",
        "all month ends": f"SELECT month_end, primary_category, avg(score) AS score FROM {month_ends} GROUP BY month_end, primary_category",
    }
    last = {question: sql.rsplit(" AS ", 1)[-1].split(" ")[0] if " AS " in sql else sql.split(" FROM ")[0].rsplit(", ", 1)[-1] for question, sql in asked.items()}
    return {question: f"SELECT count(*), sum({last[question]}) FROM ({sql}) asked" for question, sql in asked.items()}


def root(folder: Path, table: str) -> str:
    return f"{folder}/{table}"


def files(folder: Path, table: str) -> str:
    """The pattern of a table's files."""
    return f"{folder}/{table}/part-0.parquet" if (folder / table / "part-0.parquet").exists() else f"{folder}/{table}/*/*.parquet"


def day_of(folder: Path) -> str:
    return "dt" if folder.name in BY_NIGHT else "as_of"


def asked_of(folder: Path, source) -> dict[str, str]:
    """The questions, with what `source` makes of a table."""
    tables = ("scores", "indicators", "categories", "month_end_scores")
    return questions(*map(source, tables), day_of(folder))


def duckdb(folder: Path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")

    def source(table: str) -> str:
        types = ", hive_types = {'dt': DATE}" if day_of(folder) == "dt" and table != "month_end_scores" else ""
        return f"read_parquet('{files(folder, table)}', hive_partitioning = {types != '' or table == 'month_end_scores'}{types})"

    return {question: lambda sql=sql: connection.execute(sql).fetchone() for question, sql in asked_of(folder, source).items()}


def chdb(folder: Path):
    from chdb.session import Session

    session = Session()
    session.query("SET max_threads = 2")

    def source(table: str) -> str:
        return f"file('{files(folder, table)}', Parquet)"

    def run(sql: str) -> tuple:
        return tuple(session.query(sql, "ArrowTable").to_pylist()[0].values())

    return {question: lambda sql=sql: run(sql) for question, sql in asked_of(folder, source).items()}


def spark(folder: Path):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
    session = builder.config("spark.ui.showConsoleProgress", "false").config("spark.driver.memory", "2g").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.range(1000).selectExpr("sum(id)").collect()

    def run(question: str) -> tuple:
        text = asked_of(folder, str)[question]
        # A view lists the files and reads a footer, which is part of the question.
        table = next(table for table in ("month_end_scores", "indicators", "categories", "scores") if f" {table} " in text)
        session.read.parquet(root(folder, table)).createOrReplaceTempView(table)
        return tuple(session.sql(text).collect()[0])

    return {question: lambda question=question: run(question) for question in asked_of(folder, str)}


def polars(folder: Path):
    import datetime

    import polars
    from polars import col

    day = col(day_of(folder))
    year_ago, newest = map(datetime.date.fromisoformat, (YEAR_AGO, NEWEST))

    def of(table: str) -> polars.LazyFrame:
        has_keys = day_of(folder) == "dt" or table == "month_end_scores"
        return polars.scan_parquet(files(folder, table), hive_partitioning=has_keys, try_parse_hive_dates=True)

    def summed(frame: polars.LazyFrame, column: str) -> tuple:
        return frame.select(polars.len(), col(column).sum()).collect(engine="streaming").row(0)

    year = (col("shop_id") == SHOP) & (day >= year_ago)
    return {
        "one shop's year": lambda: summed(of("scores").filter(year), "score"),
        "one shop's year, by indicator": lambda: summed(of("indicators").filter(year), "value"),
        "one category's day": lambda: summed(of("indicators").filter((col("primary_category") == CATEGORY) & (day == newest)), "value"),
        "bottom 100 of a night": lambda: summed(
            of("scores").filter((day == newest) & col("score").is_not_null()).select("score", "shop_id").sort("score", "shop_id").head(100), "score"
        ),
        "tier shares of all nights": lambda: summed(
            of("categories").group_by(day).agg(col(f"tier_{tier}_shops").sum() for tier in (5, 4, 3, 2, 0)), "tier_0_shops"
        ),
        "mean score of all nights": lambda: summed(of("scores").group_by(day).agg(col("score").mean()), "score"),
        "all month ends": lambda: summed(of("month_end_scores").group_by("month_end", "primary_category").agg(col("score").mean()), "score"),
    }


def with_arrow(folder: Path, read):
    """`read` makes a pandas frame of a table's patterns, columns and condition."""
    import datetime

    day = day_of(folder)
    year_ago, newest = (text if day == "dt" else datetime.date.fromisoformat(text) for text in (YEAR_AGO, NEWEST))

    def of(table: str, columns: list[str], *conditions: tuple):
        return read(folder, table, columns, list(conditions) or None)

    def summed(frame, column: str) -> tuple:
        return len(frame), float(frame[column].sum())

    year = (("shop_id", "==", SHOP), (day, ">=", year_ago))
    return {
        "one shop's year": lambda: summed(of("scores", [day, "score"], *year), "score"),
        "one shop's year, by indicator": lambda: summed(of("indicators", [day, "indicator", "value"], *year), "value"),
        "one category's day": lambda: summed(
            of("indicators", ["shop_id", "indicator", "value"], ("primary_category", "==", CATEGORY), (day, "==", newest)), "value"
        ),
        "bottom 100 of a night": lambda: summed(of("scores", ["shop_id", "score"], (day, "==", newest)).sort_values(["score", "shop_id"]).head(100), "score"),
        "tier shares of all nights": lambda: summed(
            of("categories", [day, *(f"tier_{tier}_shops" for tier in (5, 4, 3, 2, 0))]).groupby(day, observed=True).sum(), "tier_0_shops"
        ),
        "mean score of all nights": lambda: summed(of("scores", [day, "score"]).groupby(day, observed=True).mean(), "score"),
        "all month ends": lambda: summed(
            of("month_end_scores", ["month_end", "primary_category", "score"]).groupby(["month_end", "primary_category"], observed=True).mean(), "score"
        ),
    }


def pandas(folder: Path):
    import pandas

    def read(folder: Path, table: str, columns: list[str], filters: list | None):
        return pandas.read_parquet(root(folder, table), columns=columns, filters=filters)

    return with_arrow(folder, read)


def pyarrow(folder: Path):
    import pyarrow.dataset
    import pyarrow.parquet

    def read(folder: Path, table: str, columns: list[str], filters: list | None):
        condition = pyarrow.parquet.filters_to_expression(filters) if filters else None
        return pyarrow.dataset.dataset(root(folder, table), partitioning="hive").to_table(columns, filter=condition).to_pandas()

    return with_arrow(folder, read)


def bytes_read(process: int) -> int:
    lines = Path(f"/proc/{process}/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("rchar")).split()[1])


def main(reader: str, folder: Path) -> None:
    asked = {"duckdb": duckdb, "chdb": chdb, "spark": spark, "polars": polars, "pandas": pandas, "pyarrow": pyarrow}[reader](folder)
    process = os.getpid()
    if reader == "spark":
        from pyspark.sql import SparkSession

        process = SparkSession.active().sparkContext._jvm.java.lang.ProcessHandle.current().pid()
    found = {}
    for question, ask in asked.items():
        before, start = bytes_read(process), time.perf_counter()
        rows, total = ask()
        seconds = time.perf_counter() - start
        found[question] = {"seconds": seconds, "bytes": bytes_read(process) - before, "rows": rows, "sum": float(total or 0)}
    print(json.dumps(found, ensure_ascii=False), flush=True)
    # An engine's threads may be slow to end, which is no part of it.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
