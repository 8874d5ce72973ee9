//! Each table's newest day beside its usual ones.
//!
//! Grain in: the rows of the table-days of a window, and what is beyond a limit. Grain out: one row a table, that of shops about
//! the snapshot alone; a table without a day has no newest, no median and no least.

use crate::domain::Day;
use crate::error::Failure;
use crate::extracts::quarantine::Counts;
use crate::extracts::schema::Presence;
use crate::extracts::tables::Table;
use crate::policies::Severity;
use crate::quality::limits::{Beyond, doubled_median, median};
use crate::rulebook::Decimal4;
use crate::settings::Settings;
use crate::table_days::inspection::Inspected;

/// A table in the window of a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usual {
    pub(crate) table: Table,
    /// How many days are there.
    pub(crate) days: usize,
    /// The newest of them, with its rows.
    pub(crate) newest: Option<(Day, i64)>,
    /// The rows of the day in the middle; none of snapshots.
    pub(crate) median: Option<Decimal4>,
    /// The first day with the fewest rows, with these; none of snapshots.
    pub(crate) least: Option<(Day, i64)>,
    /// The gravest that was found of it; none where all is well.
    pub(crate) gravest: Option<Severity>,
}

/// All tables, given what is `beyond` a limit, and what is wrong with their files and days.
pub(super) fn of_tables(
    settings: &Settings,
    as_of: Day,
    inspected: &Inspected,
    (beyond, failure): (&[Beyond], Option<&Failure>),
) -> Vec<Usual> {
    let window = settings.window(as_of);
    let of_table = |table: Table| {
        let is_daily = table.spec().presence != Presence::NewestSnapshot;
        let counts = || inspected.set_aside.counts.iter();
        let counts = || counts().filter(|of| of.table == table && (!is_daily || window.contains(of.day)));
        let daily = || counts().filter(|_| is_daily);
        let pair = |counts: &Counts| (counts.day, counts.rows);
        let folder = settings.delivery.folder(table);
        let is_wrong = failure.is_some_and(|failure| failure.findings.iter().any(|found| found.is_in(&folder)));
        let of_rows = beyond.iter().filter(|beyond| beyond.of == table).map(|beyond| beyond.severity);
        Usual {
            table,
            days: counts().count(),
            newest: counts().max_by_key(|counts| counts.day).map(pair),
            median: daily().next().map(|_| median(doubled_median(daily().map(|counts| counts.rows)))),
            least: daily().min_by_key(|counts| (counts.rows, counts.day)).map(pair),
            gravest: of_rows.chain(is_wrong.then_some(Severity::Error)).max(),
        }
    };
    Table::ALL.map(of_table).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;
    use crate::settings::resolve;
    use crate::table_days::set_aside::SetAside;

    #[test]
    fn a_table_stands_beside_its_median_and_its_first_least_day_and_a_snapshot_alone() {
        let counts = [
            (Table::Shops, "2022-02-01", 7),
            (Table::Payments, "2022-03-13", 4),
            (Table::Payments, "2022-03-14", 9),
            (Table::Payments, "2022-03-15", 4),
            (Table::Payments, "2022-01-01", 1),
            (Table::Reviews, "2022-03-14", 5),
            (Table::Reviews, "2022-03-13", 6),
        ];
        let counts = counts.map(|(table, on, rows)| Counts { rows, ..Counts::nothing(table, day(on)) });
        let set_aside = SetAside { counts: counts.to_vec(), ..SetAside::default() };
        let inspected = Inspected { set_aside, ..Inspected::default() };
        let settings = resolve(None, std::iter::empty(), std::iter::empty()).unwrap();
        let found = of_tables(&settings, day("2022-03-15"), &inspected, (&[], None));
        let shown = |usual: &Usual| {
            let pair = |pair: Option<(Day, i64)>| pair.map_or("-".to_owned(), |(day, rows)| format!("{day} {rows}"));
            let median = usual.median.map_or("-".to_owned(), |median| median.to_string());
            format!("{} {} {} {median} {}", usual.table.name(), usual.days, pair(usual.newest), pair(usual.least))
        };
        let shown: Vec<String> = found.iter().take(4).map(shown).collect();
        let expected = [
            "shops 1 2022-02-01 7 - -",
            "payments 3 2022-03-15 4 4 2022-03-13 4",
            "pickups 0 - - -",
            "reviews 2 2022-03-14 5 5.5 2022-03-14 5",
        ];
        assert_eq!(shown, expected);
    }
}
