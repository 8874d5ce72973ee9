"""Holds what `shopscore sql` prints against what the job computes: DuckDB runs the text, table by table.

    python sql_queries.py SHOPSCORE EXTRACTS RULES DAY [FIRST_SEED LAST_SEED]

Of the window of DAY over EXTRACTS, and of a night over each seed's random extracts, DuckDB's sums must be those that the
night stored, and the rows that it sets aside as many, for the same reasons, as the night's quarantine has. Exit code 1 on
any difference, and where nothing was compared.
"""

import collections
import datetime as dt
import glob
import json
import os
import subprocess
import sys
import tempfile

import duckdb

from random_extracts import generate

TABLES = ("payments", "pickups", "reviews", "refunds", "disputes", "consultations")
GROUPED_BY = {"payments": ("shop_id", "category")}


def run(job, folder, arguments, settings):
    command = [job, *arguments]
    for name in ("extracts", "rules", "state", "out"):
        command += [f"--{name}", os.path.join(folder, name)] if name != "out" or arguments[0] != "sql" else []
    for setting in settings:
        command += ["--set", setting]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def of_duckdb(database, text):
    """(sums by day and group, counts by day and reason) of a query."""
    answer = database.execute(text)
    names = [column[0] for column in answer.description]
    sums, broken = {}, collections.Counter()
    for values in answer.fetchall():
        row = dict(zip(names, values))
        if row["reason"]:
            broken[row["day"], row["reason"]] += row["rows"]
            continue
        group = tuple(row[name] for name in ("shop_id", "category") if name in row)
        figures = {name: int(value) for name, value in row.items() if name not in ("day", "reason", "set_aside", "shop_id", "category")}
        sums[row["day"], group] = figures
    return sums, broken


def stored(state, table, days):
    """The same of what a night stored."""
    sums, broken = {}, collections.Counter()
    for path in glob.glob(os.path.join(state, "**", table, "*.json"), recursive=True):
        day = os.path.basename(path).removesuffix(".json")
        if day not in days:
            continue
        with open(path, encoding="utf-8") as file:
            # Its hash stands before it.
            description = json.loads(file.read().split("\n", 1)[1])
        (frame,) = glob.glob(path.removesuffix(".json") + "-" + description["version"]["fingerprint"] + ".parquet")
        rows = duckdb.sql(f"SELECT * FROM read_parquet('{frame}')")
        for values in rows.fetchall():
            row = dict(zip(rows.columns, values))
            group = tuple(row.pop(name) for name in GROUPED_BY.get(table, ("shop_id",)))
            sums[day, group] = row
        broken.update((day, reason) for _, reason, _ in description["quarantine"])
    return sums, broken


def compare(job, folder, day, settings):
    """(rows compared, lines that tell of differences, tables whose text was refused) of a night over a folder's extracts."""
    night = run(job, folder, ["nightly", "--date", str(day)], settings)
    if night.returncode:
        return 0, [], [f"night: exit code {night.returncode}"]
    window = [str(day - dt.timedelta(days=back)) for back in range(30)]
    compared, lines, refused = 0, [], []
    for table in TABLES:
        span = ["--from", window[-1], "--to", window[0]]
        printed = run(job, folder, ["sql", "--table", table, *span, "--dialect", "duckdb"], settings)
        if printed.returncode:
            refused.append(f"{table}: {printed.stderr.strip().splitlines()[-1]}")
            continue
        with duckdb.connect() as database:
            found = of_duckdb(database, printed.stdout)
        wanted = stored(os.path.join(folder, "state"), table, set(window))
        for what, one, other in zip(("sums", "set aside"), found, wanted):
            compared += len(other)
            for key in sorted(set(one) | set(other), key=str):
                if one.get(key) != other.get(key):
                    lines.append(f"{table} {what} {key}: duckdb {one.get(key)}, the night {other.get(key)}")
    return compared, lines, refused


def main():
    job, extracts, rules, day = os.path.abspath(sys.argv[1]), *map(os.path.abspath, sys.argv[2:4]), sys.argv[4]
    seeds = range(int(sys.argv[5]), int(sys.argv[6]) + 1) if len(sys.argv) > 5 else ()
    total, different, refusals = 0, 0, collections.Counter()
    for seed in (None, *seeds):
        with tempfile.TemporaryDirectory() as folder:
            if seed is None:
                os.symlink(extracts, os.path.join(folder, "extracts"))
                os.symlink(rules, os.path.join(folder, "rules"))
                of = (dt.date.fromisoformat(day), ["history_starts_on=2022-01-01"])
            else:
                # A text is printed for what its engine tells apart.
                of = generate(folder, seed, nanoseconds=False)
            compared, lines, refused = compare(job, folder, *of)
        total += compared
        different += len(lines)
        refusals.update(line.split(":")[0] for line in refused)
        if lines or (seed is None and refused):
            print("sample" if seed is None else f"seed {seed}:", *lines[:20], *refused, sep="\n  ", flush=True)
            different += not lines
    print(f"{total} groups compared, {different} different; not asked: {dict(refusals)}")
    sys.exit(1 if different or not total else 0)


if __name__ == "__main__":
    main()
