"""Runs the program's month ends, restatements and settlements over random marketplaces and compares with the reference.

    python compare_history_seeds.py SHOPSCORE RULES FIRST_SEED LAST_SEED [FOLDER]

RULES is the folder of rule tables (its thresholds.csv is made anew for each marketplace). After each action all four
tables are compared, after nights their outlooks too; what differs is printed with the actions that led there. Both must
refuse the same actions. What the contract leaves open, a settlement of a year of which some month end or day before a
termination was never published, may be refused by the program alone, and is counted. With FOLDER the marketplaces are
kept there. Exit code 1 on any difference.
"""

import collections
import os
import shutil
import subprocess
import sys
import tempfile

from compare import COLUMNS, compare_table, published_rows
from compare_history import compare_tables
from random_marketplaces import DAY, Marketplace, setting_pairs
from reference import Refused, parse_settings
from reference_assessments import ANNUAL_SETTLEMENTS, MONTH_END_SCORES, History
from reference_settlements import basis_of, has_a_row, left_in_year, snapshot_of


def command_of(action):
    """The program's command for one action."""
    kind, *about = action
    if kind == "night":
        return ["nightly", "--date", str(about[0])]
    if kind == "nights":
        return ["backfill", "--from", str(about[0]), "--to", str(about[1])]
    if kind == "restate":
        month_end, because, knowledge_day = about
        named = ["--month-end", str(month_end), "--because", because, "--knowledge-day", str(knowledge_day)]
        return ["restate", *named]
    return ["settle", "--year", str(about[0]), "--as-of", str(about[1])]


def run_program(program, folder, action, pairs):
    """(exit code, stderr) of one action."""
    command = [program, *command_of(action)]
    for name in ("extracts", "rules", "state", "out"):
        command += [f"--{name}", os.path.join(folder, name)]
    for pair in pairs:
        command += ["--set", pair]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stderr.strip()


def lacks_scores(done, year, as_of):
    """Whether a settlement would need a score that was never published."""
    for month in range(1, 13):
        first = as_of.replace(year=year, month=month, day=1)
        month_end = (first + 31 * DAY).replace(day=1) - DAY
        if month_end <= as_of and month_end not in done.tables[MONTH_END_SCORES]:
            return True
    for shop in snapshot_of(done.extracts, as_of, done.settings):
        left = left_in_year(shop, year, as_of)
        if left and has_a_row(shop, year, as_of) and basis_of(shop, left) == "day_before_termination":
            known = done.tables[MONTH_END_SCORES] if left.day == 1 else done.daily_scores
            if left - DAY not in known:
                return True
    return False


def told(action):
    kind, *about = action
    return f"{kind} {'rewrites a partition' if kind == 'do' else ' '.join(str(each) for each in about)}"


def compare_outlooks(comparison, outlooks, out):
    """The outlooks of nights that were carried out just now: {day: rows}."""
    for day, wanted in outlooks.items():
        folder = os.path.join(out, "current", "outlook", f"dt={day}")
        compare_table(comparison, "outlook", published_rows(comparison, "outlook", folder, COLUMNS["outlook"]), wanted)


def one_action(done, program, folder, action, pairs):
    """(outcome, values compared, lines that tell of differences)."""
    settled = dict(done.tables[ANNUAL_SETTLEMENTS])
    refused, done.outlooks = None, {}
    try:
        done.act(action)
    except Refused as error:
        refused = error
    if action[0] == "do":
        return "rewritten", 0, []
    code, errors = run_program(program, folder, action, pairs)
    if (code != 0) != (refused is not None):
        if code != 0 and action[0] == "settle" and lacks_scores(done, *action[1:]):
            done.tables[ANNUAL_SETTLEMENTS] = settled
            return "settlement refused by the program alone, scores never published", 0, []
        return "different", 0, [f"program exits {code}: {errors[-1500:]}; reference: {refused or 'carried out'}"]
    if refused:
        return "refused by both", 0, []
    out = os.path.join(folder, "out")
    comparison = compare_tables(done.tables, out)
    compare_outlooks(comparison, done.outlooks, out)
    return "different" if comparison.different else action[0], comparison.compared, comparison.lines


def one_marketplace(program, rules, folder, seed):
    """(outcomes, values compared, lines that tell of differences); stops at the first action that differs."""
    market = Marketplace(folder, seed, rules)
    pairs = setting_pairs(market.settings)
    done = History(market.extracts, market.rules, parse_settings(pairs), every_night=True)
    outcomes, values, so_far = collections.Counter(), 0, []
    for action in market.actions:
        so_far.append(told(action))
        outcome, compared, lines = one_action(done, program, folder, action, pairs)
        outcomes[outcome] += 1
        values += compared
        if lines:
            return outcomes, values, [f"settings {' '.join(pairs)}", "after " + "; ".join(so_far), *lines]
    return outcomes, values, []


def main():
    program, rules = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    first, last = int(sys.argv[3]), int(sys.argv[4])
    kept = sys.argv[5] if len(sys.argv) > 5 else None
    outcomes, values = collections.Counter(), 0
    for seed in range(first, last + 1):
        folder = os.path.abspath(os.path.join(kept, f"seed-{seed}")) if kept else tempfile.mkdtemp()
        found, compared, lines = one_marketplace(program, rules, folder, seed)
        outcomes += found
        values += compared
        if lines:
            print(f"seed {seed}:", *lines, sep="\n  ", flush=True)
        if not kept:
            shutil.rmtree(folder)
    print(f"{values} values compared; actions: {dict(outcomes)}")
    sys.exit(1 if outcomes["different"] else 0)


if __name__ == "__main__":
    main()
