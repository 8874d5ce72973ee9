//! `shopscore summary`: what a published day or year says, read from the published files as any reader would.

mod day;
mod year;

use std::io::Write;
use std::path::PathBuf;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;

use super::{begin, current};
use crate::cli::Summary;
use crate::error::{ExitClass, Finding, Outcome, escaped, fault};

const STAGE: &str = "summary";

/// What is shown, and how much of it.
struct Shown<'a> {
    arguments: &'a Summary,
    /// The path that readers open.
    link: PathBuf,
    /// Where it led, resolved once: all tables are of one generation.
    resolved: PathBuf,
}

pub(super) fn run(arguments: &Summary, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let link = current(&settings.out);
    let resolved = std::fs::canonicalize(&link).map_err(|error| {
        Finding::new(STAGE, format!("no published files ({error})"), "the link that a night publishes")
            .path(&link)
            .advice("run `shopscore nightly` first")
            .fail(ExitClass::Missing)
    })?;
    let shown = Shown { arguments, link, resolved };
    if let Some(day) = arguments.date {
        day::show(&shown, day, stdout)?;
    }
    if let Some(year) = arguments.year {
        year::show(&shown, year, stdout)?;
    }
    Ok(())
}

/// The columns of a published table by name.
struct Columns(RecordBatch);

impl Columns {
    fn len(&self) -> usize {
        self.0.num_rows()
    }

    fn is_null(&self, name: &str, row: usize) -> Outcome<bool> {
        Ok(self.get(name)?.is_null(row))
    }

    fn get(&self, name: &str) -> Outcome<&dyn Array> {
        let column = self.0.column_by_name(name).map(AsRef::as_ref);
        column.ok_or_else(|| fault(STAGE, format!("no column {name}")))
    }

    fn text(&self, name: &str, row: usize) -> Outcome<String> {
        let column = self.get(name)?.as_string_opt::<i32>();
        let column = column.ok_or_else(|| fault(STAGE, format!("{name} holds no text")))?;
        Ok(escaped(column.value(row)))
    }

    fn integer(&self, name: &str, row: usize) -> Outcome<i64> {
        let column = self.get(name)?.as_primitive_opt::<Int64Type>();
        Ok(column.ok_or_else(|| fault(STAGE, format!("{name} holds no integers")))?.value(row))
    }

    /// The figure at a row; the column must not be null there.
    fn figure(&self, name: &str, row: usize) -> Outcome<f64> {
        let column = self.get(name)?.as_primitive_opt::<Float64Type>();
        Ok(column.ok_or_else(|| fault(STAGE, format!("{name} holds no figures")))?.value(row))
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_BORDERS_ONLY).set_header(header);
    table
}
