"""Imports jobs/bi/superset into a Superset of its own, and compares what its charts show with DuckDB.

    bi_superset.py DATABASE HOME PICTURE

`DATABASE` is the DuckDB file of `bi_database.py`. `HOME` is a folder for Superset's own database; it is made where it is missing. Each
chart must show rows, as many as its view has (or as its limit), with the same sums of numbers. `PICTURE` is a PNG of the dashboard, made
where there is a Chromium.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import duckdb
import yaml

BUNDLE = Path(__file__).parents[2] / "jobs/bi/superset"
SETTINGS = Path(__file__).parent / "superset/superset_config.py"
SUPERSET = Path(sys.executable).with_name("superset")
PORT = 18_088
ADDRESS = f"http://127.0.0.1:{PORT}"
# The one line of the bundle that depends on where it is used.
URI = "duckdb:////srv/shopscore/bi.duckdb"


def superset(home: Path, *words: str) -> None:
    done = subprocess.run([SUPERSET, *words], env=environment(home), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"superset {' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "SUPERSET_HOME": str(home), "SUPERSET_CONFIG_PATH": str(SETTINGS), "FLASK_APP": "superset"}


def set_up(home: Path) -> None:
    """Superset's own tables, roles and administrator: a minute, once. An import leaves charts alone that are there: each check
    begins without any."""
    if (home / "fresh.db").exists():
        shutil.copy(home / "fresh.db", home / "superset.db")
        return
    home.mkdir(parents=True, exist_ok=True)
    superset(home, "db", "upgrade")
    person = ["--firstname", "a", "--lastname", "b", "--email", "admin@localhost", "--password", "admin"]
    superset(home, "fab", "create-admin", "--username", "admin", *person)
    superset(home, "init")
    shutil.copy(home / "superset.db", home / "fresh.db")


def pack(database: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(BUNDLE.rglob("*.yaml")):
            text = path.read_text().replace(URI, f"duckdb:///{database}")
            packed.writestr(f"shopscore/{path.relative_to(BUNDLE)}", text)


def asked(path: str) -> dict:
    with urllib.request.urlopen(ADDRESS + path, timeout=120) as answer:
        return json.load(answer)


def wait_for_server(server: subprocess.Popen) -> None:
    for _ in range(120):
        if server.poll() is not None:
            sys.exit("superset ended")
        try:
            urllib.request.urlopen(f"{ADDRESS}/health", timeout=5)
            return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(1)
    sys.exit("superset does not answer")


def expected(database: Path, chart: dict) -> list[tuple]:
    """The rows of a chart, asked of DuckDB itself."""
    query = json.loads(chart["query_context"])["queries"][0]
    view = next(path.stem for path in (BUNDLE / "datasets").rglob("*.yaml") if yaml.safe_load(path.read_text())["uuid"] == chart["dataset_uuid"])
    keys = [column if isinstance(column, str) else column["sqlExpression"] for column in query["columns"]]
    sums = [f"{metric['aggregate']}({metric['column']['column_name']})" for metric in query["metrics"]]
    grouped = f"GROUP BY {', '.join(keys)}" if sums else ""
    order = ", ".join(f"{column} {'ASC' if ascending else 'DESC'}" for column, ascending in query["orderby"])
    order = f"ORDER BY {order}" if order else ""
    sql = f"SELECT {', '.join(keys + sums)} FROM {view} {grouped} {order} LIMIT {query['row_limit']}"
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def total(rows: list) -> float:
    """The sum of all numbers; days and flags are no numbers here."""
    return math.fsum(float(value) for row in rows for value in row if isinstance(value, (int, float)) and not isinstance(value, bool))


def compare(database: Path, chart: dict, identifier: int) -> str | None:
    query = json.loads(chart["query_context"])["queries"][0]
    shown = asked(f"/api/v1/chart/{identifier}/data/?type=results&force=true")["result"][0]["data"]
    days = {column["sqlExpression"] for column in query["columns"] if not isinstance(column, str)} | {"dt"}
    rows = [[value for column, value in row.items() if column not in days] for row in shown]
    wanted = expected(database, chart)
    numbers = total([[value for value in row] for row in wanted])
    print(f"{chart['slice_name']}: {len(rows)} rows, sum {total(rows):.4f}; DuckDB {len(wanted)} rows, sum {numbers:.4f}")
    if not rows or len(rows) != len(wanted) or not math.isclose(total(rows), numbers, rel_tol=1e-9):
        return f"{chart['slice_name']} is not what DuckDB has"
    return None


def photograph(picture: Path) -> None:
    chromium = shutil.which("chromium")
    if not chromium:
        print("no picture: there is no chromium")
        return
    flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1500,1840", "--virtual-time-budget=60000"]
    address = f"{ADDRESS}/superset/dashboard/shopscore/?standalone=2"
    subprocess.run([chromium, *flags, f"--screenshot={picture}", address], check=True, capture_output=True, timeout=240)
    print(f"written: {picture}")


def main(database: Path, home: Path, picture: Path) -> int:
    set_up(home)
    pack(database, home / "bundle.zip")
    superset(home, "import-dashboards", "--path", str(home / "bundle.zip"), "--username", "admin")
    with (home / "server.log").open("w") as log:
        command = [SUPERSET, "run", "--host", "127.0.0.1", "--port", str(PORT)]
        server = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log)
    try:
        wait_for_server(server)
        charts = [yaml.safe_load(path.read_text()) for path in sorted((BUNDLE / "charts").iterdir())]
        there = {one["slice_name"]: one["id"] for one in asked("/api/v1/chart/?q=(page_size:100)")["result"]}
        failed = [found for chart in charts if (found := compare(database, chart, there[chart["slice_name"]]))]
        photograph(picture)
    finally:
        server.terminate()
        server.wait()
    print("\n".join([*failed, f"{len(failed)} differences"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*(Path(word).resolve() for word in sys.argv[1:4])))
