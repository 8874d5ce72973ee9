//! The frozen month ends that a night's news change: those of which a restatement would replace rows.
//!
//! In: the days with news. Out: month ends, each with the number of its rows that a restatement as of the night would change;
//! one that would change none is not named. Where no news lie in a month end's window nothing is read; else the restatement is
//! rehearsed, for only that tells whether a sum that moved moves a row; of a month end after the night as known on its own day.

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::error::Outcome;
use crate::pipeline::{month_end, restatement};
use crate::publish::reading::Current;
use crate::state::rehearsal::Rehearsal;
use crate::table_days::dependencies::Terms;

pub(super) fn to_restate(
    terms: Terms<'_>,
    as_of: Day,
    current: &Current,
    news: impl Iterator<Item = Day>,
) -> Outcome<BTreeMap<Day, usize>> {
    let mut to_restate = BTreeMap::new();
    let own = Rehearsal::default();
    for month_end in month_end::touched(terms.settings, as_of, current, news)? {
        let terms = Terms { keeping: terms.keeping.aside(&own), ..terms };
        match restatement::rows_to_change(terms, current, month_end, as_of.max(month_end)) {
            Ok(rows) => to_restate.extend((rows > 0).then_some((month_end, rows))),
            // The night stands, whatever has become of the older days.
            Err(failure) => {
                tracing::warn!("news touch the frozen month end {month_end}; what they change is not known: {failure}");
            }
        }
    }
    Ok(to_restate)
}
