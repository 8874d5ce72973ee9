//! A folder of small sound rule tables, of which a test changes one.

use tempfile::TempDir;

use super::{Rulebook, Thresholds, custom_made, logistics, thresholds, tiers, weights};
use crate::error::{Failure, Finding, Outcome};

const WEIGHTS: &str = "\
effective_from,effective_to,industry,category,subcategory,consultation_percent,logistics_percent,product_percent,after_sales_percent,dispute_percent
2019-01-01,,大快消,茶,,15,20,25,20,20
2019-01-01,,服装服饰,箱包,,10,25,25,20,20
2019-01-01,,服装服饰,箱包,旅行箱,10,30,25,20,15
";

const LOGISTICS: &str = "\
effective_from,effective_to,category,subcategory,logistics_indicator
2019-01-01,,*,,pickup_timeliness
";

const CUSTOM_MADE: &str = "\
effective_from,effective_to,category
2019-01-01,,全屋定制
";

const TIERS: &str = "\
effective_from,effective_to,category,indicator,tier,top_percent
2019-01-01,,*,*,5,20
2019-01-01,,*,*,4,50
2019-01-01,,*,*,3,80
2019-01-01,,*,*,2,95
2019-01-01,,*,*,0,100
";

const THRESHOLDS: &str = "\
effective_from,effective_to,category,marketing_min,monthly_min,failure_limit,annual_min,annual_fee_fen,sales_half_refund_fen,sales_full_refund_fen
2019-01-01,,*,2.5,2.5,3,3.0,3000000,18000000,60000000
";

/// A folder of rule tables that goes away with its value.
pub(super) struct Folder(TempDir);

impl Folder {
    /// Five small tables without a fault.
    pub(super) fn sound() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write(weights::FILE, WEIGHTS);
        folder.write(logistics::FILE, LOGISTICS);
        folder.write(custom_made::FILE, CUSTOM_MADE);
        folder.write(tiers::FILE, TIERS);
        folder.write(thresholds::FILE, THRESHOLDS);
        folder
    }

    /// Five small tables without a fault but for `file`, to which `rows` are added.
    pub(super) fn with(file: &str, rows: &str) -> Self {
        let folder = Self::sound();
        folder.append(file, rows);
        folder
    }

    pub(super) fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(file), content).unwrap();
    }

    pub(super) fn append(&self, file: &str, rows: &str) {
        self.write(file, self.read(file) + rows);
    }

    pub(super) fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} has no {old:?}");
        self.write(file, text.replace(old, new));
    }

    pub(super) fn remove(&self, file: &str) {
        std::fs::remove_file(self.0.path().join(file)).unwrap();
    }

    pub(super) fn make_folder(&self, name: &str) {
        std::fs::create_dir(self.0.path().join(name)).unwrap();
    }

    pub(super) fn load(&self) -> Outcome<Rulebook> {
        Rulebook::load(self.0.path())
    }

    /// The lines of a failure, with the files named as if in the working folder.
    pub(super) fn lines(&self, failure: &Failure) -> Vec<String> {
        let here = format!("{}/", self.0.path().display());
        failure.findings.iter().map(Finding::to_string).map(|line| line.replace(&here, "")).collect()
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.path().join(file)).unwrap()
    }
}

/// Thresholds of these rows, in the columns of `thresholds.csv`.
pub(crate) fn thresholds(rows: &[String]) -> Thresholds {
    let folder = tempfile::tempdir().unwrap();
    let header = THRESHOLDS.lines().next().unwrap();
    let text = format!("{header}\n{}\n", rows.join("\n"));
    std::fs::write(folder.path().join(thresholds::FILE), text).unwrap();
    Thresholds::load(folder.path(), None).unwrap()
}

/// How the folder is refused.
pub(super) fn failure_of(folder: &Folder) -> Failure {
    folder.load().unwrap_err()
}

/// The lines with which the folder is refused.
pub(super) fn refusals(folder: &Folder) -> Vec<String> {
    folder.lines(&failure_of(folder))
}
