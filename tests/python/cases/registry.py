"""The cases, each declared where it is built: its name, where it was reported, how a night on it must end."""

from dataclasses import dataclass, field

NIGHT = '"$SHOPSCORE" nightly --date 2022-03-15 --extracts extracts --rules rules --state state --out out'


@dataclass
class Case:
    """`build(market)` delivers the extracts otherwise; a text that it returns is the script to run in place of a night."""

    name: str
    source: str
    build: object
    code: int = 0
    says: list = field(default_factory=list)
    settings: str = ""  # lines of jobs/nightly.toml with which the night is the clean one, after the refusal without them
    first: str = "2022-02-14"
    needs_root: bool = False


CASES = []


def case(source, code=0, says=(), settings="", first="2022-02-14", needs_root=False):
    """Declares a case: with exit code 0 the night must be the clean one, and with any code its run says all of `says`."""

    def declare(build):
        says_all = [says] if isinstance(says, str) else list(says)
        CASES.append(Case(build.__name__, source, build, code, says_all, settings, first, needs_root))
        return build

    return declare
