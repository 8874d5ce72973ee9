"""Spoils a marketplace in thousands of ways, one after another, and runs the program on each mutant.

    python mutants.py SHOPSCORE RULES FIRST_SEED LAST_SEED [--engine] [--sail]

Each mutant meets a first night and a night that comes after others. Each run must end as one of three:

    refused   exit code 3 or 4 (that of the reference, where it can read the mutant), the spoilt table-day named in the
              message, what was published unchanged, byte by byte
    clean     the figures of the marketplace that was not spoilt
    by rules  the figures that reference.py makes of the mutant

A panic, a hang, a killed run, unescaped text in a message or a file in an odd place is a failure; so are two nights whose
bytes differ. Every third mutant is put back, and the next run must publish the clean bytes. Prints what failed, and how
often each mutation ended in which way. With --engine the program is one that has another engine read the extracts
(cluster/through.py): what cannot be so there (cluster/unlike.py) is left out, and with --sail what that one cannot read. Exit
code 1 on any failure.
"""

import collections
import hashlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import unicodedata

from cluster import unlike
from compare import compare_night
from mutant_marketplace import AS_OF, DAY, WINDOW_DAYS, Marketplace
from mutations_of_files import DAMAGED, OF_FILES, REFUSED, RULES
from mutations_of_rows import OF_ROWS
from reference import Extracts, Night, Refused, Rules, parse_settings

TIMEOUT_SECONDS = 20
# An engine that others use, too.
TIMEOUT_OF_ENGINE_SECONDS = 180
MEMORY_BYTES = 4 << 30
SHOWN = 8  # lines of a failure
EXIT_CODE = {"input": 3, "missing": 4}
COMMON = [f"window_days={WINDOW_DAYS}", "max_snapshot_age_days=2", "min_rows_median=20", "threads=2"]
LIMITS = [
    ["max_quarantined_rows=15"],
    ["max_quarantined_percent=100", "max_unscored_percent=100", "min_rows_percent=0"],
    ["max_quarantined_percent=100", "max_unscored_percent=100", "min_rows_percent=0", "rank_within=assessment_category"],
]  # fmt: skip
# Mutations of a table's folder, which every night sees.
OF_TABLES = ("odd_partition_name", "log_of_a_table_format")
EARLIER = {"first": [], "later": [AS_OF - DAY], "again": [AS_OF - DAY, AS_OF]}


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


class Run:
    """One night of the program: exit code, what it said, and whether it took too long."""

    def __init__(self, program, market, folder, day, settings, timeout_seconds=TIMEOUT_SECONDS):
        command = [program, "nightly", "--date", str(day), "--extracts", market.extracts, "--rules", market.rules]
        command += ["--state", os.path.join(folder, "state"), "--out", os.path.join(folder, "out")]
        for setting in settings:
            command += ["--set", setting]
        try:
            options = {"timeout": timeout_seconds, "check": False, "cwd": folder, "preexec_fn": limit_memory}
            done = subprocess.run(command, capture_output=True, **options)
            self.code, said = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            self.code, said = "hangs", b""
        self.said = said.decode(errors="replace")
        self.errors = [line for line in self.said.splitlines() if line.startswith("error: ")]

    def is_plain(self):
        """Whether a terminal shows what was said as it is."""
        plain = all(unicodedata.category(each) not in ("Cc", "Cf", "Cs") for each in self.said if each != "\n")
        return plain and "\ufffd" not in self.said

    def names(self, spoilt):
        """Whether the message names one of the spoilt table-days, or the night that has too few scores."""
        places = [f"{table}/dt={day}" for table, day in spoilt] + [f"{table} dt={day}" for table, day in spoilt]
        places += [f"{table} of {day}" for table, day in spoilt] + [f"{table}/" for table, _ in spoilt]
        places += [f"{table}: found" for table, _ in spoilt]
        told = ["shops without a score", "no present shop", "rows of the shop snapshot", *places]
        return any(place in line for place in told for line in self.errors)


def tree(folder):
    """What lies under a folder: links that lead somewhere, modes and hashes by path; without locks, the rows that stopped runs, and their records."""
    found = {}
    for at, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(at, name)
            relative = os.path.relpath(path, folder)
            if os.path.islink(path) and os.path.exists(path):
                found[relative] = os.readlink(path)
            elif os.path.isfile(path) and not relative.startswith(("locks/", "refused/", "runs/")):
                with open(path, "rb") as file:
                    found[relative] = hashlib.sha256(file.read()).hexdigest(), os.stat(path).st_mode
    return found


def night_bytes(folder):
    """The published files of the night, by path."""
    shown = tree(os.path.realpath(os.path.join(folder, "out", "current")))
    return {path: what for path, what in shown.items() if f"dt={AS_OF}" in path}


class Mutants:
    def __init__(self, program, rules, folder, flags):
        self.program, self.folder = program, folder
        self.has_engine, self.has_sail = "--engine" in flags, "--sail" in flags
        self.market = Marketplace(folder, program, rules, seed=3)
        self.rules = Rules(rules)
        self.clean_rows = {}
        self.clean, self.clean_bytes = {}, {}
        for place, limits in enumerate(LIMITS):
            settings = [*COMMON, *limits]
            self.clean[place], _ = self.reference(settings, spoilt=[])
            for name, earlier in {**EARLIER, "clean": [AS_OF]}.items():
                for day in earlier:
                    run = self.run(self.base(place, name), day, settings)
                    assert run.code == 0, run.said
                self.base(place, name)
            self.clean_bytes[place] = night_bytes(self.base(place, "clean"))

    def run(self, work, day, settings):
        """A night whose state and output lie in a folder."""
        timeout_seconds = TIMEOUT_OF_ENGINE_SECONDS if self.has_engine else TIMEOUT_SECONDS
        return Run(self.program, self.market, work, day, settings, timeout_seconds)

    def base(self, place, name):
        folder = os.path.join(self.folder, f"{name}-{place}")
        os.makedirs(folder, exist_ok=True)
        return folder

    def reference(self, settings, spoilt):
        """(the night, None) or (None, why there is none): `unreadable`, or the kind of a refusal."""
        settings = parse_settings([each for each in settings if not each.startswith("threads")])
        try:
            extracts = Extracts(self.market.extracts, settings["time_zone"])
            extracts.read = {of: rows for of, rows in self.clean_rows.items() if of not in spoilt}
            night = Night(extracts, self.rules, AS_OF, settings)
        except Refused as refused:
            return None, refused.kind
        except Exception:  # noqa: BLE001  whatever pyarrow says of a file that it cannot read
            return None, "unreadable"
        if not spoilt:
            self.clean_rows.update(extracts.read)
        return night, None

    def one(self, seed):
        """(what was done, how it ended, lines that tell of failures)."""
        chance = random.Random(seed)
        place, later = chance.randrange(len(LIMITS)), chance.choice(["later", "again"])
        settings = [*COMMON, *LIMITS[place]]
        names, expected = self.spoil(chance)
        spoilt = list(self.market.spoilt)
        if self.has_engine and unlike.is_left_out(names, self.market, self.has_sail):
            self.market.put_back()
            return names, "left out", []
        night, why = (None, REFUSED) if expected == REFUSED else self.reference(settings, spoilt)
        about = f"seed {seed}: {', '.join(names)} on {', '.join(f'{t}/dt={d}' for t, d in spoilt)}, {later}, {place}"
        endings, lines, published = set(), [], []
        for name in ("first", later):
            work = os.path.join(self.folder, "work-" + name)
            shutil.copytree(self.base(place, name), work, symlinks=True)
            before = tree(os.path.join(work, "out"))
            run = self.run(work, AS_OF, settings)
            ending, failures = self.judge(run, expected, night, why, spoilt, work, before, place)
            endings.add(ending)
            lines += [f"{name}: {line}" for line in failures]
            published += [night_bytes(work)] if run.code == 0 else []
        if len(endings) > 1 or any(each != published[0] for each in published):
            lines.append(f"the two nights differ: {endings}")
        self.market.put_back()
        for name in ("first", later):
            work = os.path.join(self.folder, "work-" + name)
            if seed % 3 == 0:
                run = self.run(work, AS_OF, settings)
                if run.code != 0 or night_bytes(work) != self.clean_bytes[place]:
                    lines.append(f"{name}: put back, other bytes than clean: {run.code} {run.said[-600:]}")
            shutil.rmtree(work)
        return names, "failure" if lines else endings.pop(), [about, *(line[:700] for line in lines[:SHOWN])] if lines else []

    def spoil(self, chance):
        """One mutation, or two of two partitions: their names, and what may come of them."""
        names, allowed = [], []
        for _ in range(chance.choice([1, 1, 1, 1, 1, 2])):
            partition = self.market.choose(chance)
            if partition in self.market.spoilt:
                break
            mutation = chance.choice(OF_FILES if chance.random() < 0.45 else OF_ROWS)
            may_come = mutation(chance, self.market.open(*partition))
            is_seen = self.market.is_read(*partition) or mutation.__name__ in OF_TABLES
            allowed.append(may_come if is_seen else RULES)
            names.append(mutation.__name__)
        return names, next(each for each in (REFUSED, DAMAGED, RULES) if each in allowed)

    def judge(self, run, expected, night, why, spoilt, work, before, place):
        """(how a run ended, lines that tell of failures)."""
        failures = [] if run.is_plain() else ["unescaped text in a message"]
        if sorted(os.listdir(work)) not in (["out"], ["out", "state"]):
            failures.append(f"files in odd places: {os.listdir(work)}")
        if run.code == 0:
            if expected == DAMAGED and night_bytes(work) == self.clean_bytes[place]:
                return "clean", failures  # what is damaged is nothing that the program reads
            if night is None:
                return "accepted", [*failures, f"accepted, though the reference says {why}"]
            comparison = compare_night(night, os.path.join(work, "out"))
            failures += comparison.lines
            clean = self.clean[place]
            is_clean = night.tables == clean.tables and night.quarantine == clean.quarantine
            return "clean" if is_clean else "by rules", failures
        if run.code not in (3, 4):
            failures.append(f"exit code {run.code}")
        elif expected == RULES and run.code != {**EXIT_CODE, "unreadable": 3}.get(why) and len(spoilt) == 1:
            failures.append(f"exit code {run.code}, though the reference says {why or 'a night'}")
        elif expected == RULES and why is None:
            failures.append("refused, though the reference makes a night of it")
        if not run.names(spoilt):
            failures.append("the spoilt table-day is not named")
        if tree(os.path.join(work, "out")) != before:
            failures.append("what was published has changed")
        return "refused", failures + ([run.said[-1500:]] if failures else [])


def main():
    program, rules = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    first, last = int(sys.argv[3]), int(sys.argv[4])
    outcomes, mutations = collections.Counter(), collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as folder:
        mutants = Mutants(program, rules, folder, sys.argv[5:])
        for seed in range(first, last + 1):
            names, outcome, lines = mutants.one(seed)
            outcomes[outcome] += 1
            for name in names:
                mutations[name][outcome] += 1
            if lines:
                print(*lines, sep="\n  ", flush=True)
    for name, counts in sorted(mutations.items()):
        print(f"{name:<28} {dict(sorted(counts.items()))}")
    print(f"{last - first + 1} mutants: {dict(sorted(outcomes.items()))}")
    sys.exit(1 if outcomes["failure"] else 0)


if __name__ == "__main__":
    main()
