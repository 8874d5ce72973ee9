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
use crate::table_days::elsewhere;
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
pub(super) fn resolve_all<'a>(planned: &[&'a Planned], means: Means<'a>) -> Outcome<ResolvedDays<'a>> {
    let rows_to_read = |planned: &&Planned| means.checked.get(&planned.of()).map(rows_of);
    let length = |planned: &&Planned| (measures::of(planned.of().0).is_none(), rows_to_read(planned));
    let rows: Option<usize> = planned.iter().filter_map(rows_to_read).sum();
    let stage = Stage::Partials.begin().of_pieces(planned.len());
    let _stage = match rows {
        Some(rows) => stage.of_rows(rows),
        None => stage,
    };
    let (elsewhere, here): (Vec<&'a Planned>, Vec<&'a Planned>) =
        planned.iter().copied().partition(|planned| means.is_computed_elsewhere(planned));
    let resolved = longest_first(&here, length, |planned| {
        let resolved = resolve(planned, means);
        stages::advance();
        Ok((planned.of(), resolved?))
    });
    let mut resolved: ResolvedDays<'a> = all(resolved)?.into_iter().collect();
    resolved.extend(resolve_elsewhere(&elsewhere, means)?);
    Ok(resolved)
}

/// As [`resolve`], of table-days that an engine computes.
fn resolve_elsewhere<'a>(planned: &[&'a Planned], means: Means<'a>) -> Outcome<Vec<(TableDay, Resolved<'a>)>> {
    let days = planned.iter().map(|planned| Ok((*planned, means.checked(planned)?))).collect::<Outcome<Vec<_>>>()?;
    let store = |planned: &'a Planned, made: Computed| {
        let known_by = planned.told_hashes();
        let Decision::Computed(why) = planned.by_bytes(&known_by) else {
            return Err(fault(STAGE, format!("a table-day computed that is {:?}", planned.decision)));
        };
        let resolved = computed(planned, &known_by, why, made, means)?;
        stages::advance();
        Ok((planned.of(), resolved))
    };
    if days.is_empty() { Ok(Vec::new()) } else { elsewhere::compute_all(&days, means.settings, store) }
}

impl<'a> Means<'a> {
    /// The files of a table-day that is read, as they were checked.
    fn checked(self, planned: &Planned) -> Outcome<&'a CheckedPartition> {
        let (table, day) = planned.of();
        self.checked.get(&(table, day)).ok_or_else(|| fault(STAGE, format!("{} {day} unchecked", table.name())))
    }

    fn is_computed_elsewhere(&self, planned: &Planned) -> bool {
        let is_remote = planned.is_read() && self.checked.get(&planned.of()).is_some_and(|checked| checked.is_remote);
        is_remote && matches!(planned.by_bytes(&planned.told_hashes()), Decision::Computed(_))
    }
}

fn resolve<'a>(planned: &'a Planned, means: Means<'_>) -> Outcome<Resolved<'a>> {
    let kept = |stored| Resolved { planned, stored, content: None, computed: None, replaced: None };
    match planned.decision {
        Decision::Reused | Decision::Expired => Ok(kept(planned.stored()?.clone())),
        Decision::Touched | Decision::Computed(_) => {
            let checked = means.checked(planned)?;
            if checked.is_remote {
                return touched(planned, &planned.told_hashes(), means.store).map(kept);
            }
            let opened = Opened::of(planned, checked, means.settings)?;
            match planned.by_bytes(&opened.hashes) {
                Decision::Computed(why) => {
                    tracing::debug!("computing {} {}, since {why}", checked.table.name(), checked.day);
                    computed(planned, &opened.hashes, why, compute(&opened, true)?, means)
                }
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

/// Stores what was made of a table-day whose files are known by these hashes.
fn computed<'a>(
    planned: &'a Planned,
    hashes: &[String],
    why: Why,
    made: Computed,
    means: Means<'_>,
) -> Outcome<Resolved<'a>> {
    let inputs = planned.inputs(hashes);
    let version = Version { fingerprint: planned.fingerprint(&inputs), ..Version::default() };
    let Computed { counts, quarantine, content, records } = made;
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
    let made = if checked.is_remote {
        check_made_of(planned, stored, &planned.told_hashes())?;
        elsewhere::compute_all(&[(planned, &checked)], means.settings, |_, made| Ok(made))?.pop()
    } else {
        let opened = Opened::of(planned, &checked, means.settings)?;
        check_made_of(planned, stored, &opened.hashes)?;
        Some(compute(&opened, false)?)
    };
    let Computed { content, .. } = made.ok_or_else(|| fault(STAGE, "a table-day that was not computed"))?;
    means.store.put(&content, stored.clone())?;
    Ok(content)
}

/// Makes sure that the files are those that a table-day was stored of; rejected where they are not.
fn check_made_of(planned: &Planned, stored: &Stored, hashes: &[String]) -> Outcome<()> {
    if is_made_of(stored, hashes) {
        return Ok(());
    }
    let (found, wanted) = ("files with other bytes, and times as they were", "the files that it was stored of");
    let changed = Finding::new(STAGE, found, wanted).path(&planned.partition.folder);
    Err(changed.advice("run again with --rehash").fail(ExitClass::Rejected))
}

/// The end of a run that needs more of a table-day than the state folder has, where its extracts are gone.
pub(super) fn lost(planned: &Planned, what: &str) -> Failure {
    planned
        .without(&format!("and no sound {what} stored of it"))
        .advice("deliver the day again, or put the state folder back as it was backed up")
        .fail(ExitClass::Missing)
}
