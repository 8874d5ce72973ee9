"""The nightly job as an Airflow DAG: one run a natural day, in order, `shopscore nightly --date DAY`.

In: the as-of day, which is the run's logical date in the business time zone. Out: the program's lines in the task's log, and a
state of the task; whatever becomes of it, the program leaves its record, metrics, event and calls, so that nothing looks at the
extracts before it. Exit code 0 is success. 5 (disk or permission), 75 (another run holds the lock) and an end by a signal may pass
by themselves, so they are tried again; every other code needs a person and fails at once.

Copy this file into the DAGs folder and edit the first lines. docs/OPERATING.md says what to do about a run that failed.
"""

from datetime import timedelta
from functools import cached_property

import pendulum
from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import DAG, BaseOperator, CronDataIntervalTimetable
from airflow.sdk.exceptions import AirflowException, AirflowFailException

SHOPSCORE = "/usr/local/bin/shopscore"
CONFIG = "/etc/shopscore/nightly.toml"
# time_zone of the settings. A logical date is an instant, and this makes the day of it that is scored.
TIME_ZONE = "Asia/Shanghai"
FIRST_NIGHT = pendulum.datetime(2026, 1, 1, tz=TIME_ZONE)

# Disk or permission; another run holds the lock; ended by a signal that was answered. A negative code is a signal that nothing could answer.
MAY_PASS = (5, 75, *range(129, 160))


class Shopscore(BaseOperator):
    """Runs the night of the as-of day."""

    @cached_property
    def process(self):
        return SubprocessHook()

    def execute(self, context):
        if context.get("logical_date") is None:
            raise AirflowFailException("this run has no logical date, and so no as-of day: trigger it with one")
        as_of = context["logical_date"].in_timezone(TIME_ZONE).to_date_string()
        found = self.process.run_command([SHOPSCORE, "nightly", "--date", as_of, "--config", CONFIG])
        if found.exit_code == 0:
            return
        ended = f"shopscore nightly --date {as_of} ended with exit code {found.exit_code}: {found.output}"
        if found.exit_code in MAY_PASS or found.exit_code < 0:
            raise AirflowException(ended)
        raise AirflowFailException(ended)

    def on_kill(self):
        self.process.send_sigterm()


with DAG(
    dag_id="shopscore",
    # The run of a day starts in the morning after it, once its extracts are due: the data interval begins on the as-of day.
    schedule=CronDataIntervalTimetable("30 4 * * *", timezone=TIME_ZONE),
    start_date=FIRST_NIGHT,
    catchup=True,
    # One night at a time and in order: a day begins when the night before it is published, and waits where that failed. A waiting
    # run counts as active, so that with fewer runs than days of waiting the failed one, cleared, would find no room to run.
    max_active_runs=30,
    default_args={
        "depends_on_past": True,
        "retries": 6,
        "retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=6),
    },
    doc_md=__doc__,
) as shopscore_nights:
    Shopscore(task_id="nightly")
