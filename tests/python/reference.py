"""A second, slow implementation of the scoring contract (spec.md), sections 2 to 7 and 10, and of section 11
the tables scores, indicators, improvements, categories, outlook, quality and the quarantine.

Written from the text of the contract alone, to be compared with what the job publishes. Rows are dicts, sums are
ints, fractions are `Fraction`s; pyarrow only opens the files.

    python reference.py EXTRACTS RULES DAY [NAME=VALUE ...]      prints how many rows each table has
"""

import csv
import datetime as dt
import functools
import json
import os
import re
import sys
import urllib.parse
from fractions import Fraction
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from reference_cycles import cycle_starts_on, last_day_of, month_of, number, status_alone

DAY = dt.timedelta(days=1)
NANOS = 1_000_000_000
DAYS_OF_400_YEARS = 146_097
DAYS_SECONDS = 86_400
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": NANOS}
# Unicode's White_Space, and the byte order mark.
SPACE = "".join(map(chr, [*range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000])) + "\ufeff"
FIRST_YEAR_TOO_LATE = 2100

DEFAULTS = {
    "time_zone": "Asia/Shanghai",
    "window_days": 30,
    "history_starts_on": None,
    "max_snapshot_age_days": 7,
    "appeal_effect_days": 1,
    "rank_within": "primary_category",
    "after_sales_mix": "equal",
    "max_quarantined_percent": 1,
    "max_quarantined_rows": 20,
    "max_unscored_percent": 5,
    "earliest_day": dt.date(2000, 1, 1),
    "may_be_absent": "",
    "min_snapshot_percent": 80,
    "max_unknown_shop_percent": 5,
    "max_unknown_shop_rows": 1000,
    "min_rows_percent": 20,
    "min_rows_median": 1000,
    "assessment_cycle": "shop_year",
    "shop_year_from": dt.date(2018, 10, 1),
    "exempt_months": 3,
    "annual_fee_by": "months",
}

# Section 2: (column, type, may be null), in the order of the table there.
TABLES = {
    "shops": [
        ("shop_id", "int", False),
        ("shop_name", "str", False),
        ("primary_category", "str", False),
        ("primary_subcategory", "str", True),
        ("joined_on", "date", False),
        ("terminated_on", "date", True),
    ],
    "payments": [
        ("order_id", "int", False),
        ("shop_id", "int", False),
        ("category", "str", False),
        ("amount_fen", "int", False),
        ("paid_at", "ts", False),
    ],
    "pickups": [
        ("order_id", "int", False),
        ("shop_id", "int", False),
        ("category", "str", False),
        ("due_at", "ts", False),
        ("picked_up_at", "ts", True),
        ("no_shipping_required", "bool", False),
    ],
    "reviews": [
        ("review_id", "int", False),
        ("order_id", "int", False),
        ("shop_id", "int", False),
        ("description_stars", "int", True),
        ("logistics_stars", "int", True),
        ("rated_at", "ts", False),
    ],
    "refunds": [
        ("refund_id", "int", False),
        ("order_id", "int", False),
        ("shop_id", "int", False),
        ("refund_type", "str", False),
        ("stage", "str", False),
        ("applied_at", "ts", False),
        ("completed_at", "ts", False),
        ("self_completed", "bool", False),
    ],
    "disputes": [
        ("dispute_id", "int", False),
        ("order_id", "int", False),
        ("shop_id", "int", False),
        ("liable_party", "str", False),
        ("in_effect", "bool", False),
        ("ruled_at", "ts", False),
    ],
    "consultations": [
        ("shop_id", "int", False),
        ("sub_account_id", "int", False),
        ("buyer_id", "int", False),
        ("asked_at", "ts", False),
        ("bot_received", "bool", False),
        ("human_replied_at", "ts", True),
    ],
    "appeals": [
        ("appeal_id", "int", False),
        ("shop_id", "int", False),
        ("record_type", "str", False),
        ("record_id", "int", False),
        ("record_dt", "date", False),
        ("upheld", "bool", False),
        ("decided_at", "ts", False),
    ],
}
DT_COLUMN = {
    "shops": None,
    "payments": "paid_at",
    "pickups": "due_at",
    "reviews": "rated_at",
    "refunds": "completed_at",
    "disputes": "ruled_at",
    "consultations": "asked_at",
    "appeals": "decided_at",
}
KEY = {
    "shops": "shop_id",
    "payments": "order_id",
    "pickups": "order_id",
    "reviews": "review_id",
    "refunds": "refund_id",
    "disputes": "dispute_id",
    "consultations": None,
    "appeals": "appeal_id",
}
RECORD_TABLE = {"review": "reviews", "refund": "refunds", "dispute": "disputes", "pickup": "pickups"}
LISTED = {
    ("refunds", "refund_type"): ("refund_only", "return_refund"),
    ("refunds", "stage"): ("in_sale", "after_sale"),
    ("disputes", "liable_party"): ("seller", "buyer", "platform", "none"),
    ("appeals", "record_type"): ("review", "refund", "dispute", "pickup"),
}
MUST_HAVE_EVERY_DAY = ("payments", "pickups", "reviews", "refunds", "consultations")
MAY_LACK_A_DAY = ("disputes", "appeals")

# Section 4: indicator -> (dimension, better).
INDICATORS = {
    "product_rating": ("product", "high"),
    "pickup_timeliness": ("logistics", "high"),
    "logistics_rating": ("logistics", "high"),
    "refund_only_duration": ("after_sales", "low"),
    "return_refund_duration": ("after_sales", "low"),
    "dispute_rate": ("dispute", "low"),
    "response_rate": ("consultation", "high"),
}
# Section 11: what a value is counted in; the durations of section 4 are whole seconds.
UNITS = {
    "product_rating": "stars",
    "pickup_timeliness": "ratio",
    "logistics_rating": "stars",
    "refund_only_duration": "seconds",
    "return_refund_duration": "seconds",
    "dispute_rate": "ratio",
    "response_rate": "ratio",
}
DIMENSIONS = ("product", "logistics", "after_sales", "dispute", "consultation")
TIERS = (5, 4, 3, 2, 0)


class Refused(Exception):
    """The contract says that the night stops: `kind` is input (broken or suspect), missing or rules."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


# ---------------------------------------------------------------- time (sections 1 and 2)


@functools.lru_cache(maxsize=None)
def zone_named(name):
    return ZoneInfo(name)


@functools.lru_cache(maxsize=1_000_000)
def offset_of_local(zone, local_seconds):
    """Section 2: seconds east of UTC of a local time; one that the zone repeats means the earlier instant, one
    that it skips takes the offset before: both are what fold=0 gives."""
    try:
        naive = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=local_seconds)
    except OverflowError:
        naive = dt.datetime(2, 1, 1) if local_seconds < 0 else dt.datetime(9998, 1, 1)
    offset = naive.replace(tzinfo=zone_named(zone), fold=0).utcoffset()
    return offset // dt.timedelta(seconds=1)


def instant(value, unit, has_zone, zone):
    """Section 2: a stored timestamp as whole nanoseconds since 1970 UTC, exactly (ints of any size)."""
    nanos = value * (NANOS // PER_SECOND[unit])
    if has_zone:
        return nanos
    return nanos - offset_of_local(zone, nanos // NANOS) * NANOS


@functools.lru_cache(maxsize=1_000_000)
def day_of_second(zone, seconds):
    try:
        utc = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc) + dt.timedelta(seconds=seconds)
        return utc.astimezone(zone_named(zone)).date()
    except OverflowError:
        return dt.date.min if seconds < 0 else dt.date.max


def natural_day(nanos, zone):
    """Section 1: the calendar day of an instant in the business time zone."""
    return day_of_second(zone, nanos // NANOS)


class FarDay(dt.date):
    """A day before the year 1 or after 9999: in comparisons the first or the last day, shown as it is."""

    def isoformat(self):
        eras = -(-(dt.date.min.toordinal() - self.ordinal) // DAYS_OF_400_YEARS)
        if not 0 < eras <= 25:
            return self.unknown
        like = dt.date.fromordinal(self.ordinal + eras * DAYS_OF_400_YEARS)
        year = like.year - 400 * eras
        if year < -9999:
            return self.unknown
        return f"{'-' if year < 0 else ''}{abs(year):0{6 if year < 0 else 4}}-{like:%m-%d}"


def day_of_number(number):
    """Days since 1970-01-01 as a date."""
    ordinal = dt.date(1970, 1, 1).toordinal() + number
    if dt.date.min.toordinal() <= ordinal <= dt.date.max.toordinal():
        return dt.date.fromordinal(ordinal)
    nearest = dt.date.min if number < 0 else dt.date.max
    day = FarDay(nearest.year, nearest.month, nearest.day)
    day.ordinal, day.unknown = ordinal, f"day {number} since 1970-01-01"
    return day


# ---------------------------------------------------------------- reading (section 2)


HOUSEKEEPING = ("lost+found", "@eaDir")
COPIES = re.compile(
    r"\.(tmp|temp|part|partial|filepart|crdownload|download|upload|uploading|copying|incomplete|unfinished|writing|gstmp"
    r"|swp|inprogress|in-progress|_copying_)(\.|$)",
    re.IGNORECASE,
)


def ignored(name):
    """Section 2: names that are not looked at."""
    return name.startswith(("_", ".")) or name in HOUSEKEEPING


def day_named(value):
    """Section 2: a day YYYY-MM-DD or YYYYMMDD, with a time of 00:00:00 after it or without; None: no day."""
    found = re.fullmatch(r"(\d{4})(-?)(\d{2})\2(\d{2})(?:[ T]00:00:00(?:\.0*)?)?", value, re.ASCII)
    try:
        return dt.date(int(found.group(1)), int(found.group(3)), int(found.group(4)))
    except (AttributeError, ValueError):
        return None


def partitions(extracts, table):
    """Section 2: {day: folder} of a table's partitions."""
    root = os.path.join(extracts, table)
    days, keys = {}, set()
    if not os.path.isdir(root):
        return days
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if name == "_delta_log" or name.startswith(".hoodie"):
            raise Refused("input", f"{table}: the log of a table format")
        if ignored(name) or (name.endswith("_$folder$") and os.path.getsize(path) == 0):
            continue
        key, equals, value = urllib.parse.unquote(name, errors="replace").partition("=")
        if key and value == "__HIVE_DEFAULT_PARTITION__":
            continue
        day = day_named(value)
        if not (key and equals and day and os.path.isdir(path)):
            raise Refused("input", f"{table}: {name!r} is no partition of a day")
        if day in days:
            raise Refused("input", f"{table}: {day} twice")
        days[day] = path
        keys.add(key)
    if len(keys) > 1:
        raise Refused("input", f"{table}: keys {keys}")
    return days


def is_parquet(path):
    """Section 2: `PAR1` at both ends."""
    with open(path, "rb") as file:
        content = file.read()
    return len(content) >= 8 and content[:4] == content[-4:] == b"PAR1"


def is_copy_under_way(name):
    """Section 2: a name that speaks of a copy under way."""
    if name.startswith("."):
        found = re.fullmatch(r"\..+\.(?!sha)[A-Za-z0-9]{6}", name)
        return bool(found and "parquet" in name) or re.search(r"\.(inprogress|in-progress)(\.|$)", name) is not None
    ending = max((name.lower().rfind(mark) for mark in (".parquet", ".parq.", ".pq.")), default=-1)
    return COPIES.search(name, max(ending, 0)) is not None


def part_files(folder):
    """Section 2: the part files of a partition, in its sub-folders too; a copy under way makes the day incomplete, and so
    do nothing but files that are no Parquet."""
    files, left_aside = [], 0
    for at, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not ignored(name))
        for name in sorted(names):
            path = os.path.join(at, name)
            if is_copy_under_way(name):
                raise Refused("missing", f"{path}: a copy under way")
            if ignored(name) or (name.endswith("_$folder$") and os.path.getsize(path) == 0):
                continue
            if "parquet" in name.lower() or is_parquet(path):
                files.append(path)
            else:
                left_aside += 1
    if left_aside and not files:
        raise Refused("missing", f"{folder}: nothing but files that are no Parquet")
    return files


def plain_type(kind):
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def is_whole_type(kind):
    return pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0)


def whole_numbers(path, column, array, kind, nullable):
    """Section 2: integers, decimals without decimals, and whole floats where no id is meant."""
    refused = Refused("input", f"{path}: {column} has numbers that do not fit")
    numbers = []
    for value in array.to_pylist():
        if isinstance(value, float):
            if value != value and nullable:
                value = None
            elif value != value or abs(value) >= 2**53 or value != int(value):
                raise refused
        number = None if value is None else int(value)
        if number is not None and not -(2**63) <= number < 2**63:
            raise refused
        numbers.append(number)
    return numbers


def midnights(path, column, array, kind, zone):
    """Section 2: days as timestamps that are midnight in UTC, or all of them in the business time zone."""
    nanos = [None if value is None else value * (NANOS // PER_SECOND[kind.unit]) for value in array.cast(pa.int64()).to_pylist()]
    day = DAYS_SECONDS * NANOS
    if all(value is None or value % day == 0 for value in nanos):
        return [None if value is None else day_of_number(value // day) for value in nanos]

    def local(value):
        found = natural_day(value, zone)
        before = natural_day(value - 1, zone)
        return found if value % NANOS == 0 and before != found else None

    days = [None if value is None else local(value) for value in nanos]
    if any(each is None and value is not None for each, value in zip(days, nanos)):
        raise Refused("input", f"{path}: {column} has times of day")
    return days


def column_values(path, column, array, wanted, nullable, zone):
    """Section 2: one column as Python values; text trimmed (section 3), timestamps as exact instants."""
    kind = plain_type(array.type)
    bad = Refused("input", f"{path}: {column} is {array.type}, wanted {wanted}")
    if pa.types.is_null(kind):
        if not nullable:
            raise bad
        return array.to_pylist()
    if wanted == "int":
        if not is_whole_type(kind) and not (pa.types.is_floating(kind) and not column.endswith("_id")):
            raise bad
        return whole_numbers(path, column, array, kind, nullable)
    if wanted == "bool":
        if pa.types.is_boolean(kind):
            return array.to_pylist()
        if not is_whole_type(kind):
            raise bad
        flags = whole_numbers(path, column, array, kind, nullable)
        if any(flag not in (None, 0, 1) for flag in flags):
            raise Refused("input", f"{path}: {column} has other flags than 0 and 1")
        return [None if flag is None else flag == 1 for flag in flags]
    if wanted == "date":
        if pa.types.is_timestamp(kind):
            return midnights(path, column, array, kind, zone)
        if not pa.types.is_date32(kind):
            raise bad
        return [None if number is None else day_of_number(number) for number in array.cast(pa.int32()).to_pylist()]
    if wanted == "str":
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
            try:
                return [None if text is None else text.decode("utf-8").strip(SPACE) for text in array.to_pylist()]
            except UnicodeDecodeError:
                raise Refused("input", f"{path}: {column} has bytes that are no UTF-8") from None
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise bad
        return [None if text is None else text.strip(SPACE) for text in array.to_pylist()]
    if not pa.types.is_timestamp(kind):
        raise bad
    stored = array.cast(pa.int64()).to_pylist()
    has_zone = kind.tz is not None
    return [None if value is None else instant(value, kind.unit, has_zone, zone) for value in stored]


def place_of(path, names, column):
    """Section 2: names are compared exactly, else without case where just one fits."""
    places = [place for place, name in enumerate(names) if name == column]
    if not places:
        places = [place for place, name in enumerate(names) if name.lower() == column.lower()]
    if len(places) != 1:
        raise Refused("input", f"{path}: {len(places)} columns named {column}")
    return places[0]


def read_file(path, table, zone):
    """Section 2: the rows of one part file, the contract's columns only."""
    file = pq.ParquetFile(path)
    names = file.schema_arrow.names
    in_file = {column: names[place_of(path, names, column)] for column, _, _ in TABLES[table]}
    for leaf in range(len(file.schema)):
        about = file.schema.column(leaf)
        if about.physical_type == "INT96" and about.path in in_file.values():
            raise Refused("input", f"{path}: {about.path} is INT96")
    data = file.read(columns=list(in_file.values()))
    columns = [
        column_values(path, column, data.column(in_file[column]), wanted, nullable, zone)
        for column, wanted, nullable in TABLES[table]
    ]
    names = [column for column, _, _ in TABLES[table]]
    return [dict(zip(names, values)) for values in zip(*columns)]


# ---------------------------------------------------------------- row rules (section 3)


def breaks_null_key(table, row):
    """Section 3, null_key: a column without `?` is null."""
    return any(row[column] is None for column, _, may_be_null in TABLES[table] if not may_be_null)


def breaks_wrong_partition(table, row, day, zone):
    """Section 3, wrong_partition: the natural day of the dt timestamp is not dt."""
    column = DT_COLUMN[table]
    return column is not None and natural_day(row[column], zone) != day


def is_unreal(value, kind, zone, earliest_day):
    """Section 3, out_of_range: a day before earliest_day, or of a timestamp one of the year 2100 or later."""
    if value is None or kind not in ("date", "ts"):
        return False
    day = natural_day(value, zone) if kind == "ts" else value
    return day < earliest_day or (kind == "ts" and day.year >= FIRST_YEAR_TOO_LATE)


def breaks_out_of_range(table, row, zone, earliest_day):
    """Section 3, out_of_range: stars outside 1..5, amount_fen < 0, an enumeration value not listed, an unreal time."""
    if any(is_unreal(row[column], kind, zone, earliest_day) for column, kind, _ in TABLES[table]):
        return True
    if table == "reviews":
        for column in ("description_stars", "logistics_stars"):
            if row[column] is not None and not 1 <= row[column] <= 5:
                return True
    if table == "payments" and row["amount_fen"] < 0:
        return True
    return any(row[column] not in listed for (of, column), listed in LISTED.items() if of == table)


def breaks_time_reversed(table, row, zone):
    """Section 3, time_reversed."""
    if table == "refunds":
        return row["completed_at"] < row["applied_at"]
    if table == "consultations":
        return row["human_replied_at"] is not None and row["human_replied_at"] < row["asked_at"]
    if table == "appeals":
        return natural_day(row["decided_at"], zone) < row["record_dt"]
    if table == "shops":
        return row["terminated_on"] is not None and row["terminated_on"] < row["joined_on"]
    return False


def orderable(value):
    """Section 3: null lowest, false below true, text by its bytes."""
    if value is None:
        return (0,)
    if isinstance(value, str):
        return (1, value.encode("utf-8"))
    return (1, value)


def duplicate_order(table, row):
    """Section 3, duplicate_key: the timestamp of dt first, then the columns in the order of section 2."""
    first = [row[DT_COLUMN[table]]] if DT_COLUMN[table] else []
    return [orderable(value) for value in first + [row[column] for column, _, _ in TABLES[table]]]


def keep_one_a_key(table, rows):
    """Section 3, duplicate_key: (kept, others) of the rows that broke no other rule."""
    if KEY[table] is None:
        return rows, []
    by_key = {}
    for row in rows:
        by_key.setdefault(row[KEY[table]], []).append(row)
    kept, others = [], []
    for same in by_key.values():
        same.sort(key=lambda row: duplicate_order(table, row))
        kept.append(same[-1])
        others.extend(same[:-1])
    return kept, others


class TableDay:
    """One partition after the row rules of section 3."""

    def __init__(self, table, day, all_rows, zone, earliest_day):
        self.table, self.day, self.total = table, day, len(all_rows)
        self.quarantined = []  # (reason, row)
        passed = []
        for row in all_rows:
            if breaks_null_key(table, row):
                self.quarantined.append(("null_key", row))
            elif breaks_wrong_partition(table, row, day, zone):
                self.quarantined.append(("wrong_partition", row))
            elif breaks_out_of_range(table, row, zone, earliest_day):
                self.quarantined.append(("out_of_range", row))
            elif breaks_time_reversed(table, row, zone):
                self.quarantined.append(("time_reversed", row))
            else:
                passed.append(row)
        self.sound, others = keep_one_a_key(table, passed)
        self.quarantined.extend(("duplicate_key", row) for row in others)


class Extracts:
    """Section 2: the folder of extracts; a partition is read once however many days are scored."""

    def __init__(self, folder, zone, earliest_day=DEFAULTS["earliest_day"]):
        self.folder, self.zone, self.earliest_day, self.read = folder, zone, earliest_day, {}
        self.days = {table: partitions(folder, table) for table in TABLES}

    def has(self, table, day):
        """Whether there is a partition; one without a part file is missing."""
        return day in self.days[table] and bool(part_files(self.days[table][day]))

    def is_whole(self, table, day):
        try:
            return self.has(table, day)
        except Refused:
            return False

    def rows_counted(self, table, day):
        """The rows that footers count; none where one cannot be read."""
        try:
            return sum(pq.ParquetFile(path).metadata.num_rows for path in part_files(self.days[table][day]))
        except (pa.ArrowException, OSError):
            return 0

    def table_day(self, table, day):
        if (table, day) not in self.read:
            rows = []
            if self.has(table, day):
                for path in part_files(self.days[table][day]):
                    rows.extend(read_file(path, table, self.zone))
            self.read[table, day] = TableDay(table, day, rows, self.zone, self.earliest_day)
        return self.read[table, day]


# ---------------------------------------------------------------- rule tables (sections 4 to 7, 9, 11)


def read_rules(folder, name):
    """Section 11: a column `source` is read past where it is the last one, and refused elsewhere."""
    with open(os.path.join(folder, name + ".csv"), encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if "source" in (rows.fieldnames or [])[:-1]:
            raise Refused("rules", f"{name}.csv: source is not the last column")
        return [{k: v.strip(SPACE) for k, v in row.items() if k != "source"} for row in rows]


def in_force(row, day):
    """Section 11: effective_from and effective_to, inclusive, empty = open."""
    text = day.isoformat()
    return (not row["effective_from"] or row["effective_from"] <= text) and (
        not row["effective_to"] or text <= row["effective_to"]
    )


class Rules:
    def __init__(self, folder):
        self.custom_made = read_rules(folder, "custom_made")
        self.logistics = read_rules(folder, "logistics")
        self.thresholds = read_rules(folder, "thresholds")
        self.tiers = read_rules(folder, "tiers")
        self.weights = read_rules(folder, "weights")
        if any(row["failure_limit"] and int(row["failure_limit"]) == 0 for row in self.thresholds):
            raise Refused("rules", "thresholds.csv: a failure_limit of 0")

    def is_custom_made(self, category, day):
        """Section 4, pickup_timeliness."""
        return any(row["category"] == category and in_force(row, day) for row in self.custom_made)

    def weights_row(self, category, subcategory, day):
        """Section 5: the row with category and subcategory, else the one with an empty subcategory, else None."""
        for wanted in (subcategory or "", ""):
            for row in self.weights:
                if in_force(row, day) and row["category"] == category and row["subcategory"] == wanted:
                    return row
        return None

    def logistics_indicator(self, category, subcategory, day):
        """Section 5: likewise; the row `*` is the default."""
        for wanted in ((category, subcategory or ""), (category, ""), ("*", "")):
            for row in self.logistics:
                if in_force(row, day) and (row["category"], row["subcategory"]) == wanted:
                    return row["logistics_indicator"]
        raise Refused("rules", f"logistics.csv says nothing of {category} on {day}")

    def cut_offs(self, category, indicator, day):
        """Section 6: [(tier, top_percent)] from 5 down; the most specific set of five wins."""
        for wanted in ((category, indicator), ("*", indicator), (category, "*"), ("*", "*")):
            found = {
                int(row["tier"]): Fraction(row["top_percent"])
                for row in self.tiers
                if in_force(row, day) and (row["category"], row["indicator"]) == wanted
            }
            if found:
                if set(found) != set(TIERS) or found[0] != 100:
                    raise Refused("rules", f"tiers.csv: no whole set of five for {wanted} on {day}")
                return [(tier, found[tier]) for tier in TIERS]
        raise Refused("rules", f"tiers.csv says nothing of {category}, {indicator} on {day}")

    def thresholds_in_force(self, category, day):
        """Section 9: row `*` is the default; None where not even that is in force."""
        for wanted in (category, "*"):
            for row in self.thresholds:
                if in_force(row, day) and row["category"] == wanted:
                    return row
        return None

    def thresholds_row(self, category, day):
        row = self.thresholds_in_force(category, day)
        if row is None:
            raise Refused("rules", f"thresholds.csv says nothing of {category} on {day}")
        return row

    def marketing_min(self, category, day):
        """Section 9, marketing admission."""
        return Fraction(self.thresholds_row(category, day)["marketing_min"])


# ---------------------------------------------------------------- which partitions (section 2)


def window_of(day, settings):
    """Section 1: the 30 natural days D-29 .. D."""
    length = settings["window_days"]
    return [day - DAY * back for back in range(length - 1, -1, -1)]


def newest_snapshot(extracts, day, settings):
    """Section 2: the newest shops snapshot with dt <= D, not older than the setting allows."""
    before = sorted((found for found in extracts.days["shops"] if found <= day), reverse=True)
    newest = next((found for found in before if extracts.has("shops", found)), None)
    if newest is None or (day - newest).days > settings["max_snapshot_age_days"]:
        raise Refused("missing", f"no snapshot of shops for {day}")
    return newest


def check_days(extracts, window, settings):
    """Section 2: an error that lists every missing table and day."""
    starts = settings["history_starts_on"]
    missing = [
        (table, day.isoformat())
        for table in MUST_HAVE_EVERY_DAY
        for day in window
        if not extracts.has(table, day) and not (starts is not None and day < starts)
    ]
    absent = [
        (table, "every day")
        for table in MAY_LACK_A_DAY
        if table not in settings["may_be_absent"].split(",") and not any(extracts.has(table, day) for day in window)
    ]
    if missing or absent:
        raise Refused("missing", f"missing: {missing + absent}")


def check_snapshot(extracts, day, settings):
    """Section 3: the stop on a snapshot with far fewer rows than the one before it, at most 31 days before."""
    near = [found for found in extracts.days["shops"] if dt.timedelta(0) < day - found <= 31 * DAY]
    before = [found for found in near if extracts.is_whole("shops", found)]
    if before:
        rows, rows_before = extracts.table_day("shops", day).total, extracts.rows_counted("shops", max(before))
        if rows * 100 < settings["min_snapshot_percent"] * rows_before:
            raise Refused("input", f"{rows} rows of the snapshot of {day}, {rows_before} of the one before")


def check_unknown_shops(parts, known_shops, settings):
    """Section 3: the stop on a table-day with too many sound rows of shops that the snapshot does not have."""
    for part in parts:
        if part.table in ("shops", "appeals"):
            continue
        unknown = sum(1 for row in part.sound if row["shop_id"] not in known_shops)
        most, percent = settings["max_unknown_shop_rows"], settings["max_unknown_shop_percent"]
        if unknown > most and unknown * 100 > percent * len(part.sound):
            raise Refused("input", f"{part.table} {part.day}: {unknown} rows of unknown shops")


def check_quarantined(parts, settings):
    """Section 3: the stop on a table-day with too many quarantined rows (both limits passed)."""
    for part in parts:
        bad = len(part.quarantined)
        if bad * 100 > settings["max_quarantined_percent"] * part.total and bad > settings["max_quarantined_rows"]:
            raise Refused("input", f"{part.table} {part.day}: {bad} of {part.total} rows quarantined")


def check_fewest_rows(extracts, parts, settings):
    """Section 3: the stop on a table-day with far fewer rows than its table's median day.

    The text leaves open what the median of an even number of days is (here the mean of the two in the middle) and
    whether a day that disputes or appeals lack is one of zero rows (here it is no table-day at all)."""
    by_table = {}
    for part in parts:
        if part.table != "shops" and extracts.has(part.table, part.day):
            by_table.setdefault(part.table, []).append(part)
    for table, days in by_table.items():
        counts = sorted(part.total for part in days)
        half = len(counts) // 2
        median = Fraction(counts[half] + counts[-half - 1], 2)
        for part in days:
            if median >= settings["min_rows_median"] and part.total * 100 < settings["min_rows_percent"] * median:
                raise Refused("input", f"{table} {part.day}: {part.total} rows, the median day has {median}")


# ---------------------------------------------------------------- appeals (section 4)


def appeal_days(window, knowledge_day):
    """Sections 4 and 8: the days whose appeals may matter, up to the knowledge day.

    Appeals of records before the window change nothing in it, and an appeal is never decided before its record's
    day, so none before the window matters."""
    return [window[0] + DAY * ahead for ahead in range((knowledge_day - window[0]).days + 1)]


def match_appeals(extracts, window, knowledge_day, settings):
    """Section 4, Appeals: (records out of the figures, unmatched appeals by the appeal's own dt)."""
    last_dt = knowledge_day - DAY * settings["appeal_effect_days"]
    last_decision, unmatched = {}, {}
    owners = {}
    for kind, table in RECORD_TABLE.items():
        for record_day in window:
            for row in extracts.table_day(table, record_day).sound:
                owners[kind, row[KEY[table]], record_day] = row["shop_id"]
    for appeal_day in appeal_days(window, knowledge_day):
        for row in extracts.table_day("appeals", appeal_day).sound:
            if row["record_dt"] not in window:
                continue
            record = (row["record_type"], row["record_id"], row["record_dt"])
            if owners.get(record) != row["shop_id"]:
                unmatched[appeal_day] = unmatched.get(appeal_day, 0) + 1
                continue
            if appeal_day > last_dt:
                continue
            decision = (row["decided_at"], row["appeal_id"], row["upheld"])
            if record not in last_decision or decision[:2] > last_decision[record][:2]:
                last_decision[record] = decision
    return {record for record, decision in last_decision.items() if decision[2]}, unmatched


# ---------------------------------------------------------------- indicators (section 4)


def whole_seconds(later, earlier):
    """Section 4: durations are whole seconds, each rounded down."""
    return (later - earlier) // NANOS


class Sums:
    """Numerators and denominators by (shop, indicator)."""

    def __init__(self):
        self.of = {}

    def add(self, shop, indicator, numerator, denominator):
        sums = self.of.setdefault((shop, indicator), [0, 0])
        sums[0] += numerator
        sums[1] += denominator

    def get(self, shop, indicator):
        return tuple(self.of.get((shop, indicator), (0, 0)))


def sum_ratings(sums, rows):
    """Section 4, product_rating and logistics_rating."""
    for row in rows:
        if row["description_stars"] is not None:
            sums.add(row["shop_id"], "product_rating", row["description_stars"], 1)
        if row["logistics_stars"] is not None:
            sums.add(row["shop_id"], "logistics_rating", row["logistics_stars"], 1)


def sum_pickups(sums, rows, rules, day):
    """Section 4, pickup_timeliness."""
    for row in rows:
        if row["no_shipping_required"] or rules.is_custom_made(row["category"], day):
            continue
        in_time = row["picked_up_at"] is not None and row["picked_up_at"] < row["due_at"]
        sums.add(row["shop_id"], "pickup_timeliness", int(in_time), 1)


def sum_refunds(sums, rows):
    """Section 4, refund_only_duration and return_refund_duration."""
    for row in rows:
        if row["self_completed"]:
            seconds = whole_seconds(row["completed_at"], row["applied_at"])
            sums.add(row["shop_id"], row["refund_type"] + "_duration", seconds, 1)


def sum_disputes(sums, payments, disputes):
    """Section 4, dispute_rate."""
    for row in payments:
        sums.add(row["shop_id"], "dispute_rate", 0, 1)
    for row in disputes:
        if row["liable_party"] == "seller" and row["in_effect"]:
            sums.add(row["shop_id"], "dispute_rate", 1, 0)


def sum_consultations(sums, rows, day, zone):
    """Section 4, response_rate: (shop, sub-account, buyer, natural day) counts once."""
    answered = {}
    for row in rows:
        who = (row["shop_id"], row["sub_account_id"], row["buyer_id"])
        replied = row["human_replied_at"]
        now = row["bot_received"] or (replied is not None and natural_day(replied, zone) == day)
        answered[who] = answered.get(who, False) or now
    for (shop, _, _), yes in answered.items():
        sums.add(shop, "response_rate", int(yes), 1)


def window_sums(extracts, rules, window, out_of_figures, zone):
    """Section 4 over the window, records with an upheld appeal left out."""
    sums = Sums()
    for day in window:

        def counted(kind):
            table = RECORD_TABLE[kind]
            rows = extracts.table_day(table, day).sound
            return [row for row in rows if (kind, row[KEY[table]], day) not in out_of_figures]

        sum_ratings(sums, counted("review"))
        sum_pickups(sums, counted("pickup"), rules, day)
        sum_refunds(sums, counted("refund"))
        sum_disputes(sums, extracts.table_day("payments", day).sound, counted("dispute"))
        sum_consultations(sums, extracts.table_day("consultations", day).sound, day, zone)
    return sums


# ---------------------------------------------------------------- ranking and scores (sections 5 to 7)


def half_up(fraction, decimals=4):
    """Section 7: rounded half-up from the exact fraction, as an integer over 10 ** decimals."""
    return (fraction * 10**decimals + Fraction(1, 2)).__floor__()


def figure(fraction):
    """Section 11: f64 holding the 4-decimal figure, an integer over 10,000."""
    return None if fraction is None else half_up(fraction) / 10_000


class Shop:
    def __init__(self, row, rules, day):
        """Section 5: the assessment category and the indicators that assess the shop."""
        self.id, self.row = row["shop_id"], row
        self.category = row["primary_category"]
        self.weights = rules.weights_row(self.category, row["primary_subcategory"], day)
        self.assessed = []
        self.assessment_category = None
        self.ranks = {}  # indicator -> (numerator, denominator, value, better, ranked, tier)
        if self.weights is None:
            return
        self.assessment_category = self.category
        if self.weights["subcategory"]:
            self.assessment_category += "_" + self.weights["subcategory"]
        logistics = rules.logistics_indicator(self.category, row["primary_subcategory"], day)
        for indicator, (dimension, _) in INDICATORS.items():
            if dimension != "logistics" or indicator == logistics:
                self.assessed.append(indicator)

    def weight(self, dimension):
        return Fraction(self.weights[dimension + "_percent"])


def is_present(row, day):
    """Section 6: joined_on <= D and (terminated_on null or > D)."""
    return row["joined_on"] <= day and (row["terminated_on"] is None or row["terminated_on"] > day)


def rank_group(shop, settings):
    """Section 6, rank_within."""
    return shop.category if settings["rank_within"] == "primary_category" else shop.assessment_category


def is_better(indicator, one, other):
    return one > other if INDICATORS[indicator][1] == "high" else one < other


def tier_of(better, ranked, cut_offs):
    """Section 6: the first row from 5 down with b * 100 < top_percent * n."""
    for tier, top_percent in cut_offs:
        if better * 100 < top_percent * ranked:
            return tier
    raise AssertionError("tier 0 is 100 percent")


def rank(shops, sums, rules, day, settings):
    """Section 6: values, ranks and tiers into shop.ranks; returns {(group, indicator): shops ranked together}."""
    groups = {}
    for shop in shops:
        for indicator in shop.assessed:
            numerator, denominator = sums.get(shop.id, indicator)
            value = numerator / denominator if denominator else None
            shop.ranks[indicator] = (numerator, denominator, value, None, None, None)
            if value is not None:
                groups.setdefault((rank_group(shop, settings), indicator), []).append(shop)
    for (_, indicator), together in groups.items():
        values = [shop.ranks[indicator][2] for shop in together]
        for shop in together:
            numerator, denominator, value, *_ = shop.ranks[indicator]
            better = sum(1 for other in values if is_better(indicator, other, value))
            tier = tier_of(better, len(values), rules.cut_offs(shop.category, indicator, day))
            shop.ranks[indicator] = (numerator, denominator, value, better, len(values), tier)
    return groups


def dimension_scores(shop, tiers, settings):
    """Section 7: {dimension: exact score or None}; `tiers` is {indicator: tier}."""
    scores = {}
    for dimension in DIMENSIONS:
        held = [
            (tier, shop.ranks[indicator][1])
            for indicator, tier in tiers.items()
            if INDICATORS[indicator][0] == dimension and tier is not None
        ]
        if settings["after_sales_mix"] == "equal" or dimension != "after_sales":
            held = [(tier, 1) for tier, _ in held]
        parts = sum(part for _, part in held)
        scores[dimension] = Fraction(sum(tier * part for tier, part in held), parts) if parts else None
    return scores


def weight_sum(shop, scores):
    return sum(shop.weight(dimension) for dimension in DIMENSIONS if scores[dimension] is not None)


def exact_score(shop, scores):
    """Section 7: sum of w times s over sum of w, over the dimensions that have a score; None for no_data."""
    total = weight_sum(shop, scores)
    if total == 0:
        return None
    return sum(shop.weight(d) * s for d, s in scores.items() if s is not None) / total


def tiers_of(shop):
    return {indicator: ranked[5] for indicator, ranked in shop.ranks.items()}


# ---------------------------------------------------------------- the published tables (sections 10 and 11)


def scores_table(shops, rules, day, settings):
    """Section 11, scores."""
    table, category_shops = [], {}
    for shop in shops:
        category_shops[shop.category] = category_shops.get(shop.category, 0) + (shop.weights is not None)
    for shop in sorted(shops, key=lambda shop: shop.id):
        score, scores, reason = None, dict.fromkeys(DIMENSIONS), None
        percents = dict.fromkeys(DIMENSIONS)
        if shop.weights is None:
            reason = "category_without_weights"
        else:
            scores = dimension_scores(shop, tiers_of(shop), settings)
            score = exact_score(shop, scores)
            if score is None:
                reason = "no_data"
            else:
                total = weight_sum(shop, scores)
                for dimension in DIMENSIONS:
                    if scores[dimension] is not None:
                        exact = 100 * shop.weight(dimension) / total
                        percents[dimension] = exact.numerator / exact.denominator
        least = rules.marketing_min(shop.category, day)
        table.append(
            {
                "shop_id": shop.id,
                "as_of": day,
                "shop_name": shop.row["shop_name"],
                "primary_category": shop.category,
                "primary_subcategory": shop.row["primary_subcategory"],
                "assessment_category": shop.assessment_category,
                "category_shops": category_shops[shop.category],
                "score": figure(score),
                **{d + "_score": figure(scores[d]) for d in DIMENSIONS},
                **{d + "_weight_percent": percents[d] for d in DIMENSIONS},
                "marketing_min": least.numerator / least.denominator,
                "marketing_eligible": score is not None and Fraction(half_up(score), 10_000) >= least,
                "unscored_reason": reason,
            }
        )
    return table


def indicators_table(shops, day):
    """Section 11, indicators: each present shop with an assessment category, each indicator assessed there."""
    table = []
    for shop in sorted(shops, key=lambda shop: shop.id):
        for indicator in sorted(shop.assessed):
            numerator, denominator, value, better, ranked, tier = shop.ranks[indicator]
            table.append(
                {
                    "shop_id": shop.id,
                    "indicator": indicator,
                    "as_of": day,
                    "shop_name": shop.row["shop_name"],
                    "primary_category": shop.category,
                    "dimension": INDICATORS[indicator][0],
                    "unit": UNITS[indicator],
                    "direction": INDICATORS[indicator][1],
                    "numerator": numerator,
                    "denominator": denominator,
                    "value": value,
                    "shops_better": better,
                    "ranked": ranked,
                    "tier": tier,
                }
            )
    return table


def worst(indicator, values):
    return (min if INDICATORS[indicator][1] == "high" else max)(values)


def improvements_table(shops, groups, day, settings):
    """Section 10."""
    table = []
    for shop in shops:
        if shop.weights is None:
            continue
        now = exact_score(shop, dimension_scores(shop, tiers_of(shop), settings))
        if now is None:
            continue
        for indicator, (_, _, value, _, _, tier) in shop.ranks.items():
            if tier is None or tier == 5:
                continue
            together = groups[rank_group(shop, settings), indicator]
            above = [other.ranks[indicator][5] for other in together if other.ranks[indicator][5] > tier]
            if not above:
                continue
            next_tier = min(above)
            holders = [other.ranks[indicator][2] for other in together if other.ranks[indicator][5] == next_tier]
            then = exact_score(shop, dimension_scores(shop, {**tiers_of(shop), indicator: next_tier}, settings))
            table.append(
                {
                    "shop_id": shop.id,
                    "indicator": indicator,
                    "as_of": day,
                    "shop_name": shop.row["shop_name"],
                    "primary_category": shop.category,
                    "unit": UNITS[indicator],
                    "direction": INDICATORS[indicator][1],
                    "tier": tier,
                    "next_tier": next_tier,
                    "value": value,
                    "value_to_reach": worst(indicator, holders),
                    "score_gain": (half_up(then) - half_up(now)) / 10_000,
                }
            )
    return sorted(table, key=lambda row: (row["shop_id"], -row["score_gain"], row["indicator"]))


def nth_smallest(values, quarter):
    """Section 11: the ceil(p * n)-th smallest, p a number of quarters."""
    return sorted(values)[-(-quarter * len(values) // 4) - 1]


def best_tenth(indicator, values):
    """Section 11: the value of the ceil(n / 10)-th best."""
    best_first = sorted(values, reverse=INDICATORS[indicator][1] == "high")
    return best_first[-(-len(values) // 10) - 1]


def categories_table(shops, day, settings):
    """Section 11, categories: one row for each group that is ranked together and indicator.

    The text says `primary_category, indicator`. Under rank_within = assessment_category it leaves open whether the
    rows are still a primary category's; here they are the groups that section 6 ranks, named by the same column."""
    by_category = {}
    for shop in shops:
        for indicator, ranked in shop.ranks.items():
            if ranked[2] is not None:
                group = (rank_group(shop, settings), indicator)
                by_category.setdefault(group, []).append(ranked)
    table = []
    for category, indicator in sorted(by_category, key=lambda k: (k[0].encode(), k[1].encode())):
        ranked = by_category[category, indicator]
        values = [value for _, _, value, *_ in ranked]
        holding = {tier: [value for _, _, value, _, _, held in ranked if held == tier] for tier in TIERS}
        row = {
            "primary_category": category,
            "indicator": indicator,
            "as_of": day,
            "ranked": len(values),
            "lowest": min(values),
            "quartile_1": nth_smallest(values, 1),
            "median": nth_smallest(values, 2),
            "quartile_3": nth_smallest(values, 3),
            "highest": max(values),
            "mean": sum(numerator for numerator, *_ in ranked) / sum(denominator for _, denominator, *_ in ranked),
            "best_tenth": best_tenth(indicator, values),
        }
        for tier in (5, 4, 3, 2):
            row[f"tier_{tier}_edge"] = worst(indicator, holding[tier]) if holding[tier] else None
        for tier in TIERS:
            row[f"tier_{tier}_shops"] = len(holding[tier])
        table.append(row)
    return table


def outlook_scores(shops, extracts, rules, days, out_of_figures, month_end, settings):
    """Section 10, Outlook: {shop: exact score, or None} by the sums of `days` alone, with the rules of the month end;
    custom_made goes by the row's own day, as always."""
    then = [Shop(shop.row, rules, month_end) for shop in shops]
    sums = window_sums(extracts, rules, days, out_of_figures, settings["time_zone"])
    rank(then, sums, rules, month_end, settings)
    scored = [shop for shop in then if shop.weights is not None]
    return {shop.id: exact_score(shop, dimension_scores(shop, tiers_of(shop), settings)) for shop in scored}


def outlook_table(shops, extracts, rules, day, out_of_figures, settings):
    """Section 10, Outlook: where each present shop's month end is heading.

    The text says M-29, since a window has 30 days; with another `window_days` it is the window of the month end."""
    month_end = last_day_of(month_of(day))
    days = [each for each in window_of(month_end, settings) if each <= day]
    scores = outlook_scores(shops, extracts, rules, days, out_of_figures, month_end, settings) if days else {}
    table = []
    for shop in sorted(shops, key=lambda shop: shop.id):
        score, least, verdict = figure(scores.get(shop.id)), None, None
        if days:
            starts_on = cycle_starts_on(shop.row["joined_on"], month_end, settings)
            row = None if starts_on is None else rules.thresholds_in_force(shop.category, starts_on)
            verdict = "exempt" if starts_on is None else status_alone(score, row)
            least = None if row is None else number(row["monthly_min"])
        table.append(
            {
                "shop_id": shop.id,
                "as_of": day,
                "shop_name": shop.row["shop_name"],
                "primary_category": shop.category,
                "month_end": month_end,
                "days_known": len(days),
                "score": score,
                "monthly_min": least,
                "verdict": verdict,
            }
        )
    return table


def quality_table(parts, known_shops, unmatched):
    """Section 11, quality."""
    table = []
    for part in parts:
        counts = {}
        for reason, _ in part.quarantined:
            counts[reason] = counts.get(reason, 0) + 1
        if part.table not in ("shops", "appeals"):
            counts["unknown_shop"] = sum(1 for row in part.sound if row["shop_id"] not in known_shops)
        if part.table == "appeals":
            counts["unmatched_appeal"] = unmatched.get(part.day, 0)
        counts = {reason: rows for reason, rows in counts.items() if rows}
        counts["none"] = part.total
        for reason, rows in counts.items():
            table.append({"extract": part.table, "day": part.day, "reason": reason, "row_count": rows})
    return sorted(table, key=lambda row: (row["extract"], row["day"], row["reason"]))


def json_value(value, kind):
    """Section 11, quarantine: timestamps in UTC (here as exact nanoseconds, so that any spelling compares)."""
    return value.isoformat() if kind == "date" and value is not None else value


def quarantine_table(part):
    """Section 11: [(extract, key, reason, {column: value without buyer_id})], not sorted."""
    return [
        (
            part.table,
            row[KEY[part.table]] if KEY[part.table] else None,
            reason,
            {c: json_value(row[c], kind) for c, kind, _ in TABLES[part.table] if c != "buyer_id"},
        )
        for reason, row in part.quarantined
    ]


class Night:
    """What the contract says of one day: .window, .tables {name: rows}, .quarantine {day: rows}, and of the present
    shops .joined_on {shop: day}.

    With a knowledge day other than the day itself it is the restatement of section 8, of which only the scores are
    published."""

    def __init__(self, extracts, rules, day, settings, knowledge_day=None):
        self.day = day
        knowledge_day = knowledge_day or day
        zone = settings["time_zone"]
        window = self.window = window_of(day, settings)
        snapshot_day = newest_snapshot(extracts, day, settings)
        check_days(extracts, window, settings)
        snapshot = extracts.table_day("shops", snapshot_day)
        parts = [snapshot]
        for table in MUST_HAVE_EVERY_DAY + MAY_LACK_A_DAY:
            parts.extend(extracts.table_day(table, each) for each in window)
        later = [each for each in appeal_days(window, knowledge_day) if each > day]
        check_quarantined([extracts.table_day("appeals", each) for each in later], settings)
        check_quarantined(parts, settings)
        check_fewest_rows(extracts, parts, settings)
        check_snapshot(extracts, snapshot_day, settings)
        check_unknown_shops(parts, {row["shop_id"] for row in snapshot.sound}, settings)
        out_of_figures, unmatched = match_appeals(extracts, window, knowledge_day, settings)
        sums = window_sums(extracts, rules, window, out_of_figures, zone)
        shops = [Shop(row, rules, day) for row in snapshot.sound if is_present(row, day)]
        groups = rank(shops, sums, rules, day, settings)
        scores = scores_table(shops, rules, day, settings)
        if not scores:
            raise Refused("input", "no present shop")
        unscored = sum(1 for row in scores if row["score"] is None)
        if unscored * 100 > settings["max_unscored_percent"] * len(scores):
            raise Refused("input", f"{unscored} of {len(scores)} shops without a score")
        self.joined_on = {shop.id: shop.row["joined_on"] for shop in shops}
        self.tables = {
            "scores": scores,
            "indicators": indicators_table(shops, day),
            "improvements": improvements_table(shops, groups, day, settings),
            "categories": categories_table(shops, day, settings),
            "outlook": outlook_table(shops, extracts, rules, day, out_of_figures, settings),
            "quality": quality_table(parts, {row["shop_id"] for row in snapshot.sound}, unmatched),
        }
        self.quarantine = {}
        for part in parts:
            self.quarantine.setdefault(part.day, []).extend(quarantine_table(part))


def parse_settings(pairs):
    settings = dict(DEFAULTS)
    for pair in pairs:
        name, value = pair.split("=", 1)
        if name == "history_starts_on" or isinstance(DEFAULTS.get(name), dt.date):
            settings[name] = dt.date.fromisoformat(value) if value else None
        elif isinstance(DEFAULTS.get(name), int):
            settings[name] = Fraction(value) if "percent" in name else int(value)
        else:
            settings[name] = value
    return settings


def main():
    folder, rules, day = sys.argv[1:4]
    settings = parse_settings(sys.argv[4:])
    night = Night(Extracts(folder, settings["time_zone"]), Rules(rules), dt.date.fromisoformat(day), settings)
    counts = {name: len(rows) for name, rows in night.tables.items()}
    counts["quarantine"] = sum(len(rows) for rows in night.quarantine.values())
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
