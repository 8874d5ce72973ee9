"""Extracts to measure on, made once and kept in the cache folder."""

import datetime
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import processes

SEED = 7
AS_OF = datetime.date(2022, 3, 15)
DAY = datetime.timedelta(1)
CARGO_BENCH = ["cargo", "bench", "--quiet", "--locked", "--bench"]


@dataclass(frozen=True)
class Job:
    """The program, and what all its runs share."""

    shopscore: Path
    cache: Path
    threads: int

    def nightly(self, extracts: Path | str, folder: Path, date: datetime.date = AS_OF, *further: str) -> list[str | Path]:
        """The command of a night whose state and output lie in `folder`; its extracts are a folder, or an engine's URL."""
        folders = ["--extracts", extracts, "--state", folder / "state", "--out", folder / "out"]
        return [self.shopscore, "nightly", "--date", str(date), *folders, "--threads", str(self.threads), *further]

    def night(self, extracts: Path | str, folder: Path, date: datetime.date = AS_OF, *further: str) -> processes.Measured:
        """Runs a night."""
        return processes.run(self.nightly(extracts, folder, date, *further), self.threads)


def own_copy(shopscore: Path, folder: Path) -> Path:
    """A copy of the program, so that a build meanwhile does not change what is measured."""
    return Path(shutil.copy2(shopscore, folder / "shopscore"))


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that `make` fills; one that is there already is used again."""
    if not folder.exists():
        unfinished = folder.with_name(folder.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        make(unfinished)
        unfinished.rename(folder)
    return folder


def extracts(job: Job, shops: int, rows_a_day: int, first: datetime.date, last: datetime.date) -> Path:
    """A made-up marketplace."""
    days = ["--from", str(first), "--to", str(last)]
    size = ["--shops", str(shops), "--rows-per-day", str(rows_a_day), "--seed", str(SEED)]
    return made_once(
        job.cache / f"bench-{shops}-shops-{rows_a_day}-rows-{first}-{last}-seed-{SEED}",
        lambda folder: processes.run([job.shopscore, "sample", "--out", folder, *days, *size], job.threads),
    )


def joined(folder: Path, *sources: tuple[Path, datetime.date, datetime.date]) -> Path:
    """Extracts with the partitions of several others from one day to another, as hard links to their files."""
    for source, first, last in sources:
        for partition in source.glob("*/dt=*"):
            if str(first) <= partition.name.removeprefix("dt=") <= str(last):
                target = folder / partition.relative_to(source)
                target.mkdir(parents=True)
                for file in partition.iterdir():
                    os.link(file, target / file.name)
    return folder


def emptied(folder: Path) -> Path:
    """Removes a folder, and waits until the disk has it."""
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()
    return folder


def renew(folder: Path, template: Path) -> None:
    """Puts a folder back to what `template` holds, links and times included, and waits until the disk has it."""
    shutil.rmtree(folder, ignore_errors=True)
    processes.run(["cp", "--archive", template, folder], 1)
    os.sync()
