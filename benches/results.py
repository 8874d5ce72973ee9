"""Writes benches/RESULTS.md from what `bench`, `growth`, `large`, `pieces` and `report` measured last and left in the cache folder."""

import json
from pathlib import Path

from goals import FLOOR, fastest_engine, ratio, wanted
import layout_results
from markdown import spread, table

RESULTS = Path(__file__).parent / "RESULTS.md"
MIB = 2**20

HEAD = """# Results

Written by `make bench`, `make bench-growth`, `make bench-large`, `make bench-pieces`, `make bench-report` and `make bench-layout`; not
edited by hand. Seconds are wall-clock, medians, with the least and the greatest in brackets. All runs of a table were made in one go,
in turn, each in its own process, with the files in the page cache.
"""

ENGINES = """The engines compute the bare sums of 30 days and the ranks, without row checks and without appeals; before the clock ran,
they were compared on both data sets with what shopscore publishes without appeals: both sums of every indicator of every shop
agreed, and the ranks of all indicators but the two of logistics, which rules deal out (`agreement.py`). Amounts of payments are
summed by all and compared by none. shopscore reads, hashes and checks every row, takes upheld appeals out, scores, and
publishes with the disk synced. Its seconds are those of the whole process; ratios are to the seconds that the engines' queries
alone took, without Python's start, and are medians of the ratios within each round of runs: a slow minute of the machine is in
both. "Decoding alone" decodes the columns that the row checks need with the `parquet` crate, on the same threads, and drops them.

The yardstick is the fastest of the engines' plain queries, one query a table over the window:
{fastest}. Rows in italics are no
yardstick: `consultations by day` groups the one distinct a day at a time, and `daily partials kept` adds up 30 small files of
sums that earlier nights left, as shopscore does.
"""


def write(cache: Path) -> None:
    """Writes the file, without the parts that were never measured."""
    names = ("bench", "bench-growth", "bench-large", "bench-pieces", "bench-report", "bench-layout")
    bench, growth, large, pieces, report, layout = (load(cache / f"{name}.json") for name in names)
    parts = [HEAD]
    if bench:
        parts += [setting(bench), "## Beside other engines\n", engines(bench)]
    parts += ["## What was asked for\n", wanted(bench, growth, large)]
    if pieces:
        parts += ["## What every hand-made piece earns\n", earned(pieces)]
    if bench:
        parts += ["## Stored partials\n", partials(bench)]
    if growth:
        parts += ["## Growth\n", grown(growth)]
    if large:
        parts += ["## Ten times the rows\n", of_rows(large)]
    if report:
        parts += ["## The report\n", of_reports(report)]
    if layout:
        parts += ["## What dashboards ask\n", layout_results.asked(layout)]
    RESULTS.write_text("\n".join(parts))
    print(f"written: {RESULTS.relative_to(RESULTS.parents[1])}")


def load(path: Path) -> dict | list | None:
    return json.loads(path.read_text()) if path.exists() else None


def setting(bench: dict) -> str:
    machine, settings = bench["machine"], bench["settings"]
    versions = ", ".join(f"{name} {version}" for name, version in bench["versions"].items())
    sizes = {name: of_set["sizes"] for name, of_set in bench["data_sets"].items()}
    rows = sum(of["all"]["rows"] for of in sizes["sample"].values())
    in_window = sum(of["input"]["rows"] for of in sizes["sample"].values())
    mib = {name: sum(of["all"]["bytes"] for of in of_set.values()) / MIB for name, of_set in sizes.items()}
    return f"""- Machine: {machine["processor"]}, {machine["cores"]} cores, {machine["memory_gib"]} GiB of memory; {settings["threads"]} threads for all.
- Versions: {versions}.
- Data: {settings["shops"]:,} shops, 31 days to {settings["as_of"]}: {rows:,} rows; in the window, without shops and appeals,
  {in_window:,}. Twice, with the same rows: *sample* as `shopscore sample` writes them ({mib["sample"]:,.0f} MiB), *duckdb* as DuckDB
  does ({mib["duckdb"]:,.0f} MiB; zstd, row groups of 122,880, timestamps without a zone, no page checksums), with buyers spread over
  63 bits at random. The appeals of the last two days are cut to {bench["appeals"]:,} a day, on records of all the window: a night
  takes in those of one day.
- {settings["runs"]} runs.
"""


def engines(bench: dict) -> str:
    of_sets = {data: of_set["cases"] for data, of_set in bench["data_sets"].items()}
    fastest = {data: fastest_engine(cases) for data, cases in of_sets.items()}
    head = ["", "data", "seconds", "queries alone", "CPU seconds", "peak MiB", "of the fastest engine", f"of {FLOOR}"]
    rows = []
    for name in next(iter(of_sets.values())):
        for data, cases in of_sets.items():
            case = cases[name]
            shown = f"*{name}*" if case["kind"] == "helped engine" else name
            ratios = [f"{ratio(cases, name, other):.2f}" for other in (fastest[data], FLOOR)]
            if name == FLOOR:
                rows.append([shown, data, spread(case["own_seconds"]), "", "", "", *ratios])
            else:
                alone = spread(case["own_seconds"]) if case["own_seconds"] else ""
                cpu, peak = f"{case['cpu_seconds']['median']:.2f}", f"{case['peak_mib']['median']:.0f}"
                rows.append([shown, data, spread(case["seconds"]), alone, cpu, peak, *ratios])
    said = ", ".join(f"{name} on *{data}*" for data, name in fastest.items())
    return f"{ENGINES.format(fastest=said)}\n{table(head, rows, words=2)}"


def earned(pieces: list[dict[str, str]]) -> str:
    """Each piece that stands only for speed, beside what one would write without it."""
    rows = [
        [
            of_piece["piece"],
            of_piece["instead"],
            of_piece["data_set"],
            of_piece["seconds"],
            of_piece["seconds_instead"],
            f"{float(of_piece['seconds_instead']) / float(of_piece['seconds']):.2f}",
        ]
        for of_piece in sorted(pieces, key=lambda of_piece: of_piece["piece"])
    ]
    head = ["piece", "in its place", "data", "seconds", "seconds of that", "times"]
    return "Medians, in turn, on the same threads.\n\n" + table(head, rows, words=3)


def partials(bench: dict) -> str:
    head = ["table", "data", "rows of input", "rows stored", "of them", "KiB of input", "KiB stored", "of them"]
    head += ["KiB stored a day", "KiB of record indexes"]
    sizes = {data: of_set["sizes"] for data, of_set in bench["data_sets"].items()}
    stored = [name for name, of_table in sizes["sample"].items() if of_table["partials"]["files"]]
    rows = [[name, data, *of_partials(of_set[name])] for name in stored for data, of_set in sizes.items()]
    return "The 30 days of the window, by table.\n\n" + table(head, rows, words=2)


def of_partials(sizes: dict) -> list[str]:
    of_input, stored = sizes["input"], sizes["partials"]
    return [
        f"{of_input['rows']:,}",
        f"{stored['rows']:,}",
        f"{100 * stored['rows'] / of_input['rows']:.1f} %",
        f"{of_input['bytes'] / 1024:,.0f}",
        f"{stored['bytes'] / 1024:,.0f}",
        f"{100 * stored['bytes'] / of_input['bytes']:.1f} %",
        f"{stored['bytes'] / 1024 / stored['files']:,.0f}",
        f"{sizes['index_bytes'] / 1024:,.0f}" if sizes["index_bytes"] else "",
    ]


def grown(growth: dict) -> str:
    said = {
        "history": "History: 5,000 shops, 50,000 rows a day; extracts and partials reach back as far.",
        "rows": "Rows: 20,000 shops, 200,000 rows on each of the days before.",
        "shops": "Shops: 200,000 rows on every day; so few that the limit on shops without a score is lifted.",
    }
    parts = [f"A night like any other, after the nights before it; {growth['runs']} runs, {growth['threads']} threads.\n"]
    for kind, words in said.items():
        rows = [[name, *of_run(case), f"{case['stored']:,}"] for name, case in growth[kind].items()]
        parts.append(f"{words}\n\n{table(['', 'seconds', 'CPU seconds', 'peak MiB', 'partials stored'], rows)}")
    rows = [[shops, spread(seconds)] for shops, seconds in growth["scoring"].items()]
    words = "The scoring stage alone, from the window's sums to scores and improvements, every shop with every figure."
    parts.append(f"{words}\n\n{table(['', 'seconds'], rows)}")
    return "\n".join(parts)


def of_rows(large: dict) -> str:
    settings, cases = large["settings"], large["cases"]
    many = f"{settings['rows'] * settings['times']:,} rows a day"
    names = {
        "few": f"{settings['rows']:,} rows a day",
        "many": many,
        "many_limited": f"{many}, `--memory-limit {settings['limit_mib']}`",
    }
    rows = [[names[name], *of_run(case)] for name, case in cases.items()]
    words = f"A night from scratch over 30 days, each made by itself; {settings['runs']} runs, {settings['threads']} threads."
    return f"{words}\n\n{table(['', 'seconds', 'CPU seconds', 'peak MiB'], rows)}"


def of_reports(report: dict) -> str:
    made_head = ["", "seconds", "CPU seconds", "peak MiB", "files", "MB in all", "MB of the first"]
    made, opened = [], []
    for shops, case in report["shops"].items():
        name = f"{int(shops):,} shops"
        sizes = [f"{case['files']:,}", f"{case['bytes'] / 1e6:,.1f}", f"{case['page_bytes'] / 1e6:.1f}"]
        made.append([name, *of_run(case), *sizes])
        steps = ("first_paint", "search_id", "search_name", "open_shop")
        opened.append([name, *(spread({of: figure / 1000 for of, figure in case[step].items()}) for step in steps)])
    opened_head = ["", "first paint", "search by id", "search by name", "page of a shop"]
    return (
        f"A night of {report['rows_a_day']:,} rows a day; {report['runs']} runs, {report['threads']} threads.\n\n"
        f"{table(made_head, made)}\nSeconds of a headless Chromium that opens it from the disk, and then looks for a shop with nothing loaded yet.\n\n"
        f"{table(opened_head, opened)}"
    )


def of_run(case: dict) -> list[str]:
    return [spread(case["seconds"]), f"{case['cpu_seconds']['median']:.2f}", f"{case['peak_mib']['median']:.0f}"]


if __name__ == "__main__":
    import sys

    write(Path(sys.argv[1]))
