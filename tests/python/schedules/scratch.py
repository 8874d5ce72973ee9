"""What the tests of the schedules in jobs/schedule share: a small marketplace up to today, and a file of settings that names its
folders by absolute paths, so that a night without a date has yesterday's extracts to score."""

import fcntl
import subprocess
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SCHEDULE = Path(__file__).parents[3] / "jobs" / "schedule"
TIME_ZONE = ZoneInfo("Asia/Shanghai")
# The window, and a few nights before yesterday's.
DAYS_BEFORE_TODAY = 35


class Job:
    """Extracts, rules, settings, STATE and OUT of a job below one folder."""

    def __init__(self, shopscore: str, rules: Path, folder: Path):
        self.shopscore, self.rules, self.folder = shopscore, rules, folder
        self.extracts, self.state, self.out = (folder / name for name in ("extracts", "state", "out"))
        self.settings = folder / "nightly.toml"
        self.settings.write_text(self.settings_for(self.extracts, rules, self.state, self.out))
        today = datetime.now(TIME_ZONE).date()
        first = today - timedelta(DAYS_BEFORE_TODAY)
        sample = f"sample --out {self.extracts} --rules {rules} --from {first} --to {today} --shops 60 --rows-per-day 900 --seed 1"
        subprocess.run([shopscore, *sample.split()], check=True, stdout=subprocess.DEVNULL)

    @staticmethod
    def settings_for(extracts, rules, state, out) -> str:
        return f'extracts = "{extracts}"\nrules = "{rules}"\nstate = "{state}"\nout = "{out}"\n'

    @property
    def damaged(self) -> Path:
        """A part file of yesterday that is no whole Parquet file."""
        return self.extracts / "payments" / f"dt={day(1)}" / "part-9.parquet"

    def damage(self) -> None:
        self.damaged.write_bytes(b"PAR1 and no footer PAR1")

    def mend(self) -> None:
        self.damaged.unlink()

    def published(self) -> set[str]:
        return {path.name.removeprefix("dt=") for path in (self.out / "current" / "scores").glob("dt=*")}

    @contextmanager
    def locked(self):
        """Holds the lock of OUT, as another run would."""
        lock = self.out / "locks" / "run.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


def day(ago: int) -> str:
    return str(datetime.now(TIME_ZONE).date() - timedelta(ago))


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The text with each of the words replaced, as who installs it would; each must be there once or more."""
    for old, new in changes:
        assert old in text, f"{old!r} is not in the file any more"
        text = text.replace(old, new)
    return text
