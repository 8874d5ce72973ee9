//! The file of settings: TOML, `name = value`, and the sections of tables at its end.
//!
//! In: a path. Out: every value as texts (a list has several) with its line (1 is the first), under a name with dots between where it
//! stands in a section, in the order of the names. What is no such file is refused.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::settings::declared::STAGE;
use crate::settings::mappings;

/// A value of the file.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) texts: Vec<String>,
    pub(super) line: u64,
}

/// What is read of a file so far.
struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    entries: Vec<Entry>,
}

pub(super) fn entries(path: &Path) -> Outcome<Vec<Entry>> {
    let text = std::fs::read_to_string(path).map_err(|error| refuse(path, error.to_string()))?;
    // Its own words would show the line, which may hold a secret.
    let refused = |error: toml::de::Error| {
        let line = line_of(&text, error.span().map_or(0, |span| span.start));
        unfit(error.message().to_owned()).line(path, line).advice(ADVICE).fail(ExitClass::Usage)
    };
    let table = DeTable::parse(&text).map_err(refused)?;
    let mut reading = Reading { path, text: &text, entries: Vec::new() };
    for (key, value) in table.get_ref() {
        match value.get_ref() {
            DeValue::Table(tables) if key.get_ref() == mappings::SECTION => reading.section(key.get_ref(), tables)?,
            _ => reading.value(key.get_ref(), key, value)?,
        }
    }
    Ok(reading.entries)
}

const ADVICE: &str = "correct the file, or name another with --config";

fn refuse(path: &Path, found: String) -> Failure {
    unfit(found).path(path).advice(ADVICE).fail(ExitClass::Usage)
}

fn unfit(found: String) -> Finding {
    Finding::new(STAGE, found, "a TOML file of settings, name = value")
}

/// The line of a place in a text; 1 is the first.
fn line_of(text: &str, place: usize) -> u64 {
    let before = text.get(..place).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1
}

impl Reading<'_> {
    /// Reads the values of a section and of those below it.
    fn section(&mut self, name: &str, section: &DeTable<'_>) -> Outcome<()> {
        for (key, value) in section {
            let name = format!("{name}.{}", key.get_ref());
            match value.get_ref() {
                DeValue::Table(section) => self.section(&name, section)?,
                _ => self.value(&name, key, value)?,
            }
        }
        Ok(())
    }

    fn value<K>(&mut self, name: &str, key: &Spanned<K>, value: &Spanned<DeValue<'_>>) -> Outcome<()> {
        let texts = match value.get_ref() {
            DeValue::Array(values) => values.iter().map(|value| scalar(value.get_ref())).collect(),
            value => scalar(value).map(|text| vec![text]),
        };
        let found = || format!("{name} as a section, a list of lists, or a number beyond 64 bits");
        let texts = texts.ok_or_else(|| refuse(self.path, found()))?;
        let line = line_of(self.text, key.span().start);
        self.entries.push(Entry { name: name.to_owned(), texts, line });
        Ok(())
    }
}

/// A value as a text; none where it is more than one value, or a number that is too large.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(i64::from_str_radix(number.as_str(), number.radix()).ok()?.to_string()),
        DeValue::Float(number) => Some(number.as_str().parse::<f64>().ok()?.to_string()),
        DeValue::Boolean(answer) => Some(answer.to_string()),
        DeValue::Datetime(day) => Some(day.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
