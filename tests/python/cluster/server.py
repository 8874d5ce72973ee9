"""Starts a Spark Connect server on loopback for tests, waits until it answers, and takes all of it down at the end.

    server.py spark|sail [--port N] [--master M] [--token T] [name=value ...]

One line of stdout is its address (sc://127.0.0.1:PORT). It serves until SIGTERM, SIGINT or the end of stdin. It uses
the packages of the python that runs it: pyspark for `spark`, pysail for `sail`.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN_SECONDS = 240
ENDS_WITHIN_SECONDS = 30
SERVER_CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
EXECUTOR_CLASS = "CoarseGrainedExecutorBackend"
PR_SET_PDEATHSIG = 1


@dataclass
class Running:
    """A server that runs."""

    process: subprocess.Popen
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"sc://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def executors(self) -> list[int]:
        """The executors' process ids: those of the server's group that are not the driver."""
        return sorted(pid for pid in group_of(self.pid) if EXECUTOR_CLASS in command_of(pid))

    def stop(self) -> None:
        """Ends the server in order, then whatever of its group is left."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(ENDS_WITHIN_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


def group_of(group: int) -> list[int]:
    """The ids of the processes of a process group."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # After the name in parentheses: state, parent, group.
                if int((folder / "stat").read_text().rpartition(")")[2].split()[2]) == group:
                    found.append(int(folder.name))
    return found


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    return ""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def dies_with_parent() -> None:
    """Run in the child: the kernel ends it when this process is killed and cannot do it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def launch(command: list[str], port: int, environment: dict[str, str]) -> Running:
    descriptor, name = tempfile.mkstemp(prefix="connect-server-", suffix=".log")
    print(f"log: {name}", file=sys.stderr, flush=True)
    with os.fdopen(descriptor, "wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
            start_new_session=True,
            preexec_fn=dies_with_parent,
        )
    return Running(process, port, Path(name))


def wait_until_ready(server: Running, executors: int) -> None:
    """Waits until the port takes connections and the executors are there."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server ended with {server.process.returncode}: see {server.log}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 1):
            if server.log.read_text(errors="replace").count("Registered executor") >= executors:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server does not answer after {STARTS_WITHIN_SECONDS} s: see {server.log}")


def package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise RuntimeError(f"{sys.executable} has no package {name}")
    return Path(found.origin).parent


def spark_command(master: str, settings: dict[str, str]) -> list[str]:
    home = package("pyspark")
    pairs = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    start = [str(home / "bin" / "spark-submit"), "--class", SERVER_CLASS, "--master", master]
    return [*start, "--driver-memory", "2g", *pairs, "spark-internal"]


@contextlib.contextmanager
def spark_server(
    settings: dict[str, str] | None = None,
    master: str = "local-cluster[2,1,1024]",
    port: int = 0,
    token: str | None = None,
) -> Iterator[Running]:
    """A Spark server with the settings, up in 20 to 55 s; ended with its executors when the block ends."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="connect-server-") as scratch:
        fixed = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(port),
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": f"{scratch}/local",
            "spark.sql.warehouse.dir": f"{scratch}/warehouse",
        }
        environment = {
            "SPARK_HOME": str(package("pyspark")),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_HOSTNAME": "127.0.0.1",
            "SPARK_NO_DAEMONIZE": "1",
            "SPARK_WORKER_DIR": f"{scratch}/work",
            "PYSPARK_PYTHON": sys.executable,
        }
        if token is not None:
            # In the environment: a command line is for all to read.
            environment["SPARK_CONNECT_AUTHENTICATE_TOKEN"] = token
        server = launch(spark_command(master, fixed | (settings or {})), port, environment)
        try:
            workers = re.match(r"local-cluster\[(\d+)", master)
            wait_until_ready(server, int(workers[1]) if workers else 0)
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def sail_server(settings: dict[str, str] | None = None, port: int = 0) -> Iterator[Running]:
    """A Sail server, up in a second; its settings are environment variables (SAIL_...)."""
    package("pysail")
    port = port or free_port()
    command = [str(Path(sys.executable).parent / "sail"), "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    server = launch(command, port, settings or {})
    try:
        wait_until_ready(server, 0)
        yield server
    finally:
        server.stop()


def wait_for_the_end() -> None:
    """Returns at SIGTERM, SIGINT or the end of stdin."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def read_stdin() -> None:
        while sys.stdin.buffer.read1(4096):
            # Some stdin never ends and never waits.
            time.sleep(0.5)
        ended.set()

    threading.Thread(target=read_stdin, daemon=True).start()
    while not ended.wait(0.5):
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=("spark", "sail"))
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--master", default="local-cluster[2,1,1024]")
    parser.add_argument("--token")
    parser.add_argument("settings", nargs="*", metavar="name=value")
    asked = parser.parse_intermixed_args()
    settings = dict(setting.split("=", 1) for setting in asked.settings)
    # A signal while it starts ends it as well: through SystemExit, which runs the blocks' ends.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    if asked.kind == "spark":
        started = spark_server(settings, asked.master, asked.port, asked.token)
    else:
        started = sail_server(settings, asked.port)
    with started as server:
        print(server.url, flush=True)
        wait_for_the_end()


if __name__ == "__main__":
    main()
