//! How scores are distributed: counts by classes of a quarter point, with the thresholds that they are held to.
//!
//! Grain in: shops with a score. Grain out: one row a class, from 0 to 5, the score 5 in the last one; thresholds in points.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::night::ShopOfNight;
use crate::rulebook::Decimal4;

/// How many classes there are.
pub(super) const CLASSES: usize = 20;
/// How wide one is, in ten-thousandths of a point.
const CLASS_WIDTH: i64 = 2_500;

/// Scores by class, and thresholds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Distribution {
    /// Shops in each class, the lowest first.
    pub(super) shops: [usize; CLASSES],
    /// The least scores for marketing admission of these shops.
    pub(super) marketing_min: Vec<f64>,
    /// The least scores that pass the monthly assessment of their categories.
    pub(super) monthly_min: Vec<f64>,
}

pub(super) fn distribution(shops: &[&ShopOfNight], monthly_least: &BTreeMap<Arc<str>, Decimal4>) -> Distribution {
    let mut counts = [0; CLASSES];
    for score in shops.iter().filter_map(|shop| shop.score) {
        let class = usize::try_from(score.ten_thousandths() / CLASS_WIDTH).unwrap_or_default().min(CLASSES - 1);
        if let Some(count) = counts.get_mut(class) {
            *count += 1;
        }
    }
    let of_marketing: BTreeSet<Decimal4> = shops.iter().map(|shop| shop.marketing_min).collect();
    let of_month = shops.iter().filter_map(|shop| monthly_least.get(&shop.primary_category).copied());
    let of_month: BTreeSet<Decimal4> = of_month.collect();
    let figures = |found: BTreeSet<Decimal4>| found.into_iter().map(Decimal4::as_f64).collect();
    Distribution { shops: counts, marketing_min: figures(of_marketing), monthly_min: figures(of_month) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_belongs_to_the_class_that_begins_with_it_and_five_to_the_last() {
        let shop = |ten_thousandths: Option<i64>| ShopOfNight {
            shop_id: 1,
            shop_name: Arc::from(""),
            primary_category: Arc::from("男装"),
            score: ten_thousandths.map(Decimal4::from_ten_thousandths),
            marketing_min: Decimal4::from_ten_thousandths(28_000),
            is_admitted: false,
        };
        let shops = [Some(0), Some(2_499), Some(2_500), Some(50_000), None].map(shop);
        let least = BTreeMap::from([(Arc::from("男装"), Decimal4::from_ten_thousandths(26_000))]);
        let found = distribution(&shops.iter().collect::<Vec<_>>(), &least);
        assert_eq!((found.shops[0], found.shops[1], found.shops[CLASSES - 1]), (2, 1, 1));
        assert_eq!(found.shops.iter().sum::<usize>(), 4, "a shop without a score is in none");
        assert_eq!((found.marketing_min, found.monthly_min), (vec![2.8], vec![2.6]));
    }
}
