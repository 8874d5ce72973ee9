//! `logistics.csv`: which indicator a category's logistics 物流体验 is assessed by, or none.
//!
//! Key: category, subcategory. The row `*` holds for every category without a row of its own.

use std::path::Path;

use super::category::{ANY, key, known_category};
use super::effective::{Dated, in_force, shown_on};
use super::row::Row;
use super::weights::Weights;
use super::{require_default, table};
use crate::domain::{Day, Dimension};
use crate::error::Outcome;
use crate::indicators::Indicator;

pub(super) const FILE: &str = "logistics.csv";

const COLUMNS: [&str; 3] = ["category", "subcategory", "logistics_indicator"];

/// The name in the file of [`LogisticsRule::Exempt`].
const EXEMPT: &str = "none";

/// What every category's logistics is assessed by.
#[derive(Clone, Debug)]
pub struct Logistics {
    rows: Vec<Dated<LogisticsRow>>,
}

/// How a shop's logistics is assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogisticsRule {
    /// By this indicator, which is one of the logistics dimension.
    By(Indicator),
    /// Not at all.
    Exempt,
}

#[derive(Clone, Debug)]
struct LogisticsRow {
    category: String,
    subcategory: Option<String>,
    rule: LogisticsRule,
}

impl Logistics {
    pub(super) fn shown_on(&self, day: Day) -> impl Iterator<Item = String> {
        shown_on(&self.rows, day)
    }

    pub(super) fn load(folder: &Path, weights: Option<&Weights>) -> Outcome<Self> {
        let path = folder.join(FILE);
        let read = |row: &mut Row<'_>| LogisticsRow::read(row, weights);
        let rows = table::read(&path, &COLUMNS, read, LogisticsRow::key)?;
        let has_default = rows.iter().any(|row| row.rule.is_default());
        require_default(&path, has_default, "a row with category `*` and no subcategory")?;
        Ok(Self { rows })
    }

    /// How a shop's logistics is assessed on `day`: by the row of its subcategory, else of its whole primary category,
    /// else by the row `*`; none where no row is in force.
    pub fn rule(
        &self,
        day: Day,
        primary_category: &str,
        primary_subcategory: Option<&str>,
    ) -> Option<LogisticsRule> {
        let most_specific_first =
            [(primary_category, primary_subcategory), (primary_category, None), (ANY, None)];
        most_specific_first.into_iter().find_map(|(category, subcategory)| {
            in_force(&self.rows, day)
                .find(|row| row.category == category && row.subcategory.as_deref() == subcategory)
                .map(|row| row.rule)
        })
    }

    pub(super) fn has_default_on(&self, day: Day) -> bool {
        in_force(&self.rows, day).any(LogisticsRow::is_default)
    }
}

impl LogisticsRow {
    fn read(row: &mut Row<'_>, weights: Option<&Weights>) -> Option<Self> {
        let subcategory = row.optional_name("subcategory");
        let category = known_category(row, weights, subcategory.as_deref());
        let rule = Self::read_rule(row);
        Some(Self { category: category?, subcategory, rule: rule? })
    }

    fn read_rule(row: &mut Row<'_>) -> Option<LogisticsRule> {
        let name = row.text("logistics_indicator");
        if name == EXEMPT {
            return Some(LogisticsRule::Exempt);
        }
        let indicator =
            Indicator::from_name(name).filter(|indicator| indicator.spec().dimension == Dimension::Logistics);
        if indicator.is_none() {
            let wanted = "pickup_timeliness, logistics_rating or none";
            row.refuse("logistics_indicator", format!("{name:?}"), wanted, "correct the name");
        }
        indicator.map(LogisticsRule::By)
    }

    fn key(&self) -> String {
        key(&self.category, self.subcategory.as_deref())
    }

    fn is_default(&self) -> bool {
        self.category == ANY && self.subcategory.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, refusals};
    use super::*;

    #[test]
    fn the_most_specific_row_decides_and_the_default_row_the_rest() {
        let folder = Folder::with(FILE, "2019-01-01,,箱包,旅行箱,logistics_rating\n2022-01-01,,箱包,,none\n");
        let logistics = folder.load().unwrap().logistics;
        let rule =
            |date: &str, category, subcategory| logistics.rule(date.parse().unwrap(), category, subcategory);
        let pickup = Some(LogisticsRule::By(Indicator::PickupTimeliness));
        let rating = Some(LogisticsRule::By(Indicator::LogisticsRating));
        assert_eq!(rule("2022-03-15", "箱包", Some("旅行箱")), rating);
        assert_eq!(rule("2022-03-15", "箱包", Some("钱包")), Some(LogisticsRule::Exempt));
        assert_eq!(rule("2022-03-15", "箱包", None), Some(LogisticsRule::Exempt));
        assert_eq!(rule("2021-12-31", "箱包", None), pickup);
        assert_eq!(rule("2022-03-15", "茶", None), pickup);
        assert_eq!(rule("2018-12-31", "茶", None), None);
    }

    #[test]
    fn an_indicator_of_another_dimension_or_none_at_all_is_refused() {
        for name in ["dispute_rate", "None", ""] {
            assert_eq!(
                refusals(&Folder::with(FILE, &format!(",,茶,,{name}\n"))),
                [format!(
                    "rules: logistics.csv:3: column logistics_indicator: found {name:?}, wanted pickup_timeliness, \
                     logistics_rating or none; correct the name"
                )]
            );
        }
    }

    #[test]
    fn a_table_without_the_default_row_is_refused() {
        let folder = Folder::sound();
        folder.replace(FILE, "*", "茶");
        assert_eq!(
            refusals(&folder),
            [
                "rules: logistics.csv: found no default row, wanted a row with category `*` and no subcategory; add the \
              row that holds for all other categories"
            ]
        );
    }
}
