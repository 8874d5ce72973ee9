"""The command line that all competitors share, and what they print: the seconds that their queries alone took."""

import argparse
import datetime
import json
import time
from collections.abc import Callable
from pathlib import Path


def arguments() -> argparse.ArgumentParser:
    """The arguments of every competitor."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--extracts", type=Path, required=True)
    parser.add_argument("--date", type=datetime.date.fromisoformat, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--local-times", action="store_true", help="timestamps have no zone: they are in business time")
    parser.add_argument("--ranks", type=Path, help="where to write the ranks, after the clock has stopped")
    return parser


def run(queries: Callable[[], object], write: Callable[[Path], object], ranks: Path | None) -> None:
    """Times `queries`, then has the ranks written if that was asked for."""
    start = time.perf_counter()
    queries()
    print(json.dumps({"seconds": time.perf_counter() - start}))
    if ranks:
        write(ranks)
