//! The marketplace as a whole: all stalls with their shops, and which of them an order or a question falls to.

use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use super::random::Draws;
use super::request::Request;
use super::stalls::{Shop, Stall};
use super::{categories, occasions};
use crate::domain::Day;
use crate::error::{Outcome, fault};

/// All shops that the days asked for can touch.
pub(super) struct Marketplace<'a> {
    pub(super) request: &'a Request,
    /// The shops of each stall.
    stalls: Vec<Vec<Shop<'a>>>,
    by_weight: WeightedAliasIndex<f64>,
}

impl<'a> Marketplace<'a> {
    /// Opens the stalls of `request`.
    pub(super) fn new(request: &'a Request) -> Outcome<Self> {
        let sizes = categories::sizes(&request.categories, request.shops);
        let tied = occasions::tied_category(request, &sizes);
        let mut stalls = Vec::new();
        for (category, size) in sizes {
            for place_in_category in 0..size {
                let place = u64::try_from(stalls.len()).map_err(|error| fault("sample", error))?;
                let is_flawless = tied == Some(category);
                stalls.push(Stall { place, category, is_permanent: place_in_category == 0, is_flawless });
            }
        }
        let weights = stalls.iter().map(|stall| stall.weight(request)).collect();
        Ok(Self {
            request,
            by_weight: WeightedAliasIndex::new(weights).map_err(|error| fault("sample", error))?,
            stalls: stalls.iter().map(|stall| stall.shops(request)).collect(),
        })
    }

    /// All shops, those that follow each other in one stall side by side.
    pub(super) fn shops(&self) -> impl Iterator<Item = &Shop<'a>> {
        self.stalls.iter().flatten()
    }

    /// A shop that trades on `day`, large ones more often; none where hardly any trades.
    pub(super) fn shop(&self, day: Day, draws: &mut Draws) -> Option<&Shop<'a>> {
        const ATTEMPTS: usize = 64;
        (0..ATTEMPTS).find_map(|_| {
            let stall = self.stalls.get(self.by_weight.sample(draws))?;
            stall.iter().find(|shop| shop.trades_on(day))
        })
    }
}
