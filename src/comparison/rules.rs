//! The rules that a published night counted by, as its files show them.
//!
//! In: a published night, the rule tables and policies as they are now. Out: cut-offs, weights, in which groups shops were ranked and
//! how after-sales tiers were mixed. What explains every published figure counts; the rules of now come first.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::STAGE;
use super::cut_offs::CountedCutOffs;
use super::published::{PublishedNight, PublishedShop};
use super::weights::CountedWeights;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::indicators::Indicator;
use crate::policies::{AfterSalesMix, RankWithin};
use crate::rulebook::Rulebook;
use crate::scores::{self, HeldTier, HeldTiers};

/// What a night's tiers and scores were made by.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CountedRules {
    pub(crate) cut_offs: CountedCutOffs,
    pub(crate) weights: CountedWeights,
    pub(crate) rank_within: RankWithin,
    pub(crate) mix: AfterSalesMix,
}

/// The rules as they are now.
#[derive(Clone, Copy)]
pub(crate) struct RulesOfNow<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) rank_within: RankWithin,
    pub(crate) mix: AfterSalesMix,
}

impl CountedRules {
    pub(crate) fn of(night: &PublishedNight, now: RulesOfNow<'_>) -> Outcome<Self> {
        let weights = CountedWeights::of(night, now.rulebook)?;
        let mixes = [now.mix, AfterSalesMix::Equal, AfterSalesMix::Volume];
        let mut found = Ok(None);
        for mix in mixes {
            if explains_scores(night, &weights, mix)? {
                found = Ok(Some(mix));
                break;
            }
        }
        let groups = [now.rank_within, RankWithin::PrimaryCategory, RankWithin::AssessmentCategory];
        let rank_within = groups.into_iter().find(|within| explains_groups(night, *within));
        Ok(Self {
            cut_offs: CountedCutOffs::of(night, now.rulebook)?,
            rank_within: rank_within.ok_or_else(|| unexplained(night, "shops that are ranked together"))?,
            mix: found?.ok_or_else(|| unexplained(night, "scores"))?,
            weights,
        })
    }
}

fn unexplained(night: &PublishedNight, what: &str) -> Failure {
    let found = format!("{what} of {} that do not follow from its tiers and weights", night.day);
    Finding::new(STAGE, found, "a published night as it was written")
        .advice("publish the day again")
        .fail(ExitClass::State)
}

/// The tiers that a shop was published with.
pub(super) fn tiers_of(shop: &PublishedShop) -> HeldTiers {
    shop.figures.map(|figures| {
        let figures = figures?;
        Some(HeldTier { tier: figures.standing?.tier, denominator: figures.denominator })
    })
}

/// The name of the group that a shop is ranked in; none where it has no assessment category.
pub(super) fn group_of(shop: &PublishedShop, within: RankWithin) -> Option<&Arc<str>> {
    let assessed = shop.assessment_category.as_ref()?;
    Some(match within {
        RankWithin::PrimaryCategory => &shop.primary_category,
        RankWithin::AssessmentCategory => assessed,
    })
}

/// Whether every score follows from tiers and weights.
fn explains_scores(night: &PublishedNight, weights: &CountedWeights, mix: AfterSalesMix) -> Outcome<bool> {
    for shop in &night.shops {
        let row = shop.assessment_category.as_deref().and_then(|category| weights.get(category));
        let Some(row) = row else { continue };
        let made = scores::score(row, &tiers_of(shop), mix)?;
        if (made.score, made.dimensions) != (shop.score, shop.dimensions) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether each shop is ranked among as many as its group has.
fn explains_groups(night: &PublishedNight, within: RankWithin) -> bool {
    let ranked = || {
        night.shops.iter().filter_map(|shop| Some((shop, group_of(shop, within)?))).flat_map(|(shop, group)| {
            let figures = Indicator::ALL.into_iter().zip(&shop.figures);
            figures.filter_map(move |(indicator, figures)| Some(((group, indicator), (*figures)?.standing?.ranked)))
        })
    };
    let mut counts: BTreeMap<(&Arc<str>, Indicator), i64> = BTreeMap::new();
    ranked().for_each(|(of, _)| *counts.entry(of).or_default() += 1);
    ranked().all(|(of, ranked)| counts.get(&of) == Some(&ranked))
}
