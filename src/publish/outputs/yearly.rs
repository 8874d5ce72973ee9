//! The tables of month ends and years: what a score decides beyond its day.

use super::daily::{AS_OF, MAIN_CATEGORY, SCORE_COLUMNS, SHOP_ID, SHOP_NAME};
use super::table::{OutputColumn, OutputKind, OutputTable, Text, boolean, column, day, integer, points, score, text};

const MONTH_END_KEY: &str = "month_end";

const fn months(name: Text, english: Text, chinese: Text) -> OutputColumn {
    integer(name, "months", english, chinese)
}

/// What a row of a month end has beyond [`SCORE_COLUMNS`].
const FURTHER_COLUMNS: &[OutputColumn] = &[
    integer("revision", "", "how often this shop's row was published: 1 is the first time", "版本"),
    text("restated_because", "why the row replaced an earlier one", "更正原因").or_null(),
    day("knowledge_day", "the day as of which appeals count in a row that replaced an earlier one", "更正截止日")
        .or_null(),
];

const MONTH_END_COLUMNS: &[&[OutputColumn]] = &[SCORE_COLUMNS, FURTHER_COLUMNS];

/// One row a shop: its score on the last day of a month, frozen until it is restated.
pub const MONTH_END_SCORES: OutputTable = OutputTable {
    name: "month_end_scores",
    partition_key: MONTH_END_KEY,
    grain: "one row for each shop present on the last day of the month; replaced by restatements alone",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: MONTH_END_COLUMNS,
};

/// One row a shop and revision that a restatement replaced.
pub const MONTH_END_REVISIONS: OutputTable = OutputTable {
    name: "month_end_revisions",
    partition_key: MONTH_END_KEY,
    grain: "one row for each row of month_end_scores that was replaced",
    sorted_by: &["shop_id", "revision"],
    descending: &[],
    column_groups: MONTH_END_COLUMNS,
};

/// One row a shop and month end: whether it may stay.
pub const MONTHLY_ASSESSMENTS: OutputTable = OutputTable {
    name: "monthly_assessments",
    partition_key: MONTH_END_KEY,
    grain: "one row for each row of month_end_scores",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[ASSESSMENT_COLUMNS],
};

const ASSESSMENT_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    SHOP_NAME,
    MAIN_CATEGORY,
    score("score", "month-end score", "月末基础服务考核分"),
    day("cycle_starts_on", "first day of the cycle that failures count in; null while the shop is exempt", "考核周期起始日")
        .or_null(),
    points("monthly_min", "least score that passes; null where the category has no such assessment", "月度考核最低分")
        .or_null(),
    text("status", "exempt, not_assessed, exit, not_scored, fail or pass", "月度考核结果"),
    months("failures", "months of the cycle that failed, this one among them", "本周期未达标月数"),
    months(
        "failure_limit",
        "failed months that mean exit: the greatest limit of the cycle's assessed months so far; null before the first of them",
        "清退月数",
    )
    .or_null(),
    months("failures_left", "failed months that are left before exit; 0 in exit", "剩余未达标月数").or_null(),
    text("risk", "high with one failure left, medium with two, low with more; null in exit and without assessment", "风险")
        .or_null(),
];

/// One row a shop and year: what it gets back of its fee.
pub const ANNUAL_SETTLEMENTS: OutputTable = OutputTable {
    name: "annual_settlements",
    partition_key: "year",
    grain: "one row for each shop whose contract touched the year",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[SETTLEMENT_COLUMNS],
};

const SETTLEMENT_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    AS_OF,
    text("shop_name", "the shop's name", "店铺名称"),
    boolean("provisional", "whether the year was not over on as_of", "是否暂估"),
    text("basis", "which scores count: year, months_before_termination, day_before_termination or no_fee", "计算依据"),
    column(
        "months",
        OutputKind::CountedScores,
        "",
        "the scores that count: day, score, revision (null for the day before termination)",
        "计入的月末分",
    ),
    integer("months_counted", "scores", "how many they are", "计入月数"),
    score("average_score", "their mean, rounded half-up", "年均基础服务考核分"),
    text(
        "top_sales_category",
        "category of goods with the highest sales, of several the one with the dearest fee, then the first by name; null \
         without payments",
        "年度销售额最高类目",
    )
    .or_null(),
    integer("sales_fen", "fen", "payments of the year", "年度销售额"),
    points("annual_min", "least average that earns a refund", "年费返还最低分"),
    boolean("qualified", "whether the average reaches it", "是否达标"),
    months("charged_months", "months that the fee and the sales lines go by", "计费月数"),
    integer("annual_fee_fen", "fen", "fee of a whole year", "年费"),
    integer("fee_fen", "fen", "the part of it for the charged months, rounded down", "应缴年费"),
    integer("refund_fen", "fen", "what of fee_fen is paid back", "返还金额"),
];

/// The tables of month ends and years, in the order of the specification.
pub const YEARLY: [&OutputTable; 4] =
    [&MONTH_END_SCORES, &MONTH_END_REVISIONS, &MONTHLY_ASSESSMENTS, &ANNUAL_SETTLEMENTS];
