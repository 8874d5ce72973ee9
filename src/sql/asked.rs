//! What a query is asked for: a table, its days, and where their rows come from.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::domain::Day;
use crate::extracts::found_columns::ReadColumn;
use crate::partials::measures::PartialSpec;
use crate::sql::dialect::Dialect;
use crate::zone::Zone;

/// One query: some days of one table.
pub(crate) struct Asked<'a> {
    pub(crate) dialect: Dialect,
    /// What is declared of the table's partial.
    pub(crate) spec: &'static PartialSpec,
    pub(crate) days: Vec<AskedDay<'a>>,
    /// The rows of all days, one source for each shape of files.
    pub(crate) sources: Vec<Source<'a>>,
    /// The business time zone.
    pub(crate) zone: &'a Zone,
    /// The ticks of real times.
    pub(crate) real_times: Range<i64>,
    /// What is wanted of them.
    pub(crate) wanted: Wanted,
}

/// What comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The sums of all sound rows, and every row that was set aside.
    Sums,
    /// Single sound rows, those whose keys are named, with what each added.
    Named,
    /// All rows of a shop, sound or not, with all of their columns.
    OfShop(i64),
    /// All rows with the keys that are named, sound or not, with all of their columns.
    WithKeys,
    /// How many rows there are with a time, and how many of them would lie on their day if it were so many ticks earlier, and
    /// later.
    Shifted(i64),
}

/// One of the days.
pub(crate) struct AskedDay<'a> {
    pub(crate) day: Day,
    /// As its partition writes it.
    pub(crate) written: String,
    /// The ticks of its natural day.
    pub(crate) natural_day: Vec<Range<i64>>,
    /// The categories of goods that are made to order on it.
    pub(crate) custom_made: &'a BTreeSet<String>,
    /// The keys that are wanted of it, where single rows are.
    pub(crate) keys: BTreeSet<i64>,
}

/// Files that have their columns alike.
pub(crate) struct Source<'a> {
    /// What stands behind FROM.
    pub(crate) relation: String,
    /// The partition's day in it, as text.
    pub(crate) day: String,
    /// Where a row comes from, the file or the partition's folder, as text.
    pub(crate) place: String,
    /// One for each declared column.
    pub(crate) columns: &'a [ReadColumn],
}
