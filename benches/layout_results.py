"""The part of RESULTS.md about what dashboards ask, of what `layout/bench_layout.py` found."""

from markdown import table

MIB = 2**20


def asked(found: dict) -> str:
    """Seconds and MiB read by question, reader and layout; chDB maps files, so that what it read is not known."""
    layouts = list(next(iter(found["questions"].values())))
    rows = []
    for question in next(iter(next(iter(found["questions"].values())).values())):
        for reader, by_layout in found["questions"].items():
            cells = [cell(reader, by_layout.get(layout, {}).get(question)) for layout in layouts]
            rows += [[question, reader, *cells]] if any(cells) else []
    kib = [
        [layout, name, f"{of['files']:,}", f"{of['bytes'] / MIB:,.1f}"]
        for layout, tables in found["bytes"].items()
        for name, of in tables.items()
    ]
    words = "Three years of nights, 20,000 shops: seconds, and MiB read in brackets. docs/LAYOUT.md says what each layout is.\n"
    disk = "What they take on disk; links count as files of their own.\n"
    return "\n".join([words, table(["question", "reader", *layouts], rows, words=2), disk, table(["layout", "table", "files", "MiB"], kib, words=2)])


def cell(reader: str, of: dict | None) -> str:
    if of is None:
        return ""
    read = "" if reader == "chdb" else f" ({of['bytes'] / MIB:,.1f})"
    return f"{of['median']:.2f}{read}"
