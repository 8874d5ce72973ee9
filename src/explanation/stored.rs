//! What the state folder keeps of a shop's days, beside what a published night made of them.
//!
//! In: the table-days that the night counted, and the stored partials. Out: the shop's sums by
//! table and day, what appeals took out (the days' sums less the published ones), and the days that are not known.

use std::collections::BTreeMap;

use serde::Serialize;

use super::asked::Asked;
use crate::domain::Day;
use crate::error::Outcome;
use crate::indicators::Indicator;
use crate::partials::records::TableDay;
use crate::state::rehearsal::Keeping;
use crate::state::store::Store;
use crate::table_days::of_shop::{ShopDays, WhyUnknown, of_shop};
use crate::threads::on_pool;

/// What appeals took out of an indicator's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct TakenOut {
    pub(crate) numerator: i64,
    pub(crate) denominator: i64,
}

/// Days of a table, from the first to the last, whose figures are not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnknownDays {
    /// The table that lacks them.
    pub(crate) table: &'static str,
    /// The first of them.
    pub(crate) first: Day,
    /// The last of them.
    pub(crate) last: Day,
    /// not_stored, damaged, changed_since (delivered again after the night), or of records expired: their extracts are gone.
    pub(crate) reason: &'static str,
}

/// What is stored of the shop on the days that the night counted.
pub(super) fn days(asked: &Asked<'_>, counted: &BTreeMap<TableDay, i64>) -> Outcome<ShopDays> {
    let store = store(asked)?;
    on_pool(|| of_shop(&store, asked.shop_id, counted))
}

/// The state folder, to read from.
pub(super) fn store<'a>(asked: &Asked<'a>) -> Outcome<Store<'a>> {
    Store::open(&asked.settings.state, false, Keeping::InState)
}

/// What appeals took out of an indicator, given its published figures; why it is not known where it is not.
pub(super) fn taken_out(
    days: &ShopDays,
    indicator: Indicator,
    (numerator, denominator): (i64, i64),
) -> Result<TakenOut, &'static str> {
    /// A day of the indicator's tables is not known.
    const DAYS_UNKNOWN: &str = "days_unknown";
    let less = |measure, published| days.total(measure).map(|total| total - published).ok_or(DAYS_UNKNOWN);
    let spec = indicator.spec();
    let taken_out =
        TakenOut { numerator: less(spec.numerator, numerator)?, denominator: less(spec.denominator, denominator)? };
    // Appeals add nothing: the days are others than those that the night counted.
    if taken_out.numerator < 0 || taken_out.denominator < 0 {
        Err(WhyUnknown::ChangedSince.name())
    } else {
        Ok(taken_out)
    }
}

/// The days that are not known.
pub(super) fn unknown(days: &ShopDays) -> Vec<UnknownDays> {
    folded(days.unknown())
}

/// Days that are not known, in order; those next to each other are told together.
pub(super) fn folded(unknown: impl IntoIterator<Item = (TableDay, WhyUnknown)>) -> Vec<UnknownDays> {
    let mut folded: Vec<UnknownDays> = Vec::new();
    for ((table, day), why) in unknown {
        let (table, reason) = (table.name(), why.name());
        match folded.last_mut() {
            Some(before) if (before.table, before.reason, before.last.plus(1)) == (table, reason, day) => {
                before.last = day;
            }
            _ => folded.push(UnknownDays { table, first: day, last: day, reason }),
        }
    }
    folded
}
