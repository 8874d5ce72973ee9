"""What the runs of a soak leave for those who operate the job, held against what they did and what is published.

After each run: its record, the metrics and what is told say how it ended, and its record ends with the generation that readers see. In the
end: every file that readers see is one that a record has, with its hash and rows, but for those of runs that were killed once they had
published them; the metrics are those of the last records; every START has its COMPLETE or FAIL, but for runs that were killed.
"""

import glob
import json
import os

import pyarrow.parquet as pq
from prometheus_client.parser import text_string_to_metric_families

SETTINGS = {"metrics_file": "metrics.prom", "openlineage_file": "events.jsonl", "on_success": "cat >told.json", "on_failure": "cat >told.json"}


class Reports:
    """What the runs of a program leave in its folder."""

    def __init__(self, folder, out):
        self.folder, self.out = folder, out
        # The processes that were killed, perhaps between their record and their last event.
        self.of_killed, self.seen, self.killed = 0, set(), set()

    def flags(self):
        return [argument for name, value in SETTINGS.items() for argument in ("--set", f"{name}={value}")]

    def path(self, name):
        return os.path.join(self.folder, name)

    def records(self):
        """The names of the files of records, the oldest first."""
        return sorted(glob.glob(os.path.join(self.out, "runs", "*.json")))

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def metrics(self):
        with open(self.path("metrics.prom"), encoding="utf-8") as file:
            families = text_string_to_metric_families(file.read())
            return {(of.name, *sorted(of.labels.items())): of.value for family in families for of in family.samples}

    def events(self):
        with open(self.path("events.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def after(self, code):
        """What is wrong with what a run left that ended by itself, with this code; nothing where all is well."""
        new = [path for path in self.records() if path not in self.seen]
        self.seen.update(new)
        if not new:
            return ["a run left no record"]
        record = self.read(new[-1])
        wrong = []
        if record["exit_code"] != code:
            wrong.append(f"its record says {record['exit_code']}, it ended with {code}")
        if self.read(self.path("told.json")) != record:
            wrong.append("what was told is not its record")
        figure = self.metrics().get(("shopscore_last_run_exit_code", ("command", record["command"])))
        if figure != code:
            wrong.append(f"the metrics say {figure}, it ended with {code}")
        published = [night for night in record["nights"] if night["is_published"]] + record["publications"]
        shown = os.path.basename(os.path.dirname(os.path.realpath(os.path.join(self.out, "current"))))
        if code == 0 and published and published[-1]["generation"] != shown:
            wrong.append(f"its record ends with {published[-1]['generation']}, readers see {shown}")
        return wrong

    def end(self):
        """What does not agree in the end; and how much was compared."""
        records = [self.read(path) for path in self.records()]
        wrong = self.hashes(records) + self.last(records) + self.transitions(records)
        return wrong, len(records)

    def hashes(self, records):
        """Each file that is shown is one that a record has, but for those of runs that were killed once they had published it."""
        recorded = {}
        for record in records:
            recorded.update({(file["path"], file["sha256"]): file["row_count"] for file in record["outputs"]})
        folder = os.path.realpath(os.path.join(self.out, "current", ".."))
        with open(os.path.join(folder, "SHA256SUMS"), encoding="utf-8") as file:
            sums = dict(reversed(line.rstrip("\n").split("  ", 1)) for line in file)
        shown = [file for file in sums.items() if file[0].startswith("published/")]
        known = [file for file in shown if file in recorded]
        self.of_killed = len(shown) - len(known)
        was_killed = any(record["exit_code"] is None for record in records)
        wrong = [f"no record of {file}" for file in shown if file not in recorded and not was_killed]
        rows = ((file, pq.read_metadata(os.path.join(folder, file[0])).num_rows) for file in known)
        return wrong + [f"other rows than recorded: {file}" for file, count in rows if recorded[file] != count]

    def last(self, records):
        """The metrics are those of the last run of each command, and of the last one with nights."""
        metrics, wrong = self.metrics(), []
        successes, codes = {}, {}
        for record in records:
            if record["exit_code"] is not None:
                codes[record["command"]] = record["exit_code"]
            if record["exit_code"] == 0:
                successes[record["command"]] = record["ended_at"]
        if records[-1]["last_success"] != successes:
            wrong.append(f"last successes {records[-1]['last_success']}, by the records {successes}")
        night = max((night for night in with_nights(records)["nights"]), key=lambda night: night["as_of"])
        scores = os.path.join(self.out, "current", "scores", f"dt={night['as_of']}")
        admitted = sum(pq.read_table(scores, partitioning=None).column("marketing_eligible").to_pylist())
        expected = {
            ("shopscore_present_shops", ("kind", "admitted")): admitted,
            ("shopscore_present_shops", ("kind", "unscored")): night["unscored_shops"],
            ("shopscore_stale_nights",): len(records[-1]["stale_nights"]),
        }
        expected |= {("shopscore_last_run_exit_code", ("command", command)): code for command, code in codes.items()}
        return wrong + [f"{name} is {metrics.get(name)}, not {figure}" for name, figure in expected.items() if metrics.get(name) != figure]

    def transitions(self, records):
        """One START and one end for each run, but for those that were killed."""
        by_run = {}
        for event in self.events():
            by_run.setdefault(event["run"]["runId"], []).append(event["eventType"])
        killed = {record["run_id"] for record in records if record["exit_code"] is None}
        killed |= {record["run_id"] for record in records if record["pid"] in self.killed}
        ended = {record["run_id"]: "COMPLETE" if record["exit_code"] == 0 else "FAIL" for record in records if record["run_id"] not in killed}
        wrong = [f"{run}: {by_run.get(run)}" for run, end in ended.items() if by_run.get(run) != ["START", end]]
        # One that was killed before its record began, or between its record and its event, has less.
        return wrong + [f"{run}: {found}" for run, found in by_run.items() if run not in ended and found[0] != "START"]


def with_nights(records):
    return next(record for record in reversed(records) if record["nights"])
