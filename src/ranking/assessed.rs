//! How each present shop is assessed: by which row of the weight table, and what its logistics goes by.
//!
//! Grain in: the shops of the snapshot. Grain out: one entry a shop present on the as-of day, in their order; no assessment
//! where its category has no weights (specification, sections 5 and 6).

use std::collections::BTreeMap;

use crate::domain::{Day, Dimension};
use crate::indicators::Indicator;
use crate::rulebook::{LogisticsRule, Rulebook, WeightRow};
use crate::shops::Shop;

/// How a shop is assessed on the as-of day: its row of the weight table and what its logistics goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assessment<'rules> {
    pub(crate) weights: &'rules WeightRow,
    logistics: LogisticsRule,
}

impl Assessment<'_> {
    /// Whether the shop is assessed by `indicator`.
    pub(super) fn covers(&self, indicator: Indicator) -> bool {
        indicator.spec().dimension != Dimension::Logistics || self.logistics == LogisticsRule::By(indicator)
    }
}

/// A present shop and how it is assessed; none where its category has no weights.
#[derive(Clone, Copy, Debug)]
pub struct Assessed<'a> {
    /// The shop.
    pub shop: &'a Shop,
    pub(crate) assessment: Option<Assessment<'a>>,
}

/// Finds out how each of the shops present on `as_of` is assessed.
pub fn assess<'a>(shops: &'a [Shop], rulebook: &'a Rulebook, as_of: Day) -> Vec<Assessed<'a>> {
    let mut known: BTreeMap<(&str, Option<&str>), Option<Assessment<'a>>> = BTreeMap::new();
    let present = shops.iter().filter(|shop| shop.is_present_on(as_of));
    let assess = |shop: &'a Shop| {
        let category = shop.primary_category.as_str();
        let subcategory = shop.primary_subcategory.as_deref();
        let assessment = *known.entry((category, subcategory)).or_insert_with(|| {
            let weights = rulebook.weights.row(as_of, category, subcategory)?;
            let logistics = rulebook.logistics.rule(as_of, category, subcategory)?;
            Some(Assessment { weights, logistics })
        });
        Assessed { shop, assessment }
    };
    present.map(assess).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::testing::{day, rulebook, shops};

    #[test]
    fn a_subcategory_of_its_own_has_its_own_row_and_another_takes_its_categorys() {
        let shops = shops(&["箱包皮具/热销女包/男包_旅行箱", "箱包皮具/热销女包/男包_女包", "男装_夹克"]);
        let rulebook = rulebook();
        let assessed = assess(&shops, &rulebook, day());
        let row = |shop: &Assessed<'_>| shop.assessment.unwrap().weights.assessment_category();
        assert_eq!(
            assessed.iter().map(row).collect::<Vec<_>>(),
            ["箱包皮具/热销女包/男包_旅行箱", "箱包皮具/热销女包/男包", "男装"]
        );
    }

    #[test]
    fn shops_that_have_left_or_not_yet_joined_are_not_present() {
        let mut shops = shops(&["男装"; 4]);
        shops[0].joined_on = day().plus(1);
        shops[1].terminated_on = Some(day());
        shops[2].terminated_on = Some(day().plus(1));
        let rulebook = rulebook();
        let present = assess(&shops, &rulebook, day());
        assert_eq!(present.iter().map(|shop| shop.shop.shop_id).collect::<Vec<_>>(), [3, 4]);
    }
}
