"""A second, slow implementation of sections 8 and 9 of the scoring contract (spec.md): month ends, their restatements
and the monthly assessments. The cycles are in reference_cycles.py, the settlements in reference_settlements.py.

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

from reference import DAY, Extracts, Night, Refused, Rules
from reference_cycles import MONTHS_OF_A_CYCLE, Cycle, cycle_starts_on, month_of, number, risk
from reference_settlements import counts_december_before, settlement

MONTH_END_SCORES, MONTH_END_REVISIONS = "month_end_scores", "month_end_revisions"
MONTHLY_ASSESSMENTS, ANNUAL_SETTLEMENTS = "monthly_assessments", "annual_settlements"

# Section 11: what month_end_scores has besides the columns of scores.
OF_THE_REVISION = ("revision", "restated_because", "knowledge_day")
# Section 8: what is no change of a row.
NO_CHANGE = ("category_shops",)


def ends_a_month(day):
    return (day + DAY).day == 1


# ---------------------------------------------------------------- month end (section 8)


def what_may_change(row):
    return {column: value for column, value in row.items() if column not in OF_THE_REVISION + NO_CHANGE}


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
        if old is not None and what_may_change(old) == what_may_change(score):
            rows.append(old)
            continue
        if old is not None:
            newly_replaced.append(old)
        revision = last.get(shop, 0) + 1
        rows.append({**score, "revision": revision, "restated_because": because, "knowledge_day": knowledge_day})
    return rows, newly_replaced + list(before.values())


# ---------------------------------------------------------------- monthly assessment (section 9)


def assess_shop(months, joined_on, rules, settings):
    """Section 9: the row of monthly_assessments of the last of the shop's published months [(month_end, row)].

    The cycle is that of `joined_on` as the last month's own snapshot has it, for the months before it too."""
    month_end, row = months[-1]
    starts_on = cycle_starts_on(joined_on, month_end, settings)
    cycle, status, thresholds = Cycle(), "exempt", None
    for each, scored in months:
        if starts_on is not None and each >= starts_on:
            thresholds = rules.thresholds_in_force(scored["primary_category"], starts_on)
            status = cycle.next_month(scored["score"], thresholds)
    failures_left = cycle.failures_left(status)
    return {
        "shop_id": row["shop_id"],
        "shop_name": row["shop_name"],
        "primary_category": row["primary_category"],
        "score": row["score"],
        "cycle_starts_on": starts_on,
        "monthly_min": None if thresholds is None else number(thresholds["monthly_min"]),
        "status": status,
        "failures": cycle.failures,
        "failure_limit": cycle.limit,
        "failures_left": failures_left,
        "risk": risk(status, failures_left),
    }


def assess(month_end_scores, joined_on, rules, settings):
    """Section 9: {month_end: rows of monthly_assessments} of {month_end: rows of month_end_scores}.

    `joined_on` is {month_end: {shop: day}}, of each month end's own snapshot."""
    months, tables = {}, {}
    for month_end in sorted(month_end_scores):
        tables[month_end] = []
        for row in month_end_scores[month_end]:
            shop = row["shop_id"]
            months.setdefault(shop, []).append((month_end, row))
            tables[month_end].append(assess_shop(months[shop], joined_on[month_end][shop], rules, settings))
    return tables


# ---------------------------------------------------------------- one action after another


class History:
    """The four tables as {table: {partition value: rows}}, and the actions that change them."""

    def __init__(self, extracts, rules, settings, every_night=False):
        """`extracts` and `rules` are folders. Month ends and the days that may be the day before a T in January count
        for the four tables; of the other nights nothing is computed, whether the contract stops them or not, but for
        their outlooks with `every_night`."""
        self.every_night = every_night
        self.extracts_folder, self.rules_folder, self.settings = extracts, rules, settings
        self.tables = {
            name: {} for name in (MONTH_END_SCORES, MONTH_END_REVISIONS, MONTHLY_ASSESSMENTS, ANNUAL_SETTLEMENTS)
        }
        self.joined_on = {}  # {month_end: {shop: day}} of the snapshots that the published scores were made with
        self.daily_scores = {}  # {day: {shop: score}}, of which a settlement may need some
        self.outlooks = {}  # {day: rows} of the nights that were computed
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
        if not (self.every_night or ends_a_month(day) or (day + DAY).month == 1):
            return
        night = Night(self.extracts, self.rules, day, self.settings)
        scores = night.tables["scores"]
        if ends_a_month(day):
            rows = self.tables[MONTH_END_SCORES].get(day)
            joined_on = self.joined_on[day] if rows else night.joined_on
            self.publish_month_end(day, rows or first_published(scores), [], joined_on)
        self.daily_scores[day] = {row["shop_id"]: row["score"] for row in scores}
        self.outlooks[day] = night.tables["outlook"]

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
        self.publish_month_end(month_end, rows, newly_replaced, night.joined_on)
        self.tables[ANNUAL_SETTLEMENTS].update(settled)

    def counts(self, year, as_of, month_end):
        """Whether a settlement counts the month end: one of its year that it covers, or the December before where a
        shop left on 1 January."""
        if year == month_end.year:
            return as_of >= month_end
        is_december_before = (month_end + DAY) == dt.date(year, 1, 1)
        return is_december_before and counts_december_before(self.extracts, self.settings, year, as_of)

    def settled_again(self, month_end, rows):
        """The published settlements that count the month end, with these rows, as of the same days."""
        published = [(year, rows[0]["as_of"]) for year, rows in self.tables[ANNUAL_SETTLEMENTS].items() if rows]
        return {
            year: self.settlement(year, as_of, {month_end: rows})
            for year, as_of in published
            if self.counts(year, as_of, month_end)
        }

    def publish_month_end(self, month_end, rows, newly_replaced, joined_on):
        """Section 8: the month end, and the assessments of it and of the later month ends whose cycles may hold it, or
        nothing of it all."""
        scores, joined = self.tables[MONTH_END_SCORES], {**self.joined_on, month_end: joined_on}
        assessments = assess({**scores, month_end: rows}, joined, self.rules, self.settings)
        scores[month_end], self.joined_on = rows, joined
        if newly_replaced:
            revisions = self.tables[MONTH_END_REVISIONS]
            together = revisions.get(month_end, []) + newly_replaced
            revisions[month_end] = sorted(together, key=lambda row: (row["shop_id"], row["revision"]))
        for each, assessed in assessments.items():
            if 0 <= month_of(each) - month_of(month_end) < MONTHS_OF_A_CYCLE:
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
