"""`make bench-layout`: what dashboards ask, over three years of nights in several layouts, in six readers; and what a night costs.

A night is published, and the three years are made of its files (nights.py), after a check that what is written here is as the program
writes it. Each question is asked by a process of its own reader and layout, `--runs` times in turn (Spark once, for it takes the most);
all layouts of a reader must give the same answers. With the program of a release before (`--before`), nights of both are run in turn.
What is found is kept in the cache folder, and `layout_results` makes the part of benches/RESULTS.md of it.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nights
import pyarrow.compute
from layouts import ALL, SINGLE

sys.path.append(str(Path(__file__).parents[1]))
import marketplace  # noqa: E402
import processes  # noqa: E402
import results  # noqa: E402
from growth import FIRST, HISTORY  # noqa: E402
from marketplace import AS_OF, Job  # noqa: E402

# The readers, and how often each asks where runs are not counted.
READERS = {"duckdb": None, "polars": None, "pyarrow": None, "pandas": None, "chdb": None, "spark": 1}
HERE = Path(__file__).parent
TABLES = list(nights.SORTED_BY)
PAIRS = 11


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--shops", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=1_650_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scratch", type=Path, default=Path("/dev/shm"))
    given = parser.parse_args()
    processes.use_cores(given.threads)
    with tempfile.TemporaryDirectory(dir=given.scratch, prefix="shopscore-layout-") as scratch:
        measure(given, Path(scratch))


def measure(given: argparse.Namespace, scratch: Path) -> None:
    """What is found is written after each turn, so that little is lost where it is stopped."""
    job = Job(marketplace.own_copy(given.shopscore, scratch), given.cache, given.threads)
    extracts = marketplace.extracts(job, given.shops, given.rows, FIRST, AS_OF)
    # Settings of a file that an earlier release may not know would be refused by it.
    (settings := scratch / "settings.toml").touch()
    flags = (*HISTORY, "--rules", "jobs/rules", "--config", str(settings))
    job.night(extracts, scratch, AS_OF, *flags)
    current = scratch / "out/current"
    nights.is_as_published(current, scratch / "part-0.parquet")
    found = {"runs": given.runs, "shops": given.shops, "single": single(current, scratch)}
    found["nights"] = in_pairs(job, given.before, (extracts, flags), scratch)
    made = scratch / "layouts"
    nights.make(current, made)
    found["bytes"] = sizes(made)
    for found["questions"] in in_turn(made, given.runs, asked_for(current)):
        (given.cache / "bench-layout.json").write_text(json.dumps(found, ensure_ascii=False))
        results.write(given.cache)


def in_pairs(job: Job, before: Path | None, of: tuple[Path, tuple[str, ...]], scratch: Path) -> dict:
    """Seconds of the same night scored again and published, and bytes of what it wrote; of both programs, if there are two."""
    extracts, flags = of
    programs = {"now": job} | ({"before": Job(before, job.cache, job.threads)} if before else {})
    folder, kept = scratch / "night", scratch / "kept"
    kept.mkdir()
    shutil.copytree(scratch / "state", kept / "state")
    (kept / "state/last_night.json").unlink()
    measured: dict[str, list] = {name: [] for name in programs}
    found: dict[str, dict] = {}
    for _ in range(PAIRS):
        for name, program in programs.items():
            marketplace.renew(folder, kept)
            measured[name].append(program.night(extracts, folder, AS_OF, *flags))
            files = sorted((folder / "out/current").resolve().glob("*/dt=*/part-0.parquet"))
            found[name] = {"bytes": {file.parts[-3]: file.stat().st_size for file in files}}
    for name, runs in measured.items():
        found[name] |= processes.summary(runs)
    if before:
        pairs = zip(measured["now"], measured["before"])
        found["ratio"] = statistics.median(now.cpu_seconds / old.cpu_seconds for now, old in pairs)
    return found


def single(current: Path, scratch: Path, runs: int = 5) -> dict[str, dict]:
    """Bytes, and milliseconds of writing, of one night's tables in each layout by itself."""
    found = {name: {} for name in SINGLE}
    for table in TABLES:
        rows = nights.published(current, table)
        seconds = {name: [] for name in SINGLE}
        for _ in range(runs):
            for name, layout in SINGLE.items():
                file = scratch / "part-0.parquet"
                start = time.perf_counter()
                nights.write(rows, file, layout)
                seconds[name].append(time.perf_counter() - start)
                found[name][table] = {"bytes": file.stat().st_size}
        for name in SINGLE:
            found[name][table]["milliseconds"] = 1000 * statistics.median(seconds[name])
    return found


def sizes(made: Path) -> dict[str, dict]:
    """Bytes and files of the tables of each layout, links counted as files of their own; of `indicators` the last year alone."""
    return {
        layout.name: {table: size(files) for table in TABLES if (files := files_of(layout / table))}
        for layout in sorted(made.iterdir(), key=lambda folder: ALL.index(folder.name))
    }


def files_of(folder: Path) -> list[Path]:
    is_of_last_year = lambda file: file.parent.name.removeprefix("dt=") >= str(nights.DAYS[-nights.YEAR])  # noqa: E731
    files = sorted(folder.glob("**/*.parquet"))
    return [file for file in files if folder.name != "indicators" or not file.parent.name.startswith("dt=") or is_of_last_year(file)]


def size(files: list[Path]) -> dict[str, int]:
    return {"files": len(files), "bytes": sum(file.stat().st_size for file in files)}


def asked_for(current: Path) -> dict[str, str]:
    """The shop in the middle, and the category with the most shops."""
    scores = nights.published(current, "scores")
    counts = pyarrow.compute.value_counts(scores["primary_category"]).to_pylist()
    most = max(counts, key=lambda of: (of["counts"], of["values"]))["values"]
    return {"ASKED_SHOP": str(scores["shop_id"][len(scores) // 2]), "ASKED_CATEGORY": most}


def in_turn(made: Path, runs: int, asked: dict[str, str]) -> Iterator[dict[str, dict]]:
    """What is known after each turn."""
    answers: dict[str, dict[str, list]] = {reader: {name: [] for name in ALL} for reader in READERS}
    for run in range(runs):
        for reader, most in READERS.items():
            for name in ALL if most is None or run < most else []:
                answers[reader][name].append(ask(reader, made / name, asked))
        for reader in READERS:
            same(reader, answers[reader])
        yield {reader: {name: {q: of_runs(of, q) for q in of[0]} for name, of in by_layout.items()} for reader, by_layout in answers.items()}


def ask(reader: str, folder: Path, asked: dict[str, str]) -> dict:
    command = [sys.executable, HERE / "ask.py", reader, folder]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "POLARS_MAX_THREADS": "2", **asked})
    if done.returncode:
        sys.exit(f"{reader}, {folder.name}: {done.stderr[-3000:]}")
    print(f"{reader}, {folder.name}: {time.perf_counter() - start:.1f} s", flush=True)
    return json.loads(done.stdout.splitlines()[-1])


def of_runs(of: list[dict], question: str) -> dict:
    seconds = [one[question]["seconds"] for one in of]
    return processes.spread(seconds) | {"bytes": statistics.median(one[question]["bytes"] for one in of)}


def same(reader: str, by_layout: dict[str, list[dict]]) -> None:
    wanted = next(iter(by_layout.values()))[0]
    for name, runs in by_layout.items():
        for question, answer in ((question, answer) for one in runs for question, answer in one.items()):
            expected = wanted[question]
            if answer["rows"] != expected["rows"] or not math.isclose(answer["sum"], expected["sum"], rel_tol=1e-9):
                sys.exit(f"{reader}, {name}, {question}: {answer}, wanted {expected}")


if __name__ == "__main__":
    main()
