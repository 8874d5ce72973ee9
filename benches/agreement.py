"""Checks that every competitor computed what shopscore publishes: a benchmark whose results differ is worthless.

    agreement.py PUBLISHED_INDICATORS RANKS...

Both sums of every published row must be equal. So must the ranks, but for the two indicators of logistics: there the
rules say which of the two a shop is assessed by, while the competitors, who know no rules, rank it by both.
"""

import sys

import duckdb

RANKED_BY_RULES = ("logistics_rating", "pickup_timeliness")


def main(published: str, found: list[str]) -> int:
    differing = {path: differences(published, path) for path in found}
    for path, (rows, different) in differing.items():
        print(f"{path}: {rows} published figures, {different} of them different")
    return 1 if any(different or not rows for rows, different in differing.values()) else 0


def differences(published: str, found: str) -> tuple[int, int]:
    [row] = duckdb.sql(f"""
        select count(*), count(*) filter (
            ours.numerator is distinct from theirs.numerator
            or ours.denominator is distinct from theirs.denominator
            or (indicator not in {RANKED_BY_RULES} and ours.shops_better + 1 is distinct from theirs.rank)
        )
        from read_parquet('{published}/*/*.parquet') ours
        left join read_parquet('{found}') theirs using (shop_id, indicator)
    """).fetchall()
    return row


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
