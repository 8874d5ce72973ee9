//! What the extracts and the state folder give the settlement of a year: the newest shops, and the days' payments.
//!
//! Payments come from their daily partials, which keep categories of goods; one that does not hold is computed again.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use crate::domain::{Day, Span};
use crate::error::{Outcome, fault};
use crate::extracts::{contract::CheckedPartition, tables::Table};
use crate::state::store::{Store, Stored};
use crate::table_days::night::shops;
use crate::table_days::resolve::{Means, content, resolve_all};
use crate::table_days::set_aside::SetAside;
use crate::table_days::{STAGE, dependencies::Terms, plan::Planned, survey::Survey};
use crate::{partials::records::TableDay, settings::Settings, shops::Shop};

/// Everything that a settlement needs of the extracts.
pub(crate) struct YearInput<'a> {
    settings: &'a Settings,
    store: Store<'a>,
    checked: BTreeMap<TableDay, CheckedPartition>,
    payments: BTreeMap<Day, (Planned, Stored)>,
    /// The shops of the newest snapshot.
    pub(crate) shops: Vec<Shop>,
    pub(crate) set_aside: SetAside,
}

/// Gathers the newest shops as of a day, and the payments of the days of a span.
pub(crate) fn gather(terms: Terms<'_>, span: Span, as_of: Day) -> Outcome<YearInput<'_>> {
    let Terms { settings, .. } = terms;
    let store = terms.store()?;
    let survey = Survey::of_year(terms, span, as_of, &store)?;
    let checked = survey.check(settings)?;
    let means = Means { settings, store: &store, checked: &checked };
    let planned: Vec<&Planned> = survey.days.iter().filter(|planned| planned.takes_part()).collect();
    let mut resolved = resolve_all(&planned, means)?;
    let (_, shops) = shops(&mut resolved, means)?;
    store.sync()?;
    let set_aside = SetAside::of(resolved.values().map(|resolved| &resolved.stored));
    let mut stored: BTreeMap<_, _> = resolved.into_iter().map(|(of, resolved)| (of, resolved.stored)).collect();
    let of_payments = survey.days.into_iter().filter(|planned| planned.of().0 == Table::Payments);
    let payments = of_payments.filter_map(|planned| {
        let stored = stored.remove(&planned.of())?;
        Some((planned.of().1, (planned, stored)))
    });
    Ok(YearInput { payments: payments.collect(), settings, store, checked, shops, set_aside })
}

impl YearInput<'_> {
    pub(crate) fn days(&self) -> Vec<Day> {
        self.payments.keys().copied().collect()
    }

    /// The payments of a day, one row a shop and category of goods.
    pub(crate) fn payments_of(&self, day: Day) -> Outcome<DataFrame> {
        let of_day = self.payments.get(&day);
        let (planned, stored) = of_day.ok_or_else(|| fault(STAGE, format!("no payments of {day}")))?;
        let means = Means { settings: self.settings, store: &self.store, checked: &self.checked };
        content(planned, stored, means)?.sums()
    }
}
