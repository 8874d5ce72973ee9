//! Shops of the shipped rules, on one day, for tests.

use crate::domain::Day;
use crate::policies::RankWithin;
use crate::ranking::assessed::{Present, assess};
use crate::rulebook::Rulebook;
use crate::shops::Shop;

/// The as-of day.
pub(crate) fn day() -> Day {
    "2022-03-15".parse().unwrap()
}

/// The shipped rules.
pub(crate) fn rulebook() -> Rulebook {
    Rulebook::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules")).unwrap()
}

/// Shops 1, 2, … in these categories, written `category` or `category_subcategory`.
pub(crate) fn shops(categories: &[&str]) -> Vec<Shop> {
    let shop = |(category, shop_id): (&&str, i64)| {
        let (primary, sub) = category.split_once('_').map_or((*category, None), |(primary, sub)| (primary, Some(sub)));
        Shop {
            shop_id,
            name: format!("shop {shop_id}"),
            primary_category: primary.into(),
            primary_subcategory: sub.map(Into::into),
            joined_on: day(),
            terminated_on: None,
        }
    };
    categories.iter().zip(1..).map(shop).collect()
}

/// The shops present on the day, ranked inside their primary category.
pub(crate) fn assessed<'a>(shops: &'a [Shop], rulebook: &'a Rulebook) -> Present<'a> {
    assess(shops, rulebook, (day(), day()), RankWithin::PrimaryCategory).unwrap()
}
