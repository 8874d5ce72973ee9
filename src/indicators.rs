//! The seven indicators 考核指标, declared: numerator, denominator, direction and dimension (specification, section 4).
//!
//! Grain in: one row a shop of the window's sums. Grain out: one value a shop and indicator. A zero denominator makes
//! the value null; the one division is done here, on the two integers.

use crate::domain::Dimension;

/// One of the seven measured figures, in the byte order of their names, which is how they are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Indicator {
    /// 纠纷退款率
    DisputeRate,
    /// 物流评价
    LogisticsRating,
    /// 揽收及时率
    PickupTimeliness,
    /// 商品评价
    ProductRating,
    /// 仅退款自主完结时长, in seconds.
    RefundOnlyDuration,
    /// 旺旺回复率
    ResponseRate,
    /// 退货退款自主完结时长, in seconds.
    ReturnRefundDuration,
}

/// Which values are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The higher, the better.
    High,
    /// The lower, the better.
    Low,
}

/// All that is declared of an indicator; numerator and denominator are measures of the daily partials.
#[derive(Clone, Copy, Debug)]
pub struct IndicatorSpec {
    /// The name in files and rule tables.
    pub name: &'static str,
    /// Its Chinese name.
    pub chinese: &'static str,
    /// The dimension that it speaks for.
    pub dimension: Dimension,
    /// Which values are good.
    pub better: Better,
    /// The measure above the line.
    pub numerator: &'static str,
    /// The measure below the line.
    pub denominator: &'static str,
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
    pub const fn spec(self) -> &'static IndicatorSpec {
        match self {
            Self::DisputeRate => &IndicatorSpec {
                name: "dispute_rate",
                chinese: "纠纷退款率",
                dimension: Dimension::Dispute,
                better: Better::Low,
                numerator: "disputes_at_fault",
                denominator: "payments",
            },
            Self::LogisticsRating => &IndicatorSpec {
                name: "logistics_rating",
                chinese: "物流评价",
                dimension: Dimension::Logistics,
                better: Better::High,
                numerator: "logistics_stars",
                denominator: "logistics_ratings",
            },
            Self::PickupTimeliness => &IndicatorSpec {
                name: "pickup_timeliness",
                chinese: "揽收及时率",
                dimension: Dimension::Logistics,
                better: Better::High,
                numerator: "pickups_in_time",
                denominator: "pickups_due",
            },
            Self::ProductRating => &IndicatorSpec {
                name: "product_rating",
                chinese: "商品评价",
                dimension: Dimension::Product,
                better: Better::High,
                numerator: "description_stars",
                denominator: "description_ratings",
            },
            Self::RefundOnlyDuration => &IndicatorSpec {
                name: "refund_only_duration",
                chinese: "仅退款自主完结时长",
                dimension: Dimension::AfterSales,
                better: Better::Low,
                numerator: "refund_only_seconds",
                denominator: "refund_only_refunds",
            },
            Self::ResponseRate => &IndicatorSpec {
                name: "response_rate",
                chinese: "旺旺回复率",
                dimension: Dimension::Consultation,
                better: Better::High,
                numerator: "consultations_answered",
                denominator: "consultations_asked",
            },
            Self::ReturnRefundDuration => &IndicatorSpec {
                name: "return_refund_duration",
                chinese: "退货退款自主完结时长",
                dimension: Dimension::AfterSales,
                better: Better::Low,
                numerator: "return_refund_seconds",
                denominator: "return_refund_refunds",
            },
        }
    }

    /// The name in files and rule tables.
    pub const fn name(self) -> &'static str {
        self.spec().name
    }

    /// The indicator of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|indicator| indicator.name() == name)
    }

    /// Its place in [`Indicator::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The value of a ratio of two sums: their quotient as 64-bit floats, null where the denominator counts nothing.
#[allow(clippy::cast_precision_loss)]
pub fn value(numerator: i64, denominator: i64) -> Option<f64> {
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
