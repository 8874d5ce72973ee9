//! `tiers.csv`: the sets of cut-offs, for all shops or for a primary category, an indicator, or both.
//!
//! Key: category, indicator, tier. The rows of one category, indicator and span of days form a set of five; only whole
//! sets are taken.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use super::category::{ANY, Categories, DEFAULT_SCOPE, Scope, known_category};
use super::cut_offs::CutOffs;
use super::decimal::Decimal4;
use super::effective::{Dated, Effective};
use super::file::STAGE;
use super::row::Row;
use super::table::{Line, Rule, RuleTable, lines, path};
use crate::domain::{Day, Tier};
use crate::error::{ExitClass, Failure, Finding, Outcome, all, fault};
use crate::indicators::Indicator;

/// All sets of cut-offs.
pub type Tiers = RuleTable<CutOffSet>;

/// The cut-offs of a category or `*`, and an indicator or all.
#[derive(Clone, Debug)]
pub struct CutOffSet {
    category: String,
    indicator: Option<Indicator>,
    cut_offs: CutOffs,
}

/// Where one tier of a set ends.
#[derive(Clone, Debug)]
struct TierRow {
    category: String,
    indicator: Option<Indicator>,
    tier: Tier,
    top_percent: Decimal4,
}

impl Tiers {
    /// The table of a folder, one set for five lines.
    pub(super) fn load_sets(folder: &Path, known: Option<&Categories>) -> Outcome<Self> {
        let path = path::<CutOffSet>(folder);
        Self::of(&path, sets(&path, &lines(&path, known, TierRow::key)?)?)
    }

    /// The cut-offs for an indicator in a primary category on `day`. The most specific set in force wins: for both, for
    /// the indicator, for the category, for all; none where no such set is in force.
    pub fn cut_offs(&self, day: Day, primary_category: &str, indicator: Indicator) -> Option<&CutOffs> {
        let indicator = Some(indicator.name());
        let scopes = [(primary_category, indicator), (ANY, indicator), (primary_category, None), DEFAULT_SCOPE];
        self.first_of(day, scopes).map(|set| &set.cut_offs)
    }
}

impl Rule for CutOffSet {
    const TABLE: &'static str = "tiers";
    const DEFAULT: Option<&'static str> = Some("a set with category `*` and indicator `*`");

    fn scope(&self) -> Scope<'_> {
        (&self.category, self.indicator.map(Indicator::name))
    }

    fn said(&self) -> String {
        self.cut_offs.to_string()
    }
}

impl Line for TierRow {
    const COLUMNS: &'static [&'static str] = &["category", "indicator", "tier", "top_percent"];

    fn read(row: &mut Row<'_>, known: Option<&Categories>) -> Option<Self> {
        let category = known_category(row, known, None);
        let indicator = read_indicator(row);
        let tier = read_tier(row);
        let top_percent = row.decimal("top_percent");
        Some(Self { category: category?, indicator: indicator?, tier: tier?, top_percent: top_percent? })
    }
}

impl TierRow {
    fn key(&self) -> String {
        let indicator = self.indicator.map_or(ANY, Indicator::name);
        format!("category {:?}, indicator {indicator}, tier {}", self.category, self.tier.points())
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

/// The rows gathered into sets; every set that is not whole, or does not rise to 100, is refused.
fn sets(path: &Path, rows: &[Dated<TierRow>]) -> Outcome<Vec<Dated<CutOffSet>>> {
    let mut gathered: BTreeMap<(Scope<'_>, Effective), Vec<&Dated<TierRow>>> = BTreeMap::new();
    for row in rows {
        let scope = (row.rule.category.as_str(), row.rule.indicator.map(Indicator::name));
        gathered.entry((scope, row.effective)).or_default().push(row);
    }
    all(gathered.into_values().map(|rows| set(path, rows)))
}

/// The set of these rows, which are of one scope and span of days, in the order of the file; it stands at its first line.
fn set(path: &Path, mut rows: Vec<&Dated<TierRow>>) -> Outcome<Dated<CutOffSet>> {
    let first = *rows.first().ok_or_else(|| fault(STAGE, "a set of cut-offs without rows"))?;
    rows.sort_by_key(|row| Reverse(row.rule.tier));
    let [five, four, three, two, zero] = rows.as_slice() else {
        return Err(incomplete(path, first.line, &rows));
    };
    // No key has two rows on one day, so five rows of one set are of five tiers.
    let top_percents = [five, four, three, two, zero].map(|row| row.rule.top_percent);
    let cut_offs = CutOffs::new(top_percents).map_err(|tier| out_of_order(path, &rows, tier))?;
    let TierRow { category, indicator, .. } = first.rule.clone();
    Ok(Dated { line: first.line, effective: first.effective, rule: CutOffSet { category, indicator, cut_offs } })
}

fn incomplete(path: &Path, line: u64, rows: &[&Dated<TierRow>]) -> Failure {
    let present: Vec<String> = rows.iter().map(|row| row.rule.tier.points().to_string()).collect();
    let found = format!("a set that has only tier {}", present.join(", "));
    Finding::new(STAGE, found, "tiers 5, 4, 3, 2 and 0 for one category, indicator and span of days")
        .line(path, line)
        .column("tier")
        .advice("complete the set, under the same effective_from and effective_to")
        .fail(ExitClass::Usage)
}

fn out_of_order(path: &Path, rows: &[&Dated<TierRow>], tier: Tier) -> Failure {
    let Some(row) = rows.iter().find(|row| row.rule.tier == tier) else {
        return fault(STAGE, format!("a set of cut-offs without tier {}", tier.points()));
    };
    let shown: Vec<String> = rows.iter().map(|row| row.rule.top_percent.to_string()).collect();
    Finding::new(STAGE, shown.join(", "), "figures that rise from above 0 to exactly 100")
        .line(path, row.line)
        .column("top_percent")
        .advice(format!("correct the set, first of all its tier {}", tier.points()))
        .fail(ExitClass::Usage)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Folder;
    use super::*;

    const TABLE: &str = "tiers";

    /// Five rows whose tier 5 ends at `top`.
    fn set(dates: &str, scope: &str, top: &str) -> String {
        [("5", top), ("4", "50"), ("3", "80"), ("2", "95"), ("0", "100")]
            .map(|(tier, percent)| format!("{dates},{scope},{tier},{percent}\n"))
            .concat()
    }

    #[test]
    fn the_most_specific_set_in_force_wins() {
        let sets = [
            set("2022-01-01,", "茶,*", "10"),
            set("2022-02-01,", "*,dispute_rate", "11"),
            set("2022-03-01,2022-03-31", "茶,dispute_rate", "12"),
        ];
        let tiers = Folder::with(TABLE, &sets.concat()).load().unwrap().tiers;
        let (dispute, response) = (Indicator::DisputeRate, Indicator::ResponseRate);
        for (date, category, indicator, expected) in [
            ("2018-12-31", "茶", dispute, None),
            ("2021-12-31", "茶", dispute, Some("20 50 80 95 100")),
            ("2022-01-31", "茶", dispute, Some("10 50 80 95 100")),
            ("2022-02-28", "茶", dispute, Some("11 50 80 95 100")),
            ("2022-03-31", "茶", dispute, Some("12 50 80 95 100")),
            ("2022-04-01", "茶", dispute, Some("11 50 80 95 100")),
            ("2022-03-31", "茶", response, Some("10 50 80 95 100")),
            ("2022-03-31", "箱包", dispute, Some("11 50 80 95 100")),
            ("2022-03-31", "箱包", response, Some("20 50 80 95 100")),
        ] {
            let cut_offs = tiers.cut_offs(date.parse().unwrap(), category, indicator);
            assert_eq!(cut_offs.map(CutOffs::to_string).as_deref(), expected, "{category} on {date}");
        }
    }

    #[test]
    fn the_rows_of_a_set_may_stand_in_any_order() {
        let row = "2019-01-01,,*,*,5,20\n";
        assert!(Folder::changed(TABLE, row, "").and_with(TABLE, row).load().is_ok());
    }

    #[test]
    fn a_set_that_lacks_a_tier_is_refused() {
        Folder::changed(TABLE, "2019-01-01,,*,*,3,80\n", "").assert_refused(
            "tiers.csv:2: column tier: found a set that has only tier 5, 4, 2, 0, wanted tiers 5, 4, 3, 2 and 0 for one \
             category, indicator and span of days; complete the set, under the same effective_from and effective_to",
        );
    }

    #[test]
    fn a_set_under_two_spans_of_days_is_two_parts_of_sets() {
        Folder::changed(TABLE, "2019-01-01,,*,*,0,100", "2019-01-02,,*,*,0,100").assert_refused(
            "tiers.csv:2: column tier: found a set that has only tier 5, 4, 3, 2, …\n\
             tiers.csv:6: column tier: found a set that has only tier 0, …",
        );
    }

    #[test]
    fn cut_offs_that_do_not_rise_or_do_not_end_at_100_are_refused() {
        let wanted = "wanted figures that rise from above 0 to exactly 100; correct the set, first of all its tier";
        Folder::changed(TABLE, "3,80", "3,50")
            .assert_refused(&format!("tiers.csv:4: column top_percent: found 20, 50, 50, 95, 100, {wanted} 3"));
        Folder::changed(TABLE, "0,100", "0,99")
            .assert_refused(&format!("tiers.csv:6: column top_percent: found 20, 50, 80, 95, 99, {wanted} 0"));
    }

    #[test]
    fn an_unknown_indicator_or_tier_or_a_tier_twice_on_one_day_is_refused() {
        for (row, refusal) in [
            (",,茶,dispute,5,20\n", "indicator: found \"dispute\"…"),
            (",,茶,*,1,20\n", "tier: found 1, wanted 5, 4, 3, 2 or 0…"),
            (",,茶,*,5.0,20\n", "tier: found \"5.0\", wanted a whole number…"),
            (",,茶,*,,20\n", "tier: found an empty cell, wanted a whole number…"),
            (",,茶,*,-5,20\n", "tier: found \"-5\", a negative figure, wanted a whole number…"),
            (
                "2019-01-01,,*,*,5,30\n",
                "effective_from: found category \"*\", indicator *, tier 5 on 2019-01-01 onwards, which overlaps line 2 on…",
            ),
        ] {
            Folder::with(TABLE, row).assert_refused(&format!("tiers.csv:7: column {refusal}"));
        }
    }
}
