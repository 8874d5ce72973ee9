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
}

/// The table-days that a rehearsal has made.
#[derive(Debug, Default)]
pub(crate) struct Rehearsal {
    made: Mutex<BTreeMap<TableDay, (Stored, DayContent)>>,
}

impl Keeping<'_> {
    pub(crate) fn is_rehearsal(self) -> bool {
        matches!(self, Self::InMemory(_))
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
