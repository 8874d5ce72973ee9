//! What a run publishes at once: a night, a restatement or a settlement.

use std::collections::BTreeMap;
use std::path::Path;

use super::partition::{NewPartition, OutputPartition, PUBLISHED, PartitionFolder};
use super::quarantine::Quarantine;
use crate::domain::Day;
use crate::error::Outcome;

#[derive(Clone, Debug)]
pub(crate) struct Publication {
    pub(crate) as_of: Day,
    /// The partitions that it adds or replaces, its own first; all others stay as they are.
    pub(crate) partitions: Vec<OutputPartition>,
    /// What it is, with what that alone has.
    pub(crate) kind: PublicationKind,
}

#[derive(Clone, Debug)]
pub(crate) enum PublicationKind {
    /// The scores of a day.
    Night {
        /// The hash of all that it depends on.
        ingredients: String,
        quarantine: Quarantine,
    },
    /// A month end, replaced.
    Restatement,
    /// A year's fees, settled.
    Settlement,
}

impl Publication {
    /// The ingredients and the quarantine of a night; none of what is no night.
    fn night(&self) -> Option<(&String, &Quarantine)> {
        match &self.kind {
            PublicationKind::Night { ingredients, quarantine } => Some((ingredients, quarantine)),
            PublicationKind::Restatement | PublicationKind::Settlement => None,
        }
    }

    pub(super) fn ingredients(&self) -> Option<&String> {
        self.night().map(|(ingredients, _)| ingredients)
    }

    /// The partitions that it writes, sorted by folder, where `before` is the folder of the current generation.
    pub(super) fn new_partitions(&self, before: Option<&Path>) -> Outcome<Vec<NewPartition>> {
        let own = self.partitions.iter().enumerate();
        let mut partitions: Vec<_> =
            own.map(|(place, partition)| NewPartition::published(partition, place == 0)).collect();
        if let Some((_, quarantine)) = self.night() {
            let days = quarantine.beside(before)?;
            partitions.extend(days.into_iter().map(|(day, rows)| NewPartition::quarantined(day, rows)));
        }
        partitions.sort_by(|left, right| left.folder.cmp(&right.folder));
        Ok(partitions)
    }

    /// Whether a partition of the current generation stays, where this one does not write it itself.
    pub(super) fn keeps(&self, partition: &PartitionFolder) -> bool {
        let Some((_, quarantine)) = self.night() else { return true };
        let stays = |day| quarantine.is_kept(day) && !quarantine.replaces(day);
        partition.root == PUBLISHED || partition.day().is_some_and(stays)
    }

    /// Whether the current generation, which holds `nights`, was made of the same.
    pub(super) fn is_known(&self, nights: &BTreeMap<Day, String>) -> bool {
        self.ingredients().is_none_or(|ingredients| nights.get(&self.as_of) == Some(ingredients))
    }
}
