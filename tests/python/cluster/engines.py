"""Runs the same nights with the program's own engine and with another one, and compares all that they leave, step by step.

    python engines.py SHOPSCORE RULES EXTRACTS FIRST LAST [sc://HOST:PORT] [--sail] [--stream-seconds N] [--set NAME=VALUE]

A backfill from FIRST to LAST; the last nights one by one from nothing; part files that are rewritten and a partition that comes
late; appeals that are upheld after a month end was frozen, and its restatement; the settlement of the year; the records of some
shops, and a night that is refused. Where no address is given, a server is started: Spark with two executors, or Sail. With
--stream-seconds Spark ends each stream of an answer after so many. differences.py says what is compared, and what is not and why.
Exit code 1 on any difference.
"""

import argparse
import contextlib
import datetime as dt
import shutil
import sys
import tempfile
import time
from pathlib import Path

import differences
import rewrites
import server
import told
from sides import Side, Wrong

DAY = dt.timedelta(days=1)
# So many of the last nights are run one by one.
ONE_BY_ONE = 3
SHOWN = 40
MASTER = "local-cluster[2,1,1024]"


class Story:
    """Both sides, and what was found of them."""

    def __init__(self, given: argparse.Namespace, folder: Path, engine: str):
        self.given, self.folder, self.engine = given, folder, engine
        self.extracts = folder / "extracts"
        shutil.copytree(given.extracts, self.extracts)
        self.sides = self.from_nothing("backfilled")
        self.compared, self.different = 0, 0

    def from_nothing(self, name: str, set_otherwise: tuple[str, ...] | None = None) -> list[Side]:
        """Both sides with empty folders."""
        settings = (f"history_starts_on={self.given.history}", *(self.given.set if set_otherwise is None else set_otherwise))
        engines = {"local": None, "other": self.engine}
        of = (self.given.shopscore, self.given.rules)
        return [Side(of[0], self.folder / name / side, self.extracts, of[1], engine, settings) for side, engine in engines.items()]

    def step(self, what: str, sides: list[Side], *runs: tuple) -> None:
        """Runs the same on both sides and compares what they have then."""
        ended = [[side.run(*run) for run in runs] for side in sides]
        local, other = (differences.all_of(side) for side in sides)
        lines = differences.between(other, local)
        lines += self.said_otherwise(ended)
        self.compared += len(local)
        self.different += len(lines)
        seconds = ["+".join(f"{run.seconds:.1f}" for run in of_side) for of_side in ended]
        computed, reused = (sum(run.partials[place] for run in ended[1]) for place in (0, 1))
        about = f"{computed} table-days computed, {reused} as stored" if computed + reused else "no table-day"
        print(f"{what}: local {seconds[0]} s, engine {seconds[1]} s; {about}; {len(local)} files, {len(lines)} different", flush=True)
        for line in lines[:SHOWN]:
            print(f"    {line}", flush=True)
        if not local:
            raise Wrong(f"{what}: nothing to compare")

    def hear(self, what: str, hears, sides: list[Side]) -> None:
        """Counts what both sides are to tell alike of the last day, and what they do not."""
        since = time.monotonic()
        count, lines = hears(sides, self.given.last)
        self.compared += count
        self.different += len(lines)
        print(f"{what}: {time.monotonic() - since:.1f} s; {count}, {len(lines)} different", flush=True)
        for line in lines[:SHOWN]:
            print(f"    {line}", flush=True)

    @staticmethod
    def said_otherwise(ended: list[list]) -> list[str]:
        """How many daily partials each run computed and took must be alike, too."""
        local, other = ([run.partials for run in of_side] for of_side in ended)
        return [] if local == other else [f"daily partials computed and taken: {other}, with the program's own engine {local}"]

    def tell(self) -> None:
        first, last, month_end = self.given.first, self.given.last, self.month_end()
        late = last - DAY
        aside = self.folder / "aside"
        rewrites.take_away(self.extracts, "appeals", late, aside)
        self.step("backfill", self.sides, ("backfill", "--from", first, "--to", last))
        days = [last - back * DAY for back in reversed(range(ONE_BY_ONE))]
        self.step("night by night", self.from_nothing("nightly"), *(("nightly", "--date", day) for day in days))
        for line in [*rewrites.rewrite(self.extracts, last), rewrites.deliver(self.extracts, "appeals", late, aside)]:
            print(f"  {line}")
        self.step("the night after rewrites", self.sides, ("nightly", "--date", last))
        self.step("all nights of them", self.sides, ("backfill", "--stale"))
        if month_end:
            decided = min(month_end + 3 * DAY, last)
            print(f"  {rewrites.appeal_late(self.extracts, month_end, decided)}")
            restate = ("restate", "--month-end", month_end, "--because", "late appeals", "--knowledge-day", last)
            self.step("restatement", self.sides, restate)
            if not any(path.startswith("current/month_end_revisions/") for path in differences.published(self.sides[0].out)):
                raise Wrong("the restatement replaced no row")
        self.step("settlement", self.sides, ("settle", "--year", last.year))
        self.hear("shops explained record by record", told.explained_otherwise, self.sides)
        refused = self.from_nothing("refused", told.READ_WRONGLY)
        self.hear("findings of a night that reads times wrongly", told.refused_otherwise, refused)
        if not self.given.sail:
            self.tell_of_times_far_off()

    def tell_of_times_far_off(self) -> None:
        """Last, since it spoils the extracts. Not on Sail, which makes no day of such a time without a zone and names no file."""
        for line in rewrites.far_off(self.extracts, self.given.last):
            print(f"  {line}")
        for timestamps in ("local", "utc"):
            refused = self.from_nothing(f"far-off-{timestamps}", (f"timestamps={timestamps}", "window_days=2"))
            self.hear(f"files with times far off, as {timestamps}", told.far_off_otherwise, refused)

    def month_end(self) -> dt.date | None:
        """The last one that is published and over."""
        month_end = self.given.last.replace(day=1) - DAY
        return month_end if month_end >= self.given.first else None


@contextlib.contextmanager
def engine(given: argparse.Namespace):
    """The address of the other engine, which is started where none is given."""
    if given.address:
        yield given.address
        return
    settings = {}
    if given.stream_seconds:
        settings["spark.connect.execute.reattachable.senderMaxStreamDuration"] = f"{given.stream_seconds}s"
    started = server.sail_server() if given.sail else server.spark_server(settings, MASTER)
    with started as running:
        yield running.url


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("shopscore", type=lambda path: Path(path).resolve())
    parser.add_argument("rules", type=lambda path: Path(path).resolve())
    parser.add_argument("extracts", type=lambda path: Path(path).resolve())
    parser.add_argument("first", type=dt.date.fromisoformat)
    parser.add_argument("last", type=dt.date.fromisoformat)
    parser.add_argument("address", nargs="?")
    parser.add_argument("--sail", action="store_true")
    parser.add_argument("--stream-seconds", type=int)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_args()
    # Of earlier months no scores are published, and the settlement must not wait for them.
    given.history = given.first.replace(day=1)
    return given


def main() -> int:
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="shopscore-engines-") as folder, engine(given) as address:
        story = Story(given, Path(folder).resolve(), address)
        try:
            story.tell()
        except Wrong as wrong:
            print(wrong)
            story.different += 1
    print(f"{story.compared} files compared, {story.different} different")
    return 1 if story.different or not story.compared else 0


if __name__ == "__main__":
    sys.exit(main())
