//! Months and years of natural days: which days end a month, and which month ends a year has.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::domain::Day;

/// A calendar year. Written `YYYY`, and no other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Year(i16);

impl Year {
    /// The year that `day` lies in.
    pub fn of(day: Day) -> Self {
        Self(civil(day).year())
    }

    /// Its 1 January.
    pub fn first_day(self) -> Day {
        Day::of_civil(date(self.0, 1, 1))
    }

    /// Its 31 December.
    pub fn last_day(self) -> Day {
        Day::of_civil(date(self.0, 12, 31))
    }

    /// Whether `day` lies in it.
    pub fn contains(self, day: Day) -> bool {
        Self::of(day) == self
    }

    /// The last days of its twelve months.
    pub fn month_ends(self) -> impl Iterator<Item = Day> {
        (1..=12).map(move |month| Day::of_civil(date(self.0, month, 1).last_of_month()))
    }
}

impl FromStr for Year {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let year = is_year.then(|| text.parse().ok()).flatten();
        year.map(Self).ok_or_else(|| format!("{text:?} is no year of the form YYYY"))
    }
}

impl fmt::Display for Year {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.0)
    }
}

/// Whether `day` is the last one of its month.
pub fn ends_month(day: Day) -> bool {
    last_of_month(day) == day
}

/// The first day of the month that `day` lies in.
pub fn first_of_month(day: Day) -> Day {
    Day::of_civil(civil(day).first_of_month())
}

/// The last day of the month that `day` lies in.
pub fn last_of_month(day: Day) -> Day {
    Day::of_civil(civil(day).last_of_month())
}

/// The civil date; a day beyond the calendar of the library is its nearest one.
fn civil(day: Day) -> Date {
    day.civil().unwrap_or(if day.epoch_days() < 0 { Date::MIN } else { Date::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_leap_year_s_february_ends_on_the_29th() {
        let ends = |year: &str| year.parse::<Year>().unwrap().month_ends().nth(1).unwrap().to_string();
        assert_eq!((ends("2022"), ends("2024")), ("2022-02-28".to_owned(), "2024-02-29".to_owned()));
        assert!(ends_month(day("2024-02-29")) && !ends_month(day("2024-02-28")));
        assert!(ends_month(day("2022-02-28")) && !ends_month(day("2022-03-30")));
    }

    #[test]
    fn a_year_runs_from_new_year_s_day_to_its_last() {
        let year: Year = "2022".parse().unwrap();
        assert_eq!((year.first_day(), year.last_day()), (day("2022-01-01"), day("2022-12-31")));
        assert!(year.contains(day("2022-01-01")) && year.contains(day("2022-12-31")));
        assert!(!year.contains(day("2021-12-31")) && !year.contains(day("2023-01-01")));
        assert_eq!(year.month_ends().count(), 12);
        assert_eq!(
            (first_of_month(day("2022-03-15")), last_of_month(day("2022-03-15"))),
            (day("2022-03-01"), day("2022-03-31"))
        );
    }

    #[test]
    fn a_year_has_one_spelling() {
        assert_eq!("0987".parse::<Year>().unwrap().to_string(), "0987");
        for other in ["22", "02022", "+202", "2022-01", "二〇二二", ""] {
            assert!(other.parse::<Year>().is_err(), "{other}");
        }
    }

    #[test]
    fn days_beyond_the_calendar_are_no_panic() {
        for beyond in [i32::MIN, i32::MAX] {
            let beyond = Day::from_epoch_days(beyond);
            assert!(Year::of(beyond).contains(last_of_month(beyond)));
        }
    }
}
