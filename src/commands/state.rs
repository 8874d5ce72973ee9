//! `shopscore state`: what the state folder keeps, and what of it no longer holds; `shopscore state prune` removes old days.

use std::io::Write;

use jiff::Timestamp;

use super::{begin, lock, say};
use crate::cli::{State, StateCommand};
use crate::error::Outcome;
use crate::extracts::tables::Table;
use crate::pipeline::state::{Holding, Pruned, holding, prune};
use crate::settings::Settings;

pub(super) fn run(arguments: &State, now: Timestamp, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    match &arguments.command {
        None => list(&settings, stdout),
        Some(StateCommand::Prune { keep_days }) => {
            let _locks = lock(&settings, now, format!("state prune --keep-days {keep_days}"))?;
            let Pruned { before, table_days, bytes } = prune(&settings, *keep_days)?;
            let told = before.map_or("nothing is stored".to_owned(), |before| {
                format!("{table_days} table-days before {before} removed, {bytes} bytes")
            });
            say(stdout, &told);
            Ok(())
        }
    }
}

fn list(settings: &Settings, stdout: &mut impl Write) -> Outcome<()> {
    let Holding { kept, outdated, expired } = holding(settings)?;
    if kept.is_empty() {
        say(stdout, &format!("nothing is stored under {} yet", settings.state.display()));
    }
    for table in Table::ALL {
        let of_table: Vec<_> = kept.iter().filter(|((of, _), _)| *of == table).collect();
        let (Some(((_, first), _)), Some(((_, last), _))) = (of_table.first(), of_table.last()) else { continue };
        let bytes: u64 = of_table.iter().map(|(_, bytes)| **bytes).sum();
        let stale = outdated.keys().filter(|(of, _)| *of == table).count();
        let without = match expired.iter().filter(|(of, _)| *of == table).count() {
            0 => String::new(),
            expired => format!("{expired} without extracts, "),
        };
        say(
            stdout,
            &format!(
                "{:<14} {:>5} days, {} to {}, {bytes} bytes, {without}{stale} no longer hold",
                table.name(),
                of_table.len(),
                first,
                last
            ),
        );
    }
    for ((table, day), reason) in outdated {
        say(stdout, &format!("{} {day}: {reason}", table.name()));
    }
    Ok(())
}
