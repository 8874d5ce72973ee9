//! Days on which nothing happened: those that nights saw without a partition while their extracts would still have been
//! there. Once the extracts of old days are gone, only this tells such a day from one that is lost: it cannot be made again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Outcome, fault};
use crate::state::checksummed::{self, Content, STAGE};
use crate::{domain::Day, extracts::tables::Table, partials::records::TableDay};

/// What is known of days without a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EmptyDays {
    pub(crate) days: BTreeSet<TableDay>,
    /// Whether what was known before is damaged.
    pub(crate) is_damaged: bool,
}

/// The file's name is older than the word that the code has for it.
pub(super) const NAME: &str = "lacking.json";
pub(super) const ADVICE: &str = "put it back as it was backed up: it alone knows on which days nothing happened";

/// What is known under a state folder; nothing where the file is gone or damaged.
pub(crate) fn load(state: &Path) -> EmptyDays {
    let path = file(state);
    let days = match checksummed::peek(&path) {
        Content::Absent => Some(BTreeMap::new()),
        Content::Damaged => None,
        Content::Sound(json) => serde_json::from_slice::<BTreeMap<String, BTreeSet<Day>>>(&json).ok(),
    };
    let Some(days) = days else {
        tracing::warn!("{}: damaged; {ADVICE}", path.display());
        return EmptyDays { is_damaged: true, ..EmptyDays::default() };
    };
    let of_table = |table: Table| days.get(table.name()).into_iter().flatten().map(move |day| (table, *day));
    EmptyDays { days: Table::ALL.into_iter().flat_map(of_table).collect(), is_damaged: false }
}

pub(crate) fn save(state: &Path, empty: &BTreeSet<TableDay>) -> Outcome<()> {
    let mut days: BTreeMap<&str, BTreeSet<Day>> = BTreeMap::new();
    for (table, day) in empty {
        days.entry(table.name()).or_default().insert(*day);
    }
    let json = serde_json::to_vec(&days).map_err(|error| fault(STAGE, error))?;
    checksummed::write_durably(&file(state), &json)
}

fn file(state: &Path) -> PathBuf {
    state.join(NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn days_on_which_nothing_happened_are_kept_and_a_damaged_file_is_known() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(load(state.path()), EmptyDays::default());
        let days: BTreeSet<TableDay> = [(Table::Disputes, day("2022-03-01")), (Table::Shops, day("2022-03-02"))].into();
        save(state.path(), &days).unwrap();
        assert_eq!(load(state.path()), EmptyDays { days, is_damaged: false });
        std::fs::write(file(state.path()), "{}").unwrap();
        assert_eq!(load(state.path()), EmptyDays { is_damaged: true, ..EmptyDays::default() });
    }
}
