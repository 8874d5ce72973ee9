"""`make bench-instructions`: counts the instructions of three small runs on sample_data, and holds them against the committed
figures. Seconds depend on what else a machine does; instructions do so by a few in a thousand.

    instructions.py --shopscore PROGRAM [--renew]

valgrind counts, on one thread. It shows the program one model of processor whatever the machine has, so that no code for a
newer one is counted; where it has no AVX2 valgrind shows an older one, and nothing is compared. Ends with exit code 1
where a run takes over 5 % more than is committed, and where it takes over 5 % less: figures that are too high would hide
the next loss.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COMMITTED = Path(__file__).parent / "instructions.txt"
RENEW = "make bench-instructions RENEW=1"
HEAD = f"""# Millions of instructions of small runs on sample_data, which `make bench-instructions` compares.
# Written by `{RENEW}`.
"""
MOST_PERCENT = 5
AS_OF = "2022-03-15"
# After two nights, since the first one after a rebuild indexes the records of all its days, once.
BEFORE = ("2022-03-13", "2022-03-14")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--renew", action="store_true")
    given = parser.parse_args()
    if why_not := why_not_here():
        print(f"instructions are not counted here: {why_not}")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        counted = count(given.shopscore, Path(scratch))
    if given.renew:
        COMMITTED.write_text(as_text(counted))
        print(COMMITTED.read_text(), end="")
        return 0
    wrong = findings(read(COMMITTED.read_text()), counted)
    print("\n".join(wrong or [f"{', '.join(counted)}: within {MOST_PERCENT} % of the instructions that are committed"]))
    return 1 if wrong else 0


def why_not_here() -> str | None:
    if not shutil.which("valgrind"):
        return "valgrind is not installed"
    if not re.search(r"^flags\b.*\bavx2\b", Path("/proc/cpuinfo").read_text(), re.MULTILINE):
        return "the processor has no AVX2, as that of the committed figures has"
    return None


def count(shopscore: Path, scratch: Path) -> dict[str, int]:
    """The instructions of each run, by its name."""
    for day in BEFORE:
        subprocess.run(night(shopscore, scratch / "night", day), check=True, stdout=subprocess.DEVNULL)
    runs = {"rebuild": "rebuild", "night": "night", "nothing new": "night"}
    return {name: instructions(night(shopscore, scratch / folder, AS_OF)) for name, folder in runs.items()}


def night(shopscore: Path, folder: Path, day: str) -> list[str | Path]:
    folders = ["--extracts", "sample_data", "--state", folder / "state", "--out", folder / "out"]
    return [shopscore, "nightly", "--date", day, *folders, "--threads", "1"]


def instructions(command: list[str | Path]) -> int:
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    ran = subprocess.run([*valgrind, *command], check=False, capture_output=True, text=True)
    counted = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode != 0 or not counted:
        sys.exit(f"exit code {ran.returncode} of {' '.join(map(str, command))} under valgrind\n{ran.stderr}")
    return int(counted.group(1))


def as_text(counted: dict[str, int]) -> str:
    return HEAD + "".join(f"{name:<12}{of_run / 1e6:>8.1f}\n" for name, of_run in counted.items())


def read(text: str) -> dict[str, int]:
    """What `as_text` wrote."""
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name.strip(): round(float(millions) * 1e6) for name, _, millions in lines}


def findings(committed: dict[str, int], counted: dict[str, int]) -> list[str]:
    """A line for each run that is too far from what is committed, either way."""
    if committed.keys() != counted.keys():
        return [f"{COMMITTED.name} does not hold the runs that were counted: {RENEW}"]
    percent = {name: 100 * (counted[name] - of_run) / of_run for name, of_run in committed.items()}
    return [
        f"{name}: {change:+.1f} % instructions, " + (f"a loss; if it is meant, {RENEW}" if change > 0 else f"a gain: {RENEW}")
        for name, change in percent.items()
        if abs(change) > MOST_PERCENT
    ]


if __name__ == "__main__":
    sys.exit(main())
