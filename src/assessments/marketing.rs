//! Marketing admission 营销准入: whether a shop's score admits it to marketing events, every day (specification,
//! section 9).
//!
//! Grain in: present shops and their scores. Grain out: one admission for each, in the same order. Scores in
//! ten-thousandths; without a score a shop is not admitted.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::assessments::thresholds_on;
use crate::domain::Day;
use crate::error::Outcome;
use crate::ranking::assessed::Assessed;
use crate::rulebook::{Decimal4, Thresholds};
use crate::scores::Score;

/// A shop's admission to marketing events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    /// The least score that admits shops of its primary category.
    pub least: Decimal4,
    pub is_eligible: bool,
}

fn admission(score: Option<Decimal4>, least: Decimal4) -> Admission {
    Admission { least, is_eligible: score.is_some_and(|score| score >= least) }
}

/// The admission of each of some present shops as of a day, in order.
///
/// # Errors
/// Usage where no thresholds are in force for a shop's category on that day.
pub(crate) fn admissions(
    shops: &[Assessed<'_>],
    scores: &[Score],
    thresholds: &Thresholds,
    as_of: Day,
) -> Outcome<Vec<Admission>> {
    let mut least_of: BTreeMap<&str, Decimal4> = BTreeMap::new();
    let mut admissions = Vec::with_capacity(shops.len());
    for (assessed, score) in shops.iter().zip(scores) {
        let category: &str = &assessed.shop.primary_category;
        let least = match least_of.entry(category) {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(new) => *new.insert(thresholds_on(thresholds, as_of, category)?.marketing_min),
        };
        admissions.push(admission(score.score, least));
    }
    Ok(admissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_equal_to_the_threshold_is_admitted_and_none_is_not() {
        let least = "2.8".parse().unwrap();
        for (score, is_eligible) in [(Some("2.8"), true), (Some("2.7999"), false), (None, false)] {
            let score = score.map(|score| score.parse().unwrap());
            assert_eq!(admission(score, least), Admission { least, is_eligible }, "{score:?}");
        }
    }
}
