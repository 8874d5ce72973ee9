//! `custom_made.csv`: categories of goods that are made to order, whose pickups do not count (specification, section 4).
//!
//! Key: category. They are categories of goods, not of shops, so they need not be in `weights.csv`.

use std::collections::BTreeSet;
use std::path::Path;

use super::category::{is_no_default, key};
use super::effective::{Dated, in_force};
use super::row::Row;
use super::table;
use crate::domain::Day;
use crate::error::Outcome;

pub(super) const FILE: &str = "custom_made.csv";

const COLUMNS: [&str; 1] = ["category"];

/// The categories of goods that are made to order.
#[derive(Clone, Debug)]
pub struct CustomMade {
    categories: Vec<Dated<String>>,
}

impl CustomMade {
    pub(super) fn load(folder: &Path) -> Outcome<Self> {
        let categories = table::read(&folder.join(FILE), &COLUMNS, read, |category| key(category, None))?;
        Ok(Self { categories })
    }

    /// The categories in force on `day`.
    pub fn on(&self, day: Day) -> BTreeSet<&str> {
        in_force(&self.categories, day).map(String::as_str).collect()
    }
}

fn read(row: &mut Row<'_>) -> Option<String> {
    row.name("category").filter(|category| is_no_default(row, category))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, refusals};
    use super::*;

    #[test]
    fn the_categories_in_force_on_the_day_are_named() {
        let folder = Folder::with(FILE, "2022-01-01,2022-01-31,春联\n");
        let custom_made = folder.load().unwrap().custom_made;
        let on = |date: &str| custom_made.on(date.parse().unwrap()).into_iter().collect::<Vec<_>>();
        assert_eq!(on("2018-12-31"), [""; 0]);
        assert_eq!(on("2022-01-31"), ["全屋定制", "春联"]);
        assert_eq!(on("2022-02-01"), ["全屋定制"]);
    }

    #[test]
    fn no_row_at_all_is_sound_here() {
        let folder = Folder::sound();
        folder.write(FILE, "effective_from,effective_to,category\n");
        assert!(folder.load().is_ok());
    }

    #[test]
    fn a_category_twice_on_one_day_or_a_default_is_refused() {
        let lines = refusals(&Folder::with(FILE, "2022-01-01,,全屋定制\n,,*\n"));
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("custom_made.csv:4: column category: found `*`"), "{}", lines[0]);
        assert!(lines[1].contains("custom_made.csv:3: column effective_from: found category \"全屋定制\""));
        assert!(lines[1].contains("overlaps line 2"));
    }
}
