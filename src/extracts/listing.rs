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

/// Lists the partitions that a run reads; missing where there is no such folder.
pub fn list(extracts: &Path, coverage: Coverage) -> Outcome<Listed> {
    list_tables(extracts, Table::ALL.map(|table| (table, coverage)))
}

/// As [`list`], of some tables, each with what the run needs of it.
pub(crate) fn list_tables(extracts: &Path, tables: impl IntoIterator<Item = (Table, Coverage)>) -> Outcome<Listed> {
    list_as(extracts, tables.into_iter().map(|(table, coverage)| (table, table.spec().presence, coverage)))
}

/// As [`list`], with every shop snapshot of the window; none has to be there.
pub(crate) fn list_all(extracts: &Path, coverage: Coverage) -> Outcome<Listed> {
    let tables = Table::ALL.into_iter().map(|table| match table.spec().presence {
        Presence::NewestSnapshot => (table, Presence::MayLackDays, coverage),
        presence => (table, presence, coverage),
    });
    list_as(extracts, tables)
}

fn list_as(extracts: &Path, tables: impl Iterator<Item = (Table, Presence, Coverage)>) -> Outcome<Listed> {
    if !extracts.is_dir() {
        return Err(Finding::new(STAGE, "no such folder", "the folder of the extracts")
            .path(extracts)
            .advice("set `extracts` (--extracts) to the folder that holds one sub-folder a table")
            .fail(ExitClass::Missing));
    }
    let root = fs::canonicalize(extracts).map_err(|error| disk(STAGE, "canonicalize", extracts, &error))?;
    let mut listed = Listed::default();
    for (table, presence, coverage) in tables {
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
    use crate::extracts::readable::{coverage, day};

    const DAYS: [&str; 2] = ["2022-03-14", "2022-03-15"];

    #[test]
    fn what_is_there_is_listed_and_what_is_not_is_missing_or_has_expired_or_is_empty() {
        let root = tempfile::tempdir().unwrap();
        let without = [(Table::Shops, 0), (Table::Payments, 0), (Table::Disputes, 0), (Table::Appeals, 1)];
        for (table, place) in Table::ALL.into_iter().flat_map(|table| [(table, 0), (table, 1)]) {
            if !without.contains(&(table, place)) {
                fs::create_dir_all(root.path().join(table.name()).join(format!("dt={}", DAYS[place]))).unwrap();
            }
        }
        let [shops, payments, disputes, appeals] = without.map(|(table, place)| (table, day(DAYS[place])));
        let found = |list: fn(&Path, Coverage) -> Outcome<Listed>, extracts_kept_days| {
            let coverage = Coverage { extracts_kept_days, ..coverage(DAYS[0], DAYS[1]) };
            let Listed { partitions, missing, expired, empty_days, .. } = list(root.path(), coverage).unwrap();
            (partitions.len(), missing.len(), expired, empty_days)
        };
        assert_eq!(found(list, None), (12, 1, vec![], vec![disputes, appeals]));
        assert_eq!(found(list, Some(1)), (12, 1, vec![], vec![disputes, appeals]));
        assert_eq!(found(list, Some(0)), (12, 0, vec![payments, disputes], vec![appeals]));
        let all_snapshots = vec![shops, payments, disputes];
        assert_eq!(found(list_all, Some(0)), (12, 0, all_snapshots, vec![appeals]), "every snapshot");
    }
}
