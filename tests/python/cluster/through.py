#!/usr/bin/env python3
"""Stands in for the program: runs it with another engine, so that tests that know nothing of engines run on one unchanged.

    SHOPSCORE_TEST_BINARY=SHOPSCORE SHOPSCORE_TEST_ENGINE=sc://HOST:PORT through.py COMMAND ...

Of commands that read extracts their folder becomes a URL, and the engine is set. All others run as they are.
"""

import os
import sys
from pathlib import Path

READ_EXTRACTS = ("nightly", "backfill", "restate", "settle", "check", "plan", "whatif", "explain", "sql")


def with_engine(arguments: list[str], engine: str) -> list[str]:
    if not arguments or arguments[0] not in READ_EXTRACTS:
        return arguments
    place = arguments.index("--extracts") + 1 if "--extracts" in arguments else None
    if place is not None:
        arguments = [*arguments[:place], f"file://{Path(arguments[place]).absolute()}", *arguments[place + 1 :]]
    return [*arguments, "--set", f"engine={engine}"]


def main() -> None:
    program, engine = os.environ.pop("SHOPSCORE_TEST_BINARY"), os.environ.pop("SHOPSCORE_TEST_ENGINE")
    os.execv(program, [program, *with_engine(sys.argv[1:], engine)])


if __name__ == "__main__":
    main()
