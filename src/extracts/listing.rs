//! Which part files a run reads: every file of the window's partitions, seen as it is.
//!
//! What is odd is a finding (exit code 3); days without a partition are listed all together (exit code 4). Partitions after
//! the as-of day, and before the window, are never opened (specification, section 2).

use std::collections::BTreeMap;

use crate::domain::Day;
use crate::error::{Finding, Outcome};
use crate::extracts::days::Found;
use crate::extracts::delivery::Delivery;
use crate::extracts::partitions::{Beside, Partition, Seen, day_folders};
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::extracts::tree::Tree;
use crate::policies::Coverage;

/// The partitions that a run reads, and what is wrong with the folders; the contract check reports it with its own.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Those of the window by table and day, and the newest shop snapshot.
    pub partitions: Vec<Partition>,
    /// Odd names and odd files.
    pub rejected: Vec<Finding>,
    /// Missing and incomplete days, and tables without any.
    pub missing: Vec<Finding>,
    /// A missing or old snapshot.
    pub missing_snapshot: Option<Finding>,
    /// The whole snapshot before the newest, if it lies in the month before it.
    pub(crate) snapshot_before: Option<Partition>,
    /// Days without a partition whose extracts may have expired, of snapshots the newest first.
    pub expired: Vec<(Table, Day)>,
    /// Days without a partition whose extracts would be there, of tables that may lack days.
    pub empty_days: Vec<(Table, Day)>,
    /// What lies among the extracts and is not read.
    pub(crate) beside: Beside,
}

/// Lists the partitions that a run reads; missing where there is no such folder.
pub fn list(delivery: &Delivery, coverage: Coverage) -> Outcome<Listed> {
    list_tables(delivery, Table::ALL.map(|table| (table, coverage)))
}

/// As [`list`], of some tables, each with what the run needs of it.
pub(crate) fn list_tables(delivery: &Delivery, tables: impl IntoIterator<Item = (Table, Coverage)>) -> Outcome<Listed> {
    list_as(delivery, tables.into_iter().map(|(table, coverage)| (table, table.spec().presence, coverage)))
}

/// As [`list`], with every shop snapshot of the window; none has to be there.
pub(crate) fn list_all(delivery: &Delivery, coverage: Coverage) -> Outcome<Listed> {
    let tables = Table::ALL.into_iter().map(|table| match table.spec().presence {
        Presence::NewestSnapshot => (table, Presence::MayLackDays, coverage),
        presence => (table, presence, coverage),
    });
    list_as(delivery, tables)
}

fn list_as(delivery: &Delivery, tables: impl Iterator<Item = (Table, Presence, Coverage)>) -> Outcome<Listed> {
    let tables: Vec<_> = tables.collect();
    let tree = Tree::of(delivery, tables.iter().map(|(table, ..)| *table))?;
    let mut listed = Listed::default();
    listed.beside.are_listed = tree.is_listed();
    for (table, presence, coverage) in tables {
        let (folder, mut seen) = (delivery.folder(table), Seen::default());
        let partitions = day_folders(&tree, &folder, &mut seen)?;
        let has_folder = tree.has_folder(&folder);
        let mut found = Found { table, presence, folder: &folder, has_folder, partitions, coverage };
        tree.learn_of_others(table, found.wanted().into_iter().map(|(_, folder)| folder))?;
        let there = partitions_of(&mut found, &tree, delivery, &mut seen)?;
        let (expired, empty_days) = found.without_partition();
        listed.missing.append(&mut seen.incomplete);
        listed.missing.extend(found.missing_days(&empty_days));
        listed.missing.extend(found.absent(delivery.may_be_absent.contains(&table), &expired));
        listed.missing_snapshot = listed.missing_snapshot.or_else(|| found.missing_snapshot());
        listed.snapshot_before = match listed.snapshot_before {
            None => snapshot_before(&found, &tree, delivery)?,
            before => before,
        };
        listed.expired.extend(expired.into_iter().map(|day| (table, day)));
        if presence != Presence::EveryDay {
            listed.empty_days.extend(empty_days.into_iter().map(|day| (table, day)));
        }
        listed.partitions.extend(there);
        listed.rejected.append(&mut seen.rejected);
        listed.beside.left_aside.append(&mut seen.beside.left_aside);
        listed.beside.without_day.append(&mut seen.beside.without_day);
        listed.beside.ignored.append(&mut seen.beside.ignored);
    }
    Ok(listed)
}

/// The newest snapshot before the one that is read that is whole, in the month before it.
fn snapshot_before(found: &Found<'_>, tree: &Tree, delivery: &Delivery) -> Outcome<Option<Partition>> {
    const LONGEST_DAYS: i32 = 31;
    let newest = found.wanted().first().map(|(day, _)| *day).filter(|_| found.presence == Presence::NewestSnapshot);
    let Some(newest) = newest else { return Ok(None) };
    for (day, folder) in found.partitions.range(newest.plus(-LONGEST_DAYS)..newest).rev() {
        let mut seen = Seen::default();
        let of = (found.table, *day, folder.clone());
        let partition = Partition::list(tree, of, delivery.require_success_marker, &mut seen)?;
        if !partition.files.is_empty() && seen.incomplete.is_empty() && seen.rejected.is_empty() {
            return Ok(Some(partition));
        }
    }
    Ok(None)
}

/// The partitions that a run reads of a table; those without a part file are not there, and are taken out of `found`.
fn partitions_of(found: &mut Found<'_>, tree: &Tree, delivery: &Delivery, seen: &mut Seen) -> Outcome<Vec<Partition>> {
    let mut there: BTreeMap<Day, Partition> = BTreeMap::new();
    loop {
        // Where the newest snapshot is none, the one before it is the newest.
        let wanted = found.wanted().into_iter().filter(|(day, _)| !there.contains_key(day)).collect::<Vec<_>>();
        if wanted.is_empty() {
            break;
        }
        for (day, folder) in wanted {
            let so_far = seen.incomplete.len();
            let partition = Partition::list(tree, (found.table, day, folder), delivery.require_success_marker, seen)?;
            if partition.files.is_empty() && seen.incomplete.len() == so_far {
                found.partitions.remove(&day);
            } else {
                there.insert(day, partition);
            }
        }
    }
    Ok(there.into_values().collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::extracts::readable::{coverage, day, shanghai};

    const DAYS: [&str; 2] = ["2022-03-14", "2022-03-15"];

    #[test]
    fn what_is_there_is_listed_and_what_is_not_is_missing_or_has_expired_or_is_empty() {
        let root = tempfile::tempdir().unwrap();
        let without = [(Table::Shops, 0), (Table::Payments, 0), (Table::Disputes, 0), (Table::Appeals, 1)];
        for (table, place) in Table::ALL.into_iter().flat_map(|table| [(table, 0), (table, 1)]) {
            if !without.contains(&(table, place)) {
                let folder = root.path().join(table.name()).join(format!("dt={}", DAYS[place]));
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join("part-0.parquet"), "").unwrap();
            }
        }
        let [shops, payments, disputes, appeals] = without.map(|(table, place)| (table, day(DAYS[place])));
        let found = |list: fn(&Delivery, Coverage) -> Outcome<Listed>, extracts_kept_days| {
            let coverage = Coverage { extracts_kept_days, ..coverage(DAYS[0], DAYS[1]) };
            let Listed { partitions, missing, expired, empty_days, .. } =
                list(&Delivery::plain(root.path(), shanghai(), day("2000-01-01")), coverage).unwrap();
            (partitions.len(), missing.len(), expired, empty_days)
        };
        assert_eq!(found(list, None), (12, 1, vec![], vec![disputes, appeals]));
        assert_eq!(found(list, Some(1)), (12, 1, vec![], vec![disputes, appeals]));
        assert_eq!(found(list, Some(0)), (12, 0, vec![payments, disputes], vec![appeals]));
        let all_snapshots = vec![shops, payments, disputes];
        assert_eq!(found(list_all, Some(0)), (12, 0, all_snapshots, vec![appeals]), "every snapshot");
    }
}
