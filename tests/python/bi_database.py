"""Makes the DuckDB file that a BI tool opens: the views of the tables of OUT, and those of jobs/bi/views.sql over them.

    bi_database.py SHOPSCORE OUT FILE

A table that has no partition yet is left out, as are the views that read it.
"""

import subprocess
import sys
from pathlib import Path

import duckdb

from bi_views import VIEWS, name, statements


def make(shopscore: str, out: Path, file: Path) -> None:
    command = [shopscore, "schema", "--format", "duckdb", "--out", str(out)]
    dictionary = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    there = {path.name for path in (out / "current").iterdir()}
    there |= {f"{path.name}_over_time" for path in (out / "months").glob("*")}
    file.unlink(missing_ok=True)
    with duckdb.connect(file) as database:
        for statement in statements(dictionary):
            if name(statement) in there:
                database.execute(statement)
        for statement in statements(VIEWS.read_text()):
            try:
                database.execute(statement)
            except duckdb.CatalogException as missing:
                print(f"left out: {name(statement)}: {str(missing).splitlines()[0]}")


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]))
