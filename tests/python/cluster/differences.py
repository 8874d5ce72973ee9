"""What two engines must leave alike, found and compared file by file.

What is not compared, since it differs by design:

    OUT/generations/*/generation.json   what nights are made of: an engine knows a file by URL, size and time, not by its bytes
    OUT/generations/*/terms.json, checksums and the names of generations, which hold hashes of the same
    OUT/runs, OUT/records, OUT/report   who ran what when, with which settings
    STATE: basis, inputs and fingerprint in the description of a table-day, and file names with the fingerprint
    STATE/records, *.records            indexes of records that an engine leaves where they lie
    STATE/window, outlook, last_night.json, lacking.json   keep what they were made of beside their sums
"""

import hashlib
import json
from pathlib import Path

# Compared whole, links followed.
PUBLISHED = ("current", "quarantine", "months", "dictionary")
# Of the description of a stored table-day.
DESCRIBED = ("rows", "broken", "quarantine")


def published(out: Path) -> dict[str, str]:
    """The hash of each file that readers find, by its path below OUT."""
    found = {}
    for name in PUBLISHED:
        for path in sorted((out / name).resolve().rglob("*")):
            if path.is_file():
                found[f"{name}/{path.relative_to((out / name).resolve())}"] = hash_of(path.read_bytes())
    return found


def stored(state: Path) -> dict[str, str]:
    """What is stored of each table-day: the hash of its sums or rows, and of what its description says of them."""
    found = {}
    for path in sorted([*state.glob("partials/*/*.json"), *state.glob("whole/*/*.json")]):
        description = json.loads(path.read_bytes().partition(b"\n")[2])
        content = path.with_name(f"{path.stem}-{description['version']['fingerprint']}.parquet")
        place = f"state/{path.relative_to(state).with_suffix('')}"
        found[place] = hash_of(content.read_bytes()) if content.exists() else "no content"
        found[f"{place}, described"] = hash_of(json.dumps([description[name] for name in DESCRIBED]).encode())
    return found


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def all_of(side) -> dict[str, str]:
    """All that is compared of a side."""
    return published(side.out) | stored(side.state)


def between(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """Lines that tell of what is not alike."""
    lines = []
    for place in sorted(found.keys() | wanted.keys()):
        if place not in found:
            lines.append(f"{place}: only the program's own engine has it")
        elif place not in wanted:
            lines.append(f"{place}: only the other engine has it")
        elif found[place] != wanted[place]:
            lines.append(f"{place}: other bytes")
    return lines
