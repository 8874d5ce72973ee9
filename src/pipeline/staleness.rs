//! Which nights are not published, or would come out of other ingredients now.

use std::collections::BTreeMap;

use crate::domain::{Day, Span};
use crate::partials::records::TableDay;
use crate::stages::{self, Stage};
use crate::table_days::{dependencies::Terms, night::ingredients_of_now, range};
use crate::{error::Outcome, extracts::tables::Table, publish, settings::Settings, threads::on_pool};

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum WhyDue {
    NotPublished,
    /// It would come out of other ingredients now.
    Stale,
}

impl WhyDue {
    /// Its name in answers.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

/// The nights that are due, in order: of a range those that are not published and current; where `published_only`, those
/// published nights, of a range if there is one, that are stale.
pub(crate) fn due(terms: Terms<'_>, range: Option<Span>, published_only: bool) -> Outcome<Vec<(Day, WhyDue)>> {
    let published = publish::nights(&terms.settings.out)?;
    let candidates: Vec<Day> = match range.filter(|_| !published_only) {
        Some(range) => range.days().collect(),
        None => published.keys().copied().filter(|day| range.is_none_or(|range| range.contains(*day))).collect(),
    };
    let mut due = Vec::new();
    let _stage = Stage::DueNights.begin().of_pieces(candidates.len());
    for day in candidates {
        due.extend(why_due(day, &published, terms)?.map(|why| (day, why)));
        stages::advance();
    }
    Ok(due)
}

fn why_due(day: Day, published: &BTreeMap<Day, String>, terms: Terms<'_>) -> Outcome<Option<WhyDue>> {
    let Some(recorded) = published.get(&day) else { return Ok(Some(WhyDue::NotPublished)) };
    terms.rulebook.check_in_force(day)?;
    let is_current = on_pool(|| ingredients_of_now(terms, day))? == *recorded;
    Ok((!is_current).then_some(WhyDue::Stale))
}

/// Computes the new table-days of nights that are due, so that each file is read once; how many they are.
pub(crate) fn prepare(terms: Terms<'_>, nights: &[Day]) -> usize {
    let span = nights.first().zip(nights.last()).map(|(first, last)| Span { first: *first, last: *last });
    // What cannot be prepared is reported by the night that needs it, after those before it are published.
    span.and_then(|span| on_pool(|| range::prepare(terms, span)).ok()).unwrap_or(0)
}

/// Those of the published `nights`, but for one, in which a changed table-day counts.
pub(super) fn made_stale(
    settings: &Settings,
    as_of: Day,
    changed: &[TableDay],
    nights: impl IntoIterator<Item = Day>,
) -> Vec<Day> {
    let is_stale = |night: &Day| *night != as_of && changed.iter().any(|of| reaches(*of, *night, settings));
    nights.into_iter().filter(is_stale).collect()
}

fn reaches((table, day): TableDay, night: Day, settings: &Settings) -> bool {
    let age_days = night.epoch_days() - day.epoch_days();
    match table {
        Table::Shops => (0..=settings.max_snapshot_age_days).contains(&age_days),
        _ => settings.window(night).contains(day),
    }
}
