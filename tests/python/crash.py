"""Kills and fails runs at every system call that changes their folders, one after another.

    crash.py SHOPSCORE RULES [EVERY]

strace lists the calls of a run on one thread that write, rename, link, sync or remove in the output or the state folder, but for the
record of the run.
Then, for each of them (with EVERY=5 for each fifth of a kind), the run is killed as it makes the call, and in two more
runs the call fails with ENOSPC and with EIO. After each:

- readers see the old publication or the new one, every byte of it, its quarantine, months and dictionary with it; where it was rolled back,
  what they see no more is held, and of a release all or nothing is;
- a run that was not killed ends with exit code 5, the old publication and a line that names the path; or, where nothing
  depends on the call, with 0 and the new one: after the switch, or at a close, which the sync answers for;
- a plain rerun ends with exit code 0, readers see every byte of a run that was left alone, the state folder holds what
  that left there, `verify` finds nothing, and nothing is left over.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from crash_calls import ERRORS, KILL, Call, Ended, changing_calls, check_strace, run, run_until
from crash_scenarios import SCENARIOS, Bench, Scenario

KILLED = -9
DISK = 5
# The sync of the file system answers for the bytes of a file that was closed before.
MAY_FAIL_QUIETLY = {"close"}


def is_of_record(call: Call, out: Path) -> bool:
    """Whether it is one for the record of the run: that has the time in its name, so no other run makes the call, and nothing
    depends on it (tests/runs strike there)."""
    return Path(call.path).is_relative_to(out / "runs")


def switch(calls: list[Call]) -> int:
    """The place of the call from which on all is as after the run; a run that shows nothing else has the end of the list."""
    renamed = {Path(call.path).name: place for place, call in enumerate(calls) if call.kind.startswith("rename")}
    return renamed.get("current", renamed.get("holds.json", len(calls)))


def wrong_end(call: Call, fault: str, ended: Ended, sees_new: bool | None, is_committed: bool) -> str | None:
    """What is wrong with how a run ended whose call was struck, `is_committed` after the switch; what it sees is none where that
    is the same before and after."""
    if fault == KILL:
        return None if ended.code == KILLED else f"ended with {ended.code}, not killed"
    if ended.code == DISK:
        if sees_new:
            return "exit code 5 over the new publication"
        named = os.strerror(ERRORS[fault]) in ended.stderr and any(names_path(ended.stderr, path) for path in call.paths)
        return None if named else f"a line that does not name the call: {ended.stderr!r}"
    if ended.code != 0:
        return f"exit code {ended.code}: {ended.stderr!r}"
    if sees_new is False:
        return "exit code 0 over the old publication"
    if sees_new is not None and not is_committed and call.kind not in MAY_FAIL_QUIETLY:
        return "exit code 0, though the call failed"
    return None


def names_path(text: str, path: str) -> bool:
    """Whether the path is named, or one above or below it: folders are made and removed with all that they lack or hold."""
    return f"{path}/" in text or any(f"{above}: " in text for above in [path, *map(str, Path(path).parents)])


class Struck:
    """The strikes on one scenario."""

    def __init__(self, bench: Bench, scenario: Scenario, every: int):
        self.bench, self.scenario = bench, scenario
        bench.begin(scenario)
        bench.put_back()
        self.old = bench.seen()
        self.command = bench.command(scenario.run)
        calls = changing_calls(self.command, [bench.out, bench.state], bench.folder / "calls")
        calls = [call for call in calls if not is_of_record(call, bench.out)]
        self.new = bench.seen()
        assert self.old and (self.new != self.old) == scenario.is_seen, "the run changes nothing, or what it must not"
        self.generations = bench.generations()
        bench.run(scenario.run)
        self.kept = bench.kept()
        self.switch = switch(calls)
        self.calls = list(self.chosen(calls, every))
        self.counts: Counter = Counter()
        self.wrong: list[str] = []

    @staticmethod
    def chosen(calls: list[Call], every: int):
        """Each call with its place, or each `every`-th of a kind; the first of each is always among them."""
        seen: Counter = Counter()
        for place, call in enumerate(calls):
            if seen[call.kind] % every == 0:
                yield place, call
            seen[call.kind] += 1

    def strike(self, place: int, call: Call, fault: str) -> None:
        self.bench.put_back()
        ended = run_until(self.command, call, fault)
        seen = self.bench.seen()
        wrong = None
        if seen not in (self.old, self.new):
            wrong = "a mixture"
        sees_new = seen == self.new if self.scenario.is_seen else None
        wrong = wrong or wrong_end(call, fault, ended, sees_new, place > self.switch)
        wrong = wrong or self.wrong_rerun()
        if wrong:
            self.wrong.append(f"{self.scenario.name}: {fault} at {call}: {wrong}")
        what = {KILLED: "killed", DISK: "refused", 0: "went on"}.get(ended.code, "other")
        self.counts[call.kind, "old" if seen == self.old else "new"] += 1
        self.counts[call.kind, what] += 1

    def wrong_rerun(self) -> str | None:
        again = run(self.command)
        if again.code != 0:
            return f"the rerun ended with {again.code}: {again.stderr!r}"
        if self.bench.seen() != self.new:
            return "the rerun published other bytes"
        if not self.scenario.is_seen and self.bench.generations() != self.generations:
            return f"the rerun left {self.bench.generations()}"
        if self.bench.leftovers():
            return f"the rerun left {self.bench.leftovers()}"
        verified = run(self.bench.command(["verify"]))
        if verified.code != 0:
            return f"verify found {verified.stderr!r}"
        kept = self.bench.kept()
        other = sorted(name for name in kept.keys() | self.kept.keys() if kept.get(name) != self.kept.get(name))
        return f"the rerun left another state: {other}" if other else None

    def strike_all(self) -> None:
        for place, call in self.calls:
            for fault in (KILL, *ERRORS):
                self.strike(place, call, fault)

    def tell(self) -> None:
        print(f"{self.scenario.name}: {len(self.calls)} calls, {len(self.wrong)} strikes with something wrong")
        columns = ["killed", "refused", "went on", "old", "new"]
        print(f"  {'call':<16}{'calls':>7}" + "".join(f"{column:>9}" for column in columns))
        for kind, calls in sorted(Counter(call.kind for _, call in self.calls).items()):
            print(f"  {kind:<16}{calls:>7}" + "".join(f"{self.counts[kind, column]:>9}" for column in columns))
        for wrong in self.wrong[:20]:
            print(f"  {wrong}")


def main() -> int:
    check_strace()
    shopscore, rules = sys.argv[1:3]
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    wrong = strikes = 0
    # In memory where that is possible: what is tested is the order of calls, not the disk.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="shopscore-crash-", dir=memory) as folder:
        bench = Bench(shopscore, rules, Path(folder))
        for scenario in SCENARIOS:
            struck = Struck(bench, scenario, every)
            struck.strike_all()
            struck.tell()
            wrong += len(struck.wrong)
            strikes += 3 * len(struck.calls)
    print(f"{strikes - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
