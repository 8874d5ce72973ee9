//! Why a shop has no row on a published day: it has not joined yet, or has left.
//!
//! In: the snapshot that the night went by, as the state folder keeps it. Out: the shop as the snapshot has it, and why it is not
//! present; missing where the snapshot does not have it, or is not kept as the night read it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::asked::{Asked, STAGE};
use super::stored;
use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::shops::Shop;

/// A shop that is not present on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Absence {
    /// not_joined_yet or left.
    pub(crate) reason: &'static str,
    /// The day that it joined.
    pub(crate) joined_on: Day,
    /// The day that it applied to end its contract; none where it has not.
    pub(crate) left_on: Option<Day>,
    /// The day of the snapshot that says so.
    pub(crate) snapshot: Day,
}

/// The shop in the snapshot of a night that has no row of it, and why it has none.
pub(super) fn find(asked: &Asked<'_>, counted: &BTreeMap<TableDay, i64>) -> Outcome<(Shop, Absence)> {
    let snapshot = counted.keys().find(|(table, _)| *table == Table::Shops);
    let Some(of @ (_, day)) = snapshot.copied() else { return Err(unknown(asked, "a night without a snapshot")) };
    let store = stored::store(asked)?;
    let content = store.peek(of).stored().filter(|stored| counted.get(&of) == Some(&stored.counts.rows));
    let content = content.and_then(|stored| store.peek_content(of, &stored.version));
    let Some(content) = content else {
        return Err(unknown(
            asked,
            &format!("no row, and STATE does not keep the snapshot of {day} as the night read it"),
        ));
    };
    let shop = content.shops()?.into_iter().find(|shop| shop.shop_id == asked.shop_id);
    let Some(shop) = shop else { return Err(unknown(asked, &format!("no such shop in the snapshot of {day}"))) };
    let reason = if shop.joined_on > asked.as_of { "not_joined_yet" } else { "left" };
    let absence = Absence { reason, joined_on: shop.joined_on, left_on: shop.terminated_on, snapshot: day };
    Ok((shop, absence))
}

fn unknown(asked: &Asked<'_>, found: &str) -> Failure {
    let Asked { shop_id, as_of, .. } = asked;
    let finding = Finding::new(STAGE, found, format!("shop {shop_id} on {as_of}"));
    finding.advice("correct the number, or ask for another day").fail(ExitClass::Missing)
}
