//! How each category stands: shops, tier shares, median and its changes, a trend, scores by class, and the spread of its indicators.
//!
//! Grain in: the shops of a night and of those before it, the rows of `categories`. Grain out: one row a category, all shops together first,
//! then the largest first. A category where fewer than five shops are ranked is small: its tiers say little, since a lone shop
//! has tier 5. With ranks inside the assessment category these are categories of their own, without scores.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{Float64Array, StringArray};
use rayon::prelude::*;
use serde::Serialize;

use super::distribution::{Distribution, distribution};
use super::medians::median;
use super::night::{self, Night, ShopOfNight};
use crate::domain::{Day, Tier};
use crate::error::Outcome;
use crate::publish::cells::{Row, rows};
use crate::publish::month_ends::decimal;
use crate::publish::outputs::{CATEGORIES, OUTLOOK, SCORES};
use crate::publish::reading::{Current, column};
use crate::rulebook::Decimal4;
use crate::threads::on_pool;

/// Fewer ranked shops than this make a category a small one.
const SMALL_BELOW: i64 = 5;
/// How many nights a trend has at most, this one the last.
const TREND_NIGHTS: usize = 30;

/// A category, or all shops.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Category {
    /// None of all shops.
    pub(super) primary_category: Option<String>,
    pub(super) present: usize,
    pub(super) scored: usize,
    pub(super) admitted: usize,
    pub(super) is_small: bool,
    pub(super) median: Option<f64>,
    /// Its median on the night before and at the month end.
    pub(super) medians_before: [Option<f64>; 2],
    /// How many indicators of its shops hold tier 5, 4, 3, 2 and 0.
    pub(super) tiers: [i64; 5],
    /// Its median night by night, up to this one.
    pub(super) trend: Vec<(Day, Option<f64>)>,
    pub(super) distribution: Distribution,
    pub(super) spreads: Vec<Spread>,
}

/// How an indicator's values are spread in a category.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Spread {
    pub(super) indicator: String,
    pub(super) ranked: i64,
    /// Lowest, first quartile, median, third quartile, highest.
    pub(super) quartiles: [f64; 5],
    /// None where an earlier release published the day.
    pub(super) mean: Option<f64>,
    pub(super) best_tenth: Option<f64>,
    /// The worst values that hold tier 5, 4, 3 and 2; none where nobody does.
    pub(super) edges: [Option<f64>; 4],
    /// Shops that hold tier 5, 4, 3, 2 and 0.
    pub(super) tiers: [i64; 5],
}

/// Medians by category, all shops together under none.
type Medians = BTreeMap<Option<Arc<str>>, Decimal4>;

pub(super) fn categories(seen: &Current, night: &Night, earlier: [Option<&Night>; 2]) -> Outcome<Vec<Category>> {
    let mut spreads: BTreeMap<String, Vec<Spread>> = BTreeMap::new();
    let published = seen.read_day(&CATEGORIES, night.day)?;
    for row in rows(&published) {
        spreads.entry(row.text("primary_category")?).or_default().push(spread(row)?);
    }
    let earlier = earlier.map(|night| night.map_or_else(Medians::new, |night| medians(scores(&night.shops))));
    let (trend, least) = (trend(seen, night.day)?, monthly_least(seen, night.day)?);
    let mut of_category: BTreeMap<Option<String>, Vec<&ShopOfNight>> =
        spreads.keys().map(|category| (Some(category.clone()), Vec::new())).collect();
    for shop in &night.shops {
        of_category.entry(Some(shop.primary_category.to_string())).or_default().push(shop);
        of_category.entry(None).or_default().push(shop);
    }
    let categories = of_category.into_iter().map(|(name, shops)| {
        let spreads = name.as_ref().and_then(|name| spreads.get(name).cloned()).unwrap_or_default();
        let key = name.as_deref().map(Arc::from);
        let at = |medians: &Medians| medians.get(&key).copied().map(Decimal4::as_f64);
        Category {
            present: shops.len(),
            scored: shops.iter().filter(|shop| shop.score.is_some()).count(),
            admitted: shops.iter().filter(|shop| shop.is_admitted).count(),
            is_small: name.is_some() && spreads.iter().map(|spread| spread.ranked).max() < Some(SMALL_BELOW),
            median: median(shops.iter().filter_map(|shop| shop.score).collect()).map(Decimal4::as_f64),
            medians_before: earlier.each_ref().map(at),
            tiers: summed(spreads.iter()),
            trend: trend.iter().map(|(day, medians)| (*day, at(medians))).collect(),
            distribution: distribution(&shops, &least),
            primary_category: name,
            spreads,
        }
    });
    let mut categories: Vec<Category> = categories.collect();
    let all = summed(spreads.values().flatten());
    for category in categories.iter_mut().filter(|category| category.primary_category.is_none()) {
        category.tiers = all;
    }
    categories.sort_by_key(|category| (category.primary_category.is_some(), Reverse(category.present)));
    Ok(categories)
}

fn summed<'a>(spreads: impl Iterator<Item = &'a Spread>) -> [i64; 5] {
    spreads.fold([0; 5], |mut sums, spread| {
        for (sum, shops) in sums.iter_mut().zip(spread.tiers) {
            *sum += shops;
        }
        sums
    })
}

fn spread(row: Row<'_>) -> Outcome<Spread> {
    let if_known = |column| if row.has(column) { row.figure_if_any(column) } else { Ok(None) };
    let mut quartiles = [0.0; 5];
    for (value, name) in quartiles.iter_mut().zip(["lowest", "quartile_1", "median", "quartile_3", "highest"]) {
        *value = row.figure(name)?;
    }
    let (mut edges, mut tiers) = ([None; 4], [0; 5]);
    for (place, tier) in Tier::ALL.iter().enumerate() {
        if let Some(shops) = tiers.get_mut(place) {
            *shops = row.integer(&format!("tier_{}_shops", tier.points()))?;
        }
        if let Some(edge) = edges.get_mut(place) {
            *edge = row.figure_if_any(&format!("tier_{}_edge", tier.points()))?;
        }
    }
    Ok(Spread {
        indicator: row.text("indicator")?,
        ranked: row.integer("ranked")?,
        quartiles,
        mean: if_known("mean")?,
        best_tenth: if_known("best_tenth")?,
        edges,
        tiers,
    })
}

fn scores(shops: &[ShopOfNight]) -> impl Iterator<Item = (&str, Decimal4)> {
    shops.iter().filter_map(|shop| Some((&*shop.primary_category, shop.score?)))
}

fn medians<'a>(scores: impl Iterator<Item = (&'a str, Decimal4)>) -> Medians {
    let (mut of_categories, mut all) = (HashMap::<&str, Vec<Decimal4>>::new(), Vec::new());
    for (category, score) in scores {
        of_categories.entry(category).or_default().push(score);
        all.push(score);
    }
    let of_categories = of_categories.into_iter().map(|(category, scores)| (Some(Arc::from(category)), scores));
    let scores = of_categories.chain([(None, all)]);
    scores.filter_map(|(category, scores)| Some((category, median(scores)?))).collect()
}

/// The medians of the published nights up to a day.
fn trend(seen: &Current, day: Day) -> Outcome<Vec<(Day, Medians)>> {
    let days = night::days(seen, &SCORES, day)?;
    let newest = days.get(days.len().saturating_sub(TREND_NIGHTS)..).unwrap_or_default();
    let medians_of = |day: &Day| {
        let read = seen.read_columns(&SCORES, day, &["primary_category", "score"])?;
        let read = read.ok_or_else(|| seen.not_published(&SCORES, *day))?;
        let categories = column::<StringArray>(&read, "primary_category")?.iter();
        let scores = categories.zip(column::<Float64Array>(&read, "score")?);
        Ok((*day, medians(scores.filter_map(|(category, score)| Some((category?, decimal(score?)))))))
    };
    on_pool(|| newest.par_iter().map(medians_of).collect())
}

/// The least score that passes the monthly assessment, by category; none where it has none.
fn monthly_least(seen: &Current, day: Day) -> Outcome<BTreeMap<Arc<str>, Decimal4>> {
    let mut least = BTreeMap::new();
    let read = seen.read_columns(&OUTLOOK, day, &["primary_category", "monthly_min"])?;
    for row in read.iter().flat_map(rows) {
        if let Some(monthly_min) = row.figure_if_any("monthly_min")? {
            least.insert(Arc::from(row.text("primary_category")?), decimal(monthly_min));
        }
    }
    Ok(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_of_each_category_and_of_all() {
        let score = |tenths: i64| Decimal4::from_ten_thousandths(1_000 * tenths);
        let scores = [("男装", 20), ("男装", 30), ("手机", 40)].map(|(of, tenths)| (of, score(tenths)));
        let medians = medians(scores.into_iter());
        assert_eq!(medians[&None], score(30));
        assert_eq!(medians[&Some(Arc::from("男装"))], score(20));
        assert_eq!(medians[&Some(Arc::from("手机"))], score(40));
    }
}
