//! What a reader wants to know first: how many shops there are, how many have a score, how many are admitted, and the median.
//!
//! Grain in: the shops of a night. Grain out: one row, scores in points.

use serde::Serialize;

use super::light::Light;
use super::medians::median;
use super::night::Night;
use crate::rulebook::Decimal4;

/// The night in figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Head {
    pub(super) light: Light,
    pub(super) present: usize,
    pub(super) scored: usize,
    /// Admitted to marketing.
    pub(super) admitted: usize,
    /// Of the scores; none where no shop has one.
    pub(super) median: Option<f64>,
}

pub(super) fn head(night: &Night, light: Light) -> Head {
    let scores: Vec<Decimal4> = night.shops.iter().filter_map(|shop| shop.score).collect();
    Head {
        light,
        present: night.shops.len(),
        scored: scores.len(),
        admitted: night.shops.iter().filter(|shop| shop.is_admitted).count(),
        median: median(scores).map(Decimal4::as_f64),
    }
}
