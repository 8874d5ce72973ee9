"""`make bench-large`: a night from scratch over ten times the rows, beside one over as many as a marketplace has.

The extracts are made day by day, so that making them takes no more memory than a day does. That takes up to an hour, once:
so it stands apart from `growth`. What is found is kept in the cache folder, and `results` makes benches/RESULTS.md of it.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import marketplace
import processes
import results
from marketplace import AS_OF, DAY, Job

SHOPS = 20_000
TIMES = 10
LIMIT_MIB = 800
WINDOW = [AS_OF - days * DAY for days in reversed(range(30))]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_650_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    processes.use_cores(given.threads)
    with tempfile.TemporaryDirectory(dir=given.cache, prefix="bench-run-") as scratch:
        job = Job(marketplace.own_copy(given.shopscore, Path(scratch)), given.cache, given.threads)
        few, many = (day_by_day(job, rows) for rows in (given.rows, TIMES * given.rows))
        limit = ("--memory-limit", str(LIMIT_MIB))
        measured = in_turn(job, {"few": (few, ()), "many": (many, ()), "many_limited": (many, limit)}, scratch, given.runs)
    settings = {"rows": given.rows, "times": TIMES, "limit_mib": LIMIT_MIB, "runs": given.runs, "threads": given.threads}
    (given.cache / "bench-large.json").write_text(json.dumps({"settings": settings, "cases": measured}))
    results.write(given.cache)


def day_by_day(job: Job, rows: int) -> Path:
    """The extracts of the window's days, each made by itself."""

    def make(folder: Path) -> None:
        for day in WINDOW:
            one = marketplace.extracts(job, SHOPS, rows, day, day)
            marketplace.joined(folder, (one, day, day))
            shutil.rmtree(one)

    return marketplace.made_once(job.cache / f"bench-{SHOPS}-shops-{rows}-rows-by-day-seed-{marketplace.SEED}", make)


def in_turn(job: Job, cases: dict[str, tuple[Path, tuple[str, ...]]], scratch: str, runs: int) -> dict[str, dict]:
    """Runs each case from scratch, one after the other, and that `runs` times."""
    measured = {name: [] for name in cases}
    for _ in range(runs):
        for name, (extracts, flags) in cases.items():
            measured[name].append(job.night(extracts, marketplace.emptied(Path(scratch) / name), AS_OF, *flags))
    for name, of_case in measured.items():
        print(f"{name}: seconds {' '.join(f'{one.seconds:.2f}' for one in of_case)}", flush=True)
    return {name: processes.summary(of_case) for name, of_case in measured.items()}


if __name__ == "__main__":
    main()
