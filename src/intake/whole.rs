//! Shops and appeals: their sound rows, from the state folder where they hold, read and judged where not.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::error::{Outcome, all, fault};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::quarantine::{Counts, rows_set_aside};
use crate::extracts::reader::{self, Source};
use crate::extracts::row_rules::judge;
use crate::extracts::selection::Selection;
use crate::intake::STAGE;
use crate::intake::gone::lost;
use crate::intake::plan::Planned;
use crate::partials::records::TableDay;
use crate::settings::Settings;
use crate::state::partials::{Store, Stored, Version};
use crate::state::whole::Whole;

/// A table-day whose rows are known.
pub(super) struct DayRead {
    pub(super) stored: Stored,
    /// Whether it is not what an earlier night made use of.
    pub(super) is_changed: bool,
}

/// The sound rows of table-days, in their order, and what is known of each day.
pub(super) fn rows_of<T: Whole>(
    planned: &[&Planned],
    checked: &BTreeMap<TableDay, CheckedPartition>,
    settings: &Settings,
    store: &Store,
) -> Outcome<(Vec<T>, Vec<DayRead>)> {
    let days = planned.par_iter().with_max_len(1).map(|planned| {
        let kept = planned.stored.as_ref().filter(|_| planned.is_kept);
        let rows = kept.and_then(|stored| kept_rows(stored, store));
        match (kept, rows) {
            (Some(stored), Some(rows)) => Ok((rows, DayRead { stored: stored.clone(), is_changed: false })),
            _ => read(planned, checked.get(&planned.of()), settings, store),
        }
    });
    let (rows, days): (Vec<Vec<T>>, Vec<DayRead>) = all(days.collect::<Vec<_>>())?.into_iter().unzip();
    Ok((rows.into_iter().flatten().collect(), days))
}

fn kept_rows<T: Whole>(stored: &Stored, store: &Store) -> Option<Vec<T>> {
    let Counts { table, day, .. } = stored.counts;
    T::of_frame(&store.sums(table, day, &stored.version)?, day).ok()
}

/// Reads and judges a table-day, and stores it where it is not what was stored, or where what was stored is lost.
fn read<T: Whole>(
    planned: &Planned,
    checked: Option<&CheckedPartition>,
    settings: &Settings,
    store: &Store,
) -> Outcome<(Vec<T>, DayRead)> {
    if planned.is_gone {
        return Err(lost(planned, "rows"));
    }
    let of_now;
    let checked = match checked {
        Some(checked) => checked,
        None => {
            of_now = planned.checked(settings)?;
            &of_now
        }
    };
    let bytes = reader::load(checked)?;
    let (inputs, fingerprint) = planned.inputs_and_fingerprint(reader::hashes_of(&bytes));
    let rows = reader::decode(checked, Source::Loaded(&bytes), &settings.zone, &Selection::default())?;
    let verdicts = judge(&rows, &settings.zone);
    let records = T::of_rows(&rows, &verdicts)?;
    let mut stored = Stored {
        counts: Counts::of(&rows, &verdicts),
        quarantine: rows_set_aside(&rows, &verdicts),
        basis: planned.basis.clone(),
        inputs,
        version: Version { fingerprint, sums_hash: String::new() },
    };
    let before = planned.stored.as_ref().map(|before| &before.version);
    let is_changed = before.is_some_and(|before| before.fingerprint != stored.version.fingerprint);
    match before.filter(|_| !is_changed && !planned.is_kept) {
        Some(before) => {
            stored.version = before.clone();
            if planned.stored.as_ref() != Some(&stored) {
                store.describe(&stored)?;
            }
        }
        None => {
            let frame = T::as_frame(&records).map_err(|error| fault(STAGE, error))?;
            stored = store.put(&frame, stored)?;
        }
    }
    if let Some(before) = before.filter(|_| is_changed) {
        store.forget(planned.of().0, planned.of().1, before);
    }
    Ok((records, DayRead { stored, is_changed }))
}
