"""Makes small random marketplaces over three to seven months, and the actions to carry out on them.

A marketplace is what sections 8 and 9 of the contract turn on: shops that join and leave on all sorts of days, cycles
that begin in these months or cross the year, categories that change between snapshots, thresholds that change within a
cycle, equal sales, appeals decided after month ends, extracts that are rewritten later. Its rows are nearly clean;
random_extracts.py is for dirt. Names, shops and figures are made up; the same seed gives the same.
"""

import csv
import datetime as dt
import os
import random
import shutil
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from reference import TABLES
from reference_cycles import first_day_of, last_day_of, month_of

DAY = dt.timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")
KINDS = {"int": pa.int64(), "str": pa.string(), "bool": pa.bool_(), "date": pa.date32()}
KINDS["ts"] = pa.timestamp("us", tz="UTC")

CATEGORIES = ["女装/女士精品", "大家电", "手机", "零食/坚果/特产", "茶", "住宅家具"]
OTHER_GOODS = ["运动鞋new", "酒类", "玩具/童车/益智/积木/模型"]
UNWEIGHTED = "没有权重的类目"
THRESHOLDS = ["category", "marketing_min", "monthly_min", "failure_limit", "annual_min", "annual_fee_fen"]
THRESHOLDS += ["sales_half_refund_fen", "sales_full_refund_fen"]
SHOP_YEAR_FROM = dt.date(2018, 10, 1)  # the default


def moment(day, second):
    return dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(seconds=second)


class Marketplace:
    """Writes FOLDER/extracts and FOLDER/rules; `actions` are those of reference_assessments.py."""

    def __init__(self, folder, seed, rules):
        self.random = random.Random(seed)
        self.extracts, self.rules = os.path.join(folder, "extracts"), os.path.join(folder, "rules")
        self.year = self.random.choice([2019, 2022, 2022, 2024, 2024])
        self.first = dt.date(self.year - 1, *self.random.choice([(12, 10), (12, 20), (12, 28), (11, 8), (9, 25)]))
        self.last = dt.date(self.year, 4, 8)
        self.days = [self.first + DAY * ahead for ahead in range((self.last - self.first).days + 1)]
        self.month_ends = [day for day in self.days if (day + DAY).day == 1]
        self.settings = {
            "history_starts_on": self.first,
            "may_be_absent": "disputes,appeals",
            "max_unscored_percent": 100,
            "max_quarantined_rows": 1000,
            "appeal_effect_days": self.random.choice([0, 1, 1, 3]),
            "rank_within": self.random.choice(["primary_category", "assessment_category"]),
        }
        self.choose_assessment()
        self.records = []  # (record_type, record_id, day, shop)
        self.make_shops()
        for day in self.days:
            for table in ("payments", "pickups", "reviews", "refunds", "disputes", "consultations"):
                self.write(table, day, self.rows_of(table, day))
        self.make_appeals()
        self.write_rules(rules)
        self.actions = self.make_actions()

    def chance(self, part):
        return self.random.random() < part

    def choose_assessment(self):
        """Settings of section 9, and the months of joining whose first cycle begins in one of the simulated months."""
        choose = self.random.choice
        self.settings["assessment_cycle"] = choose(["shop_year"] * 4 + ["calendar_year"])
        self.settings["annual_fee_by"] = choose(["months", "months", "year"])
        exempt_months = choose([3, 3, 3, 3, 0, 1, 2, 6, 12])
        if exempt_months != 3:
            self.settings["exempt_months"] = exempt_months
        shop_year_from = SHOP_YEAR_FROM
        if self.chance(0.2):
            shop_year_from = choose([*self.days, dt.date(self.year - 1, 3, 16), dt.date(self.year + 1, 1, 1)])
            self.settings["shop_year_from"] = shop_year_from
        self.edge_days = [shop_year_from + DAY * ahead for ahead in (-1, 0, 14, 15)]
        self.edge_months = [month_of(day) + 1 - exempt_months for day in self.month_ends]

    def write(self, table, day, rows):
        """One partition in one file; a rewritten one takes the place of the old."""
        folder = os.path.join(self.extracts, table, f"dt={day}")
        os.makedirs(folder, exist_ok=True)
        columns = {c: pa.array([row[c] for row in rows], KINDS[kind]) for c, kind, _ in TABLES[table]}
        path = os.path.join(folder, "part-0.parquet")
        pq.write_table(pa.table(columns), path + ".new")
        os.rename(path + ".new", path)

    # ------------------------------------------------------------ shops

    def leaving_day(self):
        """Month ends, the days beside them, the edges of the year and January more often than others."""
        january = dt.date(self.year, 1, 1)
        edges = [end + DAY * beside for end in self.month_ends for beside in (0, 1, -1)]
        some_days = [january + DAY * self.random.randrange(95), dt.date(self.year, 3, 15)]
        return self.random.choice([*edges, january, january + DAY * self.january_day, *some_days])

    def joining_day(self):
        """Long ago; about the 15th, up to three years ago, so that a first or a later cycle begins in the simulated
        months or just before them; about the day from which shops have their own cycles; or within the months."""
        kind = self.random.random()
        if kind < 0.15:
            return dt.date(self.random.choice([2012, 2017]), self.random.randrange(1, 13), 1)
        if kind < 0.75:
            months_ago = self.random.choice([0, 0, 1, 2, 4, 7, 9, 12, 13, 16, 24])
            month = self.random.choice(self.edge_months) - months_ago
            day = self.random.choice([1, 14, 15, 15, 16, 16, 17, last_day_of(month).day])
            return first_day_of(month).replace(day=day)
        return self.random.choice(self.edge_days if kind < 0.83 else self.days)

    def make_shop(self, shop):
        """A shop with what it becomes: its category from some day on, its last day, known ahead, then or late; of a few
        another day of joining was told until some day."""
        joined = self.joining_day()
        left = self.leaving_day() if self.chance(0.4) else None
        if left and self.chance(0.25):
            joined = left.replace(day=self.random.randrange(1, left.day + 1))  # left in the month it joined
        elif left and left < joined:
            joined = left - DAY * self.random.choice([0, 20, 40])
        elif self.chance(0.03):
            joined = dt.date(self.year + 1, 1, 1)
        categories = self.random.sample([*self.categories, self.random.choice([*self.categories, UNWEIGHTED])], 2)
        return {
            "shop_id": shop,
            "joined": joined,
            "joined_as_told": self.joining_day(),
            "told_until": self.random.choice(self.days) if self.chance(0.05) else None,
            "left": left,
            "ahead": self.random.choice([0, 0, 20, -5]),
            "categories": categories,
            "changes": self.random.choice(self.days) if self.chance(0.4) else None,
            "quiet": self.random.choice(self.days) if self.chance(0.2) else self.last,
            "quality": self.random.choice([0.2, 0.5, 0.8, 0.95]),
            "busy": self.random.choice([0, 0.3, 0.5, 1, 1, 1, 1, 1]),
            "goods": self.random.sample([*self.categories, *OTHER_GOODS], 2),
            "even": self.chance(0.2),  # of both goods it sells the same
        }

    def make_shops(self):
        self.january_day = self.random.randrange(1, 29)
        self.categories = self.random.sample(CATEGORIES, 3)
        self.shops = [self.make_shop(shop) for shop in range(1, self.random.randrange(21, 31))]
        for day in self.days:
            if day in (self.first, self.last) or (day + DAY).day == 1 or (day - self.first).days % 3 == 0:
                self.write("shops", day, self.snapshot(day))

    def snapshot(self, day):
        rows = []
        for shop in self.shops:
            changed = shop["changes"] is not None and shop["changes"] <= day
            is_told = shop["told_until"] is not None and day <= shop["told_until"]
            known = shop["left"] is not None and shop["left"] <= day + DAY * shop["ahead"]
            rows.append(
                {
                    "shop_id": shop["shop_id"],
                    "shop_name": f"店铺{shop['shop_id']}",
                    "primary_category": shop["categories"][changed],
                    "primary_subcategory": None,
                    "joined_on": shop["joined_as_told"] if is_told else shop["joined"],
                    "terminated_on": shop["left"] if known else None,
                }
            )
        return rows

    # ------------------------------------------------------------ rows

    def rows_of(self, table, day):
        rows = []
        for shop in self.shops:
            if day <= shop["quiet"] and self.chance(shop["busy"] * (0.8 if table == "payments" else 0.35)):
                number = (day - self.first).days * 1000 + shop["shop_id"]
                rows.append({"shop_id": shop["shop_id"], **getattr(self, "a_row_of_" + table)(shop, day, number)})
                if table == "payments" and shop["even"]:
                    rows[-1]["category"], other = shop["goods"]
                    rows.append({**rows[-1], "order_id": number + 500, "category": other})
        if table == "payments" and rows and self.chance(0.2):
            rows.append({**rows[0], "amount_fen": rows[0]["amount_fen"] + 500})  # the greater of the two is kept
            rows.append({**rows[0], "order_id": -1, "amount_fen": -1})
        for kind, of_table, key in (
            ("review", "reviews", "review_id"),
            ("pickup", "pickups", "order_id"),
            ("refund", "refunds", "refund_id"),
            ("dispute", "disputes", "dispute_id"),
        ):
            if of_table == table:
                self.records += [(kind, row[key], day, row["shop_id"]) for row in rows]
        return rows

    def second(self):
        return self.random.choice([0, 86_399, self.random.randrange(86_400)])

    def a_row_of_payments(self, shop, day, number):
        goods = self.random.choice(shop["goods"])
        amount = self.random.choice([0, 500, 500, 1000])
        category = goods if self.chance(0.9) else f" {goods}\t"
        return {"order_id": number, "category": category, "amount_fen": amount, "paid_at": moment(day, self.second())}

    def a_row_of_pickups(self, shop, day, number):
        due = moment(day, self.second())
        late = not self.chance(shop["quality"])
        return {
            "order_id": number,
            "category": shop["goods"][0],
            "due_at": due,
            "picked_up_at": None if late else due - dt.timedelta(hours=1),
            "no_shipping_required": False,
        }

    def a_row_of_reviews(self, shop, day, number):
        stars = [5 if self.chance(shop["quality"]) else self.random.randrange(1, 5) for _ in range(2)]
        return {
            "review_id": number,
            "order_id": number,
            "description_stars": stars[0],
            "logistics_stars": stars[1],
            "rated_at": moment(day, self.second()),
        }

    def a_row_of_refunds(self, shop, day, number):
        completed = moment(day, self.second())
        hours = 1 if self.chance(shop["quality"]) else self.random.randrange(2, 90)
        return {
            "refund_id": number,
            "order_id": number,
            "refund_type": self.random.choice(["refund_only", "return_refund"]),
            "stage": "after_sale",
            "applied_at": completed - dt.timedelta(hours=hours),
            "completed_at": completed,
            "self_completed": True,
        }

    def a_row_of_disputes(self, shop, day, number):
        return {
            "dispute_id": number,
            "order_id": number,
            "liable_party": "buyer" if self.chance(shop["quality"]) else "seller",
            "in_effect": True,
            "ruled_at": moment(day, self.second()),
        }

    def a_row_of_consultations(self, shop, day, number):
        return {
            "sub_account_id": 1,
            "buyer_id": number,
            "asked_at": moment(day, self.second()),
            "bot_received": self.chance(shop["quality"]),
            "human_replied_at": None,
        }

    def make_appeals(self):
        """Of one record in three, decided on the day or up to 40 days later; some are turned down again."""
        by_day = {}
        for kind, record, day, shop in self.records:
            while self.chance(0.35):
                decided = day + DAY * self.random.choice([0, 1, 2, 5, 10, 20, 40])
                by_day.setdefault(decided, []).append(
                    {
                        "appeal_id": len(by_day.get(decided, [])) + 1,
                        "shop_id": shop if self.chance(0.95) else shop + 1,
                        "record_type": kind,
                        "record_id": record,
                        "record_dt": day,
                        "upheld": self.chance(0.7),
                        "decided_at": moment(decided, 86_399),
                    }
                )
        for day in sorted(day for day in by_day if day <= self.last):
            self.write("appeals", day, by_day[day])

    # ------------------------------------------------------------ rule tables

    def thresholds(self, category):
        choose = self.random.choice
        half = choose([0, 6000, 12_000, 24_000, 60_000])
        monthly_min, failure_limit = choose(["2.5", "3.5", "4", "4.5"]), choose(["1", "2", "2", "3"])
        if self.chance(0.05 if category == "*" else 0.3):
            monthly_min, failure_limit = choose([("", ""), ("", failure_limit), (monthly_min, "")])
        annual_min, fee = choose(["2", "3", "3.3333", "3.5"]), choose([3_000_001, 60_000, 60_000, 999_999])
        return [category, "2.5", monthly_min, failure_limit, annual_min, fee, half, 2 * half + 6000]

    def changes_of_rules(self):
        """Days after which figures change: within the months, at the year's end, or in the year before."""
        before = [dt.date(self.year - 1, 3, 31), dt.date(self.year - 1, 9, 15), dt.date(self.year - 1, 12, 31)]
        return sorted({self.random.choice([*self.month_ends, *before, dt.date(self.year, 6, 30)]) for _ in range(2)})

    def rows_of_thresholds(self, category, since):
        """One row, or some one after another; a category's own may begin later than `since` or end."""
        changes = [day for day in self.changes_of_rules() if day >= since] if self.chance(0.5) else []
        starts, ends = [since, *(day + DAY for day in changes)], [*changes, ""]
        rows = [[start, end, *self.thresholds(category)] for start, end in zip(starts, ends)]
        if category == "*" or len(rows) == 1 or self.chance(0.7):
            return rows
        return rows[1:] if self.chance(0.5) else rows[:-1]

    def write_rules(self, rules):
        """Those of the jobs folder, thresholds apart: some change within a cycle, between two months or at the year's
        end, and all may begin after some cycles have."""
        shutil.copytree(rules, self.rules)
        if self.first < dt.date(2019, 1, 1):
            self.let_rules_begin_earlier()
        since = dt.date(2017, 1, 1)
        if self.chance(0.3):
            since = self.first - DAY * self.random.choice([0, 10, 60, 200])
        with_source = self.chance(0.5)
        rows = []
        for category in ["*", *self.categories[1:], *self.random.sample(OTHER_GOODS, 2)]:
            rows += self.rows_of_thresholds(category, since)
        with open(os.path.join(self.rules, "thresholds.csv"), "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["effective_from", "effective_to", *THRESHOLDS, *(["source"] if with_source else [])])
            writer.writerows([[*row, self.random.choice(["", "公告, 第3条"])] if with_source else row for row in rows])

    def let_rules_begin_earlier(self):
        """The rule tables of the jobs folder begin in 2019."""
        for name in os.listdir(self.rules):
            path = os.path.join(self.rules, name)
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("2019-01-01", "2017-01-01"))

    # ------------------------------------------------------------ actions

    def make_actions(self):
        """The nights that count, mostly in order; between them restatements, settlements, repeated nights and
        rewritten extracts."""
        nights = set(self.month_ends)
        for shop in self.shops:
            if shop["left"] is not None and (shop["left"].year, shop["left"].month) == (self.year, 1):
                nights.add(shop["left"] - DAY)
        firsts = [day for day in self.days if day.day == 1]
        nights |= {self.random.choice(firsts), *self.random.sample(self.days, 4)}  # for their outlooks
        nights = sorted(nights)
        if self.chance(0.5):  # an earlier month end appears later
            late = nights.pop(nights.index(self.random.choice(self.month_ends[:-1])))
            nights.append(late)
        actions, done = [], []
        while nights:
            first = last = nights.pop(0)
            done.append(first)
            while nights and DAY <= nights[0] - last <= 4 * DAY and self.chance(0.5):
                last = nights.pop(0)
                done.append(last)
            actions.append(("night", first) if first == last else ("nights", first, last))
            while self.chance(0.5):
                actions.append(self.random_action(done))
        actions += [self.random_restatement(done) for _ in range(3)]
        if self.chance(0.5):
            actions += self.gone_and_back()
        actions += [self.settlement(done), ("settle", self.year, self.last), ("settle", self.year - 1, self.last)]
        return [action for action in actions if action]

    def random_action(self, done):
        kind = self.random.choice(["restate", "restate", "settle", "night", "do", "do"])
        if kind == "restate":
            return self.random_restatement(done)
        if kind == "settle":
            return self.settlement(done)
        return ("night", self.random.choice(done)) if kind == "night" else ("do", self.rewrite)

    def random_restatement(self, done):
        ends = [day for day in done if day in self.month_ends]
        if not ends:
            return None
        month_end = self.random.choice(ends)
        knowledge_day = month_end + DAY * self.random.choice([0, 1, 3, 8, 8, 12, 20, 35])
        because = f"理由 {self.random.randrange(1000)}"
        return ("restate", month_end, because, min(knowledge_day, self.last))

    def settlement(self, done):
        """As of days up to which every month end of the year is published; or of the year before."""
        if self.chance(0.25):
            return ("settle", self.year - 1, self.random.choice([*self.days, dt.date(self.year - 1, 12, 31)]))
        months = [day for day in self.month_ends if day.year == self.year and day in done]
        if months != [day for day in self.month_ends if day.year == self.year][: len(months)]:
            return None
        as_of = max(months, default=dt.date(self.year, 1, 1)) + DAY * self.random.choice([0, 0, 1, 15])
        return ("settle", self.year, min(as_of, self.last))

    def gone_and_back(self):
        """A shop that one restatement loses and the next one finds again."""
        month_end, gone = self.random.choice(self.month_ends), self.random.choice(self.shops)["shop_id"]
        rows = self.snapshot(month_end)
        without = [row for row in rows if row["shop_id"] != gone]
        knowledge_day = min(month_end + 9 * DAY, self.last)
        return [
            ("do", lambda: self.write("shops", month_end, without)),
            ("restate", month_end, "店铺不见了", knowledge_day),
            ("do", lambda: self.write("shops", month_end, rows)),
            ("restate", month_end, "店铺又回来了", knowledge_day),
        ]

    def rewrite(self):
        """The producer delivers a partition again, with other rows, or a snapshot without a shop or with another."""
        table = self.random.choice(["reviews", "reviews", "payments", "consultations", "shops"])
        if table != "shops":
            day = self.random.choice(self.days)
            self.write(table, day, self.rows_of(table, day))
            return
        day = self.random.choice(self.month_ends)
        rows = self.snapshot(day)
        if self.chance(0.5):
            rows.remove(self.random.choice(rows))
        if self.chance(0.5):
            rows.append({**rows[0], "shop_id": 500, "joined_on": dt.date(2020, 1, 1), "terminated_on": None})
        self.write("shops", day, rows)


def setting_pairs(settings):
    return [f"{name}={value}" for name, value in settings.items()]
