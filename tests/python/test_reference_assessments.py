"""Hand-calculated cases of the reference for month ends, assessments and settlements.

    python test_reference_assessments.py
"""

import datetime as dt
import os
import tempfile
import unittest

import pyarrow as pa
import pyarrow.parquet as pq
from compare import COLUMNS
from compare_history import HISTORY_TABLES
from reference import MUST_HAVE_EVERY_DAY, TABLES, Extracts, Night, Refused, Rules, best_tenth, parse_settings
from reference_assessments import assess, first_published, history, restated
from reference_cycles import cycle_starts_on, last_day_of, month_of
from reference_settlements import (
    basis_of,
    charged_months,
    counted_months,
    deciding_row,
    has_a_row,
    left_in_year,
    settle_shop,
)

JANUARY, FEBRUARY, MARCH, APRIL = (dt.date(2022, *day) for day in ((1, 31), (2, 28), (3, 31), (4, 30)))
YEAR_END = dt.date(2022, 12, 31)
RULES = os.path.join(os.path.dirname(__file__), "..", "..", "jobs", "rules")


def day(text):
    return dt.date.fromisoformat(text)


def month_end(text):
    """2022-02 as 28 February 2022."""
    return last_day_of(month_of(day(text + "-01")))


def some_rules(*rows):
    """Rules of which only thresholds.csv holds anything: (category, monthly_min, failure_limit), with what differs from
    the figures here."""
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
            **(others[0] if others else {}),
        }
        for category, monthly_min, failure_limit, *others in rows
    ]
    return rules


def scored(shop, score, category="鞋", **more):
    return {"shop_id": shop, "shop_name": "店铺", "primary_category": category, "score": score, **more}


def shop(joined_on="2020-01-01", terminated_on=None):
    left = day(terminated_on) if terminated_on else None
    row = {"shop_id": 1, "shop_name": "店铺", "primary_category": "鞋"}
    return {**row, "joined_on": day(joined_on), "terminated_on": left}


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

    def test_category_shops_is_no_change_of_a_row(self):
        published = first_published([scored(1, 3.0, category_shops=9)])
        rows, replaced = self.restate(published, [], [scored(1, 3.0, category_shops=8)], "fewer shops")
        self.assertEqual((rows, replaced), (published, []))


class Cycles(unittest.TestCase):
    def cycle(self, joined_on, month, *settings):
        """The first month of the cycle that holds the month, as 2022-02; None in exempt months."""
        starts_on = cycle_starts_on(day(joined_on), month_end(month), parse_settings(settings))
        self.assertTrue(starts_on is None or starts_on.day == 1)
        return starts_on and starts_on.isoformat()[:7]

    def test_joined_by_the_15th_the_month_of_joining_is_the_first_exempt_one(self):
        found = [self.cycle("2022-03-15", month) for month in ("2022-03", "2022-05", "2022-06", "2023-05", "2023-06")]
        self.assertEqual(found, [None, None, "2022-06", "2022-06", "2023-06"])

    def test_joined_on_the_16th_the_month_after_it_is_the_first_of_three(self):
        found = [self.cycle("2022-03-16", month) for month in ("2022-03", "2022-06", "2022-07", "2023-06", "2023-07")]
        self.assertEqual(found, [None, None, "2022-07", "2022-07", "2023-07"])

    def test_joined_before_2018_10_01_the_cycle_is_the_calendar_year(self):
        self.assertEqual(self.cycle("2018-09-30", "2018-09"), "2018-01")
        self.assertEqual(self.cycle("2018-09-30", "2022-12"), "2022-01")
        found = [self.cycle("2018-10-01", month) for month in ("2018-12", "2019-01", "2019-12", "2020-01")]
        self.assertEqual(found, [None, "2019-01", "2019-01", "2020-01"])
        self.assertEqual(self.cycle("2018-10-16", "2019-01"), None)
        self.assertEqual(self.cycle("2018-10-16", "2020-01"), "2019-02")

    def test_exempt_months_over_a_years_end(self):
        found = [self.cycle("2021-11-20", month) for month in ("2021-11", "2021-12", "2022-02", "2022-03", "2023-02")]
        self.assertEqual(found, [None, None, None, "2022-03", "2022-03"])

    def test_other_settings(self):
        self.assertEqual(self.cycle("2022-03-15", "2022-03", "exempt_months=0"), "2022-03")
        self.assertEqual(self.cycle("2022-03-16", "2022-03", "exempt_months=0"), None)
        self.assertEqual(self.cycle("2022-03-16", "2022-04", "exempt_months=0"), "2022-04")
        self.assertEqual(self.cycle("2022-03-15", "2022-03", "assessment_cycle=calendar_year"), "2022-01")
        self.assertEqual(self.cycle("2022-03-15", "2022-03", "shop_year_from=2022-03-16"), "2022-01")


class Assessments(unittest.TestCase):
    def assess(self, rules, first, *months, joined_on="2010-05-01", settings=()):
        """The rows of one shop from the month `first` on; a month is its row, or None where the shop has none.

        Joined in 2010 the shop has calendar years."""
        ends = [last_day_of(month_of(month_end(first)) + ahead) for ahead in range(len(months))]
        rows = {end: [month] if month else [] for end, month in zip(ends, months)}
        tables = assess(rows, {end: {1: day(joined_on)} for end in ends}, rules, parse_settings(settings))
        return [row for each in tables.values() for row in each]

    def statuses(self, *about, **more):
        """[(status, failures)] of the same."""
        return [(row["status"], row["failures"]) for row in self.assess(*about, **more)]

    def test_exit_at_the_limit_and_for_the_rest_of_the_cycle(self):
        months = (scored(1, 2.4999), scored(1, 2.4), scored(1, 5.0), scored(1, 1.0))
        found = self.statuses(some_rules(("*", "2.5", "2")), "2022-01", *months)
        self.assertEqual(found, [("fail", 1), ("exit", 2), ("exit", 2), ("exit", 3)])

    def test_at_the_least_score_a_month_passes_and_without_one_it_is_no_failure(self):
        months = (scored(1, 2.5), scored(1, None), scored(1, 2.4999), scored(1, None))
        found = self.statuses(some_rules(("*", "2.5", "1")), "2022-01", *months)
        self.assertEqual(found, [("pass", 0), ("not_scored", 0), ("exit", 1), ("exit", 1)])

    def test_not_assessed_is_no_failure_and_exit_holds_again_after_it(self):
        rules = some_rules(("*", "2.5", "1"), ("书", "", "1"), ("茶", "2.5", ""))
        months = (scored(1, 1.0, "书"), scored(1, 1.0), scored(1, 1.0, "茶"), scored(1, 5.0))
        wanted = [("not_assessed", 0), ("exit", 1), ("not_assessed", 1), ("exit", 1)]
        self.assertEqual(self.statuses(rules, "2022-01", *months), wanted)

    def test_a_month_that_was_never_published_counts_nothing(self):
        months = (scored(1, 1.0), None, scored(1, 1.0), scored(1, 1.0))
        found = self.statuses(some_rules(("*", "2.5", "3")), "2022-01", *months)
        self.assertEqual(found, [("fail", 1), ("fail", 2), ("exit", 3)])

    def test_the_next_cycle_begins_afresh(self):
        rules = some_rules(("*", "2.5", "2"))
        found = self.statuses(rules, "2021-11", *[scored(1, 1.0)] * 4)
        self.assertEqual(found, [("fail", 1), ("exit", 2), ("fail", 1), ("exit", 2)])
        # Joined in November 2020: exempt until January, cycles from February to January.
        rows = self.assess(rules, "2020-12", *[scored(1, 1.0)] * 15, joined_on="2020-11-15")
        self.assertEqual([row["status"] for row in rows[:4]], ["exempt", "exempt", "fail", "exit"])
        self.assertEqual([(row["status"], row["failures"]) for row in rows[13:]], [("exit", 12), ("fail", 1)])
        starts = [row["cycle_starts_on"] for row in rows]
        self.assertEqual(starts, [None] * 2 + [day("2021-02-01")] * 12 + [day("2022-02-01")])

    def test_an_exempt_month_has_neither_limit_nor_failures(self):
        (row,) = self.assess(some_rules(("*", "2.5", "2")), "2022-01", scored(1, 1.0), joined_on="2022-01-02")
        wanted = {"cycle_starts_on": None, "monthly_min": None, "status": "exempt", "failures": 0}
        wanted |= {"failure_limit": None, "failures_left": None, "risk": None, "score": 1.0}
        self.assertEqual({name: row[name] for name in wanted}, wanted)

    def test_a_more_lenient_category_raises_the_limit(self):
        rules = some_rules(("*", "2.5", "2"), ("书", "2.5", "3"))
        rows = self.assess(rules, "2022-01", scored(1, 1.0), scored(1, 1.0, "书"), scored(1, 1.0, "书"))
        found = [(row["status"], row["failure_limit"], row["failures_left"], row["risk"]) for row in rows]
        self.assertEqual(found, [("fail", 2, 1, "high"), ("fail", 3, 1, "high"), ("exit", 3, 0, None)])

    def test_a_stricter_category_leaves_the_limit_and_has_its_own_least_score(self):
        rules = some_rules(("*", "2.5", "3"), ("书", "4", "1"))
        rows = self.assess(rules, "2022-01", scored(1, 3.0), scored(1, 3.0, "书"), scored(1, 3.0))
        found = [(row["status"], row["monthly_min"], row["failure_limit"], row["failures_left"]) for row in rows]
        self.assertEqual(found, [("pass", 2.5, 3, 3), ("fail", 4.0, 3, 2), ("pass", 2.5, 3, 2)])

    def test_a_limit_that_grows_brings_no_shop_back(self):
        rules = some_rules(("*", "2.5", "1"), ("书", "2.5", "3"), ("茶", "", ""))
        rows = self.assess(rules, "2022-01", scored(1, 1.0), scored(1, 5.0, "书"), scored(1, 5.0, "茶"), scored(1, 1.0))
        found = [(row["status"], row["failures"], row["failure_limit"], row["failures_left"]) for row in rows]
        self.assertEqual(found, [("exit", 1, 1, 0), ("exit", 1, 3, 0), ("not_assessed", 1, 3, 2), ("exit", 2, 3, 0)])

    def test_a_month_that_is_not_assessed_adds_nothing_to_the_limit(self):
        rules = some_rules(("*", "2.5", "2"), ("书", "", "6"), ("茶", "2", ""))
        rows = self.assess(rules, "2022-01", scored(1, 1.0, "书"), scored(1, 1.0, "茶"), scored(1, None))
        found = [(row["status"], row["monthly_min"], row["failure_limit"], row["failures_left"]) for row in rows]
        self.assertEqual(
            found, [("not_assessed", None, None, None), ("not_assessed", 2.0, None, None), ("not_scored", 2.5, 2, 2)]
        )

    def test_thresholds_that_change_within_a_cycle_hold_from_the_next_one_on(self):
        before = ("*", "2.5", "3", {"effective_to": "2021-12-31"})
        after = ("*", "4", "1", {"effective_from": "2022-01-01"})
        # Joined in November 2020: the second cycle begins in February 2022.
        rows = self.assess(some_rules(before, after), "2022-01", *[scored(1, 3.0)] * 2, joined_on="2020-11-01")
        self.assertEqual([(row["status"], row["monthly_min"]) for row in rows], [("pass", 2.5), ("exit", 4.0)])

    def test_without_a_row_on_the_first_day_of_the_cycle_a_month_is_not_assessed(self):
        rules = some_rules(("*", "2.5", "3", {"effective_from": "2022-01-02"}))
        (row,) = self.assess(rules, "2022-12", scored(1, 1.0))
        found = (row["status"], row["monthly_min"], row["failure_limit"], row["cycle_starts_on"])
        self.assertEqual(found, ("not_assessed", None, None, day("2022-01-01")))

    def test_risk_goes_by_the_failures_left(self):
        rows = self.assess(some_rules(("*", "2.5", "4")), "2022-01", scored(1, 3.0), *[scored(1, 1.0)] * 4)
        self.assertEqual([row["risk"] for row in rows], ["low", "low", "medium", "high", None])
        self.assertEqual([row["failures_left"] for row in rows], [4, 3, 2, 1, 0])
        (row,) = self.assess(some_rules(("*", "2.5", "1")), "2022-01", scored(1, None))
        self.assertEqual((row["status"], row["risk"]), ("not_scored", "high"))

    def test_the_cycle_is_that_of_the_month_ends_own_joined_on(self):
        ends, rules = [month_end("2022-01"), month_end("2022-02")], some_rules(("*", "2.5", "3"))
        joined_on = {ends[0]: {1: day("2022-01-20")}, ends[1]: {1: day("2010-05-01")}}
        tables = assess({end: [scored(1, 1.0)] for end in ends}, joined_on, rules, parse_settings([]))
        found = [(row["status"], row["failures"]) for end in ends for row in tables[end]]
        self.assertEqual(found, [("exempt", 0), ("fail", 2)])


class Settlements(unittest.TestCase):
    def settle(self, one, payments, *scores, as_of=YEAR_END, rules=None, settings=()):
        month_ends = {
            end: [scored(1, score, revision=3)] for end, score in zip((JANUARY, FEBRUARY, MARCH), scores)
        }
        month_ends[day("2021-12-31")] = [scored(1, 2.0, revision=2)]
        daily = {day("2022-01-09"): {1: 4.0}, day("2021-12-31"): {1: 1.0}}
        settings = parse_settings(settings)
        return settle_shop(one, payments, rules or some_rules(("*", "", "")), month_ends, daily, 2022, as_of, settings)

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
        self.assertFalse(has_a_row(shop("2022-03-16"), 2022, day("2022-03-15")))
        self.assertTrue(has_a_row(shop("2022-03-15"), 2022, day("2022-03-15")))
        self.assertTrue(has_a_row(shop("2023-01-01"), 2022, day("2023-01-01")))  # by the words; it is charged nothing
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
        row = self.settle(shop(terminated_on="2022-01-01"), [], 3.0)  # the month end of December, as restated
        self.assertEqual(row["months"], [{"month_end": day("2021-12-31"), "score": 2.0, "revision": None}])

    def test_no_fee_still_has_sales(self):
        payments = [(day("2022-03-20"), "鞋", 5000), (day("2022-03-21"), "书", 9000)]
        row = self.settle(shop("2022-03-02", "2022-03-20"), payments, 5.0, 5.0, 5.0)
        self.assertEqual((row["basis"], row["average_score"], row["months"]), ("no_fee", None, []))
        self.assertEqual((row["annual_fee_fen"], row["sales_fen"]), (3_000_001, 5000))
        self.assertEqual((row["charged_months"], row["fee_fen"], row["refund_fen"]), (0, 0, 0))
        self.assertEqual(row["top_sales_category"], "鞋")

    def test_a_settlement_before_the_year_is_over(self):
        row = self.settle(shop(), [(FEBRUARY, "鞋", 249)], 3.0, 4.0, 5.0, as_of=day("2022-03-30"))
        self.assertEqual((row["provisional"], row["months_counted"]), (True, 2))
        self.assertEqual((row["charged_months"], row["fee_fen"], row["refund_fen"]), (3, 750_000, 0))
        row = self.settle(shop(), [(FEBRUARY, "鞋", 250)], 3.0, 4.0, 5.0, as_of=day("2022-03-30"))
        self.assertEqual(row["refund_fen"], 375_000)

    def test_joined_in_april_eight_months_are_charged(self):
        fees = {"annual_fee_fen": "3000000", "sales_half_refund_fen": "36000000", "sales_full_refund_fen": "120000000"}
        rules = some_rules(("*", "", "", fees))
        edges = (23_999_999, 0), (24_000_000, 1_000_000), (79_999_999, 1_000_000), (80_000_000, 2_000_000)
        for sales, wanted in edges:
            row = self.settle(shop("2022-04-30"), [(YEAR_END, "鞋", sales)], 3.05, rules=rules)
            self.assertEqual((row["charged_months"], row["fee_fen"], row["refund_fen"]), (8, 2_000_000, wanted), sales)

    def charged(self, joined_on, left=None, as_of="2022-12-31", *settings):
        one, settings = shop(joined_on, left), parse_settings(settings)
        left = left_in_year(one, 2022, day(as_of))
        return charged_months(one, basis_of(one, left), left, 2022, day(as_of), settings)

    def test_charged_months(self):
        for wanted, *about in (
            (12, "2020-04-01"),
            (12, "2021-12-31"),
            (11, "2022-01-01"),
            (0, "2022-12-01"),  # joined in December
            (3, "2020-04-01", "2022-03-01"),  # left in March
            (2, "2022-01-20", "2022-03-31"),  # left in a later month
            (0, "2022-03-02", "2022-03-31"),  # joined and left in one month
            (12, "2020-04-01", "2023-01-05", "2023-02-01"),  # left after the year
            (3, "2020-04-01", None, "2022-03-15"),  # provisional
            (3, "2020-04-01", "2022-04-01", "2022-03-15"),  # left after the as-of day
            (1, "2022-02-28", None, "2022-03-31"),
            (0, "2022-03-01", None, "2022-03-31"),
            (12, "2020-04-01", None, "2023-03-31"),
            (0, "2023-02-01", None, "2023-03-31"),  # joined after the year
        ):
            self.assertEqual(self.charged(*about), wanted, about)

    def test_charged_months_by_the_year(self):
        by_year = "annual_fee_by=year"
        self.assertEqual(self.charged("2022-04-01", None, "2022-12-31", by_year), 12)
        self.assertEqual(self.charged("2022-04-01", None, "2022-05-31", by_year), 12)
        self.assertEqual(self.charged("2022-04-01", "2022-06-02", "2022-12-31", by_year), 12)
        self.assertEqual(self.charged("2022-04-01", "2022-04-02", "2022-12-31", by_year), 0)
        row = self.settle(shop("2022-04-01"), [(YEAR_END, "鞋", 1000)], 3.05, settings=[by_year])
        self.assertEqual((row["fee_fen"], row["refund_fen"]), (3_000_001, 1_500_000))

    def test_an_odd_fee_is_rounded_down_twice(self):
        rules = some_rules(("*", "", "", {"annual_fee_fen": "1000001"}))  # 7/12: 583,333.9; half of 583,333: 291,666.5
        row = self.settle(shop("2022-05-31"), [(YEAR_END, "鞋", 600)], 3.05, rules=rules)
        self.assertEqual((row["charged_months"], row["fee_fen"], row["refund_fen"]), (7, 583_333, 291_666))
        self.assertEqual(row["annual_fee_fen"], 1_000_001)

    def test_joined_in_december_nothing_is_charged_or_refunded(self):
        row = self.settle(shop("2022-12-01"), [(YEAR_END, "鞋", 5000)], 3.05)
        self.assertEqual((row["basis"], row["charged_months"], row["qualified"]), ("year", 0, True))
        self.assertEqual((row["fee_fen"], row["refund_fen"], row["sales_fen"]), (0, 0, 5000))

    def test_an_average_whose_fifth_decimal_is_5(self):
        for scores, wanted in (((3.0, 3.0001), 3.0001), ((3.0001, 3.0002), 3.0002), ((0.0, 0.0, 0.0001), 0.0)):
            self.assertEqual(self.settle(shop(), [], *scores)["average_score"], wanted)

    def test_a_score_of_0_counts(self):
        row = self.settle(shop(), [], 0.0, None, 4.0)
        self.assertEqual((row["average_score"], row["months_counted"]), (2.0, 2))

    def test_equal_sales_fall_to_the_dearer_category(self):
        dear, cheap = {"annual_fee_fen": "6000000"}, {"annual_fee_fen": "30000"}
        rules = some_rules(("*", "", ""), ("b", "", "", dear), ("c", "", "", dear), ("a", "", "", cheap))
        for sales, wanted in (
            ({"a": 5, "b": 5, "c": 5}, "b"),  # the row with the higher fee, then the first by name
            ({"a": 5, "x": 5}, "x"),  # the row `*` is dearer
            ({"a": 6, "b": 5}, "a"),
            ({"鞋": 5, "z": 5}, "z"),  # both have the row `*`
            ({"c": 0}, "c"),
        ):
            top, row = deciding_row(sales, "c", rules, YEAR_END)
            self.assertEqual(top, wanted)
            self.assertEqual(row, rules.thresholds_row(wanted, YEAR_END))
        top, row = deciding_row({}, "c", rules, YEAR_END)
        self.assertEqual((top, row["category"]), (None, "c"))

    def test_the_deciding_row_gives_the_fee_and_both_lines(self):
        dear = {"annual_fee_fen": "6000000", "sales_half_refund_fen": "10000", "annual_min": "3.2"}
        rules = some_rules(("*", "", ""), ("书", "", "", dear))
        row = self.settle(shop(), [(MARCH, "鞋", 1500), (MARCH, "书", 1500)], 3.3, rules=rules)
        found = (row["top_sales_category"], row["annual_fee_fen"], row["annual_min"], row["refund_fen"])
        self.assertEqual(found, ("书", 6_000_000, 3.2, 0))

    def test_months_of_another_year_do_not_count(self):
        month_ends = {day("2021-12-31"): [scored(1, 5.0, revision=1)], JANUARY: [scored(2, 5.0, revision=1)]}
        self.assertEqual(counted_months(shop(), "year", None, month_ends, {}, 2022, YEAR_END), [])


class WithExtracts(unittest.TestCase):
    """A folder of extracts in which each test writes the few rows that it needs."""

    settings = ["history_starts_on=2023-01-01", "may_be_absent=disputes,appeals"]
    settings += ["max_unscored_percent=100", "min_snapshot_percent=0"]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.extracts = folder.name

    def noon(self, on):
        return dt.datetime.combine(on, dt.time(4), dt.timezone.utc)

    def a_shop(self, shop, joined_on="2020-01-01", category="茶", terminated_on=None):
        return (shop, f"店铺{shop}", category, None, day(joined_on), terminated_on and day(terminated_on))

    def reviews(self, *rows, on=JANUARY):
        """(review, shop, stars) as rows of a day."""
        return [(review, review, shop, stars, None, self.noon(on)) for review, shop, stars in rows]

    def write(self, table, on, rows):
        kinds = {"int": pa.int64(), "str": pa.string(), "date": pa.date32(), "bool": pa.bool_()}
        kinds["ts"] = pa.timestamp("us", "UTC")
        folder = os.path.join(self.extracts, table, f"dt={on}")
        os.makedirs(folder, exist_ok=True)
        columns = {c: pa.array([row[i] for row in rows], kinds[kind]) for i, (c, kind, _) in enumerate(TABLES[table])}
        pq.write_table(pa.table(columns), os.path.join(folder, "part-0.parquet"))


class Tables(WithExtracts):
    """The tables of one night."""

    def night(self, on, rules=None, *settings):
        extracts = Extracts(self.extracts, "Asia/Shanghai")
        return Night(extracts, rules or Rules(RULES), day(on), parse_settings([*self.settings, *settings])).tables

    def outlook(self, *about):
        """{shop: its row}."""
        return {row["shop_id"]: row for row in self.night(*about)["outlook"]}

    def reviewed(self, **stars_by_day):
        """Shop 1 gets 1 star, shops 2 to 12 get 5, on each of the days."""
        for number, on in enumerate(stars_by_day.values()):
            rows = [(100 * number + shop, shop, 1 if shop == 1 else 5) for shop in range(1, 13)]
            self.write("reviews", day(on), self.reviews(*rows, on=day(on)))

    def test_outlook_on_the_first_of_a_month_of_31_days_knows_nothing(self):
        self.write("shops", day("2022-03-01"), [self.a_shop(1)])
        self.write("reviews", day("2022-03-01"), self.reviews((1, 1, 5), on=day("2022-03-01")))
        tables = self.night("2022-03-01")
        self.assertEqual(tables["scores"][0]["score"], 5.0)
        wanted = {"shop_id": 1, "as_of": day("2022-03-01"), "shop_name": "店铺1", "primary_category": "茶"}
        wanted |= {"month_end": MARCH, "days_known": 0, "score": None, "monthly_min": None, "verdict": None}
        self.assertEqual(tables["outlook"], [wanted])

    def test_outlook_on_the_last_day_is_the_score(self):
        self.write("shops", MARCH, [self.a_shop(shop) for shop in range(1, 13)])
        self.reviewed(a="2022-03-02", b="2022-03-31")
        tables = self.night("2022-03-31")
        found = [(row["shop_id"], row["score"]) for row in tables["outlook"]]
        self.assertEqual(found, [(row["shop_id"], row["score"]) for row in tables["scores"]])
        about = [tables["outlook"][0][name] for name in ("days_known", "score", "monthly_min", "verdict")]
        self.assertEqual(about, [30, 2.0, 2.5, "fail"])
        self.assertEqual(tables["outlook"][1]["verdict"], "pass")

    def test_outlook_in_february_begins_in_january(self):
        on = day("2022-02-01")
        self.write("shops", on, [self.a_shop(1), self.a_shop(2)])
        self.write("reviews", day("2022-01-29"), self.reviews((1, 1, 5), on=day("2022-01-29")))
        self.write("reviews", day("2022-01-30"), self.reviews((2, 2, 5), on=day("2022-01-30")))
        tables = self.night("2022-02-01")
        self.assertEqual([row["score"] for row in tables["scores"]], [5.0, 5.0])
        found = [(row["month_end"], row["days_known"], row["score"], row["verdict"]) for row in tables["outlook"]]
        self.assertEqual(found, [(FEBRUARY, 3, None, "not_scored"), (FEBRUARY, 3, 5.0, "pass")])
        for on, wanted in (("2022-02-27", 29), ("2022-02-28", 30), ("2022-04-01", 1), ("2022-04-30", 30)):
            self.write("shops", day(on), [self.a_shop(1)])
            self.assertEqual(self.outlook(on)[1]["days_known"], wanted, on)

    def test_outlook_goes_by_the_rules_in_force_on_the_month_end(self):
        self.write("shops", day("2022-02-10"), [self.a_shop(1)])
        self.reviewed(a="2022-02-10")
        rules = Rules(RULES)
        for row in rules.weights:
            row["effective_to"] = "2022-02-27"
        tables = self.night("2022-02-10", rules)
        self.assertEqual((tables["scores"][0]["score"], tables["outlook"][0]["score"]), (5.0, None))

    def test_outlook_says_what_the_month_is_on_its_own(self):
        shops = [self.a_shop(1), self.a_shop(2, "2021-12-01"), self.a_shop(3, category="手机")]
        shops += [self.a_shop(4, terminated_on="2022-02-11"), *map(self.a_shop, range(5, 13))]
        self.write("shops", day("2022-02-10"), shops)
        self.reviewed(a="2022-02-10")
        rules = Rules(RULES)
        rules.thresholds = some_rules(("*", "2.5", "1"), ("手机", "2.5", "")).thresholds
        found = self.outlook("2022-02-10", rules)
        self.assertEqual([found[shop]["verdict"] for shop in (1, 2, 3)], ["fail", "exempt", "not_assessed"])
        self.assertEqual([found[shop]["monthly_min"] for shop in (1, 2, 3)], [2.5, None, 2.5])
        self.assertEqual(found[4]["verdict"], "pass")  # it leaves before the month end, and stays in
        self.assertEqual(self.outlook("2022-02-10", rules, "assessment_cycle=calendar_year")[2]["verdict"], "pass")

    def test_outlook_takes_the_least_score_of_the_cycles_first_day(self):
        self.write("shops", day("2022-02-10"), [self.a_shop(1), self.a_shop(2, "2020-11-01")])
        self.reviewed(a="2022-02-10")
        rules, before, after = Rules(RULES), {"effective_to": "2022-01-31"}, {"effective_from": "2022-02-01"}
        rules.thresholds = some_rules(("*", "2.5", "3", before), ("*", "4", "3", after)).thresholds
        found = self.outlook("2022-02-10", rules)
        self.assertEqual([found[shop]["monthly_min"] for shop in (1, 2)], [2.5, 4.0])

    def test_appeals_take_effect_in_the_outlook_as_in_the_scores(self):
        for on in (10, 11):
            self.write("shops", day(f"2022-02-{on}"), [self.a_shop(1)])
        self.write("reviews", day("2022-02-09"), self.reviews((1, 1, 5), on=day("2022-02-09")))
        decided = day("2022-02-10")
        self.write("appeals", decided, [(1, 1, "review", 1, day("2022-02-09"), True, self.noon(decided))])
        self.assertEqual(self.outlook("2022-02-10")[1]["score"], 5.0)
        self.assertEqual(self.outlook("2022-02-11")[1]["score"], None)

    def test_category_shops_are_the_present_ones_with_an_assessment_category(self):
        shops = [self.a_shop(1), self.a_shop(2), self.a_shop(3, category="没有权重的类目"), self.a_shop(4, "2022-02-11")]
        self.write("shops", day("2022-02-10"), shops)
        scores = self.night("2022-02-10")["scores"]
        self.assertEqual([row["category_shops"] for row in scores], [2, 2, 0])

    def test_the_mean_is_that_of_all_records_and_the_best_tenth_is_rounded_up(self):
        on = day("2022-02-10")
        self.write("shops", on, [self.a_shop(1), self.a_shop(2)])
        self.write("reviews", on, self.reviews((1, 1, 1), (2, 1, 2), (3, 2, 5), on=on))
        (row,) = self.night("2022-02-10")["categories"]
        self.assertEqual((row["mean"], row["median"], row["best_tenth"]), (8 / 3, 1.5, 5.0))
        self.assertEqual(best_tenth("product_rating", list(range(1, 11))), 10)
        self.assertEqual(best_tenth("product_rating", list(range(1, 12))), 10)
        self.assertEqual(best_tenth("dispute_rate", list(range(1, 12))), 2)

    def test_unit_and_direction_stand_beside_a_value(self):
        self.write("shops", day("2022-02-10"), [self.a_shop(1)])
        self.reviewed(a="2022-02-10")
        rows = {row["indicator"]: row for row in self.night("2022-02-10")["indicators"]}
        found = {name: (row["unit"], row["direction"], row["shops_better"]) for name, row in rows.items()}
        self.assertEqual(found["product_rating"], ("stars", "high", 0))
        self.assertEqual(found["refund_only_duration"], ("seconds", "low", None))
        self.assertEqual(found["dispute_rate"], ("ratio", "low", None))


    def test_rows_have_the_columns_that_are_compared_in_their_order(self):
        self.write("shops", JANUARY, [self.a_shop(1), self.a_shop(2)])
        self.reviewed(a="2022-01-31")
        tables = self.night("2022-01-31")
        for name, columns in COLUMNS.items():
            self.assertEqual(list(tables[name][0]), [column for column, _, _ in columns], name)
        actions = [("night", JANUARY), ("settle", 2022, JANUARY)]
        tables = history(actions, self.extracts, RULES, parse_settings(self.settings))
        for name in ("month_end_scores", "monthly_assessments", "annual_settlements"):
            ((row, *_),) = tables[name].values()
            self.assertEqual(list(row), [column for column, _, _ in HISTORY_TABLES[name][2]], name)


class Actions(WithExtracts):
    """Two shops whose only data are three reviews of 31 January; an upheld appeal takes out one on 5 February."""

    def setUp(self):
        super().setUp()
        for table in MUST_HAVE_EVERY_DAY:
            os.makedirs(os.path.join(self.extracts, table, "dt=2022-01-31"))
        self.write("shops", JANUARY, [self.a_shop(1), self.a_shop(2)])
        self.write("reviews", JANUARY, self.reviews((11, 1, 1), (12, 1, 5), (13, 2, 4)))
        decided = day("2022-02-05")
        self.write("appeals", decided, [(1, 1, "review", 11, JANUARY, True, self.noon(decided))])

    def after(self, *actions):
        return history(actions, self.extracts, RULES, parse_settings(self.settings))

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

    def test_a_restated_month_end_brings_the_later_months_of_its_cycles_up_to_date_across_years(self):
        """The worst two of twelve shops fail; shop 1 has cycles from November on, the others have calendar years."""
        december, ten = day("2021-12-31"), range(3, 13)
        for on in (december, JANUARY):
            others = [self.a_shop(shop, "2010-05-01") for shop in range(2, 13)]
            self.write("shops", on, [self.a_shop(1, "2020-08-01"), *others])
            stars = [(shop, shop, 5 if shop in ten else 1) for shop in range(1, 13)]
            self.write("reviews", on, self.reviews(*stars, on=on))
        before = self.after(("night", december), ("night", JANUARY))
        late = self.after(("night", JANUARY), ("night", december))
        self.assertEqual(before["monthly_assessments"], late["monthly_assessments"])
        found = [(row["status"], row["failures"]) for row in before["monthly_assessments"][JANUARY][:3]]
        self.assertEqual(found, [("fail", 2), ("fail", 1), ("pass", 0)])
        again = self.reviews(*[(shop, shop, 1 if shop in (2, 3) else 5) for shop in range(1, 13)], on=december)
        rewrite = ("do", lambda: self.write("reviews", december, again))
        after = self.after(("night", december), ("night", JANUARY), rewrite, ("restate", december, "late", JANUARY))
        found = [(row["status"], row["failures"]) for row in after["monthly_assessments"][JANUARY][:3]]
        self.assertEqual(found, [("fail", 1), ("fail", 1), ("pass", 0)])

    def test_a_december_that_is_restated_settles_the_shops_again_that_left_on_1_january(self):
        december = day("2021-12-31")
        self.write("shops", december, [self.a_shop(1), self.a_shop(2)])
        self.write("shops", JANUARY, [self.a_shop(1, terminated_on="2022-01-01"), self.a_shop(2)])
        self.write("reviews", december, self.reviews((1, 1, 5), (2, 2, 4), on=december))
        rewrite = ("do", lambda: self.write("reviews", december, self.reviews((1, 1, 4), (2, 2, 5), on=december)))
        actions = [("night", december), ("night", JANUARY), ("settle", 2022, JANUARY), rewrite]
        actions.append(("restate", december, "late", JANUARY))
        for so_far, wanted in ((actions[:3], 5.0), (actions, 3.0)):
            row = self.after(*so_far)["annual_settlements"][2022][0]
            months = [{"month_end": december, "score": wanted, "revision": None}]
            self.assertEqual((row["basis"], row["months"]), ("day_before_termination", months))

    def test_nothing_to_restate(self):
        with self.assertRaises(Refused):
            self.after(("restate", JANUARY, "nothing there", JANUARY))


if __name__ == "__main__":
    unittest.main()
