//! `custom_made.csv`: categories of goods that are made to order, whose pickups do not count (specification, section 4).
//!
//! Key: category. They are categories of goods, not of shops, so they need not be in `weights.csv`.

use std::collections::BTreeSet;

use super::category::{Categories, Scope, key, named_category};
use super::row::Row;
use super::table::{Line, Rule, RuleTable};
use crate::domain::Day;

/// The categories of goods that are made to order.
pub type CustomMade = RuleTable<CustomMadeRow>;

/// One category of such goods.
#[derive(Clone, Debug)]
pub struct CustomMadeRow {
    category: String,
}

impl CustomMade {
    /// The categories in force on `day`.
    pub fn categories_on(&self, day: Day) -> BTreeSet<&str> {
        self.on(day).map(|row| row.category.as_str()).collect()
    }
}

impl Line for CustomMadeRow {
    const COLUMNS: &'static [&'static str] = &["category"];

    fn read(row: &mut Row<'_>, _known: Option<&Categories>) -> Option<Self> {
        named_category(row).map(|category| Self { category })
    }

    fn key(&self) -> String {
        key(self.scope())
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, assert_refused};
    use super::*;

    const TABLE: &str = CustomMadeRow::TABLE;

    #[test]
    fn the_categories_in_force_on_the_day_are_named() {
        let folder = Folder::with(TABLE, "2022-01-01,2022-01-31,春联\n");
        let custom_made = folder.load().unwrap().custom_made;
        let on =
            |date: &str| custom_made.categories_on(date.parse().unwrap()).into_iter().collect::<Vec<_>>();
        assert_eq!(on("2018-12-31"), [""; 0]);
        assert_eq!(on("2022-01-31"), ["全屋定制", "春联"]);
        assert_eq!(on("2022-02-01"), ["全屋定制"]);
    }

    #[test]
    fn no_row_at_all_is_sound_here() {
        assert!(Folder::holding(TABLE, "effective_from,effective_to,category\n").load().is_ok());
    }

    #[test]
    fn a_category_twice_on_one_day_or_a_default_is_refused() {
        assert_refused(
            TABLE,
            [(
                Folder::with(TABLE, "2022-01-01,,全屋定制\n,,*\n"),
                &[
                    "4: column category: found `*`…",
                    "3: column effective_from: found category \"全屋定制\" on 2022-01-01 onwards, which overlaps line 2…",
                ][..],
            )],
        );
    }
}
