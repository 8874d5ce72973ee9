"""`make bench-growth`: what a night costs as history, the day's rows and the shops grow.

Every case is a night like any other: the nights before have run, and the last day is new. All days but the last are
small, so that what is varied shows. What is found is kept in the cache folder, and `results` makes benches/RESULTS.md
of it.
"""

import argparse
import json
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import marketplace
import processes
import results
from marketplace import AS_OF, CARGO_BENCH, DAY, Job

WINDOW_DAYS = 30
FIRST = AS_OF - WINDOW_DAYS * DAY
# After two nights, since the first one after a rebuild indexes the records of all its days, once. The window of the first of
# them begins a day before the extracts.
BEFORE = [AS_OF - 2 * DAY, AS_OF - DAY]
HISTORY = ("--set", f"history_starts_on={FIRST}")


@dataclass(frozen=True)
class Night:
    """A night to measure: its name, its extracts, the nights before it, and flags that all of them have."""

    name: str
    extracts: Path
    before: list[date]
    flags: tuple[str, ...] = ()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    processes.use_cores(given.threads)
    found = {"runs": given.runs, "threads": given.threads}
    for kind, nights in {"history": by_history, "rows": by_rows, "shops": by_shops}.items():
        with tempfile.TemporaryDirectory(dir=given.cache, prefix="bench-run-") as scratch:
            job = Job(marketplace.own_copy(given.shopscore, Path(scratch)), given.cache, given.threads)
            found[kind] = in_turn(job, nights(job, Path(scratch)), Path(scratch), given.runs)
    found["scoring"] = scoring(given.runs, given.threads)
    (given.cache / "bench-growth.json").write_text(json.dumps(found))
    results.write(given.cache)


def by_history(job: Job, scratch: Path) -> list[Night]:
    """A night after 30 and after 365 stored days, of extracts that reach back as far."""
    year = marketplace.extracts(job, 5_000, 50_000, AS_OF - 365 * DAY, AS_OF)

    def after(days: int) -> Night:
        extracts = marketplace.joined(scratch / f"extracts-{days}", (year, AS_OF - days * DAY, AS_OF))
        windows_apart = [AS_OF - back * DAY for back in range(days - WINDOW_DAYS + 1, 2, -WINDOW_DAYS)]
        return Night(f"{days} stored days", extracts, [*windows_apart, *BEFORE])

    return [after(days) for days in (30, 365)]


def by_rows(job: Job, scratch: Path) -> list[Night]:
    """A night with more and more rows in the last day alone."""
    shops = 20_000
    before = (marketplace.extracts(job, shops, 200_000, FIRST, AS_OF - DAY), FIRST, AS_OF - DAY)

    def of(rows: int) -> Night:
        last_day = (marketplace.extracts(job, shops, rows, AS_OF, AS_OF), AS_OF, AS_OF)
        extracts = marketplace.joined(scratch / f"extracts-{rows}", before, last_day)
        return Night(f"{rows:,} rows in the last day", extracts, BEFORE)

    return [of(rows) for rows in (1_600_000, 5_000_000, 16_000_000)]


def by_shops(job: Job, _: Path) -> list[Night]:
    """A night with more and more shops, and the same number of rows every day: many of a million have none."""
    flags = ("--set", "max_unscored_percent=100")

    def of(shops: int) -> Night:
        extracts = marketplace.extracts(job, shops, 200_000, FIRST, AS_OF)
        return Night(f"{shops:,} shops", extracts, BEFORE, flags)

    return [of(shops) for shops in (20_000, 200_000, 1_000_000)]


def in_turn(job: Job, nights: list[Night], scratch: Path, runs: int) -> dict[str, dict]:
    """Runs each night in turn, always from what the nights before it left."""
    for night in nights:
        for before in night.before:
            job.night(night.extracts, scratch / night.name / "yesterday", before, *night.flags, *HISTORY)
    measured = {night.name: [] for night in nights}
    for _ in range(runs):
        for night in nights:
            tonight = scratch / night.name / "tonight"
            marketplace.renew(tonight, tonight.with_name("yesterday"))
            measured[night.name].append(job.night(night.extracts, tonight, AS_OF, *night.flags))
    for name, of_night in measured.items():
        print(f"{name}: seconds {' '.join(f'{one.seconds:.2f}' for one in of_night)}", flush=True)
    partials = "tonight/state/partials/*/*.parquet"
    stored = {night.name: len(list((scratch / night.name).glob(partials))) for night in nights}
    return {name: {**processes.summary(of_night), "stored": stored[name]} for name, of_night in measured.items()}


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
