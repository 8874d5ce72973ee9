//! The records behind a shop's indicators, those that pull them down most first.
//!
//! Grain in: the shop's stored sums by day, the stored appeals, and its rows in the extracts, as far as they are
//! [wanted](super::wanted_rows). Grain out: one row a record, of consultations one a sub-account, buyer and day, as they are counted. What a
//! record lacks is what parts it from the best that it could add: five stars, in time, answered, no dispute, no seconds. Its share
//! of the damage is that, of what the published figures lack in all: the shares of all records that count add up to 1. First come those
//! that lack most, of equal ones the newest, then by key and time. Records that appeals took out and quarantined rows stand apart: they
//! do no damage.

use super::Explanation;
use super::asked::Asked;
use super::one_indicator::{Behind, Sources};
use super::retracted::retracted;
use super::stored;
use super::told_records::IndicatorRecords;
use super::wanted_rows::wanted;
use crate::error::Outcome;
use crate::indicators::Indicator;
use crate::partials::measures;
use crate::publish::counted;
use crate::state::rehearsal::Keeping;
use crate::table_days::dependencies::Terms;
use crate::table_days::rows_of_shop::ShopRows;
use crate::threads::on_pool;

/// Which records are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed {
    pub(crate) only: Option<Indicator>,
    /// How many records an indicator.
    pub(crate) limit: usize,
}

/// The records behind the indicators of an explained shop.
pub(crate) fn behind(asked: &Asked<'_>, explained: &Explanation, listed: Listed) -> Outcome<Vec<IndicatorRecords>> {
    let (counted, store) = (counted(asked.seen, asked.as_of)?, stored::store(asked)?);
    let (retracted, appeals_unknown) = retracted(asked, &store, &counted)?;
    let told = explained.indicators.iter().filter(|figures| listed.only.is_none_or(|only| only == figures.of));
    let told = told.filter_map(|figures| Some((figures, measures::with(figures.of.spec().numerator)?)));
    let told: Vec<_> = told.collect();
    let indicators: Vec<_> = told.iter().map(|(figures, spec)| (spec.table, figures.of)).collect();
    let wanted = wanted(&indicators, &explained.days, &retracted, listed.limit);
    let terms = Terms { settings: asked.settings, rulebook: asked.rulebook, keeping: Keeping::InState };
    let tables = indicators.iter().map(|(table, _)| *table).collect();
    let counted = (asked.settings.window(asked.as_of), &counted);
    let rows = on_pool(|| ShopRows::of(terms, &store, &tables, counted, asked.shop_id))?;
    let read = on_pool(|| rows.read(&wanted))?;
    let sources = Sources { rows, wanted, read, sums: &explained.days, retracted };
    let behind = told.into_iter().map(|(figures, spec)| {
        let mut behind = Behind::of(figures, spec, &sources).records(listed.limit)?;
        behind.unknown_days.extend(appeals_unknown.iter().filter(|_| spec.has_records()).cloned());
        Ok(behind)
    });
    behind.collect()
}
