//! Which part files a run reads: every file of the window's partitions, seen as it is.
//!
//! What is odd is a finding (exit code 3); days without a partition are listed all together (exit code 4). Partitions after
//! the as-of day, and before the window, are never opened (specification, section 2).

use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk};
use crate::extracts::days::Found;
use crate::extracts::partitions::{Partition, STAGE, day_folders};
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::policies::Coverage;

/// The partitions that a run reads, and what is wrong with the folders; the contract check reports it with its own.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Those of the window by table and day, and the newest shop snapshot.
    pub partitions: Vec<Partition>,
    /// Odd names and odd files.
    pub rejected: Vec<Finding>,
    /// Missing days.
    pub missing: Vec<Finding>,
    /// A missing or old snapshot.
    pub missing_snapshot: Option<Finding>,
    /// Days without a partition whose extracts may have expired, of snapshots the newest first.
    pub expired: Vec<(Table, Day)>,
    /// Days without a partition whose extracts would be there, of tables that may lack days.
    pub empty_days: Vec<(Table, Day)>,
    /// What lies in the partitions and is no part file by its name.
    pub ignored: Vec<PathBuf>,
}

impl Listed {
    /// Adds what else a run reads.
    pub fn append(&mut self, other: Self) {
        self.partitions.extend(other.partitions);
        self.rejected.extend(other.rejected);
        self.missing.extend(other.missing);
        self.missing_snapshot = self.missing_snapshot.take().or(other.missing_snapshot);
        self.expired.extend(other.expired);
        self.empty_days.extend(other.empty_days);
        self.ignored.extend(other.ignored);
    }
}

/// Lists the partitions that a run reads.
///
/// # Errors
/// Missing where there is no such folder; disk where it cannot be read.
pub fn list(extracts: &Path, coverage: Coverage) -> Outcome<Listed> {
    list_tables(extracts, coverage, &Table::ALL)
}

/// As [`list`], of some tables alone.
///
/// # Errors
/// As [`list`].
pub fn list_tables(extracts: &Path, coverage: Coverage, tables: &[Table]) -> Outcome<Listed> {
    list_as(extracts, coverage, tables, |table| table.spec().presence)
}

/// As [`list`], with every shop snapshot of the window; none has to be there.
///
/// # Errors
/// As [`list`].
pub fn list_all(extracts: &Path, coverage: Coverage) -> Outcome<Listed> {
    list_as(extracts, coverage, &Table::ALL, |table| match table.spec().presence {
        Presence::NewestSnapshot => Presence::MayLackDays,
        presence => presence,
    })
}

fn list_as(
    extracts: &Path,
    coverage: Coverage,
    tables: &[Table],
    presence_of: impl Fn(Table) -> Presence,
) -> Outcome<Listed> {
    if !extracts.is_dir() {
        return Err(Finding::new(STAGE, "no such folder", "the folder of the extracts")
            .path(extracts)
            .advice("set `extracts` (--extracts) to the folder that holds one sub-folder a table")
            .fail(ExitClass::Missing));
    }
    let root = fs::canonicalize(extracts).map_err(|error| disk(STAGE, "canonicalize", extracts, &error))?;
    let mut listed = Listed::default();
    for (table, presence) in tables.iter().map(|table| (*table, presence_of(*table))) {
        let folder = extracts.join(table.name());
        let partitions = day_folders(&root, &folder, &mut listed.rejected)?;
        let found = Found { table, presence, folder: &folder, partitions, coverage };
        let (expired, empty_days) = found.without_partition();
        listed.missing.extend(found.missing_days(&empty_days));
        listed.missing_snapshot = listed.missing_snapshot.or_else(|| found.missing_snapshot());
        listed.expired.extend(expired.into_iter().map(|day| (table, day)));
        if presence != Presence::EveryDay {
            listed.empty_days.extend(empty_days.into_iter().map(|day| (table, day)));
        }
        for (day, folder) in found.wanted() {
            let of = (table, day, folder);
            listed.partitions.push(Partition::list(&root, of, &mut listed.rejected, &mut listed.ignored)?);
        }
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Window;
    use crate::extracts::readable::day;

    const DAYS: [&str; 2] = ["2022-03-14", "2022-03-15"];

    /// Extracts of [`DAYS`] in which every table has one (unread) part file a day, but for the table-days `without`; they are
    /// kept for `kept_days`.
    fn listed(
        without: &[(Table, &str)],
        kept_days: Option<i32>,
        list: fn(&Path, Coverage) -> Outcome<Listed>,
    ) -> Listed {
        let root = tempfile::tempdir().unwrap();
        for of in Table::ALL.into_iter().flat_map(|table| DAYS.map(|day| (table, day))) {
            let folder = root.path().join(of.0.name()).join(format!("dt={}", of.1));
            if !without.contains(&of) {
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join("part-0.parquet"), "x").unwrap();
            }
        }
        let as_of = day(DAYS[1]);
        let coverage = Coverage {
            window: Window::ending(as_of, 2),
            appeals_until: as_of,
            history_starts_on: None,
            max_snapshot_age_days: Some(7),
            extracts_kept_days: kept_days,
        };
        list(root.path(), coverage).unwrap()
    }

    #[test]
    fn what_lacks_a_partition_is_missing_or_has_expired_or_is_empty() {
        let without = [
            (Table::Payments, DAYS[0]),
            (Table::Disputes, DAYS[0]),
            (Table::Appeals, DAYS[1]),
            (Table::Shops, DAYS[0]),
        ];
        let [payments, disputes, appeals, _] = without.map(|(table, text)| (table, day(text)));
        let found = |kept_days| {
            let Listed { partitions, missing, expired, empty_days, .. } = listed(&without, kept_days, list);
            (partitions.len(), missing.len(), expired, empty_days)
        };
        assert_eq!(found(None), (12, 1, vec![], vec![disputes, appeals]));
        assert_eq!(found(Some(1)), (12, 1, vec![], vec![disputes, appeals]));
        assert_eq!(found(Some(0)), (12, 0, vec![payments, disputes], vec![appeals]));
    }

    #[test]
    fn every_snapshot_of_the_window_is_listed_where_all_are_asked_for() {
        let snapshots = |without: &[(Table, &str)], kept_days| {
            let Listed { partitions, expired, missing_snapshot, .. } = listed(without, kept_days, list_all);
            assert_eq!(missing_snapshot, None);
            (partitions.iter().filter(|partition| partition.table == Table::Shops).count(), expired)
        };
        assert_eq!(snapshots(&[], Some(0)), (2, vec![]));
        let first = (Table::Shops, DAYS[0]);
        assert_eq!(snapshots(&[first], Some(0)), (1, vec![(Table::Shops, day(DAYS[0]))]));
        assert_eq!(snapshots(&[first, (Table::Shops, DAYS[1])], Some(0)), (0, vec![]));
    }
}
