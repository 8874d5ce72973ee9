//! The days of a window on which rows of one shop can be read.
//!
//! In: the extracts of some tables, and what is stored of their days. Out: of each day that a published night counted the shop's
//! quarantined rows, and those [sound ones](super::shop_day) that are asked for; or why the day is not known: its files must be those
//! that were stored and counted. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use crate::domain::Span;
use crate::error::{ExitClass, Finding, Outcome, all};
use crate::extracts::quarantine::QuarantinedRow;
use crate::extracts::{listing, partitions::Partition, reader, tables::Table};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::TableDay;
use crate::settings::Settings;
use crate::state::store::Store;
use crate::table_days::STAGE;
use crate::table_days::dependencies::Terms;
use crate::table_days::of_shop::WhyUnknown;
use crate::table_days::plan::{self, Decision, Planned, Why};
use crate::table_days::shop_day::{OfDay, ShopRow, WantedRows};

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
        if terms.settings.delivery.remote.is_some() {
            let finding =
                Finding::new(STAGE, "single rows of extracts that an engine reads", "extracts on this machine");
            let advice = "ask without the rows, or name a copy of the days with --extracts and --set engine=local";
            return Err(finding.advice(advice).fail(ExitClass::Usage));
        }
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
            let (checked, custom_made) =
                (known.planned.checked(self.settings)?, known.planned.dependencies.custom_made());
            Ok((
                of,
                OfDay {
                    spec: known.spec,
                    checked,
                    custom_made,
                    quarantined: &known.quarantined,
                    shop_id: self.shop_id,
                }
                .rows(wanted)?,
            ))
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
