//! The rules that a published night counted by, as its files show them, and how those of two nights differ.
//!
//! In: a published night, the rule tables and policies as they are now. Out: cut-offs, weights, in which groups shops were ranked and
//! how after-sales tiers were mixed. What explains every published figure counts; the rules of now come first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::STAGE;
use super::cut_offs::CountedCutOffs;
use super::published::{PublishedNight, PublishedShop};
use super::weights::CountedWeights;
use crate::domain::Dimension;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::indicators::Indicator;
use crate::policies::{AfterSalesMix, RankWithin};
use crate::rulebook::{Decimal4, Rulebook, WeightRow};
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

/// How the rules of a second night differ from those of a first one, in words, one a line, sorted.
pub(crate) fn differences(
    first: (&PublishedNight, &CountedRules),
    second: (&PublishedNight, &CountedRules),
) -> Vec<String> {
    let ((night, rules), (next_night, next)) = (first, second);
    let mut told = BTreeSet::new();
    for (category, row) in rules.weights.iter() {
        if let Some(other) = next.weights.get(category).filter(|other| !are_alike(row, other)) {
            told.insert(format!("weights of {category}: {} → {}", percents(row), percents(other)));
        }
    }
    let mut scopes: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    for ((category, indicator), cut_offs) in rules.cut_offs.iter() {
        if let Some(other) = next.cut_offs.get(category, *indicator).filter(|other| *other != cut_offs) {
            scopes.entry((cut_offs.to_string(), other.to_string())).or_default().insert(category);
        }
    }
    for ((from, to), categories) in scopes {
        told.insert(format!("cut-offs of {}: {from} → {to}", few(&categories)));
    }
    let mut limits: BTreeMap<(Decimal4, Decimal4), BTreeSet<&str>> = BTreeMap::new();
    let least: BTreeMap<_, _> = night.shops.iter().map(|shop| (&shop.primary_category, shop.marketing_min)).collect();
    for shop in &next_night.shops {
        if let Some(before) = least.get(&shop.primary_category).filter(|before| **before != shop.marketing_min) {
            limits.entry((*before, shop.marketing_min)).or_default().insert(&shop.primary_category);
        }
    }
    for ((from, to), categories) in limits {
        told.insert(format!("marketing_min of {}: {from} → {to}", few(&categories)));
    }
    if rules.rank_within != next.rank_within {
        told.insert(format!("rank_within: {} → {}", rules.rank_within, next.rank_within));
    }
    if rules.mix != next.mix {
        told.insert(format!("after_sales_mix: {} → {}", rules.mix, next.mix));
    }
    told.into_iter().collect()
}

/// Whether two rows weigh alike, in whatever whole numbers they say it.
fn are_alike(one: &WeightRow, other: &WeightRow) -> bool {
    let weights =
        |row: &WeightRow| Dimension::ALL.map(|dimension| i128::from(row.percent(dimension).ten_thousandths()));
    let (one, other) = (weights(one), weights(other));
    let (sum, other_sum): (i128, i128) = (one.iter().sum(), other.iter().sum());
    one.iter().zip(other).all(|(weight, other)| weight * other_sum == other * sum)
}

/// The weights of a row, in percent.
fn percents(row: &WeightRow) -> String {
    let weights = Dimension::ALL.map(|dimension| i128::from(row.percent(dimension).ten_thousandths()));
    let sum: i128 = weights.iter().sum();
    let percent =
        |weight: i128| Decimal4::half_up(100 * weight, sum).map_or("-".to_owned(), |percent| percent.to_string());
    weights.map(percent).join("/")
}

/// The first few of some names, and how many more there are.
fn few(names: &BTreeSet<&str>) -> String {
    const SHOWN: usize = 3;
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(SHOWN);
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
