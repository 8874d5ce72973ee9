//! An indicator of a shop on both nights, as an answer has it.

use serde::Serialize;

use crate::comparison::causes::{ScorePart, sum};
use crate::comparison::published::PublishedShop;
use crate::domain::Dimension;
use crate::indicators::{Indicator, Unit};
use crate::ranking::Measured;
use crate::rulebook::Decimal4;

/// An indicator of a shop on both nights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct IndicatorMove {
    pub(super) indicator: String,
    pub(super) dimension: String,
    /// stars, ratio or seconds.
    pub(super) unit: String,
    /// None where the shop is not assessed by it.
    pub(super) from: Option<Figures>,
    /// The same on the second night.
    pub(super) to: Option<Figures>,
    /// What it moved the score by.
    pub(super) score_move: f64,
    #[serde(skip)]
    pub(super) of: Option<(Dimension, Unit)>,
}

/// The figures of an indicator on one night.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct Figures {
    pub(super) numerator: i64,
    pub(super) denominator: i64,
    /// Null where the denominator counts nothing.
    pub(super) value: Option<f64>,
    pub(super) shops_better: Option<i64>,
    pub(super) ranked: Option<i64>,
    /// 5, 4, 3, 2 or 0; null without a rank.
    pub(super) tier: Option<i64>,
}

/// Ten-thousandths as a figure of four decimals.
pub(super) fn points(ten_thousandths: i64) -> f64 {
    Decimal4::from_ten_thousandths(ten_thousandths).as_f64()
}

impl IndicatorMove {
    pub(super) fn of(nights: [&PublishedShop; 2], parts: &[ScorePart], indicator: Indicator) -> Self {
        let spec = indicator.spec();
        let [from, to] = nights
            .map(|shop| shop.figures.get(indicator.index()).copied().flatten().map(|figures| Figures::of(&figures)));
        Self {
            indicator: indicator.name().to_owned(),
            dimension: spec.dimension.name().to_owned(),
            unit: <&str>::from(spec.unit).to_owned(),
            from,
            to,
            score_move: points(sum(parts, |part| part.indicator == Some(indicator))),
            of: Some((spec.dimension, spec.unit)),
        }
    }

    /// Whether the shop is assessed by it on either night.
    pub(super) fn is_assessed(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether it moved the score, or its tier is another.
    pub(super) fn has_changed(&self) -> bool {
        let tier = |figures: &Option<Figures>| figures.as_ref().and_then(|figures| figures.tier);
        self.score_move != 0.0 || tier(&self.from) != tier(&self.to)
    }
}

impl Figures {
    fn of(Measured { numerator, denominator, standing }: &Measured) -> Self {
        Self {
            numerator: *numerator,
            denominator: *denominator,
            value: standing.map(|standing| standing.value),
            shops_better: standing.map(|standing| standing.better),
            ranked: standing.map(|standing| standing.ranked),
            tier: standing.map(|standing| standing.tier.points()),
        }
    }
}
