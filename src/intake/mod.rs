//! What the extracts and the state folder give a night: shops, the window's sums, and what appeals take out of them.
//!
//! In: settings, rules, the as-of day. Out: everything that scoring needs of the extracts. A daily partial whose files,
//! settings and rules are as they were is taken from the state folder; one whose are not is computed again, alone. Shops
//! and appeals are kept whole. Reading and group-bys run on the shared pool, one task a table-day.
//!
//! [`plan`] finds out what is stored and still holds, [`gone`] which days the state folder alone has, [`known`] gets the
//! partials, [`records`] what became of the records that appeals name, [`whole`] shops and appeals, [`windows`] adds up.

pub mod gone;
mod known;
pub mod plan;
pub mod range;
mod records;
mod whole;
mod windows;
pub mod year;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Day;
use crate::error::Outcome;
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::listing::Listed;
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::tables::Table;
use crate::intake::plan::ingredients;
use crate::intake::whole::DayRead;
use crate::partials::records::TableDay;
use crate::partials::retractions::{self, Appeal};
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::shops::Shop;
use crate::state::partials::Store;
use crate::window_sums::tables::TableSums;
use polars::prelude::DataFrame;

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
    /// The days of the records that decisions speak of which take effect with this night.
    pub newly_decided: BTreeSet<Day>,
    /// Which partials were computed, and why.
    pub computed: Vec<(TableDay, &'static str)>,
    /// How many partials were taken from the state folder.
    pub kept: usize,
    /// The table-days, of all tables, that are not what an earlier night made use of.
    pub changed: Vec<TableDay>,
    /// The hash of all that the night depends on.
    pub ingredients: String,
}

/// The day that is scored, and the day at whose end the appeals are known: the same in a night, a later one in a
/// restatement.
#[derive(Clone, Copy, Debug)]
pub struct AsKnown {
    /// The day that is scored.
    pub as_of: Day,
    /// The day as of which appeals count.
    pub on: Day,
}

/// Gathers all that scoring a day needs, and leaves in the state folder what the next one can use.
///
/// # Errors
/// Those of the contract, of the reader, and of the state folder's disk.
pub fn gather(settings: &Settings, rulebook: &Rulebook, known: AsKnown) -> Outcome<Intake> {
    let AsKnown { as_of, on: known_on } = known;
    let window = settings.window(as_of);
    let store = Store::under(&settings.state);
    let (planned, listed) = plan::plan_day(settings, rulebook, known, &store)?;
    let to_read = planned.iter().filter(|planned| !planned.is_kept);
    let partitions = to_read.map(|planned| planned.partition.clone()).collect();
    gone::remember_lacking(&listed, settings)?;
    let checked = contract::check(Listed { partitions, ..listed }, settings.require_manifest)?;
    let checked: BTreeMap<TableDay, CheckedPartition> =
        checked.into_iter().map(|partition| ((partition.table, partition.day), partition)).collect();

    let whole =
        |table: Table| planned.iter().filter(move |planned| planned.of().0 == table).collect::<Vec<_>>();
    let (snapshots, appeals) = (whole(Table::Shops), whole(Table::Appeals));
    let snapshot = snapshots.first().map_or(as_of, |snapshot| snapshot.of().1);
    let (shops, appeals) = rayon::join(
        || whole::rows_of::<Shop>(&snapshots, &checked, settings, &store),
        || whole::rows_of::<Appeal>(&appeals, &checked, settings, &store),
    );
    let (shops, of_shops) = shops?;
    let (appeals, of_appeals) = appeals?;
    let last_effective_day = known_on.plus(-settings.appeal_effect_days);
    let newly_decided = appeals.iter().filter(|appeal| appeal.day == last_effective_day);
    let newly_decided = newly_decided.map(|appeal| appeal.record_of.1).collect();
    let appeals = retractions::by_record(appeals, window);

    let (mut counts, mut quarantine) = (Vec::new(), BTreeMap::<Day, Vec<QuarantinedRow>>::new());
    let (mut versions, mut changed) = (BTreeMap::new(), Vec::new());
    for DayRead { stored, is_changed } in of_shops.into_iter().chain(of_appeals) {
        let of = (stored.counts.table, stored.counts.day);
        changed.extend(is_changed.then_some(of));
        versions.insert(of, stored.version.fingerprint);
        quarantine.entry(of.1).or_default().extend(stored.quarantine);
        counts.push(stored.counts);
    }
    let known = known::partials(&planned, &checked, &appeals, settings, window, &store)?;
    for (of, known) in &known {
        counts.push(known.stored.counts.clone());
        quarantine.entry(of.1).or_default().extend(known.stored.quarantine.iter().cloned());
        versions.insert(*of, known.stored.version.fingerprint.clone());
        changed.extend(known.replaced.is_some().then_some(*of));
    }
    quarantine.retain(|_, rows| !rows.is_empty());
    quarantine.values_mut().for_each(|rows| rows.sort_unstable());
    let retractions = retractions::decide(&appeals, last_effective_day, |of| Some(&known.get(&of)?.answers));
    let shop_ids = shops.iter().map(|shop| shop.shop_id).collect();
    let tables = windows::windows(&planned, &known, &shop_ids, settings, &store)?;
    let computed: Vec<_> = known.iter().filter_map(|(of, known)| Some((*of, known.reason?))).collect();
    Ok(Intake {
        snapshot,
        shops,
        counts,
        quarantine,
        tables,
        taken_out: windows::taken_out(&retractions, &known)?,
        unmatched: retractions.unmatched,
        newly_decided,
        kept: known.len() - computed.len(),
        computed,
        changed,
        ingredients: ingredients(settings, rulebook, as_of, &versions),
    })
}
