//! A folder of small sound rule tables, of which a test changes one.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{Rulebook, Thresholds};
use crate::error::{Failure, Finding, Outcome};

/// Each table under its name.
const SOUND: &str = "\
weights
effective_from,effective_to,industry,category,subcategory,consultation_percent,logistics_percent,product_percent,after_sales_percent,dispute_percent
2019-01-01,,大快消,茶,,15,20,25,20,20
2019-01-01,,服装服饰,箱包,,10,25,25,20,20
2019-01-01,,服装服饰,箱包,旅行箱,10,30,25,20,15

logistics
effective_from,effective_to,category,subcategory,logistics_indicator
2019-01-01,,*,,pickup_timeliness

custom_made
effective_from,effective_to,category
2019-01-01,,全屋定制

tiers
effective_from,effective_to,category,indicator,tier,top_percent
2019-01-01,,*,*,5,20
2019-01-01,,*,*,4,50
2019-01-01,,*,*,3,80
2019-01-01,,*,*,2,95
2019-01-01,,*,*,0,100

thresholds
effective_from,effective_to,category,marketing_min,monthly_min,failure_limit,annual_min,annual_fee_fen,sales_half_refund_fen,sales_full_refund_fen
2019-01-01,,*,2.5,2.5,3,3.0,3000000,18000000,60000000";

/// A folder of rule tables that goes away with its value.
pub(super) struct Folder(TempDir);

impl Folder {
    /// Five small tables without a fault.
    pub(super) fn sound() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for table in SOUND.split("\n\n") {
            let (name, rows) = table.split_once('\n').unwrap();
            folder.write(name, format!("{rows}\n"));
        }
        folder
    }

    /// Sound but for `table`, to which `rows` are added.
    pub(super) fn with(table: &str, rows: &str) -> Self {
        Self::sound().and_with(table, rows)
    }

    /// As it is, with `rows` more.
    pub(super) fn and_with(self, table: &str, rows: &str) -> Self {
        self.write(table, self.read(table) + rows);
        self
    }

    /// Sound but for `table`, in which `new` stands for `old`.
    pub(super) fn changed(table: &str, old: &str, new: &str) -> Self {
        let folder = Self::sound();
        let text = folder.read(table);
        assert!(text.contains(old), "{table} has no {old:?}");
        folder.write(table, text.replace(old, new));
        folder
    }

    /// Sound but for `table`, which holds `content` instead of its own.
    pub(super) fn holding(table: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = Self::sound();
        folder.write(table, content);
        folder
    }

    pub(super) fn write(&self, table: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(table), content).unwrap();
    }

    pub(super) fn path(&self, table: &str) -> PathBuf {
        self.0.path().join(format!("{table}.csv"))
    }

    pub(super) fn load(&self) -> Outcome<Rulebook> {
        Rulebook::load(self.0.path())
    }

    /// The lines of a failure, with the files named as if in the working folder.
    pub(super) fn lines(&self, failure: &Failure) -> Vec<String> {
        let here = format!("{}/", self.0.path().display());
        failure.findings.iter().map(Finding::to_string).map(|line| line.replace(&here, "")).collect()
    }

    /// Checks with which findings the folder is refused, one a line, each without the stage before it; where one ends
    /// in `…`, only what stands before that counts.
    #[track_caller]
    pub(super) fn assert_refused(&self, expected: &str) {
        let lines = self.lines(&self.load().unwrap_err());
        assert_eq!(lines.len(), expected.lines().count(), "{lines:#?}");
        for (line, expected) in lines.iter().zip(expected.lines()) {
            let line = line.strip_prefix("rules: ").unwrap();
            match expected.strip_suffix('…') {
                Some(beginning) => assert!(line.starts_with(beginning), "{line}\nwanted {beginning}"),
                None => assert_eq!(line, expected),
            }
        }
    }

    fn read(&self, table: &str) -> String {
        std::fs::read_to_string(self.path(table)).unwrap()
    }
}

/// Thresholds of these rows, in the columns of `thresholds.csv`.
pub(crate) fn thresholds(rows: &[String]) -> Thresholds {
    let header = Folder::sound().read("thresholds").lines().next().unwrap().to_owned();
    let folder = Folder::holding("thresholds", format!("{header}\n{}\n", rows.join("\n")));
    Thresholds::load(folder.0.path(), None).unwrap()
}
