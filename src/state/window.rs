//! The sums of the last night's windows, one file a table, from which the next night rolls on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Outcome;
use crate::partials::measures;
use crate::state::checksummed::{self, Content};
use crate::state::{frames, store::Version};
use crate::window_sums::tables::{TableSums, UnknownRows};
use crate::{domain::Day, extracts::tables::Table, window_sums::tables::RolledTable};

/// Which days are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// Those of the night.
    Night,
    /// Those of its month end's window that are known.
    Outlook,
}

impl Window {
    fn folder(self) -> &'static str {
        match self {
            Self::Night => "window",
            Self::Outlook => "outlook",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    days: BTreeMap<Day, Version>,
    unknown: UnknownRows,
}

/// A window of a table that the last night left; none where there is nothing sound.
pub(crate) fn load(state: &Path, window: Window, table: Table) -> Option<RolledTable> {
    let Content::Sound(bytes) = checksummed::read(&file(state, window, table)) else { return None };
    let (Header { days, unknown }, sums) = frames::split(&bytes)?;
    Some(RolledTable { days, table: TableSums { sums, unknown } })
}

/// Whether the last night left sound sums of its window of all tables.
pub(crate) fn is_there(state: &Path) -> bool {
    let is_sound = |table| matches!(checksummed::peek(&file(state, Window::Night, table)), Content::Sound(_));
    measures::ALL.iter().all(|spec| is_sound(spec.table))
}

/// Leaves a window of a table for the next night.
pub(crate) fn save(state: &Path, window: Window, table: Table, rolled: &RolledTable) -> Outcome<()> {
    let header = Header { days: rolled.days.clone(), unknown: rolled.table.unknown.clone() };
    checksummed::write(&file(state, window, table), &frames::under(&header, &rolled.table.sums)?)
}

fn file(state: &Path, window: Window, table: Table) -> PathBuf {
    state.join(window.folder()).join(format!("{}.sealed", table.name()))
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn a_window_is_left_for_the_next_night() {
        let state = tempfile::tempdir().unwrap();
        let version = Version { fingerprint: "f".to_owned(), sums_hash: "s".to_owned() };
        let sums = df!("shop_id" => [1_i64, 2], "disputes_at_fault" => [3_i64, 4], "rows" => [5_i64, 6]).unwrap();
        let unknown = [(day("2022-03-01"), [(2, 6)].into())].into();
        let left = RolledTable { days: [(day("2022-03-01"), version)].into(), table: TableSums { sums, unknown } };
        save(state.path(), Window::Night, Table::Disputes, &left).unwrap();
        let found = load(state.path(), Window::Night, Table::Disputes).unwrap();
        assert_eq!((&found.days, &found.table.unknown), (&left.days, &left.table.unknown));
        assert!(found.table.sums.equals(&left.table.sums));
        assert!(load(state.path(), Window::Night, Table::Reviews).is_none());
        assert!(load(state.path(), Window::Outlook, Table::Disputes).is_none());
    }
}
