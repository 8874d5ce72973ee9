"""`make schedule-cron`: the crontab of jobs/schedule in a real cron, in the foreground, with the bare environment it gives.

    with_cron.py SHOPSCORE RULES

The lines are those of the file, with paths of a scratch folder and every minute as their time. The first minute must publish
yesterday without a mail; an extract that is damaged then must be mailed in a later one. cron sees a file system of its own
in which the machine's crontabs are hidden, so that it runs nothing else. Takes two minutes, since cron has no shorter times.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scratch import SCHEDULE, Job, day, replaced

# Two minutes begin in it, whenever it starts.
PATIENCE_SECONDS = 130
# What cron may read and run: the crontab and the mailer of the scratch folder, in place of the machine's.
HIDE_AND_RUN = """
set -e
mount --bind "$1/crontabs" /var/spool/cron/crontabs
mount --bind "$1/none" /etc/cron.d
mount --bind /dev/null /etc/crontab
mount -t tmpfs none /run
mount -t overlay none -o "lowerdir=$1/mailer:/usr/sbin" /usr/sbin
exec cron -f
"""


def why_not_here() -> str | None:
    """Why a cron of one's own cannot be started here."""
    if os.geteuid() != 0:
        return "only root may give cron a file system of its own"
    missing = [tool for tool in ("cron", "unshare") if shutil.which(tool) is None]
    if missing:
        return f"no {' and no '.join(missing)} here (apt-get install cron util-linux)"
    may_mount = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True)
    return None if may_mount.returncode == 0 else f"no mounts of one's own: {may_mount.stderr.decode().strip()}"


class Cron:
    """A cron that runs the lines of the crontab every minute, and mails into a file."""

    def __init__(self, job: Job, folder: Path):
        self.folder, self.mails, self.log = folder, folder / "mails", folder / "nightly.log"
        for name in ("bin", "crontabs", "none", "mailer"):
            (folder / name).mkdir()
        (folder / "bin" / "shopscore").symlink_to(job.shopscore)
        executable(folder / "mailer" / "sendmail", f"#!/bin/sh\nexec cat >>{self.mails}\n")
        table = replaced(
            (SCHEDULE / "shopscore.cron").read_text(),
            ("PATH=/usr/local/bin:", f"PATH={folder / 'bin'}:"),
            ("/etc/shopscore/nightly.toml", str(job.settings)),
            ("/var/log/shopscore/nightly.log", str(self.log)),
            ("\n30 4,7 * * * ", "\n* * * * * "),
        )
        crontab = folder / "crontabs" / "root"
        crontab.write_text(table)
        crontab.chmod(0o600)

    def __enter__(self):
        hidden = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", HIDE_AND_RUN, "sh", str(self.folder)]
        self.process = subprocess.Popen(hidden, env={"PATH": os.environ["PATH"]})
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def wait_for(self, words: str, file: Path) -> str:
        """What a file says once the words stand in it."""
        for _ in range(PATIENCE_SECONDS * 10):
            if file.exists() and words in (text := file.read_text()):
                return text
            assert self.process.poll() is None, "cron ended"
            time.sleep(0.1)
        raise AssertionError(f"cron did not bring {words!r} into {file.name} within {PATIENCE_SECONDS} s")


def executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def main() -> int:
    if reason := why_not_here():
        print(f"could not run here: {reason}")
        return 0
    shopscore, rules = (str(Path(given).resolve()) for given in sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="shopscore-cron-") as scratch:
        job = Job(shopscore, Path(rules), Path(scratch))
        with Cron(job, Path(scratch)) as cron:
            cron.wait_for("published as", cron.log)
            assert job.published() == {day(1)} and not cron.mails.exists(), job.published()
            print("a minute of cron: yesterday is published, no mail")
            job.damage()
            mail = cron.wait_for("shopscore ended with exit code 3", cron.mails)
            assert "To: data-oncall@example.com" in mail and str(job.damaged) in mail, mail
            print("a damaged extract: the next minute mails what is wrong, and exit code 3")
    return 0


if __name__ == "__main__":
    sys.exit(main())
