"""The program with one engine: its own state and output over extracts that it shares with others, and what became of a run."""

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# The longest run that is waited for.
TIMEOUT_SECONDS = 3600


class Wrong(Exception):
    """A run ended otherwise than it must."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def partials(self) -> tuple[int, int]:
        """How many daily partials were computed, and how many were taken as they were stored."""
        found = re.search(r"(\d+) daily partials computed, (\d+) taken", self.stdout)
        return (int(found[1]), int(found[2])) if found else (0, 0)


class Side:
    """The program over EXTRACTS, with FOLDER/state and FOLDER/out; with the engine at an address, or its own where that is none."""

    def __init__(self, program: Path, folder: Path, extracts: Path, rules: Path, engine: str | None, settings: tuple[str, ...] = ()):
        self.program, self.folder, self.extracts, self.rules = program, folder, extracts, rules
        self.engine, self.settings = engine, settings
        self.state, self.out = folder / "state", folder / "out"
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def name(self) -> str:
        return self.folder.name

    def command(self, *arguments: object) -> list[str]:
        extracts = f"file://{self.extracts}" if self.engine else self.extracts
        places = {"extracts": extracts, "rules": self.rules, "state": self.state, "out": self.out}
        words = [self.program, *arguments, *(word for name, place in places.items() for word in (f"--{name}", place))]
        settings = [*self.settings, *([f"engine={self.engine}"] if self.engine else [])]
        return [str(word) for word in words] + [word for setting in settings for word in ("--set", setting)]

    def start(self, *arguments: object) -> subprocess.Popen:
        """A run that goes on meanwhile, with its log in FOLDER/stdout and FOLDER/stderr."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOPSCORE_")}
        with open(self.folder / "stdout", "wb") as stdout, open(self.folder / "stderr", "wb") as stderr:
            return subprocess.Popen(self.command(*arguments), cwd=self.folder, stdout=stdout, stderr=stderr, env=environment)

    def end(self, process: subprocess.Popen, since: float) -> Ended:
        """Waits for a run that was started."""
        code = process.wait(TIMEOUT_SECONDS)
        stdout, stderr = ((self.folder / name).read_text(errors="replace") for name in ("stdout", "stderr"))
        return Ended(code, stdout, stderr, time.monotonic() - since)

    def run(self, *arguments: object) -> Ended:
        """A run that must end with 0."""
        since = time.monotonic()
        ended = self.end(self.start(*arguments), since)
        if ended.code != 0:
            words = " ".join(self.command(*arguments))
            raise Wrong(f"{self.name}: exit code {ended.code} of {words}\n{ended.stdout[-500:]}{ended.stderr[-3000:]}")
        return ended
