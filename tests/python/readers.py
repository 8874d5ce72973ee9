"""Opens published folders as BI tools do, and checks that all of them see the same.

    readers.py OUT DAY MONTH_END YEAR [spark clickhouse]

Each of DuckDB, Polars, pandas and pyarrow, and of those that are named besides, reads every table with its Hive key and sums up every
numeric column of one partition; the sums, the counts of rows and of nulls must agree, the key must read as a date (a year as an
integer) where the tool infers types. The newest day of the quarantine is read likewise. Every column that the files have is in
OUT/datapackage.json with the same descriptions and unit, in both directions, and they are visible where the tool shows file or field
metadata. A table without the partition fails, but for the revisions of month ends, which are there after a restatement.
"""

import datetime
import json
import math
import sys
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet

# There only after a restatement.
REVISIONS = "month_end_revisions"

# A partition: its key and the value of it, a day or a year.
Partition = tuple[str, datetime.date | int]


def with_duckdb(folder: Path, partition: Partition) -> dict:
    key, value = partition
    source = f"read_parquet('{folder}/*/*.parquet', hive_partitioning = true)"
    types = {row[0]: row[1] for row in duckdb.sql(f"describe select * from {source}").fetchall()}
    assert types[key] == ("BIGINT" if key == "year" else "DATE"), types[key]
    columns = [name for name in types if name != key]
    numeric = [name for name in columns if types[name] in ("BIGINT", "DOUBLE")]
    figures = ", ".join(
        ["count(*)"] + [f'sum("{name}")' for name in numeric] + [f'count(*) - count("{name}")' for name in columns]
    )
    row = duckdb.sql(f"select {figures} from {source} where {key} = ?", params=[value]).fetchall()[0]
    return figures_of(list(row), numeric, columns)


def with_polars(folder: Path, partition: Partition) -> dict:
    key, value = partition
    frame = polars.scan_parquet(folder, hive_partitioning=True, try_parse_hive_dates=True).collect()
    assert frame.schema[key] == (polars.Int64 if key == "year" else polars.Date), frame.schema[key]
    frame = frame.filter(polars.col(key) == value).drop(key)
    numeric = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    return {
        "rows": frame.height,
        "sums": {name: frame[name].sum() if frame[name].count() else None for name in numeric},
        "nulls": {name: frame[name].null_count() for name in frame.columns},
    }


def with_pandas(folder: Path, partition: Partition) -> dict:
    key, value = partition
    frame = pandas.read_parquet(folder)
    assert str(value) in set(frame[key].astype(str)), set(frame[key])
    frame = frame[frame[key].astype(str) == str(value)].drop(columns=key)
    numeric = frame.select_dtypes(["int64", "float64"]).columns
    return {
        "rows": len(frame),
        "sums": {name: frame[name].sum() if frame[name].count() else None for name in numeric},
        "nulls": {name: int(frame[name].isna().sum()) for name in frame.columns},
    }


def with_pyarrow(folder: Path, partition: Partition) -> dict:
    key, value = partition
    schema = pyarrow.schema([(key, pyarrow.int32() if key == "year" else pyarrow.date32())])
    partitioning = pyarrow.dataset.partitioning(schema, flavor="hive")
    data = pyarrow.dataset.dataset(folder, partitioning=partitioning)
    table = data.to_table(filter=pyarrow.dataset.field(key) == value).drop_columns(key)
    compute = pyarrow.compute
    numeric = [field.name for field in table.schema if field.type in (pyarrow.int64(), pyarrow.float64())]
    return {
        "rows": table.num_rows,
        "sums": {name: compute.sum(table[name]).as_py() for name in numeric},
        "nulls": {name: table[name].null_count for name in table.column_names},
    }


class Spark:
    """Reads with Spark; the session starts once."""

    def __init__(self) -> None:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        self.session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")

    def __call__(self, folder: Path, partition: Partition) -> dict:
        key, value = partition
        frame = self.session.read.parquet(str(folder))
        types = dict(frame.dtypes)
        assert types[key] == ("int" if key == "year" else "date"), types[key]
        columns = [name for name in frame.columns if name != key]
        numeric = [name for name in columns if types[name] in ("bigint", "double")]
        figures = ["count(*)"] + [f"sum(`{name}`)" for name in numeric] + [f"count(*) - count(`{name}`)" for name in columns]
        row = frame.where(f"{key} = '{value}'").selectExpr(*[f"{of} AS f{place}" for place, of in enumerate(figures)]).collect()[0]
        return figures_of(list(row), numeric, columns)


def with_clickhouse(folder: Path, partition: Partition) -> dict:
    import chdb

    key, value = partition
    source = f"file('{folder}/*/*.parquet', Parquet)"
    rows = chdb.query(f"DESCRIBE {source} SETTINGS use_hive_partitioning = 1", "ArrowTable").to_pylist()
    types = {row["name"]: row["type"] for row in rows}
    assert key in types, types
    columns = [name for name in types if name != key]
    numeric = [name for name in columns if types[name].removeprefix("Nullable(").removesuffix(")") in ("Int64", "Float64")]
    # A sum over nulls alone is 0 there.
    sums = [f"if(count(`{name}`) = 0, NULL, sum(`{name}`))" for name in numeric]
    figures = ["count(*)"] + sums + [f"countIf(isNull(`{name}`))" for name in columns]
    asked = ", ".join(f"{of} AS f{place}" for place, of in enumerate(figures))
    query = f"SELECT {asked} FROM {source} WHERE toString({key}) = '{value}' SETTINGS use_hive_partitioning = 1"
    return figures_of(list(chdb.query(query, "ArrowTable").to_pylist()[0].values()), numeric, columns)


def figures_of(row: list, numeric: list[str], columns: list[str]) -> dict:
    return {"rows": row[0], "sums": dict(zip(numeric, row[1:])), "nulls": dict(zip(columns, row[1 + len(numeric) :]))}


def same(one: dict, other: dict) -> bool:
    """Integers and counts agree exactly; sums of floats as far as the order of additions allows."""
    if one["rows"] != other["rows"] or one["nulls"] != other["nulls"]:
        return False
    if one["sums"].keys() != other["sums"].keys():
        return False
    pairs = [(figure, other["sums"][name]) for name, figure in one["sums"].items()]
    return all(
        figure == again or (isinstance(figure, float) and math.isclose(figure, again, rel_tol=1e-12, abs_tol=1e-9))
        for figure, again in pairs
    )


def check_descriptions(folder: Path, resource: dict) -> None:
    """Descriptions stand in the fields (pyarrow) and in the file's metadata (DuckDB, Polars), as the dictionary has them."""
    path = next(folder.glob("*/*.parquet"))
    schema = resource["schema"]["fields"]
    said = {field["name"]: [field.get(of, "") for of in ("description", "description_zh", "unit")] for field in schema}
    said.pop(resource["partition_key"])
    fields = pyarrow.parquet.read_schema(path)
    in_fields = {}
    for field in fields:
        assert field.metadata and field.metadata[b"description"] and field.metadata[b"description_zh"], field
        in_fields[field.name] = [field.metadata[of].decode() for of in (b"description", b"description_zh", b"unit")]
    assert in_fields == said, (in_fields, said)
    assert {name: field["constraints"]["required"] for name, field in zip(said, schema)} == {field.name: not field.nullable for field in fields}
    key = "shopscore.columns"
    in_duckdb = duckdb.sql(f"select decode(value) from parquet_kv_metadata('{path}') where decode(key) = '{key}'")
    described = json.loads(in_duckdb.fetchall()[0][0])
    in_file = {name: [column[of] for of in ("description", "description_zh", "unit")] for name, column in described.items()}
    assert list(in_file.items()) == list(said.items()), (in_file, said)
    assert json.loads(polars.read_parquet_metadata(path)[key]) == described


def partition_of(folder: Path, key: str, values: dict) -> Partition:
    """The partition to look at: of the quarantine the newest."""
    if folder.name == "quarantine":
        return key, datetime.date.fromisoformat(max(path.name for path in folder.iterdir()).removeprefix(f"{key}="))
    return key, values[key]


def main() -> int:
    out = Path(sys.argv[1]).resolve()
    day, month_end = (datetime.date.fromisoformat(given) for given in sys.argv[2:4])
    values = {"dt": day, "month_end": month_end, "year": int(sys.argv[4])}
    readers = {"duckdb": with_duckdb, "polars": with_polars, "pandas": with_pandas, "pyarrow": with_pyarrow}
    more = {"spark": Spark, "clickhouse": lambda: with_clickhouse}
    readers |= {name: more[name]() for name in sys.argv[5:]}
    resources = json.loads((out / "datapackage.json").read_text())["resources"]
    folders = {resource["name"]: out / resource["path"].removesuffix("/*/*.parquet") for resource in resources}
    published = {path.name for path in (out / "current").iterdir()}
    failed = len(published - folders.keys())
    print("".join(f"{table}: not in the dictionary\n" for table in sorted(published - folders.keys())), end="")
    for resource in resources:
        table = resource["name"]
        if table == REVISIONS and table not in published:
            print(f"{table}: not there, no month end was restated")
            continue
        partition = partition_of(folders[table], resource["partition_key"], values)
        seen = {name: read(folders[table], partition) for name, read in readers.items()}
        check_descriptions(folders[table], resource)
        first = seen["pyarrow"]
        differing = [name for name, figures in seen.items() if not same(first, figures)]
        failed += bool(differing) or first["rows"] == 0
        print(f"{table}: {first['rows']} rows, {len(first['sums'])} sums" + "".join(f"; {name} differs: {seen[name]}" for name in differing))
    print(f"{len(resources)} tables in {len(readers)} tools, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
