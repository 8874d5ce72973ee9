//! A folder of small sound rule tables, of which a test changes one.

use std::fmt::Debug;
use std::path::PathBuf;

use tempfile::TempDir;

use super::texts::RuleTexts;
use super::{Rulebook, Thresholds};
use crate::error::{ExitClass, Outcome};

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
    /// Five small tables without a fault, but for the changes of [`Folder::change`], one a line.
    pub(super) fn changed(changes: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for table in SOUND.split("\n\n") {
            let (name, rows) = table.split_once('\n').unwrap();
            folder.write(name, format!("{rows}\n"));
        }
        changes.lines().for_each(|change| folder.change(change));
        folder
    }

    /// Sound but for `table`, which holds `content` instead of its own.
    pub(super) fn holding(table: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = Self::changed("");
        folder.write(table, content);
        folder
    }

    /// `TABLE + ROW` adds a row, `TABLE - ROW` removes one, `TABLE OLD -> NEW` puts `NEW` for every `OLD`.
    fn change(&self, change: &str) {
        let (table, edit) = change.split_once(' ').unwrap();
        let text = std::fs::read_to_string(self.path(table)).unwrap();
        let edited = match (edit.split_once(' '), edit.split_once(" -> ")) {
            (Some(("+", row)), _) => format!("{text}{row}\n"),
            (Some(("-", row)), _) => text.replace(&format!("{row}\n"), ""),
            (_, Some((old, new))) => text.replace(old, new),
            _ => panic!("no change: {change}"),
        };
        assert_ne!(edited, text, "{change}");
        self.write(table, edited);
    }

    /// Sound, with a last column `source`, whose cells are these in turn.
    pub(super) fn with_sources(sources: &[&str]) -> Self {
        let folder = Self::changed("");
        for table in SOUND.split("\n\n") {
            let (name, rows) = table.split_once('\n').unwrap();
            let sources = ["source"].iter().chain(sources.iter().cycle());
            let rows = rows.lines().zip(sources).map(|(row, source)| format!("{row},{source}\n"));
            folder.write(name, rows.collect::<String>());
        }
        folder
    }

    fn write(&self, table: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(table), content).unwrap();
    }

    pub(super) fn path(&self, table: &str) -> PathBuf {
        self.0.path().join(format!("{table}.csv"))
    }

    pub(super) fn load(&self) -> Outcome<Rulebook> {
        Rulebook::load(self.0.path())
    }

    /// Checks the findings of a usage failure, one a line, each from the name of the file on; where one ends in `…`, only
    /// what stands before that counts, and a line that begins with spaces goes on with the one before.
    #[track_caller]
    pub(super) fn assert_refused<T: Debug>(&self, case: &str, outcome: Outcome<T>, expected: &str) {
        let failure = outcome.expect_err(case);
        assert_eq!(failure.class, ExitClass::Usage, "{case}: {failure}");
        let expected = expected.replace("\n  ", " ");
        assert_eq!(failure.findings.len(), expected.lines().count(), "{case}: {failure}");
        let here = format!("rules: {}/", self.0.path().display());
        for (finding, expected) in failure.findings.iter().zip(expected.lines()) {
            let line = finding.to_string();
            match (line.strip_prefix(&here), expected.strip_suffix('…')) {
                (Some(line), Some(beginning)) if line.starts_with(beginning) => (),
                (line, _) => assert_eq!(line, Some(expected), "{case}"),
            }
        }
    }
}

/// Thresholds of these rows, one a line, in the columns of `thresholds.csv`.
pub(crate) fn thresholds(rows: &str) -> Thresholds {
    let header = SOUND.lines().find(|line| line.contains("marketing_min")).unwrap();
    let folder = Folder::holding("thresholds", format!("{header}\n{rows}\n"));
    Thresholds::load(&RuleTexts::read(folder.0.path()), None).unwrap()
}
