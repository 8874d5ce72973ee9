"""The two data sets that nights, engines and pieces are measured on: one marketplace, as two writers leave it."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import marketplace
import processes
import sql
from marketplace import AS_OF, DAY, Job

REWRITE = [sys.executable, Path(__file__).parent / "rewrite.py"]
# How many upheld and rejected appeals a night takes in that has not seen those of the day before.
APPEALS = 2_000


@dataclass(frozen=True)
class DataSet:
    """Extracts, and what the engines have to be told of them."""

    name: str
    extracts: Path
    flags: tuple[str, ...] = ()


def arguments() -> argparse.Namespace:
    """What a measurement on both data sets is asked for; from then on the process keeps to its cores."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--shops", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=1_650_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    processes.use_cores(given.threads)
    return given


def both(job: Job, shops: int, rows_a_day: int) -> list[DataSet]:
    """The sample command's extracts of 31 days, and the same rows as DuckDB writes them."""
    first = AS_OF - 30 * DAY
    made = marketplace.extracts(job, shops, rows_a_day, first, AS_OF)

    def with_fewer_appeals(folder: Path) -> None:
        marketplace.joined(folder, (made, first, AS_OF))
        processes.run([*REWRITE, "fewer-appeals", folder, str(APPEALS), str(AS_OF - DAY), str(AS_OF)], job.threads)

    def by_duckdb(folder: Path) -> None:
        processes.run([*REWRITE, "by-duckdb", sample, folder, sql.TIME_ZONE], job.threads)

    sample = marketplace.made_once(made.with_name(f"{made.name}-{APPEALS}-appeals"), with_fewer_appeals)
    duckdb = marketplace.made_once(sample.with_name(f"{sample.name}-by-duckdb"), by_duckdb)
    return [DataSet("sample", sample), DataSet("duckdb", duckdb, ("--local-times",))]
