//! A night again of which nothing is new: its run says what it said before, and nothing is scored.
//!
//! In: the table-days as they are, what the last night left, what is published. Out: the night, where every table-day is
//! stored as it is now, the same release made the same files of them under the same limits, and readers find these as they were
//! written. A night that ends a month is scored, for its assessments depend on later ones.

use std::path::Path;

use crate::calendar::ends_month;
use crate::pipeline::terms_changed::recorded;
use crate::publish::{OfNight, Published, Quarantine, find_again};
use crate::state::last_night::{self, LastNight};
use crate::table_days::dependencies::Terms;
use crate::table_days::night::{Surveyed, Unchanged};
use crate::{domain::Day, error::Outcome};

/// What a night is made of that is published already, and where; none where it has to be scored.
pub(super) fn find(
    terms: Terms<'_>,
    as_of: Day,
    surveyed: &Surveyed<'_>,
    last: &LastNight,
) -> Outcome<Option<(Unchanged, Published)>> {
    let settings = terms.settings;
    let unchanged = if ends_month(as_of) { None } else { surveyed.unchanged()? };
    let is_known = |unchanged: &Unchanged| unchanged.ingredients == last.ingredients;
    let Some(unchanged) = unchanged.filter(is_known) else { return Ok(None) };
    if settings.limits.described() != last.limits || surveyed.snapshot_before()? != last.snapshot_before {
        return Ok(None);
    }
    let quarantine = Quarantine::of(settings, as_of, unchanged.snapshot);
    let of_night = OfNight { ingredients: unchanged.ingredients.clone(), terms: recorded(terms)?, quarantine };
    let Some(published) = find_again(&settings.out, (as_of, &of_night), &last.files)? else { return Ok(None) };
    Ok(Some((unchanged, published)))
}

/// Leaves what came of a night for the same night again; a failure costs that it is scored again.
pub(super) fn keep(state: &Path, last: Option<&LastNight>, this: LastNight) {
    if last != Some(&this)
        && let Err(failure) = last_night::save(state, this)
    {
        tracing::warn!("the same night again will be scored again: {failure}");
    }
}
