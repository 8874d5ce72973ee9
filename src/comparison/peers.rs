//! The shops that a shop is ranked with, on the way from one night to another.
//!
//! Grain in: the values of all ranked shops on two nights, in the groups of the first one. Grain out: for each group and indicator
//! the values as they were, with those of shops that stay brought up to date, and as they are. A shop that is asked about is among
//! them itself, with one of its own values; it is left out of its count.

use std::collections::HashMap;
use std::sync::Arc;

use super::STAGE;
use super::published::{PublishedNight, PublishedShop};
use super::rules::group_of;
use crate::domain::Tier;
use crate::error::{Outcome, fault};
use crate::indicators::{Better, Indicator};
use crate::policies::RankWithin;
use crate::rulebook::CutOffs;
use crate::tiers::{Contenders, is_better};

type Group = (Arc<str>, Indicator);

/// The values of one group and indicator.
#[derive(Clone, Debug, Default)]
struct Values {
    /// On the first night.
    first: Vec<f64>,
    /// Those of the first night, where the shop is in the group on both with its second one.
    renewed: Vec<f64>,
    /// On the second night.
    second: Vec<f64>,
}

/// Who is ranked with a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Among {
    /// The others as on the first night.
    First,
    /// The same shops, those that stay with their figures of the second night.
    Renewed,
    /// The others as on the second night.
    Second,
}

/// All groups.
pub(super) struct Peers {
    within: RankWithin,
    groups: HashMap<Group, [Contenders; 3]>,
}

/// A shop's value where it is ranked by an indicator in a group.
fn value_in(shop: Option<&PublishedShop>, within: RankWithin, group: &Arc<str>, indicator: Indicator) -> Option<f64> {
    let shop = shop.filter(|shop| group_of(shop, within) == Some(group))?;
    let figures = shop.figures.get(indicator.index()).copied().flatten()?;
    Some(figures.standing?.value)
}

/// The groups in which a shop is ranked, one for each indicator that it has a value for, each with that.
fn ranked(shop: &PublishedShop, within: RankWithin) -> impl Iterator<Item = (Group, f64)> {
    let group = group_of(shop, within);
    Indicator::ALL.into_iter().filter_map(move |indicator| {
        let group = Arc::clone(group?);
        let value = value_in(Some(shop), within, &group, indicator)?;
        Some(((group, indicator), value))
    })
}

impl Peers {
    /// Those of two nights, in the groups that the first one ranked in.
    pub(super) fn of(first: &PublishedNight, second: &PublishedNight, within: RankWithin) -> Self {
        let mut values: HashMap<Group, Values> = HashMap::new();
        for shop in &first.shops {
            let later = second.shop(shop.shop_id);
            for ((group, indicator), value) in ranked(shop, within) {
                let renewed = value_in(later, within, &group, indicator).unwrap_or(value);
                let of = values.entry((group, indicator)).or_default();
                of.first.push(value);
                of.renewed.push(renewed);
            }
        }
        for (group, value) in second.shops.iter().flat_map(|shop| ranked(shop, within)) {
            values.entry(group).or_default().second.push(value);
        }
        let groups = values
            .into_iter()
            .map(|(group, Values { first, renewed, second })| (group, [first, renewed, second].map(Contenders::of)));
        Self { within, groups: groups.collect() }
    }

    /// Where a shop of both nights is ranked by an indicator if it is in the group of `of`, by these cut-offs; none where that has
    /// no group.
    pub(super) fn place<'a>(
        &'a self,
        of: &PublishedShop,
        nights: [&PublishedShop; 2],
        indicator: Indicator,
        cut_offs: &'a CutOffs,
    ) -> Option<Place<'a>> {
        let group = group_of(of, self.within)?;
        let others = self.groups.get(&(Arc::clone(group), indicator));
        let own = nights.map(|shop| value_in(Some(shop), self.within, group, indicator));
        Some(Place { others, own, better: indicator.spec().better, cut_offs })
    }
}

/// A group in which a shop is ranked by an indicator.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// None where nobody is.
    others: Option<&'a [Contenders; 3]>,
    /// The shop's own values there on both nights, which are among those of the others.
    own: [Option<f64>; 2],
    better: Better,
    cut_offs: &'a CutOffs,
}

impl Place<'_> {
    /// The tier of the shop if its value were this one, among these others.
    pub(super) fn tier(&self, value: f64, among: Among) -> Outcome<Tier> {
        let [own_first, own_second] = self.own;
        let own = match among {
            Among::First => own_first,
            Among::Renewed => own_first.map(|before| own_second.unwrap_or(before)),
            Among::Second => own_second,
        };
        let others = self.others.map(|[first, renewed, second]| match among {
            Among::First => first,
            Among::Renewed => renewed,
            Among::Second => second,
        });
        let own_is_better = own.is_some_and(|own| is_better(own, value, self.better));
        let better = others.map_or(0, |others| others.better_than(value, self.better)) - usize::from(own_is_better);
        let ranked = others.map_or(0, Contenders::count) + 1 - usize::from(own.is_some());
        let whole = |number: usize| i64::try_from(number).map_err(|error| fault(STAGE, error));
        Ok(self.cut_offs.tier(whole(better)?, whole(ranked)?))
    }
}
