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
use crate::indicators::Indicator;
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

    /// The tier of a shop whose value would be `value` in the group of `home`, among these others.
    pub(super) fn tier(
        &self,
        home: &PublishedShop,
        (first, second): (&PublishedShop, &PublishedShop),
        (indicator, value): (Indicator, f64),
        among: Among,
        cut_offs: &CutOffs,
    ) -> Outcome<Option<Tier>> {
        let Some(group) = group_of(home, self.within) else { return Ok(None) };
        let better = indicator.spec().better;
        let (mut count, mut ranked) = (0, 1);
        if let Some(of) = self.groups.get(&(Arc::clone(group), indicator)) {
            let [of_first, renewed, of_second] = of;
            let others = match among {
                Among::First => of_first,
                Among::Renewed => renewed,
                Among::Second => of_second,
            };
            let own = |shop| value_in(Some(shop), self.within, group, indicator);
            // Its own value is among them where it is in the group on that night.
            let own = match among {
                Among::First => own(first),
                Among::Renewed => own(first).map(|before| own(second).unwrap_or(before)),
                Among::Second => own(second),
            };
            let own_is_better = own.is_some_and(|own| is_better(own, value, better));
            count = others.better_than(value, better) - usize::from(own_is_better);
            ranked = others.count() + 1 - usize::from(own.is_some());
        }
        let whole = |number: usize| i64::try_from(number).map_err(|error| fault(STAGE, error));
        Ok(Some(cut_offs.tier(whole(count)?, whole(ranked)?)))
    }
}
