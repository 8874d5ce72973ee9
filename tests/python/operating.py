"""From the installation to an upgrade, step by step: writes docs/OPERATING_TRANSCRIPT.md, or compares it.

    python operating.py REPOSITORY SHOPSCORE TRANSCRIPT [renew]

Each command runs as it stands, but that /usr, /etc, /srv and /var are folders of a scratch folder. What the file says is what the
commands say, on stdout and stderr; exit code 1 where they say something else, 0 where it was renewed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections import namedtuple

from documents import compare_or_renew

# `delivered`: what the producer delivers before the commands run, (what, table or "*", day or "*").
Step = namedtuple("Step", "title says commands delivered", defaults=((),))

MARKETPLACE = "--shops 120 --rows-per-day 6000 --seed 3 --from 2022-02-06 --to 2022-03-15"
RELEASE_BEFORE = "0.2.0"
FIXTURE = "--shops 12 --rows-per-day 60 --seed 7 --dirty --from 2022-02-23 --to 2022-03-02"
# Where the example keeps what it delivers from.
DEPOT = "/srv/depot"
UPGRADED = "--config /srv/upgraded/settings.toml"

STEPS = [
    Step("Install", "Program, manual pages, completions and jobs, below a prefix.", [
        "make install PREFIX=/usr/local",
        "shopscore --version",
        "ls /usr/local/share/shopscore/jobs",
    ]),
    Step("Configure", "Settings and rules are copied, and the folders named. The marketplace is a small one, so that a few rows "
         "are many: `max_quarantined_rows`.", [
        "mkdir -p /etc/shopscore /var/lib/shopscore",
        "cp -r /usr/local/share/shopscore/jobs/nightly.toml /usr/local/share/shopscore/jobs/rules /etc/shopscore/",
        "sed -i -e '/^root = /d' -e 's|^rules = [^ ]*|rules = \"rules\"|' -e 's|^extracts = [^ ]*|extracts = \"/srv/extracts\"|' "
        "/etc/shopscore/nightly.toml",
        "sed -i -E 's#^(state|out) = [^ ]*#\\1 = \"/var/lib/shopscore/\\1\"#' /etc/shopscore/nightly.toml",
        "sed -i 's/^max_quarantined_rows = 20/max_quarantined_rows = 2/' /etc/shopscore/nightly.toml",
        "sed -i -e 's|^# metrics_file = .*|metrics_file = \"/var/lib/shopscore/shopscore.prom\"|' "
        "-e 's|^# on_failure = .*|on_failure = \"cat >/var/lib/shopscore/alert.json\"|' /etc/shopscore/nightly.toml",
        "export SHOPSCORE_CONFIG=/etc/shopscore/nightly.toml",
        "shopscore config show out --format csv",
    ]),
    Step("Check and plan", "Nothing is written yet.", [
        "shopscore check --date 2022-03-13",
        "shopscore plan --date 2022-03-13",
    ]),
    Step("The first night", "It computes its whole window.", [
        "shopscore nightly --date 2022-03-13",
        "shopscore generations --format csv | cut -d, -f1-5",
    ]),
    Step("A refused extract, and its alert", "The disputes of 2022-03-14 come with broken rows. The exit code, stderr, the metrics "
         "and the command of `on_failure` are the alert; `OUT/refused` has the rows for their owner; readers keep the night before.", [
        "shopscore nightly --date 2022-03-14",
        "grep -E '^shopscore_last_run_exit_(code|class.*rejected)' /var/lib/shopscore/shopscore.prom",
        "grep -o '\"exit_class\":\"[a-z]*\"' /var/lib/shopscore/alert.json | head -1",
        "shopscore history --failed --format csv | cut -d, -f3,5,6",
        "find /var/lib/shopscore/out/refused -type f",
        "readlink /var/lib/shopscore/out/current",
        "shopscore summary --date 2022-03-14",
    ], delivered=[("sound", "*", "2022-03-14"), ("broken", "disputes", "2022-03-14")]),
    Step("The mended rerun", "The disputes are delivered again, and the same command runs again.", [
        "shopscore nightly --date 2022-03-14",
        "ls /var/lib/shopscore/out",
    ], delivered=[("sound", "disputes", "2022-03-14")]),
    Step("A late rewrite", "The reviews of 2022-03-12 are delivered anew. The next night is right by itself, and names the nights that "
         "are not any more.", [
        "shopscore nightly --date 2022-03-15",
    ], delivered=[("sound", "*", "2022-03-15"), ("broken", "reviews", "2022-03-12")]),
    Step("A backfill", "The stale nights are published again.", [
        "shopscore plan --stale",
        "shopscore backfill --stale",
        "shopscore backfill --stale",
    ]),
    Step("A rollback", "Readers see the state before the backfill again.", [
        "shopscore rollback --to 000003",
        "shopscore generations --format csv | cut -d, -f1-5",
    ]),
    Step("It holds, and is released", "No run publishes again what the rollback took from readers, until that is released.", [
        "shopscore backfill --stale",
        "shopscore rollback --release all",
        "shopscore backfill --stale",
        "shopscore generations --format csv | cut -d, -f1-5",
    ]),
    Step(f"An upgrade from {RELEASE_BEFORE}", f"What {RELEASE_BEFORE} left in `OUT` and `STATE`, where days older than two are gone from "
         "the extracts. `check` says what the release cannot serve, before anything is touched.", [
        f"shopscore check {UPGRADED} --date 2022-03-02",
    ], delivered=[("upgraded", "*", "*")]),
    Step("The days are delivered again", "Then the next night runs as ever, and what is stale by the release is published again.", [
        f"shopscore plan {UPGRADED} --date 2022-03-02",
        f"shopscore nightly {UPGRADED} --date 2022-03-02 | grep -v '^computed again'",
        f"shopscore backfill {UPGRADED} --stale | grep -v '^computed again'",
        f"shopscore verify {UPGRADED}",
    ], delivered=[("archived", "*", "*")]),
    Step("Uninstall", "What was installed goes, and nothing else.", [
        "make uninstall PREFIX=/usr/local",
        "find /usr/local -type f",
        "ls /etc/shopscore /var/lib/shopscore",
    ]),
]

HEAD = """# The first days, as they go

Every step from the installation to an upgrade on a made-up marketplace, with what the commands say; [OPERATING.md](OPERATING.md)
explains them. `make operating` checks that they still say this, and `make operating RENEW=1` writes it anew. Instants, seconds, free space and
the hashes in names of generations are replaced by `…`. The line that says which file of settings a run goes by is left out.
"""

# What differs from run to run or from machine to machine.
UNSTABLE = [
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z"), "…"),
    (re.compile(r"\b(\d{6}-[a-z0-9-]+)-[0-9a-f]{12}\b"), r"\1-…"),
    (re.compile(r"\d+ MiB free"), "… MiB free"),
    (re.compile(r", \d+\.\d\d s$", re.MULTILINE), ", … s"),
]
LEFT_OUT = re.compile(r"INFO settings: ")
# An absolute path that is in the scratch folder.
OF_SCRATCH = re.compile(r"(?<![\w./])(?=/(usr|etc|srv|var)/)")


class Transcript:
    """A scratch folder in place of the root, and what was said there."""

    def __init__(self, repository, program, root):
        self.repository, self.program, self.root = repository, program, root
        kept = {name: value for name, value in os.environ.items() if not re.match("SHOPSCORE_|MAKE|MFLAGS", name)}
        self.environment = kept | {"PATH": f"{root}/usr/local/bin:{kept['PATH']}", "LC_ALL": "C.UTF-8"}

    def path(self, path):
        """Where an absolute path is in the scratch folder."""
        return self.root + path

    def made(self, arguments, out):
        """A made-up marketplace."""
        rules = os.path.join(self.repository, "jobs", "rules")
        command = [self.program, "sample", *arguments.split(), "--rules", rules, "--out", self.path(out)]
        subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, check=True)

    def prepare(self):
        """What a producer has, or will have: extracts up to the first night, and what comes later."""
        self.made(MARKETPLACE, f"{DEPOT}/sound")
        self.made(f"{MARKETPLACE} --dirty", f"{DEPOT}/broken")
        shutil.copytree(self.path(f"{DEPOT}/sound"), self.path("/srv/extracts"))
        for day in ["2022-03-14", "2022-03-15"]:
            for table in os.listdir(self.path("/srv/extracts")):
                shutil.rmtree(self.path(f"/srv/extracts/{table}/dt={day}"), ignore_errors=True)
        self.made(FIXTURE, f"{DEPOT}/archived")

    def deliver(self, what, table, day):
        """Puts a table-day among the extracts, or all of them."""
        if what == "upgraded":
            fixture = os.path.join(self.repository, "tests", "fixtures", RELEASE_BEFORE)
            shutil.copytree(fixture, self.path("/srv/upgraded"), symlinks=True)
            return
        extracts = self.path("/srv/upgraded/extracts" if what == "archived" else "/srv/extracts")
        depot = self.path(f"{DEPOT}/{what}")
        for of in os.listdir(depot) if table == "*" else [table]:
            for partition in os.listdir(f"{depot}/{of}") if day == "*" else [f"dt={day}"]:
                if os.path.isdir(f"{depot}/{of}/{partition}"):
                    shutil.copytree(f"{depot}/{of}/{partition}", f"{extracts}/{of}/{partition}", dirs_exist_ok=True)

    def said(self, command):
        """A command and what it says."""
        if command.startswith("export "):
            name, value = command.removeprefix("export ").split("=")
            self.environment[name] = OF_SCRATCH.sub(self.root, value)
            return f"$ {command}\n"
        typed, folder = OF_SCRATCH.sub(self.root, command), self.root
        if command.startswith("make "):
            # The program is built already.
            typed, folder = f"{typed} --old-file=build SHOPSCORE={self.program}", self.repository
        done = subprocess.run(["bash", "-c", typed], cwd=folder, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        lines = [line for line in done.stdout.replace(self.root, "").splitlines() if not LEFT_OUT.search(line)]
        text = "".join(f"{line}\n" for line in lines)
        for pattern, replacement in UNSTABLE:
            text = pattern.sub(replacement, text)
        ended = f"[exit code {done.returncode}]\n" if done.returncode else ""
        return f"$ {command}\n{text}{ended}"

    def step(self, step):
        """A step, as the document has it."""
        for what in step.delivered:
            self.deliver(*what)
        said = "\n".join(self.said(command) for command in step.commands)
        return f"## {step.title}\n\n{textwrap.fill(step.says, 130)}\n\n```text\n{said}```\n"


def main():
    """Writes or compares."""
    repository, program = (os.path.abspath(given) for given in sys.argv[1:3])
    document, renew = sys.argv[3], sys.argv[4:] == ["renew"]
    with tempfile.TemporaryDirectory() as root:
        transcript = Transcript(repository, program, os.path.realpath(root))
        transcript.prepare()
        wanted = "\n".join([HEAD, *(transcript.step(step) for step in STEPS)])
    compare_or_renew(document, wanted, sum(len(step.commands) for step in STEPS), renew)


if __name__ == "__main__":
    main()
