"""What runs leave for those who operate the job, read by the libraries of its formats.

    python reports.py SHOPSCORE SAMPLE RULES DOCS

Runs end in every way that can be had from outside: done, refused for each reason, interrupted. After each of them the metrics file is read
by Prometheus' own parser of the text format, every event of OpenLineage is held against the published schemas (tests/fixtures/openlineage),
and every record against docs/schemas/run-1.json, with formats. Exit code 1 where one does not fit.
"""

import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from jsonschema import Draft202012Validator, FormatChecker
from prometheus_client.parser import text_string_to_metric_families
from referencing import Registry, Resource

SCHEMAS = os.path.join(os.path.dirname(__file__), "..", "fixtures", "openlineage")
DAY = "2022-03-15"
SETTINGS = {
    "history_starts_on": "2021-12-03",
    "metrics_file": "metrics.prom",
    "openlineage_file": "events.jsonl",
    "on_success": "cat >succeeded.json",
    "on_failure": "cat >failed.json",
}


def schemas():
    """The published schemas of OpenLineage by their ids."""
    paths = glob.glob(os.path.join(SCHEMAS, "*.json"))
    loaded = [json.load(open(path, encoding="utf-8")) for path in paths]
    return {schema["$id"]: schema for schema in loaded}


class Checks:
    """Validators, and how much they have seen."""

    def __init__(self, docs):
        known = schemas()
        registry = Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in known.items())
        self.known, self.registry = known, registry
        self.event = self.validator({"$ref": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"})
        with open(os.path.join(docs, "schemas", "run-1.json"), encoding="utf-8") as file:
            self.record = Draft202012Validator(json.load(file), format_checker=FormatChecker())
        self.facets = 0

    def validator(self, schema):
        return Draft202012Validator(schema, registry=self.registry, format_checker=FormatChecker())

    def check_event(self, event):
        """An event, and each facet by the schema that it names itself."""
        self.event.validate(event)
        datasets = event["inputs"] + event["outputs"]
        groups = [event["run"]["facets"], event["job"]["facets"]]
        groups += [dataset.get(group, {}) for dataset in datasets for group in ("facets", "inputFacets", "outputFacets")]
        for facets in groups:
            for name, facet in facets.items():
                self.validator({"$ref": facet["_schemaURL"]}).validate(facet)
                assert facet["_schemaURL"].split("#")[0] in self.known, f"{name}: {facet['_schemaURL']} is not known"
                self.facets += 1


def samples(text):
    """The samples of a metrics file, by name and labels."""
    families = list(text_string_to_metric_families(text))
    assert all(family.type == "gauge" and family.documentation for family in families)
    read = [(sample.name, tuple(sorted(sample.labels.items())), sample.value) for family in families for sample in family.samples]
    assert len({sample[:2] for sample in read}) == len(read), "a sample stands there once"
    return {(name, labels): value for name, labels, value in read}


class Folder:
    """A folder in which runs work on a copy of the sample."""

    def __init__(self, path, program, sample, rules):
        self.path, self.program = path, program
        os.mkdir(os.path.join(path, "jobs"))
        shutil.copytree(rules, os.path.join(path, "jobs", "rules"))
        shutil.copytree(sample, os.path.join(path, "sample_data"))

    def start(self, words, more):
        settings = [argument for name, value in {**SETTINGS, **more}.items() for argument in ("--set", f"{name}={value}")]
        command = [self.program, *words.split(), *settings]
        return subprocess.Popen(command, cwd=self.path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def read(self, name):
        with open(os.path.join(self.path, name), encoding="utf-8") as file:
            return file.read()

    def oldest(self):
        """The name of the oldest generation that is kept."""
        return min(os.listdir(os.path.join(self.path, "out", "generations")))

    def records(self):
        return [json.loads(self.read(path)) for path in sorted(glob.glob(os.path.join(self.path, "out", "runs", "*.json")))]


def check(folder, checks, code):
    """What the last run left, which ended with `code`."""
    events = [json.loads(line) for line in folder.read("events.jsonl").splitlines()]
    for event in events[-2:]:
        checks.check_event(event)
    record = folder.records()[-1]
    checks.record.validate(record)
    start, end = events[-2:]
    assert [start["eventType"], end["eventType"]] == ["START", "COMPLETE" if code == 0 else "FAIL"]
    assert {start["run"]["runId"], end["run"]["runId"]} == {record["run_id"]}
    figures = samples(folder.read("metrics.prom"))
    command = ("command", record["command"])
    assert figures["shopscore_last_run_exit_code", (command,)] == record["exit_code"] == code
    assert figures["shopscore_last_run_exit_class", tuple(sorted([command, ("class", record["exit_class"])]))] == 1
    assert json.loads(folder.read("succeeded.json" if code == 0 else "failed.json")) == record


def interrupted(folder):
    """A first night that is ended by SIGTERM once its record is there."""
    before = len(folder.records())
    run = folder.start(f"nightly --date {DAY} --rehash --state {folder.path}/other", {})
    while len(folder.records()) == before:
        time.sleep(0.001)
    time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    return run


def main():
    """Runs that end in every way, one after another."""
    program, sample, rules, docs = (os.path.abspath(given) for given in sys.argv[1:5])
    checks, ends = Checks(docs), []
    with tempfile.TemporaryDirectory() as path:
        folder = Folder(path, program, sample, rules)
        review = glob.glob(os.path.join(path, "sample_data", "reviews", f"dt={DAY}", "*.parquet"))[0]
        other = {"appeal_effect_days": "2"}
        steps = [
            (0, lambda: folder.start(f"backfill --from 2022-01-01 --to {DAY}", {})),
            (0, lambda: folder.start(f"nightly --date {DAY}", {})),
            (0, lambda: folder.start("settle --year 2022", {})),
            (0, lambda: folder.start("restate --month-end 2022-02-28 --because x --knowledge-day 2022-03-15", other)),
            (0, lambda: folder.start(f"rollback --to {folder.oldest()} --because x", {})),
            (0, lambda: folder.start("state prune --keep-days 60", {})),
            (2, lambda: folder.start(f"nightly --date {DAY}", {"window_days": "0"})),
            (4, lambda: folder.start("nightly --date 2022-05-15", {})),
            (5, lambda: folder.start(f"nightly --date {DAY}", {"min_free_mib": "1000000000"})),
            (143, lambda: interrupted(folder)),
            (3, lambda: [open(review, "w").write("no Parquet"), folder.start(f"nightly --date {DAY}", {})][1]),
            (6, lambda: [shutil.rmtree(os.path.join(path, "out", "generations")), folder.start(f"nightly --date {DAY}", {})][1]),
        ]
        for code, start in steps:
            run = start()
            said = run.communicate()[1]
            if run.returncode != code:
                sys.exit(f"{run.args}: exit code {run.returncode} in place of {code}\n{said}")
            check(folder, checks, code)
            ends.append(code)
        records = len(folder.records())
    print(f"{len(ends)} runs, {records} records, {checks.facets} facets and as many metrics files fit their formats: ended with {ends}")


if __name__ == "__main__":
    main()
