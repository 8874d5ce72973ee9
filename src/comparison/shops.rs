//! What became of each shop from one night to another.
//!
//! Grain in: two published nights. Grain out: the shops that came and left; for each of those that stay and moved, the move and its
//! parts, the greatest move first, and of equal ones by id. Scores in ten-thousandths.

use rayon::prelude::*;

use super::causes::{self, Cause, ScorePart, Step};
use super::path::Nights;
use super::peers::Peers;
use super::published::{PublishedNight, PublishedShop};
use super::rules::NightRules;
use super::taken_out::{LostSums, NewlyTakenOut};
use crate::error::{Outcome, all};

/// A shop that is present on both nights.
#[derive(Clone, Debug)]
pub(crate) struct Stayed<'a> {
    pub(crate) nights: [&'a PublishedShop; 2],
    /// They add up to its move; none where a night has no score.
    pub(crate) parts: Vec<ScorePart>,
    /// Why it has a score no more, or has one now; none where that is as it was.
    pub(crate) score_came_or_went: Option<Cause>,
    /// Why it is admitted to marketing no more, or is now; none where that is as it was.
    pub(crate) admission_changed: Option<Cause>,
}

impl Stayed<'_> {
    /// The move of its score, in ten-thousandths; none where a night has no score.
    pub(crate) fn moved(&self) -> Option<i64> {
        let [from, to] = self.nights.map(|shop| shop.score);
        Some(to?.ten_thousandths() - from?.ten_thousandths())
    }
}

/// Two nights and all that tells how one became the other.
pub(crate) struct Comparison<'a> {
    pub(crate) nights: [&'a PublishedNight; 2],
    rules: [&'a NightRules; 2],
    peers: Peers,
    taken_out: &'a NewlyTakenOut,
}

impl<'a> Comparison<'a> {
    pub(crate) fn of(
        nights: [&'a PublishedNight; 2],
        rules: [&'a NightRules; 2],
        taken_out: &'a NewlyTakenOut,
    ) -> Outcome<Self> {
        let [first, second] = nights;
        for (night, rules) in nights.into_iter().zip(rules) {
            rules.check(night)?;
        }
        let peers = Peers::of(first, second, rules[0].settings.rank_within);
        Ok(Self { nights, rules, peers, taken_out })
    }

    /// The shops of the second night that the first one has not, and those of the first one that the second has not.
    pub(crate) fn entered_and_left(&self) -> [Vec<&'a PublishedShop>; 2] {
        let [first, second] = self.nights;
        let beyond = |night: &'a PublishedNight, other: &PublishedNight| {
            night.shops.iter().filter(|shop| other.shop(shop.shop_id).is_none()).collect()
        };
        [beyond(second, first), beyond(first, second)]
    }

    /// The shops that both have, in the order of their ids.
    pub(crate) fn stayed(&self) -> Outcome<Vec<Stayed<'a>>> {
        let [first, second] = self.nights;
        let both = first.shops.iter().filter_map(|shop| Some([shop, second.shop(shop.shop_id)?]));
        let both: Vec<_> = both.collect();
        all(both.into_par_iter().map(|shops| self.shop(shops)).collect::<Vec<_>>())
    }

    fn shop(&self, nights @ [first, second]: [&'a PublishedShop; 2]) -> Outcome<Stayed<'a>> {
        let untouched = LostSums::default();
        let taken_out = self.taken_out.get(&first.shop_id).unwrap_or(&untouched);
        let steps = Nights { rules: self.rules, peers: &self.peers }.steps(nights, taken_out)?;
        let parts = match (first.score, second.score) {
            (Some(from), Some(_)) => causes::parts(from, &steps),
            _ => Vec::new(),
        };
        let score_came_or_went = (first.score.is_some() != second.score.is_some())
            .then(|| turned(first.score.is_some(), &steps, |step| step.score.is_some()));
        let least = first.marketing_min;
        let is_admitted = |step: &Step| step.score.is_some_and(|score| score >= least);
        let admission_changed = (first.is_admitted != second.is_admitted).then(|| {
            // Its score alone, by the limit as it was.
            if second.score.is_some_and(|score| score >= least) == second.is_admitted {
                turned(first.is_admitted, &steps, is_admitted)
            } else if first.primary_category == second.primary_category {
                Cause::Rules
            } else {
                Cause::Category
            }
        });
        Ok(Stayed { nights, parts, score_came_or_went, admission_changed })
    }
}

/// The cause of the last step at which something turned into what it is in the end; the rules where none did.
fn turned(mut was: bool, steps: &[Step], is: impl Fn(&Step) -> bool) -> Cause {
    let mut cause = Cause::Rules;
    for step in steps {
        if is(step) != was {
            (was, cause) = (is(step), step.cause);
        }
    }
    cause
}
