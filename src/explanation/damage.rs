//! What figures lack to the best that they could be: the damage that a shop's records do to an indicator.
//!
//! In: what a record, a day or a window adds to numerator and denominator. Out: five stars less those given, rows late, not answered or
//! at fault, seconds. A measure of another table adds nothing.

use crate::indicators::{Better, Indicator, Unit};
use crate::table_days::of_shop::DaySums;

/// What a record, a day or a window adds to an indicator: to its numerator and its denominator.
pub(super) type Added = (i64, i64);

/// What figures lack to the best that they could be.
pub(super) fn lacks(indicator: Indicator, (numerator, denominator): Added) -> i64 {
    /// The most stars of a rating.
    const MOST_STARS: i64 = 5;
    let spec = indicator.spec();
    match (spec.better, spec.unit) {
        (Better::Low, _) => numerator,
        (Better::High, Unit::Stars) => MOST_STARS * denominator - numerator,
        (Better::High, Unit::Ratio | Unit::Seconds) => denominator - numerator,
    }
}

/// Whether no record lacks more than 1, so that what a day lacks is how many of its records lack something.
pub(super) fn is_one_each(indicator: Indicator) -> bool {
    indicator.spec().unit == Unit::Ratio
}

/// What a day adds, given the shop's sums of a table on it.
pub(super) fn added_by(indicator: Indicator, sums: &DaySums) -> Added {
    let spec = indicator.spec();
    let sum = |measure: &str| sums.get(measure).copied().unwrap_or_default();
    (sum(spec.numerator), sum(spec.denominator))
}
