"""What was asked for, beside what was found."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from markdown import table

FLOOR = "decoding alone"
SCRATCH, FIRST, NIGHT, NOTHING_NEW = (
    f"shopscore, {what}" for what in ("from scratch", "first night after a rebuild", "nightly", "nothing new")
)


@dataclass(frozen=True)
class Goal:
    """A figure, on which data it was found, and the most that it may be."""

    what: str
    data: str
    most: float
    found: float
    shown: str = "{:.2f}"

    def row(self) -> list[str]:
        kept = "yes" if self.found <= self.most else "no"
        return [self.what, self.data, self.shown.format(self.most), self.shown.format(self.found), kept]


def ratio(cases: dict[str, dict], name: str, other: str) -> float:
    """The median of what a case took of another in the same round: a slow minute of the machine is in both."""
    pairs = zip(cases[name]["work"], cases[other]["work"], strict=True)
    return statistics.median(one / of_other for one, of_other in pairs)


def fastest_engine(cases: dict[str, dict]) -> str:
    """The engine whose plain queries took the least; helped ones are no yardstick."""
    seconds = {name: statistics.median(case["work"]) for name, case in cases.items() if case["kind"] == "engine"}
    return min(seconds, key=seconds.__getitem__)


def wanted(bench: dict | None, growth: dict | None, large: dict | None) -> str:
    goals = []
    if bench:
        of_sets = [list(of_nights(name, of_set)) for name, of_set in bench["data_sets"].items()]
        # A goal's rows for the data sets below each other.
        goals += [goal for of_goal in zip(*of_sets, strict=True) for goal in of_goal]
    if large:
        goals += of_rows(large)
    if growth:
        goals += of_shops(growth)
    return table(["", "data", "at most", "found", "kept"], [goal.row() for goal in goals], words=2)


def of_nights(data: str, of_set: dict) -> Iterator[Goal]:
    cases = of_set["cases"]
    query = fastest_engine(cases)
    yield Goal("from scratch, of the fastest engine's bare query", data, 0.8, ratio(cases, SCRATCH, query))
    yield Goal("from scratch, of decoding alone", data, 2, ratio(cases, SCRATCH, FLOOR))
    yield Goal("first night after a rebuild, of that query", data, 0.25, ratio(cases, FIRST, query))
    yield Goal("a night, of that query", data, 0.1, ratio(cases, NIGHT, query))
    yield Goal("nothing new, of that query", data, 0.05, ratio(cases, NOTHING_NEW, query))
    for name in (SCRATCH, FIRST, NIGHT, NOTHING_NEW):
        peak = cases[name]["peak_mib"]["max"]
        yield Goal(f"greatest peak memory, {name.removeprefix('shopscore, ')}", data, 256, peak, "{:.0f} MiB")
    yield Goal("files and folders that nothing new changed", data, 0, of_set["changed_by_nothing_new"], "{}")
    payments = of_set["sizes"]["payments"]
    percent = 100 * payments["partials"]["bytes"] / payments["input"]["bytes"]
    yield Goal("payments partials, of their input's bytes", data, 10, percent, "{:.1f} %")


def of_rows(large: dict) -> Iterator[Goal]:
    settings, cases = large["settings"], large["cases"]
    times, limit = f"{settings['times']} times the rows", f"--memory-limit {settings['limit_mib']}"
    seconds = {name: case["seconds"]["median"] for name, case in cases.items()}
    yield Goal("from scratch, times the seconds", times, 10.5, seconds["many"] / seconds["few"])
    yield Goal(f"the same with `{limit}`", times, 10.5, seconds["many_limited"] / seconds["few"])
    yield Goal(f"its greatest peak memory with `{limit}`", times, 1024, cases["many_limited"]["peak_mib"]["max"], "{:.0f} MiB")


def of_shops(growth: dict) -> Iterator[Goal]:
    few, many = (growth["shops"][f"{shops:,} shops"] for shops in (20_000, 1_000_000))
    times = many["seconds"]["median"] / few["seconds"]["median"]
    shops = "1,000,000 shops"
    yield Goal("a night, times the seconds of one with 20,000 shops", shops, 20, times)
    yield Goal("greatest peak memory of that night", shops, 1024, many["peak_mib"]["max"], "{:.0f} MiB")
    yield Goal("scoring stage", shops, 5, growth["scoring"][shops]["median"], "{:.2f} s")
