//! Rows of the published tables as Arrow batches, in the grain, columns and order that [`outputs`](super::outputs)
//! declares. Nothing is computed here; figures that do not fit the declaration are a fault.

use std::iter::repeat_n;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow::buffer::OffsetBuffer;

use super::outputs::{
    ANNUAL_SETTLEMENTS, CATEGORIES, IMPROVEMENTS, INDICATORS, MONTHLY_ASSESSMENTS, OutputTable, QUALITY, QUARANTINE,
    SCORES, counted_score, counted_score_fields,
};
use crate::assessments::{annual::Settlement, marketing::Admission, monthly::MonthlyAssessment};
use crate::calendar::Year;
use crate::categories::{Spread, Spreads};
use crate::domain::{Day, Tier};
use crate::error::{Outcome, fault};
use crate::extracts::quarantine::QuarantinedRow;
use crate::improvements::Improvement;
use crate::indicators::Indicator;
use crate::quality::QualityRow;
use crate::ranking::{Measured, Ranking, assessed::Assessed};
use crate::rulebook::Decimal4;
use crate::scores::ScoredShop;

const STAGE: &str = "batches";

pub(crate) fn scores(
    assessed: &[Assessed<'_>],
    scored: &[ScoredShop],
    admissions: &[Admission],
    as_of: Day,
) -> Outcome<RecordBatch> {
    let shops = || assessed.iter().map(|assessed| assessed.shop);
    let scores = || scored.iter().map(|scored| scored.score);
    let mut columns = vec![
        integers(shops().map(|shop| shop.shop_id)),
        day(as_of, assessed.len()),
        texts(shops().map(|shop| shop.name.as_str())),
        texts(shops().map(|shop| shop.primary_category.as_str())),
        texts(shops().map(|shop| shop.primary_subcategory.as_deref())),
        texts(scored.iter().map(|scored| scored.assessment_category.as_deref())),
        floats(scores().map(|score| score.score.map(Decimal4::as_f64))),
    ];
    let dimensions = scores().map(|score| score.dimensions.map(|score| score.map(Decimal4::as_f64)));
    columns.extend(floats_by_place(dimensions));
    columns.extend(floats_by_place(scores().map(|score| score.weight_percents)));
    columns.extend([
        floats(admissions.iter().map(|admission| admission.least.as_f64())),
        booleans(admissions.iter().map(|admission| admission.is_eligible)),
        texts(scored.iter().map(|scored| scored.unscored_reason.map(Into::into))),
    ]);
    batch(&SCORES, columns)
}

pub(crate) fn indicators(assessed: &[Assessed<'_>], ranking: &Ranking, as_of: Day) -> Outcome<RecordBatch> {
    let mut rows: Vec<(&Assessed<'_>, Indicator, &Measured)> = Vec::new();
    for (place, shop) in assessed.iter().enumerate() {
        for indicator in Indicator::ALL {
            rows.extend(ranking.of(place, indicator)?.map(|measured| (shop, indicator, measured)));
        }
    }
    let standing = || rows.iter().map(|(_, _, measured)| measured.standing);
    let columns = vec![
        integers(rows.iter().map(|(shop, ..)| shop.shop.shop_id)),
        texts(rows.iter().map(|(_, indicator, _)| indicator.name())),
        day(as_of, rows.len()),
        texts(rows.iter().map(|(shop, ..)| shop.shop.primary_category.as_str())),
        texts(rows.iter().map(|(_, indicator, _)| indicator.spec().dimension.name())),
        integers(rows.iter().map(|(.., measured)| measured.numerator)),
        integers(rows.iter().map(|(.., measured)| measured.denominator)),
        floats(standing().map(|standing| standing.map(|standing| standing.value))),
        integers(standing().map(|standing| standing.map(|standing| standing.better))),
        integers(standing().map(|standing| standing.map(|standing| standing.ranked))),
        integers(standing().map(|standing| standing.map(|standing| standing.tier.points()))),
    ];
    batch(&INDICATORS, columns)
}

pub(crate) fn improvements(assessed: &[Assessed<'_>], rows: &[Improvement], as_of: Day) -> Outcome<RecordBatch> {
    let count = rows.len();
    let rows = || rows.iter();
    let shop_of = |row: &Improvement| assessed.get(row.place).map(|shop| shop.shop.shop_id);
    let shop_ids: Option<Vec<i64>> = rows().map(shop_of).collect();
    let shop_ids = shop_ids.ok_or_else(|| fault(STAGE, "an improvement of a shop that is not present"))?;
    let columns = vec![
        integers(shop_ids.into_iter()),
        texts(rows().map(|row| row.indicator.name())),
        day(as_of, count),
        integers(rows().map(|row| row.tier.points())),
        integers(rows().map(|row| row.next_tier.points())),
        floats(rows().map(|row| row.value)),
        floats(rows().map(|row| row.value_to_reach)),
        floats(rows().map(|row| row.score_gain.as_f64())),
    ];
    batch(&IMPROVEMENTS, columns)
}

pub(crate) fn categories(groups: &[String], spreads: &Spreads, as_of: Day) -> Outcome<RecordBatch> {
    // A group without a name would be a null, which the declaration refuses.
    let name = |group: u32| groups.get(group as usize).map(String::as_str);
    let mut columns = vec![
        texts(spreads.keys().map(|(group, _)| name(*group))),
        texts(spreads.keys().map(|(_, indicator)| indicator.name())),
        day(as_of, spreads.len()),
        counts(spreads.values().map(Spread::ranked))?,
    ];
    // From the lowest to the highest value.
    columns.extend((0..=4).map(|quarter| floats(spreads.values().map(|spread| spread.quarter(quarter)))));
    let with_an_edge = Tier::ALL.into_iter().filter(|tier| tier.points() > 0);
    columns.extend(with_an_edge.map(|tier| floats(spreads.values().map(|spread| spread.edge(tier)))));
    columns.extend(Tier::ALL.map(|tier| integers(spreads.values().map(|spread| spread.holders(tier)))));
    batch(&CATEGORIES, columns)
}

pub(crate) fn quality(rows: &[QualityRow]) -> Outcome<RecordBatch> {
    let columns = vec![
        texts(rows.iter().map(|row| row.table)),
        days(rows.iter().map(|row| row.day)),
        texts(rows.iter().map(|row| row.reason)),
        integers(rows.iter().map(|row| row.rows)),
    ];
    batch(&QUALITY, columns)
}

/// `quarantine`: the quarantined rows of one day, sorted.
pub(crate) fn quarantine(rows: &[QuarantinedRow]) -> Outcome<RecordBatch> {
    let columns = vec![
        texts(rows.iter().map(|row| row.table)),
        integers(rows.iter().map(|row| row.key)),
        texts(rows.iter().map(|row| row.reason)),
        texts(rows.iter().map(|row| row.row.as_str())),
    ];
    batch(&QUARANTINE, columns)
}

pub(crate) fn monthly_assessments(assessments: &[MonthlyAssessment]) -> Outcome<RecordBatch> {
    let rows = || assessments.iter();
    let columns = vec![
        integers(rows().map(|row| row.shop_id)),
        texts(rows().map(|row| row.primary_category.as_str())),
        floats(rows().map(|row| row.score.map(Decimal4::as_f64))),
        floats(rows().map(|row| row.monthly_min.map(Decimal4::as_f64))),
        texts(rows().map(|row| row.status.name())),
        integers(rows().map(|row| row.failures_this_year)),
        integers(rows().map(|row| row.failure_limit)),
    ];
    batch(&MONTHLY_ASSESSMENTS, columns)
}

pub(crate) fn settlements(settlements: &[Settlement], year: Year, as_of: Day) -> Outcome<RecordBatch> {
    let rows = || settlements.iter();
    let is_provisional = as_of < year.last_day();
    let columns = vec![
        integers(rows().map(|row| row.shop_id)),
        day(as_of, settlements.len()),
        booleans(rows().map(|_| is_provisional)),
        texts(rows().map(|row| row.basis.name())),
        counted_scores(settlements)?,
        counts(rows().map(|row| row.months.len()))?,
        floats(rows().map(|row| row.average.map(Decimal4::as_f64))),
        texts(rows().map(|row| row.sales.top_category.as_deref())),
        integers(rows().map(|row| row.sales.amount_fen)),
        floats(rows().map(|row| row.annual_min.as_f64())),
        booleans(rows().map(|row| row.is_qualified)),
        integers(rows().map(|row| row.annual_fee_fen)),
        integers(rows().map(|row| row.refund_fen)),
    ];
    batch(&ANNUAL_SETTLEMENTS, columns)
}

fn counted_scores(settlements: &[Settlement]) -> Outcome<ArrayRef> {
    let all = || settlements.iter().flat_map(|row| &row.months);
    let fields = vec![
        days(all().map(|counted| counted.day)),
        floats(all().map(|counted| counted.score.as_f64())),
        integers(all().map(|counted| counted.revision)),
    ];
    let scores = StructArray::try_new(counted_score_fields(), fields, None).map_err(|error| fault(STAGE, error))?;
    let lengths = OffsetBuffer::from_lengths(settlements.iter().map(|row| row.months.len()));
    let lists = ListArray::try_new(Arc::new(counted_score()), lengths, Arc::new(scores), None);
    Ok(Arc::new(lists.map_err(|error| fault(STAGE, error))?))
}

fn batch(table: &OutputTable, columns: Vec<ArrayRef>) -> Outcome<RecordBatch> {
    RecordBatch::try_new(table.schema(), columns).map_err(|error| fault(STAGE, format!("{}: {error}", table.name)))
}

fn integers<V: Into<Option<i64>>>(values: impl Iterator<Item = V>) -> ArrayRef {
    Arc::new(values.map(Into::into).collect::<Int64Array>())
}

fn counts(values: impl Iterator<Item = usize>) -> Outcome<ArrayRef> {
    let counts = values.map(|count| i64::try_from(count).map_err(|error| fault(STAGE, error)));
    Ok(Arc::new(Int64Array::from(counts.collect::<Outcome<Vec<i64>>>()?)))
}

fn floats<V: Into<Option<f64>>>(values: impl Iterator<Item = V>) -> ArrayRef {
    Arc::new(values.map(Into::into).collect::<Float64Array>())
}

/// One array a place of the rows.
fn floats_by_place<const N: usize>(rows: impl Iterator<Item = [Option<f64>; N]>) -> impl Iterator<Item = ArrayRef> {
    let mut columns = [const { Vec::new() }; N];
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns.into_iter().map(|column| floats(column.into_iter()))
}

fn texts<'a, V: Into<Option<&'a str>>>(values: impl Iterator<Item = V>) -> ArrayRef {
    Arc::new(values.map(Into::into).collect::<StringArray>())
}

fn days(values: impl Iterator<Item = Day>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(values.map(Day::epoch_days)))
}

/// The same day in `count` rows.
fn day(day: Day, count: usize) -> ArrayRef {
    days(repeat_n(day, count))
}

fn booleans(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}
