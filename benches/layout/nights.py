"""Makes three years of nights out of one that was published, in each layout.

    nights.py CURRENT TARGET

Rows, names and categories stay those of the published night. Of `scores`, a twentieth of the shops has another shop's figures from
one night to the next; sums and values of `indicators` and `categories` move by a hundredth. `indicators` are made of the last year; its
older nights are links to these, for no query reads more of them than their names. Everything comes out of the night's number.
"""

import datetime
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import chain, groupby
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from layouts import ALL, CHOSEN, MONTHS_BY_NIGHT, MONTHS_BY_SHOP, NIGHTS, ONE_FILE, Layout

LAST = datetime.date(2022, 3, 15)
NIGHTS_MADE = 1_096
YEAR = 365
DAYS = [LAST - datetime.timedelta(back) for back in reversed(range(NIGHTS_MADE))]
KEYS = {"shop_id", "shop_name", "primary_category", "primary_subcategory", "assessment_category", "category_shops", "marketing_min"}
# The tables, and what their rows are sorted by.
SORTED_BY = {"scores": ["shop_id"], "indicators": ["shop_id", "indicator"], "categories": ["primary_category", "indicator"]}
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
    """A month that is over, in both orders of its rows."""
    by_night = [night(current, table, day) for day in days]
    file = of_month(target, MONTHS_BY_NIGHT, table, days[0])
    appended(by_night, file)
    together = pyarrow.concat_tables(by_night)
    keys = [key for key in SORTED_BY[table]] + ["as_of"]
    write(together.sort_by([(key, "ascending") for key in keys]), of_month(target, MONTHS_BY_SHOP, table, days[0]), CHOSEN)


def of_month(target: Path, layout: str, table: str, day: datetime.date, name: str = "part-0.parquet") -> Path:
    return target / layout / table / f"month={day:%Y-%m}" / name


def appended(nights: Iterable[pyarrow.Table], file: Path) -> None:
    """One file with the row groups of several."""
    options = CHOSEN.options((first := next(nights := iter(nights))).schema)
    group = options.pop("row_group_size")
    file.parent.mkdir(parents=True)
    with pyarrow.parquet.ParquetWriter(file, first.schema, **options) as writer:
        for rows in chain([first], nights):
            writer.write_table(rows, group)


def write_one_file(current: Path, target: Path, table: str) -> None:
    days = DAYS[-YEAR:] if table == "indicators" else DAYS
    by_turns = (days[first : first + NIGHTS_A_GROUP] for first in range(0, len(days), NIGHTS_A_GROUP))
    nights = (pyarrow.concat_tables([night(current, table, day) for day in of_turn]) for of_turn in by_turns)
    appended(nights, target / ONE_FILE / table / "part-0.parquet")


def link_nights(target: Path) -> None:
    """Links to files that are there: of the older nights of `indicators`, whose months are made of the last year alone, and of the
    nights of the current month, which lie beside the months that are over."""
    for day in DAYS[:-YEAR]:
        later = DAYS[-YEAR:][DAYS.index(day) % YEAR]
        for name in NIGHTS:
            link(of_night(target, name, "indicators", later), of_night(target, name, "indicators", day))
    for day in (day for day in DAYS if is_current(day)):
        for table in SORTED_BY:
            for name in (MONTHS_BY_NIGHT, MONTHS_BY_SHOP):
                link(of_night(target, "now", table, day), of_month(target, name, table, day, f"{day}.parquet"))
    for name in set(ALL) - set(NIGHTS):
        os.symlink(target / "now" / "month_end_scores", target / name / "month_end_scores")


def of_night(target: Path, layout: str, table: str, day: datetime.date) -> Path:
    return target / layout / table / f"dt={day}" / "part-0.parquet"


def link(old: Path, new: Path) -> None:
    new.parent.mkdir(exist_ok=True)
    os.link(old, new)


def is_current(day: datetime.date) -> bool:
    return (day.year, day.month) == (LAST.year, LAST.month)


def make(current: Path, target: Path) -> None:
    by_month = [list(days) for _, days in groupby(DAYS, key=lambda day: (day.year, day.month))]
    of_year = [[day for day in days if day in set(DAYS[-YEAR:])] for days in by_month]
    with ProcessPoolExecutor(2) as pool:
        done = []
        for table, months in (("indicators", of_year), ("scores", by_month), ("categories", by_month)):
            done += [pool.submit(write_nights, current, target, table, days) for days in months if days]
            done += [pool.submit(write_month, current, target, table, days) for days in months if days and not is_current(days[0])]
            done.append(pool.submit(write_one_file, current, target, table))
        for one in done:
            one.result()
    link_nights(target)


def is_as_published(current: Path, scratch: Path) -> None:
    """Makes sure that what is written here is like what the program writes: row groups, encodings, compression, and what each column has."""
    for table in SORTED_BY:
        write(published(current, table), scratch, CHOSEN)
        made, wanted = likeness(scratch), likeness(next((current / table).glob("dt=*/part-0.parquet")))
        unlike = [pair for pair in zip(made, wanted, strict=False) if pair[0] != pair[1]]
        if unlike or len(made) != len(wanted):
            sys.exit(f"{table}: {len(made)} row groups made, {len(wanted)} published; made and published: {unlike[:1]}")


def likeness(file: Path) -> list:
    metadata = pyarrow.parquet.read_metadata(file)
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    return [(group.num_rows, [of_column(group.column(place)) for place in range(group.num_columns)]) for group in groups]


def of_column(chunk: pyarrow.parquet.ColumnChunkMetaData) -> tuple:
    """Levels of definition have an encoding of their own, which one writer lists and another does not; min and max of floats are
    left out on purpose (layouts.py)."""
    encodings = sorted(set(chunk.encodings) - {"RLE", "BIT_PACKED"})
    has_min_max = chunk.has_column_index if chunk.physical_type != "DOUBLE" else None
    return chunk.path_in_schema, encodings, chunk.compression, chunk.has_dictionary_page, chunk.has_offset_index, has_min_max


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
