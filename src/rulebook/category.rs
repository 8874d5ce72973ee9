//! What a rule is for: the category cell, which all tables share, with what stands beside it where a table has that.
//!
//! `*` stands for every category without a row of its own; any other has to be one that `weights.csv` names, so that a
//! misspelt category is not a rule for nobody.

use std::collections::BTreeSet;

use super::row::Row;

/// What stands in a category or indicator cell for all that no other row names.
pub(super) const ANY: &str = "*";

/// A category or `*`, and within it a subcategory or indicator; none for all of them.
pub(super) type Scope<'a> = (&'a str, Option<&'a str>);

/// The scope of the row that holds for whatever no other row is for.
pub(super) const DEFAULT_SCOPE: Scope<'static> = (ANY, None);

/// The categories that have weights, each alone and with each subcategory that has weights of its own.
pub(super) struct Categories(BTreeSet<(String, Option<String>)>);

impl Categories {
    /// The categories of these scopes.
    pub(super) fn of<'a>(scopes: impl Iterator<Item = Scope<'a>>) -> Self {
        let alone_and_with = scopes.flat_map(|(category, subcategory)| {
            [(category.to_owned(), None), (category.to_owned(), subcategory.map(str::to_owned))]
        });
        Self(alone_and_with.collect())
    }

    fn have(&self, category: &str, subcategory: Option<&str>) -> bool {
        self.0.contains(&(category.to_owned(), subcategory.map(str::to_owned)))
    }
}

/// The words for a category and subcategory as the key of a row.
pub(super) fn key((category, subcategory): Scope<'_>) -> String {
    match subcategory {
        Some(subcategory) => format!("category {category:?} with subcategory {subcategory:?}"),
        None => format!("category {category:?}"),
    }
}

/// The category of a row of a table that has no default row: a `*` would silently mean nothing.
pub(super) fn named_category(row: &mut Row<'_>) -> Option<String> {
    let category = row.name("category")?;
    if category == ANY {
        row.refuse("category", "`*`", "a category: this table has no default row", "name the category");
        return None;
    }
    Some(category)
}

/// The category of a row, where it is `*` alone, or one of the `known`, together with `subcategory` if the row has one.
/// Where none are known any other will do.
pub(super) fn known_category(
    row: &mut Row<'_>,
    known: Option<&Categories>,
    subcategory: Option<&str>,
) -> Option<String> {
    let category = row.name("category")?;
    let is_known = |subcategory| {
        (category.as_str(), subcategory) == DEFAULT_SCOPE
            || known.is_none_or(|known| known.have(&category, subcategory))
    };
    if is_known(subcategory) {
        return Some(category);
    }
    let (column, found) = match subcategory {
        Some(subcategory) if is_known(None) => ("subcategory", format!("{category:?} with {subcategory:?}")),
        _ => ("category", format!("{category:?}")),
    };
    row.refuse(
        column,
        format!("{found}, which no row of weights.csv has"),
        "a category and subcategory of weights.csv",
        "correct the name, or add its weights first",
    );
    None
}
