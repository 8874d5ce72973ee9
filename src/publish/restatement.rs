//! What a restatement makes of a published month end (specification, section 8).
//!
//! Grain in and out: one row a shop of one month end. Rows compare by all columns of `scores` that are about the shop itself: an
//! equal row stays as it was published, another one takes its place with the next revision, and rows that are replaced, or
//! whose shop is no longer present, are kept among the revisions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::FieldRef;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};

use super::month_ends::{Restatement, STAGE, as_month_end};
use super::outputs::{CATEGORY_SHOPS, MONTH_END_REVISIONS, MONTH_END_SCORES, OutputColumn, SCORES};
use super::reading::column;
use crate::error::{Failure, Outcome, fault};

/// A month end as a restatement leaves it.
#[derive(Debug)]
pub(crate) struct Restated {
    pub(crate) rows: RecordBatch,
    /// All rows that were ever replaced.
    pub(crate) revisions: RecordBatch,
    /// How many rows are new or other than before, or gone.
    pub(crate) changed: usize,
}

/// Replaces the rows of a `published` month end by those of `scores`, computed now, where they differ; `revisions` are the
/// rows that earlier restatements replaced.
pub(crate) fn restate(
    published: &RecordBatch,
    revisions: Option<&RecordBatch>,
    scores: &RecordBatch,
    restatement: Restatement<'_>,
) -> Outcome<Restated> {
    const OLD: usize = 0;
    const NEW: usize = 1;
    let none = RecordBatch::new_empty(MONTH_END_REVISIONS.schema());
    let revisions = &completed(revisions.unwrap_or(&none), published)?;
    let published = &completed(published, published)?;
    let equal = equal_rows(published, scores)?;
    let rows: Vec<(usize, usize)> =
        equal.iter().zip(0..).map(|(equal, new)| equal.map_or((NEW, new), |old| (OLD, old))).collect();
    let stays: BTreeSet<usize> = equal.iter().flatten().copied().collect();
    let present: BTreeSet<i64> = shops(scores)?.iter().copied().collect();
    let gone = shops(published)?.iter().filter(|shop| !present.contains(shop)).count();
    let new = as_month_end(scores, next_revisions([revisions, published], scores)?, Some(restatement))?;
    Ok(Restated {
        rows: interleave_record_batch(&[published, &new], &rows).map_err(unfit)?,
        revisions: merged(revisions, published, &stays)?,
        changed: equal.iter().filter(|equal| equal.is_none()).count() + gone,
    })
}

/// For each row of `scores` the place of the `published` row of its shop, where that is equal.
fn equal_rows(published: &RecordBatch, scores: &RecordBatch) -> Outcome<Vec<Option<usize>>> {
    let (old_rows, new_rows) = (comparable(published)?, comparable(scores)?);
    let old_places: BTreeMap<i64, usize> = shops(published)?.iter().copied().zip(0..).collect();
    let equal = |(shop, new): (&i64, _)| {
        let old = old_places.get(shop).copied();
        old.filter(|old| old_rows.row(*old) == new)
    };
    Ok(shops(scores)?.iter().zip(&new_rows).map(equal).collect())
}

/// The revision that each row of `scores` has where it takes its place among those `before`.
fn next_revisions(before: [&RecordBatch; 2], scores: &RecordBatch) -> Outcome<Vec<i64>> {
    let mut last_revisions: BTreeMap<i64, i64> = BTreeMap::new();
    for batch in before {
        for (shop, revision) in shops(batch)?.iter().zip(revisions_in(batch)?) {
            let last = last_revisions.entry(*shop).or_default();
            *last = (*revision).max(*last);
        }
    }
    let next = |shop| last_revisions.get(shop).map_or(1, |last| last + 1);
    Ok(shops(scores)?.iter().map(next).collect())
}

/// The columns of `scores` that are about the shop itself, in a form in which whole rows compare.
fn comparable(batch: &RecordBatch) -> Outcome<Rows> {
    let about_the_shop = SCORES.columns().filter(|column| column.name != CATEGORY_SHOPS.name);
    let array = |column: &OutputColumn| batch.column_by_name(column.name).cloned().ok_or_else(|| lacking(column.name));
    let columns = about_the_shop.map(array).collect::<Outcome<Vec<ArrayRef>>>()?;
    let fields = columns.iter().map(|array| SortField::new(array.data_type().clone()));
    let converter = RowConverter::new(fields.collect()).map_err(unfit)?;
    converter.convert_columns(&columns).map_err(unfit)
}

/// Rows of a month end in the declared columns. Where an earlier release published them without `category_shops`, the month
/// end's own rows, `whole`, say how many there are.
fn completed(rows: &RecordBatch, whole: &RecordBatch) -> Outcome<RecordBatch> {
    let schema = MONTH_END_SCORES.schema();
    let array = |field: &FieldRef| match rows.column_by_name(field.name()) {
        Some(array) => Ok(Arc::clone(array)),
        None if field.name() == CATEGORY_SHOPS.name => category_shops(rows, whole),
        None => Err(lacking(field.name())),
    };
    let columns = schema.fields().iter().map(array).collect::<Outcome<Vec<_>>>()?;
    RecordBatch::try_new(schema, columns).map_err(unfit)
}

/// For each of `rows` how many shops of its primary category are assessed among `whole`.
fn category_shops(rows: &RecordBatch, whole: &RecordBatch) -> Outcome<ArrayRef> {
    let mut assessed: BTreeMap<Option<&str>, i64> = BTreeMap::new();
    let assessment = column::<StringArray>(whole, "assessment_category")?;
    for (category, assessment) in column::<StringArray>(whole, "primary_category")?.iter().zip(assessment) {
        *assessed.entry(category).or_default() += i64::from(assessment.is_some());
    }
    let count = |category| assessed.get(&category).copied().unwrap_or_default();
    Ok(Arc::new(column::<StringArray>(rows, "primary_category")?.iter().map(count).collect::<Int64Array>()))
}

fn lacking(column: &str) -> Failure {
    fault(STAGE, format!("a month end without {column}"))
}

/// The revisions, and the rows of the month end but those that stay, by shop and revision.
fn merged(revisions: &RecordBatch, published: &RecordBatch, stays: &BTreeSet<usize>) -> Outcome<RecordBatch> {
    const PUBLISHED: usize = 1;
    let mut keyed: Vec<((i64, i64), (usize, usize))> = Vec::new();
    for (from, batch) in [revisions, published].into_iter().enumerate() {
        let keys = shops(batch)?.iter().copied().zip(revisions_in(batch)?.iter().copied());
        let rows = keys.enumerate().filter(|(place, _)| from != PUBLISHED || !stays.contains(place));
        keyed.extend(rows.map(|(place, key)| (key, (from, place))));
    }
    keyed.sort_unstable();
    let rows: Vec<(usize, usize)> = keyed.into_iter().map(|(_, row)| row).collect();
    interleave_record_batch(&[revisions, published], &rows).map_err(unfit)
}

fn shops(batch: &RecordBatch) -> Outcome<&[i64]> {
    Ok(column::<Int64Array>(batch, "shop_id")?.values())
}

fn revisions_in(batch: &RecordBatch) -> Outcome<&[i64]> {
    Ok(column::<Int64Array>(batch, "revision")?.values())
}

fn unfit(error: ArrowError) -> Failure {
    fault(STAGE, error)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, BooleanArray, Date32Array, Float64Array};

    use super::*;
    use crate::domain::Day;
    use crate::publish::month_ends::{first, scores_of};
    use crate::publish::outputs::OutputKind;
    use crate::publish::testing::day;

    /// Rows of `scores`: shop and score.
    fn scores(rows: &[(i64, Option<f64>)]) -> RecordBatch {
        let column = |column: &OutputColumn| -> ArrayRef {
            match (column.name, column.kind) {
                ("shop_id", _) => Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>()),
                ("score", _) => Arc::new(rows.iter().map(|row| row.1).collect::<Float64Array>()),
                (_, OutputKind::Float) => Arc::new(Float64Array::from(vec![1.0; rows.len()])),
                // category_shops, which differs whenever another shop comes or goes.
                (_, OutputKind::Integer) => {
                    Arc::new(rows.iter().map(|_| rows[0].0 + rows[rows.len() - 1].0).collect::<Int64Array>())
                }
                (_, OutputKind::Date) => Arc::new(Date32Array::from(vec![18_993; rows.len()])),
                (_, OutputKind::Boolean) => Arc::new(BooleanArray::from(vec![true; rows.len()])),
                _ => Arc::new(StringArray::from(vec!["茶"; rows.len()])),
            }
        };
        let columns = SCORES.columns().map(column).collect();
        RecordBatch::try_new(SCORES.schema(), columns).unwrap()
    }

    /// Rows as `shop score revision because knowledge_day`.
    fn shown(batch: &RecordBatch) -> Vec<String> {
        let because = column::<StringArray>(batch, "restated_because").unwrap();
        let known = column::<Date32Array>(batch, "knowledge_day").unwrap();
        let rows = scores_of(batch).unwrap().into_iter().enumerate().map(|(place, month)| {
            let score = month.score.map_or("-".to_owned(), |score| score.to_string());
            let said = || format!(" {} {}", because.value(place), Day::from_epoch_days(known.value(place)));
            let said = if because.is_valid(place) { said() } else { String::new() };
            format!("{} {score} {}{said}", month.shop_id, month.revision)
        });
        rows.collect()
    }

    fn restated(published: &RecordBatch, revisions: Option<&RecordBatch>, new: &[(i64, Option<f64>)]) -> Restated {
        let restatement = Restatement { because: "late", knowledge_day: day("2022-03-01") };
        restate(published, revisions, &scores(new), restatement).unwrap()
    }

    #[test]
    fn a_restatement_replaces_only_rows_that_differ_and_keeps_the_old_ones_as_revisions() {
        let first = first(&scores(&[(1, Some(4.5)), (2, None), (3, Some(2.0))])).unwrap();
        assert_eq!(shown(&first), ["1 4.5 1", "2 - 1", "3 2 1"], "revision 1 has no reason");
        let same = restated(&first, None, &[(1, Some(4.5)), (2, None), (3, Some(2.0))]);
        assert_eq!((same.changed, &same.rows, same.revisions.num_rows()), (0, &first, 0), "no row that differs");
        let second = restated(&first, None, &[(1, Some(4.5)), (2, Some(3.0)), (3, None)]);
        assert_eq!(shown(&second.rows), ["1 4.5 1", "2 3 2 late 2022-03-01", "3 - 2 late 2022-03-01"]);
        assert_eq!(shown(&second.revisions), ["2 - 1", "3 2 1"]);
        assert_eq!(second.changed, 2);

        let third = restated(&second.rows, Some(&second.revisions), &[(1, Some(4.0)), (2, Some(3.0)), (3, Some(1.0))]);
        assert_eq!(shown(&third.rows)[1], "2 3 2 late 2022-03-01", "an unchanged row keeps all of it");
        assert_eq!(shown(&third.revisions), ["1 4.5 1", "2 - 1", "3 2 1", "3 - 2 late 2022-03-01"]);
    }

    #[test]
    fn a_shop_that_is_gone_is_a_revision_and_counts_on_from_it_when_it_is_back() {
        let first = first(&scores(&[(1, Some(4.5)), (2, Some(1.0))])).unwrap();
        let without = restated(&first, None, &[(1, Some(4.5))]);
        assert_eq!(shown(&without.rows), ["1 4.5 1"]);
        assert_eq!(shown(&without.revisions), ["2 1 1"]);
        assert_eq!(without.changed, 1);
        let back = restated(&without.rows, Some(&without.revisions), &[(1, Some(4.5)), (2, Some(1.0)), (9, None)]);
        assert_eq!(shown(&back.rows), ["1 4.5 1", "2 1 2 late 2022-03-01", "9 - 1 late 2022-03-01"]);
        assert_eq!(shown(&back.revisions), ["2 1 1"]);
    }
}
