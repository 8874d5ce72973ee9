//! The median of scores, as published medians are: the ⌈n/2⌉-th smallest.

use crate::rulebook::Decimal4;

/// None of no scores.
pub(super) fn median(mut scores: Vec<Decimal4>) -> Option<Decimal4> {
    let place = scores.len().checked_sub(1)? / 2;
    let (_, median, _) = scores.select_nth_unstable(place);
    Some(*median)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_lower_one_of_two() {
        let score = Decimal4::from_ten_thousandths;
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![score(3), score(1), score(2), score(9)]), Some(score(2)));
        assert_eq!(median(vec![score(3), score(1), score(2)]), Some(score(2)));
    }
}
