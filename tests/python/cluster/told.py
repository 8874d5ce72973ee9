"""What two engines must tell alike: the records behind a shop's indicators, and refusals for data, with what would mend it."""

import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import rewrites
from sides import Side, Wrong

SHOPS = 4
# Instants that are read as local times lie on another day for hours of each: the refusal says so, and which setting is right.
READ_WRONGLY = ("timestamps=local",)
REJECTED = 3


def shops_of(side: Side, day: dt.date) -> list[int]:
    """Some shops that have a score, spread over all."""
    paths = sorted((side.out / "current" / "scores" / f"dt={day}").glob("*.parquet"))
    shops = sorted({shop for path in paths for shop in pq.ParquetFile(path).read(["shop_id"]).column(0).to_pylist()})
    return shops[:: max(1, len(shops) // SHOPS)][:SHOPS]


def explained_otherwise(sides: list[Side], day: dt.date) -> tuple[int, list[str]]:
    """How many shops were asked for, and those whose records are not the same text."""
    local, other = sides
    shops = shops_of(local, day)
    if not shops:
        raise Wrong(f"no shop has a score on {day}")
    asked = [("explain", "--shop", shop, "--date", day, "--rows", "--limit", 1000, "--format", "json") for shop in shops]
    told = [(shop, local.run(*words).stdout, other.run(*words).stdout) for shop, words in zip(shops, asked, strict=True)]
    return len(shops), [f"the records of shop {shop}" for shop, wanted, found in told if not wanted or wanted != found]


def refusals(side: Side, day: dt.date) -> set[str]:
    """What a night of a side says that reads times wrongly, without the side's own folder."""
    ended = side.end(side.start("nightly", "--date", day), 0)
    if ended.code != REJECTED:
        raise Wrong(f"{side.name}: exit code {ended.code}, wanted {REJECTED} of times that are read wrongly\n{ended.stderr[-2000:]}")
    lines = {line for line in ended.stderr.splitlines() if line.startswith("error: ")}
    if not any("these look like" in line for line in lines):
        raise Wrong(f"{side.name}: no word about the setting that reads the times\n" + "\n".join(sorted(lines)[:5]))
    return {line.replace(str(Path(side.out)), "OUT") for line in lines}


def refused_otherwise(sides: list[Side], day: dt.date) -> tuple[int, list[str]]:
    """How many findings the program's own engine has, and those that only one of the two has."""
    local, other = (refusals(side, day) for side in sides)
    return len(local), [f"told by one alone: {line[:300]}" for line in sorted(local ^ other)]


def far_off_otherwise(sides: list[Side], day: dt.date) -> tuple[int, list[str]]:
    """How many files with a time at the end of 64 bits were refused, and what a side did otherwise than to name each of them."""
    files = [f"{table}/dt={day}" for table in rewrites.FAR_OFF]
    lines = []
    for side in sides:
        ended = side.end(side.start("nightly", "--date", day), 0)
        if ended.code != REJECTED:
            lines.append(f"{side.name}: exit code {ended.code}, wanted {REJECTED}: {ended.stderr[-500:]}")
        errors = [line for line in ended.stderr.splitlines() if line.startswith("error: ") and "timestamp" in line]
        lines += [f"{side.name}: no word about {file}" for file in files if not any(file in line for line in errors)]
    return len(files), lines
