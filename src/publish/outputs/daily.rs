//! Outlook, data quality and the quarantine; and which tables a night has.

use super::column::{Better, Role, count, day, integer, points, score, text};
use super::indicators::{CATEGORIES, IMPROVEMENTS, INDICATORS};
use super::scores::SCORES;
use super::shared::{AS_OF, EXTRACT, MAIN_CATEGORY, SHOP_ID, SHOP_NAME, TO_SCORES};
use super::table::{DAILY_KEY, OutputTable};
use super::values;

/// One row a present shop: where its month end is heading.
pub const OUTLOOK: OutputTable = OutputTable {
    name: "outlook",
    partition_key: DAILY_KEY,
    grain: "one row for each shop present on the as-of day",
    grain_chinese: "取值日在营店铺每店一行",
    sorted_by: &["shop_id"],
    descending: &[],
    column_groups: &[&[
        SHOP_ID,
        AS_OF,
        SHOP_NAME,
        MAIN_CATEGORY,
        day("month_end", "last day of the month", "月末"),
        count("days_known", "days", "how many days of the month end's window are over", "已知天数")
            .warns("with few days the score moves much from night to night", "已知天数少时预计分波动较大"),
        score("score", "score that these days alone would give, by the rules in force on the month end", "预计月末分")
            .or_null(
                "no day is known, no rules are in force on the month end, or nothing was measured",
                "尚无已知日、月末无生效规则，或无数据",
            )
            .better(Better::High)
            .warns("no forecast: the days that are over, by themselves", "并非预测，仅为已过天数的得分"),
        points("monthly_min", "least score that passes the monthly assessment", "月度考核最低分").or_null(
            "the shop is exempt, its category has no such assessment, or nothing is known of the month end",
            "免考核、类目不参加考核，或月末情况未知",
        ),
        text(
            "verdict",
            "what the month end would come to by itself: exempt, not_assessed, not_scored, fail or pass",
            "预计结果",
        )
        .or_null("nothing is known of the month end", "月末情况未知")
        .one_of(values::VERDICTS)
        .warns(
            "never exit: earlier failures are in monthly_assessments of the newest month end",
            "不含清退，此前未达标月数见最近月末的 monthly_assessments",
        ),
    ]],
    joins: &[TO_SCORES],
};

/// One row a table, day and reason: what was read and what was set aside.
pub const QUALITY: OutputTable = OutputTable {
    name: "quality",
    partition_key: DAILY_KEY,
    grain: "one row for each table, day of the window and reason; reason none counts all rows",
    grain_chinese: "考核期内每数据表、每分区日、每原因一行，原因 none 为全部行",
    sorted_by: &["extract", "day", "reason"],
    descending: &[],
    column_groups: &[&[
        EXTRACT,
        day("day", "the partition's day", "分区日").is(Role::Key).warns(
            "each night repeats all days of its window: take a day from its newest night",
            "每晚都重复整个考核期，同一分区日应取最新一晚",
        ),
        text("reason", "none (all rows), a quarantine reason, unknown_shop or unmatched_appeal", "原因")
            .is(Role::Key)
            .one_of(values::QUALITY_REASONS)
            .warns("the rows of none hold those of all other reasons", "原因 none 已包含其他原因的行"),
        count("row_count", "rows", "how many rows", "行数").is(Role::Sum).warns(
            "add up within one night and one reason: over nights a day counts once for each window that holds it",
            "仅可在同一晚、同一原因内求和，跨晚求和会将同一天按每个包含它的考核期重复计入",
        ),
    ]],
    joins: &[],
};

/// The tables of a night, in the order of the specification.
pub const NIGHTLY: [&OutputTable; 6] = [&SCORES, &INDICATORS, &IMPROVEMENTS, &CATEGORIES, &OUTLOOK, &QUALITY];

/// One quarantined row; owner only, outside the published tables.
pub const QUARANTINE: OutputTable = OutputTable {
    name: "quarantine",
    partition_key: DAILY_KEY,
    grain: "one quarantined row of the partition day",
    grain_chinese: "该分区日的每条隔离行",
    sorted_by: &["extract", "key", "reason", "row"],
    descending: &[],
    column_groups: &[&[
        EXTRACT.is(Role::Attribute),
        integer("key", "", "the row's key", "主键")
            .or_null("the row's key is null, or its table has no key", "该行主键为空，或数据表无主键")
            .is(Role::Attribute),
        text("reason", "the first rule that it breaks", "原因").one_of(values::BROKEN_RULES),
        text("row", "the contract's columns as JSON, without buyers, timestamps in UTC", "原始行"),
    ]],
    joins: &[],
};
