//! A table-day computed out of its files: the one place where rows become what is stored.
//!
//! In: the files of one table-day, checked, and what it depends on besides. Out: its counts, its quarantined rows and its
//! figures; of shops and appeals the sound rows in place of figures. Another engine that does this step stands behind
//! [`compute`] and nothing else.

use bytes::Bytes;

use crate::error::{Outcome, caught, fault};
use crate::extracts::quarantine::{Counts, QuarantinedRow, rows_set_aside};
use crate::extracts::reader::{self, Source};
use crate::extracts::selection::{Selection, Share, Wanted};
use crate::extracts::{batch::Batch, contract::CheckedPartition, row_rules::judge_all, tables::Table};
use crate::partials::all_records::AllRecords;
use crate::partials::daily::{self, DailyPartial};
use crate::partials::measures::{self, PartialSpec};
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
            Some(_) => memory::shares(rows_read_here(checked)?, settings.memory_limit_mib, settings.threads),
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

    /// Gives every batch of the wanted rows to `consume`.
    fn decode(&self, rows: Wanted<'_>, consume: &mut dyn FnMut(Batch) -> Outcome<()>) -> Outcome<()> {
        let selection = Selection { rows, ..Selection::default() };
        reader::decode(self.checked, self.source(), &selection, consume)
    }

    fn source(&self) -> Source<'_> {
        self.bytes.as_deref().map_or(Source::Files, Source::Loaded)
    }
}

/// How many rows its footers count; none where an engine reads it and does not give them.
pub(super) fn rows_of(checked: &CheckedPartition) -> Option<usize> {
    checked.files.iter().map(|file| file.rows).sum()
}

fn rows_read_here(checked: &CheckedPartition) -> Outcome<usize> {
    rows_of(checked).ok_or_else(|| fault(STAGE, format!("{} read here", checked.folder.display())))
}

/// Computes a table-day out of its files, and all its records where these are wanted `with_records`; rejected where a file
/// cannot be decoded or a sum could pass 64 bits.
pub(super) fn compute(opened: &Opened<'_>, with_records: bool) -> Outcome<Computed> {
    let checked = opened.checked;
    match measures::of(checked.table) {
        Some(spec) => partial(opened, spec, with_records),
        None => kept_rows(&reader::decode_whole(checked, opened.source(), &Selection::default())?),
    }
}

pub(super) fn kept_rows(rows: &Batch) -> Outcome<Computed> {
    let verdicts = judge_all(rows)?;
    let content = match rows.table {
        Table::Shops => DayContent::Shops(shops::of_snapshot(rows, &verdicts)?),
        Table::Appeals => DayContent::Appeals(retractions::appeals_of(rows, &verdicts)?),
        other => return Err(fault(STAGE, format!("rows of {} kept in place of a partial", other.name()))),
    };
    let mut counts = Counts::nothing(rows.table, rows.day);
    counts.add(rows, &verdicts)?;
    let mut quarantine = rows_set_aside(rows, &verdicts)?;
    quarantine.sort_unstable();
    Ok(Computed { counts, quarantine, content, records: None })
}

/// The partial of all rows, summed in one pass or, where they are too many for that, share by share.
fn partial(opened: &Opened<'_>, spec: &'static PartialSpec, with_records: bool) -> Outcome<Computed> {
    let Opened { planned, checked, settings, shares, .. } = *opened;
    let folder = &planned.partition.folder;
    // The index of a day that is too large for one share would be, too; its records are searched for in the files.
    let is_indexed = shares == 1 || settings.extracts_kept_days.is_some();
    let with_records = with_records && spec.has_records() && is_indexed;
    let wanted = daily::Wanted { spec, custom_made: planned.dependencies.custom_made(), with_records };
    let sum_up = |rows: Wanted<'_>| {
        caught(STAGE, folder, || daily::sum_up(planned.of(), wanted, |consume| opened.decode(rows, consume)))
    };
    let partial = if shares == 1 {
        sum_up(Wanted::All)?
    } else {
        let of_share = |place| sum_up(Wanted::Share(Share { place, of: shares }));
        let partial = together(spec, (0..shares).map(of_share))?;
        let decoded = usize::try_from(partial.counts.rows).map_err(|error| fault(STAGE, error))?;
        reader::check_count(folder, decoded, rows_read_here(checked)?)?;
        partial
    };
    let DailyPartial { counts, quarantine, sums, records, .. } = partial;
    Ok(Computed { counts, quarantine, content: DayContent::Sums(sums), records })
}
