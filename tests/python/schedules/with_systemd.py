"""`make schedule-systemd`: the units of jobs/schedule, read by systemd-analyze and run by a real systemd.

    with_systemd.py SHOPSCORE RULES

The units must be sound to `systemd-analyze verify` and `systemd-analyze security`. Where systemd-nspawn may start a container, a
systemd boots in one whose only programs are this machine's and whose only data are a scratch folder, and in_systemd.sh, beside
this file, goes through nights there: under the unit's own restrictions, user and folders.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scratch import SCHEDULE, Job, day

UNITS = ("shopscore.service", "shopscore.timer")
# Of 10; systemd calls up to 2 safe.
MOST_EXPOSED = 1.0
# All nights take 15.
BOOT_SECONDS = 180
# Starts the script below and nothing else of a machine.
DRIVER = """[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/sh /box/in_systemd.sh
StandardOutput=append:/box/told
StandardError=append:/box/errors
"""
TARGET = "[Unit]\nDefaultDependencies=no\nWants=driver.service\n"
# What a system needs of the machine that it runs on; /usr/local is its own.
SHARED = ("bin", "lib", "lib64", "sbin", "share")


def verified(folder: Path, shopscore: str) -> None:
    """What systemd-analyze says of the units, with the program where it is here instead of where it will be."""
    for name in UNITS:
        text = (SCHEDULE / name).read_text()
        (folder / name).write_text(text.replace("/usr/local/bin/shopscore", shopscore))
    units = [str(folder / name) for name in UNITS]
    analyze(["verify", *units])
    told = analyze(["security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", units[0]])
    print("systemd-analyze:", re.search(r"Overall exposure level.*?: (\S+ \w+)", told)[1])


def analyze(arguments: list[str]) -> str:
    done = subprocess.run(["systemd-analyze", "--no-pager", *arguments], capture_output=True, text=True)
    assert done.returncode == 0 and not (arguments[0] == "verify" and done.stderr), done.stdout + done.stderr
    return done.stdout


def system(folder: Path, job: Job) -> list[str]:
    """Lays out a system for the units, and gives the command that boots it."""
    root, box = folder / "root", folder / "box"
    for name in ("etc/systemd/system", "usr/local/bin", "srv/extracts", "var", "run", "tmp", "proc", "sys", "dev", "root", "box"):
        (root / name).mkdir(parents=True)
    shared = [name for name in SHARED if Path("/usr", name).is_dir()]
    for name in shared:
        (root / "usr" / name).mkdir()
        (root / name).symlink_to(f"usr/{name}") if name != "share" else None
    shutil.copy(job.shopscore, root / "usr/local/bin/shopscore")
    for name in ("passwd", "group", "os-release"):
        shutil.copy(Path("/etc", name), root / "etc" / name)
    (root / "etc/machine-id").touch()
    units = root / "etc/systemd/system"
    for name in UNITS:
        shutil.copy(SCHEDULE / name, units)
    (units / "driver.service").write_text(DRIVER)
    (units / "try.target").write_text(TARGET)
    shutil.copytree(job.rules, root / "etc/shopscore/rules")
    lib = "/var/lib/shopscore"
    settings = job.settings_for("/srv/extracts", "/etc/shopscore/rules", f"{lib}/state", f"{lib}/out")
    (root / "etc/shopscore/nightly.toml").write_text(settings)
    box.mkdir()
    shutil.copy(Path(__file__).with_name("in_systemd.sh"), box)
    mounts = [f"--bind-ro=/usr/{name}" for name in shared] + [f"--bind={box}:/box", f"--bind={job.extracts}:/srv/extracts"]
    alone = ["--register=no", "--keep-unit", "--private-network", "--console=pipe", "--boot"]
    return ["systemd-nspawn", "--quiet", f"--directory={root}", *mounts, *alone, "--", "--unit=try.target"]


def why_no_container() -> str | None:
    if os.geteuid() != 0:
        return "only root may start a container"
    return None if shutil.which("systemd-nspawn") else "no systemd-nspawn here (apt-get install systemd-container)"


def main() -> int:
    if shutil.which("systemd-analyze") is None:
        print("could not run here: no systemd-analyze (apt-get install systemd)")
        return 0
    shopscore, rules = (str(Path(given).resolve()) for given in sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="shopscore-systemd-") as scratch:
        folder = Path(scratch)
        verified(folder, shopscore)
        if reason := why_no_container():
            print(f"nights under systemd could not run here: {reason}")
            return 0
        job = Job(shopscore, Path(rules), folder)
        booted = boot(system(folder, job))
        told, errors = folder / "box/told", folder / "box/errors"
        if not told.exists():
            print(f"nights under systemd could not run here: no systemd boots in a container: {booted}")
            return 0
        print(told.read_text(), end="")
        if not told.read_text().endswith("all nights as they should be\n"):
            print(errors.read_text(), file=sys.stderr)
            return 1
    return 0


def boot(command: list[str]) -> str:
    """What the container says until it is off; it is switched off where that takes too long."""
    container = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        return container.communicate(timeout=BOOT_SECONDS)[0]
    except subprocess.TimeoutExpired:
        # The second asks for it at once. Were systemd-nspawn killed, its container would stay.
        for _ in range(2):
            container.terminate()
            time.sleep(1)
        return f"still on after {BOOT_SECONDS} s\n{container.communicate()[0]}"


if __name__ == "__main__":
    sys.exit(main())
