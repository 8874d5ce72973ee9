//! Indicators, what to improve, and how the shops of a category are spread.

use super::column::{Better, OutputColumn, Role, Text, count, float, text, value};
use super::shared::{
    AS_OF, DIRECTION, INDICATOR, MAIN_CATEGORY, PRIMARY_CATEGORY, SHOP_ID, SHOP_NAME, TO_CATEGORIES, TO_SCORES, UNIT,
    shops, tier,
};
use super::table::{DAILY_KEY, Join, OutputTable};
use super::values;

const RANKED: OutputColumn = shops("ranked", "shops ranked together", "参与排名店铺数");

const fn not_ranked(column: OutputColumn) -> OutputColumn {
    column.or_null("the value is null: the shop is not ranked", "指标值为空，不参与排名")
}

/// One row a present shop and indicator that it is assessed by.
pub const INDICATORS: OutputTable = OutputTable {
    name: "indicators",
    partition_key: DAILY_KEY,
    grain: "one row for each present shop with an assessment category and each indicator assessed there",
    grain_chinese: "有考核类目的在营店铺，每店每项考核指标一行",
    sorted_by: &["shop_id", "indicator"],
    descending: &[],
    column_groups: &[&[
        SHOP_ID,
        INDICATOR,
        AS_OF,
        SHOP_NAME,
        MAIN_CATEGORY,
        text("dimension", "the indicator's dimension", "指标维度").one_of(values::DIMENSIONS),
        UNIT,
        DIRECTION,
        count("numerator", "stars, rows or seconds", "sum above the line", "分子").is(Role::Sum).warns(
            "add up over shops of one indicator and one night alone: nights share all days of their windows but one",
            "仅可在同一指标、同一天内跨店铺求和，相邻两天的考核期仅相差一天",
        ),
        count("denominator", "rows", "count below the line", "分母").is(Role::Sum).warns(
            "add up over shops of one indicator and one night alone; the value of several shops is sum / sum",
            "仅可在同一指标、同一天内跨店铺求和，多店合并值为分子之和除以分母之和",
        ),
        value("value", "numerator / denominator; null where the denominator counts nothing", "指标值")
            .or_null("the denominator is 0: nothing happened in the window", "分母为0，考核期内无数据"),
        not_ranked(
            shops("shops_better", "shops strictly better than this one", "优于本店的店铺数").better(Better::Low),
        )
        .warns("the rank is one more; shops with equal values share it", "名次为此数加1，数值相同者名次相同"),
        not_ranked(RANKED),
        not_ranked(tier("tier", "tier: 5, 4, 3, 2 or 0", "档")),
    ]],
    joins: &[TO_SCORES, TO_CATEGORIES],
};

/// One row a shop and indicator below tier 5: what the next tier would bring.
pub const IMPROVEMENTS: OutputTable = OutputTable {
    name: "improvements",
    partition_key: DAILY_KEY,
    grain: "one row for each scored shop and each of its ranked indicators below tier 5",
    grain_chinese: "有考核分的店铺，每项参与排名且低于5档的指标一行",
    sorted_by: &["shop_id", "score_gain", "indicator"],
    descending: &["score_gain"],
    column_groups: &[IMPROVEMENT_COLUMNS],
    joins: &[
        TO_SCORES,
        Join {
            table: "indicators",
            on: &[("shop_id", "shop_id"), ("indicator", "indicator"), (DAILY_KEY, DAILY_KEY)],
            lacks: None,
        },
        TO_CATEGORIES,
    ],
};

const IMPROVEMENT_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    INDICATOR,
    AS_OF,
    SHOP_NAME,
    MAIN_CATEGORY,
    UNIT,
    DIRECTION,
    tier("tier", "tier held", "当前档").one_of(values::TIERS_BELOW_5),
    tier("next_tier", "lowest tier above it that some shop ranked with it holds", "下一档")
        .one_of(values::TIERS_ABOVE_0),
    value("value", "the shop's value", "指标值"),
    value("value_to_reach", "value of the worst shop that holds next_tier", "目标值"),
    float("score_gain", "points, four decimals", "score with next_tier in place of tier, less the score", "可提升分值")
        .better(Better::High)
        .warns(
            "each by itself, others standing still: the gains of several indicators do not add up",
            "假定其他店铺与其他指标不变，多项指标的可提升分值不可相加",
        ),
];

const fn edge(name: Text, english: Text, chinese: Text) -> OutputColumn {
    value(name, english, chinese).or_null("no shop holds the tier", "无店铺处于该档")
}

const fn holders(name: Text, english: Text, chinese: Text) -> OutputColumn {
    shops(name, english, chinese)
        .is(Role::Sum)
        .warns("add up over categories of one indicator and one night alone", "仅可在同一指标、同一天内跨类目求和")
}

/// One row a category and indicator: how its shops are spread.
pub const CATEGORIES: OutputTable = OutputTable {
    name: "categories",
    partition_key: DAILY_KEY,
    grain: "one row for each category and indicator with at least one ranked shop",
    grain_chinese: "至少有一家店铺参与排名的类目，每类目每指标一行",
    sorted_by: &["primary_category", "indicator"],
    descending: &[],
    column_groups: &[&[
        PRIMARY_CATEGORY,
        INDICATOR,
        AS_OF,
        holders("ranked", "shops ranked together", "参与排名店铺数"),
        value("lowest", "smallest value", "最小值"),
        value("quartile_1", "value of the ⌈n/4⌉-th smallest", "下四分位"),
        value("median", "value of the ⌈n/2⌉-th smallest", "中位数"),
        value("quartile_3", "value of the ⌈3n/4⌉-th smallest", "上四分位"),
        value("highest", "greatest value", "最大值"),
        value("mean", "sum of the shops' numerators / sum of their denominators", "均值"),
        value("best_tenth", "value of the ⌈n/10⌉-th best", "前10%的值"),
        edge("tier_5_edge", "worst value that holds tier 5", "5档边界值"),
        edge("tier_4_edge", "worst value that holds tier 4", "4档边界值"),
        edge("tier_3_edge", "worst value that holds tier 3", "3档边界值"),
        edge("tier_2_edge", "worst value that holds tier 2", "2档边界值"),
        holders("tier_5_shops", "shops that hold tier 5", "5档店铺数"),
        holders("tier_4_shops", "shops that hold tier 4", "4档店铺数"),
        holders("tier_3_shops", "shops that hold tier 3", "3档店铺数"),
        holders("tier_2_shops", "shops that hold tier 2", "2档店铺数"),
        holders("tier_0_shops", "shops that hold tier 0", "0档店铺数"),
    ]],
    joins: &[],
};
