//! The rows that stopped a run, for their owner: `OUT/refused/dt=DAY/`, in the columns and modes of the quarantine.
//!
//! Grain: the quarantined rows of those table-days of a day that were refused, all of them. A day's file is replaced by one
//! rename, and goes once a night that reads the day is published, or when it is too old. No reader of published tables looks
//! there, and nothing depends on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;

use super::file_system::{self, names};
use super::layout::Layout;
use super::output_checks::checked;
use super::outputs::QUARANTINE;
use super::parquet_file::encode;
use super::partition::{NewPartition, SET_ASIDE};
use super::quarantine::Quarantine;
use crate::domain::Day;
use crate::error::Outcome;

/// One file a day, whatever its size.
const NO_LIMIT: usize = usize::MAX;

/// Keeps the refused rows of some days, sorted as the quarantine is, in place of what was kept of these days; returns where.
pub(crate) fn keep(out: &Path, days: &BTreeMap<Day, RecordBatch>) -> Outcome<PathBuf> {
    let Layout { refused: folder, refused_staging: staging, .. } = Layout::new(out);
    file_system::remove(&staging)?;
    file_system::make_folder(&folder, SET_ASIDE.folder_mode)?;
    file_system::make_folder(&staging, SET_ASIDE.folder_mode)?;
    let to_sync = file_system::open_folder(&staging)?;
    let mut written = Vec::new();
    for (day, rows) in days {
        let partition = NewPartition::quarantined(*day, rows.clone());
        let of_day = staging.join(&partition.folder.path);
        file_system::make_folder(&of_day, SET_ASIDE.folder_mode)?;
        for file in encode(Some(&of_day), &QUARANTINE, checked(&partition), NO_LIMIT)? {
            let name = file.name.clone();
            // They are of no generation.
            file.finish("refused", SET_ASIDE.file_mode)?;
            written.push((partition.folder.path.clone(), name));
        }
    }
    file_system::sync_file_system(&to_sync, &staging)?;
    for (of_day, name) in written {
        file_system::make_folder(&folder.join(&of_day), SET_ASIDE.folder_mode)?;
        file_system::rename(&staging.join(&of_day).join(&name), &folder.join(&of_day).join(&name))?;
    }
    file_system::remove(&staging)?;
    Ok(folder)
}

/// Removes the refused rows of the days that a published night read, and of those that are too old. What cannot be removed is
/// a warning: the night is published.
pub(super) fn forget(layout: &Layout, published: &Quarantine) {
    if let Err(failure) = remove(&layout.refused, published) {
        tracing::warn!("rows that were refused are still kept: {failure}");
    }
}

fn remove(folder: &Path, published: &Quarantine) -> Outcome<()> {
    let (mut kept, names) = (0, names(folder)?);
    for name in names {
        let day = name.strip_prefix("dt=").and_then(|day| day.parse::<Day>().ok());
        if day.is_some_and(|day| !published.keeps(day)) {
            file_system::remove(&folder.join(name))?;
        } else {
            kept += 1;
        }
    }
    if kept == 0 { file_system::remove(folder) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::publish::reading::read_partition;
    use crate::publish::testing::{Out, day, night, quarantine_rows};

    fn kept(out: &Out) -> Vec<String> {
        out.files("refused").into_keys().collect()
    }

    fn keep_days(out: &Out, days: &[&str], row: &str) {
        let days = days.iter().map(|of| (day(of), quarantine_rows("payments", row))).collect();
        assert_eq!(keep(out.path(), &days).unwrap(), out.path().join("refused"));
    }

    #[test]
    fn refused_rows_are_kept_for_their_owner_until_a_night_that_reads_their_day_is_published() {
        let out = Out::new();
        // The window of 2022-03-15 begins on 2022-02-14; 90 days before it lies 2021-12-15.
        keep_days(&out, &["2021-12-14", "2022-02-13", "2022-02-14", "2022-03-15"], "{}");
        keep_days(&out, &["2022-03-15", "2022-03-16"], "again");
        assert_eq!(kept(&out).len(), 5);
        let folder = out.path().join("refused/dt=2022-03-15");
        assert_eq!(read_partition(&folder, &QUARANTINE).unwrap().num_rows(), 1, "in place of those before");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("part-0.parquet"))), (0o700, 0o400));
        assert_eq!(mode(&out.path().join("refused")), 0o700);
        fs::create_dir(Layout::new(out.path()).refused_staging).unwrap();

        let night = night("2022-03-15", 4.0, &[]);
        out.publish(&night);
        assert_eq!(kept(&out), ["dt=2022-02-13/part-0.parquet", "dt=2022-03-16/part-0.parquet"]);
        keep_days(&out, &["2022-03-15"], "{}");
        assert!(!out.publish(&night).changed, "of a night that is there already, too");
        assert_eq!(kept(&out).len(), 2);
    }

    #[test]
    fn nothing_is_left_where_no_row_is_kept_any_more() {
        let out = Out::new();
        keep_days(&out, &["2022-03-15"], "{}");
        out.publish(&night("2022-03-15", 4.0, &[]));
        assert!(!out.path().join("refused").exists());
    }
}
