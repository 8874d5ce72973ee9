use super::*;
use crate::assessments::month_ends;
use crate::rulebook::testing::thresholds;

const FULL: i64 = 60_000_000;
const HALF: i64 = 18_000_000;

/// An odd fee, so that half of it must be rounded, and half a year of much cheaper tea.
const RULES: &str = "\
,,*,2.8,2.5,3,3,3000001,18000000,60000000
2022-01-01,2022-06-30,茶,2.8,2.5,3,3,700,1,2";

/// What settles shop 1, of tea: its contract, its scores by month end and of the day before it left, its sales.
struct Case<'a> {
    rules: &'a str,
    annual_fee_by: AnnualFeeBy,
    joined_on: &'a str,
    terminated_on: &'a str,
    as_of: &'a str,
    scores: &'a [(&'a str, Option<&'a str>)],
    day_before: Option<&'a str>,
    sales: &'a [(&'a str, i64)],
}

const LONG_THERE: Case<'_> = Case {
    rules: RULES,
    annual_fee_by: AnnualFeeBy::Months,
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
            annual_fee_by: self.annual_fee_by,
        };
        settle(&[shop], &account, &thresholds(self.rules)).unwrap().pop()
    }

    /// Basis, counted days, average, whether qualified, refund and fee.
    fn shown(&self) -> String {
        let Some(settled) = self.settled() else { return "no row".to_owned() };
        let days: Vec<_> = settled.months.iter().map(|month| month.day.to_string()).collect();
        let average = settled.average.map_or("none".to_owned(), |average| average.to_string());
        let qualified = if settled.is_qualified { "qualified" } else { "not qualified" };
        let (fee, refund) = (settled.fee_fen, settled.refund_fen);
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
        ("the thresholds of the day that it left", "2022-06-30", &[("茶", FULL)], (350, 700)),
        ("and no others", "2022-07-01", &[("茶", FULL)], (1_750_000, 3_000_001)),
        ("its primary category without payments", "2022-06-30", &[], (0, 700)),
        ("the category that sold most", "2022-06-30", &[("男装", HALF)], (750_000, 3_000_001)),
    ] {
        let settled = Case { terminated_on, sales, ..LONG_THERE }.settled().unwrap();
        assert_eq!((settled.refund_fen, settled.annual_fee_fen), expected, "{rule}");
        let (category, amount) = sales.first().copied().unzip();
        assert_eq!((settled.top_category.as_deref(), settled.sales_fen), (category, amount.unwrap_or(0)), "{rule}");
    }
}

#[test]
fn a_shop_that_left_is_settled_by_what_counts_of_the_year() {
    let both = "months_before_termination [2022-01-31 2022-02-28] 3 qualified 0 of 175";
    let january = "months_before_termination [2022-01-31] 4 qualified 0 of 116";
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
        (long_ago, "2022-01-16", Some("3.5"), "day_before_termination [2022-01-15] 3.5 qualified 0 of 58"),
        (long_ago, "2022-01-01", Some("1"), "day_before_termination [2021-12-31] 1 not qualified 0 of 58"),
        (long_ago, "2022-01-31", None, "day_before_termination [] none not qualified 0 of 58"),
        // No fee in the month of joining, on its day and in January, too.
        ("2022-03-01", "2022-03-31", None, no_fee),
        ("2022-03-15", "2022-03-15", None, no_fee),
        ("2022-01-05", "2022-01-16", None, no_fee),
        // No row where the contract does not touch the year.
        (long_ago, "2021-12-31", None, "no row"),
        ("2023-01-01", "", None, "no row"),
        ("2022-12-31", "", None, "year [2022-01-31 2022-02-28] 3 qualified 0 of 0"),
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

#[test]
fn a_shop_that_joins_after_the_as_of_day_has_no_row_yet() {
    for (as_of, has_row) in [("2022-05-05", false), ("2022-05-06", true)] {
        assert_eq!(Case { joined_on: "2022-05-06", as_of, ..LONG_THERE }.settled().is_some(), has_row, "{as_of}");
    }
}

#[test]
fn charged_are_the_months_after_that_of_joining_up_to_that_of_leaving_or_as_far_as_the_settlement_goes() {
    let long_ago = LONG_THERE.joined_on;
    for (rule, joined_on, terminated_on, as_of, by_months, by_year) in [
        ("all of the year", long_ago, "", "2022-12-31", 12, 12),
        ("whenever it is settled", long_ago, "", "2023-02-01", 12, 12),
        ("joined on the last day of the year before", "2021-12-31", "", "2022-12-31", 12, 12),
        ("the month of joining is free", "2022-01-01", "", "2022-12-31", 11, 12),
        ("joined in April", "2022-04-01", "", "2022-12-31", 8, 12),
        ("on whatever day", "2022-04-30", "", "2022-12-31", 8, 12),
        ("joined in December", "2022-12-01", "", "2022-12-31", 0, 12),
        ("joined after the year", "2023-01-05", "", "2023-01-10", 0, 12),
        ("the month of leaving is charged", long_ago, "2022-06-01", "2022-12-31", 6, 12),
        ("left in January", long_ago, "2022-01-31", "2022-12-31", 1, 12),
        ("left after the year", long_ago, "2023-01-05", "2023-02-01", 12, 12),
        ("joined and left in the year", "2022-04-15", "2022-09-20", "2022-12-31", 5, 12),
        ("joined and left in one month", "2022-04-15", "2022-04-20", "2022-12-31", 0, 0),
        ("provisional", long_ago, "", "2022-05-01", 5, 12),
        ("provisional, on the last day but one", long_ago, "", "2022-12-30", 12, 12),
        ("provisional, joined in April", "2022-04-15", "", "2022-05-31", 1, 12),
        ("provisional, in the month of joining", "2022-04-15", "", "2022-04-30", 0, 12),
        ("provisional, after it left", long_ago, "2022-03-15", "2022-05-31", 3, 12),
        ("provisional, before it leaves", long_ago, "2022-08-15", "2022-05-31", 5, 12),
    ] {
        let charged = |annual_fee_by| {
            let case = Case { joined_on, terminated_on, as_of, annual_fee_by, ..LONG_THERE };
            case.settled().unwrap().charged_months
        };
        assert_eq!((charged(AnnualFeeBy::Months), charged(AnnualFeeBy::Year)), (by_months, by_year), "{rule}");
    }
}

#[test]
fn fee_and_sales_lines_go_by_the_charged_months() {
    // 30,000 yuan, and lines of 360,000 and 1,200,000 yuan; then a fee and lines that no number of months divides.
    const TEA: &str = ",,*,2.8,2.5,3,3,3000000,36000000,120000000";
    const ODD: &str = ",,*,2.8,2.5,3,3,35,100,200";
    let (april, june, december) = ("2022-04-01", "2022-06-01", "2022-12-01");
    for (rule, rules, joined_on, sales_fen, expected) in [
        ("of 360,000 yuan 8/12 are 240,000", TEA, april, 24_000_000, "1000000 of 2000000"),
        ("less reaches nothing", TEA, april, 23_999_999, "0 of 2000000"),
        ("of 1,200,000 yuan 8/12 are 800,000", TEA, april, 80_000_000, "2000000 of 2000000"),
        ("less reaches half", TEA, april, 79_999_999, "1000000 of 2000000"),
        ("no month is charged, nothing paid back", TEA, december, 120_000_000, "0 of 0"),
        ("8/12 of 35 fen are 23, and half of them 11", ODD, april, 100, "11 of 23"),
        ("6/12 of 100 are 50", ODD, june, 50, "8 of 17"),
        ("a line is not rounded: 8/12 of 100 are more than 66", ODD, april, 66, "0 of 23"),
        ("and less than 67", ODD, april, 67, "11 of 23"),
    ] {
        let shown = Case { rules, joined_on, sales: &[("茶", sales_fen)], ..LONG_THERE }.shown();
        assert!(shown.ends_with(&format!(" qualified {expected}")), "{rule}: {shown}");
    }
    let most = format!(",,*,2.8,2.5,3,3,{0},{0},{0}", i64::MAX);
    let settled = Case { rules: &most, sales: &[("茶", i64::MAX)], ..LONG_THERE }.settled().unwrap();
    assert_eq!((settled.fee_fen, settled.refund_fen), (i64::MAX, i64::MAX), "products pass 64 bits");
}

#[test]
fn by_the_year_fee_and_lines_are_whole_for_a_part_of_it() {
    let joined_in_april = |sales: &[(&str, i64)]| {
        Case { joined_on: "2022-04-01", annual_fee_by: AnnualFeeBy::Year, sales, ..LONG_THERE }.shown()
    };
    assert!(joined_in_april(&[("茶", HALF)]).ends_with("1500000 of 3000001"));
    assert!(joined_in_april(&[("茶", HALF - 1)]).ends_with("0 of 3000001"));
}

#[test]
fn where_no_fee_is_charged_the_row_names_that_of_the_year_and_the_sales() {
    let guest = Case { joined_on: "2022-03-01", terminated_on: "2022-03-31", ..LONG_THERE };
    let settled = guest.settled().unwrap();
    assert_eq!((settled.charged_months, settled.fee_fen, settled.refund_fen), (0, 0, 0));
    assert_eq!((settled.annual_fee_fen, settled.sales_fen, settled.top_category.as_deref()), (700, FULL, Some("茶")));
    assert_eq!((settled.average, settled.months.len(), settled.shop_name.as_str()), (None, 0, "一号店"));
}

#[test]
fn of_equal_sales_in_several_categories_the_dearest_fee_decides_and_of_equal_fees_the_first_name() {
    const CATEGORIES: &str = "\
,,*,2.8,2.5,3,3,3000000,18000000,60000000
,,女鞋,2.8,2.5,3,2.9,6000000,36000000,120000000
2022-01-01,2022-06-30,茶,2.8,2.5,3,3.1,9000000,36000000,120000000";
    for (rule, terminated_on, sales, (category, fee_fen, annual_min)) in [
        ("the dearer one", "", &[("女鞋", 5), ("男装", 5)][..], ("女鞋", 6_000_000, "2.9")),
        ("though last by name", "2022-06-30", &[("女鞋", 5), ("茶", 5)], ("茶", 9_000_000, "3.1")),
        ("by the day that decides", "2022-07-01", &[("女鞋", 5), ("茶", 5)], ("女鞋", 6_000_000, "2.9")),
        ("the first of equal fees", "", &[("箱包", 5), ("茶", 5), ("男装", 5)], ("男装", 3_000_000, "3")),
        ("more sales before a dearer fee", "", &[("女鞋", 5), ("男装", 6)], ("男装", 3_000_000, "3")),
        ("payments of nothing tie, too", "", &[("男装", 0), ("女鞋", 0)], ("女鞋", 6_000_000, "2.9")),
    ] {
        let settled = Case { rules: CATEGORIES, terminated_on, sales, ..LONG_THERE }.settled().unwrap();
        let shown = (settled.top_category.as_deref(), settled.annual_fee_fen, settled.annual_min.to_string());
        assert_eq!(shown, (Some(category), fee_fen, annual_min.to_owned()), "{rule}");
    }
}
