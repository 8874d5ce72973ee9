//! The way of a shop's tiers and score from one night to another, cause by cause.
//!
//! Grain in: what both nights published of a shop. Grain out: its score after each substitution, in the order that
//! [`comparison`](super) says. The way begins with the first night's score and ends with the second one's: what does not is refused,
//! for then the files do not hold what was published.

use super::STAGE;
use super::causes::{Cause, Step};
use super::peers::{Among, Peers};
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
        let without =
            Measured { numerator: now.numerator + numerator, denominator: now.denominator + denominator, ..now };
        let tier = |home, figures, among| self.tier(home, shops, (indicator, figures), among);
        Ok([
            tier(first, without, Among::First)?,
            tier(first, now, Among::First)?,
            tier(first, now, Among::Renewed)?,
            tier(first, now, Among::Second)?,
            tier(if second.has_moved_from(first) { second } else { first }, now, Among::Second)?,
            after,
        ])
    }

    /// The tier of these figures in the group and by the cut-offs of `home` on the first night.
    fn tier(
        &self,
        home: &PublishedShop,
        [first, second]: [&PublishedShop; 2],
        (indicator, figures): (Indicator, Measured),
        among: Among,
    ) -> Outcome<Option<HeldTier>> {
        let [rules, later] = self.rules;
        let Some(value) = value(figures.numerator, figures.denominator) else { return Ok(None) };
        // Where nobody of the category was ranked on the first night, those of the second are all that is known.
        let cut_offs =
            [rules, later].into_iter().find_map(|rules| rules.cut_offs.get(&home.primary_category, indicator));
        let Some(cut_offs) = cut_offs else { return Ok(None) };
        let tier = self.peers.tier(home, (first, second), (indicator, value), among, cut_offs)?;
        Ok(tier.map(|tier| HeldTier { tier, denominator: figures.denominator }))
    }
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
