"""Writes benches/RESULTS.md from what `bench` and `growth` measured last and left in the cache folder."""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
SCRATCH, NIGHTLY, NOTHING_NEW = "shopscore, from scratch", "shopscore, nightly", "shopscore, nothing new"
DUCKDB, FLOOR = "DuckDB", "decoding alone"
MIB = 2**20

HEAD = """# Results

Written by `make bench` and `make bench-growth`; not edited by hand. Seconds are wall-clock, medians, with the least and the
greatest in brackets. All runs of a table were made in one go, in turn, each in its own process, with the files in the page
cache.
"""

ENGINES = """The engines compute the bare sums of 30 days and the ranks, without row checks and without appeals; before the clock ran,
they were compared with what shopscore publishes without appeals: both sums of every indicator of every shop agreed, and the
ranks of all indicators but the two of logistics, which rules deal out (`agreement.py`). Amounts of payments are summed by
all and compared by none. shopscore reads, hashes and checks every row, takes upheld appeals out, scores, and publishes with the disk synced. Its seconds are those of
the whole process; ratios are to the seconds that the engines' queries alone took, without Python's start. "Decoding alone"
decodes the columns that the row checks need with the `parquet` crate, on the same threads, and drops them.
"""


def write(cache: Path) -> None:
    """Writes the file; a part that was never measured says so."""
    bench, growth = (load(cache / name) for name in ("bench.json", "bench-growth.json"))
    parts = [HEAD]
    if bench:
        parts += [setting(bench), "## Beside other engines\n", ENGINES, cases(bench)]
    parts += ["## What was asked for\n", wanted(bench, growth)]
    if bench:
        parts += ["## Stored partials\n", partials(bench)]
    if growth:
        parts += ["## Growth\n", grown(growth)]
    RESULTS.write_text("\n".join(parts))
    print(f"written: {RESULTS.relative_to(RESULTS.parents[1])}")


def load(path: Path) -> dict | None:
    return json.loads(path.read_text()) if path.exists() else None


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def spread(figures: dict[str, float], digits: int = 2) -> str:
    return f"{figures['median']:.{digits}f} ({figures['min']:.{digits}f}–{figures['max']:.{digits}f})"


def setting(bench: dict) -> str:
    machine, settings, sizes = bench["machine"], bench["settings"], bench["sizes"]
    versions = ", ".join(f"{name} {version}" for name, version in bench["versions"].items())
    total = {unit: sum(of["all"][unit] for of in sizes.values()) for unit in ("files", "rows", "bytes")}
    in_window = {unit: sum(of["input"][unit] for of in sizes.values()) for unit in ("files", "rows", "bytes")}
    return f"""- Machine: {machine["processor"]}, {machine["cores"]} cores, {machine["memory_gib"]} GiB of memory; {settings["threads"]} threads for all.
- Versions: {versions}.
- Data: {settings["shops"]:,} shops, 31 days to {settings["as_of"]}: {total["rows"]:,} rows, {total["files"]} files, {total["bytes"] / MIB:,.0f} MiB; in the
  window, without shops and appeals, {in_window["rows"]:,} rows, {in_window["files"]} files, {in_window["bytes"] / MIB:,.0f} MiB. About
  {bench["appeals_a_day"]:,} appeals are decided a day, on records of all the window; the night takes in those of its own.
- {settings["runs"]} runs.
"""


def cases(bench: dict) -> str:
    polars = better_polars(bench)
    head = ["", "seconds", "queries alone", "CPU seconds", "peak MiB", f"of {DUCKDB}", f"of {polars}", f"of {FLOOR}"]
    rows = []
    for name, case in bench["cases"].items():
        ratios = [f"{work(case) / work(bench['cases'][other]):.2f}" for other in (DUCKDB, polars, FLOOR)]
        if name == FLOOR:
            rows.append([name, spread(case["own_seconds"]), "", "", "", *ratios])
        else:
            alone = spread(case["own_seconds"]) if case["own_seconds"] else ""
            cpu, peak = f"{case['cpu_seconds']['median']:.2f}", f"{case['peak_mib']['median']:.0f}"
            rows.append([name, spread(case["seconds"]), alone, cpu, peak, *ratios])
    return table(head, rows)


def work(case: dict) -> float:
    """The median seconds that ratios are made of: those of the work alone, where the process says them."""
    return (case["own_seconds"] or case["seconds"])["median"]


def better_polars(bench: dict) -> str:
    engines = [name for name in bench["cases"] if name.startswith("Polars")]
    return min(engines, key=lambda name: work(bench["cases"][name]))


def wanted(bench: dict | None, growth: dict | None) -> str:
    rows = []

    def row(what: str, most: float, found: float, shown: str) -> None:
        rows.append([what, shown.format(most), shown.format(found), "yes" if found <= most else "no"])

    if bench:
        seconds = {name: work(case) for name, case in bench["cases"].items()}
        peak = {name: case["peak_mib"]["max"] for name, case in bench["cases"].items()}
        payments = bench["sizes"]["payments"]
        row("a night, of DuckDB's bare query", 0.1, seconds[NIGHTLY] / seconds[DUCKDB], "{:.2f}")
        row("from scratch, of DuckDB's bare query", 1, seconds[SCRATCH] / seconds[DUCKDB], "{:.2f}")
        row("from scratch, of decoding alone", 3, seconds[SCRATCH] / seconds[FLOOR], "{:.2f}")
        row("greatest peak memory of a night", 300, peak[NIGHTLY], "{:.0f} MiB")
        row("greatest peak memory from scratch", 300, peak[SCRATCH], "{:.0f} MiB")
        row("a night with nothing new", 1, seconds[NOTHING_NEW], "{:.2f} s")
        row("files and folders that it changed", 0, bench["changed_by_nothing_new"], "{}")
        row("payments partials, of their input's bytes", 10, 100 * share(payments), "{:.1f} %")
    if growth:
        for shops, seconds_of in growth["scoring"].items():
            if shops.startswith("1,000,000"):
                row(f"scoring stage, {shops}", 5, seconds_of["median"], "{:.2f} s")
    return table(["", "at most", "found", "kept"], rows)


def share(sizes: dict) -> float:
    return sizes["partials"]["bytes"] / sizes["input"]["bytes"]


def partials(bench: dict) -> str:
    head = ["table", "rows of input", "rows stored", "of them", "KiB of input", "KiB stored", "of them", "KiB stored a day"]
    head += ["KiB of record indexes"]
    rows = []
    for name, sizes in bench["sizes"].items():
        of_input, stored = sizes["input"], sizes["partials"]
        if stored["files"]:
            rows.append(
                [
                    name,
                    f"{of_input['rows']:,}",
                    f"{stored['rows']:,}",
                    f"{100 * stored['rows'] / of_input['rows']:.1f} %",
                    f"{of_input['bytes'] / 1024:,.0f}",
                    f"{stored['bytes'] / 1024:,.0f}",
                    f"{100 * share(sizes):.1f} %",
                    f"{stored['bytes'] / 1024 / stored['files']:,.0f}",
                    f"{sizes['index_bytes'] / 1024:,.0f}" if sizes["index_bytes"] else "",
                ]
            )
    return "The 30 days of the window, by table.\n\n" + table(head, rows)


def grown(growth: dict) -> str:
    said = {
        "history": "History: 5,000 shops, 50,000 rows a day; extracts and partials reach back as far.",
        "rows": "Rows: 20,000 shops, 200,000 rows on each of the days before.",
        "shops": "Shops: 200,000 rows on every day; so few that the limit on shops without a score is lifted.",
    }
    parts = [f"A night like any other, after the nights before it; {growth['runs']} runs, {growth['threads']} threads.\n"]
    for kind, words in said.items():
        rows = [
            [
                name,
                spread(case["seconds"]),
                f"{case['cpu_seconds']['median']:.2f}",
                f"{case['peak_mib']['median']:.0f}",
                f"{case['stored']:,}",
            ]
            for name, case in growth[kind].items()
        ]
        parts.append(f"{words}\n\n{table(['', 'seconds', 'CPU seconds', 'peak MiB', 'partials stored'], rows)}")
    rows = [[shops, spread(seconds)] for shops, seconds in growth["scoring"].items()]
    words = "The scoring stage alone, from the window's sums to scores and improvements, every shop with every figure."
    parts.append(f"{words}\n\n{table(['', 'seconds'], rows)}")
    return "\n".join(parts)


if __name__ == "__main__":
    import sys

    write(Path(sys.argv[1]))
