//! Marketing admission 营销准入: whether a shop's score admits it to marketing events, every day (specification,
//! section 9). Without a score it does not.

use crate::rulebook::{Decimal4, ThresholdRow};

/// Whether `score` admits a shop under the thresholds of its primary category.
pub fn is_eligible(score: Option<Decimal4>, thresholds: &ThresholdRow) -> bool {
    score.is_some_and(|score| score >= thresholds.marketing_min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Day;
    use crate::rulebook::Rulebook;

    #[test]
    fn a_score_equal_to_the_threshold_is_admitted_and_none_is_not() {
        let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules");
        let day: Day = "2022-03-15".parse().unwrap();
        let rulebook = Rulebook::load(&rules).unwrap();
        let row = rulebook.thresholds.row(day, "男装").unwrap();
        let eligible = |score: &str| is_eligible(Some(score.parse().unwrap()), row);
        assert_eq!(row.marketing_min.to_string(), "2.8");
        assert!(eligible("2.8"));
        assert!(!eligible("2.7999"));
        assert!(!is_eligible(None, row));
    }
}
