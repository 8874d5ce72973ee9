"""`make bench`: nights of shopscore beside engines that people would pick instead, in one run, in turn.

Before the clock runs, every competitor's sums and ranks are compared with what shopscore publishes without appeals (see
`agreement`); that also brings the files into the page cache, where all find them. Then, RUNS times, each case runs once
in its own process. What is found is kept in the cache folder, and `results` makes benches/RESULTS.md of it.
"""

import argparse
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import marketplace
import processes
import results
from marketplace import AS_OF, CARGO_BENCH, DAY, Job

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """Something to measure: its name, its command, and what is done each time before the clock starts."""

    name: str
    command: list[str | Path]
    before: Callable[[], None] = lambda: None
    # Seconds of the work alone, where the process says them itself.
    own_seconds: Callable[[str], float] | None = None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--shops", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=1_650_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    processes.use_cores(given.threads)
    # In the cache folder, so that state and output lie on a disk as they do in earnest.
    with tempfile.TemporaryDirectory(dir=given.cache, prefix="bench-run-") as scratch:
        work = Path(scratch)
        job = Job(marketplace.own_copy(given.shopscore, work), given.cache, given.threads)
        extracts = marketplace.extracts(job, given.shops, given.rows, AS_OF - 30 * DAY, AS_OF)
        competitors = with_engines(job, extracts, work)
        check_agreement(job, extracts, work, competitors)
        cases = with_shopscore(job, extracts, work) + competitors + [floor()]
        os.environ |= {"EXTRACTS": str(extracts), "DATE": str(AS_OF), "RUNS": "1"}
        before = contents(work / "repeated")
        measured = in_turn(cases, given.runs, given.threads)
        changed = len({path for path, *_ in before ^ contents(work / "repeated")})
        of_tables = sizes(extracts, work / "repeated/state", work / "nightly/state", given.threads)
        found = {
            "settings": {"shops": given.shops, "runs": given.runs, "threads": given.threads, "as_of": str(AS_OF)},
            "machine": machine(),
            "versions": versions(job.shopscore),
            "sizes": of_tables,
            "appeals_a_day": round(of_tables["appeals"]["all"]["rows"] / of_tables["appeals"]["all"]["files"]),
            "cases": measured,
            "changed_by_nothing_new": changed,
        }
    (given.cache / "bench.json").write_text(json.dumps(found))
    results.write(given.cache)


def with_shopscore(job: Job, extracts: Path, work: Path) -> list[Case]:
    names = ("rebuilt", "yesterday", "scratch", "after-rebuild", "nightly", "repeated")
    rebuilt, yesterday, scratch, after_rebuild, nightly, repeated = (work / name for name in names)
    job.night(extracts, rebuilt, AS_OF - DAY)
    # A night in the long run: the records of a rebuild's days are indexed by the night after it, once. The window of the
    # first night begins a day before the extracts.
    job.night(extracts, yesterday, AS_OF - 2 * DAY, "--set", f"history_starts_on={AS_OF - 30 * DAY}")
    job.night(extracts, yesterday, AS_OF - DAY)
    job.night(extracts, repeated)
    return [
        Case("shopscore, from scratch", job.nightly(extracts, scratch), lambda: forget(scratch)),
        Case(
            "shopscore, first night after a rebuild",
            job.nightly(extracts, after_rebuild),
            lambda: marketplace.renew(after_rebuild, rebuilt),
        ),
        Case("shopscore, nightly", job.nightly(extracts, nightly), lambda: marketplace.renew(nightly, yesterday)),
        Case("shopscore, nothing new", job.nightly(extracts, repeated)),
    ]


def with_engines(job: Job, extracts: Path, work: Path) -> list[Case]:
    arguments = ["--extracts", extracts, "--date", str(AS_OF), "--threads", str(job.threads)]

    def case(name: str, script: str, *further: str | Path, before: Callable[[], None] = lambda: None) -> Case:
        command = [sys.executable, HERE / script, *arguments, *further]
        return Case(name, command, before, lambda said: json.loads(said)["seconds"])

    kept = work / "duckdb-partials"
    kept.mkdir()
    processes.run([*case("", "with_duckdb.py", "--partials", kept, "--until-yesterday").command], job.threads)

    def forget_today() -> None:
        for path in kept.glob(f"*-{AS_OF}.parquet"):
            path.unlink()
        os.sync()

    return [
        case("DuckDB", "with_duckdb.py"),
        case("DuckDB, consultations by day", "with_duckdb.py", "--by-day"),
        case("DuckDB, daily partials kept", "with_duckdb.py", "--partials", kept, before=forget_today),
        case("Polars, streaming engine", "with_polars.py", "--engine", "streaming"),
        case("Polars, in-memory engine", "with_polars.py", "--engine", "in-memory"),
    ]


def floor() -> Case:
    def seconds(said: str) -> float:
        [total] = [line.split() for line in said.splitlines() if line.startswith("all ")]
        return float(total[1])

    return Case("decoding alone", [*CARGO_BENCH, "partials"], own_seconds=seconds)


def forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()


def check_agreement(job: Job, extracts: Path, work: Path, competitors: list[Case]) -> None:
    """Appeals that take effect only after the window leave every record in its place, as the competitors do."""
    job.night(extracts, work / "no-appeals", AS_OF, "--set", "appeal_effect_days=31")
    found = []
    for number, competitor in enumerate(competitors):
        found.append(work / f"ranks-{number}.parquet")
        competitor.before()
        processes.run([*competitor.command, "--ranks", found[-1]], job.threads)
    published = work / "no-appeals/out/current/indicators"
    said = processes.run([sys.executable, HERE / "agreement.py", published, *found], job.threads).stdout
    for competitor, line in zip(competitors, said.splitlines(), strict=True):
        print(f"{competitor.name}:{line.partition(':')[2]}", flush=True)


def in_turn(cases: list[Case], runs: int, threads: int) -> dict[str, dict]:
    """Runs all cases one after the other, and that `runs` times."""
    measured = {case.name: [] for case in cases}
    own = {case.name: [] for case in cases if case.own_seconds}
    for number in range(runs):
        for case in cases:
            case.before()
            one = processes.run(case.command, threads)
            measured[case.name].append(one)
            if case.own_seconds:
                own[case.name].append(case.own_seconds(one.stdout))
        shown = ", ".join(f"{name} {of[-1].seconds:.2f}" for name, of in measured.items())
        print(f"run {number + 1} of {runs}, load {os.getloadavg()[0]:.1f}, seconds: {shown}", flush=True)
    return {
        case.name: {
            **processes.summary(measured[case.name]),
            "own_seconds": processes.spread(own[case.name]) if case.name in own else None,
        }
        for case in cases
    }


def contents(folder: Path) -> set[tuple]:
    """What lies in a folder, locks aside, with what changes when a file is written or replaced."""
    paths = [path for path in folder.rglob("*") if "locks" not in path.parts]
    return {(path, os.lstat(path).st_ino, os.lstat(path).st_mtime_ns) for path in paths}


def sizes(extracts: Path, state: Path, indexed: Path, threads: int) -> dict:
    return json.loads(processes.run([sys.executable, HERE / "sizes.py", extracts, state, indexed], threads).stdout)


def machine() -> dict[str, object]:
    """What the seconds depend on, and nothing that names the machine."""
    processor = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": processor.group(1) if processor else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
    }


def versions(shopscore: Path) -> dict[str, str]:
    said = processes.run([shopscore, "--version"], 1).stdout.split()
    wheels = {name: metadata.version(name.lower()) for name in ("DuckDB", "Polars")}
    return {"shopscore": said[-1], **wheels, "Python": platform.python_version()}


if __name__ == "__main__":
    main()
