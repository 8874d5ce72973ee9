//! Which days of a table a run reads, and which of those have no partition.
//!
//! In: the partition folders of a table by day, and the days that the run needs ([`Coverage`]). Of snapshots the newest up to
//! the as-of day is read, of other tables every day of the window; appeals reach on to the day at whose end they are known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::{Day, Window};
use crate::error::Finding;
use crate::extracts::partitions::STAGE;
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
    pub(super) partitions: BTreeMap<Day, PathBuf>,
    /// What the run needs.
    pub(super) coverage: Coverage,
}

impl Found<'_> {
    /// The days that the run reads, where it reads more than one.
    fn span(&self) -> Window {
        let Coverage { window, appeals_until, .. } = self.coverage;
        if self.table == Table::Appeals { Window { last: appeals_until, ..window } } else { window }
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

    /// A table with partitions of some days, for a run of the days from `first` to `last`.
    fn found(table: Table, days: &[&str], (first, last): (&str, &str), more: impl Fn(&mut Coverage)) -> Found<'static> {
        let mut coverage = coverage(first, last);
        more(&mut coverage);
        let partitions = days.iter().map(|text| (day(text), PathBuf::from(text))).collect();
        Found { table, presence: table.spec().presence, folder: Path::new("folder"), partitions, coverage }
    }

    fn shown<T: ToString>(days: impl IntoIterator<Item = T>) -> String {
        days.into_iter().map(|day| day.to_string()).collect::<Vec<_>>().join(" ")
    }

    const TWO_DAYS: (&str, &str) = ("2022-03-14", "2022-03-15");
    const THREE: [&str; 3] = ["2022-03-14", "2022-03-15", "2022-03-16"];

    #[test]
    fn the_window_and_the_newest_snapshot_are_read_and_nothing_after() {
        let read = |table, more: fn(&mut Coverage)| {
            shown(found(table, &THREE, TWO_DAYS, more).wanted().into_iter().map(|(day, _)| day))
        };
        assert_eq!(read(Table::Shops, |_| ()), "2022-03-15");
        assert_eq!(read(Table::Payments, |_| ()), "2022-03-14 2022-03-15");
        assert_eq!(read(Table::Appeals, |_| ()), "2022-03-14 2022-03-15");
        let until = |coverage: &mut Coverage| coverage.appeals_until = day("2022-03-16");
        assert_eq!(read(Table::Payments, until), "2022-03-14 2022-03-15");
        assert_eq!(read(Table::Appeals, until), "2022-03-14 2022-03-15 2022-03-16");
    }

    #[test]
    fn every_missing_day_is_a_finding_unless_the_table_may_lack_days_or_the_history_starts_later() {
        let missing = |table, starts_on: Option<&str>| {
            let more = |coverage: &mut Coverage| coverage.history_starts_on = starts_on.map(day);
            let found = found(table, &[], TWO_DAYS, more);
            shown(found.missing_days(&found.without_partition().1))
        };
        let text = missing(Table::Refunds, None);
        assert!(text.contains("refunds of 2022-03-14;") && text.contains("refunds of 2022-03-15;"), "{text}");
        let text = missing(Table::Refunds, Some("2022-03-15"));
        assert!(!text.contains("refunds of 2022-03-14;") && text.contains("refunds of 2022-03-15;"), "{text}");
        assert_eq!(missing(Table::Disputes, None), "");
    }

    #[test]
    fn a_snapshot_may_be_as_old_as_the_run_says() {
        for (as_of, most_days, refused) in [
            ("2022-03-22", Some(7), None),
            ("2022-03-23", Some(7), Some("the newest shop snapshot is of 2022-03-15")),
            ("2122-03-23", None, None),
            ("2022-03-14", None, Some("no shop snapshot")),
        ] {
            let more = |coverage: &mut Coverage| coverage.max_snapshot_age_days = most_days;
            let found = found(Table::Shops, &["2022-03-15"], (as_of, as_of), more).missing_snapshot();
            let text = found.as_ref().map(ToString::to_string).unwrap_or_default();
            assert_eq!(found.is_some(), refused.is_some(), "{as_of} {most_days:?} {text}");
            assert!(text.contains(refused.unwrap_or_default()), "{as_of} {most_days:?} {text}");
        }
    }
}
