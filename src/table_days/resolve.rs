//! A plan carried out: of each table-day what is stored now, and the figures or rows that a run needs of it.
//!
//! Grain: one table-day. What is reused or has expired comes from the store when it is asked for; what is touched is known by
//! its bytes; the rest is computed and stored. What the store has lost is computed again where the extracts are there.

use std::collections::BTreeMap;

use crate::error::{ExitClass, Failure, Finding, Outcome, all, fault};
use crate::extracts::contract::CheckedPartition;
use crate::partials::{measures, records::TableDay};
use crate::stages::{self, Stage};
use crate::state::store::{Store, Stored, Version};
use crate::table_days::compute::{Computed, Opened, compute, rows_of};
use crate::table_days::plan::{Decision, Planned, Why, is_made_of};
use crate::{settings::Settings, state::day_content::DayContent, table_days::STAGE};
use crate::{threads::longest_first, window_sums::tables::add_up};

/// A table-day whose plan was carried out.
pub(super) struct Resolved<'a> {
    pub(super) planned: &'a Planned,
    /// What is stored of it now.
    pub(super) stored: Stored,
    /// Its content for the window or for scoring, where it was computed in this run.
    content: Option<DayContent>,
    /// Why it was computed, where it was.
    pub(super) computed: Option<Why>,
    /// The version that it replaced; where there is one, it is not what an earlier night made use of.
    pub(super) replaced: Option<Version>,
}

/// With what plans are carried out.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) settings: &'a Settings,
    pub(super) store: &'a Store<'a>,
    /// The files to be read, checked against the contract.
    pub(super) checked: &'a BTreeMap<TableDay, CheckedPartition>,
}

pub(super) type ResolvedDays<'a> = BTreeMap<TableDay, Resolved<'a>>;

/// Carries out the plans of table-days. Those that are kept row by row take longer than their few rows let expect.
pub(super) fn resolve_all<'a>(planned: &[&'a Planned], means: Means<'_>) -> Outcome<ResolvedDays<'a>> {
    let rows_to_read = |planned: &&Planned| means.checked.get(&planned.of()).map(rows_of);
    let length = |planned: &&Planned| (measures::of(planned.of().0).is_none(), rows_to_read(planned));
    let rows: Option<usize> = planned.iter().filter_map(rows_to_read).sum();
    let stage = Stage::Partials.begin().of_pieces(planned.len());
    let _stage = match rows {
        Some(rows) => stage.of_rows(rows),
        None => stage,
    };
    let resolved = longest_first(planned, length, |planned| {
        let resolved = resolve(planned, means);
        stages::advance();
        Ok((planned.of(), resolved?))
    });
    Ok(all(resolved)?.into_iter().collect())
}

fn resolve<'a>(planned: &'a Planned, means: Means<'_>) -> Outcome<Resolved<'a>> {
    let kept = |stored| Resolved { planned, stored, content: None, computed: None, replaced: None };
    match planned.decision {
        Decision::Reused | Decision::Expired => Ok(kept(planned.stored()?.clone())),
        Decision::Touched | Decision::Computed(_) => {
            let (table, day) = planned.of();
            let checked = means.checked.get(&(table, day));
            let checked = checked.ok_or_else(|| fault(STAGE, format!("{} {day} unchecked", table.name())))?;
            let opened = Opened::of(planned, checked, means.settings)?;
            match planned.by_bytes(&opened.hashes) {
                Decision::Computed(why) => computed(planned, &opened, why, means),
                _ => touched(planned, &opened.hashes, means.store).map(kept),
            }
        }
        Decision::Empty | Decision::Missing(_) => {
            Err(fault(STAGE, format!("a table-day that is {:?} has no content", planned.decision)))
        }
    }
}

/// Stores the identities of files whose bytes are those that were stored.
fn touched(planned: &Planned, hashes: &[String], store: &Store<'_>) -> Outcome<Stored> {
    let before = planned.stored()?;
    let stored = Stored { inputs: planned.inputs(hashes), ..before.clone() };
    if stored != *before {
        store.describe(&stored)?;
    }
    Ok(stored)
}

fn computed<'a>(planned: &'a Planned, opened: &Opened<'_>, why: Why, means: Means<'_>) -> Outcome<Resolved<'a>> {
    let inputs = planned.inputs(&opened.hashes);
    let version = Version { fingerprint: planned.fingerprint(&inputs), ..Version::default() };
    let (table, day) = planned.of();
    tracing::debug!("computing {} {day}, since {why}", table.name());
    let Computed { counts, quarantine, content, records } = compute(opened, true)?;
    if let Some(records) = records {
        means.store.put_records(planned.of(), &version, &records)?;
    }
    let basis = planned.dependencies.basis().to_owned();
    let stored = means.store.put(&content, Stored { counts, quarantine, basis, inputs, version })?;
    let replaced = planned.stored.as_ref().map(|before| before.version.clone());
    // The rows of before serve nothing any more; the sums of before may yet be taken out of the last window.
    if let Some(before) = replaced.as_ref().filter(|before| content.is_rows() && **before != stored.version) {
        means.store.forget(planned.of(), before);
    }
    let content = Some(for_the_window(planned, content)?);
    Ok(Resolved { planned, stored, content, computed: Some(why), replaced })
}

/// The window needs no categories of goods, and holding them would take most of its memory.
fn for_the_window(planned: &Planned, content: DayContent) -> Outcome<DayContent> {
    match (content, measures::of(planned.of().0)) {
        (DayContent::Sums(sums), Some(spec)) if spec.grouped_by.len() > 1 => {
            Ok(DayContent::Sums(add_up(spec, &[sums], &[])?))
        }
        (content, _) => Ok(content),
    }
}

impl Resolved<'_> {
    /// The content of a resolved table-day: as it was computed in this run, as it is stored, or computed again.
    pub(super) fn content(&self, means: Means<'_>) -> Outcome<DayContent> {
        self.content.clone().map_or_else(|| content(self.planned, &self.stored, means), Ok)
    }

    /// The same, without a copy of what was computed in this run: a million shops are a hundred megabytes.
    pub(super) fn take_content(&mut self, means: Means<'_>) -> Outcome<DayContent> {
        self.content.take().map_or_else(|| content(self.planned, &self.stored, means), Ok)
    }
}

/// The whole content of a table-day, as it is stored or computed again; missing where it has expired and the store has lost it.
pub(super) fn content(planned: &Planned, stored: &Stored, means: Means<'_>) -> Outcome<DayContent> {
    if let Some(content) = means.store.content(planned.of(), &stored.version) {
        return Ok(content);
    }
    if planned.decision == Decision::Expired {
        let what = if measures::of(planned.of().0).is_some() { "sums" } else { "rows" };
        return Err(lost(planned, what));
    }
    let checked = planned.checked(means.settings)?;
    let opened = Opened::of(planned, &checked, means.settings)?;
    if !is_made_of(stored, &opened.hashes) {
        let (found, wanted) = ("files with other bytes, and times as they were", "the files that it was stored of");
        let changed = Finding::new(STAGE, found, wanted).path(&planned.partition.folder);
        return Err(changed.advice("run again with --rehash").fail(ExitClass::Rejected));
    }
    let Computed { content, .. } = compute(&opened, false)?;
    means.store.put(&content, stored.clone())?;
    Ok(content)
}

/// The end of a run that needs more of a table-day than the state folder has, where its extracts are gone.
pub(super) fn lost(planned: &Planned, what: &str) -> Failure {
    planned
        .without(&format!("and no sound {what} stored of it"))
        .advice("deliver the day again, or put the state folder back as it was backed up")
        .fail(ExitClass::Missing)
}
