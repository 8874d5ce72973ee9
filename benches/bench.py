"""`make bench`: nights of shopscore beside engines that people would pick instead, on two data sets, in one run, in turn.

Before the clock runs, every engine's sums and ranks are compared with what shopscore publishes without appeals (see
`agreement`), on both; that also brings the files into the page cache, where all find them. Then, RUNS times, each case
runs once in its own process. What is found is kept in the cache folder, and `results` makes benches/RESULTS.md of it.
"""

import json
import os
import platform
import re
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import cases
import data_sets
import marketplace
import processes
import results
from cases import Case
from data_sets import DataSet
from marketplace import AS_OF, Job

HERE = Path(__file__).parent


def main() -> None:
    given = data_sets.arguments()
    # In the cache folder, so that state and output lie on a disk as they do in earnest.
    with tempfile.TemporaryDirectory(dir=given.cache, prefix="bench-run-") as scratch:
        job = Job(marketplace.own_copy(given.shopscore, Path(scratch)), given.cache, given.threads)
        both = data_sets.both(job, given.shops, given.rows)
        found = {
            "settings": {"shops": given.shops, "runs": given.runs, "threads": given.threads, "as_of": str(AS_OF)},
            "machine": machine(),
            "versions": versions(job.shopscore),
            "appeals": data_sets.APPEALS,
            "data_sets": measure(job, both, Path(scratch), given.runs),
        }
    (given.cache / "bench.json").write_text(json.dumps(found))
    results.write(given.cache)


def measure(job: Job, both: list[DataSet], scratch: Path, runs: int) -> dict[str, dict]:
    """What is found on each data set, by its name."""
    measured: dict[str, list[Case]] = {}
    for data_set in both:
        work = scratch / data_set.name
        work.mkdir()
        engines = cases.with_engines(job, data_set, work)
        check_agreement(job, data_set, work, engines)
        shopscore = cases.with_shopscore(job, data_set.extracts, work)
        measured[data_set.name] = shopscore + engines + [cases.decoding(data_set)]
    repeated = {name: scratch / name / "repeated" for name in measured}
    before = {name: contents(folder) for name, folder in repeated.items()}
    found = in_turn(measured, runs, job.threads)
    return {
        data_set.name: {
            "cases": found[data_set.name],
            "changed_by_nothing_new": changed(before[data_set.name], contents(repeated[data_set.name])),
            "sizes": sizes(data_set.extracts, scratch / data_set.name, job.threads),
        }
        for data_set in both
    }


def check_agreement(job: Job, data_set: DataSet, work: Path, engines: list[Case]) -> None:
    """Appeals that take effect only after the window leave every record in its place, as the engines do."""
    job.night(data_set.extracts, work / "no-appeals", AS_OF, "--set", "appeal_effect_days=31")
    found = [work / f"ranks-{number}.parquet" for number in range(len(engines))]
    for engine, ranks in zip(engines, found, strict=True):
        engine.run(job.threads, "--ranks", ranks)
    published = work / "no-appeals/out/current/indicators"
    said = processes.run([sys.executable, HERE / "agreement.py", published, *found], job.threads).stdout
    for engine, line in zip(engines, said.splitlines(), strict=True):
        print(f"{data_set.name}: {engine.name}:{line.partition(':')[2]}", flush=True)


def in_turn(measured: dict[str, list[Case]], runs: int, threads: int) -> dict[str, dict]:
    """Runs all cases of all data sets one after the other, and that `runs` times."""
    of_cases = {(name, case.name): (case, []) for name, of_set in measured.items() for case in of_set}
    for number in range(runs):
        for case, ran in of_cases.values():
            ran.append(case.run(threads))
        shown = ", ".join(f"{' '.join(key)} {ran[-1].seconds:.2f}" for key, (_, ran) in of_cases.items())
        print(f"run {number + 1} of {runs}, load {os.getloadavg()[0]:.1f}, seconds: {shown}", flush=True)
    return {
        name: {case.name: {"kind": case.kind, **of_case(*of_cases[name, case.name])} for case in of_set}
        for name, of_set in measured.items()
    }


def of_case(case: Case, ran: list[processes.Measured]) -> dict:
    own = [case.own_seconds(one.stdout) for one in ran] if case.own_seconds else None
    # What ratios are made of, run by run: the work alone, where the process says its seconds itself.
    work = own or [one.seconds for one in ran]
    return {**processes.summary(ran), "own_seconds": processes.spread(own) if own else None, "work": work}


def contents(folder: Path) -> set[tuple]:
    """What lies in a folder, locks aside, with what changes when a file is written or replaced."""
    paths = [path for path in folder.rglob("*") if "locks" not in path.parts]
    return {(path, os.lstat(path).st_ino, os.lstat(path).st_mtime_ns) for path in paths}


def changed(before: set[tuple], after: set[tuple]) -> int:
    return len({path for path, *_ in before ^ after})


def sizes(extracts: Path, work: Path, threads: int) -> dict:
    states = [work / "repeated/state", work / "nightly/state"]
    return json.loads(processes.run([sys.executable, HERE / "sizes.py", extracts, *states], threads).stdout)


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
    wheels = {name: metadata.version(name.lower()) for name in ("DuckDB", "chDB", "DataFusion", "Polars")}
    return {"shopscore": said[-1], **wheels, "Python": platform.python_version()}


if __name__ == "__main__":
    main()
