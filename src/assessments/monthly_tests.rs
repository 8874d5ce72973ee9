use super::*;
use crate::assessments::{month_ends, shop_years};
use crate::calendar::Month;
use crate::extracts::readable::day;
use crate::rulebook::testing::thresholds;

/// What becomes of shop 1, which joined on a day, under rows of `thresholds.csv`, at month ends from January 2022 on, each
/// given as category and score (`-`: none; an empty month: the shop is absent). By month: `status failures/limit risk`.
fn assessed(rules: &str, joined_on: &str, months: &str) -> String {
    let (january, thresholds) = (Month::of(day("2022-01-01")), thresholds(rules));
    let days = (0..).map(|later| january.plus(later).last_day().to_string());
    let months: Vec<(String, &str)> = days.zip(months.split(", ")).collect();
    let rows = months.iter().filter_map(|(month_end, month)| {
        let (category, score) = month.split_once(' ')?;
        Some((month_end.as_str(), category, Some(score).filter(|score| *score != "-")))
    });
    let month_ends = month_ends(&rows.collect::<Vec<_>>());
    let shown = month_ends.keys().map(|month_end| {
        let starts_on = shop_years().starts_on(day(joined_on), Month::of(*month_end));
        let assessed = assess(*month_end, &[starts_on], &month_ends, &thresholds).unwrap();
        let [month] = assessed.as_slice() else { panic!("{assessed:?}") };
        let limit = month.failure_limit.map_or("-".to_owned(), |limit| limit.to_string());
        let risk = month.risk().map_or("-", Risk::name);
        format!("{} {}/{limit} {risk}", month.status.name(), month.failures)
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Of calendar years, so that the months of 2022 are one cycle.
const LONG_AGO: &str = "2018-09-30";
/// Its first cycle begins in March 2022.
const IN_MARCH: &str = "2021-12-15";

const LIMIT_3: &str = ",,*,0,2.5,3,0,0,0,0";

/// A rule, rows of `thresholds.csv`, the day of joining, the months, and what becomes of them.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    (
        "a score equal to the threshold passes and one below it fails",
        LIMIT_3,
        LONG_AGO,
        "茶 2.5, 茶 2.4999",
        "pass 0/3 low, fail 1/3 medium",
    ),
    (
        "the failure that reaches the limit is exit, for the rest of the cycle",
        LIMIT_3,
        LONG_AGO,
        "茶 1, 茶 1, 茶 2, 茶 5, 茶 -",
        "fail 1/3 medium, fail 2/3 high, exit 3/3 -, exit 3/3 -, exit 3/3 -",
    ),
    ("failures go on counting in exit months", ",,*,0,2.5,1,0,0,0,0", LONG_AGO, "茶 1, 茶 1", "exit 1/1 -, exit 2/1 -"),
    (
        "a month without a score is not scored and no failure",
        LIMIT_3,
        LONG_AGO,
        "茶 -, 茶 1, 茶 -",
        "not_scored 0/3 low, fail 1/3 medium, not_scored 1/3 medium",
    ),
    (
        "a month end at which the shop has no row counts nothing",
        LIMIT_3,
        LONG_AGO,
        "茶 1, , 茶 1",
        "fail 1/3 medium, fail 2/3 high",
    ),
    (
        "exempt months fail nothing, and the cycle begins afresh after them",
        LIMIT_3,
        IN_MARCH,
        "茶 1, 茶 1, 茶 1",
        "exempt 0/- -, exempt 0/- -, fail 1/3 medium",
    ),
    (
        "the next cycle begins afresh after exit",
        ",,*,0,2.5,1,0,0,0,0",
        "2021-01-20",
        "茶 1, 茶 2, 茶 5, 茶 -, 茶 3",
        "exit 1/1 -, exit 2/1 -, exit 2/1 -, exit 2/1 -, pass 0/1 high",
    ),
    (
        "each month fails against the category of that month",
        ",,*,0,2.5,3,0,0,0,0\n,,茶,0,4,3,0,0,0,0",
        LONG_AGO,
        "茶 3, 男装 3, 茶 4",
        "fail 1/3 medium, pass 1/3 medium, pass 1/3 medium",
    ),
    (
        "a category with a stricter limit leaves the more lenient one of the cycle",
        ",,*,0,2.5,3,0,0,0,0\n,,茶,0,2.5,1,0,0,0,0",
        LONG_AGO,
        "男装 1, 茶 1, 茶 1",
        "fail 1/3 medium, fail 2/3 high, exit 3/3 -",
    ),
    (
        "a category with a more lenient limit raises it",
        ",,*,0,2.5,2,0,0,0,0\n,,茶,0,2.5,4,0,0,0,0",
        LONG_AGO,
        "男装 1, 茶 1, 男装 1, 男装 1",
        "fail 1/2 high, fail 2/4 medium, fail 3/4 high, exit 4/4 -",
    ),
    (
        "whatever the limit becomes, exit stays",
        ",,*,0,2.5,1,0,0,0,0\n,,茶,0,2.5,4,0,0,0,0",
        LONG_AGO,
        "男装 1, 茶 5",
        "exit 1/1 -, exit 1/4 -",
    ),
    (
        "a category without the assessment is not assessed, and exit holds again after it",
        ",,*,0,2.5,1,0,0,0,0\n,,茶,0,2.5,,0,0,0,0",
        LONG_AGO,
        "男装 1, 茶 1, 男装 5",
        "exit 1/1 -, not_assessed 1/1 -, exit 1/1 -",
    ),
    (
        "a row without monthly_min has no assessment either, and no limit that counts",
        ",,*,0,2.5,1,0,0,0,0\n,,箱包,0,,9,0,0,0,0",
        LONG_AGO,
        "箱包 1, 男装 5",
        "not_assessed 0/- -, pass 0/1 high",
    ),
    (
        "the thresholds of the cycle's first day hold for all of it",
        ",2022-02-27,*,0,2.5,3,0,0,0,0\n2022-02-28,,*,0,4,2,0,0,0,0",
        LONG_AGO,
        "茶 3, 茶 3, 茶 3",
        "pass 0/3 low, pass 0/3 low, pass 0/3 low",
    ),
    (
        "and those of another first day for another cycle",
        ",2022-02-27,*,0,2.5,3,0,0,0,0\n2022-02-28,,*,0,4,2,0,0,0,0",
        IN_MARCH,
        "茶 3, 茶 3, 茶 3",
        "exempt 0/- -, exempt 0/- -, fail 1/2 high",
    ),
    (
        "none in force on that day, not even `*`: not assessed",
        "2022-01-02,,*,0,2.5,3,0,0,0,0",
        LONG_AGO,
        "茶 1",
        "not_assessed 0/- -",
    ),
];

#[test]
fn each_month_comes_to_what_the_rules_say() {
    for (rule, rules, joined_on, months, expected) in CASES {
        assert_eq!(assessed(rules, joined_on, months), *expected, "{rule}");
    }
}

#[test]
fn no_failures_are_left_in_exit() {
    let exit = MonthlyAssessment { status: Status::Exit, failures: 1, failure_limit: Some(4), ..EXEMPT };
    assert_eq!((exit.failures_left(), exit.risk()), (Some(0), None));
    assert_eq!((EXEMPT.failures_left(), EXEMPT.risk()), (None, None));
}
