"""What is measured on a data set: nights of shopscore, the engines that people would pick instead, and bare decoding."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import marketplace
import processes
from data_sets import DataSet
from marketplace import AS_OF, CARGO_BENCH, DAY, Job

HERE = Path(__file__).parent
# As each is meant to be used: one query a table over the window. The fastest of them is the yardstick.
ENGINES = {
    "DuckDB": ["with_duckdb.py"],
    "chDB": ["with_chdb.py"],
    "DataFusion": ["with_datafusion.py"],
    "Polars, streaming engine": ["with_polars.py", "--engine", "streaming"],
    "Polars, in-memory engine": ["with_polars.py", "--engine", "in-memory"],
}


@dataclass(frozen=True)
class Case:
    """Something to measure: its name and kind, its command, and what is done each time before the clock starts."""

    name: str
    # "shopscore", "engine", "helped engine" or "decoding".
    kind: str
    command: list[str | Path]
    before: Callable[[], object] = lambda: None
    # Seconds of the work alone, where the process says them itself.
    own_seconds: Callable[[str], float] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, threads: int, *further: str | Path) -> processes.Measured:
        """Runs the command once, from what it has to find."""
        self.before()
        return processes.run([*self.command, *further], threads, self.environment)


def with_shopscore(job: Job, extracts: Path, work: Path) -> list[Case]:
    names = ("rebuilt", "yesterday", "scratch", "after-rebuild", "nightly", "repeated")
    rebuilt, yesterday, scratch, after_rebuild, nightly, repeated = (work / name for name in names)
    job.night(extracts, rebuilt, AS_OF - DAY)
    # A night in the long run: the records of a rebuild's days are indexed by the night after it, once. The window of the
    # first night begins a day before the extracts.
    job.night(extracts, yesterday, AS_OF - 2 * DAY, "--set", f"history_starts_on={AS_OF - 30 * DAY}")
    job.night(extracts, yesterday, AS_OF - DAY)
    job.night(extracts, repeated)

    def case(name: str, folder: Path, before: Callable[[], object] = lambda: None) -> Case:
        return Case(f"shopscore, {name}", "shopscore", job.nightly(extracts, folder), before)

    return [
        case("from scratch", scratch, lambda: marketplace.emptied(scratch)),
        case("first night after a rebuild", after_rebuild, lambda: marketplace.renew(after_rebuild, rebuilt)),
        case("nightly", nightly, lambda: marketplace.renew(nightly, yesterday)),
        case("nothing new", repeated),
    ]


def with_engines(job: Job, data_set: DataSet, work: Path) -> list[Case]:
    arguments = ["--extracts", data_set.extracts, "--date", str(AS_OF), "--threads", str(job.threads), *data_set.flags]

    def case(name: str, kind: str, script: str, *further: str | Path, before: Callable[[], object] = lambda: None) -> Case:
        command = [sys.executable, HERE / script, *arguments, *further]
        return Case(name, kind, command, before, lambda said: json.loads(said)["seconds"])

    kept = work / "duckdb-partials"
    kept.mkdir()
    case("", "", "with_duckdb.py", "--partials", kept, "--until-yesterday").run(job.threads)

    def forget_today() -> None:
        for path in kept.glob(f"*-{AS_OF}.parquet"):
            path.unlink()
        os.sync()

    return [case(name, "engine", *script) for name, script in ENGINES.items()] + [
        case("DuckDB, consultations by day", "helped engine", "with_duckdb.py", "--by-day"),
        case("DuckDB, daily partials kept", "helped engine", "with_duckdb.py", "--partials", kept, before=forget_today),
    ]


def decoding(data_set: DataSet) -> Case:
    def seconds(said: str) -> float:
        [total] = [line.split() for line in said.splitlines() if line.startswith("all ")]
        return float(total[1])

    environment = {"EXTRACTS": str(data_set.extracts), "DATE": str(AS_OF), "RUNS": "1"}
    command = [*CARGO_BENCH, "partials"]
    return Case("decoding alone", "decoding", command, own_seconds=seconds, environment=environment)
