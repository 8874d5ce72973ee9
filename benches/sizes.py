"""Rows, files and bytes of extracts, and of the daily partials that the state folder keeps of them, as JSON; bytes of the
record indexes of the same days are those in another state folder.

    sizes.py EXTRACTS STATE INDEXED_STATE
"""

import json
import sys
from pathlib import Path

import pyarrow.parquet

TABLES = ["shops", "payments", "pickups", "reviews", "refunds", "disputes", "consultations", "appeals"]


def main(extracts: Path, state: Path, indexed: Path) -> None:
    def of_table(table: str) -> dict[str, dict[str, int]]:
        inputs = sorted((extracts / table).glob("dt=*/*.parquet"))
        partials = sorted((state / "partials" / table).glob("*.parquet"))
        days = {path.name[: len("2022-03-15")] for path in partials}
        of_partials = [path for path in inputs if path.parent.name.removeprefix("dt=") in days]
        indexes = (indexed / "partials" / table).glob("*.records")
        index_bytes = sum(path.stat().st_size for path in indexes if path.name[: len("2022-03-15")] in days)
        return {"all": size(inputs), "input": size(of_partials), "partials": size(partials), "index_bytes": index_bytes}

    print(json.dumps({table: of_table(table) for table in TABLES}))


def size(paths: list[Path]) -> dict[str, int]:
    return {
        "files": len(paths),
        "rows": sum(pyarrow.parquet.read_metadata(path).num_rows for path in paths),
        "bytes": sum(path.stat().st_size for path in paths),
    }


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
