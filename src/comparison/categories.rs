//! How categories moved from one night to another.
//!
//! Grain in: two published nights, and their rows of `categories`. Grain out: one row a primary category with the scores of its shops,
//! and one a category and indicator with its spread. The middle score is that of the ⌈n/2⌉-th lowest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::STAGE;
use super::published::{PublishedNight, PublishedShop, rows};
use crate::domain::{Day, Tier};
use crate::error::{Outcome, fault};
use crate::indicators::Indicator;
use crate::publish::cells::{self, Row};
use crate::publish::outputs::CATEGORIES;
use crate::publish::reading::Current;
use crate::rulebook::Decimal4;

/// The scores of a category's shops on one night.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scores {
    pub(crate) scored: usize,
    pub(crate) admitted: usize,
    /// None where no shop has a score.
    pub(crate) median: Option<Decimal4>,
}

/// A primary category on two nights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CategoryScores {
    pub(crate) category: Arc<str>,
    pub(crate) nights: [Scores; 2],
    /// Shops in it on both nights whose score rose, and whose fell.
    pub(crate) up: usize,
    pub(crate) down: usize,
}

impl CategoryScores {
    /// The move of its middle score, in ten-thousandths; none where a night has none.
    pub(crate) fn moved(&self) -> Option<i64> {
        let [from, to] = self.nights.map(|scores| scores.median);
        Some(to?.ten_thousandths() - from?.ten_thousandths())
    }
}

fn scores(shops: &[&PublishedShop]) -> Scores {
    let mut scores: Vec<Decimal4> = shops.iter().filter_map(|shop| shop.score).collect();
    scores.sort_unstable();
    let middle = scores.len().div_ceil(2).checked_sub(1);
    let admitted = shops.iter().filter(|shop| shop.is_admitted).count();
    Scores { scored: scores.len(), admitted, median: middle.and_then(|middle| scores.get(middle).copied()) }
}

/// The primary categories that some shop has on one of two nights; the middle score that fell most comes first, then by name.
pub(crate) fn of_scores(nights: [&PublishedNight; 2]) -> Vec<CategoryScores> {
    let [first, second] = nights;
    let of_night = |night: &'_ PublishedNight| {
        night.shops.iter().map(|shop| Arc::clone(&shop.primary_category)).collect::<BTreeSet<_>>()
    };
    let categories: BTreeSet<Arc<str>> = nights.into_iter().flat_map(of_night).collect();
    let mut shops: BTreeMap<&str, [Vec<&PublishedShop>; 2]> = BTreeMap::new();
    for (place, night) in nights.into_iter().enumerate() {
        for shop in &night.shops {
            let of = shops.entry(&shop.primary_category).or_default();
            of.get_mut(place).into_iter().for_each(|shops| shops.push(shop));
        }
    }
    let (mut up, mut down) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    for shop in &first.shops {
        let later = second.shop(shop.shop_id).filter(|later| later.primary_category == shop.primary_category);
        let Some((from, to)) = shop.score.zip(later.and_then(|later| later.score)) else { continue };
        *up.entry(&shop.primary_category).or_default() += usize::from(to > from);
        *down.entry(&shop.primary_category).or_default() += usize::from(to < from);
    }
    let count = |of: &BTreeMap<&str, usize>, category: &str| of.get(category).copied().unwrap_or_default();
    let of_category = |category: Arc<str>| {
        let nights = shops.get(category.as_ref()).map(|nights| [&nights[0], &nights[1]].map(|shops| scores(shops)));
        let (up, down) = (count(&up, &category), count(&down, &category));
        CategoryScores { category, nights: nights.unwrap_or_default(), up, down }
    };
    let mut categories: Vec<_> = categories.into_iter().map(of_category).collect();
    categories.sort_by_key(|category| category.moved().unwrap_or_default());
    categories
}

/// How a group's shops were spread over an indicator on one night.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PublishedSpread {
    pub(crate) ranked: i64,
    pub(crate) median: f64,
    /// The shops of each tier, in the order of [`Tier::ALL`].
    pub(crate) shops: [i64; Tier::ALL.len()],
}

/// The spreads of a group and indicator on two nights; none where nobody was ranked.
pub(crate) type Spreads = BTreeMap<(String, Indicator), [Option<PublishedSpread>; 2]>;

/// The spreads of all groups, of two days of two generations.
pub(crate) fn of_spreads(nights: [(&Current, Day); 2]) -> Outcome<Spreads> {
    let mut spreads = Spreads::new();
    for (place, (generation, day)) in nights.into_iter().enumerate() {
        for row in cells::rows(&rows(generation, &CATEGORIES, day)?) {
            let (of, spread) = published(row)?;
            let nights = spreads.entry(of).or_default();
            nights.get_mut(place).into_iter().for_each(|night| *night = Some(spread));
        }
    }
    Ok(spreads)
}

fn published(row: Row<'_>) -> Outcome<((String, Indicator), PublishedSpread)> {
    let name = row.text("indicator")?;
    let indicator = Indicator::from_name(&name).ok_or_else(|| fault(STAGE, format!("an indicator {name}")))?;
    let mut shops = [0; Tier::ALL.len()];
    for (shops, tier) in shops.iter_mut().zip(Tier::ALL) {
        *shops = row.integer(&format!("tier_{}_shops", tier.points()))?;
    }
    let (ranked, median) = (row.integer("ranked")?, row.figure("median")?);
    Ok(((row.text("primary_category")?, indicator), PublishedSpread { ranked, median, shops }))
}
