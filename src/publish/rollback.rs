//! Going back to a generation that readers were shown before, or forward again.
//!
//! In: the name of a generation. Out: `current` leads to it, and what readers see no more is held ([`holds`]): written first, so
//! that no run finds the switch without it. A frozen month end that readers would lose, or see in an earlier revision, must be
//! given up on purpose: with a reason, which is kept in `OUT/records/rollbacks.jsonl`: one line a rollback, never removed.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::checksums::file_hash;
use super::current;
use super::file_system::{self, STAGE};
use super::generations::{Generation, Published, called};
use super::holds::{self, Hold};
use super::layout::Layout;
use super::name::Name;
use super::outputs::MONTH_END_SCORES;
use super::partition::PUBLISHED;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk, fault};
use crate::interruption::uninterrupted;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Why<'a> {
    /// Needed only where a frozen month end is given up.
    pub(crate) because: Option<&'a str>,
    pub(crate) at: Timestamp,
}

/// What a rollback came to.
#[derive(Debug)]
pub(crate) struct RolledBack {
    pub(crate) published: Published,
    /// The nights that readers see no more.
    pub(crate) held: Vec<Hold>,
    /// The held nights that they see again.
    pub(crate) released: Vec<Hold>,
}

/// Shows readers an earlier generation again. `to` is its name, or its id or number where only one has it. The link is as
/// it was whatever error this returns.
pub(crate) fn rollback(out: &Path, to: &str, why: Why<'_>) -> Outcome<RolledBack> {
    let layout = Layout::new(out);
    let chosen = Chosen::of(&layout, to, why)?;
    let Chosen { previous, next, given_up, held, .. } = &chosen;
    if chosen.changes() {
        if let (Some(from), Some(because), false) = (previous, why.because, given_up.is_empty()) {
            let (from, to) = (from.to_string(), next.to_string());
            RollbackReason { at: why.at, from, to, because, month_ends: given_up }.keep(&layout)?;
        }
        holds::add(&layout, held)?;
        current::link_following(&layout)?;
        uninterrupted(next.to_string(), || current::switch(&layout, previous.as_ref(), next))?;
    }
    // Readers see it already, and what they see is not held whatever the list says.
    if let Err(failure) = holds::forget_shown(&layout, next) {
        tracing::warn!("the next run will take what readers see off the list of what is held: {failure}");
    }
    Ok(chosen.outcome())
}

/// What a rollback would come to; nothing is written.
pub(crate) fn foretell(out: &Path, to: &str, why: Why<'_>) -> Outcome<RolledBack> {
    Chosen::of(&Layout::new(out), to, why).map(Chosen::outcome)
}

/// A rollback that is allowed.
struct Chosen {
    previous: Option<Name>,
    next: Name,
    /// The frozen month ends that readers lose by it.
    given_up: Vec<String>,
    held: Vec<Hold>,
    released: Vec<Hold>,
}

impl Chosen {
    /// Refuses what names no generation or several, and to give up frozen month ends without a reason.
    fn of(layout: &Layout, to: &str, why: Why<'_>) -> Outcome<Self> {
        let previous = current::read(layout)?;
        let next = called(layout, previous.as_ref(), to)?;
        let from = previous.as_ref().filter(|previous| **previous != next);
        let given_up = from.map(|from| given_up(layout, from, &next)).transpose()?.unwrap_or_default();
        if !given_up.is_empty() && why.because.is_none() {
            let found = format!("frozen month ends that {next} lacks or has otherwise: {}", given_up.join(", "));
            let advice = "say it with --because, or go back to a later generation";
            return Err(Finding::new(STAGE, found, "a reason to give them up").advice(advice).fail(ExitClass::Usage));
        }
        let shown = Generation::read(layout, &next)?.nights;
        let held = from.map(|from| hidden(layout, from, &shown, why)).unwrap_or_default();
        let released = holds::read(layout)?.into_iter();
        let released = released.filter(|hold| hold.released_at.is_none() && hold.is_among(&shown)).collect();
        Ok(Self { previous, next, given_up, held, released })
    }

    fn changes(&self) -> bool {
        self.previous.as_ref() != Some(&self.next)
    }

    fn outcome(self) -> RolledBack {
        let changed = self.changes();
        let published =
            Published { name: self.next.to_string(), changed, files: BTreeMap::new(), rows: BTreeMap::new() };
        RolledBack { published, held: self.held, released: self.released }
    }
}

/// The nights of the generation `from` that are not among those that readers are `shown` next; none where it cannot be read, for
/// a rollback is what leads away from it.
fn hidden(layout: &Layout, from: &Name, shown: &BTreeMap<Day, String>, why: Why<'_>) -> Vec<Hold> {
    match Generation::read(layout, from) {
        Ok(from) => holds::hidden((&from.nights, shown), (why.because, why.at)),
        Err(failure) => {
            tracing::warn!("what {from} has is not held: {failure}");
            Vec::new()
        }
    }
}

/// The month ends of the generation `from` that `to` does not have, or has with other bytes.
fn given_up(layout: &Layout, from: &Name, to: &Name) -> Outcome<Vec<String>> {
    let folder = |name: &Name| layout.generation(name).join(PUBLISHED.name).join(MONTH_END_SCORES.name);
    let (from, to) = (folder(from), folder(to));
    let mut given_up = Vec::new();
    for month_end in file_system::names(&from)? {
        if hashes(&from.join(&month_end))? != hashes(&to.join(&month_end))? {
            given_up.push(month_end);
        }
    }
    Ok(given_up)
}

fn hashes(folder: &Path) -> Outcome<Vec<String>> {
    file_system::names(folder)?.iter().map(|name| file_hash(&folder.join(name))).collect()
}

/// What is kept of a rollback that gave up frozen month ends, named by their partitions.
#[derive(Serialize)]
struct RollbackReason<'a> {
    at: Timestamp,
    from: String,
    to: String,
    because: &'a str,
    month_ends: &'a [String],
}

impl RollbackReason<'_> {
    /// Adds a line, and waits until it is on disk.
    fn keep(&self, layout: &Layout) -> Outcome<()> {
        let folder = &layout.records;
        file_system::make_durable_folder(folder, PUBLISHED.folder_mode)?;
        let path = folder.join("rollbacks.jsonl");
        let line = serde_json::to_string(self).map_err(|error| fault(STAGE, error))?;
        let failed = |error: io::Error| disk(STAGE, "append", &path, &error);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        file_system::sync_folder(folder)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::publish::testing::{Out, TINY, night, partition};
    use crate::publish::{Publication, list, outputs::OutputTable};

    #[test]
    fn rolling_back_shows_the_earlier_night_rolling_forward_the_later_and_publishing_builds_on_what_is_shown() {
        let out = Out::new();
        let first = out.publish(&night("2022-03-14", 4.1, &[("2022-03-14", "{}")]));
        let before = ["current", "quarantine"].map(|folder| out.files(folder));
        out.publish(&night("2022-03-15", 4.2, &[]));
        let after = out.files("current");
        assert_ne!(before[0], after);
        assert!(out.rollback(&first.name).unwrap().published.changed);
        assert_eq!(["current", "quarantine"].map(|folder| out.files(folder)), before);
        assert!(!out.rollback(&first.id()).unwrap().published.changed);
        out.rollback("2").unwrap();
        assert_eq!(out.files("current"), after);
        out.rollback("1").unwrap();
        assert_eq!(list(out.path()).unwrap().len(), 2);

        let third = out.publish(&night("2022-03-16", 4.3, &[]));
        assert!(third.name.starts_with("000003-"));
        let nights: Vec<_> = out.files("current").into_keys().collect();
        assert_eq!(nights, ["tiny/dt=2022-03-14/part-0.parquet", "tiny/dt=2022-03-16/part-0.parquet"]);
        assert_eq!(list(out.path()).unwrap().last().unwrap().generation.parent, Some(first.name));
    }

    #[test]
    fn what_names_no_generation_or_two_is_refused_with_a_list_of_what_there_is() {
        let out = Out::new();
        assert_eq!(out.rollback("1").unwrap_err().class, ExitClass::Usage);
        let [first, second] = out.publish_two_nights();
        let failure = out.rollback("3").unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        assert!(failure.to_string().contains(&format!("{}, {}", first.name, second.name)), "{failure}");

        out.rollback(&first.name).unwrap();
        let again = out.publish(&night("2022-03-15", 4.2, &[]));
        let failure = out.rollback(&again.id()).unwrap_err();
        assert!(failure.to_string().contains("2 generations called"), "{failure}");
        out.rollback(&again.name).unwrap();
    }

    /// A night of January's last day that publishes its month end with one row of this score.
    fn month_end(score: f64) -> Publication<'static> {
        // The table's name is what counts here; its columns are another matter.
        const TABLE: OutputTable =
            OutputTable { name: MONTH_END_SCORES.name, partition_key: MONTH_END_SCORES.partition_key, ..TINY };
        let mut night = night("2022-01-31", score, &[]);
        night.partitions.push(partition(&TABLE, night.as_of, &[(1, Some(score))]));
        night
    }

    #[test]
    fn giving_up_a_frozen_month_end_or_its_revision_needs_a_reason_and_keeps_it() {
        let out = Out::new();
        let before = out.publish(&night("2022-01-30", 4.0, &[]));
        let first = out.publish(&month_end(4.1));
        let failure = out.rollback(&before.name).unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        assert!(failure.to_string().contains("month_end=2022-01-31"), "{failure}");

        let because = Why { because: Some("a wrong extract"), at: Timestamp::UNIX_EPOCH };
        assert!(rollback(out.path(), &before.name, because).unwrap().published.changed);
        let kept = fs::read_to_string(out.path().join("records/rollbacks.jsonl")).unwrap();
        let reason = r#""because":"a wrong extract","month_ends":["month_end=2022-01-31"]"#;
        assert!(kept.contains(reason), "{kept}");
        assert!(out.rollback(&first.name).unwrap().published.changed, "forward again nothing is lost");

        let revised = out.publish(&month_end(4.2));
        assert_eq!(out.rollback(&first.name).unwrap_err().class, ExitClass::Usage, "to an earlier revision");
        out.publish(&night("2022-02-01", 4.0, &[]));
        assert!(out.rollback(&revised.name).unwrap().published.changed, "the month end is the same in both");
    }
}
