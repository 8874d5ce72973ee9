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
use crate::settings::nearest::did_you_mean;
use crate::settings::origin::Origin;

/// The section of the settings.
pub(super) const SECTION: &str = "tables";

/// What was said of a table: `payments.columns.order_id.from` and its values, and where.
#[derive(Clone)]
pub(super) struct Mapped {
    pub(super) place: String,
    pub(super) texts: Vec<String>,
    pub(super) origin: Origin,
}

pub(super) fn of_tables(mapped: &[Mapped], findings: &mut Vec<Finding>) -> BTreeMap<Table, TableDelivery> {
    let mut tables = BTreeMap::new();
    for Mapped { place, texts, origin } in mapped {
        if let Err(Refused { found, wanted, meant }) = add(&mut tables, place, texts.clone()) {
            let advice = format!("{meant}correct or remove it; docs/SPEC.md has the tables and columns");
            findings.push(origin.finding(&format!("{SECTION}.{place}: {found}"), wanted).advice(advice));
        }
    }
    tables
}

/// Why one of them is none.
struct Refused {
    found: String,
    wanted: String,
    /// What was probably meant, as a question.
    meant: String,
}

impl Refused {
    fn new(found: String, wanted: impl Into<String>) -> Self {
        Self { found, wanted: wanted.into(), meant: String::new() }
    }

    /// A name that is none of those of its kind.
    fn unknown(kind: &str, name: &str, names: &[&str]) -> Self {
        let meant = did_you_mean(name, names.iter().copied());
        Self { found: format!("no {kind} {name:?}"), wanted: format!("one of {}", names.join(", ")), meant }
    }

    fn place(name: &str) -> Self {
        let wanted = "[tables.TABLE] folder, or [tables.TABLE.columns] COLUMN = { from, as, null_if }";
        let meant = did_you_mean(name, ["folder", "columns", "from", "as", "null_if"]);
        Self { found: format!("no setting of the name {name:?}"), wanted: wanted.to_owned(), meant }
    }
}

/// Adds one of them.
fn add(tables: &mut BTreeMap<Table, TableDelivery>, place: &str, texts: Vec<String>) -> Result<(), Refused> {
    let words: Vec<&str> = place.split('.').collect();
    let [name, rest @ ..] = words.as_slice() else { return Err(Refused::place(place)) };
    let table = Table::ALL.into_iter().find(|table| table.name() == *name);
    let table = table.ok_or_else(|| Refused::unknown("table", name, &Table::ALL.map(Table::name)))?;
    match rest {
        ["folder"] => tables.entry(table).or_default().folder = Some(PathBuf::from(one(texts)?)),
        ["columns", name, key] => {
            let columns = table.spec().columns;
            let names = || columns.iter().map(|column| column.name).collect::<Vec<_>>();
            let column = columns.iter().find(|column| column.name == *name);
            let column = column.ok_or_else(|| Refused::unknown("column", name, &names()))?;
            let delivery = tables.entry(table).or_default().columns.entry(column.name).or_default();
            add_to_column(delivery, column, key, texts)?;
        }
        [key] => return Err(Refused::place(key)),
        _ => return Err(Refused::place(place)),
    }
    Ok(())
}

fn add_to_column(delivery: &mut ColumnDelivery, column: &Column, key: &str, texts: Vec<String>) -> Result<(), Refused> {
    match key {
        "from" => delivery.from = Some(one(texts)?),
        "as" => {
            let text = one(texts)?;
            let written_as = text.parse().ok().filter(|written_as: &WrittenAs| written_as.fits(column.kind));
            let wanted = || format!("a form of {} ({})", column.kind.wanted(), WrittenAs::VARIANTS.join(", "));
            delivery.written_as = Some(written_as.ok_or_else(|| Refused::new(format!("as = {text:?}"), wanted()))?);
        }
        "null_if" if column.kind == ColumnKind::Boolean => {
            return Err(Refused::new("null_if of a boolean".to_owned(), "null_if of another column"));
        }
        "null_if" => delivery.null_if = texts,
        _ => return Err(Refused::place(key)),
    }
    Ok(())
}

fn one(texts: Vec<String>) -> Result<String, Refused> {
    let [text] = <[String; 1]>::try_from(texts).map_err(|texts| Refused::new(format!("{texts:?}"), "one value"))?;
    Some(text).filter(|text| !text.is_empty()).ok_or_else(|| Refused::new("nothing".to_owned(), "a name"))
}
