//! The cut-offs that a published night's tiers were given by.
//!
//! Grain in: for each rank that was published, how many shops were better, how many were ranked, and the tier. Grain out: one set
//! of cut-offs. A set of the rule tables counts where it explains every tier of the shops that it is for; else the tiers themselves
//! say between which figures each cut-off lay: where the set of the tables fits it stays, else the roundest figure near it is taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::STAGE;
use super::published::PublishedNight;
use crate::domain::Tier;
use crate::error::{ExitClass, Finding, Outcome};
use crate::indicators::Indicator;
use crate::rulebook::{CutOffs, Decimal4, Rulebook};

/// What cut-offs are asked for.
type Scope = (Arc<str>, Indicator);

/// A published rank: how many are better, how many are ranked, and the tier.
type Ranked = (i64, i64, Tier);

/// All of something, in ten-thousandths of a percent.
const ALL: i64 = Decimal4::HUNDRED.ten_thousandths();

/// The tiers whose cut-offs can be chosen, best first: that of tier 0 is always 100.
const CHOSEN: usize = 4;

/// The cut-offs of each primary category and indicator by which some shop is ranked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CountedCutOffs(BTreeMap<Scope, CutOffs>);

impl CountedCutOffs {
    pub(super) fn of(night: &PublishedNight, rulebook: &Rulebook) -> Outcome<Self> {
        let mut ranks: BTreeMap<Scope, Vec<Ranked>> = BTreeMap::new();
        for shop in &night.shops {
            for (indicator, figures) in Indicator::ALL.into_iter().zip(&shop.figures) {
                if let Some(standing) = figures.and_then(|figures| figures.standing) {
                    let scope = (Arc::clone(&shop.primary_category), indicator);
                    ranks.entry(scope).or_default().push((standing.better, standing.ranked, standing.tier));
                }
            }
        }
        // Scopes that one set of the tables is for are asked together: the more ranks, the narrower.
        let mut of_sets: BTreeMap<Option<&CutOffs>, Vec<(&Scope, &Vec<Ranked>)>> = BTreeMap::new();
        for (scope, ranks) in &ranks {
            of_sets.entry(rulebook.tiers.cut_offs(night.day, &scope.0, scope.1)).or_default().push((scope, ranks));
        }
        let mut counted = BTreeMap::new();
        for (set, scopes) in of_sets {
            let all: Vec<Ranked> = scopes.iter().flat_map(|(_, ranks)| ranks.iter().copied()).collect();
            let together = explaining(&all, set);
            for (scope, ranks) in scopes {
                let cut_offs = together.clone().or_else(|| explaining(ranks, set));
                counted.insert(scope.clone(), cut_offs.ok_or_else(|| unexplained(scope))?);
            }
        }
        Ok(Self(counted))
    }

    /// Those of a primary category and an indicator; none where no shop was ranked by it.
    pub(crate) fn get(&self, primary_category: &Arc<str>, indicator: Indicator) -> Option<&CutOffs> {
        self.0.get(&(Arc::clone(primary_category), indicator))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Scope, &CutOffs)> {
        self.0.iter()
    }
}

fn unexplained((category, indicator): &Scope) -> crate::error::Failure {
    let found = format!("tiers of {} in {category} that no cut-offs give", indicator.name());
    let finding = Finding::new(STAGE, found, "a published night as it was written");
    finding.advice("publish the day again").fail(ExitClass::State)
}

/// Cut-offs that give these tiers: the set where it does, else as near to it as the tiers allow; none where none do.
fn explaining(ranks: &[Ranked], set: Option<&CutOffs>) -> Option<CutOffs> {
    let explains = |set: &&CutOffs| ranks.iter().all(|(better, ranked, tier)| set.tier(*better, *ranked) == *tier);
    if let Some(set) = set.filter(explains) {
        return Some(set.clone());
    }
    // The least and the greatest top percent that each tier may have, in ten-thousandths.
    let mut bounds = [(1, ALL); CHOSEN];
    for (better, ranked, tier) in ranks {
        let share = i64::try_from(i128::from(*better) * i128::from(ALL) / i128::from(*ranked)).ok()?;
        for ((least, most), of) in bounds.iter_mut().zip(Tier::ALL) {
            if *tier >= of {
                *least = share.saturating_add(1).max(*least);
            } else {
                *most = share.min(*most);
            }
        }
    }
    let mut above = ALL;
    for (_, most) in bounds.iter_mut().rev() {
        *most = (above - 1).min(*most);
        above = *most;
    }
    let mut top_percents = [Decimal4::HUNDRED; CHOSEN + 1];
    let mut below = 0;
    let near = set.map_or([Decimal4::HUNDRED; CHOSEN + 1], CutOffs::top_percents);
    for ((place, (least, most)), near) in top_percents.iter_mut().zip(bounds).zip(near) {
        below = chosen(least.max(below + 1), most, near.ten_thousandths())?;
        *place = Decimal4::from_ten_thousandths(below);
    }
    CutOffs::new(top_percents).ok().filter(|set| explains(&set))
}

/// A figure from `least` to `most`: `near` where it lies between them, else the roundest, and of several the nearest to it.
fn chosen(least: i64, most: i64, near: i64) -> Option<i64> {
    let rounded = |step: &i64| if near > most { most / step * step } else { (least + step - 1) / step * step };
    let steps = [50_000, 10_000, 5_000, 1_000, 100, 10, 1];
    let is_between = |figure: &i64| (least..=most).contains(figure);
    Some(near).filter(is_between).or_else(|| steps.iter().map(rounded).find(is_between))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(top_percents: [&str; 5]) -> CutOffs {
        CutOffs::new(top_percents.map(|percent| percent.parse().unwrap())).unwrap()
    }

    /// The ranks of so many shops that do not tie, by these cut-offs.
    fn ranks(shops: i64, by: &CutOffs) -> Vec<Ranked> {
        (0..shops).map(|better| (better, shops, by.tier(better, shops))).collect()
    }

    #[test]
    fn a_set_that_explains_all_tiers_is_taken_and_another_is_found_by_them() {
        let (old, new) = (set(["20", "50", "80", "95", "100"]), set(["10", "45.5", "80", "97", "100"]));
        for (case, by, told, expected) in [
            ("as the tables say", &old, Some(&old), &old),
            ("edited since", &old, Some(&new), &old),
            ("edited since, the other way round", &new, Some(&old), &new),
            ("the tables say nothing", &old, None, &old),
        ] {
            // Every cut-off has a rank on either side within half a percent.
            assert_eq!(explaining(&ranks(1_000, by), told).as_ref(), Some(expected), "{case}");
        }
    }

    #[test]
    fn few_ranks_leave_what_they_do_not_tell_as_the_tables_say() {
        let told = set(["20", "50", "80", "95", "100"]);
        let by = set(["50.0001", "60", "80", "95", "100"]);
        // Of two shops the second has tier 5, too.
        let found = explaining(&ranks(2, &by), Some(&told)).unwrap();
        assert_eq!(found.to_string(), "55 60 80 95 100");
    }

    #[test]
    fn tiers_that_do_not_fall_with_the_rank_are_explained_by_nothing() {
        assert_eq!(explaining(&[(0, 2, Tier::Good), (1, 2, Tier::Excellent)], None), None);
    }
}
