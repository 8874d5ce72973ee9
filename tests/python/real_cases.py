"""Situations from public bug reports of people who run such jobs, each built from the sample and run.

    python real_cases.py SHOPSCORE SAMPLE RULES [NAME ...]

A case with exit code 0 must publish the figures of the clean night; any other ends with its code, says what is wrong, and
publishes nothing; where settings would read it, they are tried after that and the night must be the clean one. Writes
tests/cases.tsv anew when no name is given: the list, with sources and outcomes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from cases import columns, layouts, machines  # noqa: F401  they declare the cases
from cases.market import AS_OF, Market
from cases.registry import CASES, NIGHT

PUBLISHED = ["scores", "indicators", "improvements", "categories", "outlook", "quality"]
LIST = Path(__file__).parent.parent / "cases.tsv"
HEADER = "case\tsource\texit\twhat its run says\twith these settings\toutcome\n"


def night(program, folder, script=None):
    """Runs a script, or a night, in a case's folder: its exit code, and all that it said."""
    shell = f"#!/bin/bash\n{script or NIGHT}\n"
    (folder / "run.sh").write_text(shell)
    environment = {**os.environ, "SHOPSCORE": str(program)}
    done = subprocess.run(["bash", "run.sh"], cwd=folder, capture_output=True, check=False, timeout=300, env=environment)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def figures(folder):
    """The published rows of the night, by table; none where nothing is published."""
    rows = {}
    for table in PUBLISHED:
        files = sorted((folder / "out/current" / table / f"dt={AS_OF}").glob("*.parquet"))
        read = [pq.ParquetFile(file).read().replace_schema_metadata() for file in files]
        rows[table] = pa.concat_tables(read) if read else None
    return rows


def differences(found, wanted):
    if found["scores"] is None:
        return ["nothing is published"]
    return [f"{table} is other" for table in PUBLISHED if not (found[table] is not None and found[table].equals(wanted[table]))]


class Cases:
    def __init__(self, program, sample, rules, work):
        self.program, self.sample, self.rules, self.work = Path(program).resolve(), sample, rules, Path(work)
        self.clean = {}

    def clean_night(self, first):
        """The figures of a sound market; earlier extracts change none of the window."""
        if not self.clean:
            folder = self.work / "clean"
            Market(folder, self.sample, self.rules, first)
            code, said = night(self.program, folder)
            assert code == 0, said
            self.clean = figures(folder)
        return self.clean

    def run(self, of):
        """What is wrong with the outcome of a case."""
        folder = self.work / of.name
        script = of.build(Market(folder, self.sample, self.rules, of.first))
        source = Path(__file__).parent / "cases/quirks.c"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", folder / "quirks.so", source, "-ldl"], check=True)
        code, said = night(self.program, folder, script)
        wrong = [f"exit code {code}"] if code != of.code else []
        wrong += [f"does not say {words!r}" for words in of.says if words not in said]
        if of.code == 0:
            wrong += differences(figures(folder), self.clean_night(of.first))
        elif of.settings:
            (folder / "jobs").mkdir()
            (folder / "jobs/nightly.toml").write_text(of.settings + "\n")
            code, with_settings = night(self.program, folder, script)
            wrong += [f"with its settings: exit code {code}"] if code != 0 else []
            wrong += [f"with its settings: {line}" for line in differences(figures(folder), self.clean_night(of.first))]
            said += with_settings if wrong else ""
        shutil.rmtree(folder)
        return [*wrong, *said.splitlines()[-12:]] if wrong else []


def main():
    program, sample, rules, *names = sys.argv[1:]
    failed, lines, not_run = 0, [HEADER], 0
    with tempfile.TemporaryDirectory(prefix="cases-") as work:
        os.chmod(work, 0o755)
        cases = Cases(program, sample, rules, work)
        for of in CASES:
            if names and of.name not in names:
                continue
            if of.needs_root and os.geteuid() != 0:
                print(f"{of.name}: needs root, not run")
                not_run += 1
                continue
            wrong = cases.run(of)
            failed += bool(wrong)
            if wrong:
                print(f"{of.name}: " + "\n    ".join(line[:300] for line in wrong))
            outcome = "the clean night" if of.code == 0 else "refused" + (", the clean night with the settings" if of.settings else "")
            cells = [of.name, of.source, str(of.code), "; ".join(of.says), of.settings.replace("\n", " "), outcome]
            lines.append("\t".join(cells) + "\n")
    if not names and not not_run and not failed:
        LIST.write_text("".join(lines))
    print(f"{len(lines) - 1} cases, {failed} of them end otherwise, {not_run} not run")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
