//! The way of a shop's tiers and score from one night to another, cause by cause.
//!
//! Grain in: what both nights published of a shop. Grain out: its score after each substitution, in the order that
//! [`comparison`](super) says. The way begins with the first night's score and ends with the second one's, since both follow from
//! the rules of their nights (see [`rules`](super::rules)).

use super::causes::{Cause, Step};
use super::peers::{Among, Peers, Place};
use super::published::PublishedShop;
use super::rules::{NightRules, tiers_of};
use super::taken_out::LostSums;
use crate::error::Outcome;
use crate::indicators::{Indicator, value};
use crate::policies::AfterSalesMix;
use crate::ranking::Measured;
use crate::rulebook::{Decimal4, WeightRow};
use crate::scores::{HeldTier, HeldTiers, score_alone};

/// What is needed of both nights besides the shop itself.
pub(super) struct Nights<'a> {
    pub(super) rules: [&'a NightRules; 2],
    pub(super) peers: &'a Peers,
}

/// What a score is made of.
#[derive(Clone, Copy)]
struct State<'a> {
    tiers: HeldTiers,
    weights: Option<&'a WeightRow>,
    mix: AfterSalesMix,
}

impl State<'_> {
    fn score(&self) -> Outcome<Option<Decimal4>> {
        self.weights.map_or(Ok(None), |weights| score_alone(weights, &self.tiers, self.mix))
    }
}

impl<'a> Nights<'a> {
    /// The substitutions that change what a shop's score is made of, in order, given what appeals took out since.
    pub(super) fn steps(&self, shops: [&'a PublishedShop; 2], taken_out: &LostSums) -> Outcome<Vec<Step>> {
        let [first, second] = shops;
        let [rules, later] = self.rules;
        let mix = |rules: &NightRules| rules.settings.after_sales_mix;
        let mut state = State { tiers: tiers_of(first), weights: rules.weights(first), mix: mix(rules) };
        let own_row = later.weights(second);
        let mut steps = Vec::new();
        for (cause, tiers) in Cause::ALL.into_iter().zip(self.tiers(shops, taken_out)?) {
            for (place, indicator) in Indicator::ALL.into_iter().enumerate() {
                let (Some(held), Some(next)) = (state.tiers.get_mut(place), tiers.get(place)) else { continue };
                if held != next {
                    *held = *next;
                    steps.push(Step { cause, indicator: Some(indicator), score: state.score()? });
                }
            }
            let before = (state.weights, state.mix);
            match cause {
                // A category that the first night knew no weights of has those of the second.
                Cause::Category if second.has_moved_from(first) => {
                    state.weights = rules.weights(second).or(own_row);
                }
                Cause::Rules => (state.weights, state.mix) = (own_row, mix(later)),
                _ => {}
            }
            if before != (state.weights, state.mix) {
                steps.push(Step { cause, indicator: None, score: state.score()? });
            }
        }
        Ok(steps)
    }

    /// The tiers after each cause.
    fn tiers(&self, shops: [&PublishedShop; 2], taken_out: &LostSums) -> Outcome<[HeldTiers; Cause::ALL.len()]> {
        let mut after = [HeldTiers::default(); Cause::ALL.len()];
        for indicator in Indicator::ALL {
            let tiers = self.of_indicator(shops, indicator, taken_out)?;
            for (after, tier) in after.iter_mut().zip(tiers) {
                if let Some(held) = after.get_mut(indicator.index()) {
                    *held = tier;
                }
            }
        }
        Ok(after)
    }

    /// The tier of one indicator after each cause.
    fn of_indicator(
        &self,
        shops @ [first, second]: [&PublishedShop; 2],
        indicator: Indicator,
        taken_out: &LostSums,
    ) -> Outcome<[Option<HeldTier>; Cause::ALL.len()]> {
        let place = indicator.index();
        let published = |shop| tiers_of(shop).get(place).copied().flatten();
        let [before, after] = shops.map(published);
        let figures = shops.map(|shop| shop.figures.get(place).copied().flatten());
        let [Some(_), Some(now)] = figures else {
            // It comes or goes with the category, or else with the rules.
            let at_category = if second.has_moved_from(first) { after } else { before };
            return Ok([before, before, before, before, at_category, after]);
        };
        let (numerator, denominator) = taken_out.get(place).copied().unwrap_or_default();
        let known_before =
            Measured { numerator: now.numerator + numerator, denominator: now.denominator + denominator, ..now };
        let here = self.place(first, shops, indicator);
        let there = if second.has_moved_from(first) { self.place(second, shops, indicator) } else { here };
        Ok([
            held(here, known_before, Among::First)?,
            held(here, now, Among::First)?,
            held(here, now, Among::Renewed)?,
            held(here, now, Among::Second)?,
            held(there, now, Among::Second)?,
            after,
        ])
    }

    /// Where a shop is ranked by an indicator in the group of `of`, by the cut-offs of the first night.
    fn place(&self, of: &PublishedShop, nights: [&PublishedShop; 2], indicator: Indicator) -> Option<Place<'_>> {
        let [rules, _] = self.rules;
        self.peers.place(of, nights, indicator, rules.cut_offs(&of.primary_category, indicator)?)
    }
}

/// The tier that these figures hold at a place; none without data.
fn held(at: Option<Place<'_>>, figures: Measured, among: Among) -> Outcome<Option<HeldTier>> {
    let Some((at, value)) = at.zip(value(figures.numerator, figures.denominator)) else { return Ok(None) };
    Ok(Some(HeldTier { tier: at.tier(value, among)?, denominator: figures.denominator }))
}
