//! The seven indicators of every present shop: sums, value, rank and tier (specification, sections 4 to 6).
//!
//! Grain in: present shops with their assessment, and the window's sums in the same order. Grain out: per indicator one
//! entry a shop. An indicator that a shop is not assessed by has no entry; one without data has sums but no standing.
//! Held are ranks and tiers alone, in columns; the rest is read from the sums when it is asked for.

pub mod assessed;
#[cfg(test)]
pub(crate) mod testing;

use rayon::prelude::*;

use crate::domain::{Day, Tier};
use crate::error::{Outcome, all, fault};
use crate::indicators::{Indicator, value};
use crate::ranking::assessed::{Assessed, Present};
use crate::rulebook::Rulebook;
use crate::tiers::{Rank, rank};
use crate::window_sums::shops::WindowSums;

const STAGE: &str = "ranking";

/// A shop's value among those it is ranked with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) value: f64,
    /// How many shops are strictly better.
    pub(crate) better: i64,
    /// How many shops are ranked together, this one among them.
    pub(crate) ranked: i64,
    pub(crate) tier: Tier,
}

/// A shop's figures for one indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) numerator: i64,
    pub(crate) denominator: i64,
    /// Its rank and tier; none where the denominator counts nothing.
    pub(crate) standing: Option<Standing>,
}

/// One indicator of all present shops.
#[derive(Clone, Debug)]
struct Column<'a> {
    numerators: &'a [i64],
    denominators: &'a [i64],
    /// One a shop; none where it is not assessed by the indicator or has no data.
    ranks: Vec<Option<Rank>>,
    /// How many shops of each group are ranked.
    ranked: Vec<i64>,
}

/// All seven indicators of all present shops.
#[derive(Clone, Debug)]
pub struct Ranking<'a> {
    pub(crate) present: &'a Present<'a>,
    /// The places of each group's shops among the present shops, ascending.
    pub(crate) places: Vec<Vec<u32>>,
    /// By [`Indicator::index`].
    columns: [Column<'a>; Indicator::ALL.len()],
}

impl<'a> Ranking<'a> {
    /// The shop at a place among the present shops, a fault where there is none.
    pub(crate) fn shop(&self, place: usize) -> Outcome<&Assessed<'a>> {
        self.present.shops.get(place).ok_or_else(|| fault(STAGE, format!("no shop number {place}")))
    }

    /// Its figures for an indicator; none where it is not assessed by it.
    pub(crate) fn of(&self, place: usize, indicator: Indicator) -> Outcome<Option<Measured>> {
        let assessment = self.shop(place)?.assessment.filter(|assessment| assessment.covers(indicator));
        let Some(assessment) = assessment else { return Ok(None) };
        let figures = || {
            let column = self.columns.get(indicator.index())?;
            let (numerator, denominator) = (*column.numerators.get(place)?, *column.denominators.get(place)?);
            let ranked = *column.ranked.get(assessment.group as usize)?;
            let rank = *column.ranks.get(place)?;
            let standing = value(numerator, denominator).zip(rank).map(|(value, Rank { better, tier })| Standing {
                value,
                better: better.into(),
                ranked,
                tier,
            });
            Some(Measured { numerator, denominator, standing })
        };
        figures().map(Some).ok_or_else(|| fault(STAGE, format!("no {} of shop number {place}", indicator.name())))
    }
}

/// Ranks all shops by all indicators.
pub fn rank_all<'a>(
    present: &'a Present<'a>,
    sums: &'a WindowSums,
    rulebook: &Rulebook,
    as_of: Day,
) -> Outcome<Ranking<'a>> {
    let mut places = vec![Vec::new(); present.groups.len()];
    for (shop, place) in present.shops.iter().zip(0_u32..) {
        if let Some(assessment) = shop.assessment {
            let of_group = places.get_mut(assessment.group as usize);
            of_group.ok_or_else(|| fault(STAGE, "an assessed shop without a group"))?.push(place);
        }
    }
    let column = |indicator: &Indicator| rank_one(present, &places, sums, *indicator, (rulebook, as_of));
    let columns = all(Indicator::ALL.par_iter().with_max_len(1).map(column).collect::<Vec<_>>())?;
    let columns = columns.try_into().map_err(|_| fault(STAGE, "another number of indicators than declared"))?;
    Ok(Ranking { present, places, columns })
}

/// Ranks all shops by one indicator, group by group.
fn rank_one<'a>(
    present: &Present<'_>,
    places: &[Vec<u32>],
    sums: &'a WindowSums,
    indicator: Indicator,
    (rulebook, as_of): (&Rulebook, Day),
) -> Outcome<Column<'a>> {
    let numerators = sums.measure(indicator.spec().numerator)?;
    let denominators = sums.measure(indicator.spec().denominator)?;
    if [numerators.len(), denominators.len()] != [present.shops.len(); 2] {
        return Err(fault(STAGE, format!("sums of {} shops for {}", numerators.len(), present.shops.len())));
    }
    let contender = |place: &u32| {
        let at = *place as usize;
        let assessment = present.shops.get(at)?.assessment.filter(|assessment| assessment.covers(indicator));
        Some((at, assessment.and(value(*numerators.get(at)?, *denominators.get(at)?))?))
    };
    let (mut ranks, mut ranked) = (vec![None; present.shops.len()], Vec::new());
    for (group, places) in present.groups.iter().zip(places) {
        let (places, values): (Vec<usize>, Vec<f64>) = places.iter().filter_map(contender).unzip();
        ranked.push(i64::try_from(values.len()).map_err(|error| fault(STAGE, error))?);
        if values.is_empty() {
            continue;
        }
        let cut_offs = rulebook.tiers.cut_offs(as_of, group.category, indicator);
        let lacking = || fault(STAGE, format!("no cut-offs in force for {}", group.category));
        for (place, rank) in
            places.into_iter().zip(rank(values, indicator.spec().better, cut_offs.ok_or_else(lacking)?)?)
        {
            *ranks.get_mut(place).ok_or_else(|| fault(STAGE, "a rank of no shop"))? = Some(rank);
        }
    }
    Ok(Column { numerators, denominators, ranks, ranked })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::RankWithin;
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
        let present = assess(&shops, &rulebook, (day(), day()), rank_within).unwrap();
        let ranking = rank_all(&present, &sums, &rulebook, day()).unwrap();
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
