//! `thresholds.csv`: the limits and fees of the assessments (specification, section 9), by primary category.
//!
//! Key: category. The row `*` holds for every category without a row of its own. An empty monthly_min or failure_limit
//! means that the category has no monthly assessment.

use super::category::{Categories, DEFAULT_SCOPE, Scope, known_category};
use super::decimal::Decimal4;
use super::row::Row;
use super::table::{Line, Rule, RuleTable, or_dash};
use crate::domain::Day;

/// The limits and fees of all categories.
pub type Thresholds = RuleTable<ThresholdRow>;

/// The limits and fees of one category, or of all others (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdRow {
    category: String,
    /// The lowest score that is admitted to marketing 营销准入.
    pub marketing_min: Decimal4,
    /// The lowest score that passes the monthly assessment; none: no such assessment.
    pub monthly_min: Option<Decimal4>,
    /// How many failed months of a year mean exit; none: no monthly assessment.
    pub failure_limit: Option<i64>,
    /// The lowest average score that earns a refund of the annual fee.
    pub annual_min: Decimal4,
    /// The annual fee 年费, in fen.
    pub annual_fee_fen: i64,
    /// The sales of a year from which half of the fee is refunded, in fen.
    pub sales_half_refund_fen: i64,
    /// The sales of a year from which all of the fee is refunded, in fen.
    pub sales_full_refund_fen: i64,
}

impl Thresholds {
    /// The row of a primary category on `day`, else the row `*`; none where neither is in force.
    pub fn row(&self, day: Day, primary_category: &str) -> Option<&ThresholdRow> {
        self.first_of(day, [(primary_category, None), DEFAULT_SCOPE])
    }
}

impl Line for ThresholdRow {
    const COLUMNS: &'static [&'static str] = &[
        "category",
        "marketing_min",
        "monthly_min",
        "failure_limit",
        "annual_min",
        "annual_fee_fen",
        "sales_half_refund_fen",
        "sales_full_refund_fen",
    ];

    fn read(row: &mut Row<'_>, known: Option<&Categories>) -> Option<Self> {
        let category = known_category(row, known, None);
        let marketing_min = row.decimal("marketing_min");
        let monthly_min = row.optional_decimal("monthly_min");
        let failure_limit = row.optional_whole("failure_limit");
        let annual_min = row.decimal("annual_min");
        let annual_fee_fen = row.whole("annual_fee_fen");
        let refund_limits = read_refund_limits(row);
        let (sales_half_refund_fen, sales_full_refund_fen) = refund_limits?;
        Some(Self {
            category: category?,
            marketing_min: marketing_min?,
            monthly_min: monthly_min?,
            failure_limit: failure_limit?,
            annual_min: annual_min?,
            annual_fee_fen: annual_fee_fen?,
            sales_half_refund_fen,
            sales_full_refund_fen,
        })
    }
}

impl Rule for ThresholdRow {
    const TABLE: &'static str = "thresholds";
    const DEFAULT: Option<&'static str> = Some("a row with category `*`");

    fn scope(&self) -> Scope<'_> {
        (&self.category, None)
    }

    fn said(&self) -> String {
        format!(
            "{} {} {} {} {} {} {}",
            self.marketing_min,
            or_dash(self.monthly_min),
            or_dash(self.failure_limit),
            self.annual_min,
            self.annual_fee_fen,
            self.sales_half_refund_fen,
            self.sales_full_refund_fen
        )
    }
}

/// The sales from which half and all of the fee is refunded, in fen.
fn read_refund_limits(row: &mut Row<'_>) -> Option<(i64, i64)> {
    let (half, full) = (row.whole("sales_half_refund_fen"), row.whole("sales_full_refund_fen"));
    let (half, full) = half.zip(full)?;
    if half > full {
        let found = format!("{half}, more than sales_full_refund_fen {full}");
        row.refuse("sales_half_refund_fen", found, "at most sales_full_refund_fen", "correct one of them");
    }
    (half <= full).then_some((half, full))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;
    use super::*;

    const TABLE: &str = "thresholds";

    #[test]
    fn a_category_s_own_row_comes_before_the_default_one_on_its_days() {
        let folder = Folder::with(TABLE, "2022-01-01,2022-12-31,茶,2.75,,,3.2001,6000001,5,5\n");
        let thresholds = folder.load().unwrap().thresholds;
        let default = Some("2.5 2.5 3 3 3000000 18000000 60000000");
        for (date, category, expected) in [
            ("2022-12-31", "茶", Some("2.75 - - 3.2001 6000001 5 5")),
            ("2023-01-01", "茶", default),
            ("2022-12-31", "箱包", default),
            ("2018-12-31", "茶", None),
        ] {
            let row = thresholds.row(date.parse().unwrap(), category).map(ThresholdRow::said);
            assert_eq!(row.as_deref(), expected, "{category} on {date}");
        }
    }

    #[test]
    fn each_figure_is_that_of_its_own_column() {
        let thresholds = Folder::with(TABLE, ",,茶,1,2,3,4,5,6,7\n").load().unwrap().thresholds;
        let row = thresholds.row("2022-03-15".parse().unwrap(), "茶").unwrap();
        let limits = [Some(row.marketing_min), row.monthly_min, Some(row.annual_min)];
        assert_eq!(limits, [1, 2, 4].map(|limit: i64| Some(Decimal4::from_ten_thousandths(limit * 10_000))));
        assert_eq!((row.failure_limit, row.annual_fee_fen), (Some(3), 5));
        assert_eq!((row.sales_half_refund_fen, row.sales_full_refund_fen), (6, 7));
    }

    #[test]
    fn every_wrong_figure_of_a_row_is_refused_at_once() {
        Folder::with(TABLE, ",,茶,2.55555,-1,2.5,,1e3,+5,99999999999999999999\n").assert_refused(
            "thresholds.csv:3: column marketing_min: found \"2.55555\", wanted a …\n\
             thresholds.csv:3: column monthly_min: found \"-1\", a negative figure, wanted a …\n\
             thresholds.csv:3: column failure_limit: found \"2.5\", wanted a …\n\
             thresholds.csv:3: column annual_min: found an empty cell, wanted a …\n\
             thresholds.csv:3: column annual_fee_fen: found \"1e3\", wanted a …\n\
             thresholds.csv:3: column sales_half_refund_fen: found \"+5\", wanted a …\n\
             thresholds.csv:3: column sales_full_refund_fen: found \"99999999999999999999\", wanted a …",
        );
    }

    #[test]
    fn half_a_refund_from_more_sales_than_a_whole_one_is_refused() {
        Folder::with(TABLE, ",,茶,2.5,,,3,100,6,5\n").assert_refused(
            "thresholds.csv:3: column sales_half_refund_fen: found 6, more than sales_full_refund_fen 5, wanted at most \
             sales_full_refund_fen; correct one of them",
        );
    }
}
