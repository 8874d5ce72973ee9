//! The way of a shop's tiers and score from one night to another, cause by cause.
//!
//! Grain in: what both nights published of a shop. Grain out: its score after each substitution, in the order that
//! [`comparison`](super) says. The way begins with the first night's score and ends with the second one's: what does not is refused,
//! for then the files do not hold what was published.

use super::STAGE;
use super::causes::{Cause, Step};
use super::peers::{Among, Peers, Place};
use super::published::PublishedShop;
use super::rules::{CountedRules, tiers_of};
use crate::error::{ExitClass, Finding, Outcome};
use crate::indicators::{Indicator, value};
use crate::policies::AfterSalesMix;
use crate::ranking::Measured;
use crate::rulebook::{Decimal4, WeightRow};
use crate::scores::{HeldTier, HeldTiers, score_alone};

/// What appeals took out of a shop's sums, numerator and denominator by [`Indicator::index`].
pub(crate) type TakenOut = [(i64, i64); Indicator::ALL.len()];

/// What is needed of both nights besides the shop itself.
pub(super) struct Nights<'a> {
    pub(super) rules: [&'a CountedRules; 2],
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
    pub(super) fn steps(&self, shops: [&'a PublishedShop; 2], taken_out: &TakenOut) -> Outcome<Vec<Step>> {
        let [first, second] = shops;
        let [rules, later_rules] = self.rules;
        let row =
            |rules: &'a CountedRules, shop: &PublishedShop| rules.weights.get(shop.assessment_category.as_deref()?);
        let mut state = State { tiers: tiers_of(first), weights: row(rules, first), mix: rules.mix };
        check(first, state.score()?)?;
        let own_row = row(later_rules, second);
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
                    state.weights = row(rules, second).or(own_row);
                }
                Cause::Rules => (state.weights, state.mix) = (own_row, later_rules.mix),
                _ => {}
            }
            if before != (state.weights, state.mix) {
                steps.push(Step { cause, indicator: None, score: state.score()? });
            }
        }
        check(second, state.score()?)?;
        Ok(steps)
    }

    /// The tiers after each cause.
    fn tiers(&self, shops: [&PublishedShop; 2], taken_out: &TakenOut) -> Outcome<[HeldTiers; Cause::ALL.len()]> {
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
        taken_out: &TakenOut,
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
        // Where nobody of the category was ranked on the first night, those of the second are all that is known.
        let mut cut_offs = self.rules.iter().filter_map(|rules| rules.cut_offs.get(&of.primary_category, indicator));
        self.peers.place(of, nights, indicator, cut_offs.next()?)
    }
}

/// The tier that these figures hold at a place; none without data.
fn held(at: Option<Place<'_>>, figures: Measured, among: Among) -> Outcome<Option<HeldTier>> {
    let Some((at, value)) = at.zip(value(figures.numerator, figures.denominator)) else { return Ok(None) };
    Ok(Some(HeldTier { tier: at.tier(value, among)?, denominator: figures.denominator }))
}

fn check(shop: &PublishedShop, score: Option<Decimal4>) -> Outcome<()> {
    if shop.score == score {
        return Ok(());
    }
    let [published, made] = [shop.score, score].map(|score| score.map_or("none".to_owned(), |score| score.to_string()));
    let found = format!("shop {}: score {published}, where its tiers and weights make {made}", shop.shop_id);
    Err(Finding::new(STAGE, found, "a published night as it was written")
        .advice("publish the day again")
        .fail(ExitClass::State))
}
