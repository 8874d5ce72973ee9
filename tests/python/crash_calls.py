"""The system calls with which a run changes its folders, and a run that is killed or failed at one of them.

strace numbers the calls of a kind thread by thread, so that two threads make a call of the same number: the path tells
them apart.
"""

import errno
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

KINDS = (
    "openat open creat write writev pwrite64 pwritev copy_file_range sendfile ftruncate truncate fallocate "
    "rename renameat renameat2 link linkat symlink symlinkat mkdir mkdirat unlink unlinkat rmdir "
    "fsync fdatasync syncfs sync sync_file_range msync chmod fchmod fchmodat fchown chown flock close"
).split()
OPENS = {"openat", "open", "creat"}
WRITING = re.compile(r"O_CREAT|O_WRONLY|O_RDWR|O_TRUNC")
LINE = re.compile(r"^(\d+) +(\w+)\((.*)")
# What strace shows of a path: a text in quotes, or what a descriptor stands for.
SHOWN = re.compile(r'"((?:[^"\\]|\\.)+)"|<(/[^<>]*)>')

KILL = "kill"
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}


@dataclass(frozen=True)
class Call:
    """One call of a run that was left alone."""

    thread: int
    kind: str
    # The paths in the folders that it names, and the last of them: of two that which is made.
    paths: tuple[str, ...]
    path: str
    # Its number among the calls of its kind in its thread, from 1, and among those of them that name the first path.
    number: int
    number_on_path: int


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    stderr: str


def check_strace() -> None:
    if shutil.which("strace") is None:
        sys.exit("the crash test needs strace, which is not installed: install the package `strace`, then run it again")


def run(command: list[str]) -> Ended:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    return Ended(done.returncode, done.stderr)


def changing_calls(command: list[str], folders: list[Path], log: Path) -> list[Call]:
    """Runs the command, and returns, in order, its calls that change what is in the folders."""
    # Paths are shown in full all the same; what is written is not.
    strace = ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log), "-e", "signal=none"]
    ended = run([*strace, "-e", "trace=" + ",".join(f"?{kind}" for kind in KINDS), *command])
    assert ended.code == 0, ended.stderr
    calls, threads, numbers, written = {}, {}, Counter(), set()
    for line in log.read_text().splitlines():
        match = LINE.match(line)
        if not match:
            continue
        process, kind, arguments = match.groups()
        thread = threads.setdefault(process, len(threads))
        paths = paths_in(arguments, folders)
        numbers.update((thread, kind, path) for path in {None, *paths})
        path = paths[-1] if paths else None
        if path is None or kind in OPENS and not WRITING.search(arguments) or kind == "close" and path not in written:
            continue
        if kind in OPENS:
            written.add(path)
        on_path = numbers[thread, kind, paths[0]]
        # Of two threads that do the same to the same path, only the first can be struck.
        calls.setdefault((kind, path, on_path), Call(thread, kind, paths, path, numbers[thread, kind, None], on_path))
    return list(calls.values())


def paths_in(arguments: str, folders: list[Path]) -> tuple[str, ...]:
    """The paths of a call that lie in one of the folders."""
    found, beneath = [], ""
    for quoted, descriptor in SHOWN.findall(arguments):
        # A relative name stands after the folder that it lies in.
        path = descriptor or (quoted if quoted.startswith("/") else f"{beneath}/{quoted}")
        beneath = descriptor
        if any(Path(path).is_relative_to(folder) for folder in folders):
            found.append(path)
    return tuple(found)


def run_until(command: list[str], call: Call, fault: str) -> Ended:
    """Runs the command, killed or failed at one call; a kill ends it with -9."""
    strike = "signal=SIGKILL" if fault == KILL else f"error={fault}"
    # Without --seccomp-bpf, with which some of the signals are lost.
    strace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "signal=none", "-e", f"trace={call.kind}"]
    # strace finds neither the path of a name that is relative to a folder nor the second path of a rename.
    is_relative = call.kind == "unlinkat"
    only = [] if is_relative else ["-P", call.paths[0]]
    number = call.number if is_relative else call.number_on_path
    return run([*strace, *only, "-e", f"inject={call.kind}:{strike}:when={number}", *command])
