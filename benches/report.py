"""`make bench-report`: what the report of a night takes to make, and to open and search in a headless Chromium.

Each report is made several times, each time as a process of its own, and opened as often, each time by a browser that has seen nothing
of it: what a search takes has in it the loading of the lists that it looks into. What is found is kept in the cache folder, and `results`
makes benches/RESULTS.md of it.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import marketplace
import processes
import results
from growth import FIRST, HISTORY
from marketplace import AS_OF, Job

ROWS_A_DAY = 200_000
# So few rows leave many shops without a score.
FLAGS = (*HISTORY, "--set", "max_unscored_percent=100")
CHROMIUM = "/usr/bin/chromium"
# A shop that is listed as at risk, and what is typed to find it.
TYPED = {
    "search_id": "String(report.risk.shops.at(-1).shop_id)",
    "search_name": "report.risk.shops.at(-1).shop_name.slice(0, 2)",
}
SEARCH = """wanted => new Promise((found) => {
    const started = performance.now();
    new MutationObserver(() => found(performance.now() - started)).observe(document.getElementById("results"), { childList: true });
    const box = document.getElementById("search");
    box.value = wanted;
    box.dispatchEvent(new Event("input"));
})"""
OPEN = """shop => new Promise((found) => {
    const started = performance.now();
    new MutationObserver(() => found(performance.now() - started)).observe(document.getElementById("content"), { childList: true });
    location.hash = `#shop=${shop}`;
})"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shopscore", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--shops", type=int, nargs="+", default=[20_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    if not Path(CHROMIUM).exists():
        sys.exit(f"needs {CHROMIUM}, of Debian's package chromium")
    processes.use_cores(given.threads)
    found = {"runs": given.runs, "threads": given.threads, "rows_a_day": ROWS_A_DAY, "shops": {}}
    with tempfile.TemporaryDirectory(dir=given.cache, prefix="bench-run-") as scratch:
        job = Job(marketplace.own_copy(given.shopscore, Path(scratch)), given.cache, given.threads)
        # Made before the driver of the browser is loaded, which a child's peak memory would have in it.
        pages = {}
        for shops in given.shops:
            pages[shops], found["shops"][shops] = made(job, Path(scratch) / str(shops), shops, given.runs)
        for shops, page in pages.items():
            found["shops"][shops] |= opened(page, given.runs)
            print(f"{shops:,} shops: {json.dumps(found['shops'][shops])}", flush=True)
    (given.cache / "bench-report.json").write_text(json.dumps(found))
    results.write(given.cache)


def made(job: Job, folder: Path, shops: int, runs: int) -> tuple[Path, dict]:
    """Publishes a night and makes its report; its page, and what that took."""
    extracts = marketplace.extracts(job, shops, ROWS_A_DAY, FIRST, AS_OF)
    job.night(extracts, folder, AS_OF, *FLAGS)
    command = [job.shopscore, "report", "--date", str(AS_OF), "--out", folder / "out", "--threads", str(job.threads)]
    measured = processes.summary([processes.run(command, job.threads) for _ in range(runs)])
    page = folder / "out/report/index.html"
    files = [file.stat().st_size for file in page.parent.rglob("*.*") if file.is_file()]
    return page, measured | {"files": len(files), "bytes": sum(files), "page_bytes": page.stat().st_size}


def opened(page: Path, runs: int) -> dict:
    """How many milliseconds a browser takes for what."""
    from playwright.sync_api import sync_playwright

    found = {name: [] for name in ("first_paint", *TYPED, "open_shop")}
    with sync_playwright() as playwright:
        for _ in range(runs):
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            for name in found:
                found[name].append(taken(browser.new_context().new_page(), page, name))
            browser.close()
    return {name: processes.spread(milliseconds) for name, milliseconds in found.items()}


def taken(tab, page: Path, name: str) -> float:
    tab.goto(page.as_uri())
    tab.wait_for_selector("main > section")
    if name == "first_paint":
        return tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    if name == "open_shop":
        return tab.evaluate(OPEN, tab.evaluate(TYPED["search_id"]))
    return tab.evaluate(SEARCH, tab.evaluate(TYPED[name]))


if __name__ == "__main__":
    main()
