"""What becomes of a run whose engine fails: Spark, over real processes.

    python faults.py SHOPSCORE RULES EXTRACTS DAY

An executor is killed while it works at a query: the night ends with the bytes of the program's own engine. The server is killed when
some of the night's table-days are stored: exit code 5, the message names the engine and the query, readers see what they saw, and
with a new server the same command goes on with what is stored and ends with those bytes. Without a server: exit code 5, nothing written.
Exit code 1 where something is otherwise.
"""

import contextlib
import datetime as dt
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import differences
import server
from sides import Ended, Side, Wrong

DAY = dt.timedelta(days=1)
DISK = 5
TRIES = 5
STRIKES_WITHIN_SECONDS = 300
GONE = "sc://127.0.0.1:1"
# Queries one after another, so that some are answered when the server is killed and others are not.
ONE_AT_A_TIME = "engine_queries=1"


class Bench:
    """Extracts, and what the program's own engine makes of them."""

    def __init__(self, shopscore: Path, rules: Path, extracts: Path, day: dt.date, folder: Path):
        self.of, self.day, self.folder = (shopscore, rules, extracts), day, folder
        local = self.side("local", None)
        local.run("nightly", "--date", day)
        self.wanted = differences.all_of(local)

    def side(self, name: str, engine: str | None, *settings: str) -> Side:
        shopscore, rules, extracts = self.of
        history = min(path.name.partition("=")[2] for path in (extracts / "payments").iterdir())
        return Side(shopscore, self.folder / name, extracts, rules, engine, (f"history_starts_on={history}", *settings))

    def check(self, what: str, side: Side) -> None:
        lines = differences.between(differences.all_of(side), self.wanted)
        if lines:
            raise Wrong("\n    ".join([f"{what}: other than with the program's own engine", *lines[:20]]))


def cpu_ticks(pid: int) -> int:
    """What a process has worked, in the kernel's ticks; nothing where it is gone."""
    with contextlib.suppress(OSError):
        # After the name in parentheses: state, parent and so on; user and system time are the 14th and 15th of all.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
    return 0


def wait_until(is_so, process) -> bool:
    """Whether something became so before a run ended."""
    deadline = time.monotonic() + STRIKES_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.01)
    return False


# ---------------------------------------------------------------- an executor


def executor_killed(bench: Bench) -> str:
    with server.spark_server() as running:
        # The first night of a server loads its classes, and shows how long one takes.
        warm = bench.side("warm", running.url).run("nightly", "--date", bench.day)
        for number in range(TRIES):
            side = bench.side(f"executor-{number}", running.url)
            lost = struck(bench, side, running, warm.seconds * (0.3 + 0.1 * number))
            if lost:
                return lost
    raise Wrong(f"no executor was killed while it worked at a task, in {TRIES} tries")


def struck(bench: Bench, side: Side, running: server.Running, after_seconds: float) -> str | None:
    """Kills an executor that works, so many seconds after the run has begun; none where no task was lost with it."""
    wait_for_executors(running)
    lost_before = running.log.read_text(errors="replace").count("ExecutorLostFailure")
    since = time.monotonic()
    process = side.start("nightly", "--date", bench.day)
    wait_until(lambda: time.monotonic() > since + after_seconds, process)
    before = {pid: cpu_ticks(pid) for pid in running.executors()}
    victims: list[int] = []

    def works() -> bool:
        victims[:] = [pid for pid, ticks in before.items() if cpu_ticks(pid) > ticks + 5]
        return bool(victims)

    was_running = wait_until(works, process)
    if was_running:
        os.kill(victims[0], signal.SIGKILL)
    killed_after = time.monotonic() - since
    ended = side.end(process, since)
    if ended.code != 0:
        raise Wrong(f"an executor killed: exit code {ended.code}\n{ended.stderr[-3000:]}")
    bench.check("an executor killed", side)
    lost = running.log.read_text(errors="replace").count("ExecutorLostFailure") - lost_before
    if not was_running or not lost:
        return None
    return f"killed after {killed_after:.1f} s with {lost} tasks, the night took {ended.seconds:.1f} s: the same bytes"


def wait_for_executors(running: server.Running) -> None:
    deadline = time.monotonic() + STRIKES_WITHIN_SECONDS
    while len(running.executors()) < 2:
        if time.monotonic() > deadline:
            raise Wrong("Spark did not start another executor")
        time.sleep(0.2)
    time.sleep(2)


# ---------------------------------------------------------------- the server


def server_killed(bench: Bench) -> str:
    port = server.free_port()
    side = bench.side("server", f"sc://127.0.0.1:{port}", ONE_AT_A_TIME)
    yesterday = bench.side("server", None)
    yesterday.run("nightly", "--date", bench.day - DAY)
    # Another engine's state is not taken; without it all shows.
    side.state.rename(bench.folder / "state-of-yesterday")
    before = differences.published(side.out)
    stored, ended = killed_midway(bench, side, port)
    lines = refused_wrongly(side, ended)
    if differences.published(side.out) != before:
        lines.append("what readers see has changed")
    if lines:
        raise Wrong("\n    ".join(["the server killed:", *lines, ended.stderr[-2000:]]))
    with server.spark_server(port=port):
        again = side.run("nightly", "--date", bench.day)
    computed, reused = again.partials
    if reused < stored:
        raise Wrong(f"{stored} table-days were stored, the rerun took {reused} of them and computed {computed}")
    check_night(bench, side)
    return f"{stored} table-days stored, exit code {ended.code} after {ended.seconds:.1f} s; the rerun took {reused} and computed {computed}: the same bytes"


def killed_midway(bench: Bench, side: Side, port: int) -> tuple[int, Ended]:
    """How many table-days were stored when the server was killed, and how the run ended: seconds are those since then."""
    with server.spark_server(port=port) as running:
        process = side.start("nightly", "--date", bench.day)
        if not wait_until(lambda: stored_days(side), process):
            raise Wrong(f"the run ended before the server was killed: {(side.folder / 'stderr').read_text()[-2000:]}")
        since = time.monotonic()
        os.killpg(running.pid, signal.SIGKILL)
        ended = side.end(process, since)
        return stored_days(side), ended


def stored_days(side: Side) -> int:
    """Daily partials: of tables that are kept row by row a run says no numbers."""
    return len(list(side.state.glob("partials/*/*.json")))


def refused_wrongly(side: Side, ended: Ended) -> list[str]:
    """What is wrong with how a run ended that had no engine any more."""
    lines = [] if ended.code == DISK else [f"exit code {ended.code}, wanted {DISK}"]
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error: ")]
    if not any(side.engine in line for line in errors):
        lines.append(f"no message names {side.engine}")
    if not any(f" {table} of " in line for line in errors for table in server_tables(side)):
        lines.append("no message names the query")
    return lines


def server_tables(side: Side) -> list[str]:
    return [path.name for path in side.extracts.iterdir()]


def check_night(bench: Bench, side: Side) -> None:
    """The night's own files; those of the night before are there besides."""
    published, wanted = differences.published(side.out), bench.wanted
    of_night = {path: content for path, content in wanted.items() if f"dt={bench.day}" in path}
    lines = differences.between({path: published.get(path, "none") for path in of_night}, of_night)
    if lines or not of_night:
        raise Wrong("\n    ".join(["the rerun: other than with the program's own engine", *lines[:20]]))


def no_server(bench: Bench) -> str:
    side = bench.side("none", GONE)
    since = time.monotonic()
    ended = side.end(side.start("nightly", "--date", bench.day), since)
    if ended.code != DISK or GONE not in ended.stderr or (side.out / "current").exists():
        raise Wrong(f"no server: exit code {ended.code}, wanted {DISK} and nothing published\n{ended.stderr[-2000:]}")
    return f"exit code {ended.code} after {ended.seconds:.1f} s, nothing published"


def main() -> int:
    shopscore, rules, extracts = (Path(given).resolve() for given in sys.argv[1:4])
    failed = 0
    with tempfile.TemporaryDirectory(prefix="shopscore-faults-") as folder:
        bench = Bench(shopscore, rules, extracts, dt.date.fromisoformat(sys.argv[4]), Path(folder).resolve())
        for fault in (no_server, executor_killed, server_killed):
            try:
                print(f"{fault.__name__}: {fault(bench)}", flush=True)
            except Wrong as wrong:
                failed += 1
                print(f"{fault.__name__}: WRONG: {wrong}", flush=True)
    print(f"{3 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
