//! Who would fail this month's end: the shops of a day's outlook that fail and are not in exit, each with what was assessed of it before.
//!
//! In: the day's outlook, and the newest assessments before its month end of the cycles that it belongs to. Out: what is made of each such
//! shop, by shop. A shop in exit fails nothing anew; what failed earlier in the cycle goes on counting.

use super::cells::{Row, rows};
use super::month_ends::{newest_assessed, of_cycle};
use super::outputs::OUTLOOK;
use super::reading::Current;
use crate::assessments::monthly::Status;
use crate::domain::Day;
use crate::error::Outcome;

/// Where a day's month end is heading.
pub(crate) struct Failing<T> {
    pub(crate) month_end: Day,
    /// How many days of its window are over.
    pub(crate) days_known: i64,
    /// Shops that would fail.
    pub(crate) shops: Vec<T>,
}

/// What `make` makes of each shop's rows of the outlook and of the last assessment in the cycle. None where the day was published without
/// an outlook, or no shop is present.
pub(crate) fn failing<T>(
    seen: &Current,
    day: Day,
    make: impl Fn(Row<'_>, Option<Row<'_>>) -> Outcome<T>,
) -> Outcome<Option<Failing<T>>> {
    let Some(outlook) = seen.read(&OUTLOOK, day)? else { return Ok(None) };
    let Some(first) = rows(&outlook).next() else { return Ok(None) };
    let (month_end, days_known) = (first.day("month_end")?, first.integer("days_known")?);
    // On a month end its own assessment is there already.
    let before = newest_assessed(seen, month_end.plus(-1), None)?;
    let before = of_cycle(before.as_ref().map(|(_, assessed)| assessed), month_end)?;
    let mut shops = Vec::new();
    for row in rows(&outlook) {
        let assessed = before.get(&row.integer("shop_id")?).copied();
        let status = assessed.map(|assessed| assessed.text("status")).transpose()?;
        if row.text("verdict")? == Status::Fail.name() && status.as_deref() != Some(Status::Exit.name()) {
            shops.push(make(row, assessed)?);
        }
    }
    Ok(Some(Failing { month_end, days_known, shops }))
}
