//! What the extracts and the state folder give a night: shops, the window's sums, and what appeals take out of them.
//!
//! In: settings, rules, the as-of day. Out: everything that scoring needs of the extracts. A daily partial whose files,
//! settings and rules are as they were is taken from the state folder; one whose are not is computed again, alone. Shops
//! and appeals are read every night. Reading and group-bys run on the shared pool, one task a table-day.
//!
//! [`plan`] finds out what is stored and still holds, [`known`] gets the partials, [`records`] what became of the records
//! that appeals name, [`windows`] adds up.

mod known;
pub mod plan;
mod records;
mod windows;

use std::collections::BTreeMap;

use polars::prelude::DataFrame;
use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{Outcome, all};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::listing::{self, Listed};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::reader;
use crate::extracts::row_rules::{Verdicts, judge};
use crate::extracts::rows::Rows;
use crate::extracts::tables::Table;
use crate::intake::plan::{Planned, ingredients};
use crate::partials::records::TableDay;
use crate::partials::retractions;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::shops::{self, Shop};
use crate::state::partials::{Store, Stored, Version};
use crate::window::TableSums;

const STAGE: &str = "intake";

/// Everything that scoring needs of the extracts.
#[derive(Debug)]
pub struct Intake {
    /// The day of the shop snapshot.
    pub snapshot: Day,
    /// Its shops.
    pub shops: Vec<Shop>,
    /// What was read and set aside, by table-day; days without a partition are left out.
    pub counts: Vec<Counts>,
    /// The rows that were set aside, by day.
    pub quarantine: BTreeMap<Day, Vec<QuarantinedRow>>,
    /// The sums of the window, before appeals.
    pub tables: BTreeMap<Table, TableSums>,
    /// What appeals take out of them, negated.
    pub taken_out: BTreeMap<Table, Vec<DataFrame>>,
    /// How many appeals of each day speak of no record of their shop.
    pub unmatched: BTreeMap<Day, i64>,
    /// Which partials were computed, and why.
    pub computed: Vec<(TableDay, &'static str)>,
    /// How many partials were taken from the state folder.
    pub kept: usize,
    /// The table-days, of all tables, that are not what an earlier night made use of.
    pub changed: Vec<TableDay>,
    /// The hash of all that the night depends on.
    pub ingredients: String,
}

/// Gathers all that the night of `as_of` needs, and leaves in the state folder what the next one can use.
///
/// # Errors
/// Those of the contract, of the reader, and of the state folder's disk.
pub fn gather(settings: &Settings, rulebook: &Rulebook, as_of: Day) -> Outcome<Intake> {
    let window = settings.window(as_of);
    let store = Store::under(&settings.state);
    let listed = listing::list(&settings.extracts, settings.coverage(as_of))?;
    let planned = plan::plan(&listed.partitions, settings, rulebook, &store);
    let to_read = planned.iter().filter(|planned| planned.spec.is_none() || !planned.is_kept);
    let partitions = to_read.map(|planned| planned.partition.clone()).collect();
    let checked = contract::check(Listed { partitions, ..listed }, settings.require_manifest)?;
    let checked: BTreeMap<TableDay, CheckedPartition> =
        checked.into_iter().map(|partition| ((partition.table, partition.day), partition)).collect();

    let whole =
        |table: Table| planned.iter().filter(move |planned| planned.of().0 == table).collect::<Vec<_>>();
    let mut read = WholeTables::default();
    let snapshots = whole(Table::Shops);
    let snapshot = snapshots.first().map_or(as_of, |snapshot| snapshot.of().1);
    let shops: Vec<Shop> = read.read(&snapshots, &checked, settings, &store, shops::of_snapshot)?;
    let appeals = |rows: &Rows, verdicts: &Verdicts| retractions::appeals_of(rows, verdicts, window);
    let appeals = read.read(&whole(Table::Appeals), &checked, settings, &store, appeals)?;
    let WholeTables { mut counts, mut quarantine, mut versions, mut changed } = read;

    let known = known::partials(&planned, &checked, &appeals, settings, window, &store)?;
    for (of, known) in &known {
        counts.push(known.stored.counts.clone());
        quarantine.entry(of.1).or_default().extend(known.stored.quarantine.iter().cloned());
        versions.insert(*of, known.stored.version.fingerprint.clone());
        changed.extend(known.replaced.is_some().then_some(*of));
    }
    quarantine.retain(|_, rows| !rows.is_empty());
    quarantine.values_mut().for_each(|rows| rows.sort_unstable());
    let last_effective_day = as_of.plus(-settings.appeal_effect_days);
    let settled = retractions::settle(&appeals, last_effective_day, |table_day, key| {
        known.get(&table_day)?.answers.get(&key)?.as_ref().map(|record| record.shop_id)
    });
    let shop_ids = shops.iter().map(|shop| shop.shop_id).collect();
    let tables = windows::windows(&planned, &known, &shop_ids, settings, &store)?;
    let computed: Vec<_> = known.iter().filter_map(|(of, known)| Some((*of, known.reason?))).collect();
    Ok(Intake {
        snapshot,
        shops,
        counts,
        quarantine,
        tables,
        taken_out: windows::taken_out(&settled, &known)?,
        unmatched: settled.unmatched,
        kept: known.len() - computed.len(),
        computed,
        changed,
        ingredients: ingredients(settings, rulebook, as_of, &versions),
    })
}

/// What was read of the tables that are read whole every night: shops and appeals.
#[derive(Default)]
struct WholeTables {
    counts: Vec<Counts>,
    quarantine: BTreeMap<Day, Vec<QuarantinedRow>>,
    versions: BTreeMap<TableDay, String>,
    changed: Vec<TableDay>,
}

impl WholeTables {
    /// Reads and judges table-days, and returns what `records_of` makes of their sound rows.
    fn read<T: Send>(
        &mut self,
        planned: &[&Planned],
        checked: &BTreeMap<TableDay, CheckedPartition>,
        settings: &Settings,
        store: &Store,
        records_of: impl Fn(&Rows, &Verdicts) -> Vec<T> + Sync,
    ) -> Outcome<Vec<T>> {
        let read = planned.par_iter().filter_map(|planned| Some((planned, checked.get(&planned.of())?)));
        let read = read.map(|(planned, checked)| {
            let bytes = reader::load(checked)?;
            let (inputs, fingerprint) = planned.inputs_and_fingerprint(&bytes);
            let rows = reader::decode(checked, &bytes, &settings.zone, None)?;
            let verdicts = judge(&rows, &settings.zone);
            let stored = Stored {
                counts: Counts::of(&rows, &verdicts),
                quarantine: rows_set_aside(&rows, &verdicts),
                basis: planned.basis.clone(),
                inputs,
                version: Version { fingerprint, sums_hash: String::new() },
            };
            if planned.stored.as_ref() != Some(&stored) {
                store.describe(&stored)?;
            }
            Ok((planned, records_of(&rows, &verdicts), stored))
        });
        let mut records = Vec::new();
        for (planned, mut of_day, stored) in all(read.collect::<Vec<_>>())? {
            records.append(&mut of_day);
            let is_other = |before: &Stored| before.version.fingerprint != stored.version.fingerprint;
            self.changed.extend(planned.stored.as_ref().is_some_and(is_other).then_some(planned.of()));
            self.versions.insert(planned.of(), stored.version.fingerprint);
            self.quarantine.entry(stored.counts.day).or_default().extend(stored.quarantine);
            self.counts.push(stored.counts);
        }
        Ok(records)
    }
}
