//! What a night is made of, as one hash: a published night whose ingredients are those of now is current.
//!
//! In: the fingerprints of its table-days, the rules in force, the policies that reach into scores. Out: 32 hexadecimal digits.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::error::{Outcome, all};
use crate::table_days::survey::{AsKnown, Survey};
use crate::table_days::{dependencies::Terms, plan::Decision};
use crate::{content::hash_of, domain::Day, extracts::reader, partials::records::TableDay, state::store::Store};

/// The hash of all that the night of `as_of` depends on, given the fingerprints of its table-days, in order.
pub(super) fn of_night(terms: Terms<'_>, as_of: Day, fingerprints: impl Iterator<Item = (TableDay, String)>) -> String {
    let mut words = vec![format!("night {as_of}"), terms.settings.described(), terms.rulebook.described_on(as_of)];
    words.extend(fingerprints.map(|((table, day), hash)| format!("{} {day} {hash}", table.name())));
    hash_of(words.join("\n").as_bytes())
}

/// What the night of `as_of` would be made of if it were scored now; nothing is scored.
pub(crate) fn of_now(terms @ Terms { settings, .. }: Terms<'_>, as_of: Day) -> Outcome<String> {
    let store = Store::open(&settings.state, settings.extracts_kept_days.is_some())?;
    let survey = Survey::of_night(terms, AsKnown { as_of, on: as_of }, &store)?;
    let checked = survey.check(settings)?;
    let planned = survey.days.par_iter().filter(|planned| planned.takes_part());
    let fingerprints = planned.map(|planned| {
        let inputs = match (planned.decision, checked.get(&planned.of())) {
            (Decision::Touched | Decision::Computed(_), Some(checked)) => planned.inputs(&reader::hashes(checked)?),
            _ => planned.stored()?.inputs.clone(),
        };
        Ok((planned.of(), planned.fingerprint(&inputs)))
    });
    let fingerprints: BTreeMap<_, _> = all(fingerprints.collect::<Vec<_>>())?.into_iter().collect();
    Ok(of_night(terms, as_of, fingerprints.into_iter()))
}
