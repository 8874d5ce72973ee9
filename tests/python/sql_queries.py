"""Holds what `shopscore sql` prints against what the job computes: DuckDB or Spark runs the text, table by table.

    python sql_queries.py SHOPSCORE EXTRACTS RULES DAY [FIRST_SEED LAST_SEED] [--spark [sc://HOST:PORT]]

Of the window of DAY over EXTRACTS, and of a night over each seed's random extracts, the engine's sums must be those that the
night stored, and the rows that it sets aside as many, for the same reasons, as the night's quarantine has. It is DuckDB, or with
--spark a server of Spark Connect, which is started where none is named. Exit code 1 on any difference, and where nothing was
compared.
"""

import argparse
import collections
import contextlib
import datetime as dt
import glob
import json
import os
import subprocess
import sys
import tempfile
import warnings

import duckdb

from cluster import server
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


def ask_duckdb(text):
    """(names of columns, rows) of a query."""
    with duckdb.connect() as database:
        answer = database.execute(text)
        return [column[0] for column in answer.description], answer.fetchall()


def asking_spark(url):
    """What asks a server: each statement of a text, the last of which is the query."""
    # It warns of newer versions of libraries that are not used here.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    from pyspark.sql import SparkSession

    def ask(text):
        session = SparkSession.builder.remote(url).create()
        try:
            *settings, query = text.strip().removesuffix(";").split(";\n")
            for setting in settings:
                session.sql(setting)
            answer = session.sql(query)
            return answer.columns, answer.collect()
        finally:
            session.stop()

    return ask


def summed(names, rows):
    """(sums by day and group, counts by day and reason) of an answer."""
    sums, broken = {}, collections.Counter()
    for values in rows:
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


def compare(job, folder, day, settings, dialect, ask):
    """(rows compared, lines that tell of differences, tables whose text was refused) of a night over a folder's extracts."""
    night = run(job, folder, ["nightly", "--date", str(day)], settings)
    if night.returncode:
        return 0, [], [f"night: exit code {night.returncode}"]
    window = [str(day - dt.timedelta(days=back)) for back in range(30)]
    compared, lines, refused = 0, [], []
    for table in TABLES:
        span = ["--from", window[-1], "--to", window[0]]
        printed = run(job, folder, ["sql", "--table", table, *span, "--dialect", dialect], settings)
        if printed.returncode:
            refused.append(f"{table}: {printed.stderr.strip().splitlines()[-1]}")
            continue
        found = summed(*ask(printed.stdout))
        wanted = stored(os.path.join(folder, "state"), table, set(window))
        for what, one, other in zip(("sums", "set aside"), found, wanted):
            compared += len(other)
            for key in sorted(set(one) | set(other), key=str):
                if one.get(key) != other.get(key):
                    lines.append(f"{table} {what} {key}: {dialect} {one.get(key)}, the night {other.get(key)}")
    return compared, lines, refused


@contextlib.contextmanager
def engine(spark):
    """(dialect, what asks a query) of DuckDB, or of Spark at an address or a new one."""
    if spark is None:
        yield "duckdb", ask_duckdb
    elif spark:
        yield "spark", asking_spark(spark)
    else:
        with server.spark_server() as running:
            yield "spark", asking_spark(running.url)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("shopscore", "extracts", "rules"):
        parser.add_argument(name, type=os.path.abspath)
    parser.add_argument("day", type=dt.date.fromisoformat)
    parser.add_argument("seeds", type=int, nargs="*")
    parser.add_argument("--spark", nargs="?", const="", metavar="sc://HOST:PORT")
    return parser.parse_args()


def main():
    given = arguments()
    seeds = range(given.seeds[0], given.seeds[1] + 1) if given.seeds else ()
    total, different, refusals = 0, 0, collections.Counter()
    with engine(given.spark) as (dialect, ask):
        for seed in (None, *seeds):
            with tempfile.TemporaryDirectory() as folder:
                if seed is None:
                    os.symlink(given.extracts, os.path.join(folder, "extracts"))
                    os.symlink(given.rules, os.path.join(folder, "rules"))
                    of = (given.day, ["history_starts_on=2022-01-01"])
                else:
                    # A text is printed for what its engine tells apart.
                    of = generate(folder, seed, nanoseconds=False)
                compared, lines, refused = compare(given.shopscore, folder, *of, dialect, ask)
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
