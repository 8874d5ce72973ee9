//! The seven indicators 考核指标, declared: numerator, denominator, direction and dimension (specification, section 4).
//!
//! Grain in: one row a shop of the window's sums. Grain out: one value a shop and indicator. A zero denominator makes
//! the value null; the one division is done here, on the two integers.

use crate::domain::Dimension;

/// One of the seven measured figures, in the byte order of their names, which is how they are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
pub enum Indicator {
    /// 纠纷退款率
    #[strum(serialize = "dispute_rate")]
    DisputeRate,
    /// 物流评价
    #[strum(serialize = "logistics_rating")]
    LogisticsRating,
    /// 揽收及时率
    #[strum(serialize = "pickup_timeliness")]
    PickupTimeliness,
    /// 商品评价
    #[strum(serialize = "product_rating")]
    ProductRating,
    /// 仅退款自主完结时长, in seconds.
    #[strum(serialize = "refund_only_duration")]
    RefundOnlyDuration,
    /// 旺旺回复率
    #[strum(serialize = "response_rate")]
    ResponseRate,
    /// 退货退款自主完结时长, in seconds.
    #[strum(serialize = "return_refund_duration")]
    ReturnRefundDuration,
}

/// Which values are good; in files by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Better {
    /// The higher, the better.
    #[strum(serialize = "high")]
    High,
    /// The lower, the better.
    #[strum(serialize = "low")]
    Low,
}

/// What values are counted in; in files by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Unit {
    /// The mean of stars, from 1 to 5.
    #[strum(serialize = "stars")]
    Stars,
    /// A part of 1.
    #[strum(serialize = "ratio")]
    Ratio,
    /// The mean of durations.
    #[strum(serialize = "seconds")]
    Seconds,
}

/// All that is declared of an indicator; its value is a ratio of two measures of the daily partials.
#[derive(Clone, Copy, Debug)]
pub struct IndicatorSpec {
    /// 考核指标, as the specification has it.
    pub chinese: &'static str,
    /// What it speaks for.
    pub dimension: Dimension,
    /// Which values are good.
    pub better: Better,
    /// What they are counted in.
    pub unit: Unit,
    pub(crate) numerator: &'static str,
    pub(crate) denominator: &'static str,
}

const fn declared(
    chinese: &'static str,
    dimension: Dimension,
    (better, unit): (Better, Unit),
    numerator: &'static str,
    denominator: &'static str,
) -> IndicatorSpec {
    IndicatorSpec { chinese, dimension, better, unit, numerator, denominator }
}

impl Indicator {
    /// All seven, in the order in which they are published.
    pub const ALL: [Self; 7] = [
        Self::DisputeRate,
        Self::LogisticsRating,
        Self::PickupTimeliness,
        Self::ProductRating,
        Self::RefundOnlyDuration,
        Self::ResponseRate,
        Self::ReturnRefundDuration,
    ];

    /// Its declaration.
    pub const fn spec(self) -> IndicatorSpec {
        use Dimension::{AfterSales, Consultation, Dispute, Logistics, Product};
        const STARS: (Better, Unit) = (Better::High, Unit::Stars);
        const HIGH_RATIO: (Better, Unit) = (Better::High, Unit::Ratio);
        const LOW_RATIO: (Better, Unit) = (Better::Low, Unit::Ratio);
        const SECONDS: (Better, Unit) = (Better::Low, Unit::Seconds);
        match self {
            Self::DisputeRate => declared("纠纷退款率", Dispute, LOW_RATIO, "disputes_at_fault", "payments"),
            Self::LogisticsRating => declared("物流评价", Logistics, STARS, "logistics_stars", "logistics_ratings"),
            Self::PickupTimeliness => declared("揽收及时率", Logistics, HIGH_RATIO, "pickups_in_time", "pickups_due"),
            Self::ProductRating => declared("商品评价", Product, STARS, "description_stars", "description_ratings"),
            Self::RefundOnlyDuration => {
                declared("仅退款自主完结时长", AfterSales, SECONDS, "refund_only_seconds", "refund_only_refunds")
            }
            Self::ResponseRate => {
                declared("旺旺回复率", Consultation, HIGH_RATIO, "consultations_answered", "consultations_asked")
            }
            Self::ReturnRefundDuration => {
                declared("退货退款自主完结时长", AfterSales, SECONDS, "return_refund_seconds", "return_refund_refunds")
            }
        }
    }

    /// The name in files and rule tables.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|indicator| indicator.name() == name)
    }

    /// Its place in [`Indicator::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

/// The value of a ratio of two sums: their quotient as 64-bit floats, null where the denominator counts nothing.
pub(crate) fn value(numerator: i64, denominator: i64) -> Option<f64> {
    (denominator != 0).then(|| numerator as f64 / denominator as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indicators_are_declared_in_the_byte_order_of_their_names() {
        let names = Indicator::ALL.map(Indicator::name);
        assert!(names.is_sorted());
        for (place, indicator) in Indicator::ALL.into_iter().enumerate() {
            assert_eq!(indicator.index(), place);
            assert_eq!(Indicator::from_name(indicator.name()), Some(indicator));
        }
    }

    #[test]
    fn a_zero_denominator_makes_the_indicator_null() {
        assert_eq!(value(0, 0), None);
        assert_eq!(value(9, 2), Some(4.5));
        assert_eq!(value(0, 2), Some(0.0));
    }
}
