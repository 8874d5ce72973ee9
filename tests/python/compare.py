"""Compares a published night with the reference implementation, value by value and exactly.

    python compare.py EXTRACTS RULES OUT DAY [NAME=VALUE ...]

Reads OUT/current/<table>/dt=DAY/*.parquet and OUT/quarantine, computes the same night with reference.py, prints
each difference (the first 20 a table) and a last line `N compared, M different`. Exit code 1 on any difference.
NAME=VALUE are settings of the night that differ from the defaults.
"""

import datetime as dt
import json
import os
import re
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from reference import DIMENSIONS, TABLES, Extracts, Night, Rules, parse_settings

SHOWN = 20
WIDTH = 600

I, F, S, D, B = pa.int64(), pa.float64(), pa.string(), pa.date32(), pa.bool_()

# Section 11: columns in order, their types, and whether they may be null. The sort columns come first.
COLUMNS = {
    "scores": [
        ("shop_id", I, False),
        ("as_of", D, False),
        ("shop_name", S, False),
        ("primary_category", S, False),
        ("primary_subcategory", S, True),
        ("assessment_category", S, True),
        ("category_shops", I, False),
        ("score", F, True),
        *[(d + "_score", F, True) for d in DIMENSIONS],
        *[(d + "_weight_percent", F, True) for d in DIMENSIONS],
        ("marketing_min", F, False),
        ("marketing_eligible", B, False),
        ("unscored_reason", S, True),
    ],
    "indicators": [
        ("shop_id", I, False),
        ("indicator", S, False),
        ("as_of", D, False),
        ("shop_name", S, False),
        ("primary_category", S, False),
        ("dimension", S, False),
        ("unit", S, False),
        ("direction", S, False),
        ("numerator", I, False),
        ("denominator", I, False),
        ("value", F, True),
        ("shops_better", I, True),
        ("ranked", I, True),
        ("tier", I, True),
    ],
    "improvements": [
        ("shop_id", I, False),
        ("indicator", S, False),
        ("as_of", D, False),
        ("shop_name", S, False),
        ("primary_category", S, False),
        ("unit", S, False),
        ("direction", S, False),
        ("tier", I, False),
        ("next_tier", I, False),
        ("value", F, False),
        ("value_to_reach", F, False),
        ("score_gain", F, False),
    ],
    "categories": [
        ("primary_category", S, False),
        ("indicator", S, False),
        ("as_of", D, False),
        ("ranked", I, False),
        *[(name, F, False) for name in ("lowest", "quartile_1", "median", "quartile_3", "highest")],
        ("mean", F, False),
        ("best_tenth", F, False),
        *[(f"tier_{tier}_edge", F, True) for tier in (5, 4, 3, 2)],
        *[(f"tier_{tier}_shops", I, False) for tier in (5, 4, 3, 2, 0)],
    ],
    "outlook": [
        ("shop_id", I, False),
        ("as_of", D, False),
        ("shop_name", S, False),
        ("primary_category", S, False),
        ("month_end", D, False),
        ("days_known", I, False),
        ("score", F, True),
        ("monthly_min", F, True),
        ("verdict", S, True),
    ],
    "quality": [("extract", S, False), ("day", D, False), ("reason", S, False), ("row_count", I, False)],
}
KEYS = {
    "scores": ("shop_id",),
    "indicators": ("shop_id", "indicator"),
    "improvements": ("shop_id", "indicator"),
    "categories": ("primary_category", "indicator"),
    "outlook": ("shop_id",),
    "quality": ("extract", "day", "reason"),
}
QUARANTINE_COLUMNS = [("extract", S, False), ("key", I, True), ("reason", S, False), ("row", S, False)]


class Comparison:
    def __init__(self):
        self.compared = self.different = 0
        self.lines = []
        self.shown = {}

    def same(self, table, where, published, wanted):
        """One value; exact, floats and types too (1 is not 1.0, nor is it True)."""
        self.compared += 1
        if type(published) is type(wanted) and published == wanted:
            return True
        self.different += 1
        self.shown[table] = self.shown.get(table, 0) + 1
        if self.shown[table] <= SHOWN:
            line = f"{table} {where}: published {published!r}, reference {wanted!r}"
            self.lines.append(line if len(line) <= WIDTH else line[:WIDTH] + " ...")
        return False


def published_rows(comparison, name, folder, columns):
    """Every row of a partition, its columns checked against section 11."""
    files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    comparison.same(name, "files that are no data", [f for f in files if not f.endswith(".parquet")], [])
    rows = []
    for file in files:
        found = pq.ParquetFile(os.path.join(folder, file)).read()
        comparison.same(name, "columns", found.schema.names, [c for c, _, _ in columns])
        for column, kind, may_be_null in columns:
            if column in found.schema.names:
                field = found.schema.field(column)
                comparison.same(name, f"type of {column}", str(field.type), str(kind))
                if not may_be_null:
                    comparison.same(name, f"nulls in {column}", found.column(column).null_count, 0)
        rows.extend(found.to_pylist())
    return rows


def compare_table(comparison, name, published, wanted):
    """Rows by their key, then columns one by one, then the order."""
    key_columns = KEYS[name]

    def key(row):
        return tuple(row.get(column) for column in key_columns)

    comparison.same(name, "rows", len(published), len(wanted))
    by_key = {key(row): row for row in published}
    expected = {key(row): row for row in wanted}
    comparison.same(name, "keys twice", len(published) - len(by_key), 0)
    for each in sorted(by_key.keys() - expected.keys()):
        comparison.same(name, each, by_key[each], None)
    for each, row in expected.items():
        if each not in by_key:
            comparison.same(name, each, None, row)
            continue
        for column, value in row.items():
            comparison.same(name, f"{each} {column}", by_key[each].get(column), value)
    if by_key.keys() == expected.keys():
        order = [key(row) for row in published]
        comparison.same(name, "order", order == [key(row) for row in wanted], True)


def instant_of(text):
    """A UTC timestamp of any precision as exact nanoseconds."""
    found = re.fullmatch(r"(-?\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", text)
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    moment = dt.datetime(year, month, day, hour, minute, second) - dt.datetime(1970, 1, 1)
    return (moment // dt.timedelta(seconds=1)) * 10**9 + int((found.group(7) or "").ljust(9, "0"))


def quarantine_entry(extract, key, reason, row):
    """One quarantined row as text, the same for both sides."""
    return json.dumps([extract, key, reason, row], ensure_ascii=False)


def published_quarantine(row):
    """One published row; timestamps read back as instants."""
    kinds = {column: kind for column, kind, _ in TABLES[row["extract"]]}
    values = json.loads(row["row"])
    for column, value in values.items():
        if kinds.get(column) == "ts" and value is not None:
            values[column] = instant_of(value)
    return quarantine_entry(row["extract"], row["key"], row["reason"], values)


def quarantine_order(row):
    """Section 11: sorted by extract, key, reason and row, a null key first."""
    key = (0, 0) if row["key"] is None else (1, row["key"])
    return (row["extract"], key, row["reason"], row["row"].encode())


def compare_quarantine(comparison, out, wanted, window):
    """Every day that the reference read, rows as a multiset, then their order; of a snapshot from before the window
    only the shops, since the other tables' rows of that day are an earlier night's."""
    for day in sorted(wanted):
        folder = os.path.join(out, "quarantine", f"dt={day}")
        if not wanted[day] and not os.path.isdir(folder):
            continue
        rows = published_rows(comparison, "quarantine", folder, QUARANTINE_COLUMNS)
        comparison.same("quarantine", f"{day} order", rows == sorted(rows, key=quarantine_order), True)
        rows = [row for row in rows if row["extract"] == "shops" or day in window]
        if not any(entry[0] == "shops" for entry in wanted[day]):
            # Rows of another snapshot than the night's own stay from the nights that read it.
            rows = [row for row in rows if row["extract"] != "shops"]
        published = sorted(published_quarantine(row) for row in rows)
        expected = sorted(quarantine_entry(*entry) for entry in wanted[day])
        left, right = list(published), list(expected)
        for entry in published:
            if entry in right:
                right.remove(entry)
                left.remove(entry)
                comparison.same("quarantine", day, entry, entry)
        for entry in left:
            comparison.same("quarantine", day, entry, None)
        for entry in right:
            comparison.same("quarantine", day, None, entry)


def compare_night(night, out):
    """All tables of one published day."""
    comparison = Comparison()
    for name, columns in COLUMNS.items():
        folder = os.path.join(out, "current", name, f"dt={night.day}")
        published = published_rows(comparison, name, folder, columns)
        compare_table(comparison, name, published, night.tables[name])
    compare_quarantine(comparison, out, night.quarantine, night.window)
    return comparison


def main():
    folder, rules, out, day = sys.argv[1:5]
    settings = parse_settings(sys.argv[5:])
    extracts = Extracts(folder, settings["time_zone"])
    comparison = compare_night(Night(extracts, Rules(rules), dt.date.fromisoformat(day), settings), out)
    print("\n".join(comparison.lines), end="\n" if comparison.lines else "")
    print(f"{comparison.compared} compared, {comparison.different} different")
    sys.exit(1 if comparison.different else 0)


if __name__ == "__main__":
    main()
