"""Writes small random extracts and rule tables full of odd corners, the same for the same seed.

    python random_extracts.py FOLDER SEED

FOLDER/extracts and FOLDER/rules are written; the last line printed is the as-of day and the settings to score it
with. Names, shops and figures are made up.
"""

import csv
import datetime as dt
import os
import random
import sys
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

NANOS = 1_000_000_000
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": NANOS}
EPOCH = dt.datetime(1970, 1, 1)

# Zone and an as-of day whose window holds a change of the clocks, where the zone has any; first and last days of months
# among them, and such of which the window of the month end holds few days or all.
PLACES = [
    ("Asia/Shanghai", dt.date(2022, 3, 15)),
    ("Asia/Shanghai", dt.date(2024, 2, 29)),
    ("Asia/Shanghai", dt.date(2018, 12, 1)),  # a first day: of the month of 31 days nothing is known
    ("Asia/Shanghai", dt.date(2023, 2, 1)),  # of February three days are known
    ("Asia/Shanghai", dt.date(2022, 4, 30)),
    ("UTC", dt.date(2022, 1, 10)),
    ("UTC", dt.date(2023, 5, 2)),
    ("America/New_York", dt.date(2022, 3, 20)),
    ("America/New_York", dt.date(2022, 11, 20)),
    ("Europe/Berlin", dt.date(2022, 4, 5)),
    ("Europe/Berlin", dt.date(2022, 11, 5)),
    ("Europe/Berlin", dt.date(2022, 10, 31)),
    ("Australia/Lord_Howe", dt.date(2022, 4, 20)),
    ("America/Sao_Paulo", dt.date(2018, 11, 20)),  # the clocks skip midnight
    ("Pacific/Apia", dt.date(2012, 1, 10)),  # the calendar skips 30 December 2011
]
SPLIT = "运动/瑜伽/健身/球迷用品"
CASES = [
    (SPLIT, "跑步机/大型健身器械"),
    (SPLIT, None),
    (SPLIT, "瑜伽"),
    ("箱包皮具/热销女包/男包", "旅行箱"),
    ("箱包皮具/热销女包/男包", None),
    ("网店/网络服务/软件", None),
    ("大家电", "冰箱"),
    ("教育培训", None),
    ("女装/女士精品", ""),
    ("女装/女士精品", None),
    ("个性定制/设计服务/DIY", None),
]
ORDER_CATEGORIES = ["女装/女士精品", "全屋定制", "个性定制/设计服务/DIY", "大家电", " 全屋定制\t", "手办"]
INDICATORS = [
    "product_rating",
    "pickup_timeliness",
    "logistics_rating",
    "refund_only_duration",
    "return_refund_duration",
    "dispute_rate",
    "response_rate",
]


class Maker:
    def __init__(self, folder, seed, nanoseconds=True, beyond_spark=True):
        self.random = random.Random(seed)
        self.nanoseconds, self.beyond_spark = nanoseconds, beyond_spark
        self.extracts = os.path.join(folder, "extracts")
        self.rules = os.path.join(folder, "rules")
        self.zone_name, self.day = self.random.choice(PLACES)
        self.zone = ZoneInfo(self.zone_name)
        self.settings = {"time_zone": self.zone_name}
        self.length = self.random.choice([30, 30, 30, 7])
        if self.length != 30:
            self.settings["window_days"] = self.length
        self.dirt = self.random.choice([0.0, 0.02, 0.05, 0.2])
        self.busy = self.random.choice([1, 3, 8, 20])
        self.records = []  # (record_type, record_id, day, shop)

    # ------------------------------------------------------------ small choices

    def chance(self, part):
        return self.random.random() < part

    def dirty(self):
        return self.chance(self.dirt)

    def text(self, plain):
        """White space around it: ASCII is trimmed, other kinds are not."""
        if plain is not None and self.chance(0.1):
            space = self.random.choice([" ", "\t", "\n", "\v", "\f", "\r", "  \t", "\u3000", "\u00a0", "\u2003"])
            return self.random.choice([space + plain, plain + space, space + plain + space])
        return plain

    def local_to_instant(self, local):
        return int((local.replace(tzinfo=self.zone).astimezone(dt.timezone.utc).replace(tzinfo=None) - EPOCH)
                   // dt.timedelta(seconds=1))

    def moment(self, day):
        """Nanoseconds since 1970 UTC of some moment of a local day, its edges more often."""
        start = self.local_to_instant(dt.datetime.combine(day, dt.time()))
        end = self.local_to_instant(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
        if end <= start:
            return start * NANOS
        kind = self.random.random()
        if kind < 0.05:
            return start * NANOS
        if kind < 0.1:
            return end * NANOS - 1
        if kind < 0.15:
            return (end - 1) * NANOS
        if kind < 0.35:  # few different moments, so that ties occur
            return (start + self.random.choice([3600, 5000, 9000]) % (end - start)) * NANOS
        return self.random.randrange(start * NANOS, end * NANOS)

    def day_in_window(self):
        return self.day - dt.timedelta(days=self.random.randrange(self.length))

    # ------------------------------------------------------------ files

    def stamp_column(self, values):
        """Instants in some unit, with or without a zone; what the unit cannot hold is cut off."""
        unit = self.random.choice(["s", "ms", "us", "us", "ns" if self.nanoseconds else "us"])
        zone = self.random.choice(["UTC", "Asia/Shanghai", "+05:30", None, None])
        stored = []
        for value in values:
            if value is not None and zone is None:
                utc = EPOCH + dt.timedelta(seconds=value // NANOS)
                local = utc.replace(tzinfo=dt.timezone.utc).astimezone(self.zone).replace(tzinfo=None)
                if self.chance(0.02):  # a wall clock that the change of the clocks may skip or repeat
                    local = local.replace(hour=self.random.choice([0, 1, 2]))
                value = (local - EPOCH) // dt.timedelta(seconds=1) * NANOS + value % NANOS
            stored.append(None if value is None else value // (NANOS // PER_SECOND[unit]))
        return pa.array(stored, pa.int64()).cast(pa.timestamp(unit, tz=zone))

    def int_column(self, values):
        known = [value for value in values if value is not None]
        low, high = min(known, default=0), max(known, default=0)
        kinds = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
        if not self.beyond_spark:
            kinds = [kind for kind in kinds if pa.types.is_signed_integer(kind)]
        fitting = []
        for kind in kinds:
            signed = pa.types.is_signed_integer(kind)
            least = -(2 ** (kind.bit_width - 1)) if signed else 0
            most = 2 ** (kind.bit_width - signed) - 1
            if least <= low and high <= most:
                fitting.append(kind)
        return pa.array(values, self.random.choice([*fitting, pa.int64()]))

    def text_column(self, values):
        column = pa.array(values, self.random.choice([pa.string(), pa.large_string()]))
        return column.dictionary_encode() if self.chance(0.4) and self.beyond_spark else column

    def column(self, name, kind, values):
        if kind == "ts":
            return self.stamp_column(values)
        if kind == "int":
            return self.int_column(values)
        if kind == "str":
            return self.text_column(values)
        return pa.array(values, pa.date32() if kind == "date" else pa.bool_())

    def write_file(self, path, columns, rows):
        names = [name for name, _ in columns]
        arrays = {name: self.column(name, kind, [row[name] for row in rows]) for name, kind in columns}
        if self.chance(0.2):
            self.random.shuffle(names)
        if self.chance(0.2):
            names.insert(self.random.randrange(len(names) + 1), "extra")
            arrays["extra"] = pa.array([1.5] * len(rows))
        table = pa.table([arrays[name] for name in names], names=names)
        nanos = any(pa.types.is_timestamp(kind) and kind.unit == "ns" for kind in table.schema.types)
        pq.write_table(
            table,
            path,
            compression=self.random.choice(["none", "snappy", "zstd", "gzip"]),
            use_dictionary=self.chance(0.5),
            row_group_size=self.random.choice([3, 1000]),
            data_page_version=self.random.choice(["1.0", "2.0"]),
            store_schema=self.chance(0.5),
            write_statistics=self.chance(0.7),
            version="2.6" if nanos else self.random.choice(["1.0", "2.4", "2.6"]),
        )

    def write_partition(self, table, day, columns, rows):
        folder = os.path.join(self.extracts, table, f"dt={day}")
        os.makedirs(folder)
        self.random.shuffle(rows)
        # A partition without a part file is missing.
        files = self.random.choice([1, 1, 1, 2, 3] if rows else [1] * 200 + [0])
        for number in range(files):
            self.write_file(os.path.join(folder, f"part-{number}.parquet"), columns, rows[number::files])
        for name in ("_SUCCESS", ".part-9.parquet", "_part-9.parquet", "._x.parquet.crc"):
            if self.chance(0.03):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(b"no parquet at all")

    # ------------------------------------------------------------ dirt

    def spoil(self, rows, columns, key, stamp, day):
        """Rows with nulls, of another day, or doubled with small changes."""
        spoilt = []
        for row in rows:
            row = dict(row)
            if self.dirty():
                row[self.random.choice([name for name, _ in columns])] = None
            if self.dirty() and stamp is not None:
                row[stamp] = self.moment(day + dt.timedelta(days=self.random.choice([-1, 1])))
            spoilt.append(row)
            if key is not None and self.dirty():
                for _ in range(self.random.choice([1, 1, 2])):
                    twin = dict(row)
                    other = self.random.choice(rows)
                    for name, _ in columns:
                        if name != key and self.chance(0.3):
                            twin[name] = other[name]
                    spoilt.append(twin)
        return spoilt

    def listed(self, *values):
        if self.dirty():
            return self.random.choice(["", "SELLER", "unlisted", "refund only"])
        return self.text(self.random.choice(values))

    def stars(self):
        if self.dirty():
            return self.random.choice([0, 6, -1, 127])
        return self.random.choice([None, 1, 2, 3, 4, 4, 5, 5, 5, 5])

    def key(self):
        """Few keys, so that they meet within a day and across days; some at the edges of an i64."""
        if self.chance(0.01):
            return self.random.choice([2**63 - 1, -(2**63), 0, -7])
        return self.random.randrange(1, 60 * self.busy)

    def shop(self):
        return self.random.choice(self.shop_ids) if not self.chance(0.03) else 999_999

    # ------------------------------------------------------------ tables

    def joining_day(self):
        """Long ago, beside the as-of day, about the 15th of one of the months before it, or about the day from which
        shops have cycles of their own."""
        after = dt.timedelta(days=1)
        from_on = self.settings.get("shop_year_from", dt.date(2018, 10, 1))
        kind = self.random.random()
        if kind < 0.5 or (kind >= 0.8 and from_on > self.day):
            return dt.date(2010, 5, 1)
        if kind < 0.6:
            return self.random.choice([self.day, self.day - after, self.day + after])
        if kind < 0.8:
            month = self.day - dt.timedelta(days=30 * self.random.randrange(40))
            return month.replace(day=self.random.choice([1, 14, 15, 16, 17, 28]))
        return from_on + after * self.random.choice([-1, 0, 14, 15])

    def make_shops(self):
        count = self.random.choice([1, 2, 5, 12, 25])
        columns = [
            ("shop_id", "int"),
            ("shop_name", "str"),
            ("primary_category", "str"),
            ("primary_subcategory", "str"),
            ("joined_on", "date"),
            ("terminated_on", "date"),
        ]
        self.shop_ids = self.random.sample(range(1, 200), count)
        cases = self.random.sample(CASES, self.random.choice([1, 2, 4, len(CASES)]))
        after = dt.timedelta(days=1)
        rows = []
        for shop in self.shop_ids:
            category, subcategory = self.random.choice(cases)
            if self.chance(0.03):
                category = "没有权重的类目"
            rows.append(
                {
                    "shop_id": shop,
                    "shop_name": self.text(f"店铺{shop}"),
                    "primary_category": self.text(category),
                    "primary_subcategory": self.text(subcategory),
                    "joined_on": self.joining_day(),
                    "terminated_on": self.random.choice(
                        [None] * 12 + [self.day, self.day - after, self.day + after, dt.date(2009, 1, 1)]
                    ),
                }
            )
        for back in {self.random.choice([0] * 15 + [1, 6, 7, 8]), 9, -1}:
            some = [row for row in rows if back == 0 or self.chance(0.9)]
            day = self.day - dt.timedelta(days=back)
            self.write_partition("shops", day, columns, self.spoil(some, columns, "shop_id", None, day))

    def make_payments(self, day, count):
        columns = [
            ("order_id", "int"),
            ("shop_id", "int"),
            ("category", "str"),
            ("amount_fen", "int"),
            ("paid_at", "ts"),
        ]
        rows = [
            {
                "order_id": self.key(),
                "shop_id": self.shop(),
                "category": self.text(self.random.choice(ORDER_CATEGORIES)),
                "amount_fen": -1 if self.dirty() else self.random.choice([0, 1, 9900, 10**12]),
                "paid_at": self.moment(day),
            }
            for _ in range(count)
        ]
        return columns, rows, "order_id", "paid_at"

    def make_pickups(self, day, count):
        columns = [
            ("order_id", "int"),
            ("shop_id", "int"),
            ("category", "str"),
            ("due_at", "ts"),
            ("picked_up_at", "ts"),
            ("no_shipping_required", "bool"),
        ]
        rows = []
        for _ in range(count):
            due = self.moment(day)
            rows.append(
                {
                    "order_id": self.key(),
                    "shop_id": self.shop(),
                    "category": self.text(self.random.choice(ORDER_CATEGORIES)),
                    "due_at": due,
                    "picked_up_at": self.random.choice(
                        [None, due, due - 1, due + 1, due - 86_400 * NANOS, due - 5 * NANOS, due + 90 * NANOS]
                    ),
                    "no_shipping_required": self.chance(0.1),
                }
            )
            self.records.append(("pickup", rows[-1]["order_id"], day, rows[-1]["shop_id"]))
        return columns, rows, "order_id", "due_at"

    def make_reviews(self, day, count):
        columns = [
            ("review_id", "int"),
            ("order_id", "int"),
            ("shop_id", "int"),
            ("description_stars", "int"),
            ("logistics_stars", "int"),
            ("rated_at", "ts"),
        ]
        rows = []
        for _ in range(count):
            rows.append(
                {
                    "review_id": self.key(),
                    "order_id": self.key(),
                    "shop_id": self.shop(),
                    "description_stars": self.stars(),
                    "logistics_stars": self.stars(),
                    "rated_at": self.moment(day),
                }
            )
            self.records.append(("review", rows[-1]["review_id"], day, rows[-1]["shop_id"]))
        return columns, rows, "review_id", "rated_at"

    def make_refunds(self, day, count):
        columns = [
            ("refund_id", "int"),
            ("order_id", "int"),
            ("shop_id", "int"),
            ("refund_type", "str"),
            ("stage", "str"),
            ("applied_at", "ts"),
            ("completed_at", "ts"),
            ("self_completed", "bool"),
        ]
        rows = []
        for _ in range(count):
            completed = self.moment(day)
            took = self.random.choice([0, 1, NANOS - 1, NANOS, 3600 * NANOS, self.random.randrange(10**15)])
            if self.dirty():
                took = self.random.choice([-1, -NANOS])
            rows.append(
                {
                    "refund_id": self.key(),
                    "order_id": self.key(),
                    "shop_id": self.shop(),
                    "refund_type": self.listed("refund_only", "return_refund"),
                    "stage": self.listed("in_sale", "after_sale"),
                    "applied_at": completed - took,
                    "completed_at": completed,
                    "self_completed": self.chance(0.8),
                }
            )
            self.records.append(("refund", rows[-1]["refund_id"], day, rows[-1]["shop_id"]))
        return columns, rows, "refund_id", "completed_at"

    def make_disputes(self, day, count):
        columns = [
            ("dispute_id", "int"),
            ("order_id", "int"),
            ("shop_id", "int"),
            ("liable_party", "str"),
            ("in_effect", "bool"),
            ("ruled_at", "ts"),
        ]
        rows = []
        for _ in range(count // 2):
            rows.append(
                {
                    "dispute_id": self.key(),
                    "order_id": self.key(),
                    "shop_id": self.shop(),
                    "liable_party": self.listed("seller", "seller", "buyer", "platform", "none"),
                    "in_effect": self.chance(0.8),
                    "ruled_at": self.moment(day),
                }
            )
            self.records.append(("dispute", rows[-1]["dispute_id"], day, rows[-1]["shop_id"]))
        return columns, rows, "dispute_id", "ruled_at"

    def make_consultations(self, day, count):
        columns = [
            ("shop_id", "int"),
            ("sub_account_id", "int"),
            ("buyer_id", "int"),
            ("asked_at", "ts"),
            ("bot_received", "bool"),
            ("human_replied_at", "ts"),
        ]
        rows = []
        for _ in range(count):
            asked = self.moment(day)
            replied = self.random.choice(
                [None, None, asked, asked + 1, asked + 60 * NANOS, asked + 3 * 3600 * NANOS, asked + 86_400 * NANOS]
            )
            if self.dirty():
                replied = asked - self.random.choice([1, NANOS])
            rows.append(
                {
                    "shop_id": self.shop(),
                    "sub_account_id": self.random.randrange(2),
                    "buyer_id": self.random.randrange(6),
                    "asked_at": asked,
                    "bot_received": self.chance(0.15),
                    "human_replied_at": replied,
                }
            )
        return columns, rows, None, "asked_at"

    def make_appeals(self, day, count):
        columns = [
            ("appeal_id", "int"),
            ("shop_id", "int"),
            ("record_type", "str"),
            ("record_id", "int"),
            ("record_dt", "date"),
            ("upheld", "bool"),
            ("decided_at", "ts"),
        ]
        rows = []
        for _ in range(count):
            kind, record, record_day, shop = self.random.choice(self.appealed)
            if self.chance(0.1):
                shop = self.shop()
            if self.chance(0.05):
                record = self.key()
            if self.chance(0.1):
                record_day += dt.timedelta(days=self.random.choice([-1, 1, -40]))
            if self.chance(0.05):
                kind = self.random.choice(["review", "refund", "dispute", "pickup"])
            rows.append(
                {
                    "appeal_id": self.key(),
                    "shop_id": shop,
                    "record_type": self.text(kind) if not self.dirty() else "order",
                    "record_id": record,
                    "record_dt": record_day,
                    "upheld": self.chance(0.6),
                    "decided_at": self.moment(day),
                }
            )
        return columns, rows, "appeal_id", "decided_at"

    def make_extracts(self):
        self.make_shops()
        missing = self.chance(0.06)
        starts = self.chance(0.1)
        if starts:
            self.settings["history_starts_on"] = self.day - dt.timedelta(days=self.random.randrange(self.length + 2))
        days = [self.day - dt.timedelta(days=back) for back in range(self.length + 1, -2, -1)]
        makers = {
            "payments": self.make_payments,
            "pickups": self.make_pickups,
            "reviews": self.make_reviews,
            "refunds": self.make_refunds,
            "disputes": self.make_disputes,
            "consultations": self.make_consultations,
            "appeals": self.make_appeals,
        }
        for table, make in makers.items():
            if table == "appeals":
                known = self.records or [("review", 1, self.day, 1)]
                self.appealed = self.random.sample(known, min(len(known), 6 * self.busy))
            for day in days:
                if table in ("disputes", "appeals") and self.chance(0.2):
                    continue
                if missing and self.chance(0.01):
                    continue
                if starts and day < self.settings["history_starts_on"] and self.chance(0.7):
                    continue
                most = self.busy * (3 if table == "consultations" else 1)
                columns, rows, key, stamp = make(day, self.random.randrange(most + 1))
                self.write_partition(table, day, columns, self.spoil(rows, columns, key, stamp, day))
        for name in ("_temporary", ".staging"):
            if self.chance(0.1):
                os.makedirs(os.path.join(self.extracts, "payments", name, "dt=nonsense"))

    # ------------------------------------------------------------ rule tables

    def write_rules(self, name, header, rows):
        """The table, sometimes with a column `source` after the others, which is read past."""
        if self.chance(0.2):
            header, rows = [*header, "source"], [[*row, self.random.choice(["", "公告, 第3条"])] for row in rows]
        with open(os.path.join(self.rules, name + ".csv"), "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    def spans(self, make, days_back=(-1, 0, 0, 1, 2, 5, 20)):
        """One row in force throughout, or two that meet somewhere in or near the window."""
        if self.chance(0.6):
            return [["2009-01-01", "", *make()]]
        day = self.day - dt.timedelta(days=self.random.choice(days_back))
        rows = [["2009-01-01", day, *make()], [day + dt.timedelta(days=1), "", *make()]]
        return rows

    def percents(self):
        return self.random.choice(
            [
                [20, 20, 20, 20, 20],
                [25, 0, 25, 25, 25],
                [10, 30, 25, 20, 15],
                [13, 17, 23, 29, 18],
                [7, 11, 37, 31, 14],
                [0, 0, 0, 100, 0],
                [0, 50, 50, 0, 0],
                ["3.125", "21.875", 25, 25, 25],  # scores that lie half-way between two figures
                ["9.375", "15.625", "21.875", "28.125", 25],
            ]
        )

    def cut_offs(self):
        if self.chance(0.3):
            return [20, 50, 80, 95, 100]
        return sorted(self.random.sample(range(1, 100), 4)) + [100]

    def make_rules(self):
        os.makedirs(self.rules)
        pairs = sorted({(category, subcategory or "") for category, subcategory in CASES})
        split = {(SPLIT, "跑步机/大型健身器械"), ("箱包皮具/热销女包/男包", "旅行箱")}
        kept = [pair for pair in pairs if pair[1] == "" or pair in split]
        kept.append(("大家电", ""))
        if self.chance(0.3):
            kept.remove((SPLIT, ""))  # only the subcategory has weights
        rows = []
        for category, subcategory in kept:
            rows += self.spans(lambda c=category, s=subcategory: ["行业", c, s, *self.percents()])
        header = ["effective_from", "effective_to", "industry", "category", "subcategory"]
        header += [f"{d}_percent" for d in ("consultation", "logistics", "product", "after_sales", "dispute")]
        self.write_rules("weights", header, rows)

        kinds = ["pickup_timeliness", "logistics_rating", "none"]
        rows = self.spans(lambda: ["*", "", self.random.choice(kinds)])
        for category, subcategory in kept:  # the job refuses pairs that weights.csv does not have
            if self.chance(0.5):
                rows += self.spans(lambda c=category, s=subcategory: [c, s, self.random.choice(kinds)])
        header = ["effective_from", "effective_to", "category", "subcategory", "logistics_indicator"]
        self.write_rules("logistics", header, rows)

        rows = []
        for category in ("全屋定制", "个性定制/设计服务/DIY"):
            rows += self.spans(lambda c=category: [c])[self.random.randrange(2) :]
        self.write_rules("custom_made", ["effective_from", "effective_to", "category"], rows)

        sets = [("*", "*")]
        for _ in range(self.random.choice([0, 0, 3, 25])):
            category = self.random.choice(["*", "*", "*", *[category for category, _ in CASES]])
            sets.append((category, self.random.choice(["*", "*", "*", *INDICATORS])))
        if self.chance(0.3):
            sets += [(SPLIT, "*"), ("箱包皮具/热销女包/男包", "*")]
        rows = []
        for category, indicator in sorted(set(sets)):
            for start, end, *five in self.spans(self.cut_offs):
                rows += [[start, end, category, indicator, t, p] for t, p in zip((5, 4, 3, 2, 0), five)]
        header = ["effective_from", "effective_to", "category", "indicator", "tier", "top_percent"]
        self.write_rules("tiers", header, rows)

        rows = []
        for category in ("*", SPLIT, "大家电", "女装/女士精品"):
            rows += self.spans(lambda c=category: self.thresholds(c), days_back=(-1, 0, 1, 20, 50, 200, 400))
        if self.chance(0.3):  # none is in force on the first day of some cycles
            since = (self.day - dt.timedelta(days=self.random.choice([20, 40, 100, 400]))).isoformat()
            rows = [[since if row[0] == "2009-01-01" else row[0], *row[1:]] for row in rows]
            rows = [row for row in rows if not row[1] or str(row[0]) <= str(row[1])]
        header = ["effective_from", "effective_to", "category", "marketing_min", "monthly_min", "failure_limit"]
        header += ["annual_min", "annual_fee_fen", "sales_half_refund_fen", "sales_full_refund_fen"]
        self.write_rules("thresholds", header, rows)

    def thresholds(self, category):
        """A row of thresholds.csv; a month is assessed where monthly_min and failure_limit are both given."""
        least = ["2.5", "3", "3.15", "3.3333", "3.6667", "4.2", "4.1667", "5"]
        marketing_min, monthly_min = self.random.choice(least), self.random.choice(["", *least])
        failure_limit = self.random.choice(["", 1, 2, 3, 3, 6])
        return [category, marketing_min, monthly_min, failure_limit, "3.0", 3_000_000, 18_000_000, 60_000_000]

    def choose_assessment(self):
        """Settings of section 9, before the shops are made that they are about."""
        choose = self.random.choice
        self.settings["assessment_cycle"] = choose(["shop_year", "shop_year", "shop_year", "calendar_year"])
        self.settings["annual_fee_by"] = choose(["months", "year"])
        if self.chance(0.4):
            self.settings["exempt_months"] = choose([0, 1, 2, 6])
        if self.chance(0.2):
            self.settings["shop_year_from"] = self.day - dt.timedelta(days=choose([0, 16, 200]))

    def make_settings(self):
        choose = self.random.choice
        self.settings["rank_within"] = choose(["primary_category", "assessment_category"])
        self.settings["after_sales_mix"] = choose(["equal", "volume"])
        self.settings["appeal_effect_days"] = choose([0, 1, 1, 2, 5])
        self.settings["max_unscored_percent"] = choose([100, 100, 100, 100, 5])
        self.settings["max_quarantined_rows"] = choose([1000, 1000, 1000, 1000, 20, 5])
        if self.chance(0.05):
            self.settings["min_rows_median"] = choose([1, 3, 5])
            self.settings["min_rows_percent"] = choose([1, 20, 50])


def generate(folder, seed, nanoseconds=True, beyond_spark=True):
    """Writes FOLDER/extracts and FOLDER/rules; returns the as-of day and the settings as NAME=VALUE.

    Not `beyond_spark` means: no types of Arrow that Spark has none for, unsigned integers and texts in dictionaries.
    """
    maker = Maker(folder, seed, nanoseconds, beyond_spark)
    maker.choose_assessment()
    maker.make_extracts()
    maker.make_rules()
    maker.make_settings()
    return maker.day, [f"{name}={value}" for name, value in maker.settings.items()]


def main():
    day, settings = generate(sys.argv[1], int(sys.argv[2]))
    print(day, *settings)


if __name__ == "__main__":
    main()
