"""Reads all that is published, over and over, while it is published anew, as BI tools do that are open during the night.

    concurrent_readers.py SHOPSCORE RULES [PUBLICATIONS]

DuckDB, Polars, pandas and pyarrow, a process each, resolve `OUT/current` once and then read every table under it. Meanwhile
days and a month end are published in turn, each time with other scores than before. Each pass must find:

- no file missing and no file that cannot be read;
- one generation id in all files of a day, and that of the resolved generation on some of them;
- under one id always the same rows, and in all tables of a day or month end only shops that its scores have.

`shopscore verify` runs over and over too, and must find nothing.
"""

import hashlib
import multiprocessing
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow.dataset
import pyarrow.parquet

KEY = b"shopscore.generation"
# The tables that name all shops of a day and of a month end.
COMPLETE = {"dt": "scores", "month_end": "month_end_scores"}
MONTH_END, DAYS = "2022-02-28", ["2022-03-01", "2022-03-02", "2022-03-03"]
MARKETPLACE = "--from 2022-02-22 --to 2022-03-04 --shops 30 --rows-per-day 200 --seed 1 --dirty".split()
SETTINGS = ["window_days=3", "max_quarantined_percent=100", "max_unscored_percent=100"]
# Between two publications, so that no pass lasts as long as generations are kept.
PAUSE_SECONDS = 0.1

# What a reader finds in a file: its generation id, its columns, and its rows.
Found = tuple[str, list[str], list[tuple]]


def with_duckdb(path: Path) -> Found:
    found = duckdb.sql(f"select * from read_parquet('{path}', hive_partitioning = false)")
    metadata = duckdb.sql(f"select decode(value) from parquet_kv_metadata('{path}') where decode(key) = '{KEY.decode()}'")
    return metadata.fetchall()[0][0], found.columns, found.fetchall()


def with_polars(path: Path) -> Found:
    frame = polars.scan_parquet(path, hive_partitioning=False).collect()
    return polars.read_parquet_metadata(path)[KEY.decode()], frame.columns, frame.rows()


def with_pandas(path: Path) -> Found:
    frame = pandas.read_parquet(path, partitioning=None)
    generation = pyarrow.parquet.read_metadata(path).metadata[KEY].decode()
    return generation, list(frame.columns), list(frame.itertuples(index=False, name=None))


def with_pyarrow(path: Path) -> Found:
    table = pyarrow.dataset.dataset(path).to_table()
    return pyarrow.parquet.read_metadata(path).metadata[KEY].decode(), table.column_names, list(zip(*table.to_pydict().values()))


READERS = {"duckdb": with_duckdb, "polars": with_polars, "pandas": with_pandas, "pyarrow": with_pyarrow}


def read_all(read, current: Path, known: dict[tuple[str, str], str]) -> None:
    """One pass over what `current` was resolved to; `known` keeps what was found under each id."""
    ids: dict[str, set[str]] = {}
    shops: dict[str, dict[str, set[int]]] = {}
    for table in sorted(current.iterdir()):
        for partition in sorted(table.iterdir()):
            paths = sorted(partition.iterdir())
            assert [path.name for path in paths] == ["part-0.parquet"], paths
            generation, columns, rows = read(paths[0])
            ids.setdefault(partition.name, set()).add(generation)
            digest = hashlib.sha256(repr(rows).encode()).hexdigest()
            assert known.setdefault((f"{table.name}/{partition.name}", generation), digest) == digest, paths[0]
            if "shop_id" in columns:
                place = columns.index("shop_id")
                shops.setdefault(partition.name, {})[table.name] = {row[place] for row in rows}
    assert ids and any(current.parent.name.endswith(generation) for of in ids.values() for generation in of), ids
    for partition, of in ids.items():
        assert not partition.startswith("dt=") or len(of) == 1, f"{current}: {partition} has files of {of}"
    for partition, tables in shops.items():
        complete = tables[COMPLETE[partition.split("=")[0]]]
        # What a restatement replaced may speak of shops that are gone.
        others = [table for table in tables if table != "month_end_revisions" and not tables[table] <= complete]
        assert not others, f"{current}: {partition}: {others} have shops that the scores do not"


def read_until(stop, name: str, out: Path, results) -> None:
    known: dict[tuple[str, str], str] = {}
    generations, wrong, passes, longest = set(), [], 0, 0
    while not stop.is_set() or not passes:
        current = (out / "current").resolve(strict=True)
        try:
            read_all(READERS[name], current, known)
        except Exception as error:  # whatever a reader says is what is looked for
            wrong.append(f"{name}: {current.parent.name}: {type(error).__name__}: {error}")
        generations.add(current.parent.name)
        after = (out / "current").resolve(strict=True)
        longest = max(longest, number_of(after) - number_of(current))
        passes += 1
    seen = f"{passes} passes over {len(generations)} generations, {longest} publications during the longest"
    results.put((name, seen, wrong))


def number_of(current: Path) -> int:
    return int(current.parent.name.split("-")[0])


def verify_until(stop, command: list[str], results) -> None:
    passes, wrong = 0, []
    while not stop.is_set() or not passes:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            wrong.append(f"verify: {done.returncode}: {done.stdout}{done.stderr}")
        passes += 1
    results.put(("verify", f"{passes} passes", wrong))


def publications(count: int):
    """Commands that each change what is published: the mix of one round is not that of the one before."""
    mixes = ["after_sales_mix=volume", "after_sales_mix=equal"]
    runs = [["nightly", "--date", day] for day in [MONTH_END, *DAYS]]
    runs.append(["restate", "--month-end", MONTH_END, "--knowledge-day", DAYS[-1], "--because", "a test"])
    for place in range(count):
        turn, run = divmod(place, len(runs))
        yield [*runs[run], "--set", mixes[turn % 2]]


class Bench:
    """A small marketplace, and where it is published."""

    def __init__(self, shopscore: str, rules: str, folder: Path):
        self.shopscore, self.out = shopscore, folder / "out"
        extracts = str(folder / "extracts")
        sample = [shopscore, "sample", "--out", extracts, "--rules", rules, *MARKETPLACE]
        subprocess.run(sample, check=True, stdout=subprocess.DEVNULL)
        self.flags = ["--extracts", extracts, "--rules", rules, "--state", str(folder / "state"), "--out", str(self.out)]
        self.flags += [part for setting in SETTINGS for part in ("--set", setting)]

    def publish(self, arguments: list[str]) -> bool:
        """Whether the run published something else than before."""
        done = subprocess.run([self.shopscore, *arguments, *self.flags], check=True, capture_output=True, text=True)
        return "published as" in done.stdout

    def jobs(self, processes, stop, results) -> list:
        """The readers and the verifier, as processes that have not started."""
        of = [(read_until, (stop, name, self.out, results)) for name in READERS]
        of.append((verify_until, (stop, [self.shopscore, "verify", *self.flags], results)))
        return [processes.Process(target=target, args=arguments) for target, arguments in of]


def main() -> int:
    shopscore, rules = (str(Path(given).resolve()) for given in sys.argv[1:3])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    processes = multiprocessing.get_context("spawn")
    stop, results = processes.Event(), processes.Queue()
    with tempfile.TemporaryDirectory(prefix="shopscore-readers-") as folder:
        bench = Bench(shopscore, rules, Path(folder))
        for day in [MONTH_END, *DAYS]:
            assert bench.publish(["nightly", "--date", day, "--set", "after_sales_mix=equal"])
        jobs = bench.jobs(processes, stop, results)
        for job in jobs:
            job.start()
        changed = 0
        for arguments in publications(count):
            changed += bench.publish(arguments)
            time.sleep(PAUSE_SECONDS)
        stop.set()
        told = [results.get(timeout=300) for _ in jobs]
        for job in jobs:
            job.join()
    print(f"{changed} of {count} runs published something else")
    for name, seen, wrong in sorted(told):
        print(f"{name}: {seen}, {len(wrong)} wrong")
        print("".join(f"  {line}\n" for line in wrong[:5]), end="")
    return 1 if changed < count or any(wrong for _, _, wrong in told) else 0


if __name__ == "__main__":
    sys.exit(main())
