//! The tables of month ends and years: what a score decides beyond its day.

use super::column::{
    Allowed, Better, OutputColumn, OutputKind, Role, Text, boolean, column, count, day, integer, points, said, score,
    text,
};
use super::scores::SCORE_COLUMNS;
use super::shared::{AS_OF, MAIN_CATEGORY, SHOP_ID, SHOP_NAME, months};
use super::table::{Join, MONTH_END_KEY, OutputTable, YEARLY_KEY};
use super::values;

const REVISION: OutputColumn =
    integer("revision", "", "how often this shop's row was published: 1 is the first time", "版本")
        .allows(Allowed::From(1));

const RESTATED_BECAUSE: OutputColumn =
    text("restated_because", "why the row replaced an earlier one", "更正原因").or_null("it replaced none", "未更正过");

const KNOWLEDGE_DAY: OutputColumn =
    day("knowledge_day", "the day as of which appeals count in a row that replaced an earlier one", "更正截止日")
        .or_null("it replaced none", "未更正过");

const ON_SHOP_AND_MONTH: &[(&str, &str)] = &[("shop_id", "shop_id"), (MONTH_END_KEY, MONTH_END_KEY)];

/// One row a shop: its score on the last day of a month, frozen until it is restated.
pub const MONTH_END_SCORES: OutputTable = OutputTable {
    name: "month_end_scores",
    partition_key: MONTH_END_KEY,
    grain: "one row for each shop present on the last day of the month; replaced by restatements alone",
    grain_chinese: "月末最后一日在营店铺每店一行，仅由更正替换",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[SCORE_COLUMNS, &[REVISION.is(Role::Attribute), RESTATED_BECAUSE, KNOWLEDGE_DAY]],
    joins: &[Join { table: "monthly_assessments", on: ON_SHOP_AND_MONTH, lacks: None }],
};

/// One row a shop and revision that a restatement replaced.
pub const MONTH_END_REVISIONS: OutputTable = OutputTable {
    name: "month_end_revisions",
    partition_key: MONTH_END_KEY,
    grain: "one row for each row of month_end_scores that was replaced",
    grain_chinese: "month_end_scores 中每条被替换的行",
    sorted_by: &["shop_id", "revision"],
    descending: &[],
    column_groups: &[SCORE_COLUMNS, &[REVISION.is(Role::Key), RESTATED_BECAUSE, KNOWLEDGE_DAY]],
    joins: &[Join {
        table: "month_end_scores",
        on: ON_SHOP_AND_MONTH,
        lacks: Some(said("the shop is no longer present there", "更正后该月末已无此店铺")),
    }],
};

/// One row a shop and month end: whether it may stay.
pub const MONTHLY_ASSESSMENTS: OutputTable = OutputTable {
    name: "monthly_assessments",
    partition_key: MONTH_END_KEY,
    grain: "one row for each row of month_end_scores",
    grain_chinese: "month_end_scores 的每行对应一行",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[ASSESSMENT_COLUMNS],
    joins: &[Join { table: "month_end_scores", on: ON_SHOP_AND_MONTH, lacks: None }],
};

const ASSESSMENT_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    SHOP_NAME,
    MAIN_CATEGORY,
    score("score", "month-end score", "月末基础服务考核分").or_null("the month end has no score", "该月末无考核分"),
    day("cycle_starts_on", "first day of the cycle that failures count in; null while the shop is exempt", "考核周期起始日")
        .or_null("the shop is exempt", "免考核"),
    points("monthly_min", "least score that passes; null where the category has no such assessment", "月度考核最低分")
        .or_null("the shop is exempt, or its category has no such assessment", "免考核，或类目不参加此考核"),
    text("status", "exempt, not_assessed, exit, not_scored, fail or pass", "月度考核结果").one_of(values::STATUSES).warns(
        "exit lasts to the end of the cycle: count shops, not months",
        "清退状态持续至周期结束，应按店铺而非月份计数",
    ),
    months("failures", "months of the cycle that failed, this one among them", "本周期未达标月数")
        .better(Better::Low)
        .warns("already a running total of the cycle", "已为周期内累计数"),
    months(
        "failure_limit",
        "failed months that mean exit: the greatest limit of the cycle's assessed months so far; null before the first of them",
        "清退月数",
    )
    .or_null("no month of the cycle is assessed yet", "本周期尚无参加考核的月份"),
    months("failures_left", "failed months that are left before exit; 0 in exit", "剩余未达标月数")
        .or_null("no limit is known", "清退月数未知")
        .better(Better::High),
    text("risk", "high with one failure left, medium with two, low with more; null in exit and without assessment", "风险")
        .or_null("the shop is in exit, or the month is not assessed", "已清退，或该月不考核")
        .one_of(values::RISKS),
];

/// One row a shop and year: what it gets back of its fee.
pub const ANNUAL_SETTLEMENTS: OutputTable = OutputTable {
    name: "annual_settlements",
    partition_key: YEARLY_KEY,
    grain: "one row for each shop whose contract touched the year",
    grain_chinese: "年内合同有效的店铺每店一行",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[SETTLEMENT_COLUMNS],
    joins: &[],
};

const fn fen(name: Text, english: Text, chinese: Text) -> OutputColumn {
    count(name, "fen", english, chinese).is(Role::Sum).warns(
        "fen: 100 are a yuan; adds up over the shops of one year",
        "单位为分，100分为1元；仅可在同一年度内跨店铺求和",
    )
}

const SETTLEMENT_COLUMNS: &[OutputColumn] = &[
    SHOP_ID,
    AS_OF,
    text("shop_name", "the shop's name", "店铺名称"),
    boolean("provisional", "whether the year was not over on as_of", "是否暂估")
        .warns("true: the figures will change until the year is over", "为是时，年度结束前数值仍会变化"),
    text("basis", "which scores count: year, months_before_termination, day_before_termination or no_fee", "计算依据")
        .one_of(values::BASES),
    column(
        "months",
        OutputKind::CountedScores,
        "",
        "the scores that count: day, score, revision (null for the day before termination)",
        "计入的月末分",
    ),
    count("months_counted", "scores", "how many they are", "计入月数"),
    score("average_score", "their mean, rounded half-up", "年均基础服务考核分").or_null("no score counts", "无计入的考核分"),
    text(
        "top_sales_category",
        "category of goods with the highest sales, of several the one with the dearest fee, then the first by name; null \
         without payments",
        "年度销售额最高类目",
    )
    .or_null("no payments in the year", "年内无支付"),
    fen("sales_fen", "payments of the year", "年度销售额"),
    points("annual_min", "least average that earns a refund", "年费返还最低分"),
    boolean("qualified", "whether the average reaches it", "是否达标")
        .warns("true with a refund of 0, too, where sales are below both lines", "达标但销售额未达返还线时返还为0"),
    months("charged_months", "months that the fee and the sales lines go by", "计费月数"),
    fen("annual_fee_fen", "fee of a whole year", "年费"),
    fen("fee_fen", "the part of it for the charged months, rounded down", "应缴年费"),
    fen("refund_fen", "what of fee_fen is paid back", "返还金额"),
];

/// The tables of month ends and years, in the order of the specification.
pub const YEARLY: [&OutputTable; 4] =
    [&MONTH_END_SCORES, &MONTH_END_REVISIONS, &MONTHLY_ASSESSMENTS, &ANNUAL_SETTLEMENTS];
