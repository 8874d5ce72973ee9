"""A second, slow implementation of section 9 of the scoring contract (spec.md): the annual fee refund, and of section
11 the table annual_settlements.

Written from the text of the contract alone; reference_assessments.py calls it and holds the month ends.
"""

import datetime as dt
from fractions import Fraction

from reference import DAY, Refused, check_quarantined, half_up
from reference_cycles import month_of


def as_fraction(score):
    """Section 7: averages use the rounded figure, an integer over 10,000."""
    return Fraction(round(score * 10_000), 10_000)


# ---------------------------------------------------------------- who is settled, and by what


def snapshot_of(extracts, as_of, settings):
    """Section 9: the newest snapshot with dt <= the as-of day decides, however old."""
    before = [day for day in extracts.days["shops"] if day <= as_of]
    if not before:
        raise Refused("missing", f"no snapshot of shops for {as_of}")
    snapshot = extracts.table_day("shops", max(before))
    check_quarantined([snapshot], settings)
    return snapshot.sound


def termination(shop, as_of):
    """Section 9: a terminated_on after the as-of day counts as null."""
    day = shop["terminated_on"]
    return None if day is None or day > as_of else day


def has_a_row(shop, year, as_of):
    """Section 9: shops that left before the year or joined after the as-of day have no row.

    By the words, a shop that joined after the year, yet not after the as-of day, has one."""
    left = termination(shop, as_of)
    return shop["joined_on"] <= as_of and (left is None or left >= dt.date(year, 1, 1))


def left_in_year(shop, year, as_of):
    """Section 9: the day `T` of that year, or None; one that left after the year is a shop like any other."""
    left = termination(shop, as_of)
    return left if left is not None and left.year == year else None


def basis_of(shop, left):
    """Section 9, in the order of the text: the month it joined comes before January."""
    if left is None:
        return "year"
    if (left.year, left.month) == (shop["joined_on"].year, shop["joined_on"].month):
        return "no_fee"
    return "day_before_termination" if left.month == 1 else "months_before_termination"


def counts_december_before(extracts, settings, year, as_of):
    """Whether a shop of the settlement left on 1 January: its score is that of the month end of December."""
    shops = [shop for shop in snapshot_of(extracts, as_of, settings) if has_a_row(shop, year, as_of)]
    return any(left_in_year(shop, year, as_of) == dt.date(year, 1, 1) for shop in shops)


# ---------------------------------------------------------------- the counted scores


def counted_months(shop, basis, left, month_ends, daily_scores, year, as_of):
    """Section 9: [{month_end, score, revision}] that the average is of; those without a score are left out.

    A month end, or a day before the termination, that was never published counts as one without a score."""
    if basis == "no_fee":
        return []
    if basis == "day_before_termination":
        score = score_of_the_day_before(shop, left, month_ends, daily_scores)
        return [] if score is None else [{"month_end": left - DAY, "score": score, "revision": None}]
    end = as_of if left is None else left.replace(day=1) - DAY
    months = []
    for month_end in sorted(day for day in month_ends if day.year == year and day <= end):
        for row in month_ends[month_end]:
            if row["shop_id"] == shop["shop_id"] and row["score"] is not None:
                months.append({"month_end": month_end, "score": row["score"], "revision": row["revision"]})
    return months


def score_of_the_day_before(shop, left, month_ends, daily_scores):
    """Section 9: the score of T - 1; for 1 January the month end of December, as restated."""
    if left.day == 1:
        scores = {row["shop_id"]: row["score"] for row in month_ends.get(left - DAY, [])}
    else:
        scores = daily_scores.get(left - DAY, {})
    return scores.get(shop["shop_id"])


def average_of(months):
    """Section 9: rounded half-up to 4 decimals, as an exact fraction; null when none remains."""
    if not months:
        return None
    exact = sum(as_fraction(month["score"]) for month in months) / len(months)
    return Fraction(half_up(exact), 10_000)


# ---------------------------------------------------------------- sales


def payments_of(extracts, settings, year, as_of):
    """{shop: [(day, category, amount)]} of the sound rows of the year up to the as-of day.

    As in section 2, a day without a partition is an error, except before history_starts_on; and as in section 3, a
    table-day with too many quarantined rows stops the settlement."""
    days, day = [], dt.date(year, 1, 1)
    while day <= min(as_of, dt.date(year, 12, 31)):
        days.append(day)
        day += DAY
    starts = settings["history_starts_on"]
    missing = [d.isoformat() for d in days if not extracts.has("payments", d) and not (starts and d < starts)]
    if missing:
        raise Refused("missing", f"payments lack {missing}")
    parts = [extracts.table_day("payments", day) for day in days]
    check_quarantined(parts, settings)
    payments = {}
    for part in parts:
        for row in part.sound:
            payments.setdefault(row["shop_id"], []).append((part.day, row["category"], row["amount_fen"]))
    return payments


def sales_by_category(payments, left):
    """Section 9: {category of the goods: fen}, up to and including `T` for one that left."""
    sales = {}
    for day, category, amount in payments:
        if left is None or day <= left:
            sales[category] = sales.get(category, 0) + amount
    return sales


def deciding_row(sales, primary_category, rules, day):
    """Section 9: (top_sales_category, its row of thresholds.csv in force on `day`): the category with the highest
    sales; ties: the row with the higher annual_fee_fen, then the first by name in byte order; no payments: none, and
    the primary category's row."""
    if not sales:
        return None, rules.thresholds_row(primary_category, day)
    tied = [category for category, fen in sales.items() if fen == max(sales.values())]
    rows = {category: rules.thresholds_row(category, day) for category in tied}
    top = min(tied, key=lambda category: (-int(rows[category]["annual_fee_fen"]), category.encode()))
    return top, rows[top]


# ---------------------------------------------------------------- the fee and the refund


def charged_months(shop, basis, left, year, as_of, settings):
    """Section 9: the calendar months of the year after the month of joining, up to the month of T, else of a
    provisional settlement the as-of day's month, else December; never below 0."""
    if basis == "no_fee":
        return 0
    if settings["annual_fee_by"] == "year":
        return 12
    december = dt.date(year, 12, 31)
    first = max(month_of(dt.date(year, 1, 1)), month_of(shop["joined_on"]) + 1)
    return max(month_of(left or min(as_of, december)) - first + 1, 0)


def refund(qualified, sales, months, fee, thresholds):
    """Section 9: half of the fee, rounded down, or all of it, or nothing; the sales lines go by months."""
    if not qualified or months == 0 or 12 * sales < months * int(thresholds["sales_half_refund_fen"]):
        return 0
    return fee if 12 * sales >= months * int(thresholds["sales_full_refund_fen"]) else fee // 2


def settle_shop(shop, payments, rules, month_ends, daily_scores, year, as_of, settings):
    """Section 11: one row of annual_settlements."""
    left = left_in_year(shop, year, as_of)
    basis = basis_of(shop, left)
    months = counted_months(shop, basis, left, month_ends, daily_scores, year, as_of)
    average = average_of(months)
    sales = sales_by_category(payments, left)
    top, thresholds = deciding_row(sales, shop["primary_category"], rules, left or dt.date(year, 12, 31))
    annual_min = Fraction(thresholds["annual_min"])
    qualified = average is not None and average >= annual_min
    charged = charged_months(shop, basis, left, year, as_of, settings)
    fee = int(thresholds["annual_fee_fen"]) * charged // 12
    return {
        "shop_id": shop["shop_id"],
        "as_of": as_of,
        "shop_name": shop["shop_name"],
        "provisional": as_of < dt.date(year, 12, 31),
        "basis": basis,
        "months": months,
        "months_counted": len(months),
        "average_score": None if average is None else half_up(average) / 10_000,
        "top_sales_category": top,
        "sales_fen": sum(sales.values()),
        "annual_min": annual_min.numerator / annual_min.denominator,
        "qualified": qualified,
        "charged_months": charged,
        "annual_fee_fen": int(thresholds["annual_fee_fen"]),
        "fee_fen": fee,
        "refund_fen": refund(qualified, sum(sales.values()), charged, fee, thresholds),
    }


def settlement(extracts, rules, settings, month_ends, daily_scores, year, as_of):
    """Section 9: the rows of annual_settlements of one year.

    `month_ends` is {month_end: rows of month_end_scores}, `daily_scores` {day: {shop: score}}."""
    shops = [shop for shop in snapshot_of(extracts, as_of, settings) if has_a_row(shop, year, as_of)]
    payments = payments_of(extracts, settings, year, as_of)
    return [
        settle_shop(shop, payments.get(shop["shop_id"], []), rules, month_ends, daily_scores, year, as_of, settings)
        for shop in sorted(shops, key=lambda shop: shop["shop_id"])
    ]
