"""`make bench-pieces`: each piece that stands only for speed, beside what one would write without it, on both data sets.

The bench `pieces` prints a line for each: piece, data set, seconds of the piece, seconds of what stands in its place, and
what that is, with tabs between. What is found is kept in the cache folder, and `results` makes benches/RESULTS.md of it.
"""

import json

import data_sets
import processes
import results
from marketplace import AS_OF, CARGO_BENCH, Job

FIELDS = ("piece", "data_set", "seconds", "seconds_instead", "instead")


def main() -> None:
    given = data_sets.arguments()
    job = Job(given.shopscore, given.cache, given.threads)
    found = []
    for data_set in data_sets.both(job, given.shops, given.rows):
        environment = {"EXTRACTS": str(data_set.extracts), "DATE": str(AS_OF), "RUNS": str(given.runs)}
        said = processes.run([*CARGO_BENCH, "pieces"], given.threads, environment).stdout
        # The bench knows a data set by its folder, which is no business of a reader's.
        found += measured(said.replace(str(data_set.extracts), data_set.name))
    (given.cache / "bench-pieces.json").write_text(json.dumps(found))
    results.write(given.cache)


def measured(said: str) -> list[dict[str, str]]:
    """The pieces in what the bench printed; lines without tabs are for people."""
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in said.splitlines() if "\t" in line]


if __name__ == "__main__":
    main()
