use super::*;
use crate::assessments::testing::{month_ends, thresholds};

const FULL: i64 = 60_000_000;
const HALF: i64 = 18_000_000;
/// An odd fee, so that half of it must be rounded.
const FEE: i64 = 3_000_001;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn shop(joined_on: &str, terminated_on: &str) -> Shop {
    Shop {
        shop_id: 1,
        name: "一号店".to_owned(),
        primary_category: "茶".to_owned(),
        primary_subcategory: None,
        joined_on: day(joined_on),
        terminated_on: terminated_on.parse().ok(),
    }
}

/// What settles shop 1: its contract, its scores by month end (and, for 15 January, of the day before), its sales.
struct Case<'a> {
    joined_on: &'a str,
    terminated_on: &'a str,
    as_of: &'a str,
    scores: &'a [(&'a str, Option<&'a str>)],
    day_before: Option<&'a str>,
    sales: &'a [(&'a str, i64)],
}

const LONG_THERE: Case<'_> = Case {
    joined_on: "2015-06-01",
    terminated_on: "",
    as_of: "2022-12-31",
    scores: &[("2022-01-31", Some("4")), ("2022-02-28", Some("2"))],
    day_before: None,
    sales: &[("茶", FULL)],
};

impl Case<'_> {
    fn settled(&self) -> Option<Settlement> {
        let rules =
            [format!(",,*,2.8,2.5,3,3,{FEE},{HALF},{FULL}"), "2022-01-01,2022-06-30,茶,2.8,2.5,3,3,700,1,2".to_owned()];
        let rows: Vec<_> = self.scores.iter().map(|(month_end, score)| (*month_end, "茶", *score)).collect();
        let scores = month_ends(&rows);
        let of_shop = scores.iter().flat_map(|(day, rows)| rows.iter().map(|row| (*day, row))).collect();
        let account = Account {
            year: "2022".parse().unwrap(),
            as_of: day(self.as_of),
            month_ends: [(1, of_shop)].into(),
            days_before: self.day_before.map(|score| (1, score.parse().unwrap())).into_iter().collect(),
            sales: [(1, Sales::of(self.sales.iter().copied()))].into(),
        };
        let shops = [shop(self.joined_on, self.terminated_on)];
        settle(&shops, &account, &thresholds(&rules)).unwrap().pop()
    }

    /// Basis, counted days, average, whether qualified, fee and refund.
    fn shown(&self) -> String {
        let Some(settled) = self.settled() else { return "no row".to_owned() };
        let days: Vec<_> = settled.months.iter().map(|month| month.day.to_string()).collect();
        let average = settled.average.map_or("none".to_owned(), |average| average.to_string());
        let qualified = if settled.is_qualified { "qualified" } else { "not qualified" };
        let (fee, refund) = (settled.annual_fee_fen, settled.refund_fen);
        format!("{} [{}] {average} {qualified} {refund} of {fee}", settled.basis.name(), days.join(" "))
    }

    fn money(&self) -> String {
        let settled = self.settled().unwrap();
        format!("{} of {}", settled.refund_fen, settled.annual_fee_fen)
    }
}

#[test]
fn a_shop_that_stays_is_settled_by_the_mean_of_its_month_ends() {
    let january = |score| [("2022-01-31", score), ("2022-02-28", None)];
    let both = |of_january, of_february| [("2022-01-31", Some(of_january)), ("2022-02-28", Some(of_february))];
    for (scores, expected) in [
        (both("4", "2"), "year [2022-01-31 2022-02-28] 3 qualified 3000001 of 3000001"),
        // Months without a score are left out, and with none left there is no average.
        (january(Some("4")), "year [2022-01-31] 4 qualified 3000001 of 3000001"),
        (january(None), "year [] none not qualified 0 of 3000001"),
        // An average equal to the least one qualifies, and one below it does not.
        (january(Some("3")), "year [2022-01-31] 3 qualified 3000001 of 3000001"),
        (january(Some("2.9999")), "year [2022-01-31] 2.9999 not qualified 0 of 3000001"),
        // An average whose fifth decimal is 5 is rounded up.
        (both("2.9999", "3"), "year [2022-01-31 2022-02-28] 3 qualified 3000001 of 3000001"),
    ] {
        assert_eq!(Case { scores: &scores, ..LONG_THERE }.shown(), expected);
    }
    let thirds = [("2022-01-31", Some("3")), ("2022-02-28", Some("3")), ("2022-03-31", Some("3.0001"))];
    assert_eq!(Case { scores: &thirds, ..LONG_THERE }.settled().unwrap().average.unwrap().to_string(), "3");
}

#[test]
fn sales_equal_to_a_refund_line_reach_it_and_an_odd_fee_is_halved_downwards() {
    for (amount, refund) in [(FULL, FEE), (FULL - 1, 1_500_000), (HALF, 1_500_000), (HALF - 1, 0)] {
        assert_eq!(Case { sales: &[("茶", amount)], ..LONG_THERE }.money(), format!("{refund} of {FEE}"));
    }
}

#[test]
fn without_payments_the_primary_category_s_row_decides() {
    // Half a year of cheaper tea: a shop that left in June without sales is charged by its primary category.
    let left = Case { terminated_on: "2022-06-30", sales: &[], ..LONG_THERE };
    assert_eq!(left.money(), "0 of 700");
    assert_eq!(left.settled().unwrap().sales, Sales::default());
    assert_eq!(Case { sales: &[("男装", HALF)], ..left }.money(), "1500000 of 3000001");
}

#[test]
fn thresholds_are_those_of_the_last_day_of_the_year_or_of_the_day_that_the_shop_left() {
    assert_eq!(LONG_THERE.money(), "3000001 of 3000001");
    assert_eq!(Case { terminated_on: "2022-06-30", ..LONG_THERE }.money(), "700 of 700");
    assert_eq!(Case { terminated_on: "2022-07-01", ..LONG_THERE }.money(), "3000001 of 3000001");
}

#[test]
fn a_shop_that_left_in_mid_year_is_settled_by_the_months_before_that_of_leaving() {
    let of = |terminated_on| Case { terminated_on, sales: &[], ..LONG_THERE }.shown();
    let both = "months_before_termination [2022-01-31 2022-02-28] 3 qualified 0 of 700";
    let january = "months_before_termination [2022-01-31] 4 qualified 0 of 700";
    assert_eq!(of("2022-03-15"), both);
    assert_eq!(of("2022-03-31"), both, "the month of leaving never counts, not even its last day");
    assert_eq!(of("2022-02-01"), january);
    assert_eq!(of("2022-02-28"), january);
}

#[test]
fn a_shop_that_left_in_january_is_settled_by_the_day_before_alone() {
    let left = |terminated_on, day_before| Case { terminated_on, day_before, sales: &[], ..LONG_THERE }.shown();
    assert_eq!(left("2022-01-16", Some("3.5")), "day_before_termination [2022-01-15] 3.5 qualified 0 of 700");
    assert_eq!(left("2022-01-01", Some("1")), "day_before_termination [2021-12-31] 1 not qualified 0 of 700");
    assert_eq!(left("2022-01-31", None), "day_before_termination [] none not qualified 0 of 700");
}

#[test]
fn the_score_of_the_day_before_termination_has_no_revision() {
    let left = Case { terminated_on: "2022-01-16", day_before: Some("3.5"), ..LONG_THERE };
    assert_eq!(left.settled().unwrap().months[0].revision, None);
    assert_eq!(LONG_THERE.settled().unwrap().months[0].revision, Some(1));
}

#[test]
fn a_shop_that_joined_and_left_in_one_month_is_charged_no_fee() {
    let of = |joined_on, terminated_on| Case { joined_on, terminated_on, ..LONG_THERE }.shown();
    let no_fee = "no_fee [] none not qualified 0 of 0";
    assert_eq!(of("2022-03-01", "2022-03-31"), no_fee);
    assert_eq!(of("2022-03-15", "2022-03-15"), no_fee, "on the day of joining");
    assert_eq!(of("2022-01-05", "2022-01-16"), no_fee, "in January, too");
    let a_year_before = of("2021-03-01", "2022-03-31");
    assert!(a_year_before.starts_with("months_before_termination"), "{a_year_before}");
}

#[test]
fn a_shop_whose_contract_does_not_touch_the_year_has_no_row() {
    let of = |joined_on, terminated_on| Case { joined_on, terminated_on, ..LONG_THERE }.settled().is_some();
    assert!(!of("2015-06-01", "2021-12-31"));
    assert!(of("2015-06-01", "2022-01-01"));
    assert!(of("2022-12-31", ""));
    assert!(!of("2023-01-01", ""));
}

#[test]
fn a_day_of_leaving_after_the_as_of_day_is_not_known_yet() {
    let of = |as_of| Case { terminated_on: "2022-03-15", as_of, ..LONG_THERE }.settled().unwrap().basis;
    assert_eq!(of("2022-03-14"), Basis::Year);
    assert_eq!(of("2022-03-15"), Basis::MonthsBeforeTermination(day("2022-03-15")));
    let next_year = Case { terminated_on: "2023-01-05", as_of: "2023-02-01", ..LONG_THERE };
    assert_eq!(next_year.settled().unwrap().basis, Basis::Year, "it left after the year");
}
