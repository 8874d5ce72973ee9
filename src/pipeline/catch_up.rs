//! Which nights a run without a date publishes: yesterday, after the days missed since the last success.
//!
//! Pure: the published nights in, days out.

use std::collections::BTreeSet;

use crate::{domain::Day, error::Outcome, publish, settings::Settings};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing: yesterday was published and rolled back, which nobody undoes but a person.
    RolledBack,
    Nights {
        /// Missed, and further back than is caught up.
        left_out: Vec<Day>,
        /// Missed, and published first.
        missed: Vec<Day>,
    },
}

/// The nights that are due on the day after `yesterday`.
pub(crate) fn due(settings: &Settings, yesterday: Day) -> Outcome<Due> {
    let shown = publish::nights(&settings.out)?.into_keys().collect();
    let generations = publish::list(&settings.out)?.into_iter();
    let ever = generations.flat_map(|listed| listed.generation.nights.into_keys()).collect();
    Ok(decide(&shown, &ever, yesterday, settings.catch_up_days))
}

/// The same of the nights that readers see, and of those that any generation has: what was rolled back was a success.
fn decide(shown: &BTreeSet<Day>, ever: &BTreeSet<Day>, yesterday: Day, catch_up_days: i32) -> Due {
    if ever.contains(&yesterday) && !shown.contains(&yesterday) {
        return Due::RolledBack;
    }
    let last = ever.range(..yesterday).next_back();
    let missed = last.map_or(0, |last| yesterday.epoch_days() - last.epoch_days() - 1);
    let caught_up = missed.min(catch_up_days);
    let days = |from: i32, to: i32| (to..from).rev().map(|ago| yesterday.plus(-ago - 1)).collect();
    Due::Nights { left_out: days(missed, caught_up), missed: days(caught_up, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    /// The days of March that are published, and those that were rolled back; what is left out and what is caught up after the
    /// 10th, two days at most.
    #[test]
    fn missed_days_are_caught_up_and_what_was_rolled_back_is_left() {
        let cases = [
            ("the first night ever", "", "", Some(("", ""))),
            ("none missed", "09", "", Some(("", ""))),
            ("one missed", "07 08", "", Some(("", "09"))),
            ("more missed than are caught up", "05", "", Some(("06 07", "08 09"))),
            ("yesterday is published", "10", "", Some(("", ""))),
            ("yesterday was rolled back", "09", "10", None),
        ];
        let days =
            |days: &str| -> Vec<Day> { days.split_whitespace().map(|of| day(&format!("2022-03-{of}"))).collect() };
        for (case, shown, rolled_back, wanted) in cases {
            let shown: BTreeSet<Day> = days(shown).into_iter().collect();
            let ever = shown.iter().copied().chain(days(rolled_back)).collect();
            let wanted = wanted.map_or(Due::RolledBack, |(left_out, missed)| Due::Nights {
                left_out: days(left_out),
                missed: days(missed),
            });
            assert_eq!(decide(&shown, &ever, day("2022-03-10"), 2), wanted, "{case}");
        }
    }
}
