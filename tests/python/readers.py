"""Opens published folders as BI tools do, and checks that all of them see the same.

    readers.py OUT/current DAY MONTH_END YEAR

Each of DuckDB, Polars, pandas and pyarrow reads every table with its Hive key and sums up every numeric column of one
partition; the sums, the counts of rows and of nulls must agree, the key must read as a date (a year as an integer) where
the tool infers types, and the column descriptions must be visible where the tool shows file or field metadata.
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

TABLES = {
    "dt": ["scores", "indicators", "improvements", "categories", "outlook", "quality"],
    "month_end": ["month_end_scores", "monthly_assessments"],
    "year": ["annual_settlements"],
}

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
    sums = dict(zip(numeric, row[1 : 1 + len(numeric)]))
    nulls = dict(zip(columns, row[1 + len(numeric) :]))
    return {"rows": row[0], "sums": sums, "nulls": nulls}


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


def check_descriptions(folder: Path) -> None:
    """Descriptions stand in the fields (pyarrow) and in the file's metadata (DuckDB, Polars)."""
    path = next(folder.glob("*/*.parquet"))
    fields = pyarrow.parquet.read_schema(path)
    for field in fields:
        assert field.metadata and field.metadata[b"description"] and field.metadata[b"description_zh"], field
    names = fields.names
    key = "shopscore.columns"
    in_duckdb = duckdb.sql(f"select decode(value) from parquet_kv_metadata('{path}') where decode(key) = '{key}'")
    described = json.loads(in_duckdb.fetchall()[0][0])
    assert list(described) == names, (list(described), names)
    assert all(column["description"] and column["description_zh"] for column in described.values())
    assert list(json.loads(polars.read_parquet_metadata(path)[key])) == names


def main() -> int:
    current = Path(sys.argv[1]).resolve()
    day, month_end = (datetime.date.fromisoformat(given) for given in sys.argv[2:4])
    values = {"dt": day, "month_end": month_end, "year": int(sys.argv[4])}
    readers = {"duckdb": with_duckdb, "polars": with_polars, "pandas": with_pandas, "pyarrow": with_pyarrow}
    tables = [(table, (key, values[key])) for key, tables in TABLES.items() for table in tables]
    failed = 0
    for table, partition in tables:
        seen = {name: read(current / table, partition) for name, read in readers.items()}
        check_descriptions(current / table)
        first = seen["pyarrow"]
        differing = [name for name, figures in seen.items() if not same(first, figures)]
        failed += bool(differing)
        print(f"{table}: {first['rows']} rows, {len(first['sums'])} sums" + "".join(f"; {name} differs: {seen[name]}" for name in differing))
    print(f"{len(tables) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
