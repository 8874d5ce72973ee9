//! Days on which nothing happened: those that nights saw without a partition while their extracts would still have been
//! there. Once the extracts of old days are gone, only this tells such a day from one that is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::state::sealed::{self, STAGE};

/// The table-days that are known to lack a partition; none where the file is gone or damaged.
pub fn load(state: &Path) -> BTreeSet<TableDay> {
    let bytes = sealed::read(&file(state)).unwrap_or_default();
    let days: BTreeMap<String, BTreeSet<Day>> = serde_json::from_slice(&bytes).unwrap_or_default();
    let of_table = |table: Table| days.get(table.name()).into_iter().flatten().map(move |day| (table, *day));
    Table::ALL.into_iter().flat_map(of_table).collect()
}

/// Keeps them for the next night.
///
/// # Errors
/// Disk.
pub fn save(state: &Path, lacking: &BTreeSet<TableDay>) -> Outcome<()> {
    let mut days: BTreeMap<&str, BTreeSet<Day>> = BTreeMap::new();
    for (table, day) in lacking {
        days.entry(table.name()).or_default().insert(*day);
    }
    let json = serde_json::to_vec(&days).map_err(|error| fault(STAGE, error))?;
    sealed::write(&file(state), &json)
}

fn file(state: &Path) -> PathBuf {
    state.join("lacking.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn days_on_which_nothing_happened_are_kept() {
        let state = tempfile::tempdir().unwrap();
        assert!(load(state.path()).is_empty());
        let lacking: BTreeSet<TableDay> =
            [(Table::Disputes, day("2022-03-01")), (Table::Shops, day("2022-03-02"))].into();
        save(state.path(), &lacking).unwrap();
        assert_eq!(load(state.path()), lacking);
    }
}
