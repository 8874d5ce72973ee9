//! The rules as data: five CSV tables with effective dates, read and checked as a whole before any extract is touched.
//!
//! In: a folder of rule tables. Out: a [`Rulebook`], asked by day and category. A table, or a pair of tables, that
//! breaks a rule of the specification (sections 5, 6, 7, 9 and the end of 11) is refused with file, line and reason,
//! all findings of all tables together.

pub(crate) mod changes;
mod custom_made;
mod decimal;
mod effective;
mod file;
mod logistics;
#[cfg(test)]
mod refusals;
mod row;
mod table;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod texts;
mod thresholds;
mod tiers;
mod weights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use custom_made::CustomMade;
pub use decimal::Decimal4;
use logistics::Logistics;
pub use logistics::LogisticsRule;
use table::Rule;
use texts::{RuleTexts, TABLES};
pub(crate) use thresholds::{ThresholdRow, Thresholds};
pub(crate) use tiers::CutOffs;
use tiers::Tiers;
pub use weights::{WeightRow, Weights};

use crate::domain::Day;
use crate::error::{ExitClass, Failure, Finding, Outcome};

/// A rule that is in force, and the file and line that state it.
#[derive(Clone, Debug)]
pub(crate) struct InForce<'a, R> {
    pub(crate) file: PathBuf,
    pub(crate) line: u64,
    pub(crate) rule: &'a R,
}

/// All rule tables of a folder, each of them sound, and sound with one another.
#[derive(Clone, Debug)]
pub struct Rulebook {
    texts: RuleTexts,
    /// What each dimension weighs, by assessment category.
    pub weights: Weights,
    pub(crate) logistics: Logistics,
    pub(crate) custom_made: CustomMade,
    pub(crate) tiers: Tiers,
    pub(crate) thresholds: Thresholds,
}

impl Rulebook {
    /// Reads `weights.csv`, `logistics.csv`, `custom_made.csv`, `tiers.csv` and `thresholds.csv` of `folder`;
    /// what is wrong with them is reported in that order. Only while `weights.csv` itself is refused are the other tables'
    /// categories not looked up in it.
    pub fn load(folder: &Path) -> Outcome<Self> {
        Self::of(RuleTexts::read(folder))
    }

    /// The rules of a published night, as their texts were recorded; none where these do not hold for this release.
    pub(crate) fn recorded(texts: &BTreeMap<String, String>) -> Option<Self> {
        Self::of(RuleTexts::recorded(texts)?).ok()
    }

    /// The text of each table, by its name.
    pub(crate) fn texts(&self) -> Outcome<BTreeMap<String, String>> {
        TABLES.into_iter().map(|table| Ok((table.to_owned(), self.texts.text(table)?.to_owned()))).collect()
    }

    /// The rules as they were known on `day`, and nothing that came later.
    pub(crate) fn as_stood_on(&self, day: Day) -> Self {
        Self {
            texts: self.texts.clone(),
            weights: self.weights.as_stood_on(day),
            logistics: self.logistics.as_stood_on(day),
            custom_made: self.custom_made.as_stood_on(day),
            tiers: self.tiers.as_stood_on(day),
            thresholds: self.thresholds.as_stood_on(day),
        }
    }

    fn of(texts: RuleTexts) -> Outcome<Self> {
        let mut findings = Vec::new();
        let weights = sound(Weights::load(&texts, None), &mut findings);
        let categories = weights.as_ref().map(Weights::categories);
        let known = categories.as_ref();
        let logistics = sound(Logistics::load(&texts, known), &mut findings);
        let custom_made = sound(CustomMade::load(&texts, known), &mut findings);
        let tiers = sound(Tiers::load_sets(&texts, known), &mut findings);
        let thresholds = sound(Thresholds::load(&texts, known), &mut findings);
        let (Some(weights), Some(logistics), Some(custom_made), Some(tiers), Some(thresholds)) =
            (weights, logistics, custom_made, tiers, thresholds)
        else {
            return Err(Failure { class: ExitClass::Usage, findings });
        };
        Ok(Self { texts, weights, logistics, custom_made, tiers, thresholds })
    }

    /// All rules that reach into a night's scores, assessments and outlook besides its daily partials (what is made to order
    /// reaches into those): those in force on the as-of day or on its month end, and the thresholds in force on the as-of day or
    /// on the first day of a cycle. One rule a line, with a digit for each of these days, 1 where it is in force; sorted. Equal
    /// texts, equal rules; the dates of a rule and its place in the file are no part of it.
    pub fn described_on(&self, as_of: Day, month_end: Day, cycle_starts: &[Day]) -> String {
        let days = [as_of, month_end];
        let rules = self.weights.described_on(&days).chain(self.logistics.described_on(&days));
        let mut rules: Vec<String> = rules.chain(self.tiers.described_on(&days)).collect();
        rules.extend(self.thresholds.described_on(&[&[as_of], cycle_starts].concat()));
        rules.sort_unstable();
        rules.join("\n")
    }

    /// Refuses a `day` on which the rules cannot be asked: no weights row, or not each table's default row, is in force on
    /// it. There is a finding for each table that has no such row.
    pub fn check_in_force(&self, day: Day) -> Outcome<()> {
        let thresholds = self.thresholds.lacking_on(day, &self.texts.folder, "a row with category `*`");
        Failure::unless_empty(ExitClass::Usage, self.lacking_to_score(day).chain(thresholds).collect())
    }

    /// Refuses a `day` on which no score can be computed, as `check_in_force` does, whatever the thresholds.
    pub(crate) fn check_scores(&self, day: Day) -> Outcome<()> {
        Failure::unless_empty(ExitClass::Usage, self.lacking_to_score(day).collect())
    }

    /// The row of `weights.csv` that a shop is assessed by on `day`, and where it stands.
    pub(crate) fn weights_in_force(
        &self,
        day: Day,
        category: &str,
        subcategory: Option<&str>,
    ) -> Option<InForce<'_, WeightRow>> {
        self.weights.line(day, category, subcategory).map(|(line, rule)| self.in_force(line, rule))
    }

    /// The row of `thresholds.csv` for a primary category on `day`, and where it stands.
    pub(crate) fn thresholds_in_force(&self, day: Day, primary_category: &str) -> Option<InForce<'_, ThresholdRow>> {
        self.thresholds.line(day, primary_category).map(|(line, rule)| self.in_force(line, rule))
    }

    fn in_force<'a, R: Rule>(&self, line: u64, rule: &'a R) -> InForce<'a, R> {
        InForce { file: table::path::<R>(&self.texts.folder), line, rule }
    }

    fn lacking_to_score(&self, day: Day) -> impl Iterator<Item = Finding> {
        let folder = &self.texts.folder;
        let lacking = [
            self.weights.lacking_on(day, folder, "a row"),
            self.logistics.lacking_on(day, folder, "a row with category `*`"),
            self.tiers.lacking_on(day, folder, "a set with category `*` and indicator `*`"),
        ];
        lacking.into_iter().flatten()
    }
}

/// The table, or none and its findings added to those of the tables before.
fn sound<T>(table: Outcome<T>, findings: &mut Vec<Finding>) -> Option<T> {
    table.map_err(|failure| findings.extend(failure.findings)).ok()
}
