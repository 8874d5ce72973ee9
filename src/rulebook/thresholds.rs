//! `thresholds.csv`: the limits and fees of the assessments (specification, section 9), by primary category.
//!
//! Key: category. The row `*` holds for every category without a row of its own. An empty monthly_min or failure_limit
//! means that the category has no monthly assessment.

use super::decimal::Decimal4;
use super::row::{Categories, DEFAULT_SCOPE, Read, Row, Scope};
use super::table::{Line, Rule, RuleTable, or_dash};
use crate::domain::Day;

pub(crate) type Thresholds = RuleTable<ThresholdRow>;

/// The limits and fees of one category, or of all others (`*`); scores in ten-thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ThresholdRow {
    category: String,
    /// The lowest score that is admitted to marketing 营销准入.
    pub marketing_min: Decimal4,
    /// The lowest score that passes the monthly assessment; none: no such assessment.
    pub monthly_min: Option<Decimal4>,
    /// How many failed months of a cycle mean exit, 1 or more; none: no monthly assessment.
    pub failure_limit: Option<i64>,
    /// The lowest average score that earns a refund of the annual fee 年费.
    pub annual_min: Decimal4,
    pub annual_fee_fen: i64,
    /// The sales of a year from which half of the fee is refunded, and those from which all of it is.
    pub sales_half_refund_fen: i64,
    pub sales_full_refund_fen: i64,
}

impl Thresholds {
    /// The row of a primary category on `day`, else the row `*`; none where neither is in force.
    pub(crate) fn row(&self, day: Day, primary_category: &str) -> Option<&ThresholdRow> {
        self.line(day, primary_category).map(|(_, row)| row)
    }

    /// The same, with the line of the file that states it.
    pub(super) fn line(&self, day: Day, primary_category: &str) -> Option<(u64, &ThresholdRow)> {
        self.line_of(day, [(primary_category, None), DEFAULT_SCOPE])
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

    fn read(row: &mut Row<'_>, known: Option<&Categories<'_>>) -> Read<Self> {
        let category = row.known_category(known, None);
        let marketing_min = row.decimal("marketing_min");
        let monthly_min = row.optional("monthly_min", Row::decimal);
        let failure_limit = row.optional("failure_limit", Row::positive);
        let annual_min = row.decimal("annual_min");
        let annual_fee_fen = row.whole("annual_fee_fen");
        let (half, full) = (row.whole("sales_half_refund_fen"), row.whole("sales_full_refund_fen"));
        if let (Ok(half), Ok(full)) = (half, full)
            && half > full
        {
            let found = format!("{half}, more than sales_full_refund_fen {full}");
            let wanted = "at most sales_full_refund_fen";
            return Err(row.refuse("sales_half_refund_fen", found, wanted, "correct one of them"));
        }
        Ok(Self {
            category: category?,
            marketing_min: marketing_min?,
            monthly_min: monthly_min?,
            failure_limit: failure_limit?,
            annual_min: annual_min?,
            annual_fee_fen: annual_fee_fen?,
            sales_half_refund_fen: half?,
            sales_full_refund_fen: full?,
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
        let Self { marketing_min, annual_min, annual_fee_fen, sales_half_refund_fen, sales_full_refund_fen, .. } = self;
        let (monthly_min, failure_limit) = (or_dash(self.monthly_min), or_dash(self.failure_limit));
        let limits = format!("{marketing_min} {monthly_min} {failure_limit} {annual_min}");
        format!("{limits} {annual_fee_fen} {sales_half_refund_fen} {sales_full_refund_fen}")
    }
}
