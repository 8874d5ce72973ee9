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
    pub(crate) fn of(day: Day) -> Self {
        Self(civil(day).year())
    }

    pub(crate) fn first_day(self) -> Day {
        Day::of_civil(date(self.0, 1, 1))
    }

    pub(crate) fn last_day(self) -> Day {
        Day::of_civil(date(self.0, 12, 31))
    }

    pub(crate) fn contains(self, day: Day) -> bool {
        Self::of(day) == self
    }

    /// The last days of its twelve months.
    pub(crate) fn month_ends(self) -> impl Iterator<Item = Day> {
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

/// A calendar month, counted in months since January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Month(i32);

impl Month {
    pub(crate) fn of(day: Day) -> Self {
        let date = civil(day);
        Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    pub(crate) fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// How many months it comes after another.
    pub(crate) fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    pub(crate) fn first_day(self) -> Day {
        Day::of_civil(self.first_date())
    }

    pub(crate) fn last_day(self) -> Day {
        Day::of_civil(self.first_date().last_of_month())
    }

    /// Beyond the calendar of the library that of its nearest month.
    fn first_date(self) -> Date {
        let month = i8::try_from(self.0.rem_euclid(12) + 1).ok();
        let date = i16::try_from(self.0.div_euclid(12)).ok().zip(month);
        let date = date.and_then(|(year, month)| Date::new(year, month, 1).ok());
        date.unwrap_or(if self.0 < 0 { Date::MIN } else { Date::MAX.first_of_month() })
    }
}

/// Whether `day` is the last one of its month.
pub fn ends_month(day: Day) -> bool {
    day.civil().is_some_and(|date| date == date.last_of_month())
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
    fn a_year_runs_from_new_year_s_day_to_its_last_and_a_leap_year_s_february_ends_on_the_29th() {
        for (year, february_ends) in [("2022", "2022-02-28"), ("2024", "2024-02-29")] {
            let (new_year_s_day, last) = (day(&format!("{year}-01-01")), day(&format!("{year}-12-31")));
            let parsed: Year = year.parse().unwrap();
            assert_eq!((parsed.first_day(), parsed.last_day()), (new_year_s_day, last), "{year}");
            assert!(parsed.contains(new_year_s_day) && parsed.contains(last), "{year}");
            assert!(!parsed.contains(new_year_s_day.plus(-1)) && !parsed.contains(last.plus(1)), "{year}");
            let ends: Vec<Day> = parsed.month_ends().collect();
            assert_eq!((ends.len(), ends[1]), (12, day(february_ends)), "{year}");
        }
    }

    #[test]
    fn a_month_runs_from_its_first_to_its_last_day() {
        for (within, first, last) in [
            ("2022-03-15", "2022-03-01", "2022-03-31"),
            ("2022-02-28", "2022-02-01", "2022-02-28"),
            ("2024-02-28", "2024-02-01", "2024-02-29"),
            ("2024-02-29", "2024-02-01", "2024-02-29"),
        ] {
            let month = Month::of(day(within));
            assert_eq!([month.first_day(), month.last_day()], [day(first), day(last)], "{within}");
            assert_eq!(ends_month(day(within)), within == last, "{within}");
        }
    }

    #[test]
    fn months_count_on_over_the_years() {
        let december = Month::of(day("2021-12-31"));
        let shown =
            |months| [december.plus(months).first_day(), december.plus(months).last_day()].map(|day| day.to_string());
        assert_eq!(shown(0), ["2021-12-01", "2021-12-31"]);
        assert_eq!(shown(2), ["2022-02-01", "2022-02-28"]);
        assert_eq!(shown(-12), ["2020-12-01", "2020-12-31"]);
        assert_eq!(december.plus(14).since(december), 14);
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
            assert_eq!((Year::of(beyond), ends_month(beyond)), (Year::of(Month::of(beyond).first_day()), false));
            let month = Month::of(beyond);
            assert_eq!(
                [month.plus(i32::MAX), month.plus(i32::MIN)].map(|month| month.first_day() <= month.last_day()),
                [true; 2]
            );
        }
    }
}
