//! How the rules that two nights counted by differ, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::published::PublishedNight;
use super::rules::CountedRules;
use crate::domain::Dimension;
use crate::rulebook::{Decimal4, WeightRow};

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
