//! The sum that a score is: what each dimension adds to it.
//!
//! Grain in: a shop's row of `scores`. Grain out: one row a dimension. Figures are exact ten-thousandths; a part is its weight times
//! its score, so rounded that the parts add up to the published score to the last digit. Published figures that make another score
//! are refused: the files are not as they were written.

use serde::Serialize;

use super::asked::STAGE;
use crate::domain::Dimension;
use crate::error::{ExitClass, Finding, Outcome};
use crate::publish::cells::Row;
use crate::publish::month_ends::decimal;
use crate::rulebook::{Decimal4, WeightRow};

/// A dimension of a shop's score.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DimensionScore {
    #[serde(skip)]
    pub(crate) of: Dimension,
    /// Its name.
    pub(crate) dimension: &'static str,
    /// None where the dimension is not assessed or has no data.
    pub(crate) score: Option<f64>,
    /// What it weighs in the weights row, in percent; none where no row is in force.
    pub(crate) row_percent: Option<f64>,
    /// What it weighs among the dimensions that have a score, in percent.
    pub(crate) weight_percent: Option<f64>,
    /// Weight times score: these add up to the score.
    pub(crate) adds: Option<f64>,
}

/// By how many ten-thousandths published dimension scores, themselves rounded, may miss the score.
const MOST_ROUNDED: i64 = 2;

/// The dimensions of a shop's row of `scores`, in the order in which they are published.
pub(crate) fn dimensions(row: Row<'_>, weights: Option<&WeightRow>) -> Outcome<Vec<DimensionScore>> {
    let mut dimensions = Vec::new();
    for of in Dimension::ALL {
        let [score, weight_percent] = columns(of);
        dimensions.push(DimensionScore {
            of,
            dimension: of.name(),
            score: row.figure_if_any(score)?,
            row_percent: weights.map(|weights| weights.percent(of).as_f64()),
            weight_percent: row.figure_if_any(weight_percent)?,
            adds: None,
        });
    }
    if let Some(score) = row.figure_if_any("score")? {
        add_up(&mut dimensions, decimal(score))?;
    }
    Ok(dimensions)
}

/// The columns of its score and of its weight.
const fn columns(of: Dimension) -> [&'static str; 2] {
    match of {
        Dimension::Product => ["product_score", "product_weight_percent"],
        Dimension::Logistics => ["logistics_score", "logistics_weight_percent"],
        Dimension::AfterSales => ["after_sales_score", "after_sales_weight_percent"],
        Dimension::Dispute => ["dispute_score", "dispute_weight_percent"],
        Dimension::Consultation => ["consultation_score", "consultation_weight_percent"],
    }
}

/// Says what each dimension adds to `score`.
fn add_up(dimensions: &mut [DimensionScore], score: Decimal4) -> Outcome<()> {
    let weighed = |dimension: &DimensionScore| Some(dimension.score? * dimension.weight_percent? / 100.0);
    let last = dimensions.iter().rposition(|dimension| weighed(dimension).is_some_and(|part| part > 0.0));
    let (mut exact, mut before) = (0.0, 0);
    for (place, dimension) in dimensions.iter_mut().enumerate() {
        let Some(part) = weighed(dimension) else { continue };
        exact += part;
        let mut until = decimal(exact).ten_thousandths();
        if Some(place) == last {
            check(until, score)?;
            until = score.ten_thousandths();
        }
        dimension.adds = Some(Decimal4::from_ten_thousandths(until - before).as_f64());
        before = until;
    }
    check(before, score)
}

fn check(sum: i64, score: Decimal4) -> Outcome<()> {
    if (sum - score.ten_thousandths()).abs() <= MOST_ROUNDED {
        return Ok(());
    }
    let found = format!("dimension scores that add up to {}", Decimal4::from_ten_thousandths(sum));
    let finding = Finding::new(STAGE, found, format!("the published score of {score}"));
    Err(finding.advice("check the published files with `shopscore verify`").fail(ExitClass::State))
}

/// Whether a row of the weight table weighs the dimensions with a score as it was published.
pub(super) fn is_as_published(dimensions: &[DimensionScore], weights: &WeightRow) -> bool {
    let weighed = || dimensions.iter().filter(|dimension| dimension.weight_percent.is_some());
    let total: i64 = weighed().map(|dimension| weights.percent(dimension.of).ten_thousandths()).sum();
    weighed().all(|dimension| {
        let percent = weights.percent(dimension.of).ten_thousandths();
        // As scores are published: floats hold both integers exactly.
        dimension.weight_percent == Some((100 * percent) as f64 / total as f64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimension(score: f64, weight_percent: f64) -> DimensionScore {
        let (of, row_percent) = (Dimension::Product, None);
        let (score, weight_percent) = (Some(score), Some(weight_percent));
        DimensionScore { of, dimension: of.name(), score, row_percent, weight_percent, adds: None }
    }

    #[test]
    fn what_dimensions_add_makes_the_score_to_the_last_digit() {
        for (rule, parts, score, expected) in [
            ("weight times score", &[(4.0, 25.0), (0.0, 25.0), (1.0, 50.0)][..], "1.5", Some(vec!["1", "0", "0.5"])),
            (
                "thirds are rounded on the way",
                &[(5.0, 100.0 / 3.0), (5.0, 100.0 / 3.0), (4.0, 100.0 / 3.0)],
                "4.6667",
                Some(vec!["1.6667", "1.6666", "1.3334"]),
            ),
            ("other figures than the score's", &[(4.0, 50.0), (4.0, 50.0)], "3", None),
            ("nothing that makes a score", &[(0.0, 100.0)], "1", None),
        ] {
            let mut dimensions: Vec<_> = parts.iter().map(|(score, weight)| dimension(*score, *weight)).collect();
            let added = add_up(&mut dimensions, score.parse().unwrap()).ok().map(|()| {
                dimensions.iter().map(|dimension| decimal(dimension.adds.unwrap()).to_string()).collect::<Vec<_>>()
            });
            assert_eq!(added, expected.map(|parts| parts.into_iter().map(str::to_owned).collect()), "{rule}");
        }
    }
}
