//! Monthly assessment 天猫商家考核: whether a shop passes at a month end, and how near it is to exit (specification, section 9).
//!
//! Grain in: the scores of a month end, one a shop, each with the first day of its cycle, and the scores of the month ends before
//! it. Grain out: one assessment for each. The thresholds of the cycle's first day hold for all of it, each month by its own
//! category. A month without a score is no failure, nor is a month end at which the shop has no row.

use std::collections::{BTreeMap, HashMap};

use crate::assessments::{MonthEndScore, STAGE};
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::rulebook::{Decimal4, ThresholdRow, Thresholds};

/// What a month end comes to; the first that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub(crate) enum Status {
    /// The shop's first cycle has not begun.
    #[strum(serialize = "exempt")]
    Exempt,
    /// The category has no such assessment.
    #[strum(serialize = "not_assessed")]
    NotAssessed,
    /// The failures of the cycle have reached the limit in this month or an earlier one.
    #[strum(serialize = "exit")]
    Exit,
    /// There is no score.
    #[strum(serialize = "not_scored")]
    NotScored,
    /// The score is below the least one.
    #[strum(serialize = "fail")]
    Fail,
    /// It is not.
    #[strum(serialize = "pass")]
    Pass,
}

impl Status {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Exempt, Self::NotAssessed, Self::Exit, Self::NotScored, Self::Fail, Self::Pass];

    /// As it stands in files.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// What a month of a cycle comes to by itself, whatever failed before it; `row` is none where none is in force.
    pub(crate) fn alone(score: Option<Decimal4>, row: Option<&ThresholdRow>) -> Self {
        match (row.and_then(assessed_by), score) {
            (None, _) => Self::NotAssessed,
            (Some(_), None) => Self::NotScored,
            (Some((least, _)), Some(score)) if score < least => Self::Fail,
            (Some(_), Some(_)) => Self::Pass,
        }
    }
}

/// The least score and the limit of failures of a row whose category has the assessment.
fn assessed_by(row: &ThresholdRow) -> Option<(Decimal4, i64)> {
    row.monthly_min.zip(row.failure_limit)
}

/// How near a shop is to exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub(crate) enum Risk {
    /// The next failure means exit.
    #[strum(serialize = "high")]
    High,
    /// The one after it does.
    #[strum(serialize = "medium")]
    Medium,
    /// More are left.
    #[strum(serialize = "low")]
    Low,
}

impl Risk {
    /// As it stands in files.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

/// The assessment of a shop at a month end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MonthlyAssessment {
    /// The first day of the cycle; none while the shop is exempt.
    pub cycle_starts_on: Option<Day>,
    /// The least score that passes in this month's category; none where there is none.
    pub monthly_min: Option<Decimal4>,
    pub status: Status,
    /// How many months of the cycle have failed, this one among them.
    pub failures: i64,
    /// The greatest limit of the cycle's assessed months so far; none before the first of them.
    pub failure_limit: Option<i64>,
}

impl MonthlyAssessment {
    /// How many more failures mean exit; none where no limit is known.
    pub(crate) fn failures_left(&self) -> Option<i64> {
        let left = (self.failure_limit? - self.failures).max(0);
        Some(if self.status == Status::Exit { 0 } else { left })
    }

    /// None in exit, and where the month is not assessed.
    pub(crate) fn risk(&self) -> Option<Risk> {
        let left = self.failures_left()?;
        match (self.status, left) {
            (Status::Exempt | Status::NotAssessed | Status::Exit, _) => None,
            (_, ..=1) => Some(Risk::High),
            (_, 2) => Some(Risk::Medium),
            _ => Some(Risk::Low),
        }
    }
}

/// The scores of month ends, of each sorted by shop.
pub(crate) type MonthEnds = BTreeMap<Day, Vec<MonthEndScore>>;

/// Assesses a month end that is among `month_ends`; `cycles` has the first day of each shop's cycle, none where it is exempt, in
/// the order of its scores.
pub(crate) fn assess(
    month_end: Day,
    cycles: &[Option<Day>],
    month_ends: &MonthEnds,
    thresholds: &Thresholds,
) -> Outcome<Vec<MonthlyAssessment>> {
    let scores = month_ends.get(&month_end).filter(|scores| scores.len() == cycles.len());
    let scores = scores.ok_or_else(|| fault(STAGE, format!("no scores of {month_end}, or no cycles of theirs")))?;
    let mut rows: HashMap<(Day, &str), Option<&ThresholdRow>> = HashMap::new();
    let mut assessed = Vec::with_capacity(scores.len());
    for (shop, starts_on) in scores.iter().zip(cycles) {
        let Some(starts_on) = *starts_on else {
            assessed.push(EXEMPT);
            continue;
        };
        let mut cycle =
            Cycle { last: MonthlyAssessment { cycle_starts_on: Some(starts_on), ..EXEMPT }, has_exited: false };
        for months in month_ends.range(starts_on..=month_end).map(|(_, months)| months) {
            let place = months.binary_search_by_key(&shop.shop_id, |month| month.shop_id);
            if let Some(month) = place.ok().and_then(|place| months.get(place)) {
                let key = (starts_on, month.primary_category.as_ref());
                cycle.add(month.score, *rows.entry(key).or_insert_with(|| thresholds.row(key.0, key.1)));
            }
        }
        assessed.push(cycle.last);
    }
    Ok(assessed)
}

const EXEMPT: MonthlyAssessment = MonthlyAssessment {
    cycle_starts_on: None,
    monthly_min: None,
    status: Status::Exempt,
    failures: 0,
    failure_limit: None,
};

/// A cycle of a shop up to the last of its months that was added.
struct Cycle {
    /// The assessment of that month.
    last: MonthlyAssessment,
    has_exited: bool,
}

impl Cycle {
    fn add(&mut self, score: Option<Decimal4>, row: Option<&ThresholdRow>) {
        let Self { last, has_exited } = self;
        last.monthly_min = row.and_then(|row| row.monthly_min);
        last.status = Status::alone(score, row);
        if let Some((_, limit)) = row.and_then(assessed_by) {
            let limit = last.failure_limit.map_or(limit, |greatest| greatest.max(limit));
            last.failure_limit = Some(limit);
            last.failures += i64::from(last.status == Status::Fail);
            *has_exited |= last.failures >= limit;
            if *has_exited {
                last.status = Status::Exit;
            }
        }
    }
}

#[cfg(test)]
#[path = "monthly_tests.rs"]
mod tests;
