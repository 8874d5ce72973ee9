//! The rules as data: five CSV tables with effective dates, read and checked as a whole before any extract is touched.
//!
//! In: a folder of rule tables. Out: a [`Rulebook`], asked by day and category. A table, or a pair of tables, that
//! breaks a rule of the specification (sections 5, 6, 7, 9 and the end of 11) is refused with file, line and reason,
//! all findings of all tables together.

mod category;
mod custom_made;
mod cut_offs;
mod decimal;
mod effective;
mod header;
mod logistics;
mod row;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod thresholds;
mod tiers;
mod weights;

use std::path::{Path, PathBuf};

pub use custom_made::CustomMade;
pub use cut_offs::CutOffs;
pub use decimal::Decimal4;
pub use logistics::{Logistics, LogisticsRule};
pub use thresholds::{ThresholdRow, Thresholds};
pub use tiers::Tiers;
pub use weights::{WeightRow, Weights};

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};

const STAGE: &str = "rules";

/// All rule tables of a folder, each of them sound, and sound with one another.
#[derive(Clone, Debug)]
pub struct Rulebook {
    folder: PathBuf,
    /// What each dimension weighs, by assessment category.
    pub weights: Weights,
    /// What logistics is assessed by.
    pub logistics: Logistics,
    /// Categories of goods that are made to order.
    pub custom_made: CustomMade,
    /// Which share of the ranked shops gets which tier.
    pub tiers: Tiers,
    /// Limits and fees of the assessments.
    pub thresholds: Thresholds,
}

impl Rulebook {
    /// All rules in force on `day` that reach into a night's scores besides its daily partials: equal texts, equal rules.
    pub fn shown_on(&self, day: Day) -> String {
        let rules = self.weights.shown_on(day).chain(self.logistics.shown_on(day));
        let mut rules: Vec<String> =
            rules.chain(self.tiers.shown_on(day)).chain(self.thresholds.shown_on(day)).collect();
        rules.sort_unstable();
        rules.join("\n")
    }

    /// Reads `weights.csv`, `logistics.csv`, `custom_made.csv`, `tiers.csv` and `thresholds.csv` of `folder`.
    ///
    /// # Errors
    ///
    /// Exit class 2 with every finding, in that order of the tables. Only while `weights.csv` itself is refused are the
    /// other tables' categories not looked up in it.
    pub fn load(folder: &Path) -> Outcome<Self> {
        let weights = Weights::load(folder);
        let logistics = Logistics::load(folder, weights.as_ref().ok());
        let custom_made = CustomMade::load(folder);
        let tiers = Tiers::load(folder, weights.as_ref().ok());
        let thresholds = Thresholds::load(folder, weights.as_ref().ok());

        let mut findings = Vec::new();
        let weights = sound(weights, &mut findings);
        let logistics = sound(logistics, &mut findings);
        let custom_made = sound(custom_made, &mut findings);
        let tiers = sound(tiers, &mut findings);
        let thresholds = sound(thresholds, &mut findings);
        match (weights, logistics, custom_made, tiers, thresholds) {
            (Some(weights), Some(logistics), Some(custom_made), Some(tiers), Some(thresholds)) => {
                Ok(Self { folder: folder.to_owned(), weights, logistics, custom_made, tiers, thresholds })
            }
            _ => Err(Failure { class: ExitClass::Usage, findings }),
        }
    }

    /// Checks that the rules can be asked on `day`: some weights row and each table's default row are in force on it.
    ///
    /// # Errors
    ///
    /// Exit class 2, with a finding for each table that has no such row.
    pub fn check_in_force(&self, day: Day) -> Outcome<()> {
        let tables = [
            (weights::FILE, "a row", self.weights.on(day).next().is_some()),
            (logistics::FILE, "a row with category `*`", self.logistics.has_default_on(day)),
            (tiers::FILE, "a set with category `*` and indicator `*`", self.tiers.has_default_on(day)),
            (thresholds::FILE, "a row with category `*`", self.thresholds.has_default_on(day)),
        ];
        let lacking = tables.into_iter().filter(|(_, _, in_force)| !in_force);
        let findings = lacking.map(|(file, row, _)| {
            Finding::new(STAGE, "none", format!("{row} in force on {day}"))
                .path(&self.folder.join(file))
                .advice("add one whose effective_from and effective_to include that day")
        });
        Failure::unless_empty(ExitClass::Usage, findings.collect())
    }
}

/// The table, or none and its findings added to those of the tables before.
fn sound<T>(table: Outcome<T>, findings: &mut Vec<Finding>) -> Option<T> {
    table.map_err(|failure| findings.extend(failure.findings)).ok()
}

/// Refuses a table that has no default row on any day.
fn require_default(path: &Path, present: bool, row: &str) -> Outcome<()> {
    if present {
        return Ok(());
    }
    let finding = Finding::new(STAGE, "no default row", row).path(path);
    Err(finding.advice("add the row that holds for all other categories").fail(ExitClass::Usage))
}

#[cfg(test)]
mod tests {
    use super::testing::{Folder, failure_of, refusals};
    use super::*;
    use crate::domain::Dimension;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_shipped_tables_load_whole() {
        let rules = Rulebook::load(Path::new("jobs/rules")).unwrap();
        let today = day("2022-03-15");
        assert_eq!(rules.check_in_force(today), Ok(()));
        let rows: Vec<_> = rules.weights.on(today).collect();
        assert_eq!(rows.len(), 121);
        assert_eq!(rows.iter().filter(|row| row.subcategory.is_some()).count(), 2);
        assert!(rows.iter().any(|row| row.category == "茶"));
        let by = |wanted: LogisticsRule| {
            let rule = |row: &&&WeightRow| {
                rules.logistics.rule(today, &row.category, row.subcategory.as_deref()) == Some(wanted)
            };
            rows.iter().filter(rule).count()
        };
        use crate::indicators::Indicator::{LogisticsRating, PickupTimeliness};
        assert_eq!(by(LogisticsRule::Exempt), 28);
        assert_eq!(by(LogisticsRule::By(LogisticsRating)), 11);
        assert_eq!(by(LogisticsRule::By(PickupTimeliness)), 82);
        assert_eq!(
            rules.custom_made.on(today).into_iter().collect::<Vec<_>>(),
            ["个性定制/设计服务/DIY", "全屋定制"]
        );
    }

    #[test]
    fn an_online_service_weighs_logistics_at_20_and_is_exempt_from_it() {
        let rules = Rulebook::load(Path::new("jobs/rules")).unwrap();
        let (today, category) = (day("2022-03-15"), "网店/网络服务/软件");
        let weights = rules.weights.row(today, category, None).unwrap();
        assert_eq!(weights.percent(Dimension::Logistics).to_string(), "20");
        assert_eq!(rules.logistics.rule(today, category, None), Some(LogisticsRule::Exempt));
    }

    #[test]
    fn the_findings_of_all_tables_come_together_in_their_order() {
        let folder = Folder::sound();
        folder.write("weights.csv", "nonsense\n");
        folder.remove("logistics.csv");
        folder.write("custom_made.csv", "effective_from,effective_to,category\n,,\n2022-13-01,,茶\n");
        let failure = failure_of(&folder);
        assert_eq!(failure.class, ExitClass::Usage);
        let lines: Vec<String> = failure.findings.iter().map(Finding::to_string).collect();
        let of = |file: &str| lines.iter().filter(|line| line.contains(file)).count();
        assert_eq!((of("weights.csv:1"), of("logistics.csv"), of("custom_made.csv:")), (11, 1, 2));
        assert!(lines.is_sorted_by_key(|line| {
            ["weights.csv", "logistics.csv", "custom_made.csv"].iter().position(|file| line.contains(file))
        }));
    }

    #[test]
    fn every_default_row_must_be_in_force_on_the_day() {
        let folder = Folder::sound();
        let rules = folder.load().unwrap();
        assert_eq!(rules.check_in_force(day("2019-01-01")), Ok(()));
        let failure = rules.check_in_force(day("2018-12-31")).unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        assert_eq!(
            folder.lines(&failure),
            [
                "rules: weights.csv: found none, wanted a row in force on 2018-12-31; add one whose effective_from and \
                 effective_to include that day",
                "rules: logistics.csv: found none, wanted a row with category `*` in force on 2018-12-31; add one whose \
                 effective_from and effective_to include that day",
                "rules: tiers.csv: found none, wanted a set with category `*` and indicator `*` in force on 2018-12-31; \
                 add one whose effective_from and effective_to include that day",
                "rules: thresholds.csv: found none, wanted a row with category `*` in force on 2018-12-31; add one \
                 whose effective_from and effective_to include that day",
            ]
        );
    }

    #[test]
    fn a_category_that_no_weights_row_has_is_refused_except_in_custom_made() {
        let sound = Folder::sound();
        sound.write("custom_made.csv", "effective_from,effective_to,category\n,,定制T恤\n");
        assert!(sound.load().is_ok());

        let unknown = |file: &str, rows: &str| {
            let folder = Folder::sound();
            folder.append(file, rows);
            refusals(&folder)
        };
        let refused = |place: &str, found: &str| {
            [format!(
                "rules: {place}: found {found}, which no row of weights.csv has, wanted a category and subcategory of \
                 weights.csv; correct the name, or add its weights first"
            )]
        };
        assert_eq!(
            unknown("logistics.csv", ",,帽子,,none\n"),
            refused("logistics.csv:3: column category", "\"帽子\"")
        );
        assert_eq!(
            unknown("logistics.csv", ",,箱包,钱包,none\n"),
            refused("logistics.csv:3: column subcategory", "\"箱包\" with \"钱包\"")
        );
        assert_eq!(
            unknown("logistics.csv", ",,*,旅行箱,none\n"),
            refused("logistics.csv:3: column subcategory", "\"*\" with \"旅行箱\"")
        );
        assert_eq!(
            unknown("thresholds.csv", ",,帽子,2.5,,,3,100,1,2\n"),
            refused("thresholds.csv:3: column category", "\"帽子\"")
        );
        let set: String = [5, 4, 3, 2, 0].map(|tier| format!(",,帽子,*,{tier},{}\n", 100 - tier)).concat();
        assert_eq!(unknown("tiers.csv", &set).len(), 5);
    }
}
