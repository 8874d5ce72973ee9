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
    /// Its main category.
    pub(super) primary_category: String,
    /// Its score on the night that has it; null where there is none.
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
    /// Its main category on the second night.
    primary_category: String,
    /// On the first night; null where there is none.
    pub(super) score_before: Option<f64>,
    /// On the second night; null where there is none.
    pub(super) score_after: Option<f64>,
    /// Why the one of both nights that has no score has none.
    unscored_reason: Option<String>,
    /// What it comes of.
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
            score_before: first.score.map(Decimal4::as_f64),
            score_after: second.score.map(Decimal4::as_f64),
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
    /// Its main category on the second night.
    primary_category: String,
    /// On the first night; null where there is none.
    pub(super) score_before: Option<f64>,
    /// On the second night; null where there is none.
    pub(super) score_after: Option<f64>,
    /// The least score for admission on the first night.
    pub(super) marketing_min_before: f64,
    /// The same on the second night.
    pub(super) marketing_min_after: f64,
    /// Whether it is admitted now.
    pub(super) marketing_eligible: bool,
    /// What it comes of.
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
            score_before: first.score.map(Decimal4::as_f64),
            score_after: second.score.map(Decimal4::as_f64),
            marketing_min_before: first.marketing_min.as_f64(),
            marketing_min_after: second.marketing_min.as_f64(),
            marketing_eligible: second.is_admitted,
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
    /// Its main category.
    primary_category: String,
    /// At the first night's month end: exempt, not_assessed, exit, not_scored, fail or pass.
    pub(super) status_before: String,
    /// At the second night's month end.
    pub(super) status_after: String,
    /// Of its cycle.
    failures_before: i64,
    /// The same at the second night's month end.
    pub(super) failures_after: i64,
    pub(super) failure_limit: Option<i64>,
    /// At the first night's month end; null where there is none.
    pub(super) score_before: Option<f64>,
    /// At the second night's month end; null where there is none.
    pub(super) score_after: Option<f64>,
    /// The least score that passes; null where the category has no such assessment.
    monthly_min: Option<f64>,
}

impl StatusChange {
    pub(super) fn of((shop_id, [before, after]): (i64, [&Assessed; 2])) -> Self {
        Self {
            shop_id,
            shop_name: after.name.to_string(),
            primary_category: after.primary_category.to_string(),
            status_before: before.status.to_string(),
            status_after: after.status.to_string(),
            failures_before: before.failures,
            failures_after: after.failures,
            failure_limit: after.failure_limit,
            score_before: before.score.map(Decimal4::as_f64),
            score_after: after.score.map(Decimal4::as_f64),
            monthly_min: after.monthly_min.map(Decimal4::as_f64),
        }
    }
}
