"""Mutations of columns, their types, and rows; see mutations_of_files.py for what they take and return."""

import datetime as dt

import pyarrow as pa
from mutations_of_files import DAMAGED, REFUSED, RULES

I64 = (-(2**63), 2**63 - 1)
HOSTILE = [
    "", " ", "\u3000", "NULL", "nan", "../../../../tmp/x", "/etc/passwd", "a\0b", "\x1b]0;x\x07\x1b[2J", "\u202egnp.exe",
    "x" * 70_000, "\r\nerror: forged line", "=1+1", "'; DROP TABLE shops;--", "{\"a\":1}", "\u200b", "e\u0301", "é", "💥" * 50,
    "\ud7ff\ue000\uffff", "%s%n", "$(id)", "*", "dt=2022-03-15", "女装/女士精品 ", "\ufeff女装/女士精品",
]  # fmt: skip


# ---------------------------------------------------------------- columns


def dropped_column(chance, at):
    at.write(at.rows().drop_columns([chance.choice(at.columns())]))
    return RULES


def renamed_column(chance, at):
    rows, column = at.rows(), chance.choice(at.columns())
    odd = [column.upper(), column.title(), column + " ", " " + column, column.replace("_", ""), column.replace("_", "-")]
    name = chance.choice([*odd, column + "\0", "\u202e" + column, "", "x" * 70_000, f"a.{column}"])
    at.write(rows.rename_columns([name if each == column else each for each in rows.column_names]))
    return RULES


def column_twice(chance, at):
    rows, column = at.rows(), chance.choice(at.columns())
    at.write(rows.append_column(column, rows.column(chance.choice([column, at.columns()[0]]))))
    return RULES


def other_columns(chance, at):
    """More columns, in another order, are the same rows."""
    rows = at.rows()
    for name, values in [("score", [float("nan")]), ("shop id", ["x"]), ("nested", [{"a": [1]}]), ("SHOP_ID", [7])]:
        if chance.random() < 0.5:
            rows = rows.append_column(name, pa.array(values * rows.num_rows))
    at.write(rows.select(chance.sample(rows.column_names, rows.num_columns)))
    return RULES


def nested_column(chance, at):
    rows, column = at.rows(), chance.choice(at.columns())
    place = rows.column_names.index(column)
    values = rows.column(column).to_pylist()
    kinds = [[{column: value} for value in values], [[value] for value in values]]
    at.write(rows.set_column(place, column, pa.array(chance.choice(kinds))))
    return REFUSED


# ---------------------------------------------------------------- types

OTHER_TYPES = {
    "int": [
        *(pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.float32()),
        *(pa.float64(), pa.decimal128(38, 0), pa.decimal128(18, 0), pa.string(), pa.null(), pa.bool_()),
        *(pa.dictionary(pa.int32(), pa.int64()), pa.timestamp("us"), pa.time64("us")),
    ],
    "str": [pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.binary(), pa.null(), pa.int64(), pa.binary(4)],
    "bool": [pa.int8(), pa.int64(), pa.string(), pa.null(), pa.float64()],
    "date": [pa.timestamp("us"), pa.timestamp("ms", "UTC"), pa.string(), pa.int32(), pa.null()],
    "ts": [
        *(pa.timestamp(unit, zone) for unit in ("s", "ms", "us", "ns") for zone in (None, "UTC", "+05:30", "Asia/Kolkata")),
        *(pa.date32(), pa.int64(), pa.string(), pa.null(), pa.time64("us")),
    ],
}


def retyped_column(chance, at):
    """The values as they are, as far as the other type takes them, nulls else."""
    rows, kind = at.rows(), chance.choice(sorted({kind for kind in OTHER_TYPES if at.columns_of(kind)}))
    column = chance.choice(at.columns_of(kind))
    wanted = chance.choice(OTHER_TYPES[kind])
    try:
        values = rows.column(column).cast(wanted, safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = pa.nulls(rows.num_rows, wanted)
    at.write(rows.set_column(rows.column_names.index(column), column, values), store_schema=chance.random() < 0.5)
    return RULES


def other_file_format(chance, at):
    """The same rows in another form of file."""
    at.write(
        at.rows(),
        compression=chance.choice(["none", "snappy", "gzip", "brotli", "zstd", "lz4"]),
        use_dictionary=chance.random() < 0.5,
        row_group_size=chance.choice([1, 5, 100_000]),
        data_page_size=chance.choice([1, 1 << 20]),
        data_page_version=chance.choice(["1.0", "2.0"]),
        version=chance.choice(["1.0", "2.4", "2.6"]),
        write_statistics=chance.random() < 0.5,
        write_page_checksum=chance.random() < 0.5,
        write_page_index=chance.random() < 0.5,
    )
    return RULES


def int96_timestamps(chance, at):
    if not at.columns_of("ts"):
        return RULES
    at.write(at.rows(), use_deprecated_int96_timestamps=True)
    return REFUSED


# ---------------------------------------------------------------- rows


def some(chance, count):
    """Few or many places of `count`."""
    return chance.sample(range(count), min(count, chance.choice([1, 1, 2, 5, count // 3, count])))


def with_changes(chance, at, column, change):
    """Writes the rows with `change(value)` in some rows of a column."""
    rows = at.rows()
    values = rows.column(column).to_pylist()
    for place in some(chance, len(values)):
        values[place] = change(values[place])
    array = pa.array(values, rows.schema.field(column).type)
    at.write(rows.set_column(rows.column_names.index(column), column, array))


def hostile_text(chance, at):
    columns = at.columns_of("str")
    if columns:
        with_changes(chance, at, chance.choice(columns), lambda value: chance.choice(HOSTILE))
    return RULES


def text_that_is_no_text(chance, at):
    """Bytes that are no UTF-8 in a column that says it is text."""
    columns = at.columns_of("str")
    if not columns:
        return RULES
    rows, column = at.rows(), chance.choice(columns)
    values = [(value or "").encode() for value in rows.column(column).to_pylist()]
    for place in some(chance, len(values)):
        values[place] = chance.choice([b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", "店".encode()[:2]])
    binary = pa.array(values, pa.binary())
    text = pa.StringArray.from_buffers(len(binary), *binary.buffers()[1:], null_count=0)
    options = {"use_dictionary": chance.random() < 0.5, "write_statistics": chance.random() < 0.5}
    at.write(rows.set_column(rows.column_names.index(column), column, text), **options)
    return REFUSED


def extreme_integers(chance, at):
    edges = [*I64, I64[0] + 1, 0, -1, 6, 2**31, -(2**31) - 1, 2**53 + 1, 2**62]
    column = chance.choice(at.columns_of("int"))
    rows = at.rows()
    place = rows.column_names.index(column)
    at.write(rows.set_column(place, column, rows.column(column).cast(pa.int64())))
    with_changes(chance, at, column, lambda value: chance.choice(edges))
    # Sums of such amounts may be more than an integer holds, which the figures of a night do not show.
    return DAMAGED if column == "amount_fen" else RULES


def extreme_unsigned(chance, at):
    """More than a signed integer holds."""
    rows, column = at.rows(), chance.choice(at.columns_of("int"))
    values = [abs(value or 0) for value in rows.column(column).to_pylist()]
    for place in some(chance, len(values)):
        values[place] = chance.choice([2**63, 2**64 - 1])
    at.write(rows.set_column(rows.column_names.index(column), column, pa.array(values, pa.uint64())))
    return REFUSED


def extreme_timestamps(chance, at):
    columns = at.columns_of("ts")
    if not columns:
        return RULES
    rows, column = at.rows(), chance.choice(columns)
    kind = pa.timestamp(chance.choice(["ms", "us", "ns"]), chance.choice([None, "UTC"]))
    values = rows.column(column).cast(kind, safe=False).cast(pa.int64()).to_pylist()
    year_1000, year_9999 = -30_610_224_000, 253_402_300_799
    per_second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
    edges = [*I64, 0, -1, I64[0] + 1, year_1000 * per_second, year_9999 * per_second]
    for place in some(chance, len(values)):
        values[place] = max(I64[0], min(I64[1], chance.choice(edges)))
    at.write(rows.set_column(rows.column_names.index(column), column, pa.array(values, pa.int64()).cast(kind)))
    return DAMAGED


def extreme_dates(chance, at):
    columns = at.columns_of("date")
    if not columns:
        return RULES
    rows, column = at.rows(), chance.choice(columns)
    values = rows.column(column).cast(pa.int32()).to_pylist()
    for place in some(chance, len(values)):
        values[place] = chance.choice([2**31 - 1, -(2**31), 0, -1, 2_932_896, 2_932_897, -4_371_587, -719_163, -719_162])
    at.write(rows.set_column(rows.column_names.index(column), column, pa.array(values, pa.int32()).cast(pa.date32())))
    return DAMAGED


def nulls(chance, at):
    with_changes(chance, at, chance.choice(at.columns()), lambda value: None)
    return RULES


def values_of_other_rows(chance, at):
    """Columns out of step with each other."""
    rows, column = at.rows(), chance.choice(at.columns())
    values = rows.column(column).to_pylist()
    with_changes(chance, at, column, lambda value: chance.choice(values))
    return RULES


def moved_timestamps(chance, at):
    columns = at.columns_of("ts")
    if columns:
        steps = [dt.timedelta(days=1), dt.timedelta(days=-1), dt.timedelta(hours=8), dt.timedelta(microseconds=-1)]
        with_changes(chance, at, chance.choice(columns), lambda value: value and value + chance.choice(steps))
    return RULES


def fewer_rows(chance, at):
    rows = at.rows()
    kept = sorted(chance.sample(range(rows.num_rows), chance.randrange(rows.num_rows + 1)))
    at.write(rows.take(pa.array(kept, pa.int64())))
    return RULES


def more_rows(chance, at):
    """Rows again, in another order, some of them with another value."""
    rows = at.rows()
    if not rows.num_rows:
        return RULES
    at.write(rows.take([chance.randrange(rows.num_rows) for _ in range(chance.choice([5, 100, 400]))]))
    return values_of_other_rows(chance, at) if chance.random() < 0.5 else RULES


OF_ROWS = [
    dropped_column, renamed_column, column_twice, other_columns, nested_column, retyped_column, retyped_column,
    retyped_column, other_file_format, int96_timestamps, hostile_text, hostile_text, text_that_is_no_text,
    extreme_integers, extreme_integers, extreme_unsigned, extreme_timestamps, extreme_timestamps, extreme_dates, nulls,
    values_of_other_rows, values_of_other_rows, moved_timestamps, moved_timestamps, fewer_rows, more_rows,
]  # fmt: skip
