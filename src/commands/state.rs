//! `shopscore state`: what the state folder keeps, and what of it no longer holds; `shopscore state prune` removes old days.

use std::io::Write;

use serde::Serialize;

use super::running::Running;
use super::{enter, keeping, say, tell, told_bytes};
use crate::answers::{Answer, Cell, Part, Table, Tone};
use crate::cli::{State, StateCommand, Writes};
use crate::domain::Day;
use crate::error::Outcome;
use crate::extracts::tables;
use crate::partials::records::TableDay;
use crate::pipeline::state::{Holding, Pruned, Taking, holding, prune, taking};
use crate::settings::Settings;
use crate::state::rehearsal::Rehearsal;

/// What the state folder keeps.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Kept {
    /// The folder.
    state: String,
    /// The tables of which something is stored.
    tables: Vec<KeptTable>,
    /// What else lies there.
    others: Vec<Other>,
    /// What all of the folder takes on disk, folders included; null where not all of it may be looked into.
    size_bytes: Option<u64>,
    /// The table-days that a night would not take as they are.
    no_longer_hold: Vec<Outdated>,
}

/// A file or a folder besides those of table-days.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Other {
    /// Its name in the folder.
    name: String,
    /// What it takes on disk; null where it may not be looked into.
    size_bytes: Option<u64>,
}

/// The stored days of one table.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct KeptTable {
    /// Its name.
    table: &'static str,
    /// How many of its days are stored.
    days: usize,
    /// The first and the last of them, YYYY-MM-DD.
    first: Day,
    /// The last of them, YYYY-MM-DD.
    last: Day,
    /// What their files take on disk.
    size_bytes: u64,
    /// Of these, what the indexes of records take.
    index_bytes: u64,
    /// How many alone tell of their day, since its extracts are gone by their age.
    without_extracts: usize,
    /// How many a night would not take as they are.
    no_longer_hold: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Outdated {
    /// Its table.
    table: &'static str,
    /// YYYY-MM-DD.
    day: Day,
    /// Why a night would compute it again.
    reason: &'static str,
}

impl Answer for Kept {
    const SCHEMA: &'static str = "state/1";
    type Row = KeptTable;
    const COLUMNS: &'static str = "table,days,first,last,size_bytes,index_bytes,without_extracts,no_longer_hold";

    fn rows(&self) -> Vec<KeptTable> {
        self.tables.clone()
    }

    fn parts(&self) -> Vec<Part> {
        if self.tables.is_empty() {
            return vec![Part::Line(format!("nothing is stored under {} yet", self.state))];
        }
        let header =
            ["table", "days", "first", "last", "bytes", "of them indexes", "without extracts", "no longer hold"];
        let mut table = Table::new(header);
        for KeptTable { table: name, days, first, last, size_bytes, index_bytes, without_extracts, no_longer_hold } in
            &self.tables
        {
            let tone = if *no_longer_hold == 0 { Tone::Plain } else { Tone::Warning };
            let bytes = [size_bytes, index_bytes].map(|bytes| Cell::number(Some(bytes)));
            let days = [Cell::number(Some(days)), Cell::text(first.to_string()), Cell::text(last.to_string())];
            let outdated = Cell::number(Some(no_longer_hold)).toned(tone);
            let last = [Cell::number(Some(without_extracts)), outdated];
            table.add([Cell::text(name)].into_iter().chain(days).chain(bytes).chain(last));
        }
        let other = |Other { name, size_bytes }: &Other| format!("{name} {}", told_bytes(*size_bytes));
        let others = self.others.iter().map(other).collect::<Vec<_>>().join(", ");
        let costs =
            [format!("besides: {others}"), format!("all of {}: {} on disk", self.state, told_bytes(self.size_bytes))];
        let outdated = self.no_longer_hold.iter();
        let outdated = outdated.map(|Outdated { table, day, reason }| Part::Line(format!("{table} {day}: {reason}")));
        [Part::Table(table)].into_iter().chain(costs.map(Part::Line)).chain(outdated).collect()
    }
}

impl Kept {
    fn of(settings: &Settings, holding: &Holding, taking: Taking) -> Self {
        let tables = tables::Table::ALL.into_iter().filter_map(|table| KeptTable::of(table, holding));
        let outdated = holding.outdated.iter();
        Self {
            state: settings.state.display().to_string(),
            tables: tables.collect(),
            others: taking.others.into_iter().map(|(name, size_bytes)| Other { name, size_bytes }).collect(),
            size_bytes: taking.size_bytes,
            no_longer_hold: outdated
                .map(|((table, day), reason)| Outdated { table: table.name(), day: *day, reason })
                .collect(),
        }
    }
}

impl KeptTable {
    /// None where nothing is stored of the table.
    fn of(table: tables::Table, Holding { kept, outdated, expired }: &Holding) -> Option<Self> {
        let is_of = |of: &&TableDay| of.0 == table;
        let days = || kept.iter().filter(move |(of, _)| of.0 == table);
        let ((_, first), _) = days().next()?;
        let ((_, last), _) = days().next_back()?;
        Some(Self {
            table: table.name(),
            days: days().count(),
            first: *first,
            last: *last,
            size_bytes: days().map(|(_, taken)| taken.size_bytes).sum(),
            index_bytes: days().map(|(_, taken)| taken.index_bytes).sum(),
            without_extracts: expired.iter().filter(is_of).count(),
            no_longer_hold: outdated.keys().filter(is_of).count(),
        })
    }
}

pub(super) fn run(arguments: &State, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, settings) = (running.now, running.settings(&arguments.settings)?);
    match &arguments.command {
        None => tell(&Kept::of(&settings, &holding(&settings)?, taking(&settings)?), arguments.form, stdout),
        Some(StateCommand::Prune { keep_days, dry_run }) => {
            let rehearsal = Rehearsal::default();
            let keeping = keeping(*dry_run, &rehearsal);
            let _locks = enter(&settings, now, (arguments.told(), keeping), stdout)?;
            let Pruned { before, table_days, size_bytes } = prune(&settings, *keep_days, keeping)?;
            let told = before.map_or("nothing is stored".to_owned(), |before| {
                format!("{table_days} table-days before {before} removed, {size_bytes} bytes")
            });
            say(stdout, &told);
            Ok(())
        }
    }
}
