//! `logistics.csv`: which indicator a category's logistics 物流体验 is assessed by, or none.
//!
//! Key: category, subcategory. The row `*` holds for every category without a row of its own.

use super::category::{Categories, DEFAULT_SCOPE, Scope, known_category};
use super::row::Row;
use super::table::{Line, Rule, RuleTable};
use crate::domain::{Day, Dimension};
use crate::indicators::Indicator;

/// The name in the file of [`LogisticsRule::Exempt`].
const EXEMPT: &str = "none";

/// What every category's logistics is assessed by.
pub type Logistics = RuleTable<LogisticsRow>;

/// How a shop's logistics is assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogisticsRule {
    /// By this indicator, which is one of the logistics dimension.
    By(Indicator),
    /// Not at all.
    Exempt,
}

/// What one category's logistics is assessed by.
#[derive(Clone, Debug)]
pub struct LogisticsRow {
    category: String,
    subcategory: Option<String>,
    rule: LogisticsRule,
}

impl Logistics {
    /// How a shop's logistics is assessed on `day`: by the row of its subcategory, else of its whole primary category,
    /// else by the row `*`; none where no row is in force.
    pub fn rule(&self, day: Day, primary_category: &str, primary_subcategory: Option<&str>) -> Option<LogisticsRule> {
        let scopes = [(primary_category, primary_subcategory), (primary_category, None), DEFAULT_SCOPE];
        self.first_of(day, scopes).map(|row| row.rule)
    }
}

impl LogisticsRule {
    fn name(self) -> &'static str {
        match self {
            Self::By(indicator) => indicator.name(),
            Self::Exempt => EXEMPT,
        }
    }

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let name = row.text("logistics_indicator");
        if name == EXEMPT {
            return Some(Self::Exempt);
        }
        let indicator =
            Indicator::from_name(name).filter(|indicator| indicator.spec().dimension == Dimension::Logistics);
        if indicator.is_none() {
            let wanted = "pickup_timeliness, logistics_rating or none";
            row.refuse("logistics_indicator", format!("{name:?}"), wanted, "correct the name");
        }
        indicator.map(Self::By)
    }
}

impl Line for LogisticsRow {
    const COLUMNS: &'static [&'static str] = &["category", "subcategory", "logistics_indicator"];

    fn read(row: &mut Row<'_>, known: Option<&Categories>) -> Option<Self> {
        let subcategory = row.optional_name("subcategory");
        let category = known_category(row, known, subcategory.as_deref());
        let rule = LogisticsRule::read(row);
        Some(Self { category: category?, subcategory, rule: rule? })
    }
}

impl Rule for LogisticsRow {
    const TABLE: &'static str = "logistics";
    const DEFAULT: Option<&'static str> = Some("a row with category `*` and no subcategory");

    fn scope(&self) -> Scope<'_> {
        (&self.category, self.subcategory.as_deref())
    }

    fn said(&self) -> String {
        self.rule.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;
    use super::*;

    const TABLE: &str = "logistics";

    #[test]
    fn the_most_specific_row_decides_and_the_default_row_the_rest() {
        let folder = Folder::with(TABLE, "2019-01-01,,箱包,旅行箱,logistics_rating\n2022-01-01,,箱包,,none\n");
        let logistics = folder.load().unwrap().logistics;
        let pickup = Some(LogisticsRule::By(Indicator::PickupTimeliness));
        let rating = Some(LogisticsRule::By(Indicator::LogisticsRating));
        for (date, category, subcategory, expected) in [
            ("2022-03-15", "箱包", Some("旅行箱"), rating),
            ("2022-03-15", "箱包", Some("钱包"), Some(LogisticsRule::Exempt)),
            ("2022-03-15", "箱包", None, Some(LogisticsRule::Exempt)),
            ("2021-12-31", "箱包", None, pickup),
            ("2022-03-15", "茶", None, pickup),
            ("2018-12-31", "茶", None, None),
        ] {
            let rule = logistics.rule(date.parse().unwrap(), category, subcategory);
            assert_eq!(rule, expected, "{category} {subcategory:?} on {date}");
        }
    }

    #[test]
    fn an_indicator_of_another_dimension_or_none_at_all_is_refused() {
        for name in ["dispute_rate", "None", ""] {
            Folder::with(TABLE, &format!(",,茶,,{name}\n")).assert_refused(&format!(
                "logistics.csv:3: column logistics_indicator: found {name:?}, wanted pickup_timeliness, logistics_rating or \
                 none; correct the name"
            ));
        }
    }
}
