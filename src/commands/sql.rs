//! `shopscore sql`: the query that makes the daily partials of a table on another engine.

use std::io::Write;

use super::begin;
use crate::cli;
use crate::domain::Span;
use crate::error::{ExitClass, Finding, Outcome};
use crate::rulebook::Rulebook;
use crate::state::rehearsal::{Keeping, Rehearsal};
use crate::table_days::dependencies::Terms;
use crate::table_days::queries;

pub(super) fn run(arguments: &cli::Sql, stdout: &mut impl Write) -> Outcome<()> {
    let (first, last) = (arguments.from, arguments.to.unwrap_or(arguments.from));
    if last < first {
        let finding = Finding::new("sql", format!("--from {first} after --to {last}"), "days in their order");
        return Err(finding.advice("exchange the two").fail(ExitClass::Usage));
    }
    let settings = begin(&arguments.settings)?;
    let rulebook = Rulebook::load(&settings.rules)?;
    let rehearsal = Rehearsal::default();
    let terms =
        Terms { settings: &settings, rulebook: &rulebook, keeping: Keeping::Aside { own: &rehearsal, amidst: None } };
    let text = queries::of(terms, arguments.table, Span { first, last }, arguments.dialect)?;
    // What could not be written is told at the end.
    let _ = write!(stdout, "{text}");
    Ok(())
}
