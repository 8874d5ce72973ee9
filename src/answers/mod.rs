//! What a command that reads answers with: tables and lines for people, JSON or CSV for programs.
//!
//! An answer is plain data. JSON is that data under the name and version of its schema (`docs/schemas/`), CSV its rows alone, and
//! what people see is made of both. Figures are numbers in all of them; a missing one is null, an empty cell.

mod table;
pub(crate) mod units;
pub(crate) mod words;

use std::io::Write;

use serde::Serialize;

pub(crate) use self::table::{Cell, Table, Tone};
use crate::error::{Outcome, fault, visible};

const STAGE: &str = "answer";

/// How an answer is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Lines and tables for people
    #[default]
    Table,
    /// All of it, with the name and version of its schema
    Json,
    /// The rows of its main table
    Csv,
}

/// How an answer is told, and whether in colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    pub(crate) format: Format,
    pub(crate) is_coloured: bool,
}

/// What a command that reads says.
pub(crate) trait Answer: Serialize {
    /// The name and version of its schema, `NAME/1`: a field that is renamed, retyped or left out is another version.
    const SCHEMA: &'static str;
    /// A row of its main table, flat.
    type Row: Serialize;
    /// The names of its columns, with commas between: an answer without rows has them, too.
    const COLUMNS: &'static str;

    /// The rows of its main table.
    fn rows(&self) -> Vec<Self::Row>;

    /// For people, in order.
    fn parts(&self) -> Vec<Part>;
}

/// What people see one below the other.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Line(String),
    Table(Table),
}

/// An answer as JSON has it.
#[derive(Serialize)]
struct Named<'a, A> {
    schema: &'static str,
    #[serde(flatten)]
    answer: &'a A,
}

/// Tells an answer; what becomes of it the end of the results tells.
pub(crate) fn tell<A: Answer>(answer: &A, form: Form, stdout: &mut impl Write) -> Outcome<()> {
    let text = match form.format {
        Format::Table => answer.parts().iter().map(|part| part.shown(form.is_coloured)).collect(),
        Format::Json => {
            let named = Named { schema: A::SCHEMA, answer };
            serde_json::to_string_pretty(&named).map_err(|error| fault(STAGE, error))? + "\n"
        }
        Format::Csv => csv(answer)?,
    };
    let _ = stdout.write_all(text.as_bytes());
    Ok(())
}

fn csv<A: Answer>(answer: &A) -> Outcome<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in answer.rows() {
        writer.serialize(row).map_err(|error| fault(STAGE, error))?;
    }
    let bytes = writer.into_inner().map_err(|error| fault(STAGE, error))?;
    let text = String::from_utf8(bytes).map_err(|error| fault(STAGE, error))?;
    match text.lines().next() {
        // Serde tells the names of a row's columns only with a row.
        None => Ok(format!("{}\n", A::COLUMNS)),
        Some(header) if header == A::COLUMNS => Ok(text),
        Some(header) => Err(fault(STAGE, format!("{}: rows of {header}, declared as {}", A::SCHEMA, A::COLUMNS))),
    }
}

/// The first few of a list, and how many more there are.
pub(crate) fn few<T: ToString>(all: impl ExactSizeIterator<Item = T>, most: usize) -> String {
    let more = all.len().saturating_sub(most);
    let shown = all.take(most).map(|one| one.to_string()).collect::<Vec<_>>().join(", ");
    match (shown.is_empty(), more) {
        (true, 0) => "none".to_owned(),
        (true, more) => format!("{more} not shown"),
        (false, 0) => shown,
        (false, more) => format!("{shown} and {more} more"),
    }
}

/// The first ten of a list, and how many more there are.
pub(crate) fn first_ten<T: ToString>(all: impl ExactSizeIterator<Item = T>) -> String {
    few(all, 10)
}

impl Part {
    fn shown(&self, is_coloured: bool) -> String {
        match self {
            // A name that somebody typed may hold what a terminal obeys.
            Self::Line(line) => format!("{}\n", visible(line)),
            Self::Table(table) => format!("{}\n", table.shown(is_coloured)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_told_as_far_as_it_is_wanted() {
        for (all, most, expected) in [
            (&[][..], 2, "none"),
            (&[], 0, "none"),
            (&[7], 0, "1 not shown"),
            (&[7, 8], 2, "7, 8"),
            (&[7, 8, 9], 2, "7, 8 and 1 more"),
        ] {
            assert_eq!(few(all.iter(), most), expected, "{most} of {all:?}");
        }
    }
}
