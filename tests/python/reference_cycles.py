"""A second, slow implementation of section 9 of the scoring contract (spec.md): the cycles in which a shop is assessed,
and what one month comes to in its cycle.

Written from the text of the contract alone. reference_assessments.py assesses published month ends with it, and
reference.py the outlook. Months are numbers (year * 12 + month - 1), so that they can be counted.
"""

import datetime as dt
from fractions import Fraction

JOINED_BY = 15  # by this day of its month, the month of joining is the first exempt one
MONTHS_OF_A_CYCLE = 12


def month_of(day):
    return day.year * 12 + day.month - 1


def first_day_of(month):
    return dt.date(month // 12, month % 12 + 1, 1)


def last_day_of(month):
    return first_day_of(month + 1) - dt.timedelta(days=1)


# ---------------------------------------------------------------- the cycle of a month


def cycle_starts_on(joined_on, month_end, settings):
    """The first day of the cycle that holds the month of `month_end`; None before the first cycle."""
    month = month_of(month_end)
    if settings["assessment_cycle"] == "calendar_year" or joined_on < settings["shop_year_from"]:
        return dt.date(month_end.year, 1, 1)
    first_exempt = month_of(joined_on) + (joined_on.day > JOINED_BY)
    first_of_all = first_exempt + settings["exempt_months"]
    if month < first_of_all:
        return None
    return first_day_of(month - (month - first_of_all) % MONTHS_OF_A_CYCLE)


# ---------------------------------------------------------------- the months of a cycle


def number(text):
    """A figure of a rule table as f64, empty as null."""
    if not text:
        return None
    exact = Fraction(text)
    return exact.numerator / exact.denominator


def is_assessed(row):
    """Whether the row of thresholds.csv has monthly_min and failure_limit both; there may be no row."""
    return row is not None and bool(row["monthly_min"]) and bool(row["failure_limit"])


def fails(score, row):
    """A score is an integer over 10,000, however it is held."""
    return score is not None and Fraction(round(score * 10_000), 10_000) < Fraction(row["monthly_min"])


def status_alone(score, row):
    """The status of a month of a cycle as far as no other month matters."""
    if not is_assessed(row):
        return "not_assessed"
    if score is None:
        return "not_scored"
    return "fail" if fails(score, row) else "pass"


class Cycle:
    """What the months of a cycle have come to so far for one shop."""

    def __init__(self):
        self.failures, self.limit, self.left = 0, None, False

    def next_month(self, score, row):
        """The status of the next month, `row` being the one of thresholds.csv that it is held against.

        The limit is compared as it is then: one that grows later does not bring a shop back."""
        status = status_alone(score, row)
        if status == "not_assessed":
            return status
        limit = int(row["failure_limit"])
        self.limit = limit if self.limit is None else max(self.limit, limit)
        self.failures += status == "fail"
        self.left = self.left or self.failures >= self.limit
        return "exit" if self.left else status

    def failures_left(self, status):
        """By the words: the limit less the failures; 0 in `exit`; never below 0."""
        if self.limit is None:
            return None
        return 0 if status == "exit" else max(self.limit - self.failures, 0)


def risk(status, failures_left):
    if status not in ("pass", "fail", "not_scored"):
        return None
    return {1: "high", 2: "medium"}.get(failures_left, "low")
