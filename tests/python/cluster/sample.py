"""One server for all that is quick: the sample on both engines, the printed queries, random extracts and mutants through the other one.

    python sample.py SHOPSCORE RULES EXTRACTS FIRST LAST SEEDS MUTANTS [--sail]

Runs engines.py, odd_files.py, sql_queries.py (on Spark alone), compare_seeds.py and mutants.py, on Spark in a single process or on
Sail; those of which there are to be 0 are left out. Exit code 1 where one of them found anything.
"""

import os
import subprocess
import sys
from pathlib import Path

import server

# Executors of their own are engines.py's: they take longer.
MASTER = "local[2]"
HERE = Path(__file__).resolve().parent
THROUGH = HERE / "through.py"


def run(command: list, environment: dict[str, str]) -> int:
    """The exit code of a script."""
    words = [sys.executable, *map(str, command)]
    return subprocess.run(words, env={**os.environ, **environment}, check=False).returncode


def main() -> int:
    shopscore, rules, extracts, first, last, seeds, mutants, *flags = sys.argv[1:]
    with server.sail_server() if "--sail" in flags else server.spark_server(master=MASTER) as running:
        of_through = {"SHOPSCORE_TEST_BINARY": str(Path(shopscore).resolve()), "SHOPSCORE_TEST_ENGINE": running.url}
        commands = [
            [HERE / "engines.py", shopscore, rules, extracts, first, last, running.url, *flags],
            [HERE / "odd_files.py", shopscore, rules, extracts, last, running.url, *flags],
        ]
        if "--sail" not in flags:
            commands.append([HERE.parent / "sql_queries.py", shopscore, extracts, rules, last, "--spark", running.url])
        if int(seeds):
            commands.append([HERE.parent / "compare_seeds.py", THROUGH, "1", seeds, "--engine", *flags])
        if int(mutants):
            commands.append([HERE.parent / "mutants.py", THROUGH, rules, "1", mutants, "--engine", *flags])
        codes = [run(command, of_through if THROUGH in command else {}) for command in commands]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
