//! The records of runs on disk: `OUT/runs/`, one JSON file a run, named so that names are in the order of their beginnings.
//!
//! In and out: [`RunRecord`]s. A record is written beside its place and renamed, when the run begins and again when it ends; it is
//! not waited for until it is on disk, for no later run depends on it. What cannot be read is no record of this form.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use super::STAGE;
use super::record::{RunRecord, SCHEMA};
use crate::error::{Outcome, disk, fault};
use crate::folders::entries;

const ENDING: &str = ".json";
/// What a killed run may leave of a record that it was writing.
const UNFINISHED_ENDING: &str = ".json.tmp";

/// When a file was last written, as far as the system tells, and the file.
pub(crate) type Written = (Option<SystemTime>, PathBuf);

/// The folder of records.
pub(crate) fn folder(out: &Path) -> PathBuf {
    out.join("runs")
}

/// The record as the text of its file, in one line.
pub(crate) fn text(record: &RunRecord) -> Outcome<String> {
    Ok(serde_json::to_string(record).map_err(|error| fault(STAGE, error))? + "\n")
}

/// Writes a record in place of an earlier one of the same run.
pub(crate) fn write(out: &Path, record: &RunRecord) -> Outcome<()> {
    let folder = folder(out);
    fs::create_dir_all(&folder).map_err(|error| disk(STAGE, "mkdir", &folder, &error))?;
    let started_at = record.started_at.strftime("%Y%m%dT%H%M%S%.3fZ");
    let id = record.run_id.rsplit('-').next().unwrap_or_default();
    let path = folder.join(format!("{started_at}-{}-{id}{ENDING}", record.command.replace(' ', "-")));
    replace(&path, &text(record)?)
}

/// Puts a text in place of a file at once: readers see the old one or the new one.
pub(crate) fn replace(path: &Path, text: &str) -> Outcome<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".tmp");
    let beside = PathBuf::from(beside);
    let failed = |call: &'static str| move |error: io::Error| disk(STAGE, call, path, &error);
    fs::write(&beside, text).map_err(failed("write"))?;
    fs::rename(&beside, path).map_err(failed("rename"))
}

/// The files of records, the oldest first.
pub(crate) fn files(out: &Path) -> Outcome<Vec<PathBuf>> {
    let files = entries(STAGE, &folder(out))?.into_iter();
    Ok(files.filter(|(name, _)| name.ends_with(ENDING)).map(|(_, path)| path).collect())
}

/// A record; none where the file is gone, or is no record of this form.
pub(crate) fn read(path: &Path) -> Option<RunRecord> {
    let record: RunRecord = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (record.schema == SCHEMA).then_some(record)
}

/// The files of records, those that were written last first, each with when that was: a run that began later may have ended before.
pub(crate) fn last_written(out: &Path) -> Outcome<impl Iterator<Item = Written> + use<>> {
    let written = |path: &PathBuf| path.metadata().and_then(|found| found.modified()).ok();
    let mut files: Vec<Written> = files(out)?.into_iter().map(|path| (written(&path), path)).collect();
    files.sort_unstable();
    Ok(files.into_iter().rev())
}

/// Records that are not kept any longer at `now`, and what runs that were killed a day before left of others.
pub(crate) fn outdated(out: &Path, keep_days: i64, now: Timestamp) -> Outcome<Vec<PathBuf>> {
    // The beginning of the name of a file that was begun so long ago.
    let name_of = |days: i64| {
        let then = now.checked_sub(SignedDuration::from_hours(days.saturating_mul(24)));
        then.unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y%m%dT%H%M%S").to_string()
    };
    let (oldest, yesterday) = (name_of(keep_days), name_of(1));
    let goes = |name: &str| {
        let is_unfinished = name.ends_with(UNFINISHED_ENDING) && name < yesterday.as_str();
        is_unfinished || (name.ends_with(ENDING) && name < oldest.as_str())
    };
    let files = entries(STAGE, &folder(out))?.into_iter().filter(|(name, _)| goes(name));
    Ok(files.map(|(_, path)| path).collect())
}

/// Removes files that [`outdated`] found; one that is gone already was removed by another run.
pub(crate) fn remove(path: &Path) -> Outcome<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(STAGE, "remove", path, &error)),
        _ => Ok(()),
    }
}
