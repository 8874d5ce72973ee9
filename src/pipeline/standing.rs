//! How shops stand after a night: who is admitted, what month ends came to, and who moved since the night before.
//!
//! In: what readers see. Out: counts, and the ids of shops that moved, in order; nothing is computed of it that is published. A shop
//! that a night lacks is not admitted in it.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{BooleanArray, Int64Array, RecordBatch, StringArray};
use serde::{Deserialize, Serialize};

use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::outputs::{MONTHLY_ASSESSMENTS, SCORES};
use crate::publish::reading::{Current, column};

/// How shops stand after a night.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Standing {
    /// How many shops are admitted to marketing events.
    pub(crate) admitted_shops: usize,
    /// The published night before, which admissions are compared with; null where there is none.
    pub(crate) compared_with: Option<Day>,
    /// The ids of shops that are admitted and were not.
    pub(crate) gained_admission: Vec<i64>,
    /// The ids of shops that were admitted and are not, or are gone.
    pub(crate) lost_admission: Vec<i64>,
    /// The newest month end that is assessed; null where none is.
    pub(crate) month_end: Option<Day>,
    /// How many shops came to each status at that month end.
    pub(crate) shops_by_status: BTreeMap<String, usize>,
    /// Where the night closed that month end: whose status is another one than at the month end before.
    pub(crate) status_changes: Vec<StatusChange>,
}

/// A shop whose month end came to another status than the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StatusChange {
    /// The shop.
    pub(crate) shop_id: i64,
    /// At the month end before.
    pub(crate) before: String,
    /// At this one.
    pub(crate) after: String,
}

/// That of a published night.
pub(crate) fn after(current: &Current, as_of: Day) -> Outcome<Standing> {
    let nights: Vec<Day> = current.values(&SCORES)?.iter().filter_map(|value| value.parse().ok()).collect();
    let before = nights.into_iter().filter(|night| *night < as_of).max();
    let now = admitted(current, as_of)?.unwrap_or_default();
    let then = before.map(|night| admitted(current, night)).transpose()?.flatten();
    let moved = |from: &BTreeSet<i64>, to: &BTreeSet<i64>| to.difference(from).copied().collect();
    let month_ends: Vec<Day> =
        current.values(&MONTHLY_ASSESSMENTS)?.iter().filter_map(|value| value.parse().ok()).collect();
    let mut month_ends = month_ends.into_iter().filter(|month_end| *month_end <= as_of).rev();
    let month_end = month_ends.next();
    let statuses = month_end.map(|day| statuses(current, day)).transpose()?.flatten().unwrap_or_default();
    let closes = month_end == Some(as_of);
    let before_that = month_ends.next().filter(|_| closes).map(|day| self::statuses(current, day)).transpose()?;
    let mut shops_by_status = BTreeMap::new();
    for status in statuses.values() {
        *shops_by_status.entry(status.clone()).or_default() += 1;
    }
    Ok(Standing {
        admitted_shops: now.len(),
        compared_with: before,
        gained_admission: then.as_ref().map(|then| moved(then, &now)).unwrap_or_default(),
        lost_admission: then.as_ref().map(|then| moved(&now, then)).unwrap_or_default(),
        month_end,
        shops_by_status,
        status_changes: changes(&before_that.flatten().unwrap_or_default(), &statuses),
    })
}

/// The shops that a night admits; none where it is not published.
fn admitted(current: &Current, night: Day) -> Outcome<Option<BTreeSet<i64>>> {
    let Some(rows) = current.read_columns(&SCORES, night, &["shop_id", "marketing_eligible"])? else { return Ok(None) };
    let eligible = column::<BooleanArray>(&rows, "marketing_eligible")?;
    let shops = shop_ids(&rows)?.zip(eligible).filter(|(_, is_eligible)| *is_eligible == Some(true));
    Ok(Some(shops.map(|(shop, _)| shop).collect()))
}

/// What a month end came to, by shop; none where it is not published, or not in these columns.
fn statuses(current: &Current, month_end: Day) -> Outcome<Option<BTreeMap<i64, String>>> {
    let columns = ["shop_id", "status"];
    let Some(rows) = current.read_columns(&MONTHLY_ASSESSMENTS, month_end, &columns)? else { return Ok(None) };
    let statuses = column::<StringArray>(&rows, "status")?;
    let known = shop_ids(&rows)?.zip(statuses).filter_map(|(shop, status)| Some((shop, status?.to_owned())));
    Ok(Some(known.collect()))
}

fn shop_ids(rows: &RecordBatch) -> Outcome<impl Iterator<Item = i64>> {
    Ok(column::<Int64Array>(rows, "shop_id")?.values().iter().copied())
}

fn changes(before: &BTreeMap<i64, String>, now: &BTreeMap<i64, String>) -> Vec<StatusChange> {
    let both = now.iter().filter_map(|(shop, after)| Some((*shop, before.get(shop)?, after)));
    let changed = both.filter(|(_, before, after)| before != after);
    changed
        .map(|(shop_id, before, after)| StatusChange { shop_id, before: before.clone(), after: after.clone() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_changes_where_both_month_ends_have_one_and_they_differ() {
        let of =
            |statuses: &[(i64, &str)]| statuses.iter().map(|(shop, status)| (*shop, (*status).to_owned())).collect();
        let before = of(&[(1, "pass"), (2, "pass"), (3, "fail")]);
        let now = of(&[(1, "fail"), (2, "pass"), (4, "fail")]);
        let changed = StatusChange { shop_id: 1, before: "pass".to_owned(), after: "fail".to_owned() };
        assert_eq!(changes(&before, &now), [changed]);
    }
}
