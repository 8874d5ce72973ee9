//! Which shops a list of the page has: the first ones of all, and the first few of each category, so that none is empty that has some.

use std::collections::HashMap;

/// How many of each category are listed in any case.
const MOST_OF_CATEGORY: usize = 10;

/// Of shops in their order those that are listed: the first `most`, and the first ten of each category.
pub(super) fn listed<T>(shops: Vec<T>, most: usize, category: impl Fn(&T) -> &str) -> Vec<T> {
    let mut of_categories: HashMap<String, usize> = HashMap::new();
    let mut listed = Vec::new();
    for (place, shop) in shops.into_iter().enumerate() {
        let of_category = of_categories.entry(category(&shop).to_owned()).or_default();
        *of_category += 1;
        if place < most || *of_category <= MOST_OF_CATEGORY {
            listed.push(shop);
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ones_are_listed_and_some_of_each_category() {
        let shops = (0..30).map(|shop| (shop, if shop < 25 { "男装" } else { "手机" })).collect();
        let places: Vec<i32> = listed(shops, 3, |(_, category)| category).into_iter().map(|(shop, _)| shop).collect();
        assert_eq!(places, (0..10).chain(25..30).collect::<Vec<_>>());
    }
}
