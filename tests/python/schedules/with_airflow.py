"""`make schedule-airflow`: the DAG of jobs/schedule in a real Airflow, as `airflow dags test` runs it.

    with_airflow.py SHOPSCORE RULES

The DAG must import, publish a night that is sound, fail at once where an extract is refused or missing, and try again where another
run holds the lock. Each try must leave a record, metrics, a START event and one that ends it, and a call. Everything that Airflow keeps lies in a scratch folder.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from scratch import SCHEDULE, Job, day, replaced

# Beside this Python, in its environment.
AIRFLOW = Path(sys.executable).with_name("airflow")
# As the DAG raises it; the log shows the same words elsewhere, too.
TRY = re.compile(r"(AirflowException|AirflowFailException): shopscore nightly --date \S+ ended with exit code (\d+)")


class Airflow:
    """An Airflow of its own, with the DAG for one job."""

    def __init__(self, job: Job, folder: Path):
        dags = folder / "dags"
        dags.mkdir()
        dag = replaced(
            (SCHEDULE / "shopscore_dag.py").read_text(),
            ("/usr/local/bin/shopscore", job.shopscore),
            ("/etc/shopscore/nightly.toml", str(job.settings)),
            ("timedelta(minutes=10)", "timedelta(seconds=1)"),
        )
        (dags / "shopscore_dag.py").write_text(dag)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        given = {"AIRFLOW_HOME": folder / "home", "AIRFLOW__CORE__DAGS_FOLDER": dags, "AIRFLOW__CORE__LOAD_EXAMPLES": False}
        self.environment = {**kept, **{name: str(value) for name, value in given.items()}}

    def started(self, *arguments: str) -> subprocess.Popen:
        told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([AIRFLOW, *arguments], env=self.environment, **told)

    def run(self, *arguments: str) -> None:
        command = self.started(*arguments)
        told, _ = command.communicate()
        assert command.returncode == 0, f"airflow {' '.join(arguments)} ended with {command.returncode}:\n{told}"

    def night(self, as_of: str, until_the_first_try: ExitStack) -> tuple[bool, list[tuple[str, ...]]]:
        """Whether the run of a day succeeded, and how each of its tries that failed ended."""
        tries = []
        with until_the_first_try, self.started("dags", "test", "shopscore", as_of) as command:
            for line in command.stdout:
                if found := TRY.search(line):
                    tries.append(found.groups())
                    until_the_first_try.close()
        return command.returncode == 0, tries


def left(job: Job) -> list[tuple[str, ...]]:
    """How each run so far ended: the class of its record, its last event, which call it made, and what metrics say of the last one."""
    records = [json.loads(path.read_text()) for path in sorted((job.out / "runs").glob("*.json"))]
    events = [json.loads(line) for line in (job.folder / "events").read_text().splitlines()]
    ends = {event["run"]["runId"]: event["eventType"] for event in events if event["eventType"] != "START"}
    assert len(events) == 2 * len(ends) == 2 * len(records), (events, records)
    called = (job.folder / "called").read_text().split()
    last = records[-1]["exit_class"]
    metrics = (job.folder / "metrics").read_text()
    assert f'shopscore_last_run_exit_class{{command="nightly",class="{last}"}} 1' in metrics, metrics
    return [(record["exit_class"], ends[record["run_id"]], call) for record, call in zip(records, called, strict=True)]


def main() -> int:
    shopscore, rules = (str(Path(given).resolve()) for given in sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="shopscore-airflow-") as scratch:
        job = Job(shopscore, Path(rules), Path(scratch))
        told = {name: f"echo {name} >>{scratch}/called" for name in ("on_success", "on_failure")}
        told |= {"metrics_file": f"{scratch}/metrics", "openlineage_file": f"{scratch}/events"}
        job.settings.write_text(job.settings.read_text() + "".join(f'{name} = "{value}"\n' for name, value in told.items()))
        airflow = Airflow(job, Path(scratch))
        airflow.run("db", "migrate")
        airflow.run("dags", "list-import-errors")
        print("the DAG imports")

        found = airflow.night(day(2), ExitStack())
        assert found == (True, []) and job.published() == {day(2)}, found
        expected = [("done", "COMPLETE", "on_success")]
        assert left(job) == expected, left(job)
        print("a sound night: succeeded, published")

        job.damage()
        found = airflow.night(day(1), ExitStack())
        assert found == (False, [("AirflowFailException", "3")]) and job.published() == {day(2)}, found
        expected.append(("rejected", "FAIL", "on_failure"))
        assert left(job) == expected, left(job)
        print("a damaged extract: exit code 3, failed without another try, nothing published, told")

        job.mend()
        late = job.extracts / "payments" / f"dt={day(1)}"
        late.rename(job.folder / "late")
        found = airflow.night(day(1), ExitStack())
        assert found == (False, [("AirflowFailException", "4")]) and job.published() == {day(2)}, found
        expected.append(("missing", "FAIL", "on_failure"))
        assert left(job) == expected, left(job)
        print("a missing extract: exit code 4, failed without another try, nothing published, told")

        (job.folder / "late").rename(late)
        lock = ExitStack()
        lock.enter_context(job.locked())
        succeeded, tries = airflow.night(day(1), lock)
        assert succeeded and tries and set(tries) == {("AirflowException", "75")}, tries
        assert job.published() == {day(1), day(2)}
        expected += [("busy", "FAIL", "on_failure")] * len(tries) + [("done", "COMPLETE", "on_success")]
        assert left(job) == expected, left(job)
        print("a lock held by another run: exit code 75, tried again, published, each try told")
    return 0


if __name__ == "__main__":
    sys.exit(main())
