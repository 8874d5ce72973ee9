//! The rows of one shop on the days of a window: what a published figure counts, row by row.
//!
//! In: the extracts of some tables, and what is stored of their days. Out: of each day that a published night counted the shop's
//! quarantined rows, and those sound ones that are asked for, each with what it adds; or why the day is not known: its files must
//! be those that were stored and counted. Of the files only the wanted rows are decoded, and rows whose key a quarantined row of the
//! shop has. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use crate::domain::Span;
use crate::error::{Outcome, all, fault};
use crate::extracts::batch::{Batch, value};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::quarantine::{QuarantinedRow, as_json};
use crate::extracts::reader::{self, Source};
use crate::extracts::row_rules::{judge, judge_all};
use crate::extracts::selection::{Selection, Wanted};
use crate::extracts::{listing, partitions::Partition, tables::Table};
use crate::partials::meaning::addends;
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::{Record, TableDay};
use crate::settings::Settings;
use crate::state::store::Store;
use crate::table_days::STAGE;
use crate::table_days::dependencies::Terms;
use crate::table_days::of_shop::WhyUnknown;
use crate::table_days::plan::{self, Decision, Planned, Why};

/// A sound row of a shop.
#[derive(Clone, Debug)]
pub(crate) struct ShopRow {
    /// None where the table has no key, and where only what it adds was read.
    pub(crate) key: Option<i64>,
    /// What it adds to the measures of its partial.
    pub(crate) record: Record,
    /// When it happened, in ticks of its day; none where only what it adds was read.
    pub(crate) at: Option<i64>,
    /// What it counts once for, with others on the day; empty where every row counts.
    pub(crate) once_for: Vec<i64>,
    batch: Arc<Batch>,
    place: usize,
}

impl ShopRow {
    /// Its declared columns as JSON, without buyers, times in UTC; a fault where only those were read that tell what it adds.
    pub(crate) fn shown(&self) -> Outcome<String> {
        as_json(&self.batch, self.place)
    }

    /// Whether all of its columns were read.
    pub(crate) fn is_whole(&self) -> bool {
        self.batch.is_whole()
    }
}

/// Which sound rows of a shop are wanted on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WantedRows {
    /// All, as far as tells what each adds; whole where the table has no key.
    Counted,
    /// All, with all of their columns.
    Whole,
    /// Those with these keys, with all of their columns.
    WithKeys(BTreeSet<i64>),
}

/// A shop on the days of some tables that partials are made of, each as a published night counted it; days without rows are left out.
pub(crate) struct ShopRows<'a> {
    settings: &'a Settings,
    shop_id: i64,
    days: BTreeMap<TableDay, Result<KnownDay, WhyUnknown>>,
}

/// A day whose files are those that were stored.
struct KnownDay {
    spec: &'static PartialSpec,
    planned: Planned,
    /// The shop's quarantined rows.
    quarantined: Vec<QuarantinedRow>,
}

impl<'a> ShopRows<'a> {
    /// The days of `tables` that a published night counted, given the rows of each.
    pub(crate) fn of(
        terms: Terms<'a>,
        store: &Store,
        tables: &BTreeSet<Table>,
        (window, counted): (Span, &BTreeMap<TableDay, i64>),
        shop_id: i64,
    ) -> Outcome<Self> {
        let coverage = terms.settings.coverage(window.last, window.last);
        let listed = listing::list_tables(&terms.settings.delivery, tables.iter().map(|table| (*table, coverage)))?;
        let there = listed.partitions.iter().map(|found| ((found.table, found.day), found));
        let there: BTreeMap<TableDay, &Partition> = there.collect();
        let days = counted.iter().filter(|(of, rows)| tables.contains(&of.0) && **rows > 0);
        let days: Vec<_> = days.filter_map(|(of, rows)| Some((measures::of(of.0)?, *of, *rows))).collect();
        let days = days.into_par_iter().with_max_len(1).map(|(spec, of, rows)| {
            let Some(partition) = there.get(&of) else { return Ok((of, Err(WhyUnknown::Expired))) };
            let planned = plan::of_partition(partition, terms, store.peek(of));
            Ok((
                of,
                match unlike_counted(&planned, rows, terms.settings)? {
                    Some(why) => Err(why),
                    None => Ok(KnownDay { quarantined: quarantined(&planned, shop_id)?, spec, planned }),
                },
            ))
        });
        let days = all(days.collect::<Vec<_>>())?.into_iter().collect();
        Ok(Self { settings: terms.settings, shop_id, days })
    }

    /// The days of a table that are not known, and why.
    pub(crate) fn unknown(&self, table: Table) -> impl Iterator<Item = (TableDay, WhyUnknown)> {
        let of_table = self.days.iter().filter(move |(of, _)| of.0 == table);
        of_table.filter_map(|(of, known)| Some((*of, *known.as_ref().err()?)))
    }

    /// The known days of a table, in order, with the shop's quarantined rows.
    pub(crate) fn known(&self, table: Table) -> impl Iterator<Item = (TableDay, &[QuarantinedRow])> {
        let of_table = self.days.iter().filter(move |(of, _)| of.0 == table);
        of_table.filter_map(|(of, known)| Some((*of, known.as_ref().ok()?.quarantined.as_slice())))
    }

    /// The wanted rows of those days that are known.
    pub(crate) fn read(&self, wanted: &BTreeMap<TableDay, WantedRows>) -> Outcome<BTreeMap<TableDay, Vec<ShopRow>>> {
        let known: Vec<_> =
            wanted.iter().filter_map(|(of, wanted)| Some((*of, self.days.get(of)?.as_ref().ok()?, wanted))).collect();
        let rows = known.into_par_iter().with_max_len(1).map(|(of, known, wanted)| {
            let checked = known.planned.checked(self.settings)?;
            Ok((of, OfDay { known, checked, shop_id: self.shop_id }.rows(wanted)?))
        });
        Ok(all(rows.collect::<Vec<_>>())?.into_iter().collect())
    }
}

/// Why a day is not known: its files are not what was stored and counted; none where they are.
fn unlike_counted(planned: &Planned, rows: i64, settings: &Settings) -> Outcome<Option<WhyUnknown>> {
    let decision = match planned.decision {
        Decision::Touched => planned.by_bytes(&reader::hashes(&planned.checked(settings)?)?),
        decision => decision,
    };
    Ok(match decision {
        Decision::Computed(Why::NothingStored) => Some(WhyUnknown::NotStored),
        Decision::Computed(Why::Damaged) => Some(WhyUnknown::Damaged),
        Decision::Reused if planned.stored()?.counts.rows == rows => None,
        _ => Some(WhyUnknown::ChangedSince),
    })
}

/// The quarantined rows of a shop.
fn quarantined(planned: &Planned, shop_id: i64) -> Outcome<Vec<QuarantinedRow>> {
    let is_of_shop = |row: &&QuarantinedRow| {
        let held: Option<Value> = serde_json::from_str(&row.row).ok();
        held.and_then(|held| held.get("shop_id")?.as_i64()) == Some(shop_id)
    };
    Ok(planned.stored()?.quarantine.iter().filter(is_of_shop).cloned().collect())
}

/// A day whose rows are read.
struct OfDay<'a> {
    known: &'a KnownDay,
    checked: CheckedPartition,
    shop_id: i64,
}

impl OfDay<'_> {
    fn rows(&self, wanted: &WantedRows) -> Outcome<Vec<ShopRow>> {
        let KnownDay { spec, quarantined, .. } = self.known;
        match wanted {
            WantedRows::WithKeys(keys) => self.with_keys(keys),
            WantedRows::Counted | WantedRows::Whole if !quarantined.is_empty() => self.judged(),
            // All of the shop's rows are sound.
            WantedRows::Counted if spec.has_records() => {
                self.told(self.decoded(Wanted::OfShop(self.shop_id), Some(spec.counted_columns()))?)
            }
            WantedRows::Counted | WantedRows::Whole => self.told(self.decoded(Wanted::OfShop(self.shop_id), None)?),
        }
    }

    /// All sound rows of the shop, where others were set aside.
    fn judged(&self) -> Outcome<Vec<ShopRow>> {
        let of_shop = self.decoded(Wanted::OfShop(self.shop_id), None)?;
        let mut rows = self.told(of_shop.filtered(judge(&of_shop)?.sound())?)?;
        // Which of the rows with one key is sound shows only among all of them, whoever has them.
        let doubtful: BTreeSet<i64> = self.known.quarantined.iter().filter_map(|row| row.key).collect();
        if !doubtful.is_empty() {
            rows.retain(|row| row.key.is_none_or(|key| !doubtful.contains(&key)));
            rows.extend(self.with_keys(&doubtful)?);
        }
        Ok(rows)
    }

    fn with_keys(&self, keys: &BTreeSet<i64>) -> Outcome<Vec<ShopRow>> {
        let with_keys = self.decoded(Wanted::WithKeys(keys), None)?;
        self.told(with_keys.filtered(judge_all(&with_keys)?.sound())?)
    }

    fn decoded(&self, rows: Wanted<'_>, columns: Option<Vec<&'static str>>) -> Outcome<Batch> {
        reader::decode_whole(&self.checked, Source::Files, &Selection { rows, columns })
    }

    /// Those of sound rows that are the shop's.
    fn told(&self, sound: Batch) -> Outcome<Vec<ShopRow>> {
        let KnownDay { spec, planned, .. } = self.known;
        let sound = Arc::new(sound);
        let addends = addends(&sound, spec, planned.dependencies.custom_made())?;
        let shops = sound.integers("shop_id")?.values();
        let once = spec.once_within_group().iter().map(|name| sound.integers(name)).collect::<Outcome<Vec<_>>>()?;
        let day_column = sound.spec().day_column.ok_or_else(|| fault(STAGE, "records that have no time"))?;
        let happened = sound.is_whole().then(|| sound.ticks(day_column)).transpose()?;
        let keys = if sound.is_whole() { sound.keys()? } else { None };
        let mut told = Vec::new();
        for row in (0..sound.count).filter(|row| shops.get(*row) == Some(&self.shop_id)) {
            let figures = addends.iter().map(|addends| addends.of_row(row)).collect::<Outcome<Vec<_>>>()?;
            told.push(ShopRow {
                key: keys.map(|keys| value(keys.values(), row)).transpose()?,
                record: Record::of(self.shop_id, figures.into_iter()),
                once_for: once.iter().map(|column| value(column.values(), row)).collect::<Outcome<_>>()?,
                at: happened.map(|happened| value(happened.values(), row)).transpose()?,
                batch: Arc::clone(&sound),
                place: row,
            });
        }
        Ok(told)
    }
}
