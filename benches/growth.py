"""`make bench-growth`: what a night costs as history, the day's rows and the shops grow.

Every case is a night like any other: the nights before have run, and the last day is new. All days but the last are
small, so that what is varied shows. What is found is kept in the cache folder, and `results` makes benches/RESULTS.md
of it.
"""

import argparse
import json
import tempfile
from datetime import date
from pathlib import Path

import marketplace
import processes
import results
from marketplace import AS_OF, CARGO_BENCH, DAY, Job

WINDOW_DAYS = 30
FIRST = AS_OF - WINDOW_DAYS * DAY


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    processes.use_cores(given.threads)
    job = Job(given.shopscore, given.cache, given.threads)
    found = {
        "runs": given.runs,
        "threads": given.threads,
        "history": by_history(job, given.runs),
        "rows": by_rows(job, given.runs),
        "shops": by_shops(job, given.runs),
        "scoring": scoring(given.runs, given.threads),
    }
    (given.cache / "bench-growth.json").write_text(json.dumps(found))
    results.write(given.cache)


def by_history(job: Job, runs: int) -> dict[str, dict]:
    """A night after 30 and after 365 stored days, of extracts that reach back as far."""
    first = AS_OF - 365 * DAY
    year = marketplace.extracts(job, 5_000, 50_000, first, AS_OF)
    found = {}
    for days in (30, 365):
        with tempfile.TemporaryDirectory(dir=job.cache, prefix="bench-run-") as scratch:
            extracts = marketplace.joined(Path(scratch, "extracts"), (year, AS_OF - days * DAY, AS_OF))
            nights = [AS_OF - back * DAY for back in range(days - WINDOW_DAYS + 1, 1, -WINDOW_DAYS)] + [AS_OF - DAY]
            found[f"{days} stored days"] = night(job, extracts, Path(scratch), nights, runs)
    return found


def by_rows(job: Job, runs: int) -> dict[str, dict]:
    """A night with more and more rows in the last day alone."""
    shops = 20_000
    before = marketplace.extracts(job, shops, 200_000, FIRST, AS_OF - DAY)
    found = {}
    for rows in (1_600_000, 5_000_000, 16_000_000):
        last_day = marketplace.extracts(job, shops, rows, AS_OF, AS_OF)
        with tempfile.TemporaryDirectory(dir=job.cache, prefix="bench-run-") as scratch:
            parts = [(before, FIRST, AS_OF - DAY), (last_day, AS_OF, AS_OF)]
            extracts = marketplace.joined(Path(scratch, "extracts"), *parts)
            found[f"{rows:,} rows in the last day"] = night(job, extracts, Path(scratch), [AS_OF - DAY], runs)
    return found


def by_shops(job: Job, runs: int) -> dict[str, dict]:
    """A night with more and more shops, and the same number of rows every day."""
    found = {}
    for shops in (20_000, 200_000, 1_000_000):
        extracts = marketplace.extracts(job, shops, 200_000, FIRST, AS_OF)
        with tempfile.TemporaryDirectory(dir=job.cache, prefix="bench-run-") as scratch:
            found[f"{shops:,} shops"] = night(job, extracts, Path(scratch), [AS_OF - DAY], runs)
    return found


def night(job: Job, extracts: Path, scratch: Path, nights: list[date], runs: int) -> dict:
    """The last night, each time from what the nights before left."""
    yesterday, tonight = scratch / "yesterday", scratch / "tonight"
    for date in nights:
        job.night(extracts, yesterday, date)
    measured = []
    for _ in range(runs):
        marketplace.renew(tonight, yesterday)
        measured.append(job.night(extracts, tonight))
    print(measured[-1].stdout.splitlines()[1], f"({measured[-1].seconds:.2f} s)", flush=True)
    return {
        "process_seconds": processes.spread([one.seconds for one in measured]),
        "cpu_seconds": processes.spread([one.cpu_seconds for one in measured]),
        "peak_mib": processes.spread([one.peak_mib for one in measured]),
        "stored": len(list((tonight / "state/partials").glob("*/*.parquet"))),
    }


def scoring(runs: int, threads: int) -> dict[str, dict]:
    """The seconds of the scoring stage alone, by the number of shops."""
    lines = [processes.run([*CARGO_BENCH, "scoring"], threads).stdout.splitlines() for _ in range(runs)]
    seconds: dict[str, list[float]] = {}
    for line in (line for of_run in lines for line in of_run):
        shops, of_shops = line.split()
        seconds.setdefault(f"{int(shops):,} shops", []).append(float(of_shops))
    return {shops: processes.spread(of_shops) for shops, of_shops in seconds.items()}


if __name__ == "__main__":
    main()
