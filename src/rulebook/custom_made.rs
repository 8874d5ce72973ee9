//! `custom_made.csv`: categories of goods that are made to order, whose pickups do not count (specification, section 4).
//!
//! Key: category. They are categories of goods, not of shops, so they need not be in `weights.csv`.

use std::collections::BTreeSet;

use super::row::{Categories, Read, Row, Scope};
use super::table::{Line, Rule, RuleTable};
use crate::domain::Day;

pub(crate) type CustomMade = RuleTable<CustomMadeRow>;

#[derive(Clone, Debug)]
pub(crate) struct CustomMadeRow {
    category: String,
}

impl CustomMade {
    pub(crate) fn categories_on(&self, day: Day) -> BTreeSet<&str> {
        self.on(day).map(|row| row.category.as_str()).collect()
    }
}

impl Line for CustomMadeRow {
    const COLUMNS: &'static [&'static str] = &["category"];

    fn read(row: &mut Row<'_>, _known: Option<&Categories<'_>>) -> Read<Self> {
        row.named_category().map(|category| Self { category })
    }
}

impl Rule for CustomMadeRow {
    const TABLE: &'static str = "custom_made";

    fn scope(&self) -> Scope<'_> {
        (&self.category, None)
    }

    fn said(&self) -> String {
        String::new()
    }
}
