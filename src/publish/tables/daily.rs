//! The figures of a night as Arrow batches.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch};

use super::{STAGE, batch, booleans, days, floats, integers, optional_integers, texts};
use crate::assessments::marketing::is_eligible;
use crate::categories::Spreads;
use crate::domain::{Day, Tier};
use crate::error::{Outcome, fault};
use crate::extracts::quarantine::QuarantinedRow;
use crate::improvements::Improvement;
use crate::indicators::Indicator;
use crate::publish::outputs::{CATEGORIES, IMPROVEMENTS, INDICATORS, QUALITY, QUARANTINE, SCORES};
use crate::quality::QualityRow;
use crate::ranking::assessed::Assessed;
use crate::ranking::{Measured, Ranking};
use crate::rulebook::{Decimal4, Rulebook, ThresholdRow};
use crate::scores::{ScoredShop, UnscoredReason};

/// `scores`: one row a present shop.
///
/// # Errors
/// A fault where the figures do not fit the declaration.
pub fn scores(
    assessed: &[Assessed<'_>],
    scored: &[ScoredShop],
    rulebook: &Rulebook,
    as_of: Day,
) -> Outcome<RecordBatch> {
    let mut known: BTreeMap<&str, &ThresholdRow> = BTreeMap::new();
    let mut thresholds = Vec::with_capacity(assessed.len());
    for shop in assessed {
        let category = shop.shop.primary_category.as_str();
        if !known.contains_key(category) {
            let row = rulebook.thresholds.row(as_of, category);
            known.insert(category, row.ok_or_else(|| fault(STAGE, format!("no thresholds for {category}")))?);
        }
        thresholds.extend(known.get(category).copied());
    }
    let shops = || assessed.iter().map(|assessed| assessed.shop);
    let eligible = scored.iter().zip(&thresholds).map(|(scored, row)| is_eligible(scored.score.score, row));
    let mut columns = vec![
        integers(shops().map(|shop| shop.shop_id)),
        days(as_of, assessed.len()),
        texts(shops().map(|shop| Some(shop.name.as_str()))),
        texts(shops().map(|shop| Some(shop.primary_category.as_str()))),
        texts(shops().map(|shop| shop.primary_subcategory.as_deref())),
        texts(scored.iter().map(|scored| scored.assessment_category.as_deref())),
        floats(scored.iter().map(|scored| scored.score.score.map(Decimal4::as_f64))),
    ];
    for place in 0..crate::domain::Dimension::ALL.len() {
        let score = |scored: &ScoredShop| scored.score.dimensions.get(place).copied().flatten();
        columns.push(floats(scored.iter().map(|scored| score(scored).map(Decimal4::as_f64))));
    }
    for place in 0..crate::domain::Dimension::ALL.len() {
        let percent = |scored: &ScoredShop| scored.score.weight_percents.get(place).copied().flatten();
        columns.push(floats(scored.iter().map(percent)));
    }
    columns.extend([
        floats(thresholds.iter().map(|row| Some(row.marketing_min.as_f64()))),
        booleans(eligible),
        texts(scored.iter().map(|scored| scored.unscored_reason.map(UnscoredReason::name))),
    ]);
    batch(&SCORES, columns)
}

/// `indicators`: one row a present shop and indicator that it is assessed by.
///
/// # Errors
/// A fault where the figures do not fit the declaration.
pub fn indicators(assessed: &[Assessed<'_>], ranking: &Ranking, as_of: Day) -> Outcome<RecordBatch> {
    let mut rows: Vec<(&Assessed<'_>, Indicator, &Measured)> = Vec::new();
    for (place, shop) in assessed.iter().enumerate() {
        for indicator in Indicator::ALL {
            rows.extend(ranking.of(place, indicator)?.map(|measured| (shop, indicator, measured)));
        }
    }
    let standing = || rows.iter().map(|(_, _, measured)| measured.standing);
    batch(
        &INDICATORS,
        vec![
            integers(rows.iter().map(|(shop, ..)| shop.shop.shop_id)),
            texts(rows.iter().map(|(_, indicator, _)| Some(indicator.name()))),
            days(as_of, rows.len()),
            texts(rows.iter().map(|(shop, ..)| Some(shop.shop.primary_category.as_str()))),
            texts(rows.iter().map(|(_, indicator, _)| Some(indicator.spec().dimension.name()))),
            integers(rows.iter().map(|(.., measured)| measured.numerator)),
            integers(rows.iter().map(|(.., measured)| measured.denominator)),
            floats(standing().map(|standing| standing.map(|standing| standing.value))),
            optional_integers(standing().map(|standing| standing.map(|standing| standing.better))),
            optional_integers(standing().map(|standing| standing.map(|standing| standing.ranked))),
            optional_integers(standing().map(|standing| standing.map(|standing| standing.tier.points()))),
        ],
    )
}

/// `improvements`: one row a scored shop and indicator below tier 5.
///
/// # Errors
/// A fault where the figures do not fit the declaration.
pub fn improvements(
    assessed: &[Assessed<'_>],
    improvements: &[Improvement],
    as_of: Day,
) -> Outcome<RecordBatch> {
    let shop_of = |improvement: &Improvement| assessed.get(improvement.place).map(|shop| shop.shop.shop_id);
    let shop_ids: Vec<i64> = improvements.iter().filter_map(shop_of).collect();
    let rows = || improvements.iter();
    batch(
        &IMPROVEMENTS,
        vec![
            integers(shop_ids.into_iter()),
            texts(rows().map(|row| Some(row.indicator.name()))),
            days(as_of, improvements.len()),
            integers(rows().map(|row| row.tier.points())),
            integers(rows().map(|row| row.next_tier.points())),
            floats(rows().map(|row| Some(row.value))),
            floats(rows().map(|row| Some(row.value_to_reach))),
            floats(rows().map(|row| Some(row.score_gain.as_f64()))),
        ],
    )
}

/// `categories`: one row a group and indicator with ranked shops.
///
/// # Errors
/// A fault where the figures do not fit the declaration.
pub fn categories(groups: &[String], spreads: &Spreads, as_of: Day) -> Outcome<RecordBatch> {
    const LOWEST_TO_HIGHEST: [usize; 5] = [0, 1, 2, 3, 4];
    let name = |group: u32| groups.get(group as usize).map(String::as_str);
    let ranked = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut columns = vec![
        texts(spreads.keys().map(|(group, _)| name(*group))),
        texts(spreads.keys().map(|(_, indicator)| Some(indicator.name()))),
        days(as_of, spreads.len()),
        integers(spreads.values().map(|spread| ranked(spread.ranked()))),
    ];
    for quarter in LOWEST_TO_HIGHEST {
        columns.push(floats(spreads.values().map(|spread| spread.quarter(quarter))));
    }
    let with_an_edge = Tier::ALL.into_iter().filter(|tier| tier.points() > 0);
    columns.extend(with_an_edge.map(|tier| floats(spreads.values().map(|spread| spread.edge(tier)))));
    columns.extend(Tier::ALL.map(|tier| integers(spreads.values().map(|spread| spread.holders(tier)))));
    batch(&CATEGORIES, columns)
}

/// `quality`: one row a table, day and reason.
///
/// # Errors
/// A fault where the figures do not fit the declaration.
pub fn quality(rows: &[QualityRow]) -> Outcome<RecordBatch> {
    batch(
        &QUALITY,
        vec![
            texts(rows.iter().map(|row| Some(row.table))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.day.epoch_days()))) as ArrayRef,
            texts(rows.iter().map(|row| Some(row.reason))),
            integers(rows.iter().map(|row| row.rows)),
        ],
    )
}

/// `quarantine`: the quarantined rows of one day, sorted.
///
/// # Errors
/// A fault where the rows do not fit the declaration.
pub fn quarantine(rows: &[QuarantinedRow]) -> Outcome<RecordBatch> {
    batch(
        &QUARANTINE,
        vec![
            texts(rows.iter().map(|row| Some(row.table))),
            optional_integers(rows.iter().map(|row| row.key)),
            texts(rows.iter().map(|row| Some(row.reason))),
            texts(rows.iter().map(|row| Some(row.row.as_str()))),
        ],
    )
}
