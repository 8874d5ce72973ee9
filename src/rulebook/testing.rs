//! A folder of small sound rule tables, of which a test changes one.

use tempfile::TempDir;

use super::{Rulebook, Thresholds};
use crate::error::{Failure, Finding, Outcome};

const TABLES: [(&str, &str); 5] = [
    (
        "weights",
        "\
effective_from,effective_to,industry,category,subcategory,consultation_percent,logistics_percent,product_percent,after_sales_percent,dispute_percent
2019-01-01,,大快消,茶,,15,20,25,20,20
2019-01-01,,服装服饰,箱包,,10,25,25,20,20
2019-01-01,,服装服饰,箱包,旅行箱,10,30,25,20,15
",
    ),
    (
        "logistics",
        "\
effective_from,effective_to,category,subcategory,logistics_indicator
2019-01-01,,*,,pickup_timeliness
",
    ),
    (
        "custom_made",
        "\
effective_from,effective_to,category
2019-01-01,,全屋定制
",
    ),
    (
        "tiers",
        "\
effective_from,effective_to,category,indicator,tier,top_percent
2019-01-01,,*,*,5,20
2019-01-01,,*,*,4,50
2019-01-01,,*,*,3,80
2019-01-01,,*,*,2,95
2019-01-01,,*,*,0,100
",
    ),
    (
        "thresholds",
        "\
effective_from,effective_to,category,marketing_min,monthly_min,failure_limit,annual_min,annual_fee_fen,sales_half_refund_fen,sales_full_refund_fen
2019-01-01,,*,2.5,2.5,3,3.0,3000000,18000000,60000000
",
    ),
];

/// A folder of rule tables that goes away with its value.
pub(super) struct Folder(TempDir);

impl Folder {
    /// Five small tables without a fault.
    pub(super) fn sound() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        TABLES.iter().for_each(|(table, content)| folder.write(table, content));
        folder
    }

    /// Sound but for `table`, to which `rows` are added.
    pub(super) fn with(table: &str, rows: &str) -> Self {
        let folder = Self::sound();
        folder.append(table, rows);
        folder
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

    pub(super) fn append(&self, table: &str, rows: &str) {
        self.write(table, self.read(table) + rows);
    }

    pub(super) fn remove(&self, table: &str) {
        std::fs::remove_file(self.path(table)).unwrap();
    }

    pub(super) fn make_folder(&self, table: &str) {
        std::fs::create_dir(self.path(table)).unwrap();
    }

    pub(super) fn load(&self) -> Outcome<Rulebook> {
        Rulebook::load(self.0.path())
    }

    /// The lines of a failure, with the files named as if in the working folder.
    pub(super) fn lines(&self, failure: &Failure) -> Vec<String> {
        let here = format!("{}/", self.0.path().display());
        failure.findings.iter().map(Finding::to_string).map(|line| line.replace(&here, "")).collect()
    }

    fn read(&self, table: &str) -> String {
        std::fs::read_to_string(self.path(table)).unwrap()
    }

    fn path(&self, table: &str) -> std::path::PathBuf {
        self.0.path().join(format!("{table}.csv"))
    }
}

/// Checks with which findings each folder is refused: all of `table`, given as what follows its name and a colon. Where
/// one ends in `…`, only what stands before it counts.
pub(super) fn assert_refused<const CASES: usize>(table: &str, cases: [(Folder, &[&str]); CASES]) {
    for (folder, expected) in cases {
        let lines = folder.lines(&folder.load().unwrap_err());
        assert_eq!(lines.len(), expected.len(), "{lines:#?}");
        for (line, expected) in lines.iter().zip(expected) {
            let expected = format!("rules: {table}.csv:{expected}");
            match expected.strip_suffix('…') {
                Some(beginning) => assert!(line.starts_with(beginning), "{line}\nwanted {beginning}"),
                None => assert_eq!(*line, expected),
            }
        }
    }
}

/// Thresholds of these rows, in the columns of `thresholds.csv`.
pub(crate) fn thresholds(rows: &[String]) -> Thresholds {
    let folder = Folder::sound();
    let header = folder.read("thresholds").lines().next().unwrap().to_owned();
    folder.write("thresholds", format!("{header}\n{}\n", rows.join("\n")));
    Thresholds::load(folder.0.path(), None).unwrap()
}
