"""The part of RESULTS.md about what dashboards ask, of what `layout/bench_layout.py` found."""

from markdown import spread, table

MIB = 2**20
WORDS = {1: "one", 2: "two", 3: "three"}
NIGHT = """The same night scored again and published, with all partials there: seconds and bytes of what it wrote, beside those of the
release before where that was measured.
"""
SINGLE = """One night's files in other ways, each choice by itself over how it was: bytes, and milliseconds of writing with pyarrow.
"""
ASKED = """Three years of nights: seconds, and MiB read in brackets (chDB maps files, so that what it read is not known), medians of {} turns;
Spark was asked once. docs/LAYOUT.md says what each layout is; of `indicators` months and the one file have the last year.
"""


def asked(found: dict) -> str:
    parts = [NIGHT, night(found["nights"]), SINGLE, single(found["single"]), ASKED.format(WORDS.get(found["runs"], found["runs"])), questions(found["questions"])]
    return "\n".join([*parts, "What the nights take on disk, of `indicators` those of the last year.\n", sizes(found["bytes"])])


def night(found: dict) -> str:
    names = [name for name in ("before", "now") if name in found]
    ratio = [["CPU seconds now over those before, median of pairs", "", f"{found['ratio']:.3f}"]] if "ratio" in found else []
    rows = [["seconds", *(spread(found[name]["seconds"]) for name in names)], ["CPU seconds", *(spread(found[name]["cpu_seconds"]) for name in names)]]
    rows += [[f"bytes of {of}", *(f"{found[name]['bytes'].get(of, 0):,}" for name in names)] for of in found["now"]["bytes"]]
    rows.append(["bytes of the night", *(f"{sum(found[name]['bytes'].values()):,}" for name in names)])
    return table(["", *names], rows + ratio)


def single(found: dict) -> str:
    tables = list(next(iter(found.values())))
    rows = [[name, *(f"{of[each]['bytes']:,} ({of[each]['milliseconds']:.0f})" for each in tables)] for name, of in found.items()]
    return table(["choice", *tables], rows)


def questions(found: dict) -> str:
    layouts = list(next(iter(found.values())))
    asked = list(next(iter(next(iter(found.values())).values())))
    rows = [
        [question, reader, *(cell(reader, by_layout[layout][question]) if layout in by_layout else "" for layout in layouts)]
        for question in asked
        for reader, by_layout in found.items()
    ]
    return table(["question", "reader", *layouts], rows, words=2)


def cell(reader: str, of: dict) -> str:
    read = "" if reader == "chdb" else f" ({of['bytes'] / MIB:,.1f})"
    return f"{of['median']:.2f}{read}"


def sizes(found: dict) -> str:
    rows = [
        [layout, name, f"{of['files']:,}", f"{of['bytes'] / MIB:,.1f}"]
        for layout, tables in found.items()
        for name, of in tables.items()
    ]
    return table(["layout", "table", "files", "MiB"], rows, words=2)
