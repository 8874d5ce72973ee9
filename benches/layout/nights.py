"""Makes three years of nights out of one that was published, in each layout.

    nights.py CURRENT TARGET

Rows, names and categories stay those of the published night. Of `scores`, a twentieth of the shops has another shop's figures from
one night to the next; sums and values of `indicators` and `categories` move by a hundredth. `indicators` are made of the last year; its
older nights are links to these, for no query reads more of them than their names. Everything comes out of the night's number.
"""

import datetime
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from layouts import CHOSEN, MONTHS, NIGHTS, ONE_FILE, Layout

LAST = datetime.date(2022, 3, 15)
NIGHTS_MADE = 1_096
YEAR = 365
DAYS = [LAST - datetime.timedelta(back) for back in reversed(range(NIGHTS_MADE))]
KEYS = {"shop_id", "shop_name", "primary_category", "primary_subcategory", "assessment_category", "category_shops", "marketing_min"}
# Nights that one row group of the single file has, so that it has about as many rows as theirs.
NIGHTS_A_GROUP = 6


@cache
def published(current: Path, table: str) -> pyarrow.Table:
    file = next((current / table).glob("dt=*/part-0.parquet"))
    return pyarrow.parquet.read_table(file, partitioning=None)


def replaced(table: pyarrow.Table, columns: dict[str, pyarrow.Array]) -> pyarrow.Table:
    for name, column in columns.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), column)
    return table


def night(current: Path, table: str, day: datetime.date) -> pyarrow.Table:
    """The rows of one table on one night."""
    rows = published(current, table)
    number = (LAST - day).days
    random = numpy.random.default_rng([number, len(table)])
    columns = {"as_of": pyarrow.array([day] * rows.num_rows, pyarrow.date32())}
    if table == "scores":
        columns |= swapped(rows, number)
    else:
        moved = [field.name for field in rows.schema if field.type == pyarrow.float64() or field.name in ("numerator", "denominator")]
        columns |= {name: shaken(rows[name], random) for name in moved}
    return replaced(rows, columns)


def swapped(rows: pyarrow.Table, number: int) -> dict[str, pyarrow.Array]:
    """The figures of another shop; each shop changes to a new one every twenty nights, a twentieth of them every night."""
    shops = numpy.arange(rows.num_rows)
    epoch = (number + shops % 20) // 20
    source = numpy.empty(rows.num_rows, dtype=numpy.int64)
    for one in numpy.unique(epoch):
        of_epoch = numpy.random.default_rng(int(one)).permutation(rows.num_rows)
        source[epoch == one] = of_epoch[epoch == one]
    figures = [name for name in rows.column_names if name not in KEYS | {"as_of"}]
    return {name: rows[name].take(pyarrow.array(source)) for name in figures}


def shaken(column: pyarrow.ChunkedArray, random: numpy.random.Generator) -> pyarrow.Array:
    nulls = column.is_null().to_numpy()
    values = column.fill_null(0).to_numpy()
    moved = values * (1 + random.normal(0, 0.01, len(values)))
    if column.type == pyarrow.int64():
        moved = numpy.rint(moved).astype(numpy.int64)
    return pyarrow.array(moved, column.type, mask=nulls)


def write(rows: pyarrow.Table, file: Path, layout: Layout) -> None:
    if layout.by_category and "primary_category" in rows.column_names:
        rows = rows.sort_by([("primary_category", "ascending"), (rows.column_names[0], "ascending")])
    file.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(rows, file, **layout.options(rows.schema))


def write_nights(current: Path, target: Path, table: str, days: list[datetime.date]) -> None:
    for day in days:
        rows = night(current, table, day)
        for name, layout in NIGHTS.items():
            write(rows, target / name / table / f"dt={day}" / "part-0.parquet", layout)
        if table == "scores" and (day + datetime.timedelta(1)).day == 1:
            for name, layout in NIGHTS.items():
                write(rows, target / name / "month_end_scores" / f"month_end={day}" / "part-0.parquet", layout)


def write_month(current: Path, target: Path, table: str, days: list[datetime.date]) -> None:
    """Months that are over, sorted by shop; the nights of the current one beside them."""
    if days[-1].month == LAST.month and days[-1].year == LAST.year:
        for day in days:
            write(night(current, table, day), target / MONTHS / table / f"dt={day}" / "part-0.parquet", CHOSEN)
        return
    together = pyarrow.concat_tables([night(current, table, day) for day in days])
    together = together.sort_by([(together.column_names[0], "ascending"), ("as_of", "ascending")])
    write(together, target / MONTHS / f"{table}_months" / f"month={days[0]:%Y-%m}" / "part-0.parquet", CHOSEN)


def write_one_file(current: Path, target: Path, table: str) -> None:
    schema = published(current, table).schema
    options = CHOSEN.options(schema)
    group = options.pop("row_group_size")
    file = target / ONE_FILE / table / "part-0.parquet"
    file.parent.mkdir(parents=True)
    with pyarrow.parquet.ParquetWriter(file, schema, **options) as writer:
        days = DAYS[-YEAR:] if table == "indicators" else DAYS
        for first in range(0, len(days), NIGHTS_A_GROUP):
            nights = [night(current, table, day) for day in days[first : first + NIGHTS_A_GROUP]]
            writer.write_table(pyarrow.concat_tables(nights), group)


def link_older(target: Path) -> None:
    """Stands links in for the older nights of `indicators`; the months of these are made of the last year alone."""
    for day in DAYS[:-YEAR]:
        later = DAYS[-YEAR:][DAYS.index(day) % YEAR]
        for name in NIGHTS:
            link(target / name / "indicators", f"dt={day}", f"dt={later}")


def link(folder: Path, name: str, like: str) -> None:
    (folder / name).mkdir()
    os.link(folder / like / "part-0.parquet", folder / name / "part-0.parquet")


def make(current: Path, target: Path) -> None:
    by_month = [list(days) for _, days in groupby(DAYS, key=lambda day: (day.year, day.month))]
    of_year = [[day for day in days if day in set(DAYS[-YEAR:])] for days in by_month]
    with ProcessPoolExecutor(2) as pool:
        done = []
        for table, months in (("indicators", of_year), ("scores", by_month), ("categories", by_month)):
            done += [pool.submit(write_nights, current, target, table, days) for days in months if days]
            done += [pool.submit(write_month, current, target, table, days) for days in months if days]
        done += [pool.submit(write_one_file, current, target, table) for table in ("scores", "categories")]
        for one in done:
            one.result()
    link_older(target)
    os.symlink(target / "chosen" / "month_end_scores", target / MONTHS / "month_end_scores")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
