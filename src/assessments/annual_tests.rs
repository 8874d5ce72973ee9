use super::*;
use crate::assessments::month_ends;
use crate::rulebook::testing::thresholds;

const FULL: i64 = 60_000_000;
const HALF: i64 = 18_000_000;

/// An odd fee, so that half of it must be rounded, and half a year of cheaper tea.
const RULES: &str = "\
,,*,2.8,2.5,3,3,3000001,18000000,60000000
2022-01-01,2022-06-30,茶,2.8,2.5,3,3,700,1,2";

/// What settles shop 1, of tea: its contract, its scores by month end and of the day before it left, its sales.
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
        let shop = Shop {
            shop_id: 1,
            name: "一号店".to_owned(),
            primary_category: "茶".into(),
            primary_subcategory: None,
            joined_on: self.joined_on.parse().unwrap(),
            terminated_on: self.terminated_on.parse().ok(),
        };
        let rows: Vec<_> = self.scores.iter().map(|(month_end, score)| (*month_end, "茶", *score)).collect();
        let scores = month_ends(&rows);
        let of_shop = scores.iter().flat_map(|(day, rows)| rows.iter().map(|row| (*day, row))).collect();
        let account = Account {
            year: "2022".parse().unwrap(),
            as_of: self.as_of.parse().unwrap(),
            month_ends: [(1, of_shop)].into(),
            days_before: self.day_before.map(|score| (1, score.parse().unwrap())).into_iter().collect(),
            sales: [(1, Sales::of(self.sales.iter().copied()))].into(),
        };
        settle(&[shop], &account, &thresholds(RULES)).unwrap().pop()
    }

    /// Basis, counted days, average, whether qualified, refund and fee.
    fn shown(&self) -> String {
        let Some(settled) = self.settled() else { return "no row".to_owned() };
        let days: Vec<_> = settled.months.iter().map(|month| month.day.to_string()).collect();
        let average = settled.average.map_or("none".to_owned(), |average| average.to_string());
        let qualified = if settled.is_qualified { "qualified" } else { "not qualified" };
        let (fee, refund) = (settled.annual_fee_fen, settled.refund_fen);
        format!("{} [{}] {average} {qualified} {refund} of {fee}", settled.basis.name(), days.join(" "))
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
fn what_is_paid_back_is_decided_by_the_sales_and_the_thresholds_of_the_deciding_day_and_category() {
    for (rule, terminated_on, sales, expected) in [
        ("sales equal to a line reach it", "", &[("茶", FULL)][..], (3_000_001, 3_000_001)),
        ("an odd fee is halved downwards", "", &[("茶", FULL - 1)], (1_500_000, 3_000_001)),
        ("sales equal to the lower line reach it", "", &[("茶", HALF)], (1_500_000, 3_000_001)),
        ("less sales reach nothing", "", &[("茶", HALF - 1)], (0, 3_000_001)),
        ("the thresholds of the day that it left", "2022-06-30", &[("茶", FULL)], (700, 700)),
        ("and no others", "2022-07-01", &[("茶", FULL)], (3_000_001, 3_000_001)),
        ("its primary category without payments", "2022-06-30", &[], (0, 700)),
        ("the category that sold most", "2022-06-30", &[("男装", HALF)], (1_500_000, 3_000_001)),
    ] {
        let settled = Case { terminated_on, sales, ..LONG_THERE }.settled().unwrap();
        assert_eq!((settled.refund_fen, settled.annual_fee_fen), expected, "{rule}");
        assert_eq!(settled.sales, Sales::of(sales.iter().copied()), "{rule}");
    }
}

#[test]
fn a_shop_that_left_is_settled_by_what_counts_of_the_year() {
    let both = "months_before_termination [2022-01-31 2022-02-28] 3 qualified 0 of 700";
    let january = "months_before_termination [2022-01-31] 4 qualified 0 of 700";
    let no_fee = "no_fee [] none not qualified 0 of 0";
    let long_ago = LONG_THERE.joined_on;
    for (joined_on, terminated_on, day_before, expected) in [
        // The months before that of leaving, which never counts, not even its last day.
        (long_ago, "2022-03-15", None, both),
        (long_ago, "2022-03-31", None, both),
        (long_ago, "2022-02-01", None, january),
        (long_ago, "2022-02-28", None, january),
        ("2021-03-01", "2022-03-31", None, both),
        // In January the day before alone.
        (long_ago, "2022-01-16", Some("3.5"), "day_before_termination [2022-01-15] 3.5 qualified 0 of 700"),
        (long_ago, "2022-01-01", Some("1"), "day_before_termination [2021-12-31] 1 not qualified 0 of 700"),
        (long_ago, "2022-01-31", None, "day_before_termination [] none not qualified 0 of 700"),
        // No fee in the month of joining, on its day and in January, too.
        ("2022-03-01", "2022-03-31", None, no_fee),
        ("2022-03-15", "2022-03-15", None, no_fee),
        ("2022-01-05", "2022-01-16", None, no_fee),
        // No row where the contract does not touch the year.
        (long_ago, "2021-12-31", None, "no row"),
        ("2023-01-01", "", None, "no row"),
        ("2022-12-31", "", None, "year [2022-01-31 2022-02-28] 3 qualified 0 of 3000001"),
    ] {
        let case = Case { joined_on, terminated_on, day_before, sales: &[], ..LONG_THERE };
        assert_eq!(case.shown(), expected, "joined on {joined_on}, left on {terminated_on}");
    }
}

#[test]
fn the_score_of_the_day_before_termination_has_no_revision() {
    let left = Case { terminated_on: "2022-01-16", day_before: Some("3.5"), ..LONG_THERE };
    assert_eq!(left.settled().unwrap().months[0].revision, None);
    assert_eq!(LONG_THERE.settled().unwrap().months[0].revision, Some(1));
}

#[test]
fn a_day_of_leaving_after_the_as_of_day_or_the_year_does_not_count() {
    let left_on: Day = "2022-03-15".parse().unwrap();
    for (terminated_on, as_of, basis) in [
        ("2022-03-15", "2022-03-14", Basis::Year),
        ("2022-03-15", "2022-03-15", Basis::MonthsBeforeTermination(left_on)),
        ("2023-01-05", "2023-02-01", Basis::Year),
    ] {
        let settled = Case { terminated_on, as_of, ..LONG_THERE }.settled().unwrap();
        assert_eq!(settled.basis, basis, "{terminated_on} as of {as_of}");
    }
}
