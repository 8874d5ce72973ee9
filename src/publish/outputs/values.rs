//! The values of the columns that can have only so many, and what each stands for. A test holds them against the code that makes them.

use super::column::{Text, Value, said};

const fn value(value: Text, english: Text, chinese: Text) -> Value {
    Value { value, stands_for: said(english, chinese) }
}

pub(super) const INDICATORS: &[Value] = &[
    value("dispute_rate", "disputes that the seller is liable for / payments", "纠纷退款率"),
    value("logistics_rating", "mean stars for logistics", "物流评价"),
    value("pickup_timeliness", "pickups in time / pickups due", "揽收及时率"),
    value("product_rating", "mean stars for the description", "商品评价"),
    value(
        "refund_only_duration",
        "mean duration of refunds without return that the shop completed",
        "仅退款自主完结时长",
    ),
    value("response_rate", "questions answered on the day / questions asked", "旺旺回复率"),
    value(
        "return_refund_duration",
        "mean duration of refunds with return that the shop completed",
        "退货退款自主完结时长",
    ),
];

pub(super) const DIMENSIONS: &[Value] = &[
    value("product", "goods as described", "商品体验"),
    value("logistics", "shipping", "物流体验"),
    value("after_sales", "refunds", "售后体验"),
    value("dispute", "disputes", "纠纷投诉"),
    value("consultation", "answers to questions", "咨询体验"),
];

pub(super) const UNITS: &[Value] = &[
    value("stars", "mean of 1 to 5 stars", "星级均值（1至5）"),
    value("ratio", "part of 1: 0.97 is 97 %", "以1为满值的比率，0.97即97%"),
    value("seconds", "mean of durations in seconds", "时长均值（秒）"),
];

pub(super) const DIRECTIONS: &[Value] =
    &[value("high", "the higher, the better", "越高越好"), value("low", "the lower, the better", "越低越好")];

pub(super) const TIERS: &[Value] = &[TIER_5, TIER_4, TIER_3, TIER_2, TIER_0];
pub(super) const TIERS_BELOW_5: &[Value] = &[TIER_4, TIER_3, TIER_2, TIER_0];
pub(super) const TIERS_ABOVE_0: &[Value] = &[TIER_5, TIER_4, TIER_3, TIER_2];

const TIER_5: Value = value("5", "excellent", "优秀");
const TIER_4: Value = value("4", "good", "良好");
const TIER_3: Value = value("3", "fair", "一般");
const TIER_2: Value = value("2", "poor", "较差");
const TIER_0: Value = value("0", "very poor", "很差");

pub(super) const UNSCORED_REASONS: &[Value] = &[
    value(
        "category_without_weights",
        "the weight table has no row for the shop's category",
        "权重表中没有该店铺的类目",
    ),
    value("no_data", "no dimension with a weight has data in the window", "考核期内没有任何有权重维度的数据"),
];

pub(super) const STATUSES: &[Value] = &[EXEMPT, NOT_ASSESSED, EXIT, NOT_SCORED, FAIL, PASS];
/// Exit comes of earlier months, too.
pub(super) const VERDICTS: &[Value] = &[EXEMPT, NOT_ASSESSED, NOT_SCORED, FAIL, PASS];

const EXEMPT: Value = value("exempt", "the shop's first cycle has not begun", "首个考核周期尚未开始，免考核");
const NOT_ASSESSED: Value = value("not_assessed", "the category has no such assessment", "该类目不参加此考核");
const EXIT: Value = value("exit", "the failures of the cycle have reached the limit", "本周期未达标月数已达上限，清退");
const NOT_SCORED: Value = value("not_scored", "no score, which is no failure", "无考核分，不计为未达标");
const FAIL: Value = value("fail", "the score is below monthly_min", "低于月度考核最低分，未达标");
const PASS: Value = value("pass", "the score is monthly_min or more", "达标");

pub(super) const RISKS: &[Value] = &[
    value("high", "the next failure means exit", "再有一个月未达标即清退"),
    value("medium", "the failure after the next means exit", "再有两个月未达标即清退"),
    value("low", "more failures are left", "剩余次数较多"),
];

pub(super) const BASES: &[Value] = &[
    value("year", "all month ends of the year up to as_of", "截至取值日的全年月末分"),
    value("months_before_termination", "month ends before the month in which the shop left", "退出当月之前的月末分"),
    value("day_before_termination", "the score of the day before the shop left in January", "一月退出前一日的考核分"),
    value("no_fee", "the shop left in the month that it joined in: no fee", "入驻当月退出，不收年费"),
];

pub(super) const EXTRACTS: &[Value] = &[
    value("appeals", "appeals", "申诉"),
    value("consultations", "consultations", "咨询"),
    value("disputes", "disputes", "纠纷"),
    value("payments", "payments", "支付"),
    value("pickups", "pickups", "揽收"),
    value("refunds", "refunds", "退款"),
    value("reviews", "reviews", "评价"),
    value("shops", "snapshots of shops", "店铺快照"),
];

/// What is set aside, and why.
pub(super) const BROKEN_RULES: &[Value] = &[NULL_KEY, WRONG_PARTITION, OUT_OF_RANGE, TIME_REVERSED, DUPLICATE_KEY];

pub(super) const QUALITY_REASONS: &[Value] = &[
    value("none", "all rows that were read, whatever became of them", "读取的全部行"),
    NULL_KEY,
    WRONG_PARTITION,
    OUT_OF_RANGE,
    TIME_REVERSED,
    DUPLICATE_KEY,
    value("unknown_shop", "sound rows of shops that the snapshot lacks: not scored", "店铺快照中没有该店铺，不计分"),
    value("unmatched_appeal", "sound appeals without their record", "找不到对应记录的申诉"),
];

const NULL_KEY: Value = value("null_key", "set aside: a required column is null", "隔离：必填列为空");
const WRONG_PARTITION: Value =
    value("wrong_partition", "set aside: the row is of another day", "隔离：行的日期不属于该分区");
const OUT_OF_RANGE: Value = value("out_of_range", "set aside: a value that cannot be", "隔离：取值超出范围");
const TIME_REVERSED: Value = value("time_reversed", "set aside: it ended before it began", "隔离：结束早于开始");
const DUPLICATE_KEY: Value = value("duplicate_key", "set aside: other rows have the same key", "隔离：主键重复");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessments::annual::Basis;
    use crate::assessments::monthly::{Risk, Status};
    use crate::domain::{Dimension, Tier};
    use crate::extracts::readable::day;
    use crate::extracts::tables::Table;
    use crate::extracts::verdicts::Reason;
    use crate::indicators::{Better, Indicator, Unit};
    use crate::scores::UnscoredReason;

    fn declared(values: &[Value]) -> Vec<Text> {
        let mut declared: Vec<Text> = values.iter().map(|value| value.value).collect();
        declared.sort_unstable();
        declared
    }

    fn made(names: impl IntoIterator<Item = Text>) -> Vec<Text> {
        let mut made: Vec<Text> = names.into_iter().collect();
        made.sort_unstable();
        made
    }

    #[test]
    fn the_values_are_those_that_the_code_makes() {
        assert_eq!(declared(INDICATORS), made(Indicator::ALL.map(Indicator::name)));
        assert_eq!(declared(DIMENSIONS), made(Dimension::ALL.map(Dimension::name)));
        assert_eq!(declared(UNITS), made([Unit::Stars, Unit::Ratio, Unit::Seconds].map(<&str>::from)));
        assert_eq!(declared(DIRECTIONS), made([Better::High, Better::Low].map(<&str>::from)));
        assert_eq!(declared(STATUSES), made(Status::ALL.map(Status::name)));
        let unscored = [UnscoredReason::CategoryWithoutWeights, UnscoredReason::NoData];
        assert_eq!(declared(UNSCORED_REASONS), made(unscored.map(<&str>::from)));
        let day = day("2022-03-15");
        let left = [Basis::MonthsBeforeTermination(day), Basis::DayBeforeTermination(day), Basis::NoFee(day)];
        assert_eq!(declared(BASES), made([Basis::Year].into_iter().chain(left).map(Basis::name)));
        assert_eq!(declared(RISKS), made([Risk::High, Risk::Medium, Risk::Low].map(Risk::name)));
        assert_eq!(declared(EXTRACTS), made(Table::ALL.map(Table::name)));
        assert_eq!(declared(BROKEN_RULES), made(Reason::ALL.iter().map(|reason| reason.name())));
        let tiers = Tier::ALL.map(|tier| tier.points().to_string());
        assert_eq!(TIERS.iter().map(|tier| tier.value.to_owned()).collect::<Vec<_>>(), tiers);
    }

    #[test]
    fn indicators_and_dimensions_have_the_names_of_the_specification() {
        let chinese =
            |values: &[Value], name| values.iter().find(|value| value.value == name).unwrap().stands_for.chinese;
        for indicator in Indicator::ALL {
            assert_eq!(chinese(INDICATORS, indicator.name()), indicator.spec().chinese);
        }
        for dimension in Dimension::ALL {
            assert_eq!(chinese(DIMENSIONS, dimension.name()), dimension.chinese());
        }
    }
}
