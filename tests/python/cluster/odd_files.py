"""Files that an engine's own readers pass over, believe or cannot read: each night must end as with the program's own engine.

    python odd_files.py SHOPSCORE RULES EXTRACTS DAY [sc://HOST:PORT] [--sail]

In each case one table of a copy of the extracts is spoilt, and a night of two days is run from nothing with both engines: with the same
exit code, and either the same bytes or a refusal that names the file. Where no address is given, a server is started. Exit code 1 on
any difference.
"""

import contextlib
import datetime as dt
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import differences
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import rewrites
import server
from sides import Side

DAY = dt.timedelta(days=1)
SETTINGS = ("window_days=2", "min_rows_median=1000000")
MASTER = "local[2]"
REJECTED = 3
# What Spark leaves in a footer of the columns that it wrote, and believes when it reads.
SPARK_SCHEMA = b"org.apache.spark.sql.parquet.row.metadata"
SPARK_TYPES = {pa.int64(): "long", pa.string(): "string", pa.bool_(): "boolean", pa.timestamp("us", "UTC"): "timestamp"}
# A row of them, so that a day of the sample is more than an engine reads as a whole.
WIDE_BYTES = 32 << 10
# So that one holds a whole column: what begins a page may have a line's end.
PAGE_BYTES = 256 << 20
# Of a name as of packed ones no larger file is read.
UNPACKED_BYTES = 64 << 20
NO_UTF8 = b"\xff\xfe"
LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc)
LAST_TEXT = "9999-12-31 00:00:00"


@dataclass(frozen=True)
class Case:
    what: str
    table: str
    spoil: Callable[[Path, pa.Table], None]
    is_refused: bool
    settings: tuple[str, ...] = ()
    # Back from the night's day.
    days_back: int = 0
    on_sail: bool = True


def by_spark(rows: pa.Table) -> pa.Table:
    """The same rows, with the schema that a Spark would have left in their footer."""
    fields = [{"name": field.name, "type": SPARK_TYPES[field.type], "nullable": True, "metadata": {}} for field in rows.schema]
    return rows.replace_schema_metadata({SPARK_SCHEMA: json.dumps({"type": "struct", "fields": fields}).encode()})


def with_column(rows: pa.Table, name: str, column: pa.Array) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), pa.field(name, column.type), column)


def a_part_without_bytes(path: Path, _: pa.Table) -> None:
    path.with_name("part-empty.parquet").write_bytes(b"")


def without_bytes(path: Path, _: pa.Table) -> None:
    path.write_bytes(b"")


def truncated(path: Path, _: pa.Table) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def dropped_behind_spark(path: Path, rows: pa.Table) -> None:
    pq.write_table(by_spark(rows).drop_columns(["picked_up_at"]), path)


def local_behind_spark(path: Path, rows: pa.Table) -> None:
    """Wall-clock times of the business time zone, in a file that says that they are instants."""
    local = rows.column("paid_at").cast(pa.timestamp("us", "Asia/Shanghai"))
    local = pa.compute.local_timestamp(local).combine_chunks()
    pq.write_table(with_column(by_spark(rows), "paid_at", local), path)


def int96_of_spark(path: Path, rows: pa.Table) -> None:
    pq.write_table(by_spark(rows), path, use_deprecated_int96_timestamps=True)


def wide(rows: pa.Table) -> pa.Table:
    chance = random.Random(1)
    return rows.append_column("note", pa.array([chance.randbytes(WIDE_BYTES) for _ in range(rows.num_rows)], pa.binary()))


def large(path: Path, rows: pa.Table) -> None:
    pq.write_table(wide(rows), path)


def large_and_local_behind_spark(path: Path, rows: pa.Table) -> None:
    local_behind_spark(path, rows)
    pq.write_table(wide(rewrites.rows_of(path)), path)


def large_and_dropped(path: Path, rows: pa.Table) -> None:
    pq.write_table(wide(by_spark(rows).drop_columns(["picked_up_at"])), path)


def large_and_truncated(path: Path, rows: pa.Table) -> None:
    large(path, rows)
    truncated(path, rows)


def large_without_line_ends(path: Path, rows: pa.Table) -> None:
    """Megabytes before the footer that no line ends in."""
    without = wide(rows).set_column(rows.num_columns, "note", pa.array(["x" * WIDE_BYTES] * rows.num_rows, pa.string()))
    pq.write_table(without, path, use_dictionary=False, compression="none", data_page_size=PAGE_BYTES)


def large_and_packed_by_name(path: Path, rows: pa.Table) -> None:
    """A file that is no Parquet beside a good one, such as an engine would unpack."""
    pq.write_table(rows, path)
    path.with_name("part-00000.parquet.gz").write_bytes(random.Random(1).randbytes(UNPACKED_BYTES + 1))


def columns_beyond_engines(path: Path, rows: pa.Table) -> None:
    """Columns that nobody reads, of types that engines do not have; two of them of one name."""
    count = rows.num_rows
    beyond = {
        "at": pa.array([dt.time(1, 2)] * count, pa.time32("ms")),
        "half": pa.nulls(count, pa.float16()),
        "long": pa.nulls(count, pa.decimal256(60, 2)),
        "nanos": pa.nulls(count, pa.timestamp("ns")),
    }
    names = [*rows.schema.names, *beyond, "twice", "twice"]
    columns = [*rows.columns, *beyond.values(), pa.nulls(count, pa.int64()), pa.nulls(count, pa.string())]
    pq.write_table(pa.table(columns, names=names), path)


def of_other_name(path: Path, rows: pa.Table) -> None:
    """As writers of Hive's tables and of partitions name their files; and one beside it that is no Parquet."""
    pq.write_table(rows.slice(0, 100), path)
    pq.write_table(rows.slice(100), path.with_name("part-00001-7f.c000"))
    path.with_name("notes.txt").write_bytes(b"late\n")


def packed_by_name(path: Path, rows: pa.Table) -> None:
    pq.write_table(wide(rows), path.with_name("part-00000.parquet.gz"))
    path.unlink()


def of_old_calendar(rows: pa.Table) -> pa.Table:
    return rows.replace_schema_metadata({"org.apache.spark.version": "3.5.1", "org.apache.spark.legacyDateTime": ""})


def days_of_long_ago(path: Path, rows: pa.Table) -> None:
    days = [LONG_AGO.date() if day is None else day for day in rows.column("terminated_on").to_pylist()]
    pq.write_table(of_old_calendar(with_column(rows, "terminated_on", pa.array(days, pa.date32()))), path)


def times_of_long_ago(path: Path, rows: pa.Table, unit: str = "us") -> None:
    times = [LONG_AGO, *rows.column("picked_up_at").to_pylist()[1:]]
    times = pa.array(times, pa.timestamp("us", "UTC")).cast(pa.timestamp(unit, "UTC"))
    pq.write_table(of_old_calendar(with_column(rows, "picked_up_at", times)), path)


def millis_of_long_ago(path: Path, rows: pa.Table) -> None:
    times_of_long_ago(path, rows, "ms")


def decimals(path: Path, rows: pa.Table) -> None:
    """Decimals of the least digits that are stored in 32 and 64 bits, and of many."""
    kinds = {"order_id": pa.decimal128(18, 0), "shop_id": pa.decimal128(25, 0), "amount_fen": pa.decimal128(9, 0)}
    for name, kind in kinds.items():
        rows = with_column(rows, name, pa.array([value and Decimal(value) for value in rows.column(name).to_pylist()], kind))
    pq.write_table(rows, path, store_decimal_as_integer=True)


def unsigned(path: Path, rows: pa.Table) -> None:
    kinds = {"review_id": pa.uint64(), "shop_id": pa.uint32(), "description_stars": pa.uint8(), "logistics_stars": pa.uint16()}
    for name, kind in kinds.items():
        values = [value if 0 <= (value or 0) < 2**kind.bit_width else None for value in rows.column(name).to_pylist()]
        rows = with_column(rows, name, pa.array(values, kind))
    pq.write_table(rows, path)


def all_null(path: Path, rows: pa.Table) -> None:
    pq.write_table(with_column(rows, "picked_up_at", pa.nulls(rows.num_rows)), path)


def no_utf8(path: Path, rows: pa.Table) -> None:
    names = [NO_UTF8, *(name.encode() for name in rows.column("shop_name").to_pylist()[1:])]
    pq.write_table(with_column(rows, "shop_name", pa.array(names, pa.binary()).view(pa.string())), path)


def texts_of_the_last_day(path: Path, rows: pa.Table) -> None:
    local = pa.compute.strftime(rows.column("picked_up_at"), format="%Y-%m-%d %H:%M:%SZ").to_pylist()
    texts = pa.array([LAST_TEXT, "9999-12-31T23:59:59Z", *(text and text.replace(".000000Z", "Z") for text in local[2:])])
    pq.write_table(with_column(rows, "picked_up_at", texts), path)


NO_DAY = ("tables.shops.columns.terminated_on.null_if=0001-01-01",)
AS_TEXT = ("window_days=1", "tables.pickups.columns.picked_up_at.as=text")
CASES = (
    Case("an empty part beside a good one", "reviews", a_part_without_bytes, True),
    Case("an empty part alone", "disputes", without_bytes, True),
    Case("an empty snapshot", "shops", without_bytes, True),
    Case("a column dropped behind Spark's back", "pickups", dropped_behind_spark, True),
    Case("local times behind Spark's back", "payments", local_behind_spark, False),
    Case("INT96 as Spark writes it", "payments", int96_of_spark, True, on_sail=False),
    Case("a large file", "payments", large, False),
    Case("a large file, local times behind Spark's back", "payments", large_and_local_behind_spark, False),
    Case("a large file, a column dropped behind Spark's back", "pickups", large_and_dropped, True),
    Case("a large file, truncated", "payments", large_and_truncated, True),
    Case("a large file without a line's end for megabytes", "payments", large_without_line_ends, False),
    Case("a large file of a name as of packed ones that is none", "payments", large_and_packed_by_name, True, on_sail=False),
    Case("other columns of types that engines do not have", "reviews", columns_beyond_engines, False, on_sail=False),
    Case("a column without a value or a type", "pickups", all_null, False, on_sail=False),
    Case("part files of other names, and another file", "payments", of_other_name, False, on_sail=False),
    Case("a large file of a name as of packed ones", "payments", packed_by_name, False),
    Case("days of long ago by the old calendar", "shops", days_of_long_ago, False, NO_DAY),
    Case("times of long ago by the old calendar", "pickups", times_of_long_ago, False),
    Case("the same in milliseconds", "pickups", millis_of_long_ago, False),
    Case("decimals", "payments", decimals, False),
    Case("integers without a sign", "reviews", unsigned, False, on_sail=False),
    Case("a name of a shop that is no UTF-8", "shops", no_utf8, True, on_sail=False),
    Case("texts of the last day of all", "pickups", texts_of_the_last_day, False, AS_TEXT),
    Case("a damaged snapshot before the newest", "shops", truncated, False, days_back=1),
)  # fmt: skip


def differs(case: Case, given: list, folder: Path, engine: str) -> list[str]:
    """Lines that tell what the engine does otherwise."""
    shopscore, rules, original, day = given
    extracts = folder / "extracts"
    shutil.copytree(original, extracts)
    path = rewrites.part_of(extracts, case.table, day - case.days_back * DAY)
    case.spoil(path, rewrites.rows_of(path))
    settings = (*SETTINGS, f"history_starts_on={day.replace(day=1)}", *case.settings)
    sides = [Side(shopscore, folder / name, extracts, rules, of, settings) for name, of in (("local", None), ("other", engine))]
    ended = [side.end(side.start("nightly", "--date", day), 0) for side in sides]
    codes = [REJECTED if case.is_refused else 0] * 2
    if [each.code for each in ended] != codes:
        return [f"exit codes {[each.code for each in ended]}, wanted {codes}", *(each.stderr[-600:] for each in ended)]
    if not case.is_refused:
        local, other = map(differences.all_of, sides)
        return differences.between(other, local) if local else ["nothing to compare"]
    place = f"{case.table}/dt={day}"
    lines = [f"{side.name} names no {place}: {each.stderr[-600:]}" for side, each in zip(sides, ended, strict=True) if place not in each.stderr]
    return lines + [f"{side.name} has published" for side in sides if (side.out / "current").exists()]


@contextlib.contextmanager
def engine(address: str | None, is_sail: bool):
    if address:
        yield address
        return
    with server.sail_server() if is_sail else server.spark_server(master=MASTER) as running:
        yield running.url


def main() -> int:
    is_sail = "--sail" in sys.argv
    shopscore, rules, extracts, day, *address = [word for word in sys.argv[1:] if word != "--sail"]
    given = [*(Path(path).resolve() for path in (shopscore, rules, extracts)), dt.date.fromisoformat(day)]
    cases = [case for case in CASES if case.on_sail or not is_sail]
    different = 0
    with engine(address[0] if address else None, is_sail) as running:
        for case in cases:
            with tempfile.TemporaryDirectory(prefix="shopscore-odd-files-") as folder:
                lines = differs(case, given, Path(folder).resolve(), running)
            different += bool(lines)
            print(f"{case.what}: {'different' if lines else 'refused alike' if case.is_refused else 'the same bytes'}", flush=True)
            for line in lines:
                print(f"    {line}", flush=True)
    print(f"{len(cases)} cases, {different} different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
