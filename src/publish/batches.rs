//! Rows of the published tables as Arrow batches, in the grain, columns and order that [`outputs`](super::outputs)
//! declares. Nothing is computed here; figures that do not fit the declaration are a fault.

use std::iter::repeat_n;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow::buffer::OffsetBuffer;

use super::outputs::{
    ANNUAL_SETTLEMENTS, CATEGORIES, IMPROVEMENTS, INDICATORS, MONTHLY_ASSESSMENTS, OUTLOOK, OutputTable, QUALITY,
    QUARANTINE, SCORES, counted_score, counted_score_fields,
};
use crate::assessments::monthly::{MonthlyAssessment, Risk, Status};
use crate::assessments::{MonthEndScore, annual::Settlement, marketing::Admission};
use crate::calendar::Year;
use crate::categories::Spreads;
use crate::domain::{Day, Tier};
use crate::error::{Outcome, fault};
use crate::extracts::quarantine::QuarantinedRow;
use crate::improvements::Improvement;
use crate::indicators::Indicator;
use crate::outlook::{Horizon, Prospect};
use crate::quality::QualityRow;
use crate::ranking::assessed::{Assessed, Present};
use crate::ranking::{Measured, Ranking};
use crate::rulebook::Decimal4;
use crate::scores::{Score, unscored_reason};
use crate::shops::Shop;

const STAGE: &str = "batches";

/// Some of the present shops, the score of each and its admission.
pub(crate) fn scores(
    present: &Present<'_>,
    assessed: &[Assessed<'_>],
    scores: &[Score],
    admissions: &[Admission],
    as_of: Day,
) -> Outcome<RecordBatch> {
    let shops = || assessed.iter().map(|assessed| assessed.shop);
    let categories = assessed.iter().map(|assessed| Some(assessed.assessment?.weights.assessment_category()));
    let reasons = assessed.iter().zip(scores).map(|(shop, score)| unscored_reason(shop, score).map(Into::into));
    let mut columns = vec![
        integers(shops().map(|shop| shop.shop_id)),
        day(as_of, assessed.len()),
        texts(shops().map(|shop| &shop.name)),
        texts(shops().map(|shop| &shop.primary_category)),
        texts_or_null(shops().map(|shop| shop.primary_subcategory.as_ref())),
        texts_or_null(categories),
        integers(shops().map(|shop| present.assessed_in(&shop.primary_category))),
        floats_or_null(scores.iter().map(|score| score.score.map(Decimal4::as_f64))),
    ];
    let dimensions = scores.iter().map(|score| score.dimensions.map(|score| score.map(Decimal4::as_f64)));
    columns.extend(floats_by_place(dimensions));
    columns.extend(floats_by_place(scores.iter().map(|score| score.weight_percents)));
    columns.extend([
        floats(admissions.iter().map(|admission| admission.least.as_f64())),
        booleans(admissions.iter().map(|admission| admission.is_eligible)),
        texts_or_null::<&str>(reasons),
    ]);
    batch(&SCORES, columns)
}

/// The indicators of the present shops at these places.
pub(crate) fn indicators(ranking: &Ranking<'_>, places: Range<usize>, as_of: Day) -> Outcome<RecordBatch> {
    let mut rows: Vec<(&Shop, Indicator, Measured)> = Vec::new();
    for place in places {
        let shop = ranking.shop(place)?.shop;
        for indicator in Indicator::ALL {
            rows.extend(ranking.of(place, indicator)?.map(|measured| (shop, indicator, measured)));
        }
    }
    let standing = || rows.iter().map(|(_, _, measured)| measured.standing);
    let spec = || rows.iter().map(|(_, indicator, _)| indicator.spec());
    let columns = vec![
        integers(rows.iter().map(|(shop, ..)| shop.shop_id)),
        texts(rows.iter().map(|(_, indicator, _)| indicator.name())),
        day(as_of, rows.len()),
        texts(rows.iter().map(|(shop, ..)| &shop.name)),
        texts(rows.iter().map(|(shop, ..)| &shop.primary_category)),
        texts(spec().map(|spec| spec.dimension.name())),
        texts(spec().map(|spec| <&str>::from(spec.unit))),
        texts(spec().map(|spec| <&str>::from(spec.better))),
        integers(rows.iter().map(|(.., measured)| measured.numerator)),
        integers(rows.iter().map(|(.., measured)| measured.denominator)),
        floats_or_null(standing().map(|standing| Some(standing?.value))),
        integers_or_null(standing().map(|standing| Some(standing?.better))),
        integers_or_null(standing().map(|standing| Some(standing?.ranked))),
        integers_or_null(standing().map(|standing| Some(standing?.tier.points()))),
    ];
    batch(&INDICATORS, columns)
}

pub(crate) fn improvements(improvements: &[Improvement<'_>], as_of: Day) -> Outcome<RecordBatch> {
    let rows = || improvements.iter();
    let columns = vec![
        integers(rows().map(|row| row.shop.shop_id)),
        texts(rows().map(|row| row.indicator.name())),
        day(as_of, improvements.len()),
        texts(rows().map(|row| &row.shop.name)),
        texts(rows().map(|row| &row.shop.primary_category)),
        texts(rows().map(|row| <&str>::from(row.indicator.spec().unit))),
        texts(rows().map(|row| <&str>::from(row.indicator.spec().better))),
        integers(rows().map(|row| row.tier.points())),
        integers(rows().map(|row| row.next_tier.points())),
        floats(rows().map(|row| row.value)),
        floats(rows().map(|row| row.value_to_reach)),
        floats(rows().map(|row| row.score_gain.as_f64())),
    ];
    batch(&IMPROVEMENTS, columns)
}

/// The spreads of groups, whose names come by their numbers.
pub(crate) fn categories(present: &Present<'_>, spreads: &Spreads, as_of: Day) -> Outcome<RecordBatch> {
    let rows = || spreads.iter().map(|(.., spread)| spread);
    // A group without a name would be a null, which the declaration refuses.
    let name = |group: usize| present.groups.get(group).map(|group| &group.name);
    let mut columns = vec![
        texts_or_null(spreads.iter().map(|(group, ..)| name(group))),
        texts(spreads.iter().map(|(_, indicator, _)| indicator.name())),
        day(as_of, rows().count()),
        counts(rows().map(|spread| spread.ranked))?,
    ];
    columns.extend(floats_by_place(rows().map(|spread| spread.quarters.map(Some))));
    columns.extend([floats(rows().map(|spread| spread.mean)), floats(rows().map(|spread| spread.best_tenth))]);
    let with_an_edge = Tier::ALL.into_iter().filter(|tier| tier.points() > 0);
    columns.extend(with_an_edge.map(|tier| floats_or_null(rows().map(|spread| spread.edge(tier)))));
    columns.extend(Tier::ALL.map(|tier| integers(rows().map(|spread| spread.holders(tier)))));
    batch(&CATEGORIES, columns)
}

/// Some of the present shops and the prospect of each.
pub(crate) fn outlook(shops: &[&Shop], prospects: &[Prospect], horizon: Horizon, as_of: Day) -> Outcome<RecordBatch> {
    let Horizon { month_end, days_known } = horizon;
    let columns = vec![
        integers(shops.iter().map(|shop| shop.shop_id)),
        day(as_of, shops.len()),
        texts(shops.iter().map(|shop| &shop.name)),
        texts(shops.iter().map(|shop| &shop.primary_category)),
        day(month_end, shops.len()),
        counts(repeat_n(days_known, shops.len()))?,
        floats_or_null(prospects.iter().map(|prospect| prospect.score.map(Decimal4::as_f64))),
        floats_or_null(prospects.iter().map(|prospect| prospect.monthly_min.map(Decimal4::as_f64))),
        texts_or_null(prospects.iter().map(|prospect| prospect.verdict.map(Status::name))),
    ];
    batch(&OUTLOOK, columns)
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
        integers_or_null(rows.iter().map(|row| row.key)),
        texts(rows.iter().map(|row| row.reason)),
        texts(rows.iter().map(|row| &row.row)),
    ];
    batch(&QUARANTINE, columns)
}

/// The scores of a month end, the name of each shop and its assessment.
pub(crate) fn monthly_assessments(
    names: &[String],
    scores: &[MonthEndScore],
    assessments: &[MonthlyAssessment],
) -> Outcome<RecordBatch> {
    let rows = || assessments.iter();
    let columns = vec![
        integers(scores.iter().map(|month| month.shop_id)),
        texts(names.iter()),
        texts(scores.iter().map(|month| &month.primary_category)),
        floats_or_null(scores.iter().map(|month| month.score.map(Decimal4::as_f64))),
        days_or_null(rows().map(|row| row.cycle_starts_on)),
        floats_or_null(rows().map(|row| row.monthly_min.map(Decimal4::as_f64))),
        texts(rows().map(|row| row.status.name())),
        integers(rows().map(|row| row.failures)),
        integers_or_null(rows().map(|row| row.failure_limit)),
        integers_or_null(rows().map(MonthlyAssessment::failures_left)),
        texts_or_null(rows().map(|row| row.risk().map(Risk::name))),
    ];
    batch(&MONTHLY_ASSESSMENTS, columns)
}

pub(crate) fn settlements(settlements: &[Settlement], year: Year, as_of: Day) -> Outcome<RecordBatch> {
    let rows = || settlements.iter();
    let is_provisional = as_of < year.last_day();
    let columns = vec![
        integers(rows().map(|row| row.shop_id)),
        day(as_of, settlements.len()),
        texts(rows().map(|row| &row.shop_name)),
        booleans(rows().map(|_| is_provisional)),
        texts(rows().map(|row| row.basis.name())),
        counted_scores(settlements)?,
        counts(rows().map(|row| row.months.len()))?,
        floats_or_null(rows().map(|row| row.average.map(Decimal4::as_f64))),
        texts_or_null(rows().map(|row| row.top_category.as_ref())),
        integers(rows().map(|row| row.sales_fen)),
        floats(rows().map(|row| row.annual_min.as_f64())),
        booleans(rows().map(|row| row.is_qualified)),
        integers(rows().map(|row| row.charged_months)),
        integers(rows().map(|row| row.annual_fee_fen)),
        integers(rows().map(|row| row.fee_fen)),
        integers(rows().map(|row| row.refund_fen)),
    ];
    batch(&ANNUAL_SETTLEMENTS, columns)
}

fn counted_scores(settlements: &[Settlement]) -> Outcome<ArrayRef> {
    let all = || settlements.iter().flat_map(|row| &row.months);
    let fields = vec![
        days(all().map(|counted| counted.day)),
        floats(all().map(|counted| counted.score.as_f64())),
        integers_or_null(all().map(|counted| counted.revision)),
    ];
    let scores = StructArray::try_new(counted_score_fields(), fields, None).map_err(|error| fault(STAGE, error))?;
    let lengths = OffsetBuffer::from_lengths(settlements.iter().map(|row| row.months.len()));
    let lists = ListArray::try_new(Arc::new(counted_score()), lengths, Arc::new(scores), None);
    Ok(Arc::new(lists.map_err(|error| fault(STAGE, error))?))
}

fn batch(table: &OutputTable, columns: Vec<ArrayRef>) -> Outcome<RecordBatch> {
    RecordBatch::try_new(table.schema(), columns).map_err(|error| fault(STAGE, format!("{}: {error}", table.name)))
}

fn integers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn integers_or_null(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn counts(values: impl Iterator<Item = usize>) -> Outcome<ArrayRef> {
    let counts = values.map(|count| i64::try_from(count).map_err(|error| fault(STAGE, error)));
    Ok(Arc::new(Int64Array::from(counts.collect::<Outcome<Vec<i64>>>()?)))
}

fn floats(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values))
}

fn floats_or_null(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

/// One array a place of the rows.
fn floats_by_place<const N: usize>(
    rows: impl Iterator<Item = [Option<f64>; N]> + Clone,
) -> impl Iterator<Item = ArrayRef> {
    (0..N).map(move |place| floats_or_null(rows.clone().map(|row| row.get(place).copied().flatten())))
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn texts_or_null<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn days(values: impl Iterator<Item = Day>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(values.map(Day::epoch_days)))
}

fn days_or_null(values: impl Iterator<Item = Option<Day>>) -> ArrayRef {
    Arc::new(values.map(|day| day.map(Day::epoch_days)).collect::<Date32Array>())
}

/// The same day in `count` rows.
fn day(day: Day, count: usize) -> ArrayRef {
    days(repeat_n(day, count))
}

fn booleans(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}
