"""Makes the views of jobs/bi/views.sql, over those that `shopscore schema` prints, in DuckDB, Spark and ClickHouse (chDB), and
compares them.

    bi_views.py SHOPSCORE OUT

Each engine counts the rows of every view, the nulls of every column, and sums up every numeric column: all must agree, and the views
of the tables with pyarrow, too, and those of the tables by month with those of the tables. Every column of what `shopscore schema` prints has its
comment. What the view of improvements
in words says of the newest night is to the letter what `explain` says. A table that has no partition yet is left out, and said.
"""

import json
import math
import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.dataset

sys.path.append(str(Path(__file__).parents[2] / "jobs/bi"))
from database import IN_WORDS, VIEWS, name, statements

# The tables that are published by month, too: their views have the same rows.
OVER_TIME = ["scores_over_time", "indicators_over_time", "categories_over_time"]
WORDS = ["step", "step_zh", "what_to_do", "what_to_do_zh"]
# Of the newest night, `explain` tells one shop in so many.
EXPLAINED_EVERY = 7
# What Spark shows of the types of columns.
NUMERIC = ("BIGINT", "DOUBLE", "INT")

# Of a view: rows, sums and nulls by column.
Figures = dict


class DuckDb:
    dialect = "duckdb"
    null_count = "count(*) - count({0})"

    def __init__(self) -> None:
        import duckdb

        self.connection = duckdb.connect()

    def run(self, statement: str) -> list[tuple]:
        return self.connection.execute(statement).fetchall()

    def columns(self, view: str) -> dict[str, str]:
        return {row[0]: row[1] for row in self.run(f"DESCRIBE {view}")}

    def comments(self, view: str) -> dict[str, str]:
        return dict(self.run(f"SELECT column_name, comment FROM duckdb_columns() WHERE table_name = '{view}'"))

    def quoted(self, column: str) -> str:
        return f'"{column}"'


class Spark:
    dialect = "spark"
    null_count = "count(*) - count({0})"

    def __init__(self) -> None:
        from pyspark.sql import SparkSession

        # A task a part file and a page for each would take most of the time.
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", "2")
        self.session = builder.config("spark.sql.files.openCostInBytes", "4096").getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")

    def run(self, statement: str) -> list[tuple]:
        return [tuple(row) for row in self.session.sql(statement).collect()]

    def columns(self, view: str) -> dict[str, str]:
        return {row[0]: row[1].upper() for row in self.run(f"DESCRIBE {view}")}

    def comments(self, view: str) -> dict[str, str]:
        return {row[0]: row[2] for row in self.run(f"DESCRIBE {view}")}

    def quoted(self, column: str) -> str:
        return f"`{column}`"


class ClickHouse:
    dialect = "clickhouse"
    null_count = "countIf(isNull({0}))"
    # Nulls of outer joins as the standard has them.
    settings = "SET join_use_nulls = 1"

    def __init__(self) -> None:
        from chdb.session import Session

        self.session = Session()
        self.session.query(self.settings)

    def run(self, statement: str) -> list[tuple]:
        table = self.session.query(statement, "ArrowTable")
        return [tuple(row.values()) for row in table.to_pylist()] if hasattr(table, "to_pylist") else []

    def columns(self, view: str) -> dict[str, str]:
        kinds = {row[0]: row[1] for row in self.run(f"SELECT name, type FROM system.columns WHERE table = '{view}'")}
        plain = {column: kind.removeprefix("Nullable(").removesuffix(")") for column, kind in kinds.items()}
        as_others = {"Int64": "BIGINT", "UInt64": "BIGINT", "Float64": "DOUBLE", "UInt8": "INT", "Int32": "INT"}
        return {column: as_others.get(kind, kind) for column, kind in plain.items()}

    def comments(self, view: str) -> dict[str, str]:
        return dict(self.run(f"SELECT name, comment FROM system.columns WHERE table = '{view}'"))

    def quoted(self, column: str) -> str:
        return f"`{column}`"


Engine = DuckDb | Spark | ClickHouse


def figures(engine: Engine, view: str, columns: list[str], numeric: list[str]) -> Figures:
    asked = ["count(*)"]
    asked += [f"sum({engine.quoted(column)})" for column in numeric]
    asked += [engine.null_count.format(engine.quoted(column)) for column in columns]
    row = engine.run(f"SELECT {', '.join(f'{what} AS f{place}' for place, what in enumerate(asked))} FROM {view}")[0]
    sums = {column: float(total or 0) for column, total in zip(numeric, row[1:])}
    nulls = dict(zip(columns, row[1 + len(numeric) :]))
    return {"rows": row[0], "sums": sums, "nulls": nulls}


def with_pyarrow(folder: Path) -> Figures:
    table = pyarrow.dataset.dataset(folder, partitioning="hive").to_table()
    key = table.column_names[-1]
    numeric = [field.name for field in table.schema if field.type in (pyarrow.int64(), pyarrow.float64(), pyarrow.int32())]
    return {
        "rows": table.num_rows,
        "sums": {column: float(pyarrow.compute.sum(table[column]).as_py() or 0) for column in numeric if column != key},
        "nulls": {column: table[column].null_count for column in table.column_names},
    }


def difference(one: Figures, other: Figures) -> str | None:
    """Counts agree exactly; sums of floats as far as the order of additions allows."""
    if one["rows"] != other["rows"]:
        return f"{one['rows']} rows, {other['rows']}"
    for column, count in one["nulls"].items():
        if other["nulls"].get(column) != count:
            return f"{column}: {count} nulls, {other['nulls'].get(column)}"
    for column, total in one["sums"].items():
        if not math.isclose(total, other["sums"][column], rel_tol=1e-12, abs_tol=1e-9):
            return f"{column}: {total!r}, {other['sums'][column]!r}"
    return None


def make_views(engine: Engine, shopscore: str, out: Path, there: set[str]) -> None:
    command = [shopscore, "schema", "--format", engine.dialect, "--out", str(out)]
    dictionary = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for statement in statements(dictionary):
        if name(statement) in there | {IN_WORDS, *OVER_TIME}:
            engine.run(statement)
    for statement in statements(VIEWS.read_text()):
        engine.run(statement)


def in_words(engine: Engine) -> dict[tuple[str, int, str], tuple]:
    """What the view says, by day, shop and indicator."""
    columns = ", ".join(["concat('', dt)", "shop_id", "indicator", *WORDS])
    return {row[:3]: row[3:] for row in engine.run(f"SELECT {columns} FROM {IN_WORDS}")}


def explained(shopscore: str, out: Path, day: str, shop: int) -> dict[str, tuple]:
    """What `explain` says, by indicator."""
    command = [shopscore, "explain", "--shop", str(shop), "--date", day, "--out", str(out), "--format", "json"]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    steps = {each["indicator"]: each["next"] for each in answer["indicators"] if each["next"]}
    return {indicator: tuple(step[column] for column in WORDS) for indicator, step in steps.items()}


def check_words(engines: list[Engine], shopscore: str, out: Path) -> list[str]:
    first, *others = [in_words(engine) for engine in engines]
    unlike = [engine.dialect for engine, words in zip(engines[1:], others) if words != first]
    failed = [f"{IN_WORDS}: {dialect} has other texts than {engines[0].dialect}" for dialect in unlike]
    newest = max(day for day, _, _ in first)
    shops = sorted({shop for day, shop, _ in first if day == newest})[::EXPLAINED_EVERY]
    for shop in shops:
        of_view = {indicator: words for (day, of, indicator), words in first.items() if (day, of) == (newest, shop)}
        if of_view != explained(shopscore, out, newest, shop):
            failed.append(f"{IN_WORDS}: shop {shop}: {of_view}, explained {explained(shopscore, out, newest, shop)}")
    print(f"{IN_WORDS}: {len(first)} texts, as explain has them of {len(shops)} shops on {newest}")
    return failed


def main() -> int:
    shopscore, out = sys.argv[1], Path(sys.argv[2]).resolve()
    engines = [DuckDb(), Spark(), ClickHouse()]
    tables = sorted(path.name for path in (out / "current").iterdir())
    for engine in engines:
        make_views(engine, shopscore, out, set(tables))
    failed = check_words(engines, shopscore, out)
    for view in tables + [IN_WORDS, *OVER_TIME] + [name(statement) for statement in statements(VIEWS.read_text())]:
        first, *others = engines
        kinds = first.columns(view)
        numeric = [column for column, kind in kinds.items() if kind in NUMERIC or kind.startswith(("HUGEINT", "DECIMAL"))]
        of_first = figures(first, view, list(kinds), numeric)
        print(f"{view}: {of_first['rows']} rows, {len(numeric)} sums")
        seen = {engine.dialect: figures(engine, view, list(kinds), numeric) for engine in others}
        if view in OVER_TIME:
            seen["the table"] = figures(first, view.removesuffix("_over_time"), list(kinds), numeric)
        if view in tables:
            seen["pyarrow"] = with_pyarrow(out / "current" / view)
        if view in tables + [IN_WORDS] + OVER_TIME:
            without = {engine.dialect: sorted(set(kinds) - {c for c, said in engine.comments(view).items() if said}) for engine in engines}
            failed += [f"{view}, {dialect}: no comment on {columns}" for dialect, columns in without.items() if columns]
        for other, of_other in seen.items():
            shared = {column: total for column, total in of_first["sums"].items() if column in of_other["sums"]}
            found = difference({**of_first, "sums": shared}, of_other)
            failed += [f"{view}: {first.dialect} and {other} differ: {found}"] if found else []
        if of_first["rows"] == 0:
            failed.append(f"{view}: no row, so nothing is compared")
    left_out = sorted({"month_end_revisions"} - set(tables))
    print(f"without a partition here: {', '.join(left_out) or 'none'}")
    print("\n".join(failed + [f"{len(failed)} differences"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
