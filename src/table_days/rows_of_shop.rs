//! The days of a window on which rows of one shop can be read.
//!
//! In: the extracts of some tables, and what is stored of their days. Out: of each day that a published night counted the shop's
//! quarantined rows, and those [sound ones](super::shop_day) that are asked for; or why the day is not known: its files must be those
//! that were stored and counted. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use crate::domain::Span;
use crate::error::{Outcome, all};
use crate::extracts::quarantine::QuarantinedRow;
use crate::extracts::remote::Remote;
use crate::extracts::{elsewhere_read, listing, partitions::Partition, reader, tables::Table};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::TableDay;
use crate::settings::Settings;
use crate::state::store::Store;
use crate::table_days::dependencies::Terms;
use crate::table_days::elsewhere::at_once;
use crate::table_days::of_shop::WhyUnknown;
use crate::table_days::plan::{self, Decision, Planned, Why};
use crate::table_days::shop_day::{OfDay, ShopRow, WantedRows};
use crate::threads::side_by_side;

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
        let rows = |(of, known, wanted): &(TableDay, &KnownDay, &WantedRows)| Ok((*of, self.rows(known, wanted)?));
        let Some(remote) = self.remote() else {
            let rows = known.par_iter().with_max_len(1).map(rows);
            return Ok(all(rows.collect::<Vec<_>>())?.into_iter().collect());
        };
        let rows = all(side_by_side(&known, at_once(self.settings), rows))?;
        for table in known.iter().map(|(of, ..)| of.0).collect::<BTreeSet<_>>() {
            let of_table = known.iter().filter(|(of, ..)| of.0 == table);
            let files = of_table.flat_map(|(_, known, _)| &known.planned.partition.files);
            elsewhere_read::check_unchanged(remote, &self.settings.delivery.folder(table), files)?;
        }
        Ok(rows.into_iter().collect())
    }

    fn rows(&self, known: &KnownDay, wanted: &WantedRows) -> Outcome<Vec<ShopRow>> {
        let KnownDay { spec, planned, quarantined } = known;
        let (checked, custom_made) = (planned.checked(self.settings)?, planned.dependencies.custom_made());
        OfDay { spec, checked, custom_made, quarantined, shop_id: self.shop_id, remote: self.remote() }.rows(wanted)
    }

    /// The engine that reads the extracts, where one does.
    fn remote(&self) -> Option<&dyn Remote> {
        self.settings.delivery.remote.as_deref()
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
