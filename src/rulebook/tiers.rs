//! `tiers.csv`: the sets of cut-offs, for all shops or for a primary category, an indicator, or both.
//!
//! Key: category, indicator, tier. The rows of one category, indicator and span of days form a set of five; only whole
//! sets are taken.

use std::collections::BTreeMap;
use std::path::Path;

use super::category::{ANY, known_category};
use super::cut_offs::CutOffs;
use super::decimal::Decimal4;
use super::effective::{Dated, Effective, in_force, shown_on};
use super::row::Row;
use super::weights::Weights;
use super::{STAGE, require_default, table};
use crate::domain::{Day, Tier};
use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::indicators::Indicator;

pub(super) const FILE: &str = "tiers.csv";

const COLUMNS: [&str; 4] = ["category", "indicator", "tier", "top_percent"];

/// All sets of cut-offs.
#[derive(Clone, Debug)]
pub struct Tiers {
    sets: Vec<Dated<CutOffSet>>,
}

#[derive(Clone, Debug)]
struct CutOffSet {
    scope: Scope,
    cut_offs: CutOffs,
}

/// What a set is for; an indicator of none stands for `*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    category: String,
    indicator: Option<Indicator>,
}

#[derive(Clone, Debug)]
struct TierRow {
    scope: Scope,
    tier: Tier,
    top_percent: Decimal4,
}

impl Tiers {
    pub(super) fn shown_on(&self, day: Day) -> impl Iterator<Item = String> {
        shown_on(&self.sets, day)
    }

    pub(super) fn load(folder: &Path, weights: Option<&Weights>) -> Outcome<Self> {
        let path = folder.join(FILE);
        let read = |row: &mut Row<'_>| TierRow::read(row, weights);
        let rows = table::read(&path, &COLUMNS, read, TierRow::key)?;
        let tiers = Self { sets: sets(&path, &rows)? };
        let has_default = tiers.sets.iter().any(|set| set.rule.is_default());
        require_default(&path, has_default, "a set with category `*` and indicator `*`")?;
        Ok(tiers)
    }

    /// The cut-offs for an indicator in a primary category on `day`. The most specific set in force wins: for both, for
    /// the indicator, for the category, for all; none where no such set is in force.
    pub fn cut_offs(&self, day: Day, primary_category: &str, indicator: Indicator) -> Option<&CutOffs> {
        let most_specific_first = [
            (primary_category, Some(indicator)),
            (ANY, Some(indicator)),
            (primary_category, None),
            (ANY, None),
        ];
        most_specific_first.into_iter().find_map(|(category, indicator)| {
            in_force(&self.sets, day)
                .find(|set| set.scope.category == category && set.scope.indicator == indicator)
                .map(|set| &set.cut_offs)
        })
    }

    pub(super) fn has_default_on(&self, day: Day) -> bool {
        in_force(&self.sets, day).any(CutOffSet::is_default)
    }
}

impl CutOffSet {
    fn is_default(&self) -> bool {
        self.scope.category == ANY && self.scope.indicator.is_none()
    }
}

impl TierRow {
    fn read(row: &mut Row<'_>, weights: Option<&Weights>) -> Option<Self> {
        let category = known_category(row, weights, None);
        let indicator = read_indicator(row);
        let tier = read_tier(row);
        let top_percent = row.decimal("top_percent");
        let scope = Scope { category: category?, indicator: indicator? };
        Some(Self { scope, tier: tier?, top_percent: top_percent? })
    }

    fn key(&self) -> String {
        let indicator = self.scope.indicator.map_or(ANY, Indicator::name);
        format!("category {:?}, indicator {indicator}, tier {}", self.scope.category, self.tier.points())
    }
}

/// The indicator of a row; the inner option is none for `*`.
fn read_indicator(row: &mut Row<'_>) -> Option<Option<Indicator>> {
    let name = row.text("indicator");
    if name == ANY {
        return Some(None);
    }
    let indicator = Indicator::from_name(name);
    if indicator.is_none() {
        let wanted = format!("{} or `*`", Indicator::ALL.map(Indicator::name).join(", "));
        row.refuse("indicator", format!("{name:?}"), &wanted, "correct the name");
    }
    indicator.map(Some)
}

fn read_tier(row: &mut Row<'_>) -> Option<Tier> {
    let points = row.whole("tier")?;
    let tier = Tier::from_points(points);
    if tier.is_none() {
        row.refuse("tier", points.to_string(), "5, 4, 3, 2 or 0", "correct the tier");
    }
    tier
}

/// The rows gathered into sets, each at its first line; every set that is not whole, or does not rise to 100, is refused.
fn sets(path: &Path, rows: &[Dated<TierRow>]) -> Outcome<Vec<Dated<CutOffSet>>> {
    let mut gathered: BTreeMap<(&Scope, Effective), Vec<&Dated<TierRow>>> = BTreeMap::new();
    for row in rows {
        gathered.entry((&row.rule.scope, row.effective)).or_default().push(row);
    }
    let (mut sets, mut findings) = (Vec::new(), Vec::new());
    for ((scope, effective), mut rows) in gathered {
        let line = rows.iter().map(|row| row.line).min().unwrap_or_default();
        rows.sort_by_key(|row| row.rule.tier.place());
        if let Some(cut_offs) = cut_offs(path, line, &rows, &mut findings) {
            sets.push(Dated { line, effective, rule: CutOffSet { scope: scope.clone(), cut_offs } });
        }
    }
    Failure::unless_empty(ExitClass::Usage, findings)?;
    Ok(sets)
}

/// The cut-offs of one set, its rows sorted by tier, the best first; none where a finding is added.
fn cut_offs(
    path: &Path,
    line: u64,
    rows: &[&Dated<TierRow>],
    findings: &mut Vec<Finding>,
) -> Option<CutOffs> {
    let [five, four, three, two, zero] = rows else {
        findings.push(incomplete(path, line, rows));
        return None;
    };
    // No key has two rows on one day, so five rows of one set are of five tiers.
    let top_percents = [five, four, three, two, zero].map(|row| row.rule.top_percent);
    let cut_offs = CutOffs::new(top_percents);
    if let Err(tier) = cut_offs {
        let line = rows.iter().find(|row| row.rule.tier == tier).map_or(line, |row| row.line);
        let shown = top_percents.map(|top_percent| top_percent.to_string()).join(", ");
        findings.push(
            Finding::new(STAGE, shown, "figures that rise from above 0 to exactly 100")
                .line(path, line)
                .column("top_percent")
                .advice(format!("correct the set, first of all its tier {}", tier.points())),
        );
    }
    cut_offs.ok()
}

fn incomplete(path: &Path, line: u64, rows: &[&Dated<TierRow>]) -> Finding {
    let present: Vec<String> = rows.iter().map(|row| row.rule.tier.points().to_string()).collect();
    let found = format!("a set that has only tier {}", present.join(", "));
    Finding::new(STAGE, found, "tiers 5, 4, 3, 2 and 0 for one category, indicator and span of days")
        .line(path, line)
        .column("tier")
        .advice("complete the set, under the same effective_from and effective_to")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, refusals};
    use super::*;

    /// Five rows whose tier 5 ends at `top`.
    fn set(dates: &str, scope: &str, top: &str) -> String {
        [("5", top), ("4", "50"), ("3", "80"), ("2", "95"), ("0", "100")]
            .map(|(tier, percent)| format!("{dates},{scope},{tier},{percent}\n"))
            .concat()
    }

    /// Which of a hundred shops is the first that does not get 5.
    fn tier_5_ends_at(tiers: &Tiers, date: &str, category: &str, indicator: Indicator) -> Option<i64> {
        let cut_offs = tiers.cut_offs(date.parse().unwrap(), category, indicator)?;
        (0..100).find(|better| cut_offs.tier(*better, 100).points() != 5)
    }

    #[test]
    fn the_most_specific_set_in_force_wins() {
        let sets = [
            set("2022-01-01,", "茶,*", "10"),
            set("2022-02-01,", "*,dispute_rate", "11"),
            set("2022-03-01,2022-03-31", "茶,dispute_rate", "12"),
        ];
        let tiers = Folder::with(FILE, &sets.concat()).load().unwrap().tiers;
        let dispute = |date| tier_5_ends_at(&tiers, date, "茶", Indicator::DisputeRate);
        assert_eq!(dispute("2018-12-31"), None);
        assert_eq!(dispute("2021-12-31"), Some(20));
        assert_eq!(dispute("2022-01-31"), Some(10));
        assert_eq!(dispute("2022-02-28"), Some(11));
        assert_eq!(dispute("2022-03-31"), Some(12));
        assert_eq!(dispute("2022-04-01"), Some(11));
        let on_last_of_march =
            |category, indicator| tier_5_ends_at(&tiers, "2022-03-31", category, indicator);
        assert_eq!(on_last_of_march("茶", Indicator::ResponseRate), Some(10));
        assert_eq!(on_last_of_march("箱包", Indicator::DisputeRate), Some(11));
        assert_eq!(on_last_of_march("箱包", Indicator::ResponseRate), Some(20));
    }

    #[test]
    fn the_rows_of_a_set_may_stand_in_any_order() {
        let folder = Folder::sound();
        folder.replace(FILE, "2019-01-01,,*,*,5,20\n", "");
        folder.append(FILE, "2019-01-01,,*,*,5,20\n");
        assert!(folder.load().is_ok());
    }

    #[test]
    fn a_set_that_lacks_a_tier_is_refused() {
        let folder = Folder::sound();
        folder.replace(FILE, "2019-01-01,,*,*,3,80\n", "");
        assert_eq!(
            refusals(&folder),
            [
                "rules: tiers.csv:2: column tier: found a set that has only tier 5, 4, 2, 0, wanted tiers 5, 4, 3, 2 and \
              0 for one category, indicator and span of days; complete the set, under the same effective_from and \
              effective_to"
            ]
        );
    }

    #[test]
    fn a_set_under_two_spans_of_days_is_two_parts_of_sets() {
        let folder = Folder::sound();
        folder.replace(FILE, "2019-01-01,,*,*,0,100", "2019-01-02,,*,*,0,100");
        let lines = refusals(&folder);
        assert!(
            lines[0].contains("tiers.csv:2: ") && lines[0].contains("only tier 5, 4, 3, 2,"),
            "{lines:?}"
        );
        assert!(lines[1].contains("tiers.csv:6: ") && lines[1].contains("only tier 0,"), "{lines:?}");
    }

    #[test]
    fn cut_offs_that_do_not_rise_or_do_not_end_at_100_are_refused() {
        let refused = |old: &str, new: &str| {
            let folder = Folder::sound();
            folder.replace(FILE, old, new);
            refusals(&folder)
        };
        assert_eq!(
            refused("3,80", "3,50"),
            [
                "rules: tiers.csv:4: column top_percent: found 20, 50, 50, 95, 100, wanted figures that rise from above \
              0 to exactly 100; correct the set, first of all its tier 3"
            ]
        );
        assert_eq!(
            refused("0,100", "0,99"),
            [
                "rules: tiers.csv:6: column top_percent: found 20, 50, 80, 95, 99, wanted figures that rise from above \
              0 to exactly 100; correct the set, first of all its tier 0"
            ]
        );
    }

    #[test]
    fn an_unknown_indicator_or_tier_is_refused() {
        let found = |row: &str| refusals(&Folder::with(FILE, row)).concat();
        let indicator = found(",,茶,dispute,5,20\n");
        assert!(
            indicator.starts_with("rules: tiers.csv:7: column indicator: found \"dispute\""),
            "{indicator}"
        );
        let tier = found(",,茶,*,1,20\n");
        assert!(
            tier.starts_with("rules: tiers.csv:7: column tier: found 1, wanted 5, 4, 3, 2 or 0"),
            "{tier}"
        );
        for (cell, shown) in [("5.0", "\"5.0\""), ("", "an empty cell"), ("-5", "\"-5\", a negative figure")]
        {
            let tier = found(&format!(",,茶,*,{cell},20\n"));
            let expected = format!("rules: tiers.csv:7: column tier: found {shown}, wanted a whole number");
            assert!(tier.starts_with(&expected), "{tier}");
        }
    }

    #[test]
    fn a_tier_twice_on_one_day_is_refused_with_both_lines() {
        let lines = refusals(&Folder::with(FILE, "2019-01-01,,*,*,5,30\n"));
        assert!(
            lines
                .concat()
                .contains("tiers.csv:7: column effective_from: found category \"*\", indicator *, tier 5")
        );
        assert!(lines.concat().contains("overlaps line 2 on"));
    }

    #[test]
    fn a_table_without_the_set_for_all_is_refused() {
        let folder = Folder::sound();
        folder.replace(FILE, "*,*", "*,dispute_rate");
        assert_eq!(
            refusals(&folder),
            [
                "rules: tiers.csv: found no default row, wanted a set with category `*` and indicator `*`; add the row \
              that holds for all other categories"
            ]
        );
    }
}
