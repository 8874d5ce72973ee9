"""The same rows, delivered by the writers that warehouses use: each delivery must be scored to the same bytes.

    python writers.py SHOPSCORE SAMPLE RULES [WRITER ...]

Each writer gets the tables of the sample's last window, a column `dt` beside the contract's, and lays them out as it does
by default. The published folder of its night must be, file by file, the one of the sample's own files.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from cases.market import AS_OF, TABLES, Market
from writing import WRITERS


def tables(market):
    """Each table's rows, with the day of their partition as a text `dt`."""
    return {table: pa.concat_tables(day_of(path) for path in market.parts(table, first="")) for table in TABLES}


def day_of(path):
    rows = pq.ParquetFile(path).read().replace_schema_metadata()
    return rows.append_column("dt", pa.array([path.parent.name.removeprefix("dt=")] * rows.num_rows, pa.string()))


def night(program, rules, folder, settings):
    """What a night publishes of a folder's extracts: each file's bytes."""
    (folder / "jobs").mkdir(exist_ok=True)
    (folder / "jobs/nightly.toml").write_text(settings + "\n")
    command = [program, "nightly", "--date", AS_OF, "--rules", rules, "--extracts", "extracts", "--state", "state", "--out", "out"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
    if done.returncode != 0:
        raise AssertionError(f"exit code {done.returncode}\n{done.stdout}{done.stderr}")
    out = folder / "out/current"
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


def differences(found, wanted):
    names = sorted(found.keys() | wanted.keys())
    return [name for name in names if found.get(name) != wanted.get(name)]


def main():
    program, sample, rules, *names = sys.argv[1:]
    program, rules = Path(program).resolve(), Path(rules).resolve()
    unknown = set(names) - WRITERS.keys()
    if unknown:
        sys.exit(f"unknown writers: {', '.join(sorted(unknown))}; there are {', '.join(WRITERS)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="writers-") as work:
        market = Market(Path(work) / "sample", sample, rules)
        wanted, rows = night(program, rules, market.folder, ""), tables(market)
        for name in names or WRITERS:
            writer, folder, begun = WRITERS[name], Path(work) / name, time.monotonic()
            (folder / "extracts").mkdir(parents=True)
            writer.write(rows, folder / "extracts")
            try:
                wrong = differences(night(program, rules, folder, writer.settings), wanted)
            except AssertionError as error:
                wrong = [str(error)]
            failed += bool(wrong)
            files = sum(len(names) for _, _, names in os.walk(folder / "extracts"))
            outcome = "the same bytes" if not wrong else "OTHER: " + "\n    ".join(wrong)
            print(f"{name}: {files} files, {time.monotonic() - begun:.0f} s: {outcome}", flush=True)
    print(f"{len(names or WRITERS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
