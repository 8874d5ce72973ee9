//! The weights that a published night's scores were made with.
//!
//! Grain in: what each dimension weighed among those with a score, shop by shop. Grain out: one row an assessment category. A row of
//! the rule tables counts where it explains the weights of every shop; else the shop with most dimensions tells them, as the smallest
//! whole numbers of that ratio. What no shop had a score in was not told: there the row of the tables stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::STAGE;
use super::published::{PublishedNight, PublishedShop};
use crate::domain::Dimension;
use crate::error::{ExitClass, Finding, Outcome};
use crate::rulebook::{Decimal4, Rulebook, WeightRow};

const DIMENSIONS: usize = Dimension::ALL.len();

/// What each dimension weighs in percent, in the order of [`Dimension::ALL`].
type Percents = [Option<f64>; DIMENSIONS];

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
            let row = match explaining(category, &scored, told) {
                None if !scored.is_empty() => return Err(unexplained(category)),
                row => row.or_else(|| told.cloned()),
            };
            counted.extend(row.map(|row| (Arc::clone(category), row)));
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
    if let Some(told) = told.filter(explains) {
        return Some(told.clone());
    }
    let widest = shops.iter().max_by_key(|percents| percents.iter().flatten().count())?;
    let (ratio, whole) = ratio(widest)?;
    let weight_told = |dimension| told.map_or(0, |row| row.percent(dimension).ten_thousandths());
    let lacking = Dimension::ALL.into_iter().zip(widest).filter(|(_, percent)| percent.is_none());
    let lacking: i64 = lacking.map(|(dimension, _)| weight_told(dimension)).sum();
    // Both kinds as parts of one whole, which any multiple of it is.
    let mut weights = Dimension::ALL.into_iter().zip(ratio).map(|(dimension, share)| match share {
        Some(share) => share * (ALL - lacking),
        None => weight_told(dimension) * whole,
    });
    let weights = [(); DIMENSIONS].map(|()| Decimal4::from_ten_thousandths(weights.next().unwrap_or_default()));
    Some(WeightRow::as_counted(category, weights)).filter(|row| explains(&row))
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

/// The smallest whole numbers that stand to one another as these percents, and their sum.
#[expect(clippy::cast_possible_truncation, reason = "weights of a whole that 64 bits hold many times over")]
fn ratio(percents: &Percents) -> Option<([Option<i64>; DIMENSIONS], i64)> {
    /// Far above what a quotient of floats can be off, far below what two weights can differ by.
    const NOTHING: f64 = 1e-7;
    let of_whole = |whole: i64| percents.map(|percent| percent.map(|percent| percent * whole as f64 / 100.0));
    let is_whole = |part: &f64| (part - part.round()).abs() < NOTHING;
    let whole = (1..=ALL).find(|whole| of_whole(*whole).iter().flatten().all(is_whole))?;
    Some((of_whole(whole).map(|part| part.map(|part| part.round() as i64)), whole))
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
