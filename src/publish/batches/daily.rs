//! The figures of a night as Arrow batches.

use arrow::array::RecordBatch;

use super::arrays::{
    STAGE, batch, booleans, counts, day, days, floats, floats_by_place, integers, optional_integers, texts,
};
use crate::assessments::marketing::Admission;
use crate::categories::{Spread, Spreads};
use crate::domain::{Day, Tier};
use crate::error::{Outcome, fault};
use crate::extracts::quarantine::QuarantinedRow;
use crate::improvements::Improvement;
use crate::indicators::Indicator;
use crate::publish::outputs::{CATEGORIES, IMPROVEMENTS, INDICATORS, QUALITY, QUARANTINE, SCORES};
use crate::quality::QualityRow;
use crate::ranking::assessed::Assessed;
use crate::ranking::{Measured, Ranking};
use crate::rulebook::Decimal4;
use crate::scores::ScoredShop;

/// `scores`: one row a present shop.
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
        texts(shops().map(|shop| Some(shop.name.as_str()))),
        texts(shops().map(|shop| Some(shop.primary_category.as_str()))),
        texts(shops().map(|shop| shop.primary_subcategory.as_deref())),
        texts(scored.iter().map(|scored| scored.assessment_category.as_deref())),
        floats(scores().map(|score| score.score.map(Decimal4::as_f64))),
    ];
    columns.extend(floats_by_place(
        scores().map(|score| score.dimensions.map(|dimension| dimension.map(Decimal4::as_f64))),
    ));
    columns.extend(floats_by_place(scores().map(|score| score.weight_percents)));
    columns.extend([
        floats(admissions.iter().map(|admission| Some(admission.least.as_f64()))),
        booleans(admissions.iter().map(|admission| admission.is_eligible)),
        texts(scored.iter().map(|scored| scored.unscored_reason.map(Into::into))),
    ]);
    batch(&SCORES, columns)
}

/// `indicators`: one row a present shop and indicator that it is assessed by.
pub(crate) fn indicators(assessed: &[Assessed<'_>], ranking: &Ranking, as_of: Day) -> Outcome<RecordBatch> {
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
            day(as_of, rows.len()),
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
pub(crate) fn improvements(
    assessed: &[Assessed<'_>],
    improvements: &[Improvement],
    as_of: Day,
) -> Outcome<RecordBatch> {
    let rows = || improvements.iter();
    let shop_of = |row: &Improvement| assessed.get(row.place).map(|shop| shop.shop.shop_id);
    let shop_ids: Option<Vec<i64>> = rows().map(shop_of).collect();
    let shop_ids = shop_ids.ok_or_else(|| fault(STAGE, "an improvement of a shop that is not present"))?;
    batch(
        &IMPROVEMENTS,
        vec![
            integers(shop_ids.into_iter()),
            texts(rows().map(|row| Some(row.indicator.name()))),
            day(as_of, improvements.len()),
            integers(rows().map(|row| row.tier.points())),
            integers(rows().map(|row| row.next_tier.points())),
            floats(rows().map(|row| Some(row.value))),
            floats(rows().map(|row| Some(row.value_to_reach))),
            floats(rows().map(|row| Some(row.score_gain.as_f64()))),
        ],
    )
}

/// `categories`: one row a group and indicator with ranked shops.
pub(crate) fn categories(groups: &[String], spreads: &Spreads, as_of: Day) -> Outcome<RecordBatch> {
    const LOWEST_TO_HIGHEST: [usize; 5] = [0, 1, 2, 3, 4];
    // A group without a name would be a null, which the declaration refuses.
    let name = |group: u32| groups.get(group as usize).map(String::as_str);
    let mut columns = vec![
        texts(spreads.keys().map(|(group, _)| name(*group))),
        texts(spreads.keys().map(|(_, indicator)| Some(indicator.name()))),
        day(as_of, spreads.len()),
        counts(spreads.values().map(Spread::ranked))?,
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
pub(crate) fn quality(rows: &[QualityRow]) -> Outcome<RecordBatch> {
    batch(
        &QUALITY,
        vec![
            texts(rows.iter().map(|row| Some(row.table))),
            days(rows.iter().map(|row| row.day)),
            texts(rows.iter().map(|row| Some(row.reason))),
            integers(rows.iter().map(|row| row.rows)),
        ],
    )
}

/// `quarantine`: the quarantined rows of one day, sorted.
pub(crate) fn quarantine(rows: &[QuarantinedRow]) -> Outcome<RecordBatch> {
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
