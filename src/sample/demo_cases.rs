//! The demo cases: what the demo shows and the tests look for in the committed sample, off unless asked for.
//!
//! All of them lie between 2021-12-03 and 2022-03-15.

use jiff::civil::{Date, date};

use super::request::{Category, Request};
use super::rhythm::weekday;
use super::service::Service;
use crate::calendar::ends_month;
use crate::domain::Day;
use crate::extracts::tables::Table;

/// Where the sample begins.
const FIRST_DAY: Date = date(2021, 12, 3);
/// The first as-of day with a whole window.
const NEW_YEAR: Date = date(2022, 1, 1);
/// A shop leaves in January, and is settled by the score of the day before.
const JANUARY_LEAVER: Date = date(2022, 1, 16);
/// 春节: nobody rules on disputes; the day after has a partition without rows.
const SPRING_FESTIVAL: Date = date(2022, 2, 1);
/// A shop joins and leaves within a month.
const FEBRUARY_GUEST: (Date, Date) = (date(2022, 2, 5), date(2022, 2, 24));
/// A shop leaves, and is settled by the two month ends before.
const MARCH_LEAVER: Date = date(2022, 3, 15);
/// When the shops that leave had joined.
const LEAVERS_JOINED: Date = date(2019, 5, 6);
/// The slot of a shop that fails at every month end.
const FAILING: i64 = 7;

/// In exempt months until March.
const EXEMPT_JOINED: Date = date(2021, 12, 20);
/// Exempt until August; its first cycle crosses the year.
const ACROSS_THE_YEAR_JOINED: Date = date(2021, 6, 10);
/// Charged from February on.
const JANUARY_JOINED: Date = date(2022, 1, 10);
/// Of long ago, so that only what it sells is special.
const PAIRED_JOINED: Date = date(2017, 3, 1);
/// Sells in two categories for the same amount, of which the second by name has the dearer fee.
const PAIRED: (&str, &str) = ("3C数码配件", "女装/女士精品");

/// A shop that holds its slot for the whole sample.
pub(super) struct Cast {
    pub(super) joined_on: Day,
    pub(super) terminated_on: Option<Day>,
    /// How it serves; by chance where it is none.
    pub(super) service: Option<Service>,
    /// The category of the twin that each of its payments has.
    pub(super) pairs_with: Option<&'static str>,
}

/// The shop of a slot, the `nth` of its category, where a demo case sets it.
pub(super) fn cast(request: &Request, place: i64, category: &Category, nth: u64) -> Option<Cast> {
    let (joined_on, terminated_on) = match place {
        _ if !request.demo_cases => return None,
        1 => (LEAVERS_JOINED, Some(JANUARY_LEAVER)),
        2 => (LEAVERS_JOINED, Some(MARCH_LEAVER)),
        3 => (FEBRUARY_GUEST.0, Some(FEBRUARY_GUEST.1)),
        4 => (EXEMPT_JOINED, None),
        5 => (ACROSS_THE_YEAR_JOINED, None),
        6 => (JANUARY_JOINED, None),
        FAILING => (LEAVERS_JOINED, None),
        _ if nth == 1 && category.primary == PAIRED.0 => (PAIRED_JOINED, None),
        _ => return None,
    };
    Some(Cast {
        joined_on: Day::of_civil(joined_on),
        terminated_on: terminated_on.map(Day::of_civil),
        service: (place == FAILING).then_some(Service::FAILING),
        pairs_with: (category.primary == PAIRED.0).then_some(PAIRED.1),
    })
}

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
