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
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::listing::{self, Listed};
use crate::extracts::quarantine::QuarantinedRow;
use crate::extracts::remote::Remote;
use crate::extracts::{elsewhere_read, partitions::Partition, reader, selection, tables::Table};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::TableDay;
use crate::settings::Settings;
use crate::state::store::Store;
use crate::table_days::dependencies::Terms;
use crate::table_days::elsewhere::{MOST_DAYS, at_once};
use crate::table_days::elsewhere_rows::Elsewhere;
use crate::table_days::of_shop::WhyUnknown;
use crate::table_days::plan::{self, Decision, Planned, Why};
use crate::table_days::shop_day::{AtEngine, OfDay, ShopRow, WantedRows};
use crate::threads::side_by_side;

/// A shop on the days of some tables that partials are made of, each as a published night counted it; days without rows are left out.
pub(crate) struct ShopRows<'a> {
    settings: &'a Settings,
    shop_id: i64,
    days: BTreeMap<TableDay, Result<KnownDay, WhyUnknown>>,
}

/// A known day, and which of its rows are wanted.
type Wish<'a> = (TableDay, &'a KnownDay, &'a WantedRows);

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
        let known: Vec<Wish<'_>> =
            wanted.iter().filter_map(|(of, wanted)| Some((*of, self.days.get(of)?.as_ref().ok()?, wanted))).collect();
        if let Some(remote) = self.settings.delivery.remote.as_deref() {
            return self.read_elsewhere(&known, remote);
        }
        let rows = known.into_par_iter().with_max_len(1).map(|(of, known, wanted)| {
            let rows = self.of_day(known, known.planned.checked(self.settings)?, None).rows(wanted)?;
            Ok((of, rows))
        });
        Ok(all(rows.collect::<Vec<_>>())?.into_iter().collect())
    }

    /// As [`read`](Self::read): the shop's rows of each table in one query, since most of what a query costs is paid once; more are
    /// asked day by day.
    fn read_elsewhere(&self, known: &[Wish<'_>], remote: &dyn Remote) -> Outcome<BTreeMap<TableDay, Vec<ShopRow>>> {
        let partitions = known.iter().map(|(_, known, _)| known.planned.partition.clone()).collect();
        let checked = contract::check(Listed { partitions, ..Listed::default() }, &self.settings.delivery)?;
        let asked: Vec<_> = known.iter().zip(checked).collect();
        let of_tables = asked.chunk_by(|((one, ..), _), ((other, ..), _)| one.0 == other.0);
        let of_tables: Vec<_> = of_tables.flat_map(|days| days.chunks(MOST_DAYS)).collect();
        let rows = side_by_side(&of_tables, at_once(self.settings), |days| self.of_table(days, remote));
        Ok(all(rows)?.into_iter().flatten().collect())
    }

    /// The wanted rows of days of one table, whose files are still those that were listed when all are there.
    fn of_table(
        &self,
        days: &[(&Wish<'_>, CheckedPartition)],
        remote: &dyn Remote,
    ) -> Outcome<Vec<(TableDay, Vec<ShopRow>)>> {
        let of_shop = days.iter().filter(|((.., wanted), _)| !matches!(wanted, WantedRows::WithKeys(_)));
        let of_shop: Vec<&CheckedPartition> = of_shop.map(|(_, checked)| checked).collect();
        let Some(((of, known, _), _)) = days.first() else { return Ok(Vec::new()) };
        let elsewhere = Elsewhere { remote, spec: known.spec, days: &of_shop };
        let mut of_shop = elsewhere.rows(selection::Wanted::OfShop(self.shop_id))?;
        let rows = days.iter().map(|((of, known, wanted), checked)| {
            let engine = AtEngine { remote, of_shop: of_shop.remove(&checked.day) };
            Ok((*of, self.of_day(known, checked.clone(), Some(engine)).rows(wanted)?))
        });
        let rows = rows.collect::<Outcome<Vec<_>>>()?;
        let files = days.iter().flat_map(|((_, known, _), _)| &known.planned.partition.files);
        elsewhere_read::check_unchanged(remote, &self.settings.delivery.folder(of.0), files)?;
        Ok(rows)
    }

    fn of_day<'b>(&self, known: &'b KnownDay, checked: CheckedPartition, engine: Option<AtEngine<'b>>) -> OfDay<'b> {
        OfDay {
            spec: known.spec,
            checked,
            custom_made: known.planned.dependencies.custom_made(),
            quarantined: &known.quarantined,
            shop_id: self.shop_id,
            engine,
        }
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
