//! Which nights a run without a date publishes: yesterday, after the days missed since the last success and those that are held.
//!
//! Pure: the published nights and the held ones in, days out. A held night is due again for as long as a missed one would be
//! caught up, since it may be made of something else by now; whether it is, the run finds out.

use std::collections::BTreeSet;

use crate::{domain::Day, error::Outcome, publish, settings::Settings};

/// Days before yesterday, each in one of the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// Missed, and further back than is caught up.
    pub(crate) left_out: Vec<Day>,
    /// Missed, and published first.
    pub(crate) missed: Vec<Day>,
    /// Rolled back, and tried again.
    pub(crate) held: Vec<Day>,
}

/// The nights that are due on the day after `yesterday`, where these are `released`.
pub(crate) fn due(settings: &Settings, yesterday: Day, released: &[Day]) -> Outcome<Due> {
    let shown = publish::nights(&settings.out)?.into_keys().collect();
    let held = publish::held(&settings.out)?.into_iter().map(|hold| hold.day);
    let held = held.filter(|day| !released.contains(day)).collect();
    Ok(decide(&shown, &held, yesterday, settings.catch_up_days))
}

/// The same of the nights that readers see and the days with holds.
fn decide(shown: &BTreeSet<Day>, held: &BTreeSet<Day>, yesterday: Day, catch_up_days: i32) -> Due {
    let last = shown.range(..yesterday).next_back();
    let missed = last.map_or(0, |last| yesterday.epoch_days() - last.epoch_days() - 1);
    let caught_up = missed.min(catch_up_days);
    let days = |from: i32, to: i32| (to..from).rev().map(|ago| yesterday.plus(-ago - 1));
    let days_not_held = |from, to| days(from, to).filter(|day| !held.contains(day)).collect();
    Due {
        left_out: days_not_held(missed, caught_up),
        missed: days_not_held(caught_up, 0),
        held: days(catch_up_days, 0).filter(|day| held.contains(day) && !shown.contains(day)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    /// The days of March that are published, and those that are held; what is left out, caught up and tried again after the
    /// 10th, two days at most.
    #[test]
    fn missed_days_are_caught_up_and_held_ones_tried_again() {
        let cases = [
            ("the first night ever", "", "", ["", "", ""]),
            ("none missed", "09", "", ["", "", ""]),
            ("one missed", "07 08", "", ["", "09", ""]),
            ("more missed than are caught up", "05", "", ["06 07", "08 09", ""]),
            ("yesterday is published", "10", "", ["", "", ""]),
            ("yesterday is held", "09", "10", ["", "", ""]),
            ("days before it are held", "05", "07 09", ["06", "08", "09"]),
            ("a day before the last success is held", "07 09", "08", ["", "", "08"]),
            ("a held day is published of something else", "08 09", "08", ["", "", ""]),
        ];
        let days =
            |days: &str| -> Vec<Day> { days.split_whitespace().map(|of| day(&format!("2022-03-{of}"))).collect() };
        for (case, shown, held, wanted) in cases {
            let [shown, held] = [shown, held].map(|list| days(list).into_iter().collect());
            let [left_out, missed, tried] = wanted.map(days);
            assert_eq!(decide(&shown, &held, day("2022-03-10"), 2), Due { left_out, missed, held: tried }, "{case}");
        }
    }
}
