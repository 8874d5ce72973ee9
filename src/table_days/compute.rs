//! A table-day computed out of its files: the one place where rows become what is stored.
//!
//! In: the files of one table-day, checked, and what it depends on besides. Out: its counts, its quarantined rows and its
//! figures; of shops and appeals the sound rows in place of figures. Another engine that does this step stands behind
//! [`compute`] and nothing else.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::error::{Outcome, caught, fault};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::reader::{self, Source};
use crate::extracts::selection::{Selection, Share, Wanted};
use crate::extracts::{contract::CheckedPartition, row_rules::judge, rows::Rows, tables::Table, verdicts::Verdicts};
use crate::partials::daily::{self, DailyPartial};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::AllRecords;
use crate::partials::{retractions, shares::together};
use crate::table_days::{STAGE, plan::Planned};
use crate::{hashing::hash_of, memory, settings::Settings, shops, state::day_content::DayContent};

/// The files of a table-day, opened once: their hashes, and their bytes where they are worked on in one piece.
pub(super) struct Opened<'a> {
    planned: &'a Planned,
    checked: &'a CheckedPartition,
    settings: &'a Settings,
    /// One a part file.
    pub(super) hashes: Vec<String>,
    bytes: Option<Vec<Bytes>>,
    shares: u64,
}

/// What was computed of a table-day.
pub(super) struct Computed {
    pub(super) counts: Counts,
    pub(super) quarantine: Vec<QuarantinedRow>,
    pub(super) content: DayContent,
    /// All records by key, where they were wanted.
    pub(super) records: Option<AllRecords>,
}

impl<'a> Opened<'a> {
    /// Reads the files once, whole where they fit the memory that the settings allow; rejected where one is not what was
    /// checked.
    pub(super) fn of(planned: &'a Planned, checked: &'a CheckedPartition, settings: &'a Settings) -> Outcome<Self> {
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
        Ok(Self { planned, checked, settings, hashes, bytes, shares })
    }

    fn decode(&self, source: Source<'_>, rows: Wanted<'_>) -> Outcome<Rows> {
        let selection = Selection { rows, ..Selection::default() };
        reader::decode(self.checked, source, &self.settings.zone, &selection)
    }
}

fn rows_of(checked: &CheckedPartition) -> usize {
    checked.files.iter().map(|file| file.rows).sum()
}

/// Computes a table-day out of its files, and all its records where these are wanted `with_records`; rejected where a file
/// cannot be decoded or a sum could pass 64 bits.
pub(super) fn compute(mut opened: Opened<'_>, with_records: bool) -> Outcome<Computed> {
    let loaded = opened.bytes.take();
    let whole = loaded.map(|files| opened.decode(Source::Loaded(&files), Wanted::All)).transpose()?;
    match (measures::of(opened.checked.table), whole) {
        (Some(spec), whole) => partial(&opened, spec, whole, with_records),
        (None, Some(rows)) => kept_rows(&rows, &judge(&rows, &opened.settings.zone)?),
        (None, None) => Err(fault(STAGE, "rows that are kept, read in shares")),
    }
}

fn kept_rows(rows: &Rows, verdicts: &Verdicts) -> Outcome<Computed> {
    let content = match rows.table {
        Table::Shops => DayContent::Shops(shops::of_snapshot(rows, verdicts)?),
        Table::Appeals => DayContent::Appeals(retractions::appeals_of(rows, verdicts)?),
        other => return Err(fault(STAGE, format!("rows of {} kept in place of a partial", other.name()))),
    };
    let (counts, quarantine) = (Counts::of(rows, verdicts)?, rows_set_aside(rows, verdicts)?);
    Ok(Computed { counts, quarantine, content, records: None })
}

/// Of all rows where they were decoded in one piece, and share by share where not.
fn partial(
    opened: &Opened<'_>,
    spec: &'static PartialSpec,
    rows: Option<Rows>,
    with_records: bool,
) -> Outcome<Computed> {
    let Opened { planned, checked, settings, shares, .. } = *opened;
    let folder = &planned.partition.folder;
    // The index of a day that is too large for one share would be, too; its records are searched for in the files.
    let is_indexed = shares == 1 || settings.extracts_kept_days.is_some();
    let all_records = with_records && spec.has_records() && is_indexed;
    let sum_up = |rows| {
        let surroundings = planned.dependencies.surroundings();
        caught(STAGE, folder, || daily::sum_up(rows, spec, &BTreeSet::new(), all_records, surroundings))
    };
    let partial = match rows {
        Some(rows) => sum_up(rows)?,
        None => {
            let share = |place| Wanted::Share(Share { place, of: shares });
            let of_share = |place| sum_up(opened.decode(Source::Files, share(place))?);
            let partial = together(spec, (0..shares).map(of_share))?;
            let decoded = usize::try_from(partial.counts.rows).map_err(|error| fault(STAGE, error))?;
            reader::check_count(folder, decoded, rows_of(checked))?;
            partial
        }
    };
    let DailyPartial { counts, quarantine, sums, records, .. } = partial;
    Ok(Computed { counts, quarantine, content: DayContent::Sums(sums), records })
}
