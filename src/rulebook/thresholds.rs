//! `thresholds.csv`: the limits and fees of the assessments (specification, section 9), by primary category.
//!
//! Key: category. The row `*` holds for every category without a row of its own. An empty monthly_min or failure_limit
//! means that the category has no monthly assessment.

use std::path::Path;

use super::category::{ANY, key, known_category};
use super::decimal::Decimal4;
use super::effective::{Dated, in_force, shown_on};
use super::row::Row;
use super::weights::Weights;
use super::{require_default, table};
use crate::domain::Day;
use crate::error::Outcome;

pub(super) const FILE: &str = "thresholds.csv";

const COLUMNS: [&str; 8] = [
    "category",
    "marketing_min",
    "monthly_min",
    "failure_limit",
    "annual_min",
    "annual_fee_fen",
    "sales_half_refund_fen",
    "sales_full_refund_fen",
];

/// The limits and fees of all categories.
#[derive(Clone, Debug)]
pub struct Thresholds {
    rows: Vec<Dated<ThresholdRow>>,
}

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
    pub(super) fn shown_on(&self, day: Day) -> impl Iterator<Item = String> {
        shown_on(&self.rows, day)
    }

    pub(super) fn load(folder: &Path, weights: Option<&Weights>) -> Outcome<Self> {
        let path = folder.join(FILE);
        let read = |row: &mut Row<'_>| ThresholdRow::read(row, weights);
        let rows = table::read(&path, &COLUMNS, read, ThresholdRow::key)?;
        let has_default = rows.iter().any(|row| row.rule.is_default());
        require_default(&path, has_default, "a row with category `*`")?;
        Ok(Self { rows })
    }

    /// The row of a primary category on `day`, else the row `*`; none where neither is in force.
    pub fn row(&self, day: Day, primary_category: &str) -> Option<&ThresholdRow> {
        [primary_category, ANY]
            .into_iter()
            .find_map(|category| in_force(&self.rows, day).find(|row| row.category == category))
    }

    pub(super) fn has_default_on(&self, day: Day) -> bool {
        in_force(&self.rows, day).any(ThresholdRow::is_default)
    }
}

impl ThresholdRow {
    fn read(row: &mut Row<'_>, weights: Option<&Weights>) -> Option<Self> {
        let category = known_category(row, weights, None);
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

    fn key(&self) -> String {
        key(&self.category, None)
    }

    fn is_default(&self) -> bool {
        self.category == ANY
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
    use super::super::testing::{Folder, refusals};
    use super::*;

    #[test]
    fn a_category_s_own_row_comes_before_the_default_one_on_its_days() {
        let folder = Folder::with(FILE, "2022-01-01,2022-12-31,茶,2.75,,,3.2001,6000001,5,5\n");
        let thresholds = folder.load().unwrap().thresholds;
        let row = |date: &str, category| thresholds.row(date.parse().unwrap(), category);
        let tea = ThresholdRow {
            category: "茶".into(),
            marketing_min: Decimal4::from_ten_thousandths(27_500),
            monthly_min: None,
            failure_limit: None,
            annual_min: Decimal4::from_ten_thousandths(32_001),
            annual_fee_fen: 6_000_001,
            sales_half_refund_fen: 5,
            sales_full_refund_fen: 5,
        };
        assert_eq!(row("2022-12-31", "茶"), Some(&tea));
        let default = row("2023-01-01", "茶").unwrap();
        assert_eq!(default.category, "*");
        assert_eq!(default.monthly_min, Some(Decimal4::from_ten_thousandths(25_000)));
        assert_eq!(default.failure_limit, Some(3));
        assert_eq!(row("2022-12-31", "箱包"), Some(default));
        assert_eq!(row("2018-12-31", "茶"), None);
    }

    #[test]
    fn every_wrong_figure_of_a_row_is_refused_at_once() {
        let lines = refusals(&Folder::with(FILE, ",,茶,2.55555,-1,2.5,,1e3,+5,99999999999999999999\n"));
        let places =
            |column, found| format!("rules: thresholds.csv:3: column {column}: found {found}, wanted a ");
        let expected = [
            places("marketing_min", "\"2.55555\""),
            places("monthly_min", "\"-1\", a negative figure"),
            places("failure_limit", "\"2.5\""),
            places("annual_min", "an empty cell"),
            places("annual_fee_fen", "\"1e3\""),
            places("sales_half_refund_fen", "\"+5\""),
            places("sales_full_refund_fen", "\"99999999999999999999\""),
        ];
        assert_eq!(lines.len(), expected.len());
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.starts_with(&expected), "{line}");
        }
    }

    #[test]
    fn half_a_refund_from_more_sales_than_a_whole_one_is_refused() {
        assert_eq!(
            refusals(&Folder::with(FILE, ",,茶,2.5,,,3,100,6,5\n")),
            [
                "rules: thresholds.csv:3: column sales_half_refund_fen: found 6, more than sales_full_refund_fen 5, \
              wanted at most sales_full_refund_fen; correct one of them"
            ]
        );
    }

    #[test]
    fn a_table_without_the_default_row_is_refused() {
        let folder = Folder::sound();
        folder.replace(FILE, "*", "茶");
        assert_eq!(
            refusals(&folder),
            [
                "rules: thresholds.csv: found no default row, wanted a row with category `*`; add the row that holds for \
              all other categories"
            ]
        );
    }
}
