//! Month-end scores: frozen when first published, replaced by restatements alone (specification, section 8).
//!
//! Grain in and out: one row a shop of one month end, in the columns of `month_end_scores`, which are those of `scores`
//! and what a row's revision is. [`restatement`](super::restatement) replaces rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};

use super::cells::{Row, rows};
use super::outputs::{MONTH_END_SCORES, MONTHLY_ASSESSMENTS};
use super::reading::{Current, column, lacks_columns};
use crate::assessments::MonthEndScore;
use crate::calendar::Month;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::policies::CYCLE_MONTHS;
use crate::rulebook::Decimal4;
use crate::shops::SharedNames;

pub(super) const STAGE: &str = "month ends";

/// Why and with what knowledge a month end is restated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restatement<'a> {
    pub(crate) because: &'a str,
    /// The day as of which appeals count.
    pub(crate) knowledge_day: Day,
}

/// The rows of a month end when it is first published, given those of its day's `scores`.
pub(crate) fn first(scores: &RecordBatch) -> Outcome<RecordBatch> {
    as_month_end(scores, vec![1; scores.num_rows()], None)
}

pub(super) fn as_month_end(
    scores: &RecordBatch,
    revisions: Vec<i64>,
    restatement: Option<Restatement<'_>>,
) -> Outcome<RecordBatch> {
    let each = scores.num_rows();
    let because = restatement.map(|restatement| restatement.because);
    let known = restatement.map(|restatement| restatement.knowledge_day.epoch_days());
    let further: [ArrayRef; 3] = [
        Arc::new(Int64Array::from(revisions)),
        Arc::new(StringArray::from(vec![because; each])),
        Arc::new(Date32Array::from(vec![known; each])),
    ];
    let columns = scores.columns().iter().cloned().chain(further).collect();
    RecordBatch::try_new(MONTH_END_SCORES.schema(), columns).map_err(|error| fault(STAGE, error))
}

/// The newest month end up to `day` that is assessed, with its rows, or those of one shop; one that an earlier release assessed in
/// other columns is passed over.
pub(crate) fn newest_assessed(of: &Current, day: Day, shop_id: Option<i64>) -> Outcome<Option<(Day, RecordBatch)>> {
    let values = of.values(&MONTHLY_ASSESSMENTS)?;
    let month_ends = values.iter().filter_map(|value| value.parse().ok()).filter(|month_end| *month_end <= day);
    for month_end in month_ends.rev() {
        let rows = match shop_id {
            Some(shop_id) => of.read_shop(&MONTHLY_ASSESSMENTS, month_end, shop_id)?,
            None => of.read(&MONTHLY_ASSESSMENTS, month_end)?,
        };
        if let Some(rows) = rows.filter(|rows| !lacks_columns(rows, &MONTHLY_ASSESSMENTS)) {
            return Ok(Some((month_end, rows)));
        }
    }
    Ok(None)
}

/// The assessments of the cycles that `month_end` belongs to, too, by shop.
pub(crate) fn of_cycle(assessed: Option<&RecordBatch>, month_end: Day) -> Outcome<BTreeMap<i64, Row<'_>>> {
    let mut of_cycle = BTreeMap::new();
    for row in assessed.into_iter().flat_map(rows) {
        if !row.is_null("cycle_starts_on")?
            && Month::of(month_end).since(Month::of(row.day("cycle_starts_on")?)) < CYCLE_MONTHS
        {
            of_cycle.insert(row.integer("shop_id")?, row);
        }
    }
    Ok(of_cycle)
}

/// What assessments need of a published month end.
pub(crate) fn scores_of(month_end: &RecordBatch) -> Outcome<Vec<MonthEndScore>> {
    let categories = column::<StringArray>(month_end, "primary_category")?;
    let revisions = column::<Int64Array>(month_end, "revision")?.values();
    let rows = shop_scores(month_end)?.into_iter().zip(categories).zip(revisions);
    let mut shared = SharedNames::default();
    let score = |(((shop_id, score), category), revision): ((_, Option<&str>), &i64)| {
        let category = category.ok_or_else(|| fault(STAGE, format!("shop {shop_id} without its category")))?;
        Ok(MonthEndScore { shop_id, primary_category: shared.of(category), score, revision: *revision })
    };
    rows.map(score).collect()
}

/// Shops, each with its score.
pub(crate) type ShopScores = Vec<(i64, Option<Decimal4>)>;

/// Shops and their scores, out of `scores` or `month_end_scores`.
pub(crate) fn shop_scores(batch: &RecordBatch) -> Outcome<ShopScores> {
    let shops = column::<Int64Array>(batch, "shop_id")?.values().iter().copied();
    let scores = column::<Float64Array>(batch, "score")?.iter().map(|score| score.map(decimal));
    Ok(shops.zip(scores).collect())
}

/// A published score is a whole number of ten-thousandths divided once, so this undoes it exactly.
#[expect(clippy::cast_possible_truncation, reason = "a score lies between 0 and 5")]
pub(crate) fn decimal(score: f64) -> Decimal4 {
    Decimal4::from_ten_thousandths((score * 10_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_of_four_decimals_survives_its_float() {
        for ten_thousandths in 0..=50_000 {
            let score = Decimal4::from_ten_thousandths(ten_thousandths);
            assert_eq!(decimal(score.as_f64()), score);
        }
    }
}
