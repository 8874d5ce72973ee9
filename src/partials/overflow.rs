//! Whether 64 bits hold what the rows of a table-day add up to.
//!
//! In: rows and their verdicts. Integer sums wrap silently in the engine below, so the exact total of each summed column must
//! fit; no sum within it can then be larger, since nothing summed is negative. A null adds nothing.

use std::borrow::Cow;
use std::ops::Range;

use crate::columns::check_fits;
use crate::error::Outcome;
use crate::extracts::rows::Rows;
use crate::extracts::verdicts::Verdicts;
use crate::partials::STAGE;
use crate::partials::measures::{Amount, PartialSpec};
use crate::partials::sound::whole_seconds;

/// So near to 0 that even as many of them as row numbers can tell apart would fit; mostly all values are.
const SMALL: Range<i64> = -(1 << 31)..1 << 31;

/// Refuses rows of which a summed column has a total that does not fit.
///
/// # Errors
/// Rejected, naming the shop of the greatest value.
pub(super) fn check_sums_fit(rows: &Rows, verdicts: &Verdicts, spec: &PartialSpec) -> Outcome<()> {
    let shops = rows.integers("shop_id")?;
    for measure in spec.measures {
        let (amounts, present) = match measure.amount {
            Amount::One => continue,
            Amount::Of(name) => (Cow::Borrowed(rows.integers(name)?), Some(rows.column(name)?)),
            Amount::WholeSeconds { from, to } => (Cow::Owned(whole_seconds(rows, from, to)?), None),
        };
        if amounts.iter().all(|amount| SMALL.contains(amount)) {
            continue;
        }
        let counts = |row| verdicts.is_sound(row) && present.is_none_or(|column| column.is_valid(row));
        let counted = || amounts.iter().zip(shops).enumerate().filter(|(row, _)| counts(*row));
        let total: i128 = counted().map(|(_, (amount, _))| i128::from(*amount)).sum();
        if let Some((_, (_, shop))) = counted().max_by_key(|(_, (amount, _))| **amount) {
            let (table, day) = (rows.table.name(), rows.day);
            let of = format_args!("in {table} of {day}, the greatest value of shop {shop}");
            check_fits(STAGE, measure.name, total, of)?;
        }
    }
    Ok(())
}
