"""Hand-calculated cases of the reference for month ends, assessments and settlements.

    python test_reference_assessments.py
"""

import datetime as dt
import os
import tempfile
import unittest

import pyarrow as pa
import pyarrow.parquet as pq
from reference import MUST_HAVE_EVERY_DAY, TABLES, Refused, Rules, parse_settings
from reference_assessments import assess_year, first_published, history, restated
from reference_settlements import basis_of, counted_months, has_a_row, left_in_year, settle_shop, top_category

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2022, *day) for day in ((1, 31), (2, 28), (3, 31), (4, 30)))
YEAR_END = dt.date(2022, 12, 31)
RULES = os.path.join(os.path.dirname(__file__), "..", "..", "jobs", "rules")


def day(text):
    return dt.date.fromisoformat(text)


def some_rules(*rows):
    """Rules of which only thresholds.csv holds anything: (category, monthly_min, failure_limit)."""
    rules = Rules.__new__(Rules)
    rules.thresholds = [
        {
            "effective_from": "",
            "effective_to": "",
            "category": category,
            "marketing_min": "2.5",
            "monthly_min": monthly_min,
            "failure_limit": failure_limit,
            "annual_min": "3.05",
            "annual_fee_fen": "3000001",
            "sales_half_refund_fen": "1000",
            "sales_full_refund_fen": "2000",
        }
        for category, monthly_min, failure_limit in rows
    ]
    return rules


def scored(shop, score, category="鞋", **more):
    return {"shop_id": shop, "primary_category": category, "score": score, **more}


def shop(joined_on="2020-01-01", terminated_on=None):
    left = day(terminated_on) if terminated_on else None
    return {"shop_id": 1, "primary_category": "鞋", "joined_on": day(joined_on), "terminated_on": left}


class MonthEnds(unittest.TestCase):
    def restate(self, published, replaced, scores, because):
        return restated(published, replaced, scores, because, day("2022-02-10"))

    def test_only_a_changed_row_gets_a_revision(self):
        published = first_published([scored(1, 3.0), scored(2, 4.0)])
        rows, replaced = self.restate(published, [], [scored(1, 3.0), scored(2, 4.5)], "late appeal")
        self.assertEqual([(r["revision"], r["restated_because"]) for r in rows], [(1, None), (2, "late appeal")])
        self.assertEqual(rows[1]["knowledge_day"], day("2022-02-10"))
        self.assertEqual(replaced, [published[1]])

    def test_a_shop_that_goes_and_comes_back_goes_on_counting(self):
        published = first_published([scored(1, 3.0)])
        rows, replaced = self.restate(published, [], [scored(7, 2.0)], "first")
        self.assertEqual([(r["shop_id"], r["revision"]) for r in rows], [(7, 1)])
        self.assertEqual(replaced, published)
        rows, more = self.restate(rows, replaced, [scored(1, 3.0), scored(7, 2.0)], "second")
        self.assertEqual([(r["revision"], r["restated_because"]) for r in rows], [(2, "second"), (1, "first")])
        self.assertEqual(more, [])


class Assessments(unittest.TestCase):
    def statuses(self, rules, *months):
        """[(status, failures)] of one shop; a month is its row, or None where the shop has none."""
        ends = (JANUARY, FEBRUARY, MARCH, APRIL)
        tables = assess_year({end: [month] if month else [] for end, month in zip(ends, months)}, rules)
        return [(r["status"], r["failures_this_year"]) for rows in tables.values() for r in rows]

    def test_exit_at_the_limit_and_for_the_rest_of_the_year(self):
        months = (scored(1, 2.4999), scored(1, 2.4), scored(1, 5.0), scored(1, 1.0))
        found = self.statuses(some_rules(("*", "2.5", "2")), *months)
        self.assertEqual(found, [("fail", 1), ("exit", 2), ("exit", 2), ("exit", 3)])

    def test_at_the_least_score_a_month_passes_and_without_one_it_is_no_failure(self):
        months = (scored(1, 2.5), scored(1, None), scored(1, 2.4999), scored(1, None))
        found = self.statuses(some_rules(("*", "2.5", "1")), *months)
        self.assertEqual(found, [("pass", 0), ("not_scored", 0), ("exit", 1), ("exit", 1)])

    def test_not_assessed_is_no_failure_and_exit_holds_again_after_it(self):
        rules = some_rules(("*", "2.5", "1"), ("书", "", "1"), ("茶", "2.5", ""))
        months = (scored(1, 1.0, "书"), scored(1, 1.0), scored(1, 1.0, "茶"), scored(1, 5.0))
        wanted = [("not_assessed", 0), ("exit", 1), ("not_assessed", 1), ("exit", 1)]
        self.assertEqual(self.statuses(rules, *months), wanted)

    def test_the_limit_is_that_of_the_months_own_category(self):
        rules = some_rules(("*", "2.5", "3"), ("书", "2.5", "1"))
        months = (scored(1, 1.0), scored(1, 4.0, "书"), None, scored(1, 4.0))
        self.assertEqual(self.statuses(rules, *months), [("fail", 1), ("exit", 1), ("exit", 1)])


class Settlements(unittest.TestCase):
    def settle(self, one, payments, *scores, as_of=YEAR_END):
        month_ends = {
            end: [scored(1, score, revision=3)] for end, score in zip((JANUARY, FEBRUARY, MARCH), scores)
        }
        daily = {day("2022-01-09"): {1: 4.0}}
        return settle_shop(one, payments, some_rules(("*", "", "")), month_ends, daily, 2022, as_of)

    def test_half_and_all_of_the_fee(self):
        for sales, wanted in ((999, 0), (1000, 1_500_000), (1999, 1_500_000), (2000, 3_000_001)):
            row = self.settle(shop(), [(JANUARY, "鞋", sales)], 3.05)
            self.assertEqual((row["qualified"], row["refund_fen"], row["sales_fen"]), (True, wanted, sales))
        row = self.settle(shop(), [(JANUARY, "鞋", 5000)], 3.0499)
        self.assertEqual((row["qualified"], row["refund_fen"], row["annual_fee_fen"]), (False, 0, 3_000_001))

    def test_the_average_is_rounded_half_up_before_it_is_compared(self):
        row = self.settle(shop(), [], 3.0499, None, 3.05)  # exactly 3.04995
        self.assertEqual((row["average_score"], row["qualified"], row["months_counted"]), (3.05, True, 2))
        row = self.settle(shop(), [], 1.0, 1.0, 1.0001)  # 1.00003333...
        self.assertEqual(row["average_score"], 1.0)
        row = self.settle(shop(), [], 1.0, 1.0001, 1.0001)  # 1.00006666...
        self.assertEqual(row["average_score"], 1.0001)
        row = self.settle(shop(), [], None)
        self.assertEqual((row["average_score"], row["qualified"], row["months"]), (None, False, []))

    def test_bases(self):
        for joined_on, left, wanted in (
            ("2020-01-01", None, "year"),
            ("2020-01-01", "2022-01-01", "day_before_termination"),
            ("2020-01-01", "2022-01-31", "day_before_termination"),
            ("2022-01-02", "2022-01-31", "no_fee"),
            ("2021-03-02", "2022-03-31", "months_before_termination"),
            ("2022-03-31", "2022-03-31", "no_fee"),
        ):
            self.assertEqual(basis_of(shop(joined_on, left), left and day(left)), wanted, (joined_on, left))

    def test_who_has_a_row(self):
        self.assertFalse(has_a_row(shop(terminated_on="2021-12-31"), 2022, YEAR_END))
        self.assertTrue(has_a_row(shop(terminated_on="2022-01-01"), 2022, YEAR_END))
        self.assertFalse(has_a_row(shop("2023-01-01"), 2022, YEAR_END))
        after = shop(terminated_on="2022-03-15")
        self.assertEqual(left_in_year(after, 2022, day("2022-03-14")), None)
        self.assertEqual(left_in_year(after, 2022, day("2022-03-15")), day("2022-03-15"))
        self.assertEqual(left_in_year(shop(terminated_on="2023-01-05"), 2022, day("2023-02-01")), None)

    def test_the_months_before_the_termination(self):
        row = self.settle(shop(terminated_on="2022-03-15"), [], 3.0, 4.0, 5.0)
        self.assertEqual([month["month_end"] for month in row["months"]], [JANUARY, FEBRUARY])
        self.assertEqual((row["average_score"], row["months"][0]["revision"]), (3.5, 3))
        row = self.settle(shop(terminated_on="2022-03-31"), [], 3.0, 4.0, 5.0)
        self.assertEqual(row["months_counted"], 2)

    def test_the_day_before_the_termination(self):
        row = self.settle(shop(terminated_on="2022-01-10"), [], 3.0)
        self.assertEqual(row["months"], [{"month_end": day("2022-01-09"), "score": 4.0, "revision": None}])

    def test_no_fee_still_has_sales(self):
        payments = [(day("2022-03-20"), "鞋", 5000), (day("2022-03-21"), "书", 9000)]
        row = self.settle(shop("2022-03-02", "2022-03-20"), payments, 5.0, 5.0, 5.0)
        self.assertEqual((row["basis"], row["average_score"], row["months"]), ("no_fee", None, []))
        self.assertEqual((row["annual_fee_fen"], row["refund_fen"], row["sales_fen"]), (0, 0, 5000))
        self.assertEqual(row["top_sales_category"], "鞋")

    def test_a_settlement_before_the_year_is_over(self):
        row = self.settle(shop(), [], 3.0, 4.0, 5.0, as_of=day("2022-03-30"))
        self.assertEqual((row["provisional"], row["months_counted"]), (True, 2))

    def test_the_top_category(self):
        self.assertEqual(top_category({"b": 5, "a": 5, "c": 4}), "a")
        self.assertEqual(top_category({"鞋": 5, "z": 5}), "z")
        self.assertEqual(top_category({"c": 0}), "c")
        self.assertEqual(top_category({}), None)

    def test_months_of_another_year_do_not_count(self):
        month_ends = {day("2021-12-31"): [scored(1, 5.0, revision=1)], JANUARY: [scored(2, 5.0, revision=1)]}
        self.assertEqual(counted_months(shop(), "year", None, month_ends, {}, 2022, YEAR_END), [])


class Actions(unittest.TestCase):
    """Two shops whose only data are three reviews of 31 January; an upheld appeal takes out one on 5 February."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.extracts = folder.name
        for table in MUST_HAVE_EVERY_DAY:
            os.makedirs(os.path.join(self.extracts, table, "dt=2022-01-31"))
        self.write("shops", JANUARY, [(shop, "店铺", "茶", None, day("2020-01-01"), None) for shop in (1, 2)])
        self.write("reviews", JANUARY, self.reviews((11, 1, 1), (12, 1, 5), (13, 2, 4)))
        decided = day("2022-02-05")
        self.write("appeals", decided, [(1, 1, "review", 11, JANUARY, True, self.noon(decided))])

    def noon(self, on):
        return dt.datetime.combine(on, dt.time(4), dt.timezone.utc)

    def reviews(self, *rows):
        """(review, shop, stars) as rows of 31 January."""
        return [(review, review, shop, stars, None, self.noon(JANUARY)) for review, shop, stars in rows]

    def write(self, table, on, rows):
        kinds = {"int": pa.int64(), "str": pa.string(), "date": pa.date32(), "bool": pa.bool_()}
        kinds["ts"] = pa.timestamp("us", "UTC")
        folder = os.path.join(self.extracts, table, f"dt={on}")
        os.makedirs(folder, exist_ok=True)
        columns = {c: pa.array([row[i] for row in rows], kinds[kind]) for i, (c, kind, _) in enumerate(TABLES[table])}
        pq.write_table(pa.table(columns), os.path.join(folder, "part-0.parquet"))

    def after(self, *actions):
        return history(actions, self.extracts, RULES, parse_settings(["history_starts_on=2023-01-01", "may_be_absent=disputes,appeals"]))

    def scores(self, tables):
        return [(row["score"], row["revision"]) for row in tables["month_end_scores"][JANUARY]]

    def test_a_restatement_takes_the_appeals_of_its_knowledge_day(self):
        tables = self.after(("night", JANUARY), ("restate", JANUARY, "too early", day("2022-02-05")))
        self.assertEqual(self.scores(tables), [(3.0, 1), (5.0, 1)])
        tables = self.after(("night", JANUARY), ("restate", JANUARY, "in time", day("2022-02-06")))
        self.assertEqual(self.scores(tables), [(5.0, 2), (3.0, 2)])
        self.assertEqual([row["score"] for row in tables["month_end_revisions"][JANUARY]], [3.0, 5.0])
        self.assertEqual([row["score"] for row in tables["monthly_assessments"][JANUARY]], [5.0, 3.0])

    def test_a_published_month_end_is_frozen(self):
        def rewrite():
            self.write("reviews", JANUARY, self.reviews((11, 1, 5), (13, 2, 4)))

        tables = self.after(("night", JANUARY), ("do", rewrite), ("night", JANUARY))
        self.assertEqual(self.scores(tables), [(3.0, 1), (5.0, 1)])
        self.assertEqual(tables["month_end_revisions"], {})

    def test_nothing_to_restate(self):
        with self.assertRaises(Refused):
            self.after(("restate", JANUARY, "nothing there", JANUARY))


if __name__ == "__main__":
    unittest.main()
