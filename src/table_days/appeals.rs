//! The appeals of a run, and what became of the records that they name.
//!
//! Grain: one sound appeal. What an earlier night was told is not looked for again, as long as the appeals of that day and
//! the table-day of the record are the same; what is new is kept, one file a day of appeals.

use std::path::Path;

use rayon::prelude::*;

use crate::domain::{Day, Span};
use crate::error::{Outcome, all, fault};
use crate::extracts::tables::Table;
use crate::partials::{records::Record, retractions::Appeal};
use crate::state::answers::KnownAnswers;
use crate::table_days::STAGE;
use crate::table_days::records::{Found, Named, find_all};
use crate::table_days::resolve::{Means, Resolved, ResolvedDays};

/// The sound appeals of one partition, and its fingerprint.
pub(super) struct OfDay {
    day: Day,
    fingerprint: String,
    pub(super) appeals: Vec<Appeal>,
}

/// The appeals of all partitions, by day.
pub(super) fn of_days(resolved: &ResolvedDays<'_>, means: Means<'_>) -> Outcome<Vec<OfDay>> {
    let of_days: Vec<&Resolved<'_>> = resolved.values().filter(|of| of.planned.of().0 == Table::Appeals).collect();
    let of_days = of_days.par_iter().with_max_len(1).map(|resolved| {
        let fingerprint = resolved.stored.version.fingerprint.clone();
        Ok(OfDay { day: resolved.planned.of().1, fingerprint, appeals: resolved.content(means)?.appeals()? })
    });
    all(of_days.collect::<Vec<_>>())
}

/// The appeals whose records lie in the window, each with the sound record that it names. `partials` are the table-days of the
/// window; a record of any other is not there.
pub(super) fn answered(
    of_days: Vec<OfDay>,
    partials: &ResolvedDays<'_>,
    window: Span,
    means: Means<'_>,
) -> Outcome<Vec<(Appeal, Option<Record>)>> {
    let state = &means.settings.state;
    let known: Vec<KnownAnswers> =
        of_days.par_iter().with_max_len(1).map(|of_day| of_day.known(partials, state)).collect();
    let mut open = Named::new();
    let asked = of_days.iter().zip(&known).flat_map(|(of_day, known)| of_day.appeals.iter().zip(&known.answers));
    for (appeal, _) in asked.filter(|(appeal, answer)| answer.is_none() && partials.contains_key(&appeal.record_of)) {
        open.entry(appeal.record_of).or_default().insert(appeal.record_id);
    }
    let found = find_all(&open, partials, means)?;
    let answered = of_days.into_par_iter().zip(known).with_max_len(1);
    let answered = answered.map(|(of_day, known)| of_day.answered(known, (partials, &found), window, means));
    let answered = all(answered.collect::<Vec<_>>())?.into_iter().flatten().collect();
    if means.store.keeps() {
        KnownAnswers::forget_before(state, window.first)?;
    }
    Ok(answered)
}

impl OfDay {
    /// What earlier nights were told, as far as it holds; nothing of the other appeals.
    fn known(&self, partials: &ResolvedDays<'_>, state: &Path) -> KnownAnswers {
        let mut known = KnownAnswers::load(state, self.day);
        if known.appeals != self.fingerprint || known.answers.len() != self.appeals.len() {
            let answers = vec![None; self.appeals.len()];
            return KnownAnswers { appeals: self.fingerprint.clone(), answers, ..known };
        }
        known.asked.retain(|of, asked| partials.get(of).is_none_or(|now| now.stored.version.fingerprint == *asked));
        for (appeal, answer) in self.appeals.iter().zip(&mut known.answers) {
            *answer = answer.filter(|_| known.asked.contains_key(&appeal.record_of));
        }
        known
    }

    /// The appeals on records in the window, with what was known of these or found now, which is kept where it is news.
    fn answered(
        self,
        mut known: KnownAnswers,
        (partials, found): (&ResolvedDays<'_>, &Found),
        window: Span,
        means: Means<'_>,
    ) -> Outcome<Vec<(Appeal, Option<Record>)>> {
        let mut is_news = known.is_damaged;
        for (appeal, answer) in self.appeals.iter().zip(&mut known.answers).filter(|(_, answer)| answer.is_none()) {
            let Some(resolved) = partials.get(&appeal.record_of) else { continue };
            let of_day = found.get(&appeal.record_of).and_then(|found| found.get(&appeal.record_id));
            *answer = Some(*of_day.ok_or_else(|| fault(STAGE, "a record that was not looked for"))?);
            let asked = known.asked.entry(appeal.record_of);
            asked.or_insert_with(|| resolved.stored.version.fingerprint.clone());
            is_news = true;
        }
        if is_news && means.store.keeps() {
            known.save(&means.settings.state, self.day)?;
        }
        let answers = known.answers.into_iter().map(Option::flatten);
        Ok(self.appeals.into_iter().zip(answers).filter(|(appeal, _)| window.contains(appeal.record_of.1)).collect())
    }
}
