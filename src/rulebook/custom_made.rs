//! `custom_made.csv`: categories of goods that are made to order, whose pickups do not count (specification, section 4).
//!
//! Key: category. They are categories of goods, not of shops, so they need not be in `weights.csv`.

use std::collections::BTreeSet;

use super::category::{Categories, Scope, named_category};
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
    use super::super::testing::Folder;

    const TABLE: &str = "custom_made";

    #[test]
    fn the_categories_in_force_on_the_day_are_named() {
        let custom_made = Folder::with(TABLE, "2022-01-01,2022-01-31,春联\n").load().unwrap().custom_made;
        for (date, expected) in
            [("2018-12-31", &[][..]), ("2022-01-31", &["全屋定制", "春联"]), ("2022-02-01", &["全屋定制"])]
        {
            let categories = custom_made.categories_on(date.parse().unwrap());
            assert_eq!(categories.into_iter().collect::<Vec<_>>(), expected, "{date}");
        }
    }

    #[test]
    fn no_row_at_all_is_sound_here() {
        assert!(Folder::holding(TABLE, "effective_from,effective_to,category\n").load().is_ok());
    }

    #[test]
    fn a_category_twice_on_one_day_or_a_default_is_refused() {
        Folder::with(TABLE, "2022-01-01,,全屋定制\n,,*\n").assert_refused(
            "custom_made.csv:4: column category: found `*`…\n\
             custom_made.csv:3: column effective_from: found category \"全屋定制\" on 2022-01-01 onwards, which overlaps \
             line 2…",
        );
    }
}
