//! The demo cases: what the demo shows and the tests look for in the committed sample, off unless asked for.
//!
//! All of them lie between 2021-12-03 and 2022-03-15. Spring Festival 春节 was on 2022-02-01.

use super::request::{Category, Request};
use super::rhythm::weekday;
use crate::calendar::ends_month;
use crate::domain::Day;
use crate::extracts::tables::Table;

/// What becomes of a table-day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Partition {
    /// It has its rows.
    Filled,
    /// It has a file without rows.
    Empty,
    /// It has no folder.
    Absent,
}

/// The day `days` after 2022-01-01.
const fn new_year_plus(days: i32) -> Day {
    Day::from_epoch_days(18_993 + days)
}

/// 2021-12-03, where the sample begins.
const FIRST_DAY: Day = new_year_plus(-29);
/// 2022-01-01, the first as-of day with a whole window.
const NEW_YEAR: Day = new_year_plus(0);
/// 2022-01-16: a shop leaves in January, and is settled by the score of the day before.
const JANUARY_LEAVER: Day = new_year_plus(15);
/// 2022-02-01: nobody rules on disputes.
const SPRING_FESTIVAL: Day = new_year_plus(31);
/// 2022-02-05 and 2022-02-24: a shop joins and leaves within a month.
const FEBRUARY_GUEST: (Day, Day) = (new_year_plus(35), new_year_plus(54));
/// 2022-03-15: a shop leaves, and is settled by the two month ends before.
const MARCH_LEAVER: Day = new_year_plus(73);
/// 2019-05-06: when the shops that leave had joined.
const LEAVERS_JOINED: Day = new_year_plus(-971);

/// The days that the shop in the slot `place` joins and leaves, where a demo case sets them. The slot then stays vacant.
pub(super) fn tenancy(request: &Request, place: i64) -> Option<(Day, Day)> {
    match place {
        _ if !request.demo_cases => None,
        1 => Some((LEAVERS_JOINED, JANUARY_LEAVER)),
        2 => Some((LEAVERS_JOINED, MARCH_LEAVER)),
        3 => Some(FEBRUARY_GUEST),
        _ => None,
    }
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

/// What becomes of `table` on `day`. With demo cases, snapshots are taken on Mondays, at month ends and when a shop of
/// a demo case joins or leaves.
pub(super) fn partition(request: &Request, table: Table, day: Day) -> Partition {
    match table {
        _ if !request.demo_cases => Partition::Filled,
        Table::Shops if !is_snapshot_day(day) => Partition::Absent,
        Table::Disputes if day == SPRING_FESTIVAL => Partition::Absent,
        Table::Disputes if day == SPRING_FESTIVAL.plus(1) => Partition::Empty,
        _ => Partition::Filled,
    }
}

fn is_snapshot_day(day: Day) -> bool {
    let special = [FIRST_DAY, NEW_YEAR, JANUARY_LEAVER, FEBRUARY_GUEST.0, FEBRUARY_GUEST.1, MARCH_LEAVER];
    weekday(day) == 0 || ends_month(day) || special.contains(&day)
}

/// How many part files a table-day is split into, besides the limit of [`super::writer`].
pub(super) fn part_count(request: &Request, table: Table, day: Day) -> usize {
    let is_split = request.demo_cases && (day.epoch_days() + table as i32 * 5) % 16 == 0;
    if is_split { 3 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_those_of_the_calendar() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(FIRST_DAY, day("2021-12-03"));
        assert_eq!(JANUARY_LEAVER, day("2022-01-16"));
        assert_eq!(SPRING_FESTIVAL, day("2022-02-01"));
        assert_eq!(FEBRUARY_GUEST, (day("2022-02-05"), day("2022-02-24")));
        assert_eq!(MARCH_LEAVER, day("2022-03-15"));
        assert_eq!(LEAVERS_JOINED, day("2019-05-06"));
    }

    #[test]
    fn snapshots_are_never_more_than_a_week_apart_and_cover_the_month_ends() {
        assert!((0..365).all(|days| (0..7).any(|later| is_snapshot_day(FIRST_DAY.plus(days + later)))));
        for covered in ["2021-12-31", "2022-01-01", "2022-01-31", "2022-02-28", "2022-03-15"] {
            assert!(is_snapshot_day(covered.parse().unwrap()), "{covered}");
        }
        assert!(!is_snapshot_day(MARCH_LEAVER.plus(1)));
    }
}
