//! The demo cases: what the demo shows and the tests look for in the committed sample, off unless asked for.
//!
//! All of them lie between 2021-12-03 and 2022-03-15.

use jiff::civil::{Date, date};

use super::request::{Category, Request};
use super::rhythm::weekday;
use crate::calendar::ends_month;
use crate::domain::Day;
use crate::extracts::tables::Table;

/// Where the sample begins.
const FIRST_DAY: Date = date(2021, 12, 3);
/// The first as-of day with a whole window.
const NEW_YEAR: Date = date(2022, 1, 1);
/// A shop leaves in January, and is settled by the score of the day before.
pub(super) const JANUARY_LEAVER: Date = date(2022, 1, 16);
/// 春节: nobody rules on disputes; the day after has a partition without rows.
const SPRING_FESTIVAL: Date = date(2022, 2, 1);
/// A shop joins and leaves within a month.
pub(super) const FEBRUARY_GUEST: (Date, Date) = (date(2022, 2, 5), date(2022, 2, 24));
/// A shop leaves, and is settled by the two month ends before.
pub(super) const MARCH_LEAVER: Date = date(2022, 3, 15);

/// The category whose shops serve without a fault, and so tie on every indicator: the largest of three to six shops
/// among those that ship and that the weights table does not split.
pub(super) fn tied_category<'a>(request: &Request, sizes: &[(&'a Category, u64)]) -> Option<&'a Category> {
    let rows_of = |primary: &str| sizes.iter().filter(|(category, _)| category.primary == primary).count();
    let is_fit = |(category, size): &&(&Category, u64)| {
        (3..=6).contains(size) && category.ships && rows_of(&category.primary) == 1
    };
    sizes.iter().find(is_fit).filter(|_| request.demo_cases).map(|(category, _)| *category)
}

/// Whether `table` has a partition on `day`. With demo cases, snapshots are taken on Mondays, at month ends and when a
/// shop of a demo case joins or leaves.
pub(super) fn has_partition(request: &Request, table: Table, day: Day) -> bool {
    match table {
        _ if !request.demo_cases => true,
        Table::Shops => is_snapshot_day(day),
        Table::Disputes => day != Day::of_civil(SPRING_FESTIVAL),
        _ => true,
    }
}

/// Whether its partition has rows, not just a file.
pub(super) fn has_rows(request: &Request, table: Table, day: Day) -> bool {
    let is_empty = table == Table::Disputes && day == Day::of_civil(SPRING_FESTIVAL).plus(1);
    has_partition(request, table, day) && !(request.demo_cases && is_empty)
}

fn is_snapshot_day(day: Day) -> bool {
    let special = [FIRST_DAY, NEW_YEAR, JANUARY_LEAVER, FEBRUARY_GUEST.0, FEBRUARY_GUEST.1, MARCH_LEAVER];
    weekday(day) == 0 || ends_month(day) || special.map(Day::of_civil).contains(&day)
}

/// How many part files a table-day is split into, besides the limit of rows a file.
pub(super) fn part_count(request: &Request, table: Table, day: Day) -> usize {
    let is_split = request.demo_cases && (day.epoch_days() + table as i32 * 5) % 16 == 0;
    if is_split { 3 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_never_more_than_a_week_apart_and_cover_the_month_ends() {
        let first = Day::of_civil(FIRST_DAY);
        assert!((0..365).all(|days| (0..7).any(|later| is_snapshot_day(first.plus(days + later)))));
        for covered in ["2021-12-31", "2022-01-01", "2022-01-31", "2022-02-28", "2022-03-15"] {
            assert!(is_snapshot_day(covered.parse().unwrap()), "{covered}");
        }
        assert!(!is_snapshot_day("2022-03-16".parse().unwrap()));
    }
}
