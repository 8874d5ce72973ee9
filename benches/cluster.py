"""What a night costs whose extracts another engine reads, beside one that reads them itself; Markdown for docs/SCALING.md on stdout.

    python cluster.py --shopscore SHOPSCORE --cache DIR [--rows 500000 2000000 8000000] [--shops 1000 20000 200000] [--runs 3]

SHOPSCORE has the feature `cluster`; the Python that runs this has pyspark. Spark runs on this machine, with one and with two executors
of a core each. All nights are first ones: 30 days, nothing stored. Medians of RUNS, in turn, after a night that nobody measures. Then:
what a query costs before it has read a row (nights that have one table-day or none to compute), and what comes through the wire and
what memory the program takes by the number of shops. What was found is kept in the cache folder, too.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "python" / "cluster"))

import marketplace
import markdown
import processes
import server
from counting import counting
from marketplace import AS_OF, DAY, Job

WINDOW_DAYS = 30
FIRST = AS_OF - (WINDOW_DAYS - 1) * DAY
EXECUTORS = (1, 2)
THREADS = (1, 2)
SHOPS_OF_THE_CURVE = 20_000
ROWS_BY_SHOPS = 2_000_000
# Of the tables that a night of one new table-day computes: one with a few rows and the one with most.
TABLES = ("disputes", "pickups")
FLAGS = ("--set", f"history_starts_on={FIRST}", "--set", "max_unscored_percent=100")
MIB = 1 << 20


class Bench:
    """The program, its extracts and a folder for its runs."""

    def __init__(self, shopscore: Path, cache: Path, scratch: Path):
        self.program = marketplace.own_copy(shopscore, scratch)
        self.cache, self.scratch = cache, scratch

    def extracts(self, shops: int, rows: int) -> Path:
        job = Job(self.program, self.cache, max(THREADS))
        return marketplace.extracts(job, shops, rows // WINDOW_DAYS, FIRST, AS_OF)

    def night(self, extracts: Path, name: str, engine: str | None = None, threads: int = 2, again: bool = False) -> processes.Measured:
        """A night from nothing, or after what is there already."""
        folder = self.scratch / name
        if not again:
            marketplace.emptied(folder)
        job = Job(self.program, self.cache, threads)
        if engine is None:
            return job.night(extracts, folder, AS_OF, *FLAGS)
        return job.night(f"file://{extracts}", folder, AS_OF, *FLAGS, "--set", f"engine={engine}")


def curve(bench: Bench, rows: list[int], runs: int) -> dict[str, dict[str, dict]]:
    """Seconds of first nights by who computes them and by rows."""
    extracts = {f"{count:,}": bench.extracts(SHOPS_OF_THE_CURVE, count) for count in rows}
    found: dict[str, dict[str, dict]] = {}
    for threads in THREADS:
        name = f"itself, {threads} thread{'s' if threads > 1 else ''}"
        found[name] = in_turn(extracts, runs, lambda at, threads=threads: bench.night(at, "local", threads=threads))
    for executors in EXECUTORS:
        with server.spark_server(master=f"local-cluster[{executors},1,2048]") as running:
            name = f"Spark, {executors} executor{'s' if executors > 1 else ''}"
            found[name] = in_turn(extracts, runs, lambda at, url=running.url: bench.night(at, "engine", url))
    return found


def in_turn(extracts: dict[str, Path], runs: int, night) -> dict[str, dict]:
    """Each night once that is not measured, on the fewest rows, then all of them in turn."""
    night(min(extracts.items(), key=lambda item: int(item[0].replace(",", "")))[1])
    measured: dict[str, list] = {rows: [] for rows in extracts}
    for _ in range(runs):
        for rows, at in extracts.items():
            measured[rows].append(night(at))
            print(f"{rows} rows: {measured[rows][-1].seconds:.1f} s", file=sys.stderr, flush=True)
    return {rows: processes.summary(of_rows) for rows, of_rows in measured.items()}


def fixed(bench: Bench, engine: str, rows: int, runs: int) -> dict[str, dict[str, float]]:
    """Seconds of nights after which nothing changed, or one file of a table."""
    extracts = bench.extracts(SHOPS_OF_THE_CURVE, rows)
    bench.night(extracts, "fixed", engine)
    seconds: dict[str, list[float]] = {"nothing new": []} | {f"a day of {table}": [] for table in TABLES}
    for _ in range(runs):
        seconds["nothing new"].append(bench.night(extracts, "fixed", engine, again=True).seconds)
        for table in TABLES:
            # Another time of change: another file, for an engine.
            path = next((extracts / table / f"dt={AS_OF}").glob("*.parquet"))
            os.utime(path, (time.time(), time.time()))
            seconds[f"a day of {table}"].append(bench.night(extracts, "fixed", engine, again=True).seconds)
    return {name: processes.spread(of_name) for name, of_name in seconds.items()}


def by_shops(bench: Bench, running: server.Running, shops: list[int]) -> dict[str, dict[str, float]]:
    """Bytes that come through the wire in a first night, and the memory of the program."""
    found = {}
    for count in shops:
        extracts = bench.extracts(count, ROWS_BY_SHOPS)
        with counting(running.port) as way:
            night = bench.night(extracts, "engine", f"sc://127.0.0.1:{way.port}")
            found[f"{count:,}"] = {"bytes": way.bytes, "bytes_a_shop": way.bytes / count, "peak_mib": night.peak_mib, "seconds": night.seconds}
        found[f"{count:,}"]["local_peak_mib"] = bench.night(extracts, "local").peak_mib
    return found


def told(found: dict) -> str:
    """All of it as Markdown."""
    rows = list(next(iter(found["curve"].values())))
    seconds = [[name, *(markdown.spread(of_rows[count]["seconds"], 1) for count in rows)] for name, of_rows in found["curve"].items()]
    cost = [[name, markdown.spread(of_name, 2)] for name, of_name in found["fixed"].items()]
    shops = [
        [count, f"{of['bytes'] / MIB:.1f}", f"{of['bytes_a_shop']:,.0f}", f"{of['peak_mib']:.0f}", f"{of['local_peak_mib']:.0f}"]
        for count, of in found["shops"].items()
    ]
    head = ["shops", "MiB through the wire", "bytes a shop", "program's peak, MiB", "the same without an engine"]
    return "\n".join(
        [
            markdown.table(["who reads 30 days", *(f"{count} rows" for count in rows)], seconds),
            markdown.table(["a night after the first", "seconds"], cost),
            markdown.table(head, shops, words=0),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[500_000, 2_000_000, 8_000_000])
    parser.add_argument("--shops", type=int, nargs="+", default=[1_000, 20_000, 200_000])
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.cache, prefix="bench-run-") as scratch:
        bench = Bench(given.shopscore, given.cache.resolve(), Path(scratch).resolve())
        found = {"curve": curve(bench, given.rows, given.runs)}
        with server.spark_server(master="local-cluster[2,1,2048]") as running:
            found["fixed"] = fixed(bench, running.url, min(given.rows), given.runs)
            found["shops"] = by_shops(bench, running, given.shops)
    (given.cache / "bench-cluster.json").write_text(json.dumps(found))
    print(told(found))


if __name__ == "__main__":
    main()
