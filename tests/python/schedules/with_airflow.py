"""`make schedule-airflow`: the DAG of jobs/schedule in a real Airflow, as `airflow dags test` runs it.

    with_airflow.py SHOPSCORE RULES

The DAG must import, publish a night that is sound, fail at once where an extract is refused, and try again where another run
holds the lock. Everything that Airflow keeps lies in a scratch folder.
"""

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
TRY = re.compile(r"(AirflowException|AirflowFailException): shopscore (\w+) --date \S+ ended with exit code (\d+)")


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


def main() -> int:
    shopscore, rules = (str(Path(given).resolve()) for given in sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="shopscore-airflow-") as scratch:
        job = Job(shopscore, Path(rules), Path(scratch))
        airflow = Airflow(job, Path(scratch))
        airflow.run("db", "migrate")
        airflow.run("dags", "list-import-errors")
        print("the DAG imports")

        found = airflow.night(day(2), ExitStack())
        assert found == (True, []) and job.published() == {day(2)}, found
        print("a sound night: succeeded, published")

        job.damage()
        found = airflow.night(day(1), ExitStack())
        assert found == (False, [("AirflowFailException", "check", "3")]) and job.published() == {day(2)}, found
        print("a damaged extract: exit code 3, failed without another try, nothing published")

        job.mend()
        lock = ExitStack()
        lock.enter_context(job.locked())
        succeeded, tries = airflow.night(day(1), lock)
        assert succeeded and tries and {(raised, code) for raised, _, code in tries} == {("AirflowException", "75")}, tries
        assert job.published() == {day(1), day(2)}
        print("a lock held by another run: exit code 75, tried again, published")
    return 0


if __name__ == "__main__":
    sys.exit(main())
