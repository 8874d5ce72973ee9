//! What a move decides, as an answer has it: scores that came or went, admissions to marketing, monthly statuses.

use serde::Serialize;

use crate::comparison::causes::Cause;
use crate::comparison::published::PublishedShop;
use crate::comparison::shops::Stayed;
use crate::comparison::statuses::Assessed;
use crate::rulebook::Decimal4;

/// A shop that one of the nights has.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct ShopOfNight {
    pub(super) shop_id: i64,
    pub(super) shop_name: String,
    pub(super) primary_category: String,
    pub(super) score: Option<f64>,
}

impl ShopOfNight {
    pub(super) fn of(shop: &PublishedShop) -> Self {
        Self {
            shop_id: shop.shop_id,
            shop_name: shop.name.to_string(),
            primary_category: shop.primary_category.to_string(),
            score: shop.score.map(Decimal4::as_f64),
        }
    }
}

/// A shop of both nights that has a score on one of them alone.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct ScoreChange {
    pub(super) shop_id: i64,
    shop_name: String,
    primary_category: String,
    pub(super) score_from: Option<f64>,
    pub(super) score_to: Option<f64>,
    /// Why the one of both nights that has no score has none.
    unscored_reason: Option<String>,
    pub(super) cause: Cause,
}

impl ScoreChange {
    /// None where both nights have a score, or none.
    pub(super) fn of(shop: &Stayed<'_>) -> Option<Self> {
        let [first, second] = shop.nights;
        let reason = first.unscored_reason.as_ref().or(second.unscored_reason.as_ref());
        Some(Self {
            shop_id: first.shop_id,
            shop_name: second.name.to_string(),
            primary_category: second.primary_category.to_string(),
            score_from: first.score.map(Decimal4::as_f64),
            score_to: second.score.map(Decimal4::as_f64),
            unscored_reason: reason.map(ToString::to_string),
            cause: shop.score_came_or_went?,
        })
    }
}

/// A shop of both nights that lost or gained admission to marketing.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct AdmissionChange {
    pub(super) shop_id: i64,
    shop_name: String,
    primary_category: String,
    pub(super) score_from: Option<f64>,
    pub(super) score_to: Option<f64>,
    pub(super) marketing_min_from: f64,
    pub(super) marketing_min_to: f64,
    /// Whether it is admitted now.
    pub(super) is_admitted: bool,
    pub(super) cause: Cause,
}

impl AdmissionChange {
    /// None where its admission is as it was.
    pub(super) fn of(shop: &Stayed<'_>) -> Option<Self> {
        let [first, second] = shop.nights;
        Some(Self {
            shop_id: first.shop_id,
            shop_name: second.name.to_string(),
            primary_category: second.primary_category.to_string(),
            score_from: first.score.map(Decimal4::as_f64),
            score_to: second.score.map(Decimal4::as_f64),
            marketing_min_from: first.marketing_min.as_f64(),
            marketing_min_to: second.marketing_min.as_f64(),
            is_admitted: second.is_admitted,
            cause: shop.admission_changed?,
        })
    }
}

/// A shop whose monthly assessment is another one than it was.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct StatusChange {
    pub(super) shop_id: i64,
    shop_name: String,
    primary_category: String,
    pub(super) status_from: String,
    pub(super) status_to: String,
    /// Of its cycle.
    failures_from: i64,
    pub(super) failures_to: i64,
    pub(super) failure_limit: Option<i64>,
    pub(super) score_from: Option<f64>,
    pub(super) score_to: Option<f64>,
    monthly_min: Option<f64>,
}

impl StatusChange {
    pub(super) fn of((shop_id, [before, after]): (i64, [&Assessed; 2])) -> Self {
        Self {
            shop_id,
            shop_name: after.name.to_string(),
            primary_category: after.primary_category.to_string(),
            status_from: before.status.to_string(),
            status_to: after.status.to_string(),
            failures_from: before.failures,
            failures_to: after.failures,
            failure_limit: after.failure_limit,
            score_from: before.score.map(Decimal4::as_f64),
            score_to: after.score.map(Decimal4::as_f64),
            monthly_min: after.monthly_min.map(Decimal4::as_f64),
        }
    }
}
