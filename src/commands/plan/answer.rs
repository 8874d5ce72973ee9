//! What `shopscore plan` answers: each night that would run, and what it would do.
//!
//! Days are folded to ranges, so that a year of table-days is a few lines.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Day, Span};
use crate::partials::records::TableDay;
use crate::pipeline::effects::Effects;
use crate::pipeline::month_end::Closed;
use crate::pipeline::night::Night;
use crate::pipeline::terms_changed::TermsChanged;
use crate::publish::Hold;
use crate::table_days::plan::Why;

/// What the nights that are due would do.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct Plan {
    /// In the order in which they would run.
    pub(super) nights: Vec<PlannedNight>,
    /// Nights that are due, would be what was rolled back, and would not be published.
    pub(super) held: Vec<HeldNight>,
    /// Days that nobody catches up, since they are too far back.
    pub(super) left_out: Vec<Span>,
}

/// A night that a rollback holds.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct HeldNight {
    pub(super) as_of: Day,
    /// When it was rolled back, as an instant in UTC.
    pub(super) since: String,
    /// Why it was rolled back; null where nobody said.
    pub(super) because: Option<String>,
    /// The same in words.
    #[serde(skip)]
    pub(super) told: String,
}

impl HeldNight {
    pub(super) fn of(hold: Hold) -> Self {
        let told = hold.told();
        Self { as_of: hold.day, since: hold.since.to_string(), because: hold.because, told }
    }
}

/// A night as it would run.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct PlannedNight {
    /// The day that it scores, YYYY-MM-DD.
    pub(super) as_of: Day,
    /// Why it is due: asked, not_published, stale, missed, held (and made of something else by now), released or yesterday.
    pub(super) why: &'static str,
    /// Whether it would publish a generation; else the current one holds all of it.
    pub(super) publishes: bool,
    /// Shops present on the day.
    pub(super) present_shops: usize,
    /// Those of them that would have no score.
    pub(super) unscored_shops: usize,
    /// Rows of the window that would be quarantined.
    pub(super) quarantined_rows: usize,
    /// The daily partials that would be computed, by table and reason.
    pub(super) computed: Vec<Computed>,
    /// How many would be taken from the state folder.
    pub(super) reused: usize,
    /// What would be read of the extracts, shops and appeals included.
    pub(super) files_to_read: usize,
    /// The rows in these files.
    pub(super) rows_to_read: u64,
    /// The bytes of these files.
    pub(super) bytes_to_read: u64,
    /// Whether a month end would close and freeze, or is frozen and stays; null where the day ends no month.
    pub(super) month_end: Option<&'static str>,
    /// Frozen month ends that news touch.
    pub(super) to_restate: Vec<ToRestate>,
    /// What of rules and settings changed since; null where nothing did.
    pub(super) changed: Option<Changed>,
    /// The other published nights that would be stale after it.
    pub(super) made_stale: Vec<Span>,
}

/// Table-days that would be computed for one reason.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Computed {
    /// Its name.
    pub(super) table: &'static str,
    /// Why they would be computed, in words.
    pub(super) why: String,
    /// How many they are.
    pub(super) table_days: usize,
    /// Their days, folded to ranges.
    pub(super) days: Vec<Span>,
}

/// A frozen month end that news touch, and how many of its rows a restatement would change.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ToRestate {
    pub(super) month_end: Day,
    /// How many rows a restatement would change.
    pub(super) rows: usize,
}

/// What of rules and settings is otherwise than a night before went by, and what that does.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Changed {
    /// The night whose terms these were.
    pub(super) since: Day,
    /// What of the rules, in words.
    pub(super) rules: Vec<String>,
    /// What of the settings, in words.
    pub(super) settings: Vec<String>,
    /// Null where it is not known.
    pub(super) effects: Option<Effects>,
    /// The same in words.
    #[serde(skip)]
    pub(super) told: Vec<String>,
}

impl Plan {
    /// One without a night yet.
    pub(super) fn leaving_out(days: &[Day]) -> Self {
        Self { nights: Vec::new(), held: Vec::new(), left_out: Span::folded(days.iter().copied()) }
    }
}

impl PlannedNight {
    pub(super) fn of(night: &Night, why: &'static str) -> Self {
        Self {
            as_of: night.as_of,
            why,
            publishes: night.published.changed,
            present_shops: night.present_shops,
            unscored_shops: night.unscored_shops,
            quarantined_rows: night.set_aside.quarantined_rows(),
            computed: computed(&night.computed),
            reused: night.reused,
            files_to_read: night.to_read.files,
            rows_to_read: night.to_read.rows,
            bytes_to_read: night.to_read.size_bytes,
            month_end: night.month_end.map(|closed| match closed {
                Closed::Now => "closes",
                Closed::Before => "frozen",
            }),
            to_restate: night
                .to_restate
                .iter()
                .map(|(month_end, rows)| ToRestate { month_end: *month_end, rows: *rows })
                .collect(),
            changed: night.terms_changed.as_ref().map(Changed::of),
            made_stale: Span::folded(night.made_stale.iter().copied()),
        }
    }
}

impl Changed {
    fn of(changed: &TermsChanged) -> Self {
        Self {
            since: changed.since,
            rules: changed.rules.clone(),
            settings: changed.settings.clone(),
            effects: changed.effects.clone(),
            told: crate::commands::terms::told(changed),
        }
    }
}

fn computed(all: &[(TableDay, Why)]) -> Vec<Computed> {
    let mut by_reason: BTreeMap<(&str, String), Vec<Day>> = BTreeMap::new();
    for ((table, day), why) in all {
        by_reason.entry((table.name(), why.to_string())).or_default().push(*day);
    }
    let computed = by_reason.into_iter().map(|((table, why), mut days)| {
        days.sort_unstable();
        Computed { table, why, table_days: days.len(), days: Span::folded(days) }
    });
    computed.collect()
}
