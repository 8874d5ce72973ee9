//! The rows of one shop on the days of a window: what a published figure counts, row by row.
//!
//! In: the extracts of one table, and what is stored of its days. Out: for each day that a published night counted the shop's
//! sound rows, each with what it adds, and its quarantined ones; or why they are not known: they must be the files that were
//! stored and counted. Of the files only the shop's rows are decoded, and rows whose key a quarantined row has. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use crate::domain::{Day, Span};
use crate::error::{Outcome, all, fault};
use crate::extracts::batch::{Batch, value};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::quarantine::{QuarantinedRow, as_json};
use crate::extracts::reader::{self, Source};
use crate::extracts::row_rules::{judge, judge_all};
use crate::extracts::selection::{Selection, Wanted};
use crate::extracts::{listing, partitions::Partition};
use crate::partials::meaning::addends;
use crate::partials::measures::PartialSpec;
use crate::partials::records::{Record, TableDay};
use crate::state::store::{Store, Stored};
use crate::table_days::STAGE;
use crate::table_days::dependencies::Terms;
use crate::table_days::of_shop::WhyUnknown;
use crate::table_days::plan::{self, Decision, Planned, Why};

/// A sound row of a shop.
#[derive(Clone, Debug)]
pub(crate) struct ShopRow {
    /// None where the table has no key.
    pub(crate) key: Option<i64>,
    /// What it adds to the measures of its partial.
    pub(crate) record: Record,
    /// When it happened, in ticks of its day.
    pub(crate) at: i64,
    /// What it counts once for, with others on the day; empty where every row counts.
    pub(crate) once_for: Vec<i64>,
    batch: Arc<Batch>,
    place: usize,
}

impl ShopRow {
    /// Its declared columns as JSON, without buyers, times in UTC.
    pub(crate) fn shown(&self) -> Outcome<String> {
        as_json(&self.batch, self.place)
    }
}

/// The rows of a shop on one day.
#[derive(Clone, Debug, Default)]
pub(crate) struct DayRows {
    pub(crate) sound: Vec<ShopRow>,
    pub(crate) quarantined: Vec<QuarantinedRow>,
}

/// The rows of a shop in a table that partials are made of, on each day that a published night counted, given its rows.
pub(crate) fn rows_of_shop(
    terms: Terms<'_>,
    store: &Store,
    spec: &'static PartialSpec,
    (window, counted): (Span, &BTreeMap<TableDay, i64>),
    shop_id: i64,
) -> Outcome<BTreeMap<Day, Result<DayRows, WhyUnknown>>> {
    let coverage = terms.settings.coverage(window.last, window.last);
    let listed = listing::list_tables(&terms.settings.delivery, [(spec.table, coverage)])?;
    let there: BTreeMap<Day, &Partition> = listed.partitions.iter().map(|found| (found.day, found)).collect();
    let days: Vec<(TableDay, i64)> =
        counted.iter().filter(|(of, _)| of.0 == spec.table).map(|(of, rows)| (*of, *rows)).collect();
    let of_days = days.into_par_iter().with_max_len(1).map(|(of, rows)| {
        if rows == 0 {
            return Ok((of.1, Ok(DayRows::default())));
        }
        let Some(partition) = there.get(&of.1) else { return Ok((of.1, Err(WhyUnknown::Expired))) };
        let planned = plan::of_partition(partition, terms, store.peek(of));
        let known = match as_counted(&planned, rows, terms)? {
            Ok((stored, checked)) => Ok(OfDay { spec, planned: &planned, checked }.rows(stored, shop_id)?),
            Err(why) => Err(why),
        };
        Ok((of.1, known))
    });
    Ok(all(of_days.collect::<Vec<_>>())?.into_iter().collect())
}

/// What is stored of a day, and its files, where these are what was stored and counted.
fn as_counted<'a>(
    planned: &'a Planned,
    rows: i64,
    Terms { settings, .. }: Terms<'_>,
) -> Outcome<Result<(&'a Stored, CheckedPartition), WhyUnknown>> {
    let decision = match planned.decision {
        Decision::Touched => planned.by_bytes(&reader::hashes(&planned.checked(settings)?)?),
        decision => decision,
    };
    Ok(match decision {
        Decision::Computed(Why::NothingStored) => Err(WhyUnknown::NotStored),
        Decision::Computed(Why::Damaged) => Err(WhyUnknown::Damaged),
        Decision::Reused if planned.stored()?.counts.rows == rows => {
            Ok((planned.stored()?, planned.checked(settings)?))
        }
        _ => Err(WhyUnknown::ChangedSince),
    })
}

/// A day whose files are those that were stored.
struct OfDay<'a> {
    spec: &'static PartialSpec,
    planned: &'a Planned,
    checked: CheckedPartition,
}

impl OfDay<'_> {
    fn rows(&self, stored: &Stored, shop_id: i64) -> Outcome<DayRows> {
        let of_shop = self.decoded(Wanted::OfShop(shop_id))?;
        let sound = of_shop.filtered(judge(&of_shop)?.sound())?;
        let set_aside: BTreeSet<i64> = stored.quarantine.iter().filter_map(|row| row.key).collect();
        let mut rows = self.told(&Arc::new(sound), shop_id)?;
        let doubtful: BTreeSet<i64> =
            rows.iter().filter_map(|row| row.key).filter(|key| set_aside.contains(key)).collect();
        if !doubtful.is_empty() {
            // Which of the rows with one key is sound shows only among all of them, whoever has them.
            let with_keys = self.decoded(Wanted::WithKeys(&doubtful))?;
            let sound = with_keys.filtered(judge_all(&with_keys)?.sound())?;
            rows.retain(|row| row.key.is_none_or(|key| !doubtful.contains(&key)));
            rows.extend(self.told(&Arc::new(sound), shop_id)?);
        }
        let is_of_shop = |row: &&QuarantinedRow| {
            let held: Option<Value> = serde_json::from_str(&row.row).ok();
            held.and_then(|held| held.get("shop_id")?.as_i64()) == Some(shop_id)
        };
        Ok(DayRows { sound: rows, quarantined: stored.quarantine.iter().filter(is_of_shop).cloned().collect() })
    }

    fn decoded(&self, rows: Wanted<'_>) -> Outcome<Batch> {
        reader::decode_whole(&self.checked, Source::Files, &Selection { rows, ..Selection::default() })
    }

    /// Those of sound rows that are the shop's.
    fn told(&self, sound: &Arc<Batch>, shop_id: i64) -> Outcome<Vec<ShopRow>> {
        let addends = addends(sound, self.spec, self.planned.dependencies.custom_made())?;
        let shops = sound.integers("shop_id")?.values();
        let once =
            self.spec.once_within_group().iter().map(|name| sound.integers(name)).collect::<Outcome<Vec<_>>>()?;
        let day_column = sound.spec().day_column.ok_or_else(|| fault(STAGE, "records that have no time"))?;
        let happened = sound.ticks(day_column)?.values();
        let mut told = Vec::new();
        for row in (0..sound.count).filter(|row| shops.get(*row) == Some(&shop_id)) {
            let figures = addends.iter().map(|addends| addends.of_row(row)).collect::<Outcome<Vec<_>>>()?;
            told.push(ShopRow {
                key: sound.keys()?.map(|keys| value(keys.values(), row)).transpose()?,
                record: Record::of(shop_id, figures.into_iter()),
                once_for: once.iter().map(|column| value(column.values(), row)).collect::<Outcome<_>>()?,
                at: value(happened, row)?,
                batch: Arc::clone(sound),
                place: row,
            });
        }
        Ok(told)
    }
}
