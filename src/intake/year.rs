//! What the extracts and the state folder give the settlement of a year: the newest shops, and the days' payments.
//!
//! Payments come from their daily partials, which keep categories of goods; one that does not hold is computed again.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::plan::{self, Planned};
use super::windows::rebuilt;
use super::{STAGE, gone, known, whole};
use crate::domain::{Day, Window};
use crate::error::{Outcome, fault};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::listing::{self, Listed};
use crate::extracts::quarantine::{Counts, QuarantinedRow};
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::policies::Coverage;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::shops::Shop;
use crate::state::partials::{Store, Stored, Version};

/// Everything that a settlement needs of the extracts.
pub struct YearIntake<'a> {
    settings: &'a Settings,
    store: Store,
    planned: Vec<Planned>,
    versions: BTreeMap<Day, Version>,
    /// The shops of the newest snapshot.
    pub shops: Vec<Shop>,
    /// What was read and set aside, by table-day.
    pub counts: Vec<Counts>,
    /// The rows that were set aside, by day.
    pub quarantine: BTreeMap<Day, Vec<QuarantinedRow>>,
}

/// Gathers the newest shops as of a day and the payments of a span of days.
///
/// # Errors
/// Those of the contract, of the reader, and of the state folder's disk.
pub fn gather_year<'a>(
    settings: &'a Settings,
    rulebook: &Rulebook,
    span: Window,
    as_of: Day,
) -> Outcome<YearIntake<'a>> {
    let store = Store::under(&settings.state);
    let coverage = Coverage { window: span, ..settings.coverage(as_of, as_of) };
    // The newest snapshot decides, however old it is.
    let of_shops = Window { first: as_of, last: as_of };
    let of_shops = Coverage { window: of_shops, max_snapshot_age_days: None, ..coverage };
    let tables = [(Table::Payments, coverage), (Table::Shops, of_shops)];
    let mut listed = listing::list_tables(&settings.extracts, tables)?;
    let served = gone::served(&mut listed, settings, rulebook, &store);
    let mut planned = plan::plan(&listed.partitions, settings, rulebook, &store);
    planned.extend(served);
    let to_read = planned.iter().filter(|planned| !planned.is_kept);
    let partitions = to_read.map(|planned| planned.partition.clone()).collect();
    let checked = contract::check(Listed { partitions, ..listed }, settings.require_manifest)?;
    let checked: BTreeMap<TableDay, CheckedPartition> =
        checked.into_iter().map(|partition| ((partition.table, partition.day), partition)).collect();

    let snapshots: Vec<&Planned> = planned.iter().filter(|planned| planned.of().0 == Table::Shops).collect();
    let (shops, of_shops) = whole::rows_of::<Shop>(&snapshots, &checked, settings, &store)?;
    let (mut counts, mut quarantine) = (Vec::new(), BTreeMap::<Day, Vec<QuarantinedRow>>::new());
    let mut versions = BTreeMap::new();
    for Stored { counts: of_snapshot, quarantine: rows, .. } in of_shops.into_iter().map(|day| day.stored) {
        quarantine.entry(of_snapshot.day).or_default().extend(rows);
        counts.push(of_snapshot);
    }
    for ((_, day), known) in known::partials(&planned, &checked, &BTreeMap::new(), settings, span, &store)? {
        counts.push(known.stored.counts);
        quarantine.entry(day).or_default().extend(known.stored.quarantine);
        versions.insert(day, known.stored.version);
    }
    Ok(YearIntake { settings, store, planned, versions, shops, counts, quarantine })
}

impl YearIntake<'_> {
    /// The days that have payments.
    pub fn days(&self) -> Vec<Day> {
        self.versions.keys().copied().collect()
    }

    /// The payments of a day, one row a shop and category of goods.
    ///
    /// # Errors
    /// Those of computing them again where what is stored is gone or damaged.
    pub fn payments_of(&self, day: Day) -> Outcome<DataFrame> {
        let stored =
            || self.versions.get(&day).and_then(|version| self.store.sums(Table::Payments, day, version));
        if let Some(payments) = stored() {
            return Ok(payments);
        }
        rebuilt(&self.planned, (Table::Payments, day), self.settings, &self.store)?;
        stored().ok_or_else(|| fault(STAGE, format!("no payments of {day} after they were computed again")))
    }
}
