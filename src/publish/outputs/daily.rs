//! The tables of a night, one partition a day.

use super::{DAILY_KEY, OutputColumn, OutputKind, OutputTable, column, nullable};

pub(super) const SHOP_ID: OutputColumn = column("shop_id", OutputKind::Integer, "", "the shop", "店铺");
pub(super) const AS_OF: OutputColumn =
    column("as_of", OutputKind::Date, "day", "the natural day that the row is for", "取值日");
pub(super) const PRIMARY_CATEGORY: OutputColumn =
    column("primary_category", OutputKind::Text, "", "the category that the shop is ranked in", "主营类目");
const INDICATOR: OutputColumn = column("indicator", OutputKind::Text, "", "the indicator", "考核指标");

const fn dimension_score(name: &'static str, english: &'static str, chinese: &'static str) -> OutputColumn {
    nullable(name, OutputKind::Float, "points, 0 to 5, four decimals", english, chinese)
}

const fn dimension_weight(name: &'static str, english: &'static str, chinese: &'static str) -> OutputColumn {
    nullable(name, OutputKind::Float, "percent", english, chinese)
}

/// One row a present shop: its score and what it is made of.
pub const SCORES: OutputTable = OutputTable {
    name: "scores",
    partition_key: DAILY_KEY,
    grain: "one row for each shop present on the as-of day",
    sorted_by: &["shop_id"],
    descending: &[],
    columns: &SCORE_COLUMNS,
};

/// The columns of [`SCORES`], which month ends have, too.
pub(super) const SCORE_COLUMNS: [OutputColumn; 20] = [
    SHOP_ID,
    AS_OF,
    column("shop_name", OutputKind::Text, "", "the shop's name", "店铺名称"),
    column("primary_category", OutputKind::Text, "", "the shop's main category", "主营类目"),
    nullable("primary_subcategory", OutputKind::Text, "", "the shop's main subcategory", "主营二级类目"),
    nullable(
        "assessment_category",
        OutputKind::Text,
        "",
        "the row of the weight table: category, or category_subcategory where the table splits it",
        "考核类目",
    ),
    nullable(
        "score",
        OutputKind::Float,
        "points, 0 to 5, four decimals",
        "basic service score",
        "基础服务考核分",
    ),
    dimension_score("product_score", "score of the product dimension", "商品体验得分"),
    dimension_score("logistics_score", "score of the logistics dimension", "物流体验得分"),
    dimension_score("after_sales_score", "score of the after-sales dimension", "售后体验得分"),
    dimension_score("dispute_score", "score of the dispute dimension", "纠纷投诉得分"),
    dimension_score("consultation_score", "score of the consultation dimension", "咨询体验得分"),
    dimension_weight(
        "product_weight_percent",
        "weight of the product dimension among those with a score",
        "商品体验权重",
    ),
    dimension_weight(
        "logistics_weight_percent",
        "weight of the logistics dimension among those with a score",
        "物流体验权重",
    ),
    dimension_weight(
        "after_sales_weight_percent",
        "weight of the after-sales dimension among those with a score",
        "售后体验权重",
    ),
    dimension_weight(
        "dispute_weight_percent",
        "weight of the dispute dimension among those with a score",
        "纠纷投诉权重",
    ),
    dimension_weight(
        "consultation_weight_percent",
        "weight of the consultation dimension among those with a score",
        "咨询体验权重",
    ),
    column(
        "marketing_min",
        OutputKind::Float,
        "points",
        "least score for marketing admission",
        "营销准入最低分",
    ),
    column(
        "marketing_eligible",
        OutputKind::Boolean,
        "",
        "whether the score admits the shop to marketing events",
        "是否符合营销准入",
    ),
    nullable(
        "unscored_reason",
        OutputKind::Text,
        "",
        "why there is no score: category_without_weights or no_data",
        "无考核分原因",
    ),
];

/// One row a present shop and indicator that it is assessed by.
pub const INDICATORS: OutputTable = OutputTable {
    name: "indicators",
    partition_key: DAILY_KEY,
    grain: "one row for each present shop with an assessment category and each indicator assessed there",
    sorted_by: &["shop_id", "indicator"],
    descending: &[],
    columns: &[
        SHOP_ID,
        INDICATOR,
        AS_OF,
        column("primary_category", OutputKind::Text, "", "the shop's main category", "主营类目"),
        column("dimension", OutputKind::Text, "", "the indicator's dimension", "指标维度"),
        column("numerator", OutputKind::Integer, "stars, rows or seconds", "sum above the line", "分子"),
        column("denominator", OutputKind::Integer, "rows", "count below the line", "分母"),
        nullable(
            "value",
            OutputKind::Float,
            "stars, share or seconds",
            "numerator / denominator; null where the denominator counts nothing",
            "指标值",
        ),
        nullable(
            "better",
            OutputKind::Integer,
            "shops",
            "shops strictly better than this one",
            "优于本店的店铺数",
        ),
        nullable("ranked", OutputKind::Integer, "shops", "shops ranked together", "参与排名店铺数"),
        nullable("tier", OutputKind::Integer, "points", "tier: 5, 4, 3, 2 or 0", "档"),
    ],
};

/// One row a shop and indicator below tier 5: what the next tier would bring.
pub const IMPROVEMENTS: OutputTable = OutputTable {
    name: "improvements",
    partition_key: DAILY_KEY,
    grain: "one row for each scored shop and each of its ranked indicators below tier 5",
    sorted_by: &["shop_id", "score_gain", "indicator"],
    descending: &["score_gain"],
    columns: &[
        SHOP_ID,
        INDICATOR,
        AS_OF,
        column("tier", OutputKind::Integer, "points", "tier held", "当前档"),
        column(
            "next_tier",
            OutputKind::Integer,
            "points",
            "lowest tier above it that some shop ranked with it holds",
            "下一档",
        ),
        column("value", OutputKind::Float, "stars, share or seconds", "the shop's value", "指标值"),
        column(
            "value_to_reach",
            OutputKind::Float,
            "stars, share or seconds",
            "value of the worst shop that holds next_tier",
            "目标值",
        ),
        column(
            "score_gain",
            OutputKind::Float,
            "points, four decimals",
            "score with next_tier in place of tier, less the score",
            "可提升分值",
        ),
    ],
};

const fn edge(name: &'static str, english: &'static str, chinese: &'static str) -> OutputColumn {
    nullable(name, OutputKind::Float, "stars, share or seconds", english, chinese)
}

const fn quartile(name: &'static str, english: &'static str, chinese: &'static str) -> OutputColumn {
    column(name, OutputKind::Float, "stars, share or seconds", english, chinese)
}

const fn holders(name: &'static str, english: &'static str, chinese: &'static str) -> OutputColumn {
    column(name, OutputKind::Integer, "shops", english, chinese)
}

/// One row a category and indicator: how its shops are spread.
pub const CATEGORIES: OutputTable = OutputTable {
    name: "categories",
    partition_key: DAILY_KEY,
    grain: "one row for each category and indicator with at least one ranked shop",
    sorted_by: &["primary_category", "indicator"],
    descending: &[],
    columns: &[
        PRIMARY_CATEGORY,
        INDICATOR,
        AS_OF,
        column("ranked", OutputKind::Integer, "shops", "shops ranked together", "参与排名店铺数"),
        quartile("lowest", "smallest value", "最小值"),
        quartile("quartile_1", "value of the ⌈n/4⌉-th smallest", "下四分位"),
        quartile("median", "value of the ⌈n/2⌉-th smallest", "中位数"),
        quartile("quartile_3", "value of the ⌈3n/4⌉-th smallest", "上四分位"),
        quartile("highest", "greatest value", "最大值"),
        edge("tier_5_edge", "worst value that holds tier 5", "5档边界值"),
        edge("tier_4_edge", "worst value that holds tier 4", "4档边界值"),
        edge("tier_3_edge", "worst value that holds tier 3", "3档边界值"),
        edge("tier_2_edge", "worst value that holds tier 2", "2档边界值"),
        holders("tier_5_shops", "shops that hold tier 5", "5档店铺数"),
        holders("tier_4_shops", "shops that hold tier 4", "4档店铺数"),
        holders("tier_3_shops", "shops that hold tier 3", "3档店铺数"),
        holders("tier_2_shops", "shops that hold tier 2", "2档店铺数"),
        holders("tier_0_shops", "shops that hold tier 0", "0档店铺数"),
    ],
};

/// One row a table, day and reason: what was read and what was set aside.
pub const QUALITY: OutputTable = OutputTable {
    name: "quality",
    partition_key: DAILY_KEY,
    grain: "one row for each table, day of the window and reason; reason none counts all rows",
    sorted_by: &["table", "day", "reason"],
    descending: &[],
    columns: &[
        column("table", OutputKind::Text, "", "the extract", "数据表"),
        column("day", OutputKind::Date, "day", "the partition's day", "分区日"),
        column(
            "reason",
            OutputKind::Text,
            "",
            "none (all rows), a quarantine reason, unknown_shop or unmatched_appeal",
            "原因",
        ),
        column("rows", OutputKind::Integer, "rows", "how many rows", "行数"),
    ],
};

/// The tables of a night, in the order of the specification.
pub const NIGHTLY: [&OutputTable; 5] = [&SCORES, &INDICATORS, &IMPROVEMENTS, &CATEGORIES, &QUALITY];
