//! The records of a shop that appeals take out of its figures.
//!
//! In: the stored appeals of the days that the night counted. Out: the keys of these records by table-day, as if each were the shop's (an
//! appeal for another shop's record takes nothing out), and the days whose appeals are not known.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::Asked;
use super::stored::{self, UnknownDays};
use crate::error::Outcome;
use crate::extracts::tables::Table;
use crate::partials::records::{Record, TableDay};
use crate::partials::retractions::{Appeal, decide};
use crate::state::store::Store;
use crate::table_days::of_shop::WhyUnknown;

/// Keys of records by table-day.
pub(super) type Keys = BTreeMap<TableDay, BTreeSet<i64>>;

/// The records that appeals of the shop take out, and the days of appeals that are not known.
pub(super) fn retracted(
    asked: &Asked<'_>,
    store: &Store,
    counted: &BTreeMap<TableDay, i64>,
) -> Outcome<(Keys, Vec<UnknownDays>)> {
    let (mut of_records, mut unknown) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
    for (of, rows) in counted.iter().filter(|(of, rows)| of.0 == Table::Appeals && **rows > 0) {
        match of_day(store, *of, *rows)? {
            Err(why) => unknown.push((*of, why)),
            Ok(appeals) => {
                for appeal in appeals.into_iter().filter(|appeal| appeal.shop_id == asked.shop_id) {
                    let of_shop = Some(Record::of(asked.shop_id, std::iter::empty()));
                    of_records.entry((appeal.record_of, appeal.record_id)).or_default().push((appeal, of_shop));
                }
            }
        }
    }
    let last_effective_day = asked.as_of.plus(-asked.settings.appeal_effect_days);
    let mut keys = Keys::new();
    for ((of, key), named) in of_records {
        if !decide(named, last_effective_day).taken_out.is_empty() {
            keys.entry(of).or_default().insert(key);
        }
    }
    Ok((keys, stored::folded(unknown)))
}

fn of_day(store: &Store, of: TableDay, rows: i64) -> Outcome<Result<Vec<Appeal>, WhyUnknown>> {
    let Some(stored) = store.peek(of).stored() else { return Ok(Err(WhyUnknown::NotStored)) };
    if stored.counts.rows != rows {
        return Ok(Err(WhyUnknown::ChangedSince));
    }
    let content = store.peek_content(of, &stored.version);
    content.map_or(Ok(Err(WhyUnknown::Damaged)), |content| content.appeals().map(Ok))
}
