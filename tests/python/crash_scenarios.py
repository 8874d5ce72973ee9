"""The runs that the crash test kills and fails, each on folders that earlier runs left."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MARKETPLACE = "--from 2022-02-22 --to 2022-03-01 --shops 12 --rows-per-day 60 --seed 1 --dirty".split()
# Small windows and few generations, so that a run is short and removes an old generation too. The marketplace is too
# small for limits in percent.
SETTINGS = ["window_days=3", "keep_generations=2", "max_quarantined_percent=100", "max_unscored_percent=100"]
MONTH_END = "2022-02-28"
# Of the state folder, what is not compared byte by byte.
BY_NAME = ("locks/", "window/", "outlook/", "last_night.json")
RESTATE = ["restate", "--month-end", MONTH_END, "--knowledge-day", "2022-03-01", "--because", "a test"]


@dataclass(frozen=True)
class Scenario:
    """Earlier runs, and the run that is killed and failed."""

    name: str
    before: list[list[str]]
    run: list[str]
    # Whether readers see something else after it, or something else is held.
    is_seen: bool = True


def night(day: str) -> list[str]:
    return ["nightly", "--date", day]


def nights(*days: int) -> list[list[str]]:
    return [night(f"2022-02-{day}") for day in days]


BACK = ["rollback", "--to", "1", "--because", "a test"]


SCENARIOS = [
    Scenario("a night over older ones", nights(24, 25, 26), night("2022-02-27")),
    Scenario("a night that ends a month", nights(25, 26, 27), night(MONTH_END)),
    Scenario("a night that begins a month", nights(26, 27, 28), night("2022-03-01")),
    Scenario(
        "a restatement",
        nights(26, 27, 28),
        [*RESTATE, "--set", "after_sales_mix=volume"],
    ),
    Scenario("a rollback", nights(27, 28), BACK),
    Scenario("a rollback that goes forward again", [*nights(27, 28), BACK], ["rollback", "--to", "2"]),
    Scenario("a release", [*nights(27, 28), BACK], ["rollback", "--release", "all"]),
    Scenario(
        "a removal of what is kept no longer",
        [[*each, "--set", "keep_generations=9"] for each in nights(24, 25, 26, 27)],
        ["gc"],
        is_seen=False,
    ),
]


class Bench:
    """Extracts, and an output and a state folder that can be put back as they were."""

    def __init__(self, shopscore: str, rules: str, folder: Path):
        self.shopscore, self.rules, self.folder = str(Path(shopscore).resolve()), str(Path(rules).resolve()), folder
        self.out, self.state = folder / "now/out", folder / "now/state"
        self.extracts = folder / "extracts"
        sample = [self.shopscore, "sample", "--out", str(self.extracts), "--rules", self.rules, *MARKETPLACE]
        subprocess.run(sample, check=True, stdout=subprocess.DEVNULL)

    def command(self, arguments: list[str]) -> list[str]:
        folders = {"--extracts": self.extracts, "--rules": self.rules, "--state": self.state, "--out": self.out}
        flags = [str(part) for flag in folders.items() for part in flag]
        settings = [part for setting in SETTINGS for part in ("--set", setting)]
        # What a scenario sets comes last, and holds.
        return [self.shopscore, arguments[0], "--threads", "1", *flags, *settings, *arguments[1:]]

    def run(self, arguments: list[str]) -> None:
        subprocess.run(self.command(arguments), check=True, stdout=subprocess.DEVNULL)

    def begin(self, scenario: Scenario) -> None:
        """Does what comes before the scenario's run, and keeps what that leaves."""
        for kept in ("now", "before"):
            shutil.rmtree(self.folder / kept, ignore_errors=True)
        for arguments in scenario.before:
            self.run(arguments)
        (self.folder / "now").rename(self.folder / "before")

    def put_back(self) -> None:
        """The folders as they were before the scenario's run, hard links included."""
        now = self.folder / "now"
        shutil.rmtree(now, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.folder / "before"), str(now)], check=True)

    def seen(self) -> dict[str, bytes]:
        """What readers see, quarantine, months and dictionary with it, resolved once as they do; and what is held besides."""
        current = self.out / "current"
        if not current.is_symlink():
            return {}
        generation = current.resolve(strict=True).parent
        trees = [generation / tree for tree in ("published", "quarantine", "months", "dictionary")]
        assert [(self.out / tree.name).resolve(strict=True) for tree in trees[1:]] == trees[1:]
        seen = {str(path.relative_to(generation)): path.read_bytes() for tree in trees for path in files_in(tree)}
        return seen | {"held": self.held(generation)}

    def held(self, generation: Path) -> bytes:
        """The nights that are held, but for those of the generation."""
        listed = self.out / "records/holds.json"
        shown = json.loads((generation / "generation.json").read_text())["nights"]
        holds = json.loads(listed.read_text()) if listed.exists() else []
        is_held = lambda hold: "released_at" not in hold and shown.get(hold["day"]) != hold["ingredients"]
        return json.dumps([hold["day"] for hold in holds if is_held(hold)]).encode()

    def generations(self) -> list[str]:
        return sorted(path.name for path in (self.out / "generations").iterdir())

    def kept(self) -> dict[str, bytes]:
        """What the next run will find in the state folder. The sums of a window come in any order, and what came of the last
        night goes by whether it was published before: of them, the name."""
        names = {path: str(path.relative_to(self.state)) for path in files_in(self.state)}
        return {name: b"" if name.startswith(BY_NAME) else path.read_bytes() for path, name in names.items()}

    def leftovers(self) -> list[str]:
        """Names that only an unfinished run leaves."""
        hidden = list(self.out.rglob(".*"))
        unfinished = [path for path in files_in(self.state) if path.suffix == ".unfinished"]
        return sorted(str(path) for path in hidden + unfinished)


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
