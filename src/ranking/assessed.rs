//! How each present shop is assessed: by which row of the weight table, what its logistics goes by, and among whom.
//!
//! Grain in: the shops of the snapshot. Grain out: one entry a shop present on the as-of day, in their order; no assessment
//! where its category has no weights (specification, sections 5 and 6).

use std::borrow::Cow;
use std::collections::{BTreeMap, btree_map::Entry};

use crate::domain::{Day, Dimension};
use crate::error::{Outcome, fault};
use crate::indicators::Indicator;
use crate::policies::RankWithin;
use crate::rulebook::{LogisticsRule, Rulebook, WeightRow};
use crate::shops::Shop;

const STAGE: &str = "ranking";

/// How a shop is assessed on the as-of day: its row of the weight table, what its logistics goes by, and among whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assessment<'rules> {
    pub(crate) weights: &'rules WeightRow,
    logistics: LogisticsRule,
    /// The place of its group in [`Present::groups`].
    pub(crate) group: u32,
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

/// Shops that are ranked together; there may be none.
#[derive(Clone, Debug)]
pub(crate) struct Group<'rules> {
    pub(crate) name: Cow<'rules, str>,
    /// The primary category that all of them have.
    pub(super) category: &'rules str,
}

/// The shops present on a day, and the groups that they are ranked in.
#[derive(Clone, Debug)]
pub struct Present<'a> {
    /// Sorted by id.
    pub shops: Vec<Assessed<'a>>,
    /// In the byte order of their names.
    pub(crate) groups: Vec<Group<'a>>,
    /// How many of the shops of each primary category have an assessment; none where none has.
    assessed: BTreeMap<&'a str, i64>,
}

impl Present<'_> {
    /// How many shops of a primary category have an assessment.
    pub(crate) fn assessed_in(&self, primary_category: &str) -> i64 {
        self.assessed.get(primary_category).copied().unwrap_or_default()
    }
}

/// Finds out how each of the shops present on `as_of` is assessed by the rules in force on `rules_day`.
pub fn assess<'a>(
    shops: &'a [Shop],
    rulebook: &'a Rulebook,
    (as_of, rules_day): (Day, Day),
    rank_within: RankWithin,
) -> Outcome<Present<'a>> {
    let group_of = |row: &'a WeightRow| match rank_within {
        RankWithin::PrimaryCategory => Cow::Borrowed(row.category.as_str()),
        RankWithin::AssessmentCategory => row.assessment_category(),
    };
    let categories: BTreeMap<_, _> =
        rulebook.weights.on(rules_day).map(|row| (group_of(row), row.category.as_str())).collect();
    let numbers: BTreeMap<&str, u32> = categories.keys().map(AsRef::as_ref).zip(0..).collect();
    let assessment = |category, subcategory| {
        let Some(weights) = rulebook.weights.row(rules_day, category, subcategory) else { return Ok(None) };
        let Some(logistics) = rulebook.logistics.rule(rules_day, category, subcategory) else { return Ok(None) };
        let group = numbers.get(group_of(weights).as_ref()).copied();
        let group = group.ok_or_else(|| fault(STAGE, format!("an assessed shop of {category} without a group")))?;
        Ok(Some(Assessment { weights, logistics, group }))
    };
    let mut known: BTreeMap<(&str, Option<&str>), Option<Assessment<'a>>> = BTreeMap::new();
    let present = shops.iter().filter(|shop| shop.is_present_on(as_of));
    let assess = |shop: &'a Shop| {
        let key = (shop.primary_category.as_ref(), shop.primary_subcategory.as_deref());
        let assessment = match known.entry(key) {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(new) => *new.insert(assessment(key.0, key.1)?),
        };
        Ok(Assessed { shop, assessment })
    };
    let shops = present.map(assess).collect::<Outcome<Vec<_>>>()?;
    let mut assessed = BTreeMap::new();
    for shop in shops.iter().filter(|shop| shop.assessment.is_some()) {
        *assessed.entry(shop.shop.primary_category.as_ref()).or_default() += 1;
    }
    let groups = categories.into_iter().map(|(name, category)| Group { name, category }).collect();
    Ok(Present { shops, groups, assessed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::testing::{assessed, day, rulebook, shops};

    #[test]
    fn a_subcategory_of_its_own_has_its_own_row_and_another_takes_its_categorys() {
        let shops = shops(&["箱包皮具/热销女包/男包_旅行箱", "箱包皮具/热销女包/男包_女包", "男装_夹克"]);
        let rulebook = rulebook();
        let present = assessed(&shops, &rulebook);
        let row = |shop: &Assessed<'_>| shop.assessment.unwrap().weights.assessment_category().into_owned();
        assert_eq!(
            present.shops.iter().map(row).collect::<Vec<_>>(),
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
        let present = assessed(&shops, &rulebook).shops;
        assert_eq!(present.iter().map(|shop| shop.shop.shop_id).collect::<Vec<_>>(), [3, 4]);
    }
}
