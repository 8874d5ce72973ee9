//! A table-day computed out of its files: the one place where rows become what is stored.
//!
//! In: the files of one table-day, checked, and what it depends on besides. Out: its counts, its quarantined rows and its
//! figures; of shops and appeals the sound rows in place of figures. Another engine that does this step stands behind
//! [`compute`] and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use bytes::Bytes;

use crate::error::{Outcome, caught, fault};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::reader::{self, Source};
use crate::extracts::row_rules::judge;
use crate::extracts::rows::Rows;
use crate::extracts::selection::{Selection, Share, Wanted};
use crate::extracts::tables::Table;
use crate::extracts::verdicts::Verdicts;
use crate::hashing::hash_of;
use crate::memory;
use crate::partials::daily::{self, DailyPartial};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::{AllRecords, Answers};
use crate::partials::retractions;
use crate::partials::shares::together;
use crate::settings::Settings;
use crate::shops;
use crate::state::day_content::DayContent;
use crate::table_days::STAGE;
use crate::table_days::dependencies::Dependencies;

/// The files of a table-day, opened once: their hashes, and their bytes where they are worked on in one piece.
pub(super) struct Opened<'a> {
    folder: &'a Path,
    checked: &'a CheckedPartition,
    /// One a part file.
    pub(super) hashes: Vec<String>,
    bytes: Option<Vec<Bytes>>,
    shares: u64,
}

/// What is wanted of a table-day besides its figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wants<'a> {
    /// The records that appeals name.
    pub(super) record_ids: &'a BTreeSet<i64>,
    /// All records, to be found by their keys later.
    pub(super) all_records: bool,
}

/// What was computed of a table-day.
pub(super) struct Computed {
    pub(super) counts: Counts,
    pub(super) quarantine: Vec<QuarantinedRow>,
    pub(super) content: DayContent,
    /// What became of the records that were wanted.
    pub(super) answers: Answers,
    pub(super) records: Option<AllRecords>,
}

impl<'a> Opened<'a> {
    /// Reads the files once, whole where they fit the memory that the settings allow.
    ///
    /// # Errors
    /// Rejected where a file is not what was checked; disk.
    pub(super) fn of(folder: &'a Path, checked: &'a CheckedPartition, settings: &Settings) -> Outcome<Self> {
        let shares = match measures::of(checked.table) {
            Some(_) => memory::shares(rows_of(checked), settings.memory_limit_mib, settings.threads),
            // They are kept row by row: no share of them would be smaller.
            None => 1,
        };
        let bytes = if shares == 1 { Some(reader::load(checked)?) } else { None };
        let hashes = match &bytes {
            Some(files) => files.iter().map(|bytes| hash_of(bytes)).collect(),
            None => reader::hashes(checked)?,
        };
        Ok(Self { folder, checked, hashes, bytes, shares })
    }
}

fn rows_of(checked: &CheckedPartition) -> usize {
    checked.files.iter().map(|file| file.rows).sum()
}

/// Computes a table-day out of its files.
///
/// # Errors
/// Rejected where a file cannot be decoded or a sum could pass 64 bits; faults.
pub(super) fn compute(
    opened: Opened<'_>,
    dependencies: &Dependencies,
    wants: Wants<'_>,
    settings: &Settings,
) -> Outcome<Computed> {
    let checked = opened.checked;
    match measures::of(checked.table) {
        Some(spec) => partial(opened, spec, dependencies, wants, settings),
        None => {
            let bytes = opened.bytes.ok_or_else(|| fault(STAGE, "rows that are kept, read in shares"))?;
            let rows = reader::decode(checked, Source::Loaded(&bytes), &settings.zone, &Selection::default())?;
            kept_rows(&rows, &judge(&rows, &settings.zone)?)
        }
    }
}

fn kept_rows(rows: &Rows, verdicts: &Verdicts) -> Outcome<Computed> {
    let content = match rows.table {
        Table::Shops => DayContent::Shops(shops::of_snapshot(rows, verdicts)?),
        Table::Appeals => DayContent::Appeals(retractions::appeals_of(rows, verdicts)?),
        other => return Err(fault(STAGE, format!("rows of {} kept in place of a partial", other.name()))),
    };
    Ok(Computed {
        counts: Counts::of(rows, verdicts)?,
        quarantine: rows_set_aside(rows, verdicts)?,
        content,
        answers: Answers::new(),
        records: None,
    })
}

fn partial(
    opened: Opened<'_>,
    spec: &'static PartialSpec,
    dependencies: &Dependencies,
    wants: Wants<'_>,
    settings: &Settings,
) -> Outcome<Computed> {
    let Opened { folder, checked, bytes, shares, .. } = opened;
    // The index of a day that is too large for one share would be, too; its records are searched for in the files.
    let is_indexed = shares == 1 || settings.extracts_kept_days.is_some();
    let all_records = wants.all_records && spec.has_records() && is_indexed;
    let sum_up = |rows| {
        let surroundings = dependencies.surroundings();
        caught(STAGE, folder, || daily::sum_up(rows, spec, wants.record_ids, all_records, surroundings))
    };
    let partial = match bytes {
        Some(files) => {
            let rows = reader::decode(checked, Source::Loaded(&files), &settings.zone, &Selection::default())?;
            drop(files);
            sum_up(rows)?
        }
        None => {
            let of_share = |place| {
                let rows = Wanted::Share(Share { place, of: shares });
                let selection = Selection { rows, ..Selection::default() };
                sum_up(reader::decode(checked, Source::Files, &settings.zone, &selection)?)
            };
            let partial = together(spec, (0..shares).map(of_share))?;
            let decoded = usize::try_from(partial.counts.rows).map_err(|error| fault(STAGE, error))?;
            reader::check_count(folder, decoded, rows_of(checked))?;
            partial
        }
    };
    let DailyPartial { counts, quarantine, sums, answers, records, .. } = partial;
    Ok(Computed { counts, quarantine, content: DayContent::Sums(sums), answers, records })
}
