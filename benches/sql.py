"""What the engines compute, in SQL as a data engineer would write it: one query a table, no row check, no appeal.

The extracts are trusted: a row's natural day is the day of its partition, and no key comes twice. What engines write
each in their own way stands in a `Dialect`.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

TIME_ZONE = "Asia/Shanghai"
WINDOW_DAYS = 30
CUSTOM_MADE = ("个性定制/设计服务/DIY", "全屋定制")


@dataclass(frozen=True)
class Dialect:
    """What one engine writes in its own way."""

    # Whole seconds from a refund's application to its completion.
    seconds: str
    # The aggregate that tells whether a condition holds for any row.
    any_row: str
    # In which a row's day `dt` ends: the instant, and the local time where timestamps have no zone.
    midnight: str
    local_midnight: str
    # The buyer as a key to group by; the extracts have no null there, whatever their schema says.
    buyer: str = "buyer_id"


DUE = f"not no_shipping_required and category not in {CUSTOM_MADE}"
ANSWERED = "bot_received or coalesce(human_replied_at < {midnight}, false)"


def refunds_of(kind: str) -> str:
    condition = f"self_completed and refund_type = '{kind}'"
    return f"""(sum({{seconds}}) filter (where {condition}))::bigint as {kind}_seconds,
        count(*) filter (where {condition}) as {kind}_refunds"""


# `{rows}` is what to read; all else in braces is the dialect's.
SUMS = {
    "payments": """select shop_id, category, count(*) as payments, sum(amount_fen)::bigint as amount_fen
        from {rows} group by shop_id, category""",
    "pickups": f"""select shop_id, count(*) filter (where {DUE}) as pickups_due,
            count(*) filter (where {DUE} and picked_up_at < due_at) as pickups_in_time
        from {{rows}} group by shop_id""",
    "reviews": """select shop_id,
            sum(description_stars)::bigint as description_stars, count(description_stars) as description_ratings,
            sum(logistics_stars)::bigint as logistics_stars, count(logistics_stars) as logistics_ratings
        from {rows} group by shop_id""",
    "refunds": f"""select shop_id, {refunds_of("refund_only")}, {refunds_of("return_refund")}
        from {{rows}} group by shop_id""",
    "disputes": """select shop_id, count(*) filter (where liable_party = 'seller' and in_effect) as disputes_at_fault
        from {rows} group by shop_id""",
    "consultations": f"""select shop_id,
            count(*) as consultations_asked, count(*) filter (where answered) as consultations_answered
        from (
            select shop_id, {{any_row}}({ANSWERED}) as answered
            from {{rows}} group by shop_id, sub_account_id, {{buyer}}, dt
        ) group by shop_id""",
}

# The columns of SUMS that are added up over days, and those that they are added up by.
MEASURES = {
    "payments": ["payments", "amount_fen"],
    "pickups": ["pickups_due", "pickups_in_time"],
    "reviews": ["description_stars", "description_ratings", "logistics_stars", "logistics_ratings"],
    "refunds": ["refund_only_seconds", "refund_only_refunds", "return_refund_seconds", "return_refund_refunds"],
    "disputes": ["disputes_at_fault"],
    "consultations": ["consultations_asked", "consultations_answered"],
}
GROUPED_BY = {"payments": "shop_id, category"}

# Indicator: numerator, denominator, and the order of ranks, the best first.
INDICATORS = {
    "dispute_rate": ("disputes_at_fault", "payments", "asc"),
    "logistics_rating": ("logistics_stars", "logistics_ratings", "desc"),
    "pickup_timeliness": ("pickups_in_time", "pickups_due", "desc"),
    "product_rating": ("description_stars", "description_ratings", "desc"),
    "refund_only_duration": ("refund_only_seconds", "refund_only_refunds", "asc"),
    "response_rate": ("consultations_answered", "consultations_asked", "desc"),
    "return_refund_duration": ("return_refund_seconds", "return_refund_refunds", "asc"),
}


def window(as_of: datetime.date) -> list[datetime.date]:
    """The days of the window, the oldest first."""
    return [as_of - datetime.timedelta(days) for days in reversed(range(WINDOW_DAYS))]


def files(extracts: Path, table: str, days: list[datetime.date]) -> list[str]:
    """The part files of these days; a day on which nothing happened may have none."""
    return [str(file) for day in days for file in sorted((extracts / table / f"dt={day}").glob("*.parquet"))]


def sums(table: str, rows: str, dialect: Dialect, midnight: str) -> str:
    """The sums of a table over all these rows at once."""
    own = {"seconds": dialect.seconds, "any_row": dialect.any_row, "buyer": dialect.buyer}
    return SUMS[table].format(rows=rows, midnight=midnight, **own)


def added_up(table: str, rows: str) -> str:
    """Sums of single days added up."""
    by = GROUPED_BY.get(table, "shop_id")
    figures = ", ".join(f"sum({name})::bigint as {name}" for name in MEASURES[table])
    return f"select {by}, {figures} from {rows} group by {by}"


def ranks(shops: str, as_of: datetime.date) -> str:
    """One row a present shop and indicator: both sums, and the rank among the shops of its primary category, none
    without a denominator. The sums are looked for in tables of the input tables' names."""
    figures = ", ".join(sorted({name for figures_of in INDICATORS.values() for name in figures_of[:2]}))
    payments = "(select shop_id, sum(payments)::bigint as payments from payments group by shop_id) as payments"
    by_shop = [payments, *(table for table in SUMS if table not in GROUPED_BY)]
    joined = " ".join(f"left join {of} on {table}.shop_id = present.shop_id" for table, of in zip(SUMS, by_shop))
    of_indicators = " union all ".join(
        f"""select shop_id, primary_category, '{indicator}' as indicator, {1 if order == "asc" else -1} as best_first,
                coalesce({numerator}, 0)::bigint as numerator, coalesce({denominator}, 0)::bigint as denominator
            from shops"""
        for indicator, (numerator, denominator, order) in INDICATORS.items()
    )
    return f"""with shops as (
            select present.shop_id as shop_id, primary_category, {figures} from {shops} as present {joined}
            where joined_on <= date '{as_of}' and (terminated_on is null or terminated_on > date '{as_of}')
        ), figures as ({of_indicators}), valued as (
            select *, case when denominator > 0 then best_first * numerator::double / denominator end as figure
            from figures
        )
        select shop_id, indicator, numerator, denominator, case when figure is not null then
            rank() over (partition by indicator, primary_category order by figure nulls last) end as rank
        from valued"""
