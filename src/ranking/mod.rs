//! The seven indicators of every present shop: sums, value, rank and tier (specification, sections 4 to 6).
//!
//! Grain in: present shops with their assessment, and the window's sums in the same order. Grain out: per indicator one
//! entry a shop. An indicator that a shop is not assessed by has no entry; one without data has sums but no standing.

pub mod assessed;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::Day;
use crate::error::{Outcome, all, fault};
use crate::indicators::{Indicator, value};
use crate::policies::RankWithin;
use crate::ranking::assessed::Assessed;
use crate::rulebook::{CutOffs, Rulebook};
use crate::tiers::{Contender, Standing, rank};
use crate::window_sums::shops::WindowSums;

const STAGE: &str = "ranking";

/// A shop's figures for one indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) numerator: i64,
    pub(crate) denominator: i64,
    /// Its rank and tier; none where the denominator counts nothing.
    pub(crate) standing: Option<Standing>,
}

/// All seven indicators of all present shops.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// By [`Indicator::index`], one entry a shop; none where the shop is not assessed by the indicator.
    pub(crate) by_indicator: [Vec<Option<Measured>>; Indicator::ALL.len()],
    /// For each shop the number of the group that it is ranked in; none where it is not assessed.
    pub(crate) group_of: Vec<Option<u32>>,
    /// The names of the groups, by number, in byte order.
    pub(crate) groups: Vec<String>,
}

impl Ranking {
    /// A shop's figures for an indicator; `place` is the shop's place among the present shops, a fault where there is none.
    pub(crate) fn of(&self, place: usize, indicator: Indicator) -> Outcome<Option<&Measured>> {
        let column = self.by_indicator.get(indicator.index());
        let measured = column.and_then(|column| column.get(place)).map(Option::as_ref);
        measured.ok_or_else(|| fault(STAGE, format!("no {} of shop number {place}", indicator.name())))
    }
}

/// Ranks all shops by all indicators.
pub fn rank_all(
    assessed: &[Assessed<'_>],
    sums: &WindowSums,
    rulebook: &Rulebook,
    as_of: Day,
    rank_within: RankWithin,
) -> Outcome<Ranking> {
    let (groups, group_of) = groups(assessed, rank_within);
    let cut_offs = |indicator| cut_offs_on(rulebook, as_of, indicator);
    let column = |indicator: &Indicator| rank_one(assessed, &group_of, sums, *indicator, &cut_offs(*indicator));
    let columns = all(Indicator::ALL.par_iter().map(column).collect::<Vec<_>>())?;
    let by_indicator = columns.try_into().map_err(|_| fault(STAGE, "another number of indicators than declared"))?;
    Ok(Ranking { by_indicator, group_of, groups })
}

/// Numbers the groups in the byte order of their names. Shops that are not assessed are ranked in none.
fn groups(assessed: &[Assessed<'_>], rank_within: RankWithin) -> (Vec<String>, Vec<Option<u32>>) {
    let name_of = |assessed: &Assessed<'_>| {
        assessed.assessment.map(|assessment| match rank_within {
            RankWithin::PrimaryCategory => assessed.shop.primary_category.clone(),
            RankWithin::AssessmentCategory => assessment.weights.assessment_category(),
        })
    };
    let names: BTreeSet<String> = assessed.iter().filter_map(name_of).collect();
    let numbers: BTreeMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
    let group_of = assessed.iter().map(|assessed| numbers.get(name_of(assessed)?.as_str()).copied()).collect();
    (names.into_iter().collect(), group_of)
}

/// The figures of one indicator, one entry a shop.
fn rank_one(
    assessed: &[Assessed<'_>],
    group_of: &[Option<u32>],
    sums: &WindowSums,
    indicator: Indicator,
    cut_offs: &BTreeMap<&str, &CutOffs>,
) -> Outcome<Vec<Option<Measured>>> {
    let numerators = sums.measure(indicator.spec().numerator)?;
    let denominators = sums.measure(indicator.spec().denominator)?;
    if [numerators.len(), denominators.len()] != [assessed.len(); 2] {
        return Err(fault(STAGE, format!("sums of {} shops for {}", numerators.len(), assessed.len())));
    }
    let mut column: Vec<Option<Measured>> = Vec::with_capacity(assessed.len());
    let mut contenders = Vec::new();
    let shops = assessed.iter().zip(group_of);
    for ((shop, group), (numerator, denominator)) in shops.zip(numerators.iter().zip(denominators)) {
        let is_covered = shop.assessment.is_some_and(|assessment| assessment.covers(indicator));
        let measured = Measured { numerator: *numerator, denominator: *denominator, standing: None };
        column.push(is_covered.then_some(measured));
        if let Some(value) = value(*numerator, *denominator).filter(|_| is_covered) {
            let group = group.ok_or_else(|| fault(STAGE, "an assessed shop without a group"))?;
            let category = shop.shop.primary_category.as_str();
            let lacking = || fault(STAGE, format!("no cut-offs in force for {category}"));
            let cut_offs = cut_offs.get(category).copied().ok_or_else(lacking)?;
            contenders.push(Contender { group, value, cut_offs });
        }
    }
    let mut standings = rank(&contenders, indicator.spec().better)?.into_iter();
    for measured in column.iter_mut().flatten() {
        let value = value(measured.numerator, measured.denominator);
        measured.standing = value.and_then(|_| standings.next());
    }
    Ok(column)
}

/// The cut-offs of one indicator, by category.
fn cut_offs_on(rulebook: &Rulebook, as_of: Day, indicator: Indicator) -> BTreeMap<&str, &CutOffs> {
    let categories = rulebook.weights.on(as_of).map(|row| row.category.as_str());
    let cut_offs = |category| Some((category, rulebook.tiers.cut_offs(as_of, category, indicator)?));
    categories.filter_map(cut_offs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::assessed::assess;
    use crate::ranking::testing::{day, rulebook, shops};

    use RankWithin::{AssessmentCategory, PrimaryCategory};

    /// An indicator, and the measure that a test gives figures of.
    type Shown<'a> = (Indicator, &'a str);

    const STARS: Shown<'_> = (Indicator::ProductRating, "description_stars");

    /// What an indicator says of each shop where a measure has these figures and every other one 10: `tier (better/ranked)`,
    /// `no data` or `not assessed`.
    fn shown(
        categories: &[&str],
        rank_within: RankWithin,
        (indicator, measure): Shown<'_>,
        figures: &[i64],
    ) -> Vec<String> {
        let (shops, rulebook, sums) = (shops(categories), rulebook(), WindowSums::with(measure, figures));
        let assessed = assess(&shops, &rulebook, day());
        let ranking = rank_all(&assessed, &sums, &rulebook, day(), rank_within).unwrap();
        let one = |place: usize| match ranking.of(place, indicator).unwrap() {
            None => "not assessed".to_owned(),
            Some(Measured { standing: None, .. }) => "no data".to_owned(),
            Some(Measured { standing: Some(standing), .. }) => {
                format!("{} ({}/{})", standing.tier.points(), standing.better, standing.ranked)
            }
        };
        (0..shops.len()).map(one).collect()
    }

    #[test]
    fn a_subcategory_that_the_table_splits_is_ranked_with_its_primary_category_but_by_choice() {
        let split = ["箱包皮具/热销女包/男包_旅行箱", "箱包皮具/热销女包/男包_女包", "箱包皮具/热销女包/男包"];
        let of = |rank_within| shown(&split, rank_within, STARS, &[30, 40, 50]);
        assert_eq!(of(PrimaryCategory), ["3 (2/3)", "4 (1/3)", "5 (0/3)"]);
        assert_eq!(of(AssessmentCategory), ["5 (0/1)", "3 (1/2)", "5 (0/2)"]);
    }

    #[test]
    fn a_category_without_weights_is_not_assessed_and_ranked_with_nobody() {
        let shown = shown(&["没有这个类目", "男装"], PrimaryCategory, STARS, &[50, 40]);
        assert_eq!(shown, ["not assessed", "5 (0/1)"]);
    }

    #[test]
    fn a_shop_without_data_is_not_counted_among_the_ranked() {
        let shown =
            shown(&["男装"; 3], PrimaryCategory, (Indicator::ProductRating, "description_ratings"), &[0, 10, 5]);
        assert_eq!(shown, ["no data", "3 (1/2)", "5 (0/2)"]);
    }

    #[test]
    fn low_is_better_for_durations_and_disputes() {
        let of = |indicator, measure| shown(&["男装"; 2], PrimaryCategory, (indicator, measure), &[100, 50]);
        assert_eq!(of(Indicator::RefundOnlyDuration, "refund_only_seconds"), ["3 (1/2)", "5 (0/2)"]);
        assert_eq!(of(Indicator::DisputeRate, "disputes_at_fault"), ["3 (1/2)", "5 (0/2)"]);
    }

    #[test]
    fn logistics_goes_by_pickups_or_by_ratings_or_not_at_all() {
        let categories =
            ["男装", "大家电", "保险", "网店/网络服务/软件", "运动/瑜伽/健身/球迷用品_跑步机/大型健身器械"];
        let covered = |indicator| {
            let shown = shown(&categories, PrimaryCategory, (indicator, "payments"), &[10; 5]);
            shown.iter().map(|shown| shown != "not assessed").collect::<Vec<_>>()
        };
        assert_eq!(covered(Indicator::PickupTimeliness), [true, false, false, false, false]);
        assert_eq!(covered(Indicator::LogisticsRating), [false, true, false, false, true]);
        assert_eq!(covered(Indicator::DisputeRate), [true; 5]);
    }
}
