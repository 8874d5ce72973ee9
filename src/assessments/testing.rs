//! Month-end scores and thresholds as small readable rows.

use std::collections::BTreeMap;

use super::MonthEndScore;
use crate::domain::Day;
pub(super) use crate::rulebook::testing::thresholds;

/// Month-end scores of shop 1, first revision, given month end, category and score.
pub(super) fn month_ends(rows: &[(&str, &str, Option<&str>)]) -> BTreeMap<Day, Vec<MonthEndScore>> {
    let row = |(month_end, category, score): &(&str, &str, Option<&str>)| {
        let score = MonthEndScore {
            shop_id: 1,
            primary_category: (*category).to_owned(),
            score: score.map(|score| score.parse().unwrap()),
            revision: 1,
        };
        (month_end.parse().unwrap(), vec![score])
    };
    rows.iter().map(row).collect()
}
