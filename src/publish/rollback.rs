//! Going back to a generation that readers were shown before, or forward again.
//!
//! In: the name of a generation. Out: `current` leads to it. A frozen month end that readers would lose by that, or see in
//! an earlier revision, must be given up on purpose: with a reason, which is kept in
//! `OUT/records/rollbacks.jsonl`: one line a rollback, never removed.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::checksums::file_hash;
use super::current;
use super::file_system::{self, STAGE};
use super::generations::{Published, called};
use super::layout::{Layout, Name};
use super::outputs::MONTH_END_SCORES;
use super::partition::PUBLISHED;
use crate::error::{ExitClass, Finding, Outcome, disk, fault};
use crate::interruption::uninterrupted;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Why<'a> {
    /// Needed only where a frozen month end is given up.
    pub(crate) because: Option<&'a str>,
    pub(crate) at: Timestamp,
}

/// Shows readers an earlier generation again. `to` is its name, or its id or number where only one has it. The link is as
/// it was whatever error this returns.
pub(crate) fn rollback(out: &Path, to: &str, why: Why<'_>) -> Outcome<Published> {
    let layout = Layout::new(out);
    let Chosen { previous, next, given_up } = Chosen::of(&layout, to, why)?;
    let changed = previous.as_ref() != Some(&next);
    if changed {
        if let (Some(from), Some(because), false) = (&previous, why.because, given_up.is_empty()) {
            let (from, to) = (from.to_string(), next.to_string());
            RollbackReason { at: why.at, from, to, because, month_ends: &given_up }.keep(&layout)?;
        }
        current::link_quarantine(&layout)?;
        uninterrupted(|| current::switch(&layout, previous.as_ref(), &next))?;
    }
    Ok(Published { name: next.to_string(), changed, files: BTreeMap::new() })
}

/// What a rollback would come to; nothing is written.
pub(crate) fn foretell(out: &Path, to: &str, why: Why<'_>) -> Outcome<Published> {
    let Chosen { previous, next, .. } = Chosen::of(&Layout::new(out), to, why)?;
    let changed = previous.as_ref() != Some(&next);
    Ok(Published { name: next.to_string(), changed, files: BTreeMap::new() })
}

/// A rollback that is allowed.
struct Chosen {
    previous: Option<Name>,
    next: Name,
    /// The frozen month ends that readers lose by it.
    given_up: Vec<String>,
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
        Ok(Self { previous, next, given_up })
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
        let folder = &layout.rollback_reasons;
        file_system::make_folder(folder, PUBLISHED.folder_mode)?;
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
        assert!(out.rollback(&first.name).unwrap().changed);
        assert_eq!(["current", "quarantine"].map(|folder| out.files(folder)), before);
        assert!(!out.rollback(first.id()).unwrap().changed);
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
        let failure = out.rollback(again.id()).unwrap_err();
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
        assert!(rollback(out.path(), &before.name, because).unwrap().changed);
        let kept = fs::read_to_string(out.path().join("records/rollbacks.jsonl")).unwrap();
        let reason = r#""because":"a wrong extract","month_ends":["month_end=2022-01-31"]"#;
        assert!(kept.contains(reason), "{kept}");
        assert!(out.rollback(&first.name).unwrap().changed, "forward again nothing is lost");

        let revised = out.publish(&month_end(4.2));
        assert_eq!(out.rollback(&first.name).unwrap_err().class, ExitClass::Usage, "to an earlier revision");
        out.publish(&night("2022-02-01", 4.0, &[]));
        assert!(out.rollback(&revised.name).unwrap().changed, "the month end is the same in both");
    }
}
