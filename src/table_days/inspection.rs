//! What a night would find of its table-days, as far as names, footers and the state folder tell it: nothing is decoded or
//! written, and what is wrong is handed on beside what is not.
//!
//! Grain: one table-day, with its rows: as stored where it is stored as it is now, else as its footers count them. What was set
//! aside, and the rows of shops that the snapshot does not have, are known of the stored ones alone.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{Failure, Outcome};
use crate::extracts::delivery::Delivery;
use crate::extracts::quarantine::Counts;
use crate::extracts::{contract, listing, partitions::Partition, tables::Table};
use crate::partials::{measures, records::TableDay};
use crate::settings::Settings;
use crate::state::store::{Store, Stored};
use crate::table_days::dependencies::Terms;
use crate::table_days::plan::{Decision, Planned};
use crate::table_days::set_aside::SetAside;
use crate::table_days::survey::{AsKnown, Survey, snapshot_before, warnings_beside};
use crate::window_sums::tables::{ShopIds, unknown_rows};

/// What was found of a night's table-days.
#[derive(Default)]
pub(crate) struct Inspected {
    /// What is wrong with folders, footers, manifests and days.
    pub(crate) failure: Option<Failure>,
    /// What lies among the extracts and is not read.
    pub(crate) warnings: Vec<String>,
    /// What becomes of each table-day that is listed; none where what is stored of them is not known.
    pub(crate) decisions: BTreeMap<TableDay, Decision>,
    /// The rows of those that are there, and those that were set aside of the stored ones.
    pub(crate) set_aside: SetAside,
    /// The day of the snapshot before the one that counts, and its rows.
    pub(crate) snapshot_before: Option<(Day, usize)>,
    /// The sound rows of shops that the snapshot does not have.
    pub(crate) unknown: BTreeMap<TableDay, i64>,
}

/// The table-days of a night; missing where there are no extracts at all.
pub(crate) fn of_night(terms: Terms<'_>, as_of: Day, store: &Store) -> Outcome<Inspected> {
    let survey = Survey::of_night(terms, AsKnown { as_of, on: as_of }, store)?;
    let there: Vec<&Planned> = survey.days.iter().filter(|planned| planned.takes_part()).collect();
    let as_stored = there.iter().filter(|planned| !planned.is_read()).filter_map(|planned| planned.stored().ok());
    let as_stored: Vec<&Stored> = as_stored.collect();
    let mut set_aside = SetAside::of(as_stored.iter().copied());
    let delivery = &terms.settings.delivery;
    let read: Vec<_> =
        there.iter().filter(|planned| planned.is_read()).map(|planned| planned.partition.clone()).collect();
    contract::learn(&read, delivery)?;
    let counted = read.par_iter().map(|partition| by_footers(partition, delivery)).collect::<Outcome<Vec<_>>>()?;
    set_aside.counts.extend(counted.into_iter().flatten());
    Ok(Inspected {
        failure: survey.check(terms.settings).err(),
        warnings: survey.warnings_beside(),
        decisions: survey.days.iter().map(|planned| (planned.of(), planned.decision)).collect(),
        set_aside,
        snapshot_before: survey.snapshot_before(terms.settings)?,
        unknown: unknown(&as_stored, store)?,
    })
}

/// What the footers of a table-day count; none where one of them cannot be read.
fn by_footers(partition: &Partition, delivery: &Delivery) -> Outcome<Option<Counts>> {
    let rows = contract::rows_of(partition, delivery)?.and_then(|rows| i64::try_from(rows).ok());
    Ok(rows.map(|rows| Counts { rows, ..Counts::nothing(partition.table, partition.day) }))
}

/// The same without rules or without what is stored: the extracts alone, all files of them checked.
pub(crate) fn of_extracts(settings: &Settings, as_of: Day) -> Outcome<Inspected> {
    let listed = listing::list(&settings.delivery, settings.coverage(as_of, as_of))?;
    let delivery = &settings.delivery;
    contract::learn(&listed.partitions, delivery)?;
    let counted = listed.partitions.par_iter().map(|partition| by_footers(partition, delivery));
    let counted = counted.collect::<Outcome<Vec<_>>>()?;
    let counts = counted.into_iter().flatten().collect();
    Ok(Inspected {
        set_aside: SetAside { counts, ..SetAside::default() },
        warnings: warnings_beside(&listed.beside),
        snapshot_before: snapshot_before(&listed, delivery)?,
        failure: contract::check(listed, delivery).err(),
        ..Inspected::default()
    })
}

/// The sound rows of unknown shops of the stored table-days; none where the snapshot is not stored, or is lost.
fn unknown(as_stored: &[&Stored], store: &Store) -> Outcome<BTreeMap<TableDay, i64>> {
    let content = |stored: &Stored| store.content(stored.of(), &stored.version);
    let snapshot = as_stored.iter().find(|stored| stored.of().0 == Table::Shops);
    let Some(shops) = snapshot.and_then(|snapshot| content(snapshot)) else { return Ok(BTreeMap::new()) };
    let known: ShopIds = shops.shops()?.iter().map(|shop| shop.shop_id).collect();
    let partials = as_stored.par_iter().filter(|stored| measures::of(stored.of().0).is_some());
    let of_day = |stored: &&Stored| {
        // One that is lost is made again by the night.
        let Some(content) = content(stored) else { return Ok((stored.of(), 0)) };
        Ok((stored.of(), unknown_rows(&content.sums()?, &known)?.values().sum()))
    };
    partials.map(of_day).collect()
}
