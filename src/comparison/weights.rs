//! The weights that a published night's scores were made with.
//!
//! Grain in: what each dimension weighed among those with a score, shop by shop. Grain out: one row an assessment category. A row of
//! the rule tables counts where it explains the weights of every shop; else the shops tell them, as the smallest whole numbers of
//! their ratios. What no shop had a score in, or none together with the rest, was not told: there the tables say how it stands to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::STAGE;
use super::published::{PublishedNight, PublishedShop};
use crate::domain::Dimension;
use crate::error::{ExitClass, Finding, Outcome};
use crate::rulebook::{Decimal4, Rulebook, WeightRow};

const DIMENSIONS: usize = Dimension::ALL.len();

/// What each dimension weighs in percent, in the order of [`Dimension::ALL`].
type Percents = [Option<f64>; DIMENSIONS];

/// Whole numbers in some ratio; none of a dimension that is not known.
type Weights = [Option<i128>; DIMENSIONS];

/// The whole of the weights, in ten-thousandths of a percent.
const ALL: i64 = Decimal4::HUNDRED.ten_thousandths();

/// The weights of each assessment category that some shop has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CountedWeights(BTreeMap<Arc<str>, WeightRow>);

impl CountedWeights {
    pub(super) fn of(night: &PublishedNight, rulebook: &Rulebook) -> Outcome<Self> {
        let rows = rulebook.weights.on(night.day).map(|row| (row.assessment_category().into_owned(), row));
        let told: BTreeMap<String, &WeightRow> = rows.collect();
        let mut shops: BTreeMap<&Arc<str>, Vec<&PublishedShop>> = BTreeMap::new();
        for shop in &night.shops {
            if let Some(category) = &shop.assessment_category {
                shops.entry(category).or_default().push(shop);
            }
        }
        let mut counted = BTreeMap::new();
        for (category, shops) in shops {
            let told = told.get(category.as_ref()).copied();
            let scored = shops.iter().map(|shop| shop.weight_percents).filter(is_scored);
            let scored: Vec<Percents> = scored.collect();
            match explaining(category, &scored, told) {
                None if !scored.is_empty() => return Err(unexplained(category)),
                row => counted.extend(row.map(|row| (Arc::clone(category), row))),
            }
        }
        Ok(Self(counted))
    }

    /// Those of an assessment category; none where no shop of it had a score, and the tables do not know it.
    pub(crate) fn get(&self, assessment_category: &str) -> Option<&WeightRow> {
        self.0.get(assessment_category)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &WeightRow)> {
        self.0.iter()
    }
}

fn unexplained(category: &str) -> crate::error::Failure {
    let finding =
        Finding::new(STAGE, format!("weights in {category} that no row gives"), "a published night as it was written");
    finding.advice("publish the day again").fail(ExitClass::State)
}

fn is_scored(percents: &Percents) -> bool {
    percents.iter().any(Option::is_some)
}

/// The row that weighed all of these shops.
fn explaining(category: &str, shops: &[Percents], told: Option<&WeightRow>) -> Option<WeightRow> {
    let explains = |row: &&WeightRow| shops.iter().all(|percents| shares(row, percents) == *percents);
    if let Some(told) = told.filter(|told| explains(told)) {
        return Some(told.clone());
    }
    if shops.is_empty() {
        return None;
    }
    let told = told.map(|row| Dimension::ALL.map(|dimension| i128::from(row.percent(dimension).ten_thousandths())));
    let mut parts = connected(shops)?;
    // What no shop had a score in stands beside the rest.
    let mut rest = told.unwrap_or_default().map(Some);
    for part in &parts {
        rest.iter_mut().zip(part).filter(|(_, known)| known.is_some()).for_each(|(weight, _)| *weight = None);
    }
    parts.push(rest);
    let weights = parts.into_iter().reduce(|whole, part| beside(&whole, &part, told.as_ref()))?;
    let weights = weights.map(|weight| i64::try_from(weight.unwrap_or_default()).ok());
    let weights = weights.map(|weight| weight.map(Decimal4::from_ten_thousandths));
    let mut weights = weights.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
    let row = WeightRow::as_counted(category, [(); DIMENSIONS].map(|()| weights.next().unwrap_or_default()));
    Some(row).filter(|row| explains(&row))
}

/// What shops tell of the weights, where dimensions that one shop has, or several one after another, stand in one ratio.
fn connected(shops: &[Percents]) -> Option<Vec<Weights>> {
    let bits = |percents: &Percents| percents.map(|percent| percent.map(f64::to_bits));
    let distinct: BTreeSet<_> = shops.iter().map(bits).collect();
    let mut parts: Vec<Weights> = Vec::new();
    for percents in distinct {
        let mut next = ratio(&percents.map(|percent| percent.map(f64::from_bits)))?;
        for part in std::mem::take(&mut parts) {
            let shared =
                part.iter().zip(&next).find_map(|(one, other)| one.zip(*other).filter(|(one, other)| one * other != 0));
            match shared {
                Some((one, other)) => next = joined(&part, other, &next, one),
                None => parts.push(part),
            }
        }
        parts.push(next);
    }
    Some(parts)
}

/// Weights of `one`, `times` as much, and of `other`, `other_times` as much, as the smallest whole numbers.
fn joined(one: &Weights, times: i128, other: &Weights, other_times: i128) -> Weights {
    let mut both = *one;
    for (weight, other) in both.iter_mut().zip(other) {
        *weight = weight.map(|weight| weight * times).or(other.map(|weight| weight * other_times));
    }
    let divisor = both.iter().flatten().fold(0, |divisor, weight| greatest_divisor(divisor, *weight)).max(1);
    both.map(|weight| weight.map(|weight| weight / divisor))
}

fn greatest_divisor(one: i128, other: i128) -> i128 {
    if other == 0 { one } else { greatest_divisor(other, one % other) }
}

/// Two parts beside each other, in the ratio that the tables tell of them.
fn beside(one: &Weights, other: &Weights, told: Option<&[i128; DIMENSIONS]>) -> Weights {
    let sum = |part: &Weights| part.iter().flatten().sum::<i128>();
    let told = |part: &Weights| {
        let weights =
            told.map(|told| told.iter().zip(part).filter(|(_, own)| own.is_some()).map(|(told, _)| told).sum());
        weights.unwrap_or_else(|| sum(part))
    };
    joined(one, told(one).max(1) * sum(other).max(1), other, told(other).max(1) * sum(one).max(1))
}

/// What the dimensions that have a share in `percents` weigh among one another by a row.
fn shares(row: &WeightRow, percents: &Percents) -> Percents {
    let weight = |dimension| row.percent(dimension).ten_thousandths();
    let scored =
        || Dimension::ALL.into_iter().zip(percents).map(|(dimension, percent)| percent.map(|_| weight(dimension)));
    let whole: i64 = scored().flatten().sum();
    let mut shares = scored().map(|weight| Some((100 * weight?) as f64 / whole as f64));
    [(); DIMENSIONS].map(|()| shares.next().flatten())
}

/// The smallest whole numbers that stand to one another as these percents.
#[expect(clippy::cast_possible_truncation, reason = "weights of a whole that 64 bits hold many times over")]
fn ratio(percents: &Percents) -> Option<Weights> {
    /// Far above what a quotient of floats can be off, far below what two weights can differ by.
    const NOTHING: f64 = 1e-7;
    let of_whole = |whole: i64| percents.map(|percent| percent.map(|percent| percent * whole as f64 / 100.0));
    let is_whole = |part: &f64| (part - part.round()).abs() < NOTHING;
    let whole = (1..=ALL).find(|whole| of_whole(*whole).iter().flatten().all(is_whole))?;
    Some(of_whole(whole).map(|part| part.map(|part| i128::from(part.round() as i64))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row in the order product, logistics, after-sales, dispute, consultation.
    fn row(percents: [&str; DIMENSIONS]) -> WeightRow {
        WeightRow::as_counted("男装", percents.map(|percent| percent.parse().unwrap()))
    }

    /// What shops were published with that lack these dimensions.
    fn published(row: &WeightRow, lacking: &[&[usize]]) -> Vec<Percents> {
        let of = |lacking: &&[usize]| {
            let mut places = 0..;
            let had = [(); DIMENSIONS].map(|()| places.next().filter(|place| !lacking.contains(place)).map(|_| 0.0));
            shares(row, &had)
        };
        lacking.iter().map(of).collect()
    }

    #[test]
    fn the_row_of_the_tables_counts_where_it_explains_all_shops_and_else_what_they_say() {
        let (old, new) = (row(["25", "25", "20", "20", "10"]), row(["33.3333", "16.6667", "20", "20", "10"]));
        for (case, by, lacking) in [
            ("all dimensions", &old, &[&[][..], &[0]][..]),
            ("all dimensions, of odd figures", &new, &[&[], &[1, 2]]),
            ("some shops lack some", &old, &[&[1], &[1, 4]]),
            ("each shop lacks one", &new, &[&[0], &[1], &[2]]),
            ("no shop has what another has", &new, &[&[0, 1], &[2, 3, 4]]),
        ] {
            let shops = published(by, lacking);
            assert_eq!(explaining("男装", &shops, Some(by)).as_ref(), Some(by), "{case}");
            let other = if by == &old { &new } else { &old };
            let found = explaining("男装", &shops, Some(other)).unwrap();
            assert_eq!(published(&found, lacking), shops, "{case}");
        }
    }

    #[test]
    fn a_dimension_without_a_score_weighs_what_the_tables_say_beside_the_others() {
        // Logistics weighs a fifth by the tables, product and after-sales were weighed one to three.
        let told = row(["20", "20", "20", "20", "20"]);
        let shops = [[Some(25.0), None, Some(75.0), None, None]];
        let found = explaining("男装", &shops, Some(&told)).unwrap();
        let all = shares(&found, &[Some(0.0); DIMENSIONS]);
        assert_eq!(all, [Some(10.0), Some(20.0), Some(30.0), Some(20.0), Some(20.0)]);
    }

    #[test]
    fn weights_of_one_category_that_differ_have_no_row() {
        let shops = [[Some(50.0), Some(50.0), None, None, None], [Some(40.0), Some(60.0), None, None, None]];
        assert_eq!(explaining("男装", &shops, None), None);
    }
}
