//! Columns and joins that several tables have.

use super::column::{
    Allowed, Better, OutputColumn, OutputKind, Role, Text, column, count, day, float, integer, said, text,
};
use super::table::{DAILY_KEY, Join};
use super::values;

pub(super) const SHOP_ID: OutputColumn = integer("shop_id", "", "the shop", "店铺")
    .is(Role::Key)
    .warns("a number that names: never add it up, nor draw it", "编号，不可求和或作为数值绘图");

pub(super) const AS_OF: OutputColumn = day("as_of", "the natural day that the row is for", "取值日");

/// Of a row that is about ranks.
pub(super) const PRIMARY_CATEGORY: OutputColumn =
    text("primary_category", "the category that the shop is ranked in", "主营类目").is(Role::Key).warns(
        "the assessment category where the setting rank_within says so",
        "若设置 rank_within 为 assessment_category，此列为考核类目",
    );

/// Of a row that is about the shop.
pub(super) const MAIN_CATEGORY: OutputColumn = text("primary_category", "the shop's main category", "主营类目");

pub(super) const SHOP_NAME: OutputColumn = text("shop_name", "the shop's name", "店铺名称")
    .warns("names change and repeat: count and join by shop_id", "名称会变更、会重复，统计与关联请用 shop_id");

pub(super) const UNIT: OutputColumn =
    text("unit", "what values of the indicator are counted in: stars, ratio or seconds", "单位").one_of(values::UNITS);

pub(super) const DIRECTION: OutputColumn =
    text("direction", "which values are better: high or low", "优劣方向").one_of(values::DIRECTIONS);

pub(super) const INDICATOR: OutputColumn =
    text("indicator", "the indicator", "考核指标").is(Role::Key).one_of(values::INDICATORS);

pub(super) const EXTRACT: OutputColumn =
    text("extract", "the table of the extracts", "数据表").is(Role::Key).one_of(values::EXTRACTS);

pub(super) const fn weight(name: Text, english: Text, chinese: Text) -> OutputColumn {
    float(name, "percent", english, chinese)
        .or_null("the dimension has no score", "该维度无得分")
        .allows(Allowed::Between(0, 100))
        .warns(
            "of those dimensions alone that have a score: they add up to 100 in each row with a score",
            "仅在有得分的维度间分摊，有考核分的行合计为100",
        )
}

pub(super) const fn shops(name: Text, english: Text, chinese: Text) -> OutputColumn {
    count(name, "shops", english, chinese)
}

pub(super) const fn months(name: Text, english: Text, chinese: Text) -> OutputColumn {
    count(name, "months", english, chinese)
}

pub(super) const fn tier(name: Text, english: Text, chinese: Text) -> OutputColumn {
    column(name, OutputKind::Integer, "points", english, chinese).better(Better::High).one_of(values::TIERS).warns(
        "a tier is a rank inside the category: a lone shop has 5",
        "档位为类目内相对排名，类目内仅一家店铺时为5档",
    )
}

/// The shop's score of the night.
pub(super) const TO_SCORES: Join =
    Join { table: "scores", on: &[("shop_id", "shop_id"), (DAILY_KEY, DAILY_KEY)], lacks: None };

/// The spread of the indicator in the shop's category.
pub(super) const TO_CATEGORIES: Join = Join {
    table: "categories",
    on: &[("primary_category", "primary_category"), ("indicator", "indicator"), (DAILY_KEY, DAILY_KEY)],
    lacks: Some(said(
        "no shop of the category is ranked, or shops are ranked within assessment categories",
        "该类目无参与排名的店铺，或按考核类目排名",
    )),
};
