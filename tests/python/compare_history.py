"""Compares the published month ends, assessments and settlements with the reference, value by value and exactly.

    python compare_history.py EXTRACTS RULES OUT ACTIONS [NAME=VALUE ...]

ACTIONS is a JSON file: what the program has carried out, in order, with the extracts and rules as they are now:

    [["night", "2022-01-31"], ["nights", "2022-02-01", "2022-02-28"],
     ["restate", "2022-01-31", "a late appeal", "2022-02-20"], ["settle", 2022, "2022-03-31"]]

Carries them out again with reference_assessments.py, reads OUT/current/<table>/*/*.parquet of the four tables, prints
each difference (the first 20 a table) and a last line `N compared, M different`. Exit code 1 on any difference.
NAME=VALUE are settings that differ from the defaults.
"""

import datetime as dt
import json
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from compare import COLUMNS, Comparison
from reference import parse_settings
from reference_assessments import history

I, F, S, D, B = pa.int64(), pa.float64(), pa.string(), pa.date32(), pa.bool_()
MONTHS = {"month_end": D, "score": F, "revision": I}
MONTH_END_COLUMNS = [
    *COLUMNS["scores"],
    ("revision", I, False),
    ("restated_because", S, True),
    ("knowledge_day", D, True),
]

# Section 11: {table: (partition key, key columns, columns in order, their types, whether they may be null)}.
HISTORY_TABLES = {
    "month_end_scores": ("month_end", ("shop_id",), MONTH_END_COLUMNS),
    "month_end_revisions": ("month_end", ("shop_id", "revision"), MONTH_END_COLUMNS),
    "monthly_assessments": (
        "month_end",
        ("shop_id",),
        [
            ("shop_id", I, False),
            ("shop_name", S, False),
            ("primary_category", S, False),
            ("score", F, True),
            ("cycle_starts_on", D, True),
            ("monthly_min", F, True),
            ("status", S, False),
            ("failures", I, False),
            ("failure_limit", I, True),
            ("failures_left", I, True),
            ("risk", S, True),
        ],
    ),
    "annual_settlements": (
        "year",
        ("shop_id",),
        [
            ("shop_id", I, False),
            ("as_of", D, False),
            ("shop_name", S, False),
            ("provisional", B, False),
            ("basis", S, False),
            ("months", MONTHS, False),
            ("months_counted", I, False),
            ("average_score", F, True),
            ("top_sales_category", S, True),
            ("sales_fen", I, False),
            ("annual_min", F, False),
            ("qualified", B, False),
            ("charged_months", I, False),
            ("annual_fee_fen", I, False),
            ("fee_fen", I, False),
            ("refund_fen", I, False),
        ],
    ),
}


def same_type(published, wanted):
    """`months` is a list of structs, whatever the list is called in the file."""
    if wanted is not MONTHS:
        return published == wanted
    if not (pa.types.is_list(published) or pa.types.is_large_list(published)):
        return False
    fields = published.value_type
    return pa.types.is_struct(fields) and [(f.name, f.type) for f in fields] == list(MONTHS.items())


def check_columns(comparison, name, where, found, columns):
    """Section 11: the columns of one file, their types, and no nulls where none may be."""
    comparison.same(name, f"{where} columns", found.schema.names, [column for column, _, _ in columns])
    for column, kind, may_be_null in columns:
        if column not in found.schema.names:
            continue
        published = found.schema.field(column).type
        if not same_type(published, kind):
            comparison.same(name, f"{where} type of {column}", str(published), str(kind))
        if not may_be_null:
            comparison.same(name, f"{where} nulls in {column}", found.column(column).null_count, 0)


def published_partition(comparison, name, where, folder, columns):
    """The rows of one partition, in the order of its files."""
    rows = []
    for file in sorted(os.listdir(folder)):
        if comparison.same(name, f"{where} {file} is data", file.endswith(".parquet"), True):
            found = pq.ParquetFile(os.path.join(folder, file)).read()
            check_columns(comparison, name, where, found, columns)
            rows.extend(found.to_pylist())
    return rows


def published_partitions(comparison, name, out):
    """{partition value: rows} of one table."""
    partition, _, columns = HISTORY_TABLES[name]
    root = os.path.join(out, "current", name)
    tables = {}
    for folder in sorted(os.listdir(root)) if os.path.isdir(root) else []:
        key, _, value = folder.partition("=")
        if comparison.same(name, f"{folder} is a partition", key, partition):
            path = os.path.join(root, folder)
            tables[value] = published_partition(comparison, name, folder, path, columns)
    return tables


def compare_partition(comparison, name, where, published, wanted):
    """Rows by their key, then columns one by one, then the order."""
    key_columns = HISTORY_TABLES[name][1]

    def key(row):
        return tuple(row.get(column) for column in key_columns)

    comparison.same(name, f"{where} rows", len(published), len(wanted))
    by_key, expected = {key(row): row for row in published}, {key(row): row for row in wanted}
    for each in sorted(by_key.keys() - expected.keys()):
        comparison.same(name, f"{where} {each}", by_key[each], None)
    for each, row in expected.items():
        if each not in by_key:
            comparison.same(name, f"{where} {each}", None, row)
            continue
        for column, value in row.items():
            comparison.same(name, f"{where} {each} {column}", by_key[each].get(column), value)
    if by_key.keys() == expected.keys():
        comparison.same(name, f"{where} order", [key(row) for row in published], [key(row) for row in wanted])


def compare_tables(tables, out):
    """All four tables; a partition without rows is as good as none for the revisions only, which may have none."""
    comparison = Comparison()
    for name in HISTORY_TABLES:
        published = published_partitions(comparison, name, out)
        wanted = {str(value): rows for value, rows in tables[name].items()}
        if name == "month_end_revisions":
            published = {value: rows for value, rows in published.items() if rows}
        comparison.same(name, "partitions", sorted(published), sorted(wanted))
        for value in sorted(published.keys() & wanted.keys()):
            compare_partition(comparison, name, value, published[value], wanted[value])
    return comparison


def read_actions(lines):
    """The actions of a JSON file as `history` takes them."""
    actions = []
    for kind, *about in lines:
        if kind == "settle":
            actions.append((kind, int(about[0]), dt.date.fromisoformat(about[1])))
        elif kind == "restate":
            actions.append((kind, dt.date.fromisoformat(about[0]), about[1], dt.date.fromisoformat(about[2])))
        else:
            actions.append((kind, *(dt.date.fromisoformat(day) for day in about)))
    return actions


def main():
    extracts, rules, out, actions = sys.argv[1:5]
    with open(actions, encoding="utf-8") as file:
        actions = read_actions(json.load(file))
    comparison = compare_tables(history(actions, extracts, rules, parse_settings(sys.argv[5:])), out)
    print("\n".join(comparison.lines), end="\n" if comparison.lines else "")
    print(f"{comparison.compared} compared, {comparison.different} different")
    sys.exit(1 if comparison.different else 0)


if __name__ == "__main__":
    main()
