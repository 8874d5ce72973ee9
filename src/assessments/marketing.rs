//! Marketing admission 营销准入: whether a shop's score admits it to marketing events, every day (specification,
//! section 9). Without a score it does not.

use crate::rulebook::{Decimal4, ThresholdRow};

/// Whether `score` admits a shop under the thresholds of its primary category.
pub fn is_eligible(score: Option<Decimal4>, thresholds: &ThresholdRow) -> bool {
    score.is_some_and(|score| score >= thresholds.marketing_min)
}
