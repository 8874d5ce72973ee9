"""Runs a small marketplace through hundreds of nights in random order, and compares the end with a clean run.

    python soak.py SHOPSCORE RULES NIGHTS SEED

In between: ranges, stale nights and settlements, restatements, partitions that are rewritten, delivered late or get new
appeals, runs that are killed or interrupted at random moments and started again, a state folder that is damaged, lost or put
back from an old copy, generations rolled back and forward, what they hold released, and what is kept no longer removed. After
every run the frozen month ends must be what they were, but for what a restatement or a rollback is for, and no night that was
held is published as it was rolled back; what each run leaves for those who operate the job agrees with it (soak_reports.py).
In the end all is released and brought up to date and every month end is restated: the nights must have the bytes of a clean
run over the extracts as they are then, month ends, assessments and settlements its rows, but for what is no change of a row
(specification, section 8): revisions, and how many shops its category had when it was made. Exit code 1 on any difference.
"""

import collections
import csv
import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pyarrow.parquet as pq
from mutants import tree
from random_marketplaces import DAY, Marketplace, moment, setting_pairs
from reference import TABLES
from reference_assessments import NO_CHANGE, OF_THE_REVISION
from soak_reports import Reports

NIGHTLY_TABLES = ("scores", "indicators", "improvements", "categories", "outlook", "quality")
DONE, MISSING = 0, 4
# The commands that leave a record.
RECORDED = ("nightly", "backfill", "restate", "settle", "rollback", "gc")
TIMEOUT_SECONDS = 300


class Wrong(Exception):
    """Something ended as it must not."""


class Program:
    """The program on one marketplace, with an OUT and a STATE of its own."""

    def __init__(self, program, market, folder):
        os.makedirs(folder)
        self.program, self.market, self.folder = program, market, folder
        self.state, self.out = os.path.join(folder, "state"), os.path.join(folder, "out")
        self.nights = 0
        self.reports = Reports(folder, self.out)

    def start(self, *arguments):
        command = [self.program, *(str(each) for each in arguments)]
        command += ["--extracts", self.market.extracts, "--rules", self.market.rules]
        command += ["--state", self.state, "--out", self.out, "--threads", "2"]
        for pair in setting_pairs(self.market.settings):
            command += ["--set", pair]
        command += self.reports.flags()
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, text=True, **pipes)

    def run(self, *arguments, may_be=(DONE,)):
        process = self.start(*arguments)
        said, errors = process.communicate(timeout=TIMEOUT_SECONDS)
        self.nights += said.count(" shops present, ")
        if process.returncode not in may_be:
            raise Wrong(f"{' '.join(map(str, arguments))} ends with {process.returncode}: {said[-300:]} {errors[-1500:]}")
        if arguments[0] in RECORDED and (wrong := self.reports.after(process.returncode)):
            raise Wrong(f"{' '.join(map(str, arguments))}: {wrong}")
        return said

    def killed(self, seconds, by, *arguments):
        """Whether a run was still going on when it was killed."""
        process = self.start(*arguments)
        self.reports.killed.add(process.pid)
        time.sleep(seconds)
        process.send_signal(by)
        said, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        self.nights += said.count(" shops present, ")
        return process.returncode not in (DONE, MISSING)

    def shown(self):
        """What readers see, by path."""
        return tree(os.path.realpath(os.path.join(self.out, "current")))

    def frozen(self):
        return {path: what for path, what in self.shown().items() if path.startswith("month_end_")}

    def shown_nights(self):
        """The nights that readers see, each with what it was made of."""
        return set(self.read("current/../generation.json", {"nights": {}})["nights"].items())

    def held(self):
        """The nights that rollbacks hold, but for those that readers see."""
        holds = self.read("records/holds.json", [])
        return {(hold["day"], hold["ingredients"]) for hold in holds if "released_at" not in hold} - self.shown_nights()

    def read(self, path, absent):
        path = os.path.join(self.out, path)
        if not os.path.exists(path):
            return absent
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def rows(self, table):
        """All rows of a table by partition, as far as they are about the shop itself."""
        root = os.path.join(self.out, "current", table)
        found = {}
        for partition in sorted(os.listdir(root)):
            rows = pq.read_table(os.path.join(root, partition), partitioning=None).to_pylist()
            found[partition] = [about_the_shop(row) for row in rows]
        return found


def about_the_shop(row):
    row = {column: value for column, value in row.items() if column not in (*OF_THE_REVISION, *NO_CHANGE)}
    if "months" in row:
        row["months"] = [about_the_shop(month) for month in row["months"]]
    return row


class Soak:
    def __init__(self, program, rules, folder, seed):
        self.chance = random.Random(seed)
        self.market = Marketplace(os.path.join(folder, "market"), seed, rules)
        self.job = Program(program, self.market, os.path.join(folder, "soaked"))
        self.clean = Program(program, self.market, os.path.join(folder, "clean"))
        self.late = os.path.join(folder, "late")
        self.old_state = os.path.join(folder, "old-state")
        os.makedirs(self.late)
        self.counts, self.seconds = collections.Counter(), 0.1

    def day(self):
        return self.chance.choice(self.market.days)

    # ------------------------------------------------------------ what happens

    def until(self, nights):
        """Lets things happen until so many nights were scored; a crash report names the last ones."""
        events = {
            self.a_night: 34, self.a_range: 6, self.stale_nights: 4, self.a_restatement: 8, self.a_settlement: 4,
            self.a_rewrite: 14, self.new_appeals: 10, self.a_late_delivery: 4, self.damaged_state: 8, self.a_rollback: 5,
            self.a_release: 3, self.a_removal: 2,
        }  # fmt: skip
        while self.job.nights < nights:
            event = self.chance.choices(list(events), list(events.values()))[0]
            before, held = self.job.frozen(), self.job.held()
            event()
            self.counts[event.__name__] += 1
            if event not in (self.a_rollback, self.a_release) and held & self.job.shown_nights():
                raise Wrong(f"{event.__name__} published what is held: {held & self.job.shown_nights()}")
            if event in (self.a_restatement, self.a_rollback):
                continue
            after = self.job.frozen()
            changed = [path for path, what in before.items() if after.get(path) != what]
            if changed:
                raise Wrong(f"{event.__name__} changed what is frozen: {changed}")

    def run(self, *arguments, may_be=(DONE, MISSING)):
        """A run; one in four is killed first, perhaps more than once."""
        while self.chance.random() < 0.25:
            by = self.chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
            was_running = self.job.killed(self.chance.random() * self.seconds, by, *arguments)
            self.counts["killed" if was_running else "killed too late"] += 1
        started = time.monotonic()
        self.job.run(*arguments, may_be=may_be)
        self.seconds = 0.8 * self.seconds + 0.2 * (time.monotonic() - started)

    def a_night(self):
        self.run("nightly", "--date", self.day(), may_be=(DONE, MISSING) if os.listdir(self.late) else (DONE,))

    def a_range(self):
        first = self.day()
        self.run("backfill", "--from", first, "--to", min(first + DAY * self.chance.randrange(6), self.market.last))

    def stale_nights(self):
        self.run("backfill", "--stale")

    def a_restatement(self):
        month_end = self.chance.choice(self.market.month_ends)
        known = min(month_end + DAY * self.chance.choice([0, 1, 5, 10, 30]), self.market.last)
        because = f"理由 {self.chance.randrange(100)}"
        self.run("restate", "--month-end", month_end, "--because", because, "--knowledge-day", known)

    def a_settlement(self):
        year = self.market.year - self.chance.choice([0, 0, 1])
        as_of = max(self.day(), dt.date(year, 1, 1))
        self.run("settle", "--year", year, "--as-of", as_of)

    def a_rewrite(self):
        """Other rows for a partition; sometimes its files keep size or times."""
        if self.chance.random() < 0.3:
            return self.market.rewrite()
        table = self.chance.choice([table for table in TABLES if table not in ("shops", "appeals")])
        day = self.day()
        path = os.path.join(self.market.extracts, table, f"dt={day}", "part-0.parquet")
        before = os.stat(path) if os.path.exists(path) else None
        self.market.write(table, day, self.market.rows_of(table, day))
        if before and self.chance.random() < 0.5:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def new_appeals(self):
        """Rulings that come in late, of records as they are or were."""
        for _ in range(self.chance.randrange(1, 6)):
            kind, record, record_day, shop = self.chance.choice(self.market.records)
            day = min(record_day + DAY * self.chance.choice([0, 1, 3, 10, 30]), self.market.last)
            path = os.path.join(self.market.extracts, "appeals", f"dt={day}", "part-0.parquet")
            rows = pq.ParquetFile(path).read().to_pylist() if os.path.exists(path) else []
            row = {"appeal_id": 10_000 + len(rows), "shop_id": shop, "record_type": kind, "record_id": record}
            row |= {"record_dt": record_day, "upheld": self.chance.random() < 0.7, "decided_at": moment(day, 86_399)}
            self.market.write("appeals", day, [*rows, row])

    def a_late_delivery(self):
        """A partition that is not there for a while; the next time all come back."""
        if os.listdir(self.late):
            return self.deliver()
        table = self.chance.choice(list(TABLES))
        days = sorted(os.listdir(os.path.join(self.market.extracts, table)))
        partition = self.chance.choice(days)
        os.rename(os.path.join(self.market.extracts, table, partition), os.path.join(self.late, f"{table},{partition}"))

    def deliver(self):
        for name in os.listdir(self.late):
            table, partition = name.split(",")
            there = os.path.join(self.market.extracts, table, partition)
            if os.path.isdir(there):  # delivered anew meanwhile
                shutil.rmtree(os.path.join(self.late, name))
            else:
                os.rename(os.path.join(self.late, name), there)

    def damaged_state(self):
        """Files of the state lost, cut, flipped or in each other's place, all of it lost, or an old copy of it put back."""
        files = [os.path.join(at, name) for at, _, names in os.walk(self.job.state) for name in names]
        kind = self.chance.choice(["lost", "cut", "flipped", "swapped", "nothing left", "copied", "put back"])
        self.counts[f"state {kind}"] += 1
        if kind == "nothing left":
            shutil.rmtree(self.job.state, ignore_errors=True)
        elif kind == "copied":
            shutil.rmtree(self.old_state, ignore_errors=True)
            shutil.copytree(self.job.state, self.old_state) if files else None
        elif kind == "put back" and os.path.isdir(self.old_state):
            shutil.rmtree(self.job.state, ignore_errors=True)
            shutil.copytree(self.old_state, self.job.state)
        elif kind == "swapped" and len(files) > 1:
            one, two = self.chance.sample(files, 2)
            os.rename(one, one + ".x")
            os.rename(two, one)
            os.rename(one + ".x", two)
        else:
            for path in self.chance.sample(files, min(len(files), self.chance.choice([1, 5, 50]))):
                self.damage(path, kind)

    def damage(self, path, kind):
        size = os.path.getsize(path)
        if kind == "lost" or not size:
            os.remove(path)
        elif kind == "cut":
            os.truncate(path, self.chance.randrange(size))
        else:
            with open(path, "r+b") as file:
                file.seek(self.chance.randrange(size))
                file.write(self.chance.randbytes(1))

    def a_rollback(self):
        """To any generation that is kept; back again or on from there, as it comes."""
        listed = csv.DictReader(self.job.run("generations", "--format", "csv").splitlines())
        names = [generation["name"] for generation in listed]
        if names:
            self.run("rollback", "--to", self.chance.choice(names), "--because", "erprobt", may_be=(DONE,))
            self.counts["nights held"] += len(self.job.held())

    def a_release(self):
        """Of one day, or of all."""
        held = sorted(self.job.held())
        if held and self.chance.random() < 0.7:
            self.job.run("rollback", "--release", self.chance.choice(held)[0])
        else:
            self.run("rollback", "--release", "all", may_be=(DONE,))
            if self.job.held():
                raise Wrong(f"a release of all leaves {self.job.held()}")

    def a_removal(self):
        before = self.job.shown()
        self.run("gc", may_be=(DONE,))
        if self.job.shown() != before:
            raise Wrong("a removal changed what readers see")

    # ------------------------------------------------------------ the end

    def end(self):
        """Both brought to the extracts as they are now: lines that tell of differences."""
        self.deliver()
        self.job.run("rollback", "--release", "all")
        days = ["--from", self.market.first, "--to", self.market.last]
        self.job.run("backfill", "--stale")
        for each in (self.job, self.clean):
            each.run("backfill", *days)
            for month_end in self.market.month_ends:
                known = ["--because", "the end", "--knowledge-day", self.market.last]
                each.run("restate", "--month-end", month_end, *known)
            for year in (self.market.year - 1, self.market.year):
                each.run("settle", "--year", year, "--as-of", self.market.last)
        if "every day is published and current" not in self.job.run("backfill", *days):
            raise Wrong("the nights are not current in the end")
        shown, clean = self.job.shown(), self.clean.shown()
        nightly = [path for path in sorted(shown.keys() | clean.keys()) if path.split("/")[0] in NIGHTLY_TABLES]
        lines = [f"other bytes: {path}" for path in nightly if shown.get(path) != clean.get(path)]
        self.counts["files compared byte by byte"] = len(nightly)
        for table in ("month_end_scores", "monthly_assessments", "annual_settlements"):
            rows, wanted = self.job.rows(table), self.clean.rows(table)
            lines += [f"other rows: {table}/{each}" for each in wanted.keys() | rows if rows.get(each) != wanted.get(each)]
            self.counts["rows compared"] += sum(len(each) for each in wanted.values())
        wrong, records = self.job.reports.end()
        self.counts["records compared"] = records
        self.counts["files of killed runs"] = self.job.reports.of_killed
        return lines + wrong


def main():
    program, rules = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    nights, seed = int(sys.argv[3]), int(sys.argv[4])
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(program, rules, folder, seed)
        try:
            soak.until(nights)
            scored = soak.job.nights
            lines = soak.end()
        except Wrong as wrong:
            scored, lines = soak.job.nights, [str(wrong)]
    print(*lines, sep="\n", end="\n" if lines else "")
    print(f"seed {seed}: {scored} nights; {dict(sorted(soak.counts.items()))}")
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
