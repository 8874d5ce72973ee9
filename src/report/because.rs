//! Because of what scores moved since another night, as `shopscore diff` tells it.
//!
//! Grain in: what both nights published, the rules of each, what is known of appeals. Grain out: of each shop of both the cause that moved it
//! most, the indicator through which, and the cause of a changed admission. Nothing where the nights cannot be compared (as where an
//! earlier release published one), which is warned of, nor of more shops than fit in memory twice.

use std::collections::HashMap;

use serde::Serialize;

use super::night::Night;
use crate::comparison::causes::{Cause, main_cause, main_indicator};
use crate::comparison::published::PublishedNight;
use crate::comparison::rules::NightRules;
use crate::comparison::shops::{Comparison, Stayed};
use crate::comparison::taken_out::newly_taken_out;
use crate::domain::Day;
use crate::error::Outcome;
use crate::indicators::Indicator;
use crate::publish::reading::Current;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::threads::on_pool;

/// Of more shops it is not told; `shopscore diff` takes the memory that it needs.
const MOST_SHOPS: usize = 200_000;

/// By shop, with the move of its score, in ten-thousandths.
#[derive(Clone, Debug, Default)]
pub(super) struct Because(HashMap<i64, (Option<i64>, OfShop)>);

/// Because of what the score of a shop moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct OfShop {
    /// None where its score did not move, or one night has none.
    pub(super) cause: Option<Cause>,
    /// None where it is the weights.
    pub(super) indicator: Option<&'static str>,
    /// Why its admission changed; none where it did not.
    pub(super) admission: Option<Cause>,
}

impl Because {
    /// Of a shop whose score moved so; none where what is known is another move, as since a month end that was restated.
    pub(super) fn of(&self, shop_id: i64, moved: Option<i64>) -> Option<OfShop> {
        self.0.get(&shop_id).filter(|(known, _)| *known == moved).map(|(_, of)| *of)
    }
}

#[cfg(test)]
impl<const N: usize> From<[(i64, (Option<i64>, OfShop)); N]> for Because {
    fn from(shops: [(i64, (Option<i64>, OfShop)); N]) -> Self {
        Self(HashMap::from(shops))
    }
}

/// Of all shops of both nights; none where it cannot be told.
pub(super) fn known(seen: &Current, settings: &Settings, nights: [&Night; 2]) -> Option<Because> {
    if nights.iter().any(|night| night.shops.len() > MOST_SHOPS) {
        return None;
    }
    let days = nights.map(|night| night.day);
    let compared = on_pool(|| because(seen, settings, days));
    let [from, to] = days;
    compared.inspect_err(|failure| tracing::warn!("because of what scores moved from {from} to {to}: {failure}")).ok()
}

fn because(seen: &Current, settings: &Settings, [from, to]: [Day; 2]) -> Outcome<Because> {
    let rulebook = Rulebook::load(&settings.rules)?;
    let rules = |day| NightRules::of(day, seen.terms_of(day).as_ref(), (settings, &rulebook));
    let (of_first, of_second) = (rules(from), rules(to));
    let (first, second) = (PublishedNight::read(seen, from)?, PublishedNight::read(seen, to)?);
    // What is not known to be taken out counts as own figures.
    let taken_out = newly_taken_out([(seen, &of_first), (seen, &of_second)])?.unwrap_or_default();
    let comparison = Comparison::of([&first, &second], [&of_first, &of_second], &taken_out)?;
    let of_shop = |shop: &Stayed<'_>| OfShop {
        cause: main_cause(&shop.parts),
        indicator: main_indicator(&shop.parts).map(Indicator::name),
        admission: shop.admission_changed,
    };
    let stayed = comparison.stayed()?;
    Ok(Because(stayed.iter().map(|shop| (shop.nights[0].shop_id, (shop.moved(), of_shop(shop)))).collect()))
}
