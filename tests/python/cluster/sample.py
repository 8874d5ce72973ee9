"""One server for all that is quick: the sample on both engines, then random extracts and mutants through the other one.

    python sample.py SHOPSCORE RULES EXTRACTS FIRST LAST SEEDS MUTANTS [--sail]

Runs engines.py, compare_seeds.py and mutants.py, on Spark or on Sail; those of which there are to be 0 are left out. Exit code 1
where one of them found anything.
"""

import os
import subprocess
import sys
from pathlib import Path

import server

HERE = Path(__file__).resolve().parent
THROUGH = HERE / "through.py"


def main() -> int:
    shopscore, rules, extracts, first, last, seeds, mutants, *flags = sys.argv[1:]
    with server.sail_server() if "--sail" in flags else server.spark_server() as running:
        environment = {**os.environ, "SHOPSCORE_TEST_BINARY": str(Path(shopscore).resolve()), "SHOPSCORE_TEST_ENGINE": running.url}
        commands = [[HERE / "engines.py", shopscore, rules, extracts, first, last, running.url]]
        if int(seeds):
            commands.append([HERE.parent / "compare_seeds.py", THROUGH, "1", seeds, "--engine", *flags])
        if int(mutants):
            commands.append([HERE.parent / "mutants.py", THROUGH, rules, "1", mutants, "--engine", *flags])
        codes = [subprocess.run([sys.executable, *map(str, command)], env=environment, check=False).returncode for command in commands]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
