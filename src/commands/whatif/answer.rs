//! What `shopscore whatif` answers: shifts by category, who gains or loses what, and each shop that anything reaches.
//!
//! Scores are points of four decimals, a missing one is null; another decision comes first, then the greatest move.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::assessments::monthly::Status;
use crate::domain::{Day, Tier};
use crate::indicators::Indicator;
use crate::pipeline::effects::Effects;
use crate::pipeline::whatif::Shift;
use crate::rulebook::Decimal4;

/// A day under other rules or policies, beside those in force.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct WhatIf {
    /// The published day, YYYY-MM-DD.
    pub(super) as_of: Day,
    /// What would be other than it is, `name=value`.
    pub(super) if_it_were: Vec<String>,
    /// Whether the published night is made of what is there now; else both sides are of what is there now.
    pub(super) is_current: bool,
    /// Shops present on the day.
    pub(super) present_shops: usize,
    #[serde(flatten)]
    pub(super) effects: Effects,
    /// The categories that anything reaches, those with most shops first.
    pub(super) categories: Vec<CategoryShift>,
    /// The shops that anything reaches: first those of which something else is decided, then by the move of the score.
    pub(super) shops: Vec<ShopShift<Vec<TierShift>>>,
    /// How many shops people are shown.
    #[serde(skip)]
    pub(super) shown: usize,
}

/// What becomes of a category's shops, in numbers of them.
#[derive(Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct CategoryShift {
    /// Its name.
    pub(super) primary_category: String,
    /// Its shops that are present on the day.
    pub(super) present_shops: usize,
    /// Those that anything reaches.
    pub(super) reached: usize,
    /// Those whose score rises.
    pub(super) score_rises: usize,
    /// Those whose score falls.
    pub(super) score_falls: usize,
    /// The mean move of the scores that are there on both sides, in points; null where there is none.
    pub(super) mean_move: Option<f64>,
    /// Tiers of single indicators.
    pub(super) tiers_better: usize,
    /// The same of tiers that are worse.
    pub(super) tiers_worse: usize,
    /// Those that lose admission to marketing.
    pub(super) loses_admission: usize,
    /// Those that gain it.
    pub(super) gains_admission: usize,
    /// Those whose month end would mean exit, and would not have.
    pub(super) newly_exits: usize,
    /// Those whose month end would fail, and would not have.
    pub(super) newly_fails: usize,
    /// Those whose month end would pass, and would not have.
    pub(super) newly_passes: usize,
}

/// What becomes of a shop; `T` are the tiers that are others.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct ShopShift<T> {
    pub(super) shop_id: i64,
    pub(super) shop_name: String,
    /// Its main category.
    pub(super) primary_category: String,
    /// Its score by the rules in force; null where there is none.
    pub(super) score_before: Option<f64>,
    /// Its score by the other ones.
    pub(super) score_after: Option<f64>,
    /// In points; null where one of both scores is.
    pub(super) score_move: Option<f64>,
    /// The least score for marketing admission by the rules in force.
    pub(super) marketing_min_before: f64,
    /// The same by the other ones.
    pub(super) marketing_min_after: f64,
    /// Whether it is admitted by the rules in force.
    pub(super) marketing_eligible_before: bool,
    /// Whether it is by the other ones.
    pub(super) marketing_eligible_after: bool,
    /// The score that the month end is heading for.
    pub(super) outlook_before: Option<f64>,
    /// The same by the other rules.
    pub(super) outlook_after: Option<f64>,
    /// What the month end would come to by it, the failures of the cycle counted in.
    pub(super) status_before: Option<&'static str>,
    /// The same by the other rules.
    pub(super) status_after: Option<&'static str>,
    /// The tiers that are others.
    pub(super) tiers: T,
}

/// A tier that is another one; null where the shop is not ranked.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct TierShift {
    pub(super) indicator: &'static str,
    /// In points, by the rules in force.
    pub(super) before: Option<i64>,
    /// In points, by the other ones.
    pub(super) after: Option<i64>,
}

impl WhatIf {
    pub(super) fn of((as_of, is_current): (Day, bool), typed: BTreeMap<String, String>, shifts: &[Shift]) -> Self {
        let mut reached: Vec<&Shift> = shifts.iter().filter(|shift| !shift.is_none()).collect();
        // A score that comes or goes is a greater move than any; of equal ones the order of the shops stays.
        reached.sort_by_key(|shift| {
            let Shift { before, after } = shift;
            let is_decided_otherwise = before.is_eligible != after.is_eligible || before.status != after.status;
            let comes_or_goes = if before.score == after.score { 0 } else { u64::MAX };
            Reverse((is_decided_otherwise, shift.moved().map_or(comes_or_goes, i64::unsigned_abs)))
        });
        Self {
            as_of,
            if_it_were: typed.into_iter().map(|(name, value)| format!("{name}={value}")).collect(),
            is_current,
            present_shops: shifts.len(),
            effects: Effects::of(&shifts.iter()),
            categories: categories(shifts),
            shops: reached.into_iter().map(shop).collect(),
            shown: 0,
        }
    }

    pub(super) fn showing(self, shown: usize) -> Self {
        Self { shown, ..self }
    }
}

fn categories(shifts: &[Shift]) -> Vec<CategoryShift> {
    let mut of_categories: BTreeMap<&str, Vec<&Shift>> = BTreeMap::new();
    for shift in shifts {
        of_categories.entry(&shift.before.primary_category).or_default().push(shift);
    }
    let category = |(name, shifts): (&str, Vec<&Shift>)| {
        let count = |is: &dyn Fn(&Shift) -> bool| shifts.iter().filter(|shift| is(shift)).count();
        let moves: Vec<i64> = shifts.iter().filter_map(|shift| shift.moved()).collect();
        let total: i64 = moves.iter().sum();
        let tiers = |is: fn(Tier, Tier) -> bool| {
            let pairs = shifts.iter().flat_map(|shift| shift.before.tiers.into_iter().zip(shift.after.tiers));
            pairs.filter_map(|(before, after)| before.zip(after)).filter(|(before, after)| is(*before, *after)).count()
        };
        let effects = Effects::of(&shifts.iter().copied());
        CategoryShift {
            primary_category: name.to_owned(),
            present_shops: shifts.len(),
            reached: count(&|shift| !shift.is_none()),
            score_rises: count(&|shift| shift.moved().is_some_and(|moved| moved > 0)),
            score_falls: count(&|shift| shift.moved().is_some_and(|moved| moved < 0)),
            mean_move: (!moves.is_empty()).then(|| total as f64 / (10_000 * moves.len()) as f64),
            tiers_better: tiers(|before, after| after.points() > before.points()),
            tiers_worse: tiers(|before, after| after.points() < before.points()),
            loses_admission: effects.loses_admission.len(),
            gains_admission: effects.gains_admission.len(),
            newly_exits: effects.newly_exits.len(),
            newly_fails: effects.newly_fails.len(),
            newly_passes: effects.newly_passes.len(),
        }
    };
    let mut categories: Vec<CategoryShift> = of_categories.into_iter().map(category).collect();
    categories.retain(|category| category.reached > 0);
    categories.sort_by_key(|category| Reverse(category.reached));
    categories
}

fn shop(shift: &Shift) -> ShopShift<Vec<TierShift>> {
    let Shift { before, after } = shift;
    let points = |tier: Option<Tier>| tier.map(Tier::points);
    let tiers = Indicator::ALL.into_iter().zip(before.tiers.into_iter().zip(after.tiers));
    let tiers = tiers.filter(|(_, (before, after))| before != after).map(|(indicator, (before, after))| TierShift {
        indicator: indicator.name(),
        before: points(before),
        after: points(after),
    });
    ShopShift {
        shop_id: before.shop_id,
        shop_name: before.name.clone(),
        primary_category: before.primary_category.to_string(),
        score_before: before.score.map(Decimal4::as_f64),
        score_after: after.score.map(Decimal4::as_f64),
        score_move: shift.moved().map(|moved| moved as f64 / 10_000.0),
        marketing_min_before: before.marketing_min.as_f64(),
        marketing_min_after: after.marketing_min.as_f64(),
        marketing_eligible_before: before.is_eligible,
        marketing_eligible_after: after.is_eligible,
        outlook_before: before.outlook.map(Decimal4::as_f64),
        outlook_after: after.outlook.map(Decimal4::as_f64),
        status_before: before.status.map(Status::name),
        status_after: after.status.map(Status::name),
        tiers: tiers.collect(),
    }
}

impl<T> ShopShift<T> {
    pub(super) fn with<U>(self, tiers: impl FnOnce(T) -> U) -> ShopShift<U> {
        ShopShift {
            tiers: tiers(self.tiers),
            shop_id: self.shop_id,
            shop_name: self.shop_name,
            primary_category: self.primary_category,
            score_before: self.score_before,
            score_after: self.score_after,
            score_move: self.score_move,
            marketing_min_before: self.marketing_min_before,
            marketing_min_after: self.marketing_min_after,
            marketing_eligible_before: self.marketing_eligible_before,
            marketing_eligible_after: self.marketing_eligible_after,
            outlook_before: self.outlook_before,
            outlook_after: self.outlook_after,
            status_before: self.status_before,
            status_after: self.status_after,
        }
    }
}
