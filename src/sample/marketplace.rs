//! The marketplace as a whole: all shop slots with their shops, and which of them an order or a question falls to.

use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use super::random::Draws;
use super::request::{Request, STAGE};
use super::shop::Shop;
use super::shop_slots::ShopSlot;
use super::{categories, demo_cases};
use crate::domain::Day;
use crate::error::{Outcome, fault};

/// All shops that the days asked for can touch.
pub(super) struct Marketplace<'a> {
    pub(super) request: &'a Request,
    /// The shops of each slot.
    slots: Vec<Vec<Shop<'a>>>,
    by_weight: WeightedAliasIndex<f64>,
}

impl<'a> Marketplace<'a> {
    /// Opens the shop slots of `request`.
    pub(super) fn new(request: &'a Request) -> Outcome<Self> {
        let sizes = categories::sizes(&request.categories, request.shops)?;
        let tied = demo_cases::tied_category(request, &sizes);
        let (mut slots, mut weights) = (Vec::new(), Vec::new());
        let places = sizes.iter().flat_map(|(category, size)| (0..*size).map(move |nth| (*category, nth)));
        for (place, (category, place_in_category)) in (0..).zip(places) {
            let is_permanent = place_in_category == 0;
            let slot = ShopSlot { place, category, is_permanent, is_flawless: tied == Some(category) };
            weights.push(slot.weight(request));
            slots.push(slot.shops(request)?);
        }
        let by_weight = WeightedAliasIndex::new(weights).map_err(|error| fault(STAGE, error))?;
        Ok(Self { request, slots, by_weight })
    }

    /// All shops, those that follow each other in one slot side by side.
    pub(super) fn shops(&self) -> impl Iterator<Item = &Shop<'a>> {
        self.slots.iter().flatten()
    }

    /// A shop that trades on `day`, large ones more often; none where hardly any trades.
    pub(super) fn shop(&self, day: Day, draws: &mut Draws) -> Option<&Shop<'a>> {
        const ATTEMPTS: usize = 64;
        (0..ATTEMPTS).find_map(|_| {
            let slot = self.slots.get(self.by_weight.sample(draws))?;
            slot.iter().find(|shop| shop.trades_on(day))
        })
    }
}
