//! What of the rules and settings a night goes by otherwise than the one before, and what that does to its shops.
//!
//! In: the night's figures, and the recorded terms of the same night as it is published, else of the night before. Out: the rows
//! and settings that are others, and the effects: the day is rehearsed under the terms of before, so that nothing else tells both
//! apart. Where nothing is recorded, as by an earlier release, nothing is said.

use crate::domain::Day;
use crate::error::Outcome;
use crate::pipeline::effects::Effects;
use crate::pipeline::figures::Figures;
use crate::pipeline::month_end::{around, published};
use crate::pipeline::shop_days;
use crate::pipeline::whatif::{beside, rehearsed};
use crate::publish::{KnownTerms, RecordedTerms, reading::Current};
use crate::rulebook::{Rulebook, changes::changes};
use crate::settings::recorded::changes as changed_settings;
use crate::state::rehearsal::Rehearsal;
use crate::table_days::dependencies::Terms;

/// What is otherwise than the night before, or than the night as it is published, went by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TermsChanged {
    /// The night whose terms these were.
    pub(crate) since: Day,
    pub(crate) rules: Vec<String>,
    pub(crate) settings: Vec<String>,
    /// None where the day cannot be scored as before: the warning says why.
    pub(crate) effects: Option<Effects>,
}

/// The terms of a run as they are recorded with a night.
pub(super) fn recorded(terms: Terms<'_>) -> Outcome<RecordedTerms> {
    Ok(RecordedTerms { settings: terms.settings.recorded(), rules: terms.rulebook.texts()? })
}

/// What changed since the night before, given the figures of now.
pub(super) fn since(
    figures: &Figures<'_>,
    as_of: Day,
    terms: Terms<'_>,
    (known, current): (&KnownTerms, &Current),
) -> Outcome<Option<TermsChanged>> {
    let Some((since, before)) = known.of_night_or_before(as_of) else { return Ok(None) };
    if recorded(terms)? == *before {
        return Ok(None);
    }
    let settings = changed_settings(&before.settings, &terms.settings.recorded());
    let Some(rulebook) = Rulebook::recorded(&before.rules) else { return Ok(None) };
    let rules = changes((&rulebook, since), (terms.rulebook, as_of))?;
    if rules.is_empty() && settings.is_empty() {
        return Ok(None);
    }
    let effects = effects(figures, (as_of, since), terms, (before, &rulebook), current)?;
    Ok(Some(TermsChanged { since, rules, settings, effects }))
}

fn effects(
    figures: &Figures<'_>,
    (as_of, since): (Day, Day),
    terms: Terms<'_>,
    (before, rulebook): (&RecordedTerms, &Rulebook),
    current: &Current,
) -> Outcome<Option<Effects>> {
    let Some(settings) = terms.settings.under(&before.settings) else { return Ok(None) };
    // Of the same night the rules of its month end count, too, as they were then.
    let stood = (since != as_of).then(|| rulebook.as_stood_on(since));
    let own = Rehearsal::default();
    let before =
        Terms { settings: &settings, rulebook: stood.as_ref().unwrap_or(rulebook), keeping: terms.keeping.aside(&own) };
    match rehearsed(before, as_of, current) {
        Ok(before) => {
            let month_ends = published(current, around(as_of))?;
            let shifts = beside(before, shop_days::of(figures, as_of, terms, month_ends)?)?;
            Ok(Some(Effects::of(&shifts.iter())))
        }
        // The night stands: what it would have been under other terms is another matter.
        Err(failure) => {
            tracing::warn!("what the changed rules or settings do to {as_of} is not known: {failure}");
            Ok(None)
        }
    }
}
