//! What is listed and what is stored, brought together in one plan of a run's table-days.
//!
//! In: settings, rules, the days that a run needs. Out: its plan, and what is wrong with the folders of the extracts. The
//! listing and the descriptions in the state folder are read, and nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::domain::{Day, Span};
use crate::error::{Outcome, escaped};
use crate::extracts::contract::{self, CheckedPartition};
use crate::extracts::delivery::Delivery;
use crate::extracts::listing::{self, Listed};
use crate::extracts::partitions::Beside;
use crate::partials::records::TableDay;
use crate::state::empty_days::{self, EmptyDays};
use crate::table_days::dependencies::Terms;
use crate::table_days::plan::{self, Planned};
use crate::{extracts::tables::Table, policies::Coverage, settings::Settings, state::store::Store};

/// The day that is scored, and the day at whose end appeals are known: the same in a night, later in a restatement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AsKnown {
    pub(crate) as_of: Day,
    pub(crate) on: Day,
}

/// The table-days of a run, and what else was found when they were listed.
pub(crate) struct Survey {
    /// Every table-day that was listed, by table and day.
    pub(crate) days: Vec<Planned>,
    /// The findings of the listing, and the days whose extracts would be there.
    listed: Listed,
    /// The days that earlier nights saw without a partition.
    known_empty: EmptyDays,
}

impl Survey {
    pub(crate) fn of_night(terms: Terms<'_>, known: AsKnown, store: &Store<'_>) -> Outcome<Self> {
        let coverage = terms.settings.coverage(known.as_of, known.on);
        Self::of(listing::list(&terms.settings.delivery, coverage)?, terms, store)
    }

    /// What settling a year takes: the payments of its days, and the newest snapshot, however old it is.
    pub(super) fn of_year(terms: Terms<'_>, span: Span, as_of: Day, store: &Store<'_>) -> Outcome<Self> {
        let Terms { settings, .. } = terms;
        let coverage = Coverage { window: span, ..settings.coverage(as_of, as_of) };
        let of_shops = Span { first: as_of, last: as_of };
        let of_shops = Coverage { window: of_shops, max_snapshot_age_days: None, ..coverage };
        let tables = [(Table::Payments, coverage), (Table::Shops, of_shops)];
        Self::of(listing::list_tables(&settings.delivery, tables)?, terms, store)
    }

    pub(crate) fn of(listed: Listed, terms: Terms<'_>, store: &Store<'_>) -> Outcome<Self> {
        let Terms { settings, .. } = terms;
        let known_empty = settings.extracts_kept_days.map(|_| empty_days::load(&settings.state)).unwrap_or_default();
        let there = listed.partitions.iter().map(|partition| (partition.table, partition.day));
        let wanted: Vec<TableDay> = there.chain(listed.expired.iter().copied()).collect();
        let stored = wanted.into_par_iter().map(|of| (of, store.find(of))).collect();
        let days = plan::plan(&listed, terms, &known_empty.days, stored);
        Ok(Self { days, listed, known_empty })
    }

    /// The files to be read, checked against the contract. All findings come together: those of the listing and of the
    /// contract, rejected; missing days and a missing snapshot.
    pub(super) fn check(&self, settings: &Settings) -> Outcome<BTreeMap<TableDay, CheckedPartition>> {
        let mut listed = self.listed.clone();
        listed.partitions = self.days.iter().filter(|day| day.is_read()).map(|day| day.partition.clone()).collect();
        listed.missing.extend(self.days.iter().filter_map(Planned::finding));
        if self.days.iter().any(|day| day.of().0 == Table::Shops && !day.has_partition()) {
            listed.missing_snapshot = None;
        }
        let checked = contract::check(listed, &settings.delivery)?;
        Ok(checked.into_iter().map(|partition| ((partition.table, partition.day), partition)).collect())
    }

    /// Says what lies among the extracts and is not read.
    pub(super) fn tell_beside(&self) {
        self.warnings_beside().iter().for_each(|warning| tracing::warn!("{warning}"));
        let ignored = &self.listed.beside.ignored;
        if !ignored.is_empty() {
            tracing::info!("{} names in the extracts ignored, first: {}", ignored.len(), first(ignored));
        }
    }

    /// What lies among the extracts, is not read, and may have been meant to be.
    pub(super) fn warnings_beside(&self) -> Vec<String> {
        warnings_beside(&self.listed.beside)
    }

    pub(super) fn left_aside(&self) -> usize {
        self.listed.beside.left_aside.len()
    }

    /// As [`snapshot_before`], of what was listed.
    pub(super) fn snapshot_before(&self, settings: &Settings) -> Outcome<Option<(Day, usize)>> {
        snapshot_before(&self.listed, &settings.delivery)
    }

    /// Remembers which days have no partition, as long as their extracts would be there. What is damaged is written anew
    /// only `after_check`, when the run has found all days that it needs without it.
    pub(super) fn remember_empty_days(&self, settings: &Settings, after_check: bool) -> Outcome<()> {
        let before = &self.known_empty;
        let mut days: BTreeSet<TableDay> = before.days.iter().chain(&self.listed.empty_days).copied().collect();
        for partition in &self.listed.partitions {
            days.remove(&(partition.table, partition.day));
        }
        let is_due = if after_check { before.is_damaged } else { !before.is_damaged && days != before.days };
        if settings.extracts_kept_days.is_some() && is_due {
            empty_days::save(&settings.state, &days)?;
        }
        Ok(())
    }
}

/// The day of the shop snapshot before the one that counts, and how many rows its footers count; none where there is no whole one
/// in the month before.
pub(super) fn snapshot_before(listed: &Listed, delivery: &Delivery) -> Outcome<Option<(Day, usize)>> {
    let Some(before) = &listed.snapshot_before else { return Ok(None) };
    Ok(contract::rows_of(before, delivery)?.map(|rows| (before.day, rows)))
}

/// What lies beside what was listed, is not read, and may have been meant to be.
pub(super) fn warnings_beside(beside: &Beside) -> Vec<String> {
    let Beside { left_aside, without_day, .. } = beside;
    let aside = (!left_aside.is_empty()).then(|| {
        format!("{} files {} left aside, first: {}", left_aside.len(), beside.what_they_lack(), first(left_aside))
    });
    let without_day = without_day.iter().map(|(folder, files, size_bytes)| {
        let folder = escaped(&folder.display().to_string());
        format!("{folder}: {files} files of {size_bytes} bytes, of rows whose day was null, are not read")
    });
    aside.into_iter().chain(without_day).collect()
}

/// The first few of some paths.
fn first(paths: &[PathBuf]) -> String {
    const SHOWN: usize = 10;
    let shown = paths.iter().take(SHOWN).map(|path| escaped(&path.display().to_string()));
    shown.collect::<Vec<_>>().join(", ")
}

/// What a night would make of every table-day that is listed, old snapshots included, whatever is known of empty days.
pub(crate) fn of_stored(listed: &Listed, terms: Terms<'_>, store: &Store<'_>) -> Vec<Planned> {
    let there = listed.partitions.par_iter();
    let there = there.map(|of| plan::of_partition(of, terms, store.find((of.table, of.day))));
    let expired = listed.expired.par_iter().map(|of| plan::without_partition(*of, terms, false, store.find(*of)));
    there.chain(expired).collect()
}
