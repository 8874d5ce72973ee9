//! The dictionary: what the published tables and their columns say, for those who have nothing but them.
//!
//! In: the declarations that write the files ([`crate::publish::outputs`]). Out: the same as Markdown, as a Frictionless Data Package,
//! and as views with comments for three engines; English and Chinese in each. Nothing is read or written here, and no clock.

mod covered;
mod data_package;
mod dialect;
mod in_words;
mod markdown;
mod over_time;
mod views;
mod words;

pub(crate) use self::covered::{TABLES_IN_OUT, published};
use self::dialect::Dialect;
pub(crate) use self::words::told;
use crate::error::Outcome;

/// A form of the dictionary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Form {
    /// For people
    #[default]
    Markdown,
    /// The `datapackage.json` of a Frictionless Data Package
    Datapackage,
    /// Views with comments for DuckDB
    Duckdb,
    /// Views with comments for Spark
    Spark,
    /// Views with comments for ClickHouse
    Clickhouse,
}

/// The file of each form, in the copy that lies in OUT.
pub(crate) const FILES: [(&str, Form); 5] = [
    ("DICTIONARY.md", Form::Markdown),
    ("datapackage.json", Form::Datapackage),
    ("views.duckdb.sql", Form::Duckdb),
    ("views.spark.sql", Form::Spark),
    ("views.clickhouse.sql", Form::Clickhouse),
];

/// The SHA-256 of the copy's files, known without making them; a test holds it against them.
const HASHES: &str = include_str!("hashes.txt");

/// The hash of a file of the copy.
pub(crate) fn hash_of(file: &str) -> Option<&'static str> {
    let mut lines = HASHES.lines().filter_map(|line| line.split_once("  "));
    lines.find(|(_, name)| *name == file).map(|(hash, _)| hash)
}

impl Form {
    /// Whether it says where the tables lie.
    pub(crate) fn has_views(self) -> bool {
        matches!(self, Self::Duckdb | Self::Spark | Self::Clickhouse)
    }

    /// The dictionary in this form; its views, if it has some, read the tables below `tables`.
    pub(crate) fn of(self, tables: &str) -> Outcome<String> {
        match self {
            Self::Markdown => markdown::dictionary(),
            Self::Datapackage => data_package::package(),
            Self::Duckdb => views::statements(Dialect::DuckDb, tables),
            Self::Spark => views::statements(Dialect::Spark, tables),
            Self::Clickhouse => views::statements(Dialect::ClickHouse, tables),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::indicators::Indicator;
    use crate::publish::outputs::{NIGHTLY, OutputTable, YEARLY};

    fn all() -> impl Iterator<Item = (Form, String)> {
        FILES.into_iter().map(|(_, form)| (form, form.of("/srv/out/current").unwrap()))
    }

    #[test]
    fn every_form_has_every_column_of_every_published_table() {
        for (form, text) in all() {
            for table in NIGHTLY.into_iter().chain(YEARLY) {
                let said = |said: &str| assert!(text.contains(said), "{form:?}, {}: {said}", table.name);
                said(table.grain_chinese);
                for column in table.columns() {
                    said(column.name);
                    said(column.chinese);
                    column.null.into_iter().chain(column.warning).for_each(|of| said(of.chinese));
                }
            }
        }
    }

    #[test]
    fn the_tables_are_those_that_are_written() {
        let names = |tables: &mut dyn Iterator<Item = &'static OutputTable>| {
            let mut names: Vec<_> = tables.map(|table| table.name).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names(&mut published()), names(&mut NIGHTLY.into_iter().chain(YEARLY)));
    }

    #[test]
    fn the_views_for_dashboards_call_indicators_what_is_declared() {
        let views = include_str!("../../jobs/bi/views.sql");
        for indicator in Indicator::ALL {
            let (name, chinese) = (indicator.name(), indicator.spec().chinese);
            assert!(views.contains(&format!("WHEN '{name}' THEN '{chinese}'")), "{name}");
        }
    }

    #[test]
    fn the_hashes_of_the_copy_are_those_of_its_files() {
        let line = |(name, form): (&str, Form)| {
            let hash = Sha256::digest(form.of(TABLES_IN_OUT).unwrap());
            format!("{}  {name}\n", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        };
        let hashes: String = FILES.into_iter().map(line).collect();
        if std::env::var_os("RENEW_DICTIONARY").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dictionary/hashes.txt");
            std::fs::write(path, &hashes).unwrap();
        } else {
            assert!(HASHES == hashes, "src/dictionary/hashes.txt: RENEW_DICTIONARY=1 writes it anew");
        }
    }

    #[test]
    fn the_dictionary_is_documented() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/DICTIONARY.md");
        let dictionary = Form::Markdown.of("").unwrap();
        if std::env::var_os("RENEW_DICTIONARY").is_some() {
            std::fs::write(&path, &dictionary).unwrap();
        }
        let documented = std::fs::read_to_string(path).unwrap();
        assert!(documented == dictionary, "docs/DICTIONARY.md: RENEW_DICTIONARY=1 writes it anew");
    }
}
