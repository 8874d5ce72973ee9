"""Runs the job over random extracts and compares every night with the reference.

    python compare_seeds.py SHOPSCORE FIRST_SEED LAST_SEED [--engine] [--sail]

Every other seed has nights before it, so that what the job keeps between nights is put to the test too; for every
fourth seed some extracts and a rule table change in between. Prints what differs for each seed, and a summary. A
night that the contract stops must be refused by both, and for the same kind of reason (exit codes 2 rules, 3 input,
4 missing). With --engine the job is one that has another engine read the extracts (cluster/through.py), to which nanoseconds
are not delivered, since it has none; with --sail, too, no unsigned integers and no texts in dictionaries, which that one does
not read. Exit code 1 on any difference.
"""

import collections
import datetime as dt
import glob
import os
import random
import subprocess
import sys
import tempfile

from compare import compare_night
from random_extracts import generate
from reference import Extracts, Night, Refused, Rules, parse_settings

EXIT_CODE = {"rules": 2, "input": 3, "missing": 4}


def run_job(job, folder, day, settings):
    """(exit code, stderr) of one night."""
    command = [job, "nightly", "--date", str(day)]
    for name in ("extracts", "rules", "state", "out"):
        command += [f"--{name}", os.path.join(folder, name)]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stderr.strip()


def night_before(job, folder, day, settings, seed):
    """Every other seed: nights before, some with other settings or rules, then extracts that changed since."""
    if seed % 2:
        return
    chance = random.Random(seed)
    other = [s for s in settings if chance.random() < 0.8 or s.startswith("time_zone")]
    for back in (2, 1, 0):
        run_job(job, folder, day - dt.timedelta(days=back), other)
    if seed % 4 == 0:
        for table in ("reviews", "pickups", "appeals", "shops"):
            files = sorted(glob.glob(os.path.join(folder, "extracts", table, "dt=*", "part-*.parquet")))
            one, two = (chance.choice(files), chance.choice(files)) if files else (None, None)
            if one != two:
                os.rename(one, one + ".old")
                os.rename(two, one)
                os.rename(one + ".old", two)
        with open(os.path.join(folder, "rules", "custom_made.csv"), "r+", encoding="utf-8") as file:
            has_source = "source" in file.readline()
            file.seek(0, os.SEEK_END)
            file.write("2009-01-01,,手办" + ("," if has_source else "") + "\n")


def one_seed(job, seed, flags):
    """(what happened, values compared, lines that tell of differences)."""
    with tempfile.TemporaryDirectory() as folder:
        day, pairs = generate(folder, seed, nanoseconds="--engine" not in flags, beyond_spark="--sail" not in flags)
        settings = parse_settings(pairs)
        night_before(job, folder, day, pairs, seed)
        code, errors = run_job(job, folder, day, pairs)
        rules = os.path.join(folder, "rules")
        try:
            extracts = Extracts(os.path.join(folder, "extracts"), settings["time_zone"])
            night = Night(extracts, Rules(rules), day, settings)
        except Refused as refused:
            if code == EXIT_CODE[refused.kind]:
                return f"refused by both: {refused.kind}", 0, []
            told = f"reference refuses: {refused}; job exits {code}: {errors}"
            return "different", 0, [f"{day} {' '.join(pairs)}", told]
        if code != 0:
            return "different", 0, [f"{day} {' '.join(pairs)}", f"job exits {code}: {errors}; reference scores the day"]
        comparison = compare_night(night, os.path.join(folder, "out"))
        lines = [*comparison.lines, f"{comparison.compared} compared, {comparison.different} different"]
        if comparison.different:
            return "different", comparison.compared, [f"{day} {' '.join(pairs)}", *lines]
        return "same", comparison.compared, []


def main():
    job, first, last = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    outcomes, values = collections.Counter(), 0
    for seed in range(first, last + 1):
        outcome, compared, lines = one_seed(job, seed, sys.argv[4:])
        outcomes[outcome] += 1
        values += compared
        if lines:
            print(f"seed {seed}:", *lines, sep="\n  ", flush=True)
    print(f"{values} values compared; seeds: {dict(outcomes)}")
    sys.exit(1 if outcomes["different"] else 0)


if __name__ == "__main__":
    main()
