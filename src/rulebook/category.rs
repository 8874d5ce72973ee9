//! The category cell of a row, which all tables share, with the subcategory beside it where a table has one.
//!
//! `*` stands for every category without a row of its own; any other has to be one that `weights.csv` names, so that a
//! misspelt category is not a rule for nobody.

use super::row::Row;
use super::weights::Weights;

/// What stands in a category or indicator cell for all that no other row names.
pub(super) const ANY: &str = "*";

/// The words for a category and subcategory as the key of a row.
pub(super) fn key(category: &str, subcategory: Option<&str>) -> String {
    match subcategory {
        Some(subcategory) => format!("category {category:?} with subcategory {subcategory:?}"),
        None => format!("category {category:?}"),
    }
}

/// Refuses a `*` where it would silently mean nothing.
pub(super) fn is_no_default(row: &mut Row<'_>, category: &str) -> bool {
    if category == ANY {
        row.refuse("category", "`*`", "a category: this table has no default row", "name the category");
    }
    category != ANY
}

/// The category of a row, where it is one that `weights` names, together with `subcategory` if the row has one, or is
/// `*` alone. Without `weights` any other will do.
pub(super) fn known_category(
    row: &mut Row<'_>,
    weights: Option<&Weights>,
    subcategory: Option<&str>,
) -> Option<String> {
    let category = row.name("category")?;
    let known = |subcategory| match (category.as_str(), subcategory) {
        (ANY, None) => true,
        (category, subcategory) => weights.is_none_or(|weights| weights.names(category, subcategory)),
    };
    if known(subcategory) {
        return Some(category);
    }
    let (column, found) = match subcategory {
        Some(subcategory) if known(None) => ("subcategory", format!("{category:?} with {subcategory:?}")),
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
