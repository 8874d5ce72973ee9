"""Runs a command and measures it as a whole process; turns measurements into figures.

Only the standard library here: on Linux a child's peak memory is never below that of the process that starts it, so
this one has to stay small.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """One run of a process."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    stdout: str


def run(command: list[str | Path], threads: int, further: dict[str, str] | None = None) -> Measured:
    """Runs a command to its end, with further variables in its environment; its failure ends this program."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOPSCORE_")}
    environment |= {"POLARS_MAX_THREADS": str(threads), **(further or {})}
    with tempfile.TemporaryFile(mode="w+") as stdout:
        start = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdout=stdout, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        said = stdout.read()
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode} of {' '.join(map(str, command))}\n{said}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said)


def use_cores(threads: int) -> None:
    """Keeps this process and all that it starts on as many cores as threads are asked for."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < threads:
        sys.exit(f"{threads} threads were asked for, there are {len(cores)} cores")
    os.sched_setaffinity(0, cores[:threads])


def spread(figures: list[float]) -> dict[str, float]:
    """The median of some figures, between the least and the greatest."""
    return {"median": statistics.median(figures), "min": min(figures), "max": max(figures)}


def summary(measured: list[Measured]) -> dict[str, dict[str, float]]:
    """The spread of each figure over several runs."""
    figures = ("seconds", "cpu_seconds", "peak_mib")
    return {figure: spread([getattr(one, figure) for one in measured]) for figure in figures}
