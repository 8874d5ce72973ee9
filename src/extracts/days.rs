//! Which days of a table a run reads, and which of those have no partition.
//!
//! In: the partition folders of a table by day, and the days that the run needs ([`Coverage`]). Of snapshots the newest up to
//! the as-of day is read, of other tables every day of the window; appeals reach on to the day at whose end they are known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::{Day, Span};
use crate::error::Finding;
use crate::extracts::layout::STAGE;
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::policies::Coverage;

/// No snapshot without a partition is looked for further back, however old one may be.
const LONGEST_LOOK_BACK_DAYS: i32 = 3_660;

/// A table whose days have been found.
pub(super) struct Found<'a> {
    pub(super) table: Table,
    pub(super) presence: Presence,
    pub(super) folder: &'a Path,
    pub(super) has_folder: bool,
    pub(super) partitions: BTreeMap<Day, PathBuf>,
    /// What the run needs.
    pub(super) coverage: Coverage,
}

impl Found<'_> {
    /// The days that the run reads, where it reads more than one.
    fn span(&self) -> Span {
        let Coverage { window, appeals_until, .. } = self.coverage;
        if self.table == Table::Appeals { Span { last: appeals_until, ..window } } else { window }
    }

    fn snapshot(&self) -> Option<(&Day, &PathBuf)> {
        self.partitions.range(..=self.coverage.window.last).next_back()
    }

    /// The partitions that the run reads.
    pub(super) fn wanted(&self) -> Vec<(Day, PathBuf)> {
        let wanted: Vec<_> = match self.presence {
            Presence::NewestSnapshot => self.snapshot().into_iter().collect(),
            Presence::EveryDay | Presence::MayLackDays => {
                self.partitions.iter().filter(|(day, _)| self.span().contains(**day)).collect()
            }
        };
        wanted.into_iter().map(|(day, folder)| (*day, folder.clone())).collect()
    }

    /// The days that the run would read if they had a partition: those whose extracts may have expired, and the others. Of
    /// snapshots only those newer than the one that is read, the newest first.
    pub(super) fn without_partition(&self) -> (Vec<Day>, Vec<Day>) {
        let Coverage { window, max_snapshot_age_days, .. } = self.coverage;
        let is_without = |day: &Day| !self.partitions.contains_key(day);
        let without: Vec<Day> = match self.presence {
            Presence::NewestSnapshot => {
                let most_days = max_snapshot_age_days.unwrap_or(LONGEST_LOOK_BACK_DAYS);
                let ages_days = 0..=most_days.min(LONGEST_LOOK_BACK_DAYS);
                ages_days.map(|age_days| window.last.plus(-age_days)).take_while(is_without).collect()
            }
            Presence::EveryDay | Presence::MayLackDays => self.span().days().filter(is_without).collect(),
        };
        let newest = self.partitions.keys().next_back().copied();
        without.into_iter().partition(|day| self.coverage.may_have_expired(*day, newest))
    }

    /// A finding for each of the `empty_days` that must not be empty.
    pub(super) fn missing_days(&self, empty_days: &[Day]) -> Vec<Finding> {
        let starts_on = self.coverage.history_starts_on;
        let is_needed = |day: Day| self.presence == Presence::EveryDay && starts_on.is_none_or(|start| day >= start);
        let missing = empty_days.iter().filter(|day| is_needed(**day)).map(|day| {
            Finding::new(STAGE, format!("no partition dt={day}"), format!("{} of {day}", self.table.name()))
                .path(self.folder)
                .advice("deliver the day, or set history_starts_on if the history starts later")
        });
        missing.collect()
    }

    /// A finding where the table lacks every day that the run reads, and must not; `expired` days may yet be served.
    pub(super) fn absent(&self, may_be_absent: bool, expired: &[Day]) -> Option<Finding> {
        let is_absent = self.presence == Presence::MayLackDays && self.table.spec().presence == self.presence;
        let window = self.coverage.window;
        let is_there = self.partitions.range(window.first..=window.last).next().is_some();
        if !is_absent || may_be_absent || is_there || expired.iter().any(|day| window.contains(*day)) {
            return None;
        }
        let (name, Span { first, last }) = (self.table.name(), window);
        let found = if self.has_folder { "no partition of any day" } else { "no such folder" };
        let finding = Finding::new(STAGE, found, format!("partitions of {name} from {first} to {last}"));
        Some(finding.path(self.folder).advice(format!(
            "deliver the table, name its folder ([tables.{name}] folder = \"…\"), or set may_be_absent = {name:?} if nothing ever \
             happens there"
        )))
    }

    /// A finding where the run needs a snapshot and there is none, or none that is new enough.
    pub(super) fn missing_snapshot(&self) -> Option<Finding> {
        if self.presence != Presence::NewestSnapshot {
            return None;
        }
        let as_of = self.coverage.window.last;
        let Some((day, path)) = self.snapshot() else {
            let missing = Finding::new(STAGE, "no shop snapshot", format!("one with dt <= {as_of}"));
            return Some(missing.path(self.folder).advice("deliver a snapshot"));
        };
        let most_days = self.coverage.max_snapshot_age_days?;
        (as_of.epoch_days() - day.epoch_days() > most_days).then(|| {
            let wanted = format!("one at most {most_days} days older than {as_of}");
            Finding::new(STAGE, format!("the newest shop snapshot is of {day}"), wanted)
                .path(path)
                .advice("deliver a newer snapshot, or raise max_snapshot_age_days")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::{coverage, day};

    /// A table with partitions of some days.
    fn found(table: Table, days: &[&str], coverage: Coverage) -> Found<'static> {
        let partitions = days.iter().map(|text| (day(text), PathBuf::from(text))).collect();
        Found {
            table,
            presence: table.spec().presence,
            folder: Path::new("folder"),
            has_folder: true,
            partitions,
            coverage,
        }
    }

    #[test]
    fn the_window_and_the_newest_snapshot_are_read_and_nothing_after() {
        let days = ["2022-03-14", "2022-03-15", "2022-03-16"];
        for (table, appeals_until, read) in [
            (Table::Shops, days[1], &days[1..2]),
            (Table::Payments, days[1], &days[..2]),
            (Table::Appeals, days[1], &days[..2]),
            (Table::Payments, days[2], &days[..2]),
            (Table::Appeals, days[2], &days),
        ] {
            let coverage = Coverage { appeals_until: day(appeals_until), ..coverage(days[0], days[1]) };
            let wanted = found(table, &days, coverage).wanted();
            assert!(wanted.iter().map(|(day, _)| *day).eq(read.iter().map(|text| day(text))), "{table:?} {wanted:?}");
        }
    }

    #[test]
    fn a_snapshot_may_be_as_old_as_the_run_says() {
        let missing = |as_of, max_snapshot_age_days| {
            let coverage = Coverage { max_snapshot_age_days, ..coverage(as_of, as_of) };
            found(Table::Shops, &["2022-03-15"], coverage).missing_snapshot()
        };
        assert_eq!(missing("2022-03-22", Some(7)), None);
        let text = missing("2022-03-23", Some(7)).unwrap().to_string();
        assert!(text.contains("the newest shop snapshot is of 2022-03-15"), "{text}");
        assert_eq!(missing("2122-03-23", None), None, "however old");
        assert!(missing("2022-03-14", None).is_some(), "none yet");
    }
}
