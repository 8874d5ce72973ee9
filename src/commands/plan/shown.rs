//! How the answer of `shopscore plan` is told: a few lines a night for people, one flat row a night for programs.

use serde::Serialize;

use super::answer::{Computed, Plan, PlannedNight};
use crate::answers::{Answer, Part};
use crate::domain::{Day, Span};

/// A night as one row.
#[derive(Serialize)]
pub(in crate::commands) struct NightRow {
    as_of: Day,
    why: &'static str,
    publishes: bool,
    present_shops: usize,
    unscored_shops: usize,
    quarantined_rows: usize,
    computed: usize,
    reused: usize,
    files_to_read: usize,
    rows_to_read: u64,
    bytes_to_read: u64,
    month_end: Option<&'static str>,
    rows_to_restate: usize,
}

impl Answer for Plan {
    const SCHEMA: &'static str = "plan/1";
    type Row = NightRow;
    const COLUMNS: &'static str = "\
        as_of,why,publishes,present_shops,unscored_shops,quarantined_rows,computed,reused,files_to_read,\
        rows_to_read,bytes_to_read,month_end,rows_to_restate";

    fn rows(&self) -> Vec<NightRow> {
        let row = |night: &PlannedNight| NightRow {
            as_of: night.as_of,
            why: night.why,
            publishes: night.publishes,
            present_shops: night.present_shops,
            unscored_shops: night.unscored_shops,
            quarantined_rows: night.quarantined_rows,
            computed: night.computed.iter().map(|computed| computed.table_days).sum(),
            reused: night.reused,
            files_to_read: night.files_to_read,
            rows_to_read: night.rows_to_read,
            bytes_to_read: night.bytes_to_read,
            month_end: night.month_end,
            rows_to_restate: night.to_restate.iter().map(|month_end| month_end.rows).sum(),
        };
        self.nights.iter().map(row).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let mut lines: Vec<String> = self.nights.iter().flat_map(told).collect();
        lines.extend(self.held.iter().map(|held| held.told.clone()));
        if lines.is_empty() {
            lines.push("no night would run".to_owned());
        }
        if !self.left_out.is_empty() {
            lines.push(format!("left out, too far back: {}", Span::listed(&self.left_out)));
        }
        lines.into_iter().map(Part::Line).collect()
    }
}

fn told(night: &PlannedNight) -> Vec<String> {
    let PlannedNight { as_of, present_shops: present, unscored_shops: unscored, quarantined_rows, .. } = night;
    let why = match night.why {
        "asked" | "yesterday" => String::new(),
        why => format!(" ({})", why.replace('_', " ")),
    };
    let outcome = if night.publishes { "would be published" } else { "is already current, nothing would change" };
    let shops = format!("{present} shops present, {} with a score, {unscored} without", present - unscored);
    let mut lines = vec![format!("{as_of}{why} {outcome}: {shops}; {quarantined_rows} rows of the window quarantined")];
    let partials: usize = night.computed.iter().map(|computed| computed.table_days).sum();
    let read =
        format!("{} files, {} rows, {} bytes to be read", night.files_to_read, night.rows_to_read, night.bytes_to_read);
    lines
        .push(format!("  {partials} daily partials to be computed, {} taken as they are stored; {read}", night.reused));
    for Computed { table, why, table_days, days } in &night.computed {
        lines.push(format!("  {table}: {table_days} since {why}: {}", Span::listed(days)));
    }
    for line in night.changed.iter().flat_map(|changed| &changed.told) {
        lines.push(format!("  {line}"));
    }
    lines.extend(night.month_end.map(|closed| match closed {
        "closes" => format!("  the month end {as_of} would close: its scores are frozen from then on"),
        _ => format!("  the month end {as_of} is frozen and would stay as it was published"),
    }));
    for month_end in &night.to_restate {
        let rows = month_end.rows;
        lines.push(format!("  a restatement of the month end {} would change {rows} rows", month_end.month_end));
    }
    if !night.made_stale.is_empty() {
        lines.push(format!("  would make stale: {}", Span::listed(&night.made_stale)));
    }
    lines
}
