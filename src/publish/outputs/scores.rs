//! Scores: one row a present shop.

use super::column::{OutputColumn, Text, boolean, points, score, text};
use super::shared::{AS_OF, MAIN_CATEGORY, SHOP_ID, SHOP_NAME, shops, weight};
use super::table::{DAILY_KEY, OutputTable};
use super::values;

/// Of a row that is about the shop: it changes whenever another shop comes or goes.
pub(in crate::publish) const CATEGORY_SHOPS: OutputColumn =
    shops("category_shops", "present shops of the primary category with an assessment category", "同类目考核店铺数")
        .warns(
            "the same in each row of the category: take the maximum, never the sum; with few shops tiers say little",
            "同类目各行数值相同，应取最大值而非求和；店铺少时档位参考意义有限",
        );

/// One row a present shop: its score and what it is made of.
pub const SCORES: OutputTable = OutputTable {
    name: "scores",
    partition_key: DAILY_KEY,
    grain: "one row for each shop present on the as-of day",
    grain_chinese: "取值日在营店铺每店一行",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[SCORE_COLUMNS],
    joins: &[],
};

const fn dimension_score(name: Text, english: Text, chinese: Text) -> OutputColumn {
    score(name, english, chinese)
        .or_null("the dimension is not assessed, or has no data in the window", "该维度不考核，或考核期内无数据")
}

/// The columns of [`SCORES`], which month ends have, too.
pub(super) const SCORE_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    AS_OF,
    SHOP_NAME,
    MAIN_CATEGORY,
    text("primary_subcategory", "the shop's main subcategory", "主营二级类目")
        .or_null("the snapshot of shops has none", "店铺快照中未填"),
    text(
        "assessment_category",
        "the row of the weight table: category, or category_subcategory where the table splits it",
        "考核类目",
    )
    .or_null("the weight table has no row for the shop's category", "权重表中没有该店铺的类目"),
    CATEGORY_SHOPS,
    score("score", "basic service score", "基础服务考核分")
        .or_null("there is none: unscored_reason says why", "无考核分，原因见 unscored_reason")
        .warns(
            "null is not 0: leave it out of means; a category's mean is no score of the category",
            "空值不是0分，求均值时应排除；类目均值并非类目考核分",
        ),
    dimension_score("product_score", "score of the product dimension", "商品体验得分"),
    dimension_score("logistics_score", "score of the logistics dimension", "物流体验得分"),
    dimension_score("after_sales_score", "score of the after-sales dimension", "售后体验得分"),
    dimension_score("dispute_score", "score of the dispute dimension", "纠纷投诉得分"),
    dimension_score("consultation_score", "score of the consultation dimension", "咨询体验得分"),
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
    points("marketing_min", "least score for marketing admission", "营销准入最低分"),
    boolean("marketing_eligible", "whether the score admits the shop to marketing events", "是否符合营销准入")
        .warns("false without a score, too", "无考核分时同为否"),
    text("unscored_reason", "why there is no score: category_without_weights or no_data", "无考核分原因")
        .or_null("there is a score", "有考核分")
        .one_of(values::UNSCORED_REASONS),
];
