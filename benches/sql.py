"""What the competitors compute, in SQL as a data engineer would write it: one query a table, no row check, no appeal.

The extracts are trusted: a row's natural day is the day of its partition, and no key comes twice. `{rows}` is what to
read, `{midnight}` the instant in which a row's day ends in business time.
"""

import datetime
from pathlib import Path

TIME_ZONE = "Asia/Shanghai"
WINDOW_DAYS = 30
CUSTOM_MADE = ("个性定制/设计服务/DIY", "全屋定制")

DUE = f"not no_shipping_required and category not in {CUSTOM_MADE}"
SECONDS = "(epoch_us(completed_at) - epoch_us(applied_at)) // 1000000"
ANSWERED = "bot_received or coalesce(human_replied_at < {midnight}, false)"


def refunds_of(kind: str) -> str:
    condition = f"self_completed and refund_type = '{kind}'"
    return f"""(sum({SECONDS}) filter ({condition}))::bigint as {kind}_seconds,
        count(*) filter ({condition}) as {kind}_refunds"""


SUMS = {
    "payments": """select shop_id, category, count(*) as payments, sum(amount_fen)::bigint as amount_fen
        from {rows} group by shop_id, category""",
    "pickups": f"""select shop_id, count(*) filter ({DUE}) as pickups_due,
            count(*) filter ({DUE} and picked_up_at < due_at) as pickups_in_time
        from {{rows}} group by shop_id""",
    "reviews": """select shop_id,
            sum(description_stars)::bigint as description_stars, count(description_stars) as description_ratings,
            sum(logistics_stars)::bigint as logistics_stars, count(logistics_stars) as logistics_ratings
        from {rows} group by shop_id""",
    "refunds": f"""select shop_id, {refunds_of("refund_only")}, {refunds_of("return_refund")}
        from {{rows}} group by shop_id""",
    "disputes": """select shop_id, count(*) filter (liable_party = 'seller' and in_effect) as disputes_at_fault
        from {rows} group by shop_id""",
    "consultations": f"""select shop_id,
            count(*) as consultations_asked, count(*) filter (answered) as consultations_answered
        from (
            select shop_id, bool_or({ANSWERED}) as answered
            from {{rows}} group by shop_id, sub_account_id, buyer_id, dt
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


def rows_of(paths: list[str]) -> str:
    """The rows of part files, with `dt`, the day of their partition."""
    return f"read_parquet({paths}, hive_partitioning = true, hive_types = {{'dt': date}})"


def sums(table: str, paths: list[str]) -> str:
    """The sums of a table over all these files at once."""
    return SUMS[table].format(rows=rows_of(paths), midnight=f"timezone('{TIME_ZONE}', (dt + 1)::timestamp)")


def added_up(table: str, rows: str) -> str:
    """Sums of single days added up."""
    by = GROUPED_BY.get(table, "shop_id")
    figures = ", ".join(f"sum({name})::bigint as {name}" for name in MEASURES[table])
    return f"select {by}, {figures} from {rows} group by {by}"


def ranks(extracts: Path, as_of: datetime.date) -> str:
    """One row a present shop and indicator: both sums, and the rank among the shops of its primary category, none
    without a denominator. The sums are looked for in tables of the input tables' names."""
    joined = " ".join(
        f"left join {table} using (shop_id)" for table in SUMS if table != "payments"
    )
    of_indicators = " union all ".join(
        f"""select shop_id, '{indicator}' as indicator,
                coalesce({numerator}, 0)::bigint as numerator, coalesce({denominator}, 0)::bigint as denominator,
                case when {denominator} > 0 then rank() over (
                    partition by primary_category, coalesce({denominator}, 0) > 0
                    order by coalesce({numerator}, 0)::double / {denominator} {order}
                ) end as rank
            from shops"""
        for indicator, (numerator, denominator, order) in INDICATORS.items()
    )
    return f"""with shops as (
            select * from {rows_of(files(extracts, "shops", [as_of]))}
            left join (select shop_id, sum(payments)::bigint as payments from payments group by shop_id)
                using (shop_id)
            {joined}
            where joined_on <= date '{as_of}' and (terminated_on is null or terminated_on > date '{as_of}')
        ) {of_indicators}"""
