//! `logistics.csv`: which indicator a category's logistics 物流体验 is assessed by, or none.
//!
//! Key: category, subcategory. The row `*` holds for every category without a row of its own.

use super::row::{Categories, DEFAULT_SCOPE, Read, Row, Scope};
use super::table::{Line, Rule, RuleTable};
use crate::domain::{Day, Dimension};
use crate::indicators::Indicator;

/// The name in the file of [`LogisticsRule::Exempt`].
const EXEMPT: &str = "none";

pub(crate) type Logistics = RuleTable<LogisticsRow>;

/// How a shop's logistics is assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogisticsRule {
    /// By this indicator, which is one of the logistics dimension.
    By(Indicator),
    /// Not at all.
    Exempt,
}

#[derive(Clone, Debug)]
pub(crate) struct LogisticsRow {
    category: String,
    subcategory: Option<String>,
    rule: LogisticsRule,
}

impl Logistics {
    /// How a shop's logistics is assessed on `day`: by the row of its subcategory, else of its whole primary category,
    /// else by the row `*`; none where no row is in force.
    pub(crate) fn rule(&self, day: Day, category: &str, subcategory: Option<&str>) -> Option<LogisticsRule> {
        self.first_of(day, [(category, subcategory), (category, None), DEFAULT_SCOPE]).map(|row| row.rule)
    }
}

fn read_rule(row: &mut Row<'_>) -> Read<LogisticsRule> {
    let name = row.text("logistics_indicator");
    match Indicator::from_name(name) {
        Some(indicator) if indicator.spec().dimension == Dimension::Logistics => Ok(LogisticsRule::By(indicator)),
        None if name == EXEMPT => Ok(LogisticsRule::Exempt),
        _ => {
            let wanted = "pickup_timeliness, logistics_rating or none";
            Err(row.refuse("logistics_indicator", format!("{name:?}"), wanted, "correct the name"))
        }
    }
}

impl Line for LogisticsRow {
    const COLUMNS: &'static [&'static str] = &["category", "subcategory", "logistics_indicator"];

    fn read(row: &mut Row<'_>, known: Option<&Categories<'_>>) -> Read<Self> {
        let subcategory = row.optional("subcategory", Row::name)?;
        let category = row.known_category(known, subcategory.as_deref());
        let rule = read_rule(row);
        Ok(Self { category: category?, subcategory, rule: rule? })
    }
}

impl Rule for LogisticsRow {
    const TABLE: &'static str = "logistics";
    const DEFAULT: Option<&'static str> = Some("a row with category `*` and no subcategory");

    fn scope(&self) -> Scope<'_> {
        (&self.category, self.subcategory.as_deref())
    }

    fn said(&self) -> String {
        match self.rule {
            LogisticsRule::By(indicator) => indicator.name().to_owned(),
            LogisticsRule::Exempt => EXEMPT.to_owned(),
        }
    }
}
