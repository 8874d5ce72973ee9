//! A shop of both nights as an answer has it: its move and the parts of it.
//!
//! Scores and moves are figures of four decimals; the parts of a move add up to it, in ten-thousandths.

use serde::Serialize;

use super::indicator_move::{IndicatorMove, points};
use crate::comparison::causes::{Cause, ScorePart, main_cause, main_indicator, sum};
use crate::comparison::shops::Stayed;
use crate::domain::Dimension;
use crate::indicators::Indicator;
use crate::rulebook::Decimal4;

/// A shop of both nights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct MovedShop {
    pub(super) shop_id: i64,
    pub(super) shop_name: String,
    /// Its main category on the first night.
    pub(super) category_before: String,
    /// Its main category on the second night.
    pub(super) category_after: String,
    /// On the first night; null where there is none.
    pub(super) score_before: Option<f64>,
    /// On the second night; null where there is none.
    pub(super) score_after: Option<f64>,
    /// None where a night has no score.
    pub(super) score_move: Option<f64>,
    #[serde(skip)]
    pub(super) ten_thousandths: Option<i64>,
    /// The cause whose parts add up to most.
    pub(super) main_cause: Option<Cause>,
    /// The indicator whose parts do; none where the weights' do.
    pub(super) main_indicator: Option<String>,
    /// What moved the score: they add up to its move.
    pub(super) parts: Vec<MovePart>,
    /// Those that changed the score or whose tier changed; of a shop that was asked for all.
    pub(super) indicators: Vec<IndicatorMove>,
    /// What each of [`Cause::ALL`] moved, in ten-thousandths.
    #[serde(skip)]
    by_cause: [i64; Cause::ALL.len()],
    #[serde(skip)]
    pub(super) dimensions: [[Option<Decimal4>; Dimension::ALL.len()]; 2],
}

/// A part of a move.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct MovePart {
    /// What it comes of.
    pub(super) cause: Cause,
    /// None of the weights.
    pub(super) indicator: Option<String>,
    /// In points.
    pub(super) score_move: f64,
    #[serde(skip)]
    ten_thousandths: i64,
}

/// A moved shop in one row, with what each cause moved.
#[derive(Serialize)]
pub(in crate::commands) struct MovedRow {
    shop_id: i64,
    shop_name: String,
    category_before: String,
    category_after: String,
    score_before: Option<f64>,
    score_after: Option<f64>,
    score_move: Option<f64>,
    own_figures: f64,
    appeals: f64,
    other_shops: f64,
    presence: f64,
    category: f64,
    rules: f64,
    main_cause: Option<Cause>,
    main_indicator: Option<String>,
}

impl MovedShop {
    pub(super) fn of(shop: &Stayed<'_>, with_all: bool) -> Self {
        let [first, second] = shop.nights;
        let indicators =
            Indicator::ALL.into_iter().map(|indicator| IndicatorMove::of(shop.nights, &shop.parts, indicator));
        let part = |part: &ScorePart| MovePart {
            cause: part.cause,
            indicator: part.indicator.map(|indicator| indicator.name().to_owned()),
            score_move: points(part.ten_thousandths),
            ten_thousandths: part.ten_thousandths,
        };
        Self {
            shop_id: first.shop_id,
            shop_name: second.name.to_string(),
            category_before: first.primary_category.to_string(),
            category_after: second.primary_category.to_string(),
            score_before: first.score.map(Decimal4::as_f64),
            score_after: second.score.map(Decimal4::as_f64),
            score_move: shop.moved().map(points),
            ten_thousandths: shop.moved(),
            main_cause: main_cause(&shop.parts),
            main_indicator: main_indicator(&shop.parts).map(|indicator| indicator.name().to_owned()),
            parts: shop.parts.iter().map(part).collect(),
            indicators: indicators.filter(|of| of.is_assessed() && (with_all || of.has_changed())).collect(),
            by_cause: Cause::ALL.map(|cause| sum(&shop.parts, |part| part.cause == cause)),
            dimensions: shop.nights.map(|shop| shop.dimensions),
        }
    }

    /// What a cause moved, in ten-thousandths.
    pub(super) fn moved_by(&self, cause: Cause) -> i64 {
        let of_causes = Cause::ALL.into_iter().zip(self.by_cause);
        of_causes.filter(|(of, _)| *of == cause).map(|(_, moved)| moved).sum()
    }

    /// The parts that go through an indicator, or through the weights, in ten-thousandths.
    pub(super) fn through(&self, indicator: Option<&String>) -> Vec<(Cause, i64)> {
        let parts = self.parts.iter().filter(|part| part.indicator.as_ref() == indicator);
        parts.map(|part| (part.cause, part.ten_thousandths)).collect()
    }

    /// In one row.
    pub(super) fn row(&self) -> MovedRow {
        let by = |cause| points(self.moved_by(cause));
        MovedRow {
            shop_id: self.shop_id,
            shop_name: self.shop_name.clone(),
            category_before: self.category_before.clone(),
            category_after: self.category_after.clone(),
            score_before: self.score_before,
            score_after: self.score_after,
            score_move: self.score_move,
            own_figures: by(Cause::OwnFigures),
            appeals: by(Cause::Appeals),
            other_shops: by(Cause::OtherShops),
            presence: by(Cause::Presence),
            category: by(Cause::Category),
            rules: by(Cause::Rules),
            main_cause: self.main_cause,
            main_indicator: self.main_indicator.clone(),
        }
    }
}
