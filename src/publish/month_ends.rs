//! Month-end scores: frozen when first published, replaced by restatements alone (specification, section 8).
//!
//! Grain in and out: one row a shop of one month end, in the columns of `month_end_scores`. A restatement compares rows by
//! all columns of `scores`: an equal row stays as it was published, another one takes its place with the next revision,
//! and rows that are replaced, or whose shop is no longer present, are kept among the revisions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::{Float64Type, Int64Type};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};

use super::file_system::STAGE;
use super::outputs::{MONTH_END_REVISIONS, MONTH_END_SCORES, SCORES};
use crate::assessments::MonthEndScore;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::rulebook::Decimal4;

/// Why and with what knowledge a month end is restated.
#[derive(Clone, Copy, Debug)]
pub struct Restatement<'a> {
    /// Why.
    pub because: &'a str,
    /// The day as of which appeals count.
    pub knowledge_day: Day,
}

/// A month end as a restatement leaves it.
#[derive(Clone, Debug)]
pub struct Restated {
    /// Its rows.
    pub rows: RecordBatch,
    /// All rows that were ever replaced.
    pub revisions: RecordBatch,
    /// How many rows are new or other than before, or gone.
    pub changed: usize,
}

/// The rows of a month end when it is first published, given those of its day's `scores`.
///
/// # Errors
/// A fault where the rows do not fit the declaration.
pub fn first(scores: &RecordBatch) -> Outcome<RecordBatch> {
    with_further(scores, vec![1; scores.num_rows()], None).map_err(|error| fault(STAGE, error))
}

/// Replaces the rows of a `published` month end by those of `scores`, computed now, where they differ; `revisions` are the
/// rows that earlier restatements replaced.
///
/// # Errors
/// A fault where the rows do not fit the declaration.
pub fn restate(
    published: &RecordBatch,
    revisions: Option<&RecordBatch>,
    scores: &RecordBatch,
    restatement: Restatement<'_>,
) -> Outcome<Restated> {
    let restated = || {
        let revisions =
            revisions.cloned().unwrap_or_else(|| RecordBatch::new_empty(MONTH_END_REVISIONS.schema()));
        replace(published, &revisions, scores, restatement)
    };
    restated().map_err(|error: ArrowError| fault(STAGE, error))
}

fn replace(
    published: &RecordBatch,
    revisions: &RecordBatch,
    scores: &RecordBatch,
    restatement: Restatement<'_>,
) -> Result<Restated, ArrowError> {
    const OLD: usize = 0;
    const NEW: usize = 1;
    let mut last_revisions: BTreeMap<i64, i64> = BTreeMap::new();
    for batch in [revisions, published] {
        for (shop, revision) in integers(batch, "shop_id")?.zip(integers(batch, "revision")?) {
            let last = last_revisions.entry(shop).or_default();
            *last = revision.max(*last);
        }
    }
    let (old_rows, new_rows) = (comparable(published)?, comparable(scores)?);
    let old_places: BTreeMap<i64, usize> = integers(published, "shop_id")?.zip(0..).collect();
    let mut stays = vec![false; published.num_rows()];
    let mut next_revisions = Vec::with_capacity(scores.num_rows());
    let mut rows = Vec::with_capacity(scores.num_rows());
    for (new_place, shop) in integers(scores, "shop_id")?.enumerate() {
        next_revisions.push(last_revisions.get(&shop).map_or(1, |last| last + 1));
        let equal = old_places.get(&shop).filter(|old| old_rows.row(**old) == new_rows.row(new_place));
        rows.push(equal.map_or((NEW, new_place), |old| (OLD, *old)));
        if let Some(stays) = equal.and_then(|old| stays.get_mut(*old)) {
            *stays = true;
        }
    }
    let changed_rows = rows.iter().filter(|(from, _)| *from == NEW).count();
    let replaced: Vec<_> =
        stays.iter().zip(0..).filter(|(stays, _)| !**stays).map(|(_, place)| place).collect();
    let present: BTreeSet<i64> = integers(scores, "shop_id")?.collect();
    let gone = old_places.keys().filter(|shop| !present.contains(shop)).count();
    let new = with_further(scores, next_revisions, Some(restatement))?;
    Ok(Restated {
        rows: interleave_record_batch(&[published, &new], &rows)?,
        revisions: merged(revisions, published, &replaced)?,
        changed: changed_rows + gone,
    })
}

/// The rows of `scores` as rows of a month end.
fn with_further(
    scores: &RecordBatch,
    revisions: Vec<i64>,
    restatement: Option<Restatement<'_>>,
) -> Result<RecordBatch, ArrowError> {
    let each = scores.num_rows();
    let because = StringArray::from(vec![restatement.map(|restatement| restatement.because); each]);
    let known = restatement.map(|restatement| restatement.knowledge_day.epoch_days());
    let further: [ArrayRef; 3] = [
        Arc::new(Int64Array::from(revisions)),
        Arc::new(because),
        Arc::new(Date32Array::from(vec![known; each])),
    ];
    let columns = scores.columns().iter().cloned().chain(further).collect();
    RecordBatch::try_new(MONTH_END_SCORES.schema(), columns)
}

/// The columns of `scores` in a form in which whole rows compare.
fn comparable(batch: &RecordBatch) -> Result<Rows, ArrowError> {
    let fields =
        SCORES.schema().fields().iter().map(|field| SortField::new(field.data_type().clone())).collect();
    let columns: Vec<ArrayRef> = batch.columns().iter().take(SCORES.columns.len()).cloned().collect();
    RowConverter::new(fields)?.convert_columns(&columns)
}

/// The revisions and the replaced rows of the month end, by shop and revision.
fn merged(
    revisions: &RecordBatch,
    published: &RecordBatch,
    replaced: &[usize],
) -> Result<RecordBatch, ArrowError> {
    let mut keyed: Vec<((i64, i64), (usize, usize))> = Vec::new();
    for (batch, from) in [(revisions, 0), (published, 1)] {
        let keys = integers(batch, "shop_id")?.zip(integers(batch, "revision")?);
        let rows = keys.enumerate().filter(|(place, _)| from == 0 || replaced.binary_search(place).is_ok());
        keyed.extend(rows.map(|(place, key)| (key, (from, place))));
    }
    keyed.sort_unstable();
    let rows: Vec<(usize, usize)> = keyed.into_iter().map(|(_, row)| row).collect();
    interleave_record_batch(&[revisions, published], &rows)
}

/// What assessments need of a published month end.
///
/// # Errors
/// A fault where the columns are not the declared ones.
pub fn scores_of(month_end: &RecordBatch) -> Outcome<Vec<MonthEndScore>> {
    let scores = || {
        let categories = column(month_end, "primary_category")?;
        let categories = categories.as_string_opt::<i32>().ok_or_else(|| lacking("primary_category"))?;
        let revisions = integers(month_end, "revision")?;
        let rows = shop_scores(month_end)?.into_iter().zip(categories).zip(revisions);
        let score = |(((shop_id, score), category), revision): ((_, Option<&str>), _)| MonthEndScore {
            shop_id,
            primary_category: category.unwrap_or_default().to_owned(),
            score,
            revision,
        };
        Ok(rows.map(score).collect())
    };
    scores().map_err(|error: ArrowError| fault(STAGE, error))
}

/// Shops and their scores, out of `scores` or `month_end_scores`.
///
/// # Errors
/// Where the columns are not the declared ones.
pub fn shop_scores(batch: &RecordBatch) -> Result<Vec<(i64, Option<Decimal4>)>, ArrowError> {
    let scores = column(batch, "score")?;
    let scores = scores.as_primitive_opt::<Float64Type>().ok_or_else(|| lacking("score"))?;
    Ok(integers(batch, "shop_id")?.zip(scores.iter().map(|score| score.map(decimal))).collect())
}

/// A published score is a whole number of ten-thousandths divided once, so this undoes it exactly.
#[expect(clippy::cast_possible_truncation, reason = "a score lies between 0 and 5")]
fn decimal(score: f64) -> Decimal4 {
    Decimal4::from_ten_thousandths((score * 10_000.0).round() as i64)
}

fn integers<'a>(batch: &'a RecordBatch, name: &str) -> Result<impl Iterator<Item = i64> + 'a, ArrowError> {
    let column = column(batch, name)?.as_primitive_opt::<Int64Type>().ok_or_else(|| lacking(name))?;
    Ok(column.values().iter().copied())
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, ArrowError> {
    batch.column_by_name(name).ok_or_else(|| lacking(name))
}

fn lacking(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("no column {name} of the declared type"))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, BooleanArray, Float64Array};

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// Rows of `scores`: shop and score.
    fn scores(rows: &[(i64, Option<f64>)]) -> RecordBatch {
        let rows = |name: &str| -> ArrayRef {
            match name {
                "shop_id" => Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>()),
                "score" => Arc::new(rows.iter().map(|row| row.1).collect::<Float64Array>()),
                "as_of" => Arc::new(Date32Array::from(vec![day("2022-01-31").epoch_days(); rows.len()])),
                "marketing_eligible" => Arc::new(BooleanArray::from(vec![true; rows.len()])),
                "shop_name" | "primary_category" => Arc::new(StringArray::from(vec!["茶"; rows.len()])),
                "primary_subcategory" | "assessment_category" | "unscored_reason" => {
                    Arc::new(StringArray::from(vec![None::<&str>; rows.len()]))
                }
                _ => Arc::new(Float64Array::from(vec![1.0; rows.len()])),
            }
        };
        let columns = SCORES.columns.iter().map(|column| rows(column.name)).collect();
        RecordBatch::try_new(SCORES.schema(), columns).unwrap()
    }

    /// Rows as `shop score revision because knowledge_day`.
    fn shown(batch: &RecordBatch) -> Vec<String> {
        let because = batch.column_by_name("restated_because").unwrap().as_string::<i32>().clone();
        let known = batch.column_by_name("knowledge_day").unwrap();
        let known = known.as_primitive::<arrow::datatypes::Date32Type>();
        let row = |(place, month): (usize, MonthEndScore)| {
            let score = month.score.map_or("-".to_owned(), |score| score.to_string());
            let said = because
                .is_valid(place)
                .then(|| format!(" {} {}", because.value(place), Day::from_epoch_days(known.value(place))));
            format!("{} {score} {}{}", month.shop_id, month.revision, said.unwrap_or_default())
        };
        scores_of(batch).unwrap().into_iter().enumerate().map(row).collect()
    }

    fn restated(
        published: &RecordBatch,
        revisions: Option<&RecordBatch>,
        new: &[(i64, Option<f64>)],
    ) -> Restated {
        let restatement = Restatement { because: "late", knowledge_day: day("2022-03-01") };
        restate(published, revisions, &scores(new), restatement).unwrap()
    }

    #[test]
    fn a_month_end_is_first_published_as_revision_1_without_a_reason() {
        let first = first(&scores(&[(1, Some(4.5)), (2, None)])).unwrap();
        assert_eq!(shown(&first), ["1 4.5 1", "2 - 1"]);
    }

    #[test]
    fn a_restatement_replaces_rows_that_differ_and_keeps_the_old_ones_as_revisions() {
        let first = first(&scores(&[(1, Some(4.5)), (2, None), (3, Some(2.0))])).unwrap();
        let second = restated(&first, None, &[(1, Some(4.5)), (2, Some(3.0)), (3, None)]);
        assert_eq!(shown(&second.rows), ["1 4.5 1", "2 3 2 late 2022-03-01", "3 - 2 late 2022-03-01"]);
        assert_eq!(shown(&second.revisions), ["2 - 1", "3 2 1"]);
        assert_eq!(second.changed, 2);

        let third = restated(
            &second.rows,
            Some(&second.revisions),
            &[(1, Some(4.0)), (2, Some(3.0)), (3, Some(1.0))],
        );
        assert_eq!(shown(&third.rows)[1], "2 3 2 late 2022-03-01", "an unchanged row keeps all of it");
        assert_eq!(shown(&third.revisions), ["1 4.5 1", "2 - 1", "3 2 1", "3 - 2 late 2022-03-01"]);
    }

    #[test]
    fn a_restatement_that_changes_no_row_changes_nothing() {
        let first = first(&scores(&[(1, Some(4.5)), (2, None)])).unwrap();
        let again = restated(&first, None, &[(1, Some(4.5)), (2, None)]);
        assert_eq!((again.changed, again.rows, again.revisions.num_rows()), (0, first, 0));
    }

    #[test]
    fn a_shop_that_is_gone_is_a_revision_and_counts_on_from_it_when_it_is_back() {
        let first = first(&scores(&[(1, Some(4.5)), (2, Some(1.0))])).unwrap();
        let without = restated(&first, None, &[(1, Some(4.5))]);
        assert_eq!(
            (shown(&without.rows), shown(&without.revisions)),
            (vec!["1 4.5 1".to_owned()], vec!["2 1 1".to_owned()])
        );
        assert_eq!(without.changed, 1);
        let back =
            restated(&without.rows, Some(&without.revisions), &[(1, Some(4.5)), (2, Some(1.0)), (9, None)]);
        assert_eq!(shown(&back.rows), ["1 4.5 1", "2 1 2 late 2022-03-01", "9 - 1 late 2022-03-01"]);
        assert_eq!(shown(&back.revisions), ["2 1 1"]);
    }

    #[test]
    fn every_score_of_four_decimals_survives_its_float() {
        for ten_thousandths in 0..=50_000 {
            let score = Decimal4::from_ten_thousandths(ten_thousandths);
            assert_eq!(decimal(score.as_f64()), score);
        }
    }
}
