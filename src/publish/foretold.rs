//! What the nights of a rehearsal would have published, for those that are rehearsed after them.
//!
//! Grain: a night, and the month end that it closes. It lies over what readers see, as the next night of the real run would find it:
//! the terms that the night went by, and its frozen scores and assessments. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow::array::RecordBatch;

use super::generations::nights;
use super::outputs::{MONTH_END_SCORES, MONTHLY_ASSESSMENTS};
use super::partition::PartitionFolder;
use super::publication::{Publication, PublicationKind};
use super::reading::Current;
use super::terms::{KnownTerms, RecordedTerms};
use crate::domain::Day;
use crate::error::Outcome;

/// What nights that were only rehearsed would have published.
#[derive(Debug, Default)]
pub(crate) struct Foretold {
    nights: BTreeMap<Day, RecordedTerms>,
    month_ends: BTreeMap<PartitionFolder, RecordBatch>,
}

impl Foretold {
    /// What a rehearsed run would publish.
    pub(crate) fn add(&mut self, publication: &Publication<'_>) -> Outcome<()> {
        if let PublicationKind::Night(night) = &publication.kind {
            self.nights.insert(publication.as_of, night.terms.clone());
        }
        let later_nights_read = [MONTH_END_SCORES.name, MONTHLY_ASSESSMENTS.name];
        for partition in publication.partitions.iter().filter(|of| later_nights_read.contains(&of.table.name)) {
            let folder = PartitionFolder::published(partition.table, partition.period);
            self.month_ends.insert(folder, partition.rows.whole(partition.table)?);
        }
        Ok(())
    }

    /// What readers see, and would see.
    pub(crate) fn current(&self, out: &Path) -> Outcome<Current> {
        Ok(Current::of(out)?.beneath(self.month_ends.clone()))
    }

    /// The terms of the published nights, and of these.
    pub(crate) fn terms(&self, out: &Path) -> Outcome<KnownTerms> {
        let there = self.nights(out)?.into_iter().map(|day| (day, String::new())).collect();
        let known = KnownTerms::of(out)?;
        self.nights.iter().try_fold(known, |known, (day, terms)| known.with(Some((*day, terms)), &there))
    }

    /// The published nights, and these.
    pub(crate) fn nights(&self, out: &Path) -> Outcome<BTreeSet<Day>> {
        Ok(nights(out)?.into_keys().chain(self.nights.keys().copied()).collect())
    }
}
