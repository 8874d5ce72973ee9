//! What a rehearsal would leave in the state folder, kept in memory: a run that is only rehearsed writes nothing.
//!
//! Grain: one table-day, its description and its content. Later days of the same rehearsal find it, as they would find it stored.
//! Windows that are rolled on, answers to appeals and indexes of records are not kept: the next day makes them again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::partials::daily::Version;
use crate::partials::records::TableDay;
use crate::state::{day_content::DayContent, description::Stored};

/// Where what a run makes for the next one goes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Keeping<'a> {
    /// Into the state folder; what the run makes is published.
    #[default]
    InState,
    /// Nowhere but into memory; nothing is published.
    InMemory(&'a Rehearsal),
    /// As [`Keeping::InMemory`], in the midst of another run, which says what is to be said of its day, and whose own rehearsal, if
    /// it is one, is read and left as it is.
    Aside { own: &'a Rehearsal, amidst: Option<&'a Rehearsal> },
}

/// The table-days that a rehearsal has made.
#[derive(Debug, Default)]
pub(crate) struct Rehearsal {
    made: Mutex<BTreeMap<TableDay, (Stored, DayContent)>>,
}

impl<'a> Keeping<'a> {
    pub(crate) fn is_rehearsal(self) -> bool {
        !matches!(self, Self::InState)
    }

    pub(crate) fn is_aside(self) -> bool {
        matches!(self, Self::Aside { .. })
    }

    /// A rehearsal in the midst of this run, which keeps what it makes in `own`: the run goes on as if it had not been.
    pub(crate) fn aside(self, own: &'a Rehearsal) -> Self {
        Self::Aside { own, amidst: self.rehearsal() }
    }

    /// Where a rehearsal keeps what it makes.
    pub(super) fn rehearsal(self) -> Option<&'a Rehearsal> {
        match self {
            Self::InState => None,
            Self::InMemory(own) | Self::Aside { own, .. } => Some(own),
        }
    }

    /// What rehearsals have made that this run sees, its own first.
    pub(super) fn seen(self) -> impl Iterator<Item = &'a Rehearsal> {
        let amidst = if let Self::Aside { amidst, .. } = self { amidst } else { None };
        self.rehearsal().into_iter().chain(amidst)
    }
}

impl Rehearsal {
    // A thread that panicked meanwhile has ended its run: what it left is whole, for entries are put in one step.
    fn made(&self) -> MutexGuard<'_, BTreeMap<TableDay, (Stored, DayContent)>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, of: TableDay) -> Option<Stored> {
        self.made().get(&of).map(|(stored, _)| stored.clone())
    }

    /// The content of a table-day, where that version of it was made here.
    pub(super) fn content(&self, of: TableDay, version: &Version) -> Option<DayContent> {
        let made = self.made();
        let made = made.get(&of).filter(|(stored, _)| stored.version.fingerprint == version.fingerprint);
        made.map(|(_, content)| content.clone())
    }

    pub(super) fn put(&self, content: &DayContent, stored: Stored) {
        self.made().insert(stored.of(), (stored, content.clone()));
    }
}
