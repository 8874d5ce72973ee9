"""A second, slow implementation of sections 8 and 9 of the scoring contract (spec.md): month ends, their restatements
and the monthly assessments; the annual settlements are in reference_settlements.py.

Written from the text of the contract alone, to be compared with what the program publishes. `history` carries out a
list of actions in order and returns what the four tables of section 11 hold in the end. Actions:

    ("night", D)                          a night of the day D
    ("nights", D1, D2)                    the nights of all days from D1 to D2, in their order
    ("restate", month_end, because, K)    an explicit restatement with the knowledge day K
    ("settle", year, as_of)               the annual settlement
    ("do", function)                      calls the function, which may change the extracts or the rules

Days are dates. An action that the contract stops raises `Refused` and leaves the tables as they were (of several
nights, as the one before left them).
"""

import datetime as dt
from fractions import Fraction

from reference import DAY, Extracts, Night, Refused, Rules
from reference_settlements import settlement

MONTH_END_SCORES, MONTH_END_REVISIONS = "month_end_scores", "month_end_revisions"
MONTHLY_ASSESSMENTS, ANNUAL_SETTLEMENTS = "monthly_assessments", "annual_settlements"

# Section 11: what month_end_scores has besides the columns of scores.
OF_THE_REVISION = ("revision", "restated_because", "knowledge_day")


def ends_a_month(day):
    return (day + DAY).day == 1


# ---------------------------------------------------------------- month end (section 8)


def without_revision(row):
    return {column: value for column, value in row.items() if column not in OF_THE_REVISION}


def first_published(scores):
    """Section 8: the score of the month's last day; revisions count from 1."""
    return [{**row, "revision": 1, "restated_because": None, "knowledge_day": None} for row in scores]


def restated(published, replaced, scores, because, knowledge_day):
    """Section 8: (rows after a restatement, rows that it replaced).

    `replaced` are the rows that earlier restatements replaced. A shop that has no row any more: its row is replaced by
    none. A shop that had none: its row comes from this restatement, with the revision after the last that the shop
    ever had there, so that no revision of a shop means two rows."""
    before = {row["shop_id"]: row for row in published}
    last = {}
    for row in replaced + published:
        last[row["shop_id"]] = max(row["revision"], last.get(row["shop_id"], 0))
    rows, newly_replaced = [], []
    for score in scores:
        shop = score["shop_id"]
        old = before.pop(shop, None)
        if old is not None and without_revision(old) == score:
            rows.append(old)
            continue
        if old is not None:
            newly_replaced.append(old)
        revision = last.get(shop, 0) + 1
        rows.append({**score, "revision": revision, "restated_because": because, "knowledge_day": knowledge_day})
    return rows, newly_replaced + list(before.values())


# ---------------------------------------------------------------- monthly assessment (section 9)


def number(text):
    """A figure of a rule table as f64, empty as null."""
    if not text:
        return None
    exact = Fraction(text)
    return exact.numerator / exact.denominator


class ShopYear:
    """What the months of a calendar year have come to so far for one shop."""

    def __init__(self):
        self.failures, self.left = 0, False

    def next_month(self, row, thresholds):
        """Section 9, monthly assessment: the status of the next month, the first that holds.

        A month fails by its score alone, so months after `exit` still add to the failures. A month that is
        not_assessed begins no `exit`, since it is not reached."""
        if not thresholds["monthly_min"] or not thresholds["failure_limit"]:
            return "not_assessed"
        score = row["score"]
        failed = score is not None and Fraction(round(score * 10_000), 10_000) < Fraction(thresholds["monthly_min"])
        self.failures += failed
        self.left = self.left or self.failures >= int(thresholds["failure_limit"])
        if self.left:
            return "exit"
        if score is None:
            return "not_scored"
        return "fail" if failed else "pass"


def assess_year(month_end_scores, rules):
    """Section 9: {month_end: rows of monthly_assessments} of {month_end: rows of month_end_scores} of one year."""
    years, tables = {}, {}
    for month_end in sorted(month_end_scores):
        tables[month_end] = []
        for row in month_end_scores[month_end]:
            thresholds = rules.thresholds_row(row["primary_category"], month_end)
            year = years.setdefault(row["shop_id"], ShopYear())
            status = year.next_month(row, thresholds)
            tables[month_end].append(
                {
                    "shop_id": row["shop_id"],
                    "primary_category": row["primary_category"],
                    "score": row["score"],
                    "monthly_min": number(thresholds["monthly_min"]),
                    "status": status,
                    "failures_this_year": year.failures,
                    "failure_limit": int(thresholds["failure_limit"]) if thresholds["failure_limit"] else None,
                }
            )
    return tables


# ---------------------------------------------------------------- one action after another


class History:
    """The four tables as {table: {partition value: rows}}, and the actions that change them."""

    def __init__(self, extracts, rules, settings):
        """`extracts` and `rules` are folders."""
        self.extracts_folder, self.rules_folder, self.settings = extracts, rules, settings
        self.tables = {
            name: {} for name in (MONTH_END_SCORES, MONTH_END_REVISIONS, MONTHLY_ASSESSMENTS, ANNUAL_SETTLEMENTS)
        }
        self.daily_scores = {}  # {day: {shop: score}} of the nights whose score a settlement may need
        self.read_again()

    def read_again(self):
        """The extracts and rules as they are now."""
        self.extracts = Extracts(self.extracts_folder, self.settings["time_zone"])
        self.rules = Rules(self.rules_folder)

    def act(self, action):
        kind, *about = action
        if kind == "do":
            about[0]()
            self.read_again()
        else:
            {"night": self.night, "nights": self.nights, "restate": self.restate, "settle": self.settle}[kind](*about)

    def night(self, day):
        """Only month ends and the days that may be the day before a T in January count for these tables; of the other
        nights nothing is computed, whether the contract stops them or not."""
        if not ends_a_month(day) and (day + DAY).month != 1:
            return
        scores = Night(self.extracts, self.rules, day, self.settings).tables["scores"]
        if ends_a_month(day):
            rows = self.tables[MONTH_END_SCORES].get(day) or first_published(scores)
            self.publish_month_end(day, rows, [])
        self.daily_scores[day] = {row["shop_id"]: row["score"] for row in scores}

    def nights(self, first, last):
        for ahead in range((last - first).days + 1):
            self.night(first + DAY * ahead)

    def restate(self, month_end, because, knowledge_day):
        """Section 8. There must be something to replace."""
        if month_end not in self.tables[MONTH_END_SCORES]:
            raise Refused("missing", f"no scores of the month end {month_end} to replace")
        night = Night(self.extracts, self.rules, month_end, self.settings, knowledge_day)
        rows, newly_replaced = restated(
            self.tables[MONTH_END_SCORES][month_end],
            self.tables[MONTH_END_REVISIONS].get(month_end, []),
            night.tables["scores"],
            because,
            knowledge_day,
        )
        if rows == self.tables[MONTH_END_SCORES][month_end]:
            return
        settled = self.settled_again(month_end, rows)
        self.publish_month_end(month_end, rows, newly_replaced)
        self.tables[ANNUAL_SETTLEMENTS].update(settled)

    def settled_again(self, month_end, rows):
        """The settlement of the month end's year with these rows, as of the same day, if it is published and covers it."""
        year = month_end.year
        published = self.tables[ANNUAL_SETTLEMENTS].get(year)
        if not published or published[0]["as_of"] < month_end:
            return {}
        return {year: self.settlement(year, published[0]["as_of"], {month_end: rows})}

    def publish_month_end(self, month_end, rows, newly_replaced):
        """The month end, and the assessments of it and of the later month ends of its year, or nothing of it all."""
        scores = self.tables[MONTH_END_SCORES]
        of_the_year = {each: scores[each] for each in scores if each.year == month_end.year}
        assessments = assess_year({**of_the_year, month_end: rows}, self.rules)
        scores[month_end] = rows
        if newly_replaced:
            revisions = self.tables[MONTH_END_REVISIONS]
            together = revisions.get(month_end, []) + newly_replaced
            revisions[month_end] = sorted(together, key=lambda row: (row["shop_id"], row["revision"]))
        for each, assessed in assessments.items():
            if each >= month_end:
                self.tables[MONTHLY_ASSESSMENTS][each] = assessed

    def settle(self, year, as_of):
        if as_of < dt.date(year, 1, 1):
            raise Refused("input", f"{as_of} is before the year {year}")
        self.tables[ANNUAL_SETTLEMENTS][year] = self.settlement(year, as_of, {})

    def settlement(self, year, as_of, restated_month_ends):
        month_ends = {**self.tables[MONTH_END_SCORES], **restated_month_ends}
        return settlement(self.extracts, self.rules, self.settings, month_ends, self.daily_scores, year, as_of)


def history(actions, extracts, rules, settings):
    """What the four tables hold after the actions: {table: {partition value: rows in published order}}."""
    done = History(extracts, rules, settings)
    for action in actions:
        done.act(action)
    return done.tables
