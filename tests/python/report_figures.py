"""What the page of a report has to show, read from the published files by DuckDB: each figure as a text."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

# The newest assessment before the month end of the outlook, where it is of the same cycle.
FAILING = """
    from outlook left join (
        from monthly_assessments where month_end = (
            select max(month_end) from monthly_assessments where month_end < (select any_value(month_end) from outlook)
        )
    ) before using (shop_id)
    where outlook.verdict = 'fail' and (before.status is distinct from 'exit' or before.cycle_starts_on is null
        or datediff('month', before.cycle_starts_on, outlook.month_end) >= 12)
"""


def four_decimals(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.4f}".rstrip("0").rstrip(".")


class Published:
    """The tables of a day."""

    def __init__(self, current: Path, day: str) -> None:
        self.tables = duckdb.connect()
        for table in ("scores", "outlook", "categories", "indicators", "quality"):
            self.tables.execute(f"create view {table} as from '{current}/{table}/dt={day}/*.parquet'")
        nights = sorted(folder.name.removeprefix("dt=") for folder in (current / "scores").iterdir())
        self.before = max((night for night in nights if night < day), default=None)
        if self.before:
            self.tables.execute(f"create view scores_before as from '{current}/scores/dt={self.before}/*.parquet'")
        assessed = f"read_parquet('{current}/monthly_assessments/*/*.parquet', hive_partitioning = true)"
        self.tables.execute(f"create view monthly_assessments as from {assessed}")

    def one(self, query: str, *given: object) -> tuple:
        return self.tables.execute(query, given).fetchone()

    def shop(self) -> tuple[int, str]:
        """A shop with a score, and its name."""
        return self.one("select shop_id, shop_name from scores where score is not null order by shop_id limit 1")

    def some_shops(self) -> list[int]:
        """Every so many shops, some without a score among them."""
        count = self.one("select count(*) from scores")[0]
        every = max(count // 10, 1)
        query = "select shop_id from (select shop_id, row_number() over (order by shop_id) as place from scores) where place % ? = 0"
        return [shop for (shop,) in self.tables.execute(query, [every]).fetchall()]

    def categories(self) -> list[tuple[str | None, int]]:
        """All shops, and the three largest categories, with how many shops each has."""
        query = "select primary_category, count(*) from scores group by 1 order by 2 desc, 1 limit 3"
        return [(None, self.one("select count(*) from scores")[0]), *self.tables.execute(query).fetchall()]

    def report(self, category: str | None) -> Iterator[tuple[str, str]]:
        """Where on the page what has to stand."""
        of, given = ("true", []) if category is None else ("primary_category = ?", [category])
        scored, admitted, median = self.one(
            f"select count(score), count(*) filter (marketing_eligible), quantile_disc(score, 0.5) from scores where {of}", *given
        )
        for place, wanted in ((2, f"{scored:,}"), (3, f"{admitted:,}"), (4, four_decimals(median))):
            yield f"#day .tiles > div:nth-child({place}) dd", wanted
        if self.before:
            up, down, lost, gained = self.one(
                f"""select count(*) filter (now.score > before.score), count(*) filter (now.score < before.score),
                count(*) filter (before.marketing_eligible and not now.marketing_eligible),
                count(*) filter (now.marketing_eligible and not before.marketing_eligible)
                from scores now join scores_before before using (shop_id) where now.{of}""".replace("now.true", "true"),
                *given,
            )
            yield "#changes .tiles > div:nth-child(1) dd", f"▲ {up:,} · ▼ {down:,}"
            yield "#changes .tiles > div:nth-child(2) dd", f"+{gained:,} · −{lost:,}"
        failing, leaving = self.one(
            f"""select count(*), count(*) filter (before.failures + 1 >= before.failure_limit)
            {FAILING} and outlook.{of}""".replace("outlook.true", "true"),
            *given,
        )
        yield "#risk .tiles > div:nth-child(1) dd", f"{failing:,}"
        yield "#risk .tiles > div:nth-child(2) dd", f"{leaving:,}"
        tier_5, all_tiers = self.one(
            f"select sum(tier_5_shops), sum(tier_5_shops + tier_4_shops + tier_3_shops + tier_2_shops + tier_0_shops) from categories where {of}",
            *given,
        )
        named = "All shops" if category is None else category
        share = f"{100 * tier_5 / all_tiers:.2f}".rstrip("0").rstrip(".")
        yield f"#categories tbody tr:has(a:text-is('{named}')) > :nth-child(5)", f"{share}%"

    def of_shop(self, shop: int) -> list[list[str]]:
        """Of each indicator its numerator and denominator, rank and tier."""
        query = """select indicator, numerator, denominator, shops_better, ranked, tier from indicators where shop_id = ?"""
        rows = []
        for indicator, numerator, denominator, better, ranked, tier in self.tables.execute(query, [shop]).fetchall():
            above = duration(numerator) if indicator.endswith("_duration") else f"{numerator:,}"
            rank = "" if tier is None else f"{better + 1:,} of {ranked:,}"
            rows.append([f"{above} / {denominator:,}", rank, "" if tier is None else str(tier)])
        return rows


def duration(seconds: int) -> str:
    """As people read it, rounded to the minute."""
    if seconds < 60:
        return f"{seconds}s"
    minutes = (seconds + 30) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    return (f"{days}d" if days else "") + (f"{hours}h" if days or hours else "") + f"{minutes}m"
