//! What a record has of settings, rules, nights and publications: each turned from what the stages made into the record's own words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::terms;
use crate::domain::Day;
use crate::error::Outcome;
use crate::extracts::{tables::Table, verdicts::Reason};
use crate::hashing::hash_of;
use crate::logs::observed::{Seen, SeenStage};
use crate::pipeline::month_end::Closed;
use crate::pipeline::night::Night;
use crate::pipeline::standing::{self, Standing};
use crate::publish::{self, Published, reading::Current};
use crate::rulebook::Rulebook;
use crate::runs::record::{
    Disk, InputDay, NightRun, OutputFile, PublicationRun, QuarantinedRows, RuleTable, RunRecord, StageRun, UsedSetting,
};
use crate::settings::reports::Reports;
use crate::settings::{Settings, absolute, shown::Shown};
use crate::table_days::set_aside::SetAside;

/// What became of a publication, before the name of its generation.
pub(super) fn outcome(published: &Published) -> &'static str {
    if published.changed { "published as" } else { "already current in" }
}

/// A setting, without what may be a secret.
pub(super) fn used_setting(Shown { name, value, is_secret, origin, .. }: Shown) -> UsedSetting {
    UsedSetting { name, value: value.filter(|_| !is_secret), origin }
}

/// The folder of each extract.
pub(super) fn extract_folders(settings: &Settings) -> BTreeMap<String, String> {
    let folder = |table: &Table| {
        let folder = absolute(&settings.delivery.folder(*table)).ok()?;
        Some((table.name().to_owned(), folder.display().to_string()))
    };
    Table::ALL.iter().filter_map(folder).collect()
}

/// The rule tables, and which of them are others than `before`.
pub(super) fn rule_tables(rulebook: &Rulebook, before: &[RuleTable]) -> Outcome<Vec<RuleTable>> {
    let of = |(table, text): (String, String)| {
        let hash = hash_of(text.as_bytes());
        let is_changed = before.iter().find(|of| of.table == table).map(|before| before.hash != hash);
        RuleTable { table, hash, is_changed }
    };
    Ok(rulebook.texts()?.into_iter().map(of).collect())
}

/// Whether a record has a night as it is.
pub(super) fn is_of(record: &RunRecord, night: &Night) -> bool {
    record.nights.iter().any(|of| is_the_same(of, night))
}

fn is_the_same(of: &NightRun, night: &Night) -> bool {
    (of.as_of, &of.generation) == (night.as_of, &night.published.name)
}

/// Adds a night, its inputs and outputs; one that a record has that came before stands as it stood.
pub(super) fn add_night(record: &mut RunRecord, before: Option<&RunRecord>, night: &Night, seconds: f64, out: &Path) {
    let known = before.and_then(|before| before.nights.iter().find(|of| is_the_same(of, night))?.standing.clone());
    let standing = known.or_else(|| standing(night, out));
    record.nights.push(night_run(night, seconds, standing));
    add_inputs(record, &night.set_aside);
    add_outputs(record, &night.published, out);
}

/// Adds the generations that the run has shown readers and that no night or publication of it names: a signal came in between.
pub(super) fn add_shown(record: &mut RunRecord, shown: &[String]) {
    let nights = record.nights.iter().map(|night| &night.generation);
    let known: BTreeSet<String> = nights.chain(record.publications.iter().map(|of| &of.generation)).cloned().collect();
    for generation in shown.iter().filter(|generation| !known.contains(*generation)) {
        let (kind, of, generation) = ("interrupted".to_owned(), generation.clone(), generation.clone());
        record.publications.push(PublicationRun { kind, of, generation, is_published: true });
    }
}

/// Carries on what the newest run before knew: when commands last succeeded, how they last ended, and which nights are stale; of
/// these `looked_at` are all, where it was looked.
pub(super) fn carry_on(record: &mut RunRecord, before: Option<&RunRecord>, looked_at: Option<Vec<Day>>) {
    record.last_success = before.map(|before| before.last_success.clone()).unwrap_or_default();
    if let Some(ended_at) = record.ended_at.filter(|_| record.is_success()) {
        record.last_success.insert(record.command.clone(), ended_at);
    }
    record.last_runs = before.map(|before| before.last_runs.clone()).unwrap_or_default();
    if let Some(run) = record.as_last_run() {
        record.last_runs.insert(record.command.clone(), run);
    }
    let before = before.map(|before| before.stale_nights.clone()).unwrap_or_default();
    let mut stale: BTreeSet<Day> = before.into_iter().collect();
    for night in &record.nights {
        stale.extend(&night.made_stale);
        stale.remove(&night.as_of);
    }
    record.stale_nights = looked_at.unwrap_or_else(|| stale.into_iter().collect());
}

/// Adds the newest night that readers see, or where that cannot be read that which the run before knew, and the days that are held.
/// What cannot be read is the run's own finding, or the next one's.
pub(super) fn add_standing_of_out(record: &mut RunRecord, before: Option<&RunRecord>, out: &Path) {
    let known = || before.and_then(|before| before.newest_night.zip(before.newest_ingredients.clone()));
    let newest = publish::nights(out).map_or_else(|_| known(), |nights| nights.into_iter().next_back());
    (record.newest_night, record.newest_ingredients) = newest.unzip();
    record.holds = publish::held(out).map(|holds| holds.into_iter().map(|hold| hold.day).collect()).ok();
}

fn night_run(night: &Night, seconds: f64, standing: Option<Standing>) -> NightRun {
    let to_restate = night.to_restate.iter().map(|(month_end, rows)| (month_end.to_string(), *rows));
    let without_rows = night.set_aside.without_rows();
    NightRun {
        as_of: night.as_of,
        ingredients: night.ingredients.clone(),
        generation: night.published.name.clone(),
        is_published: night.published.changed,
        seconds,
        computed_partials: night.computed.len(),
        reused_partials: night.reused,
        present_shops: night.present_shops,
        unscored_shops: night.unscored_shops,
        quarantined: quarantined(&night.set_aside),
        rows_of_unknown_shops: night.unknown_shops.values().sum(),
        without_rows: without_rows.iter().map(|(table, day)| format!("{} {day}", table.name())).collect(),
        month_end: night.month_end.map(|closed| match closed {
            Closed::Now => "closed".to_owned(),
            Closed::Before => "frozen".to_owned(),
        }),
        to_restate: to_restate.collect(),
        terms_changed: night.terms_changed.as_ref().map(terms::told).unwrap_or_default(),
        made_stale: night.made_stale.clone(),
        standing,
    }
}

/// How shops stand after a night; none where that cannot be read, which is warned of.
fn standing(night: &Night, out: &Path) -> Option<Standing> {
    let read = Current::of(out).and_then(|current| standing::after(&current, night.as_of));
    let read =
        read.inspect_err(|failure| tracing::warn!("how shops stand after {} is not known: {failure}", night.as_of));
    read.ok()
}

fn quarantined(set_aside: &SetAside) -> Vec<QuarantinedRows> {
    let mut rows: BTreeMap<(Table, Reason), i64> = BTreeMap::new();
    for counts in &set_aside.counts {
        for (reason, broken) in Reason::ALL.iter().zip(counts.broken).filter(|(_, broken)| *broken > 0) {
            *rows.entry((counts.table, *reason)).or_default() += broken;
        }
    }
    let told = |((table, reason), row_count): ((Table, Reason), i64)| QuarantinedRows {
        extract: table.name().to_owned(),
        reason: reason.name().to_owned(),
        row_count,
    };
    rows.into_iter().map(told).collect()
}

/// Adds what table-days were made of; one that an earlier night of the run was made of, too, is as it was made last.
fn add_inputs(record: &mut RunRecord, set_aside: &SetAside) {
    let known = std::mem::take(&mut record.inputs).into_iter();
    let mut inputs: BTreeMap<_, _> = known.map(|input| ((input.extract.clone(), input.day), input)).collect();
    for ((table, day), input) in &set_aside.inputs {
        let extract = table.name().to_owned();
        let (files, row_count, size_bytes) = (input.files, input.rows, input.size_bytes);
        let of = (extract.clone(), *day);
        inputs.insert(of, InputDay { extract, day: *day, files, row_count, size_bytes, hash: input.hash.clone() });
    }
    record.inputs = inputs.into_values().collect();
}

/// Adds the files of a publication that readers see newly.
pub(super) fn add_outputs(record: &mut RunRecord, published: &Published, out: &Path) {
    if !published.changed {
        return;
    }
    let folder = publish::generation_folder(out, &published.name);
    let file = |(path, sha256): (&String, &String)| {
        let file = folder.join(path);
        OutputFile {
            path: path.clone(),
            generation: published.name.clone(),
            sha256: sha256.clone(),
            row_count: published.rows.get(path).copied(),
            size_bytes: fs::metadata(&file).ok().map(|found| found.len()),
        }
    };
    record.outputs.extend(published.files.iter().map(file));
}

/// Adds the stages and warnings that were observed.
pub(super) fn add_observed(record: &mut RunRecord, Seen { stages, warnings, .. }: Seen) {
    let stage = |SeenStage { name, seconds, rows }| StageRun { stage: name.to_owned(), seconds, row_count: rows };
    record.stages = stages.into_iter().map(stage).collect();
    record.warnings = warnings;
}

/// Adds what it took and what is left of the machine.
pub(super) fn add_resources(record: &mut RunRecord, reports: &Reports) {
    record.peak_memory_bytes = peak_memory_bytes();
    let free = |(folder, path): (&str, &Path)| {
        let there = path.ancestors().find(|path| path.exists())?;
        let found = rustix::fs::statvfs(there).ok()?;
        let free_bytes = found.f_bavail * found.f_frsize;
        Some(Disk { folder: folder.to_owned(), path: absolute(path).ok()?.display().to_string(), free_bytes })
    };
    let folders = [("out", reports.out.as_path()), ("state", reports.state.as_path())];
    record.disk = folders.into_iter().filter_map(free).collect();
}

/// The most memory that this process took at a time; none where the system does not tell.
fn peak_memory_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = peak.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
