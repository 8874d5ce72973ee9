//! `tiers.csv`: the sets of cut-offs, for all shops or for a primary category, an indicator, or both.
//!
//! Key: category, indicator, tier. The rows of one category, indicator and span of days form a set of five; only whole
//! sets are taken. A set says which share of the ranked shops, best first, gets which tier 档, in exact integers.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::decimal::Decimal4;
use super::effective::{Dated, Effective};
use super::file::STAGE;
use super::row::{ANY, Categories, DEFAULT_SCOPE, Read, Row, Scope};
use super::table::{Line, Rule, RuleTable, lines};
use super::texts::RuleTexts;
use crate::domain::{Day, Tier};
use crate::error::{ExitClass, Failure, Finding, Outcome, all, fault};
use crate::indicators::Indicator;

pub(crate) type Tiers = RuleTable<CutOffSet>;

/// The top percents of the five tiers, best tier first: rising from above 0 to 100.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CutOffs {
    top_percents: [Decimal4; 5],
}

impl CutOffs {
    /// The set with these top percents, best tier first; or the tier whose top percent is not above the one before (above
    /// 0 for tier 5, so that a lone shop gets 5), or tier 0 where its top percent is not 100.
    pub(crate) fn new(top_percents: [Decimal4; 5]) -> Result<Self, Tier> {
        let mut below = Decimal4::default();
        for (tier, top_percent) in Tier::ALL.into_iter().zip(top_percents) {
            if top_percent <= below {
                return Err(tier);
            }
            below = top_percent;
        }
        if below == Decimal4::HUNDRED { Ok(Self { top_percents }) } else { Err(Tier::VeryPoor) }
    }

    /// The tier of a shop that `better` of the `ranked` shops, itself among these, are strictly better than: the first
    /// one, from 5 down, of which `better * 100 < top_percent * ranked`. Tier 0 ends at 100: it has all shops that no
    /// other has.
    pub(crate) fn tier(&self, better: i64, ranked: i64) -> Tier {
        let hundred = i128::from(Decimal4::HUNDRED.ten_thousandths());
        let within = |top_percent: Decimal4| {
            i128::from(better) * hundred < i128::from(top_percent.ten_thousandths()) * i128::from(ranked)
        };
        let mut tiers = Tier::ALL.into_iter().zip(self.top_percents);
        tiers.find(|(_, top_percent)| within(*top_percent)).map_or(Tier::VeryPoor, |(tier, _)| tier)
    }
}

impl fmt::Display for CutOffs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.top_percents.map(|percent| percent.to_string()).join(" "))
    }
}

/// The cut-offs of a category or `*`, and an indicator or all.
#[derive(Clone, Debug)]
pub(crate) struct CutOffSet {
    category: String,
    indicator: Option<Indicator>,
    cut_offs: CutOffs,
}

#[derive(Clone, Debug)]
struct TierRow {
    category: String,
    indicator: Option<Indicator>,
    tier: Tier,
    top_percent: Decimal4,
}

impl Tiers {
    /// The table of a folder, one set for five lines.
    pub(super) fn load_sets(texts: &RuleTexts, known: Option<&Categories<'_>>) -> Outcome<Self> {
        let (path, text) = texts.of(CutOffSet::TABLE);
        let key = |TierRow { category, indicator, tier, .. }: &TierRow| {
            let indicator = indicator.map_or(ANY, Indicator::name);
            format!("category {category:?}, indicator {indicator}, tier {}", tier.points())
        };
        Self::of(&path, sets(&path, &lines((&path, text), known, key)?)?)
    }

    /// The cut-offs for an indicator in a primary category on `day`. The most specific set in force wins: for both, for
    /// the indicator, for the category, for all; none where no such set is in force.
    pub(crate) fn cut_offs(&self, day: Day, primary_category: &str, indicator: Indicator) -> Option<&CutOffs> {
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

    fn read(row: &mut Row<'_>, known: Option<&Categories<'_>>) -> Read<Self> {
        let category = row.known_category(known, None);
        let indicator = read_indicator(row);
        let tier = row.whole("tier").and_then(|points| {
            let refuse = || row.refuse("tier", points.to_string(), "5, 4, 3, 2 or 0", "correct the tier");
            Tier::from_points(points).ok_or_else(refuse)
        });
        let top_percent = row.decimal("top_percent");
        Ok(Self { category: category?, indicator: indicator?, tier: tier?, top_percent: top_percent? })
    }
}

/// The indicator of a row; none for `*`.
fn read_indicator(row: &mut Row<'_>) -> Read<Option<Indicator>> {
    let name = row.text("indicator");
    let indicator = Indicator::from_name(name);
    if indicator.is_none() && name != ANY {
        let wanted = format!("{} or `*`", Indicator::ALL.map(Indicator::name).join(", "));
        return Err(row.refuse("indicator", format!("{name:?}"), &wanted, "correct the name"));
    }
    Ok(indicator)
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
    let wanted = "tiers 5, 4, 3, 2 and 0 for one category, indicator and span of days";
    let finding = Finding::new(STAGE, found, wanted).line(path, line).column("tier");
    finding.advice("complete the set, under the same effective_from and effective_to").fail(ExitClass::Usage)
}

fn out_of_order(path: &Path, rows: &[&Dated<TierRow>], tier: Tier) -> Failure {
    let points = tier.points();
    let Some(row) = rows.iter().find(|row| row.rule.tier == tier) else {
        return fault(STAGE, format!("a set of cut-offs without tier {points}"));
    };
    let shown: Vec<String> = rows.iter().map(|row| row.rule.top_percent.to_string()).collect();
    let finding = Finding::new(STAGE, shown.join(", "), "figures that rise from above 0 to exactly 100");
    let finding = finding.line(path, row.line).column("top_percent");
    finding.advice(format!("correct the set, first of all its tier {points}")).fail(ExitClass::Usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_offs(top_percents: [&str; 5]) -> Result<CutOffs, i64> {
        CutOffs::new(top_percents.map(|text| text.parse().unwrap())).map_err(Tier::points)
    }

    fn default() -> CutOffs {
        cut_offs(["20", "50", "80", "95", "100"]).unwrap()
    }

    #[test]
    fn an_edge_hit_exactly_belongs_to_the_next_tier_and_a_lone_shop_gets_5() {
        for expected in [
            &[5][..],
            // One better of two is exactly the top 50 percent.
            &[5, 3],
            &[5, 5, 4, 4, 4, 3, 3, 3, 2, 2],
            &[5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 0],
        ] {
            let ranked = i64::try_from(expected.len()).unwrap();
            let tiers: Vec<i64> = (0..ranked).map(|better| default().tier(better, ranked).points()).collect();
            assert_eq!(tiers, expected, "{ranked} shops, none of which tie");
        }
    }

    #[test]
    fn shops_that_tie_share_the_tier_of_the_shops_above_them_and_edges_are_exact() {
        let thirds = cut_offs(["33.3333", "50", "80", "95", "100"]).unwrap();
        for (cut_offs, better, ranked, expected) in [
            // One leads, nine tie behind it; ten that all tie; four lead, six tie behind them.
            (&default(), 1, 10, 5),
            (&default(), 0, 10, 5),
            (&default(), 4, 10, 4),
            (&thirds, 333_332, 1_000_000, 5),
            (&thirds, 333_333, 1_000_000, 4),
            (&thirds, i64::MAX - 1, i64::MAX, 0),
        ] {
            assert_eq!(cut_offs.tier(better, ranked).points(), expected, "{better} of {ranked} are better");
        }
    }

    #[test]
    fn cut_offs_rise_from_above_0_to_100() {
        assert_eq!(cut_offs(["20", "50", "50", "95", "100"]), Err(3));
        assert_eq!(cut_offs(["50", "20", "80", "95", "100"]), Err(4));
        assert_eq!(cut_offs(["0", "50", "80", "95", "100"]), Err(5));
        assert_eq!(cut_offs(["20", "50", "80", "95", "99.9999"]), Err(0));
        assert_eq!(cut_offs(["20", "50", "80", "95", "100.0001"]), Err(0));
    }
}
