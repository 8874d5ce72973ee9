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
mod file;
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
    /// Reads `weights.csv`, `logistics.csv`, `custom_made.csv`, `tiers.csv` and `thresholds.csv` of `folder`.
    ///
    /// # Errors
    ///
    /// Exit class 2 with every finding, in that order of the tables. Only while `weights.csv` itself is refused are the
    /// other tables' categories not looked up in it.
    pub fn load(folder: &Path) -> Outcome<Self> {
        let mut findings = Vec::new();
        let weights = sound(Weights::load(folder, None), &mut findings);
        let categories = weights.as_ref().map(Weights::categories);
        let known = categories.as_ref();
        let logistics = sound(Logistics::load(folder, known), &mut findings);
        let custom_made = sound(CustomMade::load(folder, known), &mut findings);
        let tiers = sound(Tiers::load_sets(folder, known), &mut findings);
        let thresholds = sound(Thresholds::load(folder, known), &mut findings);
        match (weights, logistics, custom_made, tiers, thresholds) {
            (Some(weights), Some(logistics), Some(custom_made), Some(tiers), Some(thresholds)) => {
                Ok(Self { folder: folder.to_owned(), weights, logistics, custom_made, tiers, thresholds })
            }
            _ => Err(Failure { class: ExitClass::Usage, findings }),
        }
    }

    /// All rules in force on `day` that reach into a night's scores and assessments besides its daily partials (what is
    /// made to order reaches into those): one rule a line, sorted. Equal texts, equal rules; the dates of a rule and its
    /// place in the file are no part of it.
    pub fn described_on(&self, day: Day) -> String {
        let rules = self.weights.described_on(day).chain(self.logistics.described_on(day));
        let rules = rules.chain(self.tiers.described_on(day)).chain(self.thresholds.described_on(day));
        let mut rules: Vec<String> = rules.collect();
        rules.sort_unstable();
        rules.join("\n")
    }

    /// Checks that the rules can be asked on `day`: some weights row and each table's default row are in force on it.
    ///
    /// # Errors
    ///
    /// Exit class 2, with a finding for each table that has no such row.
    pub fn check_in_force(&self, day: Day) -> Outcome<()> {
        let folder = &self.folder;
        let lacking = [
            self.weights.lacking_on(day, folder, "a row"),
            self.logistics.lacking_on(day, folder, "a row with category `*`"),
            self.tiers.lacking_on(day, folder, "a set with category `*` and indicator `*`"),
            self.thresholds.lacking_on(day, folder, "a row with category `*`"),
        ];
        Failure::unless_empty(ExitClass::Usage, lacking.into_iter().flatten().collect())
    }
}

/// The table, or none and its findings added to those of the tables before.
fn sound<T>(table: Outcome<T>, findings: &mut Vec<Finding>) -> Option<T> {
    table.map_err(|failure| findings.extend(failure.findings)).ok()
}

#[cfg(test)]
mod tests {
    use super::testing::Folder;
    use super::*;
    use crate::domain::Dimension;
    use crate::indicators::Indicator::{LogisticsRating, PickupTimeliness};

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
        for (wanted, expected) in [
            (LogisticsRule::Exempt, 28),
            (LogisticsRule::By(LogisticsRating), 11),
            (LogisticsRule::By(PickupTimeliness), 82),
        ] {
            let rule = |row: &&WeightRow| rules.logistics.rule(today, &row.category, row.subcategory.as_deref());
            assert_eq!(rows.iter().filter(|row| rule(row) == Some(wanted)).count(), expected, "{wanted:?}");
        }
        let custom_made = rules.custom_made.categories_on(today);
        assert_eq!(custom_made.into_iter().collect::<Vec<_>>(), ["个性定制/设计服务/DIY", "全屋定制"]);
    }

    #[test]
    fn an_online_service_weighs_logistics_at_20_and_is_exempt_from_it() {
        let rules = Rulebook::load(Path::new("jobs/rules")).unwrap();
        let (today, category) = (day("2022-03-15"), "网店/网络服务/软件");
        let weights = rules.weights.row(today, category, None).unwrap();
        assert_eq!(weights.percent(Dimension::Logistics).to_string(), "20");
        assert_eq!(rules.logistics.rule(today, category, None), Some(LogisticsRule::Exempt));
    }

    /// What nights are known by: a change of it makes every published night stale.
    #[test]
    fn rules_are_described_by_what_they_say_and_by_nothing_else() {
        let logistics = "2022-01-01,,茶,,none\n2022-01-01,,箱包,旅行箱,logistics_rating\n";
        let sets = [(5, "10"), (4, "20.5"), (3, "50"), (2, "80"), (0, "100")]
            .map(|(tier, percent)| format!("2022-01-01,,*,dispute_rate,{tier},{percent}\n"));
        let thresholds = "2022-01-01,2022-12-31,茶,2.75,,,3.2001,6000001,5,5\n,2018-12-31,*,1,,,1,1,1,1\n";
        let folder = Folder::with("logistics", logistics).and_with("tiers", &sets.concat());
        let rulebook = folder.and_with("thresholds", thresholds).load();
        let expected = "\
logistics \"*\" - pickup_timeliness
logistics \"箱包\" \"旅行箱\" logistics_rating
logistics \"茶\" - none
thresholds \"*\" - 2.5 2.5 3 3 3000000 18000000 60000000
thresholds \"茶\" - 2.75 - - 3.2001 6000001 5 5
tiers \"*\" \"dispute_rate\" 10 20.5 50 80 100
tiers \"*\" - 20 50 80 95 100
weights \"箱包\" \"旅行箱\" 25 30 20 15 10
weights \"箱包\" - 25 25 20 20 10
weights \"茶\" - 25 20 20 20 15";
        assert_eq!(rulebook.unwrap().described_on(day("2022-03-15")), expected);
    }

    #[test]
    fn the_findings_of_all_tables_come_together_in_their_order() {
        let folder = Folder::holding("weights", "nonsense\n");
        std::fs::remove_file(folder.path("logistics")).unwrap();
        folder.write("custom_made", "effective_from,effective_to,category\n,,\n2022-13-01,,茶\n");
        let failure = folder.load().unwrap_err();
        assert_eq!(failure.class, ExitClass::Usage);
        let lines = folder.lines(&failure);
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
        let lacking = [
            ("weights", "a row"),
            ("logistics", "a row with category `*`"),
            ("tiers", "a set with category `*` and indicator `*`"),
            ("thresholds", "a row with category `*`"),
        ];
        let expected = lacking.map(|(table, row)| {
            format!(
                "rules: {table}.csv: found none, wanted {row} in force on 2018-12-31; add one whose effective_from and \
                 effective_to include that day"
            )
        });
        assert_eq!(folder.lines(&failure), expected);
    }

    #[test]
    fn a_table_without_the_default_row_is_refused() {
        for (table, old, new, row) in [
            ("logistics", "*", "茶", "a row with category `*` and no subcategory"),
            ("tiers", "*,*", "*,dispute_rate", "a set with category `*` and indicator `*`"),
            ("thresholds", "*", "茶", "a row with category `*`"),
        ] {
            Folder::changed(table, old, new).assert_refused(&format!(
                "{table}.csv: found no default row, wanted {row}; add the row that holds for all other categories"
            ));
        }
    }

    #[test]
    fn a_category_that_no_weights_row_has_is_refused_except_in_custom_made() {
        let goods = "effective_from,effective_to,category\n,,定制T恤\n";
        assert!(Folder::holding("custom_made", goods).load().is_ok());

        for (table, rows, place, found) in [
            ("logistics", ",,帽子,,none\n", "3: column category", "\"帽子\""),
            ("logistics", ",,箱包,钱包,none\n", "3: column subcategory", "\"箱包\" with \"钱包\""),
            ("logistics", ",,*,旅行箱,none\n", "3: column subcategory", "\"*\" with \"旅行箱\""),
            ("thresholds", ",,帽子,2.5,,,3,100,1,2\n", "3: column category", "\"帽子\""),
            ("tiers", ",,帽子,*,5,20\n", "7: column category", "\"帽子\""),
        ] {
            Folder::with(table, rows).assert_refused(&format!(
                "{table}.csv:{place}: found {found}, which no row of weights.csv has, wanted a category and subcategory \
                 of weights.csv; correct the name, or add its weights first"
            ));
        }
        let set = [5, 4, 3, 2, 0].map(|tier| format!(",,帽子,*,{tier},{}\n", 100 - tier)).concat();
        let refusals =
            [7, 8, 9, 10, 11].map(|line| format!("tiers.csv:{line}: column category: found \"帽子\", which…"));
        Folder::with("tiers", &set).assert_refused(&refusals.join("\n"));
    }
}
