"""`make bench-layout`: what dashboards ask, over three years of nights in several layouts, in six readers.

Each question is asked by a process of its own reader and layout, `RUNS` times in turn; all layouts of a reader must give the same
answers. What is found is kept in the cache folder, and `layout_results` makes the part of benches/RESULTS.md of it.

    bench_layout.py --current CURRENT --cache DIR
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nights
from layouts import MONTHS, NIGHTS, ONE_FILE, SINGLE

sys.path.append(str(Path(__file__).parents[1]))
import results  # noqa: E402

READERS = ["duckdb", "polars", "pyarrow", "pandas", "chdb", "spark"]
HERE = Path(__file__).parent
TABLES = ["scores", "indicators", "categories"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--current", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scratch", type=Path, default=Path("/dev/shm"))
    given = parser.parse_args()
    made = given.scratch / "shopscore-layouts"
    if not made.exists():
        nights.make(given.current, made)
    found = {"runs": given.runs, "single": single(given.current), "bytes": sizes(made)}
    found["questions"] = in_turn(made, given.runs)
    (given.cache / "bench-layout.json").write_text(json.dumps(found, ensure_ascii=False))
    results.write(given.cache)


def single(current: Path, runs: int = 5) -> dict[str, dict]:
    """Bytes, and milliseconds of writing, of one night's tables in each layout by itself."""
    found = {name: {} for name in SINGLE}
    with tempfile.TemporaryDirectory() as scratch:
        for table in TABLES:
            rows = nights.published(current, table)
            seconds = {name: [] for name in SINGLE}
            for _ in range(runs):
                for name, layout in SINGLE.items():
                    file = Path(scratch) / "part-0.parquet"
                    start = time.perf_counter()
                    nights.write(rows, file, layout)
                    seconds[name].append(time.perf_counter() - start)
                    found[name][table] = {"bytes": file.stat().st_size}
            for name in SINGLE:
                found[name][table]["milliseconds"] = 1000 * statistics.median(seconds[name])
    return found


def sizes(made: Path) -> dict[str, dict]:
    """Bytes and files of the tables of each layout, links counted as files of their own."""
    return {
        layout.name: {
            table.name: {"files": len(files := list(table.glob("**/*.parquet"))), "bytes": sum(file.stat().st_size for file in files)}
            for table in sorted(layout.iterdir())
            if not table.is_symlink()
        }
        for layout in sorted(made.iterdir())
    }


def in_turn(made: Path, runs: int) -> dict[str, dict]:
    layouts = [*NIGHTS, MONTHS, ONE_FILE]
    answers: dict[str, dict[str, list]] = {reader: {name: [] for name in layouts} for reader in READERS}
    for _ in range(runs):
        for reader in READERS:
            for name in layouts:
                answers[reader][name].append(ask(reader, made / name))
    for reader in READERS:
        same(reader, answers[reader])
    return {reader: {name: {q: of_runs(of, q) for q in of[0]} for name, of in by_layout.items()} for reader, by_layout in answers.items()}


def ask(reader: str, folder: Path) -> dict:
    command = [sys.executable, HERE / "ask.py", reader, folder]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "POLARS_MAX_THREADS": "2"})
    if done.returncode:
        sys.exit(f"{reader}, {folder.name}: {done.stderr[-3000:]}")
    print(f"{reader}, {folder.name}", flush=True)
    return json.loads(done.stdout.splitlines()[-1])


def of_runs(of: list[dict], question: str) -> dict:
    seconds = [one[question]["seconds"] for one in of]
    return {"median": statistics.median(seconds), "min": min(seconds), "max": max(seconds), "bytes": statistics.median(one[question]["bytes"] for one in of)}


def same(reader: str, by_layout: dict[str, list[dict]]) -> None:
    wanted = next(iter(by_layout.values()))[0]
    for name, runs in by_layout.items():
        for question, answer in ((question, answer) for one in runs for question, answer in one.items()):
            expected = wanted[question]
            if answer["rows"] != expected["rows"] or not math.isclose(answer["sum"], expected["sum"], rel_tol=1e-9):
                sys.exit(f"{reader}, {name}, {question}: {answer}, wanted {expected}")


if __name__ == "__main__":
    main()
