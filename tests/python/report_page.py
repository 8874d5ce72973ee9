"""Opens a report in a headless Chromium and uses it as a person would, at three widths, light and dark, in both languages.

    report_page.py OUT DAY FOLDER

OUT/report is the report of DAY. Nothing may fail in a script or ask the network; no page is wider than its window; axe-core finds nothing
serious; the first paint takes under 2 seconds, a search under 0.2. The figures shown are those of the published files, in the units of
the program's own cases. Sorting, the switch of language, the category picker, CSV, search and links do what they say. FOLDER gets a
picture of each view, and the page as it is printed. Needs Debian's chromium.
"""

import csv
import itertools
import json
import sys
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from report_figures import Published

UNITS = Path(__file__).resolve().parents[2] / "src/answers/units_cases.json"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
WIDTHS = {"desktop": (1280, 900), "tablet": (820, 1100), "phone": (390, 844)}
LANGUAGES = {"en": "Shop scores of", "zh": "店铺基础服务考核分报告"}
SECTIONS = 10
GRAVE = ("serious", "critical")
TELL = """([kind, figure, language]) => {
    state.language = language;
    if (kind === "fen") return money(figure);
    return kind === "seconds_to_reach" ? duration(figure, Math.ceil) : value(figure, kind);
}"""
# What is typed, and how many milliseconds until the page says what it found.
SEARCH = """wanted => new Promise((found) => {
    const said = document.getElementById("found");
    said.textContent = "";
    const started = performance.now();
    new MutationObserver((_, watch) => {
        watch.disconnect();
        found(performance.now() - started);
    }).observe(said, { childList: true });
    const box = document.getElementById("search");
    box.value = wanted;
    box.dispatchEvent(new Event("input"));
})"""


def opened(browser: Browser, address: str, **options) -> Page:
    """A page at an address; what fails in it or leaves the machine ends the test."""
    page = browser.new_context(**options).new_page()
    page.on("pageerror", lambda error: sys.exit(f"{address}: {error}"))
    page.on("console", lambda said: said.type == "error" and sys.exit(f"{address}: {said.text}"))
    page.on("request", lambda asked: asked.url.startswith(("file:", "blob:")) or sys.exit(f"asked for {asked.url}"))
    page.goto(address)
    page.wait_for_selector("#content h2")
    return page


def check_view(page: Page, view: str) -> None:
    wider_by = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider_by <= 0, f"{view}: {wider_by} pixels wider than its window"
    found = [of for of in Axe().run(page).response["violations"] if of["impact"] in GRAVE]
    assert not found, [(view, of["id"], of["nodes"][0]["target"]) for of in found]


def look(browser: Browser, report: str, shop: str, folder: Path) -> int:
    """Each view at each width, light and dark, in both languages."""
    views = {"report": "day", "shop": f"shop={shop}"}
    all_views = list(itertools.product(WIDTHS, ("light", "dark"), LANGUAGES, views))
    for width, scheme, language, view in all_views:
        size = dict(zip(("width", "height"), WIDTHS[width]))
        address = f"{report}#{views[view]}&lang={language}"
        # The policy of the page would keep axe out, too.
        page = opened(browser, address, viewport=size, color_scheme=scheme, bypass_csp=True)
        assert page.title().startswith(LANGUAGES[language]), page.title()
        assert page.locator("main > section").count() == (SECTIONS if view == "report" else 0)
        name = f"{view}-{width}-{scheme}-{language}"
        check_view(page, name)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        page.context.close()
    return len(all_views)


def search(page: Page, wanted: str) -> list[str]:
    """What a search finds, in time."""
    milliseconds = page.evaluate(SEARCH, wanted)
    assert milliseconds < 200, f"a search for {wanted} took {milliseconds} milliseconds"
    return page.locator("#results li").all_text_contents()


def use(browser: Browser, report: str, published: Published, folder: Path) -> None:
    page = opened(browser, report, locale="en-US", accept_downloads=True)
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert painted < 2000, f"the first paint took {painted} milliseconds"
    shop, name = published.shop()
    for wanted in (str(shop), name):
        assert any(found.startswith(f"{shop} {name}") for found in search(page, wanted)), wanted
    by_name = search(page, name[:2])
    assert by_name and all(name[:2] in found for found in by_name), by_name
    assert search(page, "nobody is called so") == []
    search(page, str(shop))
    page.locator(f"#results a[href='#shop={shop}']").click()
    page.wait_for_selector(f"#content h2.shop:has-text('{shop} ')")
    page.go_back()
    page.wait_for_selector("main > section")
    for language in ("zh", "en"):
        page.click(f"button[data-language={language}]")
        assert page.title().startswith(LANGUAGES[language])
    page.select_option("#category", "1")
    picked = page.locator("#category option:checked").text_content().rsplit(" (", 1)[0]
    assert picked in page.locator("#distribution figcaption").text_content()
    check_sorting(page)
    check_csv(page)
    page.pdf(path=folder / "report.pdf", format="A4")


def check_sorting(page: Page) -> None:
    """Medians come least first and greatest first; what is missing comes last."""
    head = page.locator("#categories thead th", has_text="Median").first
    place = head.evaluate("head => head.cellIndex")
    page.locator("#categories .below button").first.click()
    for direction in ("descending", "ascending"):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == direction
        cells = page.locator(f"#categories table >> nth=0 >> tbody tr > :nth-child({place + 1})").all_text_contents()
        medians = [float(cell) for cell in cells if cell]
        assert medians == sorted(medians, reverse=direction == "descending"), medians


def check_csv(page: Page) -> None:
    with page.expect_download() as download:
        page.locator("#categories button", has_text="CSV").first.click()
    rows = list(csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines()))
    assert len(rows) == page.locator("#category option").count(), "a row for each category"


def check_figures(browser: Browser, report: str, published: Published, units: list[list]) -> int:
    """The figures that the page shows, against the published files; how many."""
    page = opened(browser, f"{report}#day&lang=en")
    for kind, figure, english, chinese in units:
        for language, wanted in (("en", english), ("zh", chinese)):
            told = page.evaluate(TELL, [kind, figure, language])
            assert told == wanted, f"{kind} {figure}: {told}, wanted {wanted}"
    page.reload()
    page.wait_for_selector("main > section")
    checked = 0
    for category, places in published.categories():
        if category is not None:
            page.select_option("#category", label=f"{category} ({places:,})")
        for selector, wanted in published.report(category):
            shown = page.locator(selector).first.inner_text().split("\n")[0]
            assert shown == wanted, f"{category or 'all shops'}, {selector}: {shown}, wanted {wanted}"
            checked += 1
    for shop in published.some_shops():
        page.goto(f"{report}#shop={shop}&lang=en")
        page.wait_for_selector(f"#content h2.shop:has-text('{shop} ')")
        rows = page.locator("main table >> nth=1 >> tbody tr")
        shown = [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows.all()]
        wanted = published.of_shop(shop)
        assert [[row[1], row[4], row[5]] for row in shown] == wanted, f"shop {shop}: {shown}, wanted {wanted}"
        checked += 3 * len(wanted)
    return checked


def main() -> None:
    out, day, folder = Path(sys.argv[1]).resolve(), sys.argv[2], Path(sys.argv[3])
    if not Path(CHROMIUM).exists():
        print("the report in a browser could not run here: no chromium (apt-get install chromium fonts-noto-cjk)")
        return
    folder.mkdir(parents=True, exist_ok=True)
    report, published = (out / "report/index.html").as_uri(), Published(out / "current", day)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        views = look(browser, report, str(published.shop()[0]), folder)
        use(browser, report, published, folder)
        figures = check_figures(browser, report, published, json.loads(UNITS.read_text()))
        browser.close()
    print(f"{views} views of the report are sound, {figures} figures are those of the published files; pictures in {folder}")


if __name__ == "__main__":
    main()
