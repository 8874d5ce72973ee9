//! The seven indicators of every present shop: sums, value, rank and tier (specification, sections 4 to 6).
//!
//! Grain in: present shops with their assessment, and the window's sums in the same order. Grain out: per indicator one
//! entry a shop. An indicator that a shop is not assessed by has no entry; one without data has sums but no standing.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::domain::{Day, Dimension};
use crate::error::{Outcome, all, fault};
use crate::indicators::{Indicator, value};
use crate::policies::RankWithin;
use crate::rulebook::{CutOffs, LogisticsRule, Rulebook, WeightRow};
use crate::shops::Shop;
use crate::tiers::{Contender, Standing, rank};
use crate::window::WindowSums;

const STAGE: &str = "standings";

/// How a shop is assessed on the as-of day: its row of the weight table and what its logistics goes by.
#[derive(Clone, Copy, Debug)]
pub struct Assessment<'rules> {
    /// Its row of the weight table.
    pub weights: &'rules WeightRow,
    /// What its logistics is assessed by.
    pub logistics: LogisticsRule,
}

impl Assessment<'_> {
    /// Whether the shop is assessed by `indicator`.
    pub fn covers(&self, indicator: Indicator) -> bool {
        indicator.spec().dimension != Dimension::Logistics || self.logistics == LogisticsRule::By(indicator)
    }
}

/// A present shop and how it is assessed; none where its category has no weights.
#[derive(Clone, Copy, Debug)]
pub struct Assessed<'a> {
    /// The shop.
    pub shop: &'a Shop,
    /// How it is assessed.
    pub assessment: Option<Assessment<'a>>,
}

/// A shop's figures for one indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The sum above the line.
    pub numerator: i64,
    /// The count below it.
    pub denominator: i64,
    /// Its rank and tier; none where the denominator counts nothing.
    pub standing: Option<Standing>,
}

/// One entry a shop; none where the shop is not assessed by the indicator.
pub type Column = Vec<Option<Measured>>;

/// All seven indicators of all present shops.
#[derive(Clone, Debug)]
pub struct Standings {
    /// By [`Indicator::index`], each in the order of the shops.
    pub by_indicator: [Column; Indicator::ALL.len()],
    /// For each shop the number of the group that it is ranked in.
    pub group_of: Vec<u32>,
    /// The names of the groups, by number, in byte order.
    pub groups: Vec<String>,
}

impl Standings {
    /// A shop's figures for an indicator; `place` is the shop's place among the present shops.
    pub fn of(&self, place: usize, indicator: Indicator) -> Option<&Measured> {
        self.by_indicator.get(indicator.index())?.get(place)?.as_ref()
    }

    /// The number of the group that a shop is ranked in.
    pub fn group_of(&self, place: usize) -> u32 {
        self.group_of.get(place).copied().unwrap_or(u32::MAX)
    }
}

/// Finds out how each of the shops present on `as_of` is assessed.
pub fn assess<'a>(shops: &'a [Shop], rulebook: &'a Rulebook, as_of: Day) -> Vec<Assessed<'a>> {
    let mut known: BTreeMap<(&str, Option<&str>), Option<Assessment<'a>>> = BTreeMap::new();
    let present = shops.iter().filter(|shop| shop.is_present_on(as_of));
    let assessed = present.map(|shop| {
        let category = shop.primary_category.as_str();
        let subcategory = shop.primary_subcategory.as_deref();
        let assessment = *known.entry((category, subcategory)).or_insert_with(|| {
            let weights = rulebook.weights.row(as_of, category, subcategory)?;
            let logistics = rulebook.logistics.rule(as_of, category, subcategory)?;
            Some(Assessment { weights, logistics })
        });
        Assessed { shop, assessment }
    });
    assessed.collect()
}

/// Ranks all shops by all indicators.
///
/// # Errors
/// Faults of the stages before.
pub fn rank_all(
    assessed: &[Assessed<'_>],
    sums: &WindowSums,
    rulebook: &Rulebook,
    as_of: Day,
    rank_within: RankWithin,
) -> Outcome<Standings> {
    let (groups, group_of) = groups(assessed, rank_within);
    let columns = Indicator::ALL
        .par_iter()
        .map(|indicator| {
            let cut_offs = CutOffsByCategory::on(rulebook, as_of, *indicator);
            rank_one(assessed, &group_of, sums, *indicator, &cut_offs)
        })
        .collect::<Vec<_>>();
    let by_indicator =
        all(columns)?.try_into().map_err(|_| fault(STAGE, "another number of indicators than declared"))?;
    Ok(Standings { by_indicator, group_of, groups })
}

/// Numbers the groups in the byte order of their names. Shops that are not assessed are ranked in none.
fn groups(assessed: &[Assessed<'_>], rank_within: RankWithin) -> (Vec<String>, Vec<u32>) {
    let name_of = |assessed: &Assessed<'_>| {
        assessed.assessment.map(|assessment| match rank_within {
            RankWithin::PrimaryCategory => assessed.shop.primary_category.clone(),
            RankWithin::AssessmentCategory => assessment.weights.assessment_category(),
        })
    };
    let mut numbers: BTreeMap<String, u32> =
        assessed.iter().filter_map(name_of).map(|name| (name, u32::MAX)).collect();
    for (number, place) in numbers.values_mut().zip(0..) {
        *number = place;
    }
    let group_of = assessed.iter().map(|shop| name_of(shop).and_then(|name| numbers.get(&name).copied()));
    let group_of = group_of.map(|number| number.unwrap_or(u32::MAX)).collect();
    (numbers.into_keys().collect(), group_of)
}

fn rank_one(
    assessed: &[Assessed<'_>],
    group_of: &[u32],
    sums: &WindowSums,
    indicator: Indicator,
    cut_offs: &CutOffsByCategory<'_>,
) -> Outcome<Column> {
    let numerators = sums.measure(indicator.spec().numerator)?;
    let denominators = sums.measure(indicator.spec().denominator)?;
    let mut column: Column = assessed
        .iter()
        .zip(numerators.iter().zip(denominators))
        .map(|(shop, (numerator, denominator))| {
            let covered = shop.assessment.is_some_and(|assessment| assessment.covers(indicator));
            covered.then_some(Measured { numerator: *numerator, denominator: *denominator, standing: None })
        })
        .collect();
    let mut contenders = Vec::new();
    let mut ranked = Vec::new();
    for ((measured, shop), group) in column.iter_mut().zip(assessed).zip(group_of) {
        let Some(measured) = measured else { continue };
        if let Some(value) = value(measured.numerator, measured.denominator) {
            let cut_offs = cut_offs.of(&shop.shop.primary_category)?;
            contenders.push(Contender { group: *group, value, cut_offs });
            ranked.push(measured);
        }
    }
    for (measured, standing) in ranked.into_iter().zip(rank(&contenders, indicator.spec().better)?) {
        measured.standing = Some(standing);
    }
    Ok(column)
}

/// The cut-offs of one indicator, looked up once a category.
struct CutOffsByCategory<'rules> {
    by_category: BTreeMap<&'rules str, &'rules CutOffs>,
}

impl<'rules> CutOffsByCategory<'rules> {
    fn on(rulebook: &'rules Rulebook, as_of: Day, indicator: Indicator) -> Self {
        let rows = rulebook.weights.on(as_of).map(|row| row.category.as_str());
        let by_category = rows.filter_map(|category| {
            rulebook.tiers.cut_offs(as_of, category, indicator).map(|cut_offs| (category, cut_offs))
        });
        Self { by_category: by_category.collect() }
    }

    fn of(&self, category: &str) -> Outcome<&'rules CutOffs> {
        self.by_category
            .get(category)
            .copied()
            .ok_or_else(|| fault(STAGE, format!("no cut-offs in force for {category}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partials::measures;

    fn day() -> Day {
        "2022-03-15".parse().unwrap()
    }

    fn rulebook() -> Rulebook {
        Rulebook::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules")).unwrap()
    }

    /// Shops 1, 2, … in these categories, written `category` or `category_subcategory`.
    fn shops(categories: &[&str]) -> Vec<Shop> {
        let shop = |(category, shop_id): (&&str, i64)| {
            let (primary, subcategory) =
                category.split_once('_').map_or((*category, None), |(primary, sub)| (primary, Some(sub)));
            Shop {
                shop_id,
                name: format!("shop {shop_id}"),
                primary_category: primary.to_owned(),
                primary_subcategory: subcategory.map(str::to_owned),
                joined_on: day(),
                terminated_on: None,
            }
        };
        categories.iter().zip(1..).map(shop).collect()
    }

    /// Sums in which `measure` has these figures and every other measure has 10 for every shop.
    fn sums(measure: &'static str, figures: &[i64]) -> WindowSums {
        let all = measures::ALL.iter().flat_map(|partial| partial.measures).map(|measure| measure.name);
        let figures_of =
            |name: &str| if name == measure { figures.to_vec() } else { vec![10; figures.len()] };
        WindowSums::of(all.map(|name| (name, figures_of(name))))
    }

    /// What an indicator says of each shop: `tier (better/ranked)`, `no data` or `not assessed`.
    fn shown(
        categories: &[&str],
        indicator: Indicator,
        (measure, figures): (&'static str, &[i64]),
        rank_within: RankWithin,
    ) -> Vec<String> {
        let (shops, rulebook) = (shops(categories), rulebook());
        let assessed = assess(&shops, &rulebook, day());
        let standings = rank_all(&assessed, &sums(measure, figures), &rulebook, day(), rank_within).unwrap();
        let one = |place: usize| match standings.of(place, indicator) {
            None => "not assessed".to_owned(),
            Some(Measured { standing: None, .. }) => "no data".to_owned(),
            Some(Measured { standing: Some(standing), .. }) => {
                format!("{} ({}/{})", standing.tier.points(), standing.better, standing.ranked)
            }
        };
        (0..shops.len()).map(one).collect()
    }

    const PRODUCT: Indicator = Indicator::ProductRating;

    #[test]
    fn a_subcategory_that_the_table_splits_is_ranked_with_its_primary_category() {
        let categories =
            ["箱包皮具/热销女包/男包_旅行箱", "箱包皮具/热销女包/男包_女包", "箱包皮具/热销女包/男包"];
        let stars = ("description_stars", &[30_i64, 40, 50][..]);
        assert_eq!(
            shown(&categories, PRODUCT, stars, RankWithin::PrimaryCategory),
            ["3 (2/3)", "4 (1/3)", "5 (0/3)"]
        );
        assert_eq!(
            shown(&categories, PRODUCT, stars, RankWithin::AssessmentCategory),
            ["5 (0/1)", "3 (1/2)", "5 (0/2)"],
            "only by choice"
        );
    }

    #[test]
    fn a_subcategory_of_its_own_has_its_own_row_and_another_takes_its_categorys() {
        let (shops, rulebook) = (
            shops(&["箱包皮具/热销女包/男包_旅行箱", "箱包皮具/热销女包/男包_女包", "男装_夹克"]),
            rulebook(),
        );
        let assessed = assess(&shops, &rulebook, day());
        let names: Vec<_> =
            assessed.iter().map(|shop| shop.assessment.unwrap().weights.assessment_category()).collect();
        assert_eq!(names, ["箱包皮具/热销女包/男包_旅行箱", "箱包皮具/热销女包/男包", "男装"]);
    }

    #[test]
    fn logistics_goes_by_pickups_or_by_ratings_or_not_at_all() {
        let categories =
            ["男装", "大家电", "保险", "网店/网络服务/软件", "运动/瑜伽/健身/球迷用品_跑步机/大型健身器械"];
        let covered = |indicator| {
            shown(&categories, indicator, ("payments", &[10; 5]), RankWithin::PrimaryCategory)
                .iter()
                .map(|shown| shown != "not assessed")
                .collect::<Vec<_>>()
        };
        assert_eq!(covered(Indicator::PickupTimeliness), [true, false, false, false, false]);
        assert_eq!(covered(Indicator::LogisticsRating), [false, true, false, false, true]);
        assert_eq!(covered(Indicator::DisputeRate), [true; 5]);
    }

    #[test]
    fn a_category_without_weights_is_not_assessed_and_ranked_with_nobody() {
        let stars = ("description_stars", &[50_i64, 40][..]);
        assert_eq!(
            shown(&["没有这个类目", "男装"], PRODUCT, stars, RankWithin::PrimaryCategory),
            ["not assessed", "5 (0/1)"]
        );
    }

    #[test]
    fn a_shop_without_data_is_not_counted_among_the_ranked() {
        let ratings = ("description_ratings", &[0_i64, 10, 5][..]);
        assert_eq!(
            shown(&["男装"; 3], PRODUCT, ratings, RankWithin::PrimaryCategory),
            ["no data", "3 (1/2)", "5 (0/2)"]
        );
    }

    #[test]
    fn low_is_better_for_durations_and_disputes() {
        let seconds = ("refund_only_seconds", &[100_i64, 50][..]);
        assert_eq!(
            shown(&["男装"; 2], Indicator::RefundOnlyDuration, seconds, RankWithin::PrimaryCategory),
            ["3 (1/2)", "5 (0/2)"]
        );
    }

    #[test]
    fn shops_that_have_left_or_not_yet_joined_are_not_present() {
        let mut shops = shops(&["男装"; 4]);
        shops[0].joined_on = day().plus(1);
        shops[1].terminated_on = Some(day());
        shops[2].terminated_on = Some(day().plus(1));
        let present: Vec<_> =
            assess(&shops, &rulebook(), day()).iter().map(|shop| shop.shop.shop_id).collect();
        assert_eq!(present, [3, 4]);
    }
}
