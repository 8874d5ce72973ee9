//! How tables and columns are delivered, as the sections `[tables.TABLE]` and `[tables.TABLE.columns]` of the settings say.
//!
//! In: names with dots between and their values, the later layer winning. Out: the deliveries of tables; what is said of no
//! table or column, or cannot be, is a finding that names where it was said.

use std::collections::BTreeMap;
use std::path::PathBuf;

use strum::VariantNames;

use crate::error::Finding;
use crate::extracts::delivery::{ColumnDelivery, TableDelivery, WrittenAs};
use crate::extracts::schema::{Column, ColumnKind};
use crate::extracts::tables::Table;
use crate::settings::declared::STAGE;

/// The section of the settings.
pub(super) const SECTION: &str = "tables";

/// What was said of a table: `payments.columns.order_id.from` and its values, and where.
pub(super) struct Mapped {
    pub(super) place: String,
    pub(super) texts: Vec<String>,
    pub(super) origin: String,
}

pub(super) fn of_tables(mapped: Vec<Mapped>, findings: &mut Vec<Finding>) -> BTreeMap<Table, TableDelivery> {
    let mut tables = BTreeMap::new();
    for Mapped { place, texts, origin } in mapped {
        if let Err((found, wanted)) = add(&mut tables, &place, texts) {
            let finding = Finding::new(STAGE, format!("{origin}: {found}"), wanted);
            findings.push(finding.advice("correct or remove it; docs/SPEC.md has the tables and columns"));
        }
    }
    tables
}

/// Adds one of them; else what was found, and what was wanted.
fn add(tables: &mut BTreeMap<Table, TableDelivery>, place: &str, texts: Vec<String>) -> Result<(), (String, String)> {
    let words: Vec<&str> = place.split('.').collect();
    let [name, rest @ ..] = words.as_slice() else { return Err(unknown(place)) };
    let names = || Table::ALL.map(Table::name).join(", ");
    let table = Table::ALL.into_iter().find(|table| table.name() == *name);
    let table = table.ok_or_else(|| (format!("no table {name:?}"), format!("one of {}", names())))?;
    match rest {
        ["folder"] => tables.entry(table).or_default().folder = Some(PathBuf::from(one(texts)?)),
        ["columns", name, key] => {
            let column = table.spec().columns.iter().find(|column| column.name == *name);
            let columns = || table.spec().columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
            let column = column.ok_or_else(|| (format!("no column {name:?}"), format!("one of {}", columns())))?;
            let delivery = tables.entry(table).or_default().columns.entry(column.name).or_default();
            add_to_column(delivery, column, key, texts)?;
        }
        _ => return Err(unknown(place)),
    }
    Ok(())
}

fn add_to_column(
    delivery: &mut ColumnDelivery,
    column: &Column,
    key: &str,
    texts: Vec<String>,
) -> Result<(), (String, String)> {
    match key {
        "from" => delivery.from = Some(one(texts)?),
        "as" => {
            let text = one(texts)?;
            let written_as = text.parse().ok().filter(|written_as: &WrittenAs| written_as.fits(column.kind));
            let wanted = || format!("a form of {} ({})", column.kind.wanted(), WrittenAs::VARIANTS.join(", "));
            delivery.written_as = Some(written_as.ok_or_else(|| (format!("as = {text:?}"), wanted()))?);
        }
        "null_if" if column.kind == ColumnKind::Boolean => {
            return Err(("null_if of a boolean".to_owned(), "null_if of another column".to_owned()));
        }
        "null_if" => delivery.null_if = texts,
        _ => return Err(unknown(key)),
    }
    Ok(())
}

fn one(texts: Vec<String>) -> Result<String, (String, String)> {
    let [text] = <[String; 1]>::try_from(texts).map_err(|texts| (format!("{texts:?}"), "one value".to_owned()))?;
    Some(text).filter(|text| !text.is_empty()).ok_or_else(|| ("nothing".to_owned(), "a name".to_owned()))
}

fn unknown(name: &str) -> (String, String) {
    let wanted = "[tables.TABLE] folder, or [tables.TABLE.columns] COLUMN = { from, as, null_if }";
    (format!("no setting of the name {name:?}"), wanted.to_owned())
}
