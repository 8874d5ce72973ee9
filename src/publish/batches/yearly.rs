//! The assessments of a month end and the settlements of a year as Arrow batches.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, RecordBatch, StructArray};
use arrow::buffer::OffsetBuffer;

use super::arrays::{STAGE, batch, booleans, counts, day, days, floats, integers, optional_integers, texts};
use crate::assessments::annual::Settlement;
use crate::assessments::monthly::MonthlyAssessment;
use crate::calendar::Year;
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::publish::outputs::{ANNUAL_SETTLEMENTS, MONTHLY_ASSESSMENTS, counted_score, counted_score_fields};
use crate::rulebook::Decimal4;

/// `monthly_assessments`: one row a shop with a row at the month end.
pub(crate) fn monthly_assessments(assessments: &[MonthlyAssessment]) -> Outcome<RecordBatch> {
    let rows = || assessments.iter();
    batch(
        &MONTHLY_ASSESSMENTS,
        vec![
            integers(rows().map(|row| row.shop_id)),
            texts(rows().map(|row| Some(row.primary_category.as_str()))),
            floats(rows().map(|row| row.score.map(Decimal4::as_f64))),
            floats(rows().map(|row| row.monthly_min.map(Decimal4::as_f64))),
            texts(rows().map(|row| Some(row.status.name()))),
            integers(rows().map(|row| row.failures_this_year)),
            optional_integers(rows().map(|row| row.failure_limit)),
        ],
    )
}

/// `annual_settlements`: one row a shop whose contract touched the year.
pub(crate) fn settlements(settlements: &[Settlement], year: Year, as_of: Day) -> Outcome<RecordBatch> {
    let rows = || settlements.iter();
    let is_provisional = as_of < year.last_day();
    batch(
        &ANNUAL_SETTLEMENTS,
        vec![
            integers(rows().map(|row| row.shop_id)),
            day(as_of, settlements.len()),
            booleans(rows().map(|_| is_provisional)),
            texts(rows().map(|row| Some(row.basis.name()))),
            counted_scores(settlements)?,
            counts(rows().map(|row| row.months.len()))?,
            floats(rows().map(|row| row.average.map(Decimal4::as_f64))),
            texts(rows().map(|row| row.sales.top_category.as_deref())),
            integers(rows().map(|row| row.sales.amount_fen)),
            floats(rows().map(|row| Some(row.annual_min.as_f64()))),
            booleans(rows().map(|row| row.is_qualified)),
            integers(rows().map(|row| row.annual_fee_fen)),
            integers(rows().map(|row| row.refund_fen)),
        ],
    )
}

fn counted_scores(settlements: &[Settlement]) -> Outcome<ArrayRef> {
    let all = || settlements.iter().flat_map(|row| &row.months);
    let fields = vec![
        days(all().map(|counted| counted.day)),
        floats(all().map(|counted| Some(counted.score.as_f64()))),
        optional_integers(all().map(|counted| counted.revision)),
    ];
    let scores = StructArray::try_new(counted_score_fields(), fields, None).map_err(|error| fault(STAGE, error))?;
    let lengths = OffsetBuffer::from_lengths(settlements.iter().map(|row| row.months.len()));
    let lists = ListArray::try_new(Arc::new(counted_score()), lengths, Arc::new(scores), None);
    Ok(Arc::new(lists.map_err(|error| fault(STAGE, error))?))
}
