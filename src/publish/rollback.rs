//! Going back to a generation that readers were shown before, or forward again.
//!
//! In: the name of a generation. Out: `current` leads to it. A frozen month end that readers would lose by that, or see in
//! an earlier revision, must be given up on purpose: with a reason, which is kept in `OUT/records/rollbacks.jsonl`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::current;
use super::file_system::{self, STAGE};
use super::generations::{Published, once_current};
use super::layout::{Layout, Name, Root};
use super::outputs::MONTH_END_SCORES;
use super::parquet_file::file_hash;
use crate::error::{ExitClass, Failure, Finding, Outcome, disk, fault};
use crate::interruption::uninterrupted;

/// Why and when.
#[derive(Clone, Copy, Debug)]
pub struct Why<'a> {
    /// The reason; needed only where a frozen month end is given up.
    pub because: Option<&'a str>,
    /// Now.
    pub at: Timestamp,
}

/// What is kept of a rollback that gave up frozen month ends.
#[derive(Serialize)]
struct Entry<'a> {
    at: Timestamp,
    from: String,
    to: String,
    because: &'a str,
    month_ends: &'a [String],
}

/// Shows readers an earlier generation again. `to` is its name, or its id or number where only one has it.
///
/// # Errors
/// Usage where `to` names none or several, or a frozen month end would be given up without a reason; state; disk, with the
/// link as it was.
pub fn rollback(out: &Path, to: &str, why: Why<'_>) -> Outcome<Published> {
    let layout = Layout::new(out);
    let previous = current::read(&layout)?;
    let names = once_current(&layout, previous.as_ref())?;
    let is_meant = |name: &&Name| name.to_string() == to || name.id == to || to.parse() == Ok(name.number);
    let meant: Vec<_> = names.iter().filter(is_meant).collect();
    let [next] = meant.as_slice() else {
        return Err(not_one(&layout, to, meant.len(), &names));
    };
    let changed = previous.as_ref() != Some(next);
    if changed {
        if let Some(previous) = &previous {
            check_month_ends(&layout, previous, next, why)?;
        }
        current::link_quarantine(&layout)?;
        uninterrupted(|| current::switch(&layout, previous.as_ref(), next))?;
    }
    Ok(Published { name: next.to_string(), id: next.id.clone(), changed, path: layout.generation(next) })
}

fn not_one(layout: &Layout, to: &str, meant: usize, names: &[Name]) -> Failure {
    let names: Vec<_> = names.iter().map(Name::to_string).collect();
    let there = if names.is_empty() { "nothing is published".to_owned() } else { names.join(", ") };
    Finding::new(STAGE, format!("{meant} generations called {to}"), "exactly one")
        .path(&layout.generations())
        .advice(format!("there are: {there}"))
        .fail(ExitClass::Usage)
}

/// Refuses to give up frozen month ends without a reason, and keeps the reason where there is one.
fn check_month_ends(layout: &Layout, from: &Name, to: &Name, why: Why<'_>) -> Outcome<()> {
    let given_up = given_up(layout, from, to)?;
    match why.because {
        _ if given_up.is_empty() => Ok(()),
        None => {
            let found =
                format!("frozen month ends that {to} lacks or has otherwise: {}", given_up.join(", "));
            Err(Finding::new(STAGE, found, "a reason to give them up")
                .advice("say it with --because, or go back to a later generation")
                .fail(ExitClass::Usage))
        }
        Some(because) => {
            let (from, to) = (from.to_string(), to.to_string());
            keep(layout, &Entry { at: why.at, from, to, because, month_ends: &given_up })
        }
    }
}

/// The month ends of the generation `from` that `to` does not have, or has with other bytes.
fn given_up(layout: &Layout, from: &Name, to: &Name) -> Outcome<Vec<String>> {
    let folder =
        |name: &Name| layout.generation(name).join(Root::Published.name()).join(MONTH_END_SCORES.name);
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

/// Adds a line to the record of rollbacks, and waits until it is on disk.
fn keep(layout: &Layout, entry: &Entry<'_>) -> Outcome<()> {
    let folder: PathBuf = layout.out().join("records");
    file_system::make_folder(&folder, Root::Published.folder_mode())?;
    let path = folder.join("rollbacks.jsonl");
    let line = serde_json::to_string(entry).map_err(|error| fault(STAGE, error))?;
    let failed = |error: std::io::Error| disk(STAGE, "append", &path, &error);
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    file_system::sync_folder(&folder)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::publish::generations::list;
    use crate::publish::testing::{files, night, published, why};
    use crate::publish::{Partition, Period, Publication};

    fn two_nights(out: &Path) -> [Published; 2] {
        [published(out, &night("2022-03-14", 4.1, &[])), published(out, &night("2022-03-15", 4.2, &[]))]
    }

    #[test]
    fn rolling_back_shows_the_earlier_night_and_rolling_forward_the_later() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &night("2022-03-14", 4.1, &[("2022-03-14", "{}")]));
        let current = out.path().join("current");
        let (before, set_aside) = (files(&current), files(&out.path().join("quarantine")));
        let second = published(out.path(), &night("2022-03-15", 4.2, &[]));
        let after = files(&current);
        assert_ne!(before, after);
        assert!(rollback(out.path(), &first.name, why()).unwrap().changed);
        assert_eq!(files(&current), before);
        assert_eq!(files(&out.path().join("quarantine")), set_aside);
        assert!(!rollback(out.path(), &first.id, why()).unwrap().changed);
        rollback(out.path(), "2", why()).unwrap();
        assert_eq!(files(&current), after);
        rollback(out.path(), &second.id, why()).unwrap();
        assert_eq!(list(out.path()).unwrap().len(), 2);
    }

    #[test]
    fn publishing_after_a_rollback_builds_on_what_readers_see() {
        let out = tempfile::tempdir().unwrap();
        let [first, _] = two_nights(out.path());
        rollback(out.path(), &first.name, why()).unwrap();
        let third = published(out.path(), &night("2022-03-16", 4.3, &[]));
        assert!(third.name.starts_with("000003-"));
        let nights: Vec<_> = files(&out.path().join("current")).into_keys().collect();
        assert_eq!(nights, ["tiny/dt=2022-03-14/part-0.parquet", "tiny/dt=2022-03-16/part-0.parquet"]);
        assert_eq!(list(out.path()).unwrap().last().unwrap().parent, Some(first.name));
    }

    #[test]
    fn an_unknown_generation_is_refused_with_a_list_of_what_there_is() {
        let out = tempfile::tempdir().unwrap();
        assert_eq!(rollback(out.path(), "1", why()).unwrap_err().class, ExitClass::Usage);
        let [first, second] = two_nights(out.path());
        let failure = rollback(out.path(), "3", why()).unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        assert!(failure.to_string().contains(&format!("{}, {}", first.name, second.name)), "{failure}");
    }

    #[test]
    fn an_id_that_two_generations_have_is_refused() {
        let out = tempfile::tempdir().unwrap();
        let [first, _] = two_nights(out.path());
        rollback(out.path(), &first.name, why()).unwrap();
        let again = published(out.path(), &night("2022-03-15", 4.2, &[]));
        let failure = rollback(out.path(), &again.id, why()).unwrap_err();
        assert!(failure.to_string().contains("2 generations called"), "{failure}");
        rollback(out.path(), &again.name, why()).unwrap();
    }

    /// A night of January's last day that publishes its month end with one row of this score.
    fn month_end(score: f64) -> Publication {
        let mut night = night("2022-01-31", score, &[]);
        let batches = night.partitions[0].batches.clone();
        // The table's name is what counts here; its columns are another matter.
        let table = Box::leak(Box::new(crate::publish::outputs::OutputTable {
            name: MONTH_END_SCORES.name,
            partition_key: MONTH_END_SCORES.partition_key,
            ..crate::publish::testing::TINY
        }));
        night.partitions.push(Partition { table, period: Period::Day(night.as_of), batches });
        night
    }

    #[test]
    fn going_back_past_a_frozen_month_end_needs_a_reason_and_keeps_it() {
        let out = tempfile::tempdir().unwrap();
        let before = published(out.path(), &night("2022-01-30", 4.0, &[]));
        let first = published(out.path(), &month_end(4.1));
        let failure = rollback(out.path(), &before.name, why()).unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        assert!(failure.to_string().contains("month_end=2022-01-31"), "{failure}");

        let because = Why { because: Some("a wrong extract"), ..why() };
        assert!(rollback(out.path(), &before.name, because).unwrap().changed);
        let kept = fs::read_to_string(out.path().join("records/rollbacks.jsonl")).unwrap();
        assert!(
            kept.contains(r#""because":"a wrong extract","month_ends":["month_end=2022-01-31"]"#),
            "{kept}"
        );
        assert!(rollback(out.path(), &first.name, why()).unwrap().changed, "forward again nothing is lost");
    }

    #[test]
    fn going_back_to_an_earlier_revision_of_a_month_end_needs_a_reason_too() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &month_end(4.1));
        published(out.path(), &month_end(4.2));
        assert_eq!(rollback(out.path(), &first.name, why()).unwrap_err().class, ExitClass::Usage);
        published(out.path(), &night("2022-02-01", 4.0, &[]));
        let last = published(out.path(), &night("2022-02-02", 4.0, &[]));
        published(out.path(), &night("2022-02-03", 4.0, &[]));
        assert!(
            rollback(out.path(), &last.name, why()).unwrap().changed,
            "the month end is the same in both"
        );
    }
}
