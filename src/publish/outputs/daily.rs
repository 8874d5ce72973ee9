//! The tables of a night, one partition a day, and the quarantine.

use super::table::{
    DAILY_KEY, OutputColumn, OutputTable, Text, boolean, day, float, integer, points, score, text, value,
};

pub(super) const SHOP_ID: OutputColumn = integer("shop_id", "", "the shop", "店铺");
pub(super) const AS_OF: OutputColumn = day("as_of", "the natural day that the row is for", "取值日");
/// Of a row that is about ranks.
const PRIMARY_CATEGORY: OutputColumn = text("primary_category", "the category that the shop is ranked in", "主营类目");
/// Of a row that is about the shop.
pub(super) const MAIN_CATEGORY: OutputColumn = text("primary_category", "the shop's main category", "主营类目");
pub(super) const SHOP_NAME: OutputColumn = text("shop_name", "the shop's name", "店铺名称");
const UNIT: OutputColumn = text("unit", "what values of the indicator are counted in: stars, ratio or seconds", "单位");
const DIRECTION: OutputColumn = text("direction", "which values are better: high or low", "优劣方向");
const INDICATOR: OutputColumn = text("indicator", "the indicator", "考核指标");
const RANKED: OutputColumn = shops("ranked", "shops ranked together", "参与排名店铺数");
const EXTRACT: OutputColumn = text("extract", "the table of the extracts", "数据表");

const fn weight(name: Text, english: Text, chinese: Text) -> OutputColumn {
    float(name, "percent", english, chinese).or_null()
}

const fn shops(name: Text, english: Text, chinese: Text) -> OutputColumn {
    integer(name, "shops", english, chinese)
}

/// Of a row that is about the shop: it changes whenever another shop comes or goes.
pub(in crate::publish) const CATEGORY_SHOPS: OutputColumn =
    shops("category_shops", "present shops of the primary category with an assessment category", "同类目考核店铺数");

/// One row a present shop: its score and what it is made of.
pub const SCORES: OutputTable = OutputTable {
    name: "scores",
    partition_key: DAILY_KEY,
    grain: "one row for each shop present on the as-of day",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[SCORE_COLUMNS],
};

/// The columns of [`SCORES`], which month ends have, too.
pub(super) const SCORE_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    AS_OF,
    SHOP_NAME,
    MAIN_CATEGORY,
    text("primary_subcategory", "the shop's main subcategory", "主营二级类目").or_null(),
    text(
        "assessment_category",
        "the row of the weight table: category, or category_subcategory where the table splits it",
        "考核类目",
    )
    .or_null(),
    CATEGORY_SHOPS,
    score("score", "basic service score", "基础服务考核分"),
    score("product_score", "score of the product dimension", "商品体验得分"),
    score("logistics_score", "score of the logistics dimension", "物流体验得分"),
    score("after_sales_score", "score of the after-sales dimension", "售后体验得分"),
    score("dispute_score", "score of the dispute dimension", "纠纷投诉得分"),
    score("consultation_score", "score of the consultation dimension", "咨询体验得分"),
    weight("product_weight_percent", "weight of the product dimension among those with a score", "商品体验权重"),
    weight("logistics_weight_percent", "weight of the logistics dimension among those with a score", "物流体验权重"),
    weight(
        "after_sales_weight_percent",
        "weight of the after-sales dimension among those with a score",
        "售后体验权重",
    ),
    weight("dispute_weight_percent", "weight of the dispute dimension among those with a score", "纠纷投诉权重"),
    weight(
        "consultation_weight_percent",
        "weight of the consultation dimension among those with a score",
        "咨询体验权重",
    ),
    float("marketing_min", "points", "least score for marketing admission", "营销准入最低分"),
    boolean("marketing_eligible", "whether the score admits the shop to marketing events", "是否符合营销准入"),
    text("unscored_reason", "why there is no score: category_without_weights or no_data", "无考核分原因").or_null(),
];

/// One row a present shop and indicator that it is assessed by.
pub const INDICATORS: OutputTable = OutputTable {
    name: "indicators",
    partition_key: DAILY_KEY,
    grain: "one row for each present shop with an assessment category and each indicator assessed there",
    sorted_by: &["shop_id", "indicator"],
    descending: &[],
    column_groups: &[&[
        SHOP_ID,
        INDICATOR,
        AS_OF,
        SHOP_NAME,
        MAIN_CATEGORY,
        text("dimension", "the indicator's dimension", "指标维度"),
        UNIT,
        DIRECTION,
        integer("numerator", "stars, rows or seconds", "sum above the line", "分子"),
        integer("denominator", "rows", "count below the line", "分母"),
        value("value", "numerator / denominator; null where the denominator counts nothing", "指标值").or_null(),
        shops("shops_better", "shops strictly better than this one", "优于本店的店铺数").or_null(),
        RANKED.or_null(),
        integer("tier", "points", "tier: 5, 4, 3, 2 or 0", "档").or_null(),
    ]],
};

/// One row a shop and indicator below tier 5: what the next tier would bring.
pub const IMPROVEMENTS: OutputTable = OutputTable {
    name: "improvements",
    partition_key: DAILY_KEY,
    grain: "one row for each scored shop and each of its ranked indicators below tier 5",
    sorted_by: &["shop_id", "score_gain", "indicator"],
    descending: &["score_gain"],
    column_groups: &[IMPROVEMENT_COLUMNS],
};

const IMPROVEMENT_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    INDICATOR,
    AS_OF,
    SHOP_NAME,
    MAIN_CATEGORY,
    UNIT,
    DIRECTION,
    integer("tier", "points", "tier held", "当前档"),
    integer("next_tier", "points", "lowest tier above it that some shop ranked with it holds", "下一档"),
    value("value", "the shop's value", "指标值"),
    value("value_to_reach", "value of the worst shop that holds next_tier", "目标值"),
    float("score_gain", "points, four decimals", "score with next_tier in place of tier, less the score", "可提升分值"),
];

/// One row a category and indicator: how its shops are spread.
pub const CATEGORIES: OutputTable = OutputTable {
    name: "categories",
    partition_key: DAILY_KEY,
    grain: "one row for each category and indicator with at least one ranked shop",
    sorted_by: &["primary_category", "indicator"],
    descending: &[],
    column_groups: &[&[
        PRIMARY_CATEGORY,
        INDICATOR,
        AS_OF,
        RANKED,
        value("lowest", "smallest value", "最小值"),
        value("quartile_1", "value of the ⌈n/4⌉-th smallest", "下四分位"),
        value("median", "value of the ⌈n/2⌉-th smallest", "中位数"),
        value("quartile_3", "value of the ⌈3n/4⌉-th smallest", "上四分位"),
        value("highest", "greatest value", "最大值"),
        value("mean", "sum of the shops' numerators / sum of their denominators", "均值"),
        value("best_tenth", "value of the ⌈n/10⌉-th best", "前10%的值"),
        value("tier_5_edge", "worst value that holds tier 5", "5档边界值").or_null(),
        value("tier_4_edge", "worst value that holds tier 4", "4档边界值").or_null(),
        value("tier_3_edge", "worst value that holds tier 3", "3档边界值").or_null(),
        value("tier_2_edge", "worst value that holds tier 2", "2档边界值").or_null(),
        shops("tier_5_shops", "shops that hold tier 5", "5档店铺数"),
        shops("tier_4_shops", "shops that hold tier 4", "4档店铺数"),
        shops("tier_3_shops", "shops that hold tier 3", "3档店铺数"),
        shops("tier_2_shops", "shops that hold tier 2", "2档店铺数"),
        shops("tier_0_shops", "shops that hold tier 0", "0档店铺数"),
    ]],
};

/// One row a present shop: where its month end is heading.
pub const OUTLOOK: OutputTable = OutputTable {
    name: "outlook",
    partition_key: DAILY_KEY,
    grain: "one row for each shop present on the as-of day",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[&[
        SHOP_ID,
        AS_OF,
        SHOP_NAME,
        MAIN_CATEGORY,
        day("month_end", "last day of the month", "月末"),
        integer("days_known", "days", "how many days of the month end's window are over", "已知天数"),
        score("score", "score that these days alone would give, by the rules in force on the month end", "预计月末分"),
        points("monthly_min", "least score that passes the monthly assessment", "月度考核最低分").or_null(),
        text(
            "verdict",
            "what the month end would come to by itself: exempt, not_assessed, not_scored, fail or pass",
            "预计结果",
        )
        .or_null(),
    ]],
};

/// One row a table, day and reason: what was read and what was set aside.
pub const QUALITY: OutputTable = OutputTable {
    name: "quality",
    partition_key: DAILY_KEY,
    grain: "one row for each table, day of the window and reason; reason none counts all rows",
    sorted_by: &["extract", "day", "reason"],
    descending: &[],
    column_groups: &[&[
        EXTRACT,
        day("day", "the partition's day", "分区日"),
        text("reason", "none (all rows), a quarantine reason, unknown_shop or unmatched_appeal", "原因"),
        integer("row_count", "rows", "how many rows", "行数"),
    ]],
};

/// The tables of a night, in the order of the specification.
pub const NIGHTLY: [&OutputTable; 6] = [&SCORES, &INDICATORS, &IMPROVEMENTS, &CATEGORIES, &OUTLOOK, &QUALITY];

/// One quarantined row; owner only, outside the published tables.
pub const QUARANTINE: OutputTable = OutputTable {
    name: "quarantine",
    partition_key: DAILY_KEY,
    grain: "one quarantined row of the partition day",
    sorted_by: &["extract", "key", "reason", "row"],
    descending: &[],
    column_groups: &[&[
        EXTRACT,
        integer("key", "", "the row's key", "主键").or_null(),
        text("reason", "the first rule that it breaks", "原因"),
        text("row", "the contract's columns as JSON, without buyers, timestamps in UTC", "原始行"),
    ]],
};
