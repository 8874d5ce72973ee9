"""Makes the DuckDB file that a BI tool opens: the views of the tables of OUT, and those of views.sql beside this file over them.

    python3 database.py SHOPSCORE OUT FILE

A table that has no partition yet is left out, as are the views that read it. Needs the package duckdb.
"""

import subprocess
import sys
from pathlib import Path

import duckdb

VIEWS = Path(__file__).with_name("views.sql")
# Of `shopscore schema`, and no table: it reads the improvements.
IN_WORDS = "improvements_in_words"


def statements(text: str) -> list[str]:
    lines = (line for line in text.splitlines() if not line.startswith("--"))
    return [statement.strip() for statement in "\n".join(lines).split(";\n") if statement.strip(" ;\n")]


def name(statement: str) -> str:
    """The view that a statement is about; a comment on a column names that, too."""
    words = statement.replace("(", " ").split()
    return words[words.index("VIEW") + 1] if "VIEW" in words[:4] else words[3].split(".")[0]


def make(shopscore: str, out: Path, file: Path) -> None:
    command = [shopscore, "schema", "--format", "duckdb", "--out", str(out)]
    dictionary = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    there = {path.name for path in (out / "current").iterdir()}
    there |= {IN_WORDS} if "improvements" in there else set()
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
