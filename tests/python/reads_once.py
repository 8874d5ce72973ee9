"""Counts, with strace, what a range of nights reads of its extracts: of each file that it opens every byte, once.

    reads_once.py SHOPSCORE RULES EXTRACTS FROM TO
"""

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from crash_calls import check_strace

READS = "read,pread64,readv,preadv,preadv2,copy_file_range,sendfile,splice"
LINE = re.compile(r"^\d+ +(\w+)\(\d+<(/[^>]*)>.* = (\d+)$")
# Where another thread calls meanwhile, a call has two lines, of which only the first has the path.
BEGUN = re.compile(r"^(\d+) +\w+\(\d+<(/[^>]*)>.*<unfinished \.\.\.>$")
ENDED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>.* = (\d+)$")


def bytes_read(command: list[str], extracts: Path, log: Path) -> dict[Path, int]:
    """Runs the command, and returns how many bytes it read of each of the extracts."""
    strace = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log), "-e", "signal=none", "-e", f"trace={READS},mmap"]
    subprocess.run([*strace, *command], check=True, stdout=subprocess.DEVNULL)
    read: dict[Path, int] = defaultdict(int)
    begun: dict[str, str] = {}
    for line in log.read_text().splitlines():
        assert "mmap(" not in line or str(extracts) not in line, f"mapped, so that it cannot be counted: {line}"
        if match := BEGUN.match(line):
            begun[match[1]] = match[2]
        path, count = None, 0
        if match := LINE.match(line):
            path, count = match[2], int(match[3])
        elif match := ENDED.match(line):
            path, count = begun.pop(match[1], None), int(match[2])
        if path and Path(path).is_relative_to(extracts):
            read[Path(path)] += count
    return read


def main() -> int:
    check_strace()
    shopscore, rules, extracts = (Path(given).resolve() for given in sys.argv[1:4])
    first, last = sys.argv[4:6]
    with tempfile.TemporaryDirectory(prefix="shopscore-reads-") as folder:
        places = {"extracts": extracts, "rules": rules, "state": f"{folder}/state", "out": f"{folder}/out"}
        flags = [str(part) for name, place in places.items() for part in (f"--{name}", place)]
        command = [str(shopscore), "backfill", "--from", first, "--to", last, "--threads", "1", *flags]
        read = bytes_read(command, extracts, Path(folder) / "calls")
    wrong = {path: count for path, count in read.items() if count != path.stat().st_size}
    for path, count in sorted(wrong.items())[:20]:
        print(f"{path}: {count} bytes read of {path.stat().st_size}")
    # Of the shops a night reads the newest snapshot alone, so that older ones stay unread; of all else, every file.
    left = [path for path in extracts.rglob("*.parquet") if path not in read and path.parts[-3] != "shops"]
    print(f"{len(read)} files, {sum(read.values())} bytes read; {len(wrong)} files not read once, {len(left)} left out")
    return 1 if wrong or left or not read else 0


if __name__ == "__main__":
    sys.exit(main())
