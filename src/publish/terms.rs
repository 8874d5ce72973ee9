//! What rules and settings each published night went by, as texts: `terms.json` beside a generation's description.
//!
//! Grain: one night. Nights of the same terms share one text. It serves only to say what changed: nothing is computed of it that is
//! published, a generation of an earlier release has none, and where it cannot be read nothing is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::checksums::{Checksums, file_hash};
use super::file_system::{self, STAGE};
use super::layout::Layout;
use super::partition::PUBLISHED;
use super::recovery;
use crate::domain::Day;
use crate::error::{Outcome, disk, fault};
use crate::hashing::hash_of;

const FILE: &str = "terms.json";

/// The rules and settings that a night goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordedTerms {
    /// `name=value`, one a line.
    pub(crate) settings: String,
    /// The text of each rule table, by its name.
    pub(crate) rules: BTreeMap<String, String>,
}

/// What is known of the nights of a generation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KnownTerms {
    /// Which of the terms each night went by.
    nights: BTreeMap<Day, String>,
    /// By their hash.
    terms: BTreeMap<String, RecordedTerms>,
}

impl KnownTerms {
    /// Those of the generation that readers see.
    pub(crate) fn of(out: &Path) -> Outcome<Self> {
        let layout = Layout::new(out);
        Ok(recovery::look(&layout)?.map_or_else(Self::default, |name| Self::read(&layout.generation(&name))))
    }

    pub(super) fn read(generation: &Path) -> Self {
        let text = fs::read(generation.join(FILE)).ok();
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// The night of a day, else the one before it, with what it went by; none where it is not known.
    pub(crate) fn of_night_or_before(&self, day: Day) -> Option<(Day, &RecordedTerms)> {
        let (night, hash) = self.nights.range(..=day).next_back()?;
        Some((*night, self.terms.get(hash)?))
    }

    /// What the night of a day went by; none where it is not known.
    pub(super) fn of_night(&self, day: Day) -> Option<&RecordedTerms> {
        self.terms.get(self.nights.get(&day)?)
    }

    /// With a night more, and without the terms of those that are there no more.
    pub(super) fn with(mut self, night: Option<(Day, &RecordedTerms)>, there: &BTreeMap<Day, String>) -> Outcome<Self> {
        if let Some((day, terms)) = night {
            let hash = hash_of(&serde_json::to_vec(terms).map_err(|error| fault(STAGE, error))?);
            self.nights.insert(day, hash.clone());
            self.terms.insert(hash, terms.clone());
        }
        self.nights.retain(|day, _| there.contains_key(day));
        let used: BTreeSet<&String> = self.nights.values().collect();
        self.terms.retain(|hash, _| used.contains(hash));
        Ok(self)
    }

    pub(super) fn write(&self, generation: &Path, checksums: &mut Checksums) -> Outcome<()> {
        let path = generation.join(FILE);
        let text = serde_json::to_string_pretty(self).map_err(|error| fault(STAGE, error))?;
        fs::write(&path, text + "\n").map_err(|error| disk(STAGE, "write", &path, &error))?;
        checksums.insert(FILE.to_owned(), file_hash(&path)?);
        file_system::set_mode(&path, PUBLISHED.file_mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::testing::day;

    fn terms(settings: &str) -> RecordedTerms {
        RecordedTerms { settings: settings.to_owned(), rules: BTreeMap::new() }
    }

    #[test]
    fn nights_of_the_same_terms_share_them_and_what_no_night_goes_by_is_forgotten() {
        let days = ["2022-03-14", "2022-03-15", "2022-03-16"].map(day);
        let there: BTreeMap<Day, String> = days.iter().map(|day| (*day, String::new())).collect();
        let mut known = KnownTerms::default();
        assert!(known.of_night_or_before(days[0]).is_none());
        for (day, settings) in days.iter().zip(["a", "a", "b"]) {
            known = known.with(Some((*day, &terms(settings))), &there).unwrap();
        }
        assert_eq!((known.nights.len(), known.terms.len()), (3, 2));
        let of = |day: Day| known.of_night_or_before(day).map(|(day, terms)| (day, terms.settings.as_str()));
        assert_eq!(of(days[1]), Some((days[1], "a")), "its own");
        assert_eq!(of(days[2].plus(3)), Some((days[2], "b")), "the night before");
        assert_eq!(of(days[0].plus(-1)), None);
        let known = known.with(Some((days[2], &terms("a"))), &there).unwrap();
        assert_eq!(known.terms.len(), 1);
    }
}
