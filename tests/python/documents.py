"""Documents that say what commands say: compared with what they say now, or written anew."""

import difflib
import sys
from pathlib import Path


def compare_or_renew(document: str, wanted: str, commands: int, renew: bool) -> None:
    """Ends with exit code 1 where the document says something else."""
    if renew:
        Path(document).write_text(wanted, encoding="utf-8")
        return
    found = Path(document).read_text(encoding="utf-8")
    if found != wanted:
        sys.stdout.writelines(difflib.unified_diff(found.splitlines(True), wanted.splitlines(True), document, "said now"))
        sys.exit(1)
    print(f"{document} says what the {commands} commands say")
