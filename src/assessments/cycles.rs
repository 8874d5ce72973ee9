//! The cycles of the monthly assessment: which twelve months a shop's failures count in (specification, section 9).
//!
//! In: the day that a shop joined on, a month, and the choice of cycles. Out: the first month of the cycle that holds the month;
//! none where the shop is exempt.

use crate::calendar::{Month, Year};
use crate::domain::Day;
use crate::policies::{AssessmentCycle, CYCLE_MONTHS, Cycles};

/// The month that a shop joined in later than on this day does not count among its exempt ones.
const LAST_DAY_OF_JOINING: i8 = 15;

impl Cycles {
    /// The first day of the cycle that holds `month`, for a shop that joined on a day; none while it is exempt.
    pub(crate) fn starts_on(&self, joined_on: Day, month: Month) -> Option<Day> {
        let is_of_calendar_years = match self.assessment_cycle {
            AssessmentCycle::CalendarYear => true,
            AssessmentCycle::ShopYear => joined_on < self.shop_year_from,
        };
        if is_of_calendar_years {
            return Some(Year::of(month.first_day()).first_day());
        }
        let first = self.first_month(joined_on);
        let since = month.since(first);
        (since >= 0).then(|| first.plus(since - since % CYCLE_MONTHS).first_day())
    }

    /// The first month of a shop's first cycle, which follows its exempt months.
    fn first_month(&self, joined_on: Day) -> Month {
        let joined_early = joined_on.civil().is_some_and(|date| date.day() <= LAST_DAY_OF_JOINING);
        Month::of(joined_on).plus(if joined_early { 0 } else { 1 }).plus(self.exempt_months)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessments::shop_years;
    use crate::extracts::readable::day;

    /// Where the cycle of a month starts, `exempt` where there is none.
    fn starts(cycles: &Cycles, joined_on: &str, month: &str) -> String {
        let starts_on = cycles.starts_on(day(joined_on), Month::of(day(month)));
        starts_on.map_or("exempt".to_owned(), |day| day.to_string())
    }

    #[test]
    fn a_shop_has_three_exempt_months_and_then_cycles_of_twelve() {
        for (rule, joined_on, month, expected) in [
            ("joined by the 15th: that month is the first exempt one", "2021-06-15", "2021-08-31", "exempt"),
            ("the fourth month begins the first cycle", "2021-06-15", "2021-09-30", "2021-09-01"),
            ("joined on the 16th: the month after is the first exempt one", "2021-06-16", "2021-09-30", "exempt"),
            ("and the cycle begins a month later", "2021-06-16", "2021-10-31", "2021-10-01"),
            ("the month of joining is exempt then, too", "2021-06-16", "2021-06-30", "exempt"),
            ("exempt months go on over a year's end", "2021-11-20", "2022-02-28", "exempt"),
            ("until they are over", "2021-11-20", "2022-03-31", "2022-03-01"),
            ("the twelfth month is of the first cycle", "2021-06-15", "2022-08-31", "2021-09-01"),
            ("the thirteenth begins the second", "2021-06-15", "2022-09-30", "2022-09-01"),
            ("which holds twelve months, too", "2021-06-15", "2023-08-31", "2022-09-01"),
            ("joined on the day from which on shops have cycles of their own", "2018-10-01", "2018-12-31", "exempt"),
            ("its first cycle", "2018-10-01", "2019-05-31", "2019-01-01"),
            ("joined before that day: calendar years, and no exempt month", "2018-09-30", "2018-09-30", "2018-01-01"),
            ("in every year", "2018-09-30", "2022-03-31", "2022-01-01"),
        ] {
            assert_eq!(starts(&shop_years(), joined_on, month), expected, "{rule}");
        }
    }

    #[test]
    fn cycles_are_what_the_settings_say() {
        let calendar = Cycles { assessment_cycle: AssessmentCycle::CalendarYear, ..shop_years() };
        let no_exempt_month = Cycles { exempt_months: 0, ..shop_years() };
        let later = Cycles { shop_year_from: day("2022-01-01"), ..shop_years() };
        for (rule, cycles, joined_on, month, expected) in [
            ("calendar years for all, and nobody is exempt", &calendar, "2022-01-20", "2022-01-31", "2022-01-01"),
            ("no exempt month, joined early", &no_exempt_month, "2022-01-15", "2022-01-31", "2022-01-01"),
            ("no exempt month, joined late", &no_exempt_month, "2022-01-16", "2022-01-31", "exempt"),
            ("shops have cycles of their own from another day on", &later, "2021-12-31", "2022-01-31", "2022-01-01"),
        ] {
            assert_eq!(starts(cycles, joined_on, month), expected, "{rule}");
        }
    }
}
