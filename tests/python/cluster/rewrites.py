"""What comes late: part files in other words, and an appeal that is upheld after a month end was frozen. The same each time."""

import datetime as dt
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

DAY = dt.timedelta(days=1)
PART = "part-00000.parquet"
LATE = "part-late.parquet"
# Columns whose first value becomes the first of all that 64 bits hold, and the zones of their types.
FAR_OFF = {"payments": ("paid_at", None), "pickups": ("picked_up_at", "UTC")}


def partition(extracts: Path, table: str, day: dt.date) -> Path:
    return extracts / table / f"dt={day}"


def part_of(extracts: Path, table: str, day: dt.date) -> Path:
    """The first part file of a table-day."""
    return min(partition(extracts, table, day).glob("*.parquet"))


def rows_of(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def replace(path: Path, rows: pa.Table) -> None:
    """Writes a file in place of another, as producers do: beside it, then renamed over it."""
    unfinished = path.with_name("_unfinished")
    pq.write_table(rows, unfinished)
    unfinished.rename(path)


def rewrite(extracts: Path, last: dt.date) -> list[str]:
    """Rewrites some table-days of the last week, and says which."""
    chance = random.Random(1)
    return [
        dropped(chance, extracts, "payments", last - 3 * DAY),
        changed(chance, extracts, "reviews", last - 5 * DAY, "description_stars", [1, 5, 9]),
        changed(chance, extracts, "consultations", last - 2 * DAY, "shop_id", [0, -1]),
        added(extracts, "pickups", last - 4 * DAY),
        added(extracts, "disputes", last - 1 * DAY),
    ]


def dropped(chance: random.Random, extracts: Path, table: str, day: dt.date) -> str:
    path = part_of(extracts, table, day)
    rows = rows_of(path)
    kept = sorted(chance.sample(range(rows.num_rows), rows.num_rows * 9 // 10))
    replace(path, rows.take(pa.array(kept, pa.int64())))
    return f"{table} of {day}: {rows.num_rows - len(kept)} rows less"


def changed(chance: random.Random, extracts: Path, table: str, day: dt.date, column: str, others: list[int]) -> str:
    path = part_of(extracts, table, day)
    rows = rows_of(path)
    values = rows.column(column).to_pylist()
    places = chance.sample(range(len(values)), max(1, len(values) // 20))
    for place in places:
        values[place] = chance.choice(others)
    replace(path, rows.set_column(rows.schema.get_field_index(column), column, pa.array(values, rows.schema.field(column).type)))
    return f"{table} of {day}: another {column} in {len(places)} rows"


def added(extracts: Path, table: str, day: dt.date) -> str:
    """A second file, with rows that are there already and sum to more or count once, as the table has it."""
    path = part_of(extracts, table, day)
    rows = rows_of(path)
    again = rows.slice(0, max(1, rows.num_rows // 10))
    replace(path.with_name(LATE), again)
    return f"{table} of {day}: a file of {again.num_rows} rows more"


def take_away(extracts: Path, table: str, day: dt.date, aside: Path) -> None:
    """Keeps a partition back, to be delivered late."""
    partition(extracts, table, day).rename(aside)


def deliver(extracts: Path, table: str, day: dt.date, aside: Path) -> str:
    aside.rename(partition(extracts, table, day))
    return f"{table} of {day}: a whole partition"


def appeal_late(extracts: Path, month_end: dt.date, decided: dt.date) -> str:
    """Upheld appeals of reviews of the month end's window, decided after it."""
    of = month_end - 2 * DAY
    reviews = rows_of(part_of(extracts, "reviews", of)).to_pylist()
    sound = [row for row in reviews if row["review_id"] and row["shop_id"] and row["description_stars"] in (1, 2)][:5]
    path = part_of(extracts, "appeals", decided)
    rows = rows_of(path)
    moment = dt.datetime.combine(decided, dt.time(4), dt.timezone.utc)
    late = [
        {
            "appeal_id": 990_000_000 + place,
            "shop_id": row["shop_id"],
            "record_type": "review",
            "record_id": row["review_id"],
            "record_dt": of,
            "upheld": True,
            "decided_at": moment,
        }
        for place, row in enumerate(sound)
    ]
    replace(path, pa.concat_tables([rows, pa.Table.from_pylist(late, rows.schema)]))
    return f"{len(late)} appeals of reviews of {of}, decided on {decided}"


def far_off(extracts: Path, day: dt.date) -> list[str]:
    """Times at the end of what 64 bits hold, one in a file of each table of FAR_OFF."""
    return [first_of_64_bits(extracts, table, day, *of) for table, of in FAR_OFF.items()]


def first_of_64_bits(extracts: Path, table: str, day: dt.date, column: str, zone: str | None) -> str:
    path = part_of(extracts, table, day)
    rows = rows_of(path)
    kind = pa.timestamp("us", zone)
    micros = rows.column(column).cast(pa.timestamp("us", rows.schema.field(column).type.tz)).cast(pa.int64()).to_pylist()
    times = pa.array([-(2**63), *micros[1:]], pa.int64()).cast(kind)
    replace(path, rows.set_column(rows.schema.get_field_index(column), pa.field(column, kind), times))
    return f"{table} of {day}: the first time of 64 bits as {column}, {zone or 'without a zone'}"
