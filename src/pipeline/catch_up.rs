//! Which nights a run without a date publishes: yesterday, after the days missed since the last success, those that are held, and
//! those that were released.
//!
//! Pure: the published nights, the held and the released ones in, days out. A held night is due again for as long as a missed one
//! would be caught up, since it may be made of something else by now; whether it is, the run finds out. A night that a person
//! released within that time is due until it is published, whenever the next night runs.

use std::collections::BTreeSet;

use crate::domain::{Day, Span};
use crate::{error::Outcome, publish, settings::Settings};

/// Days before yesterday, each in one of the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// Missed, and further back than is caught up.
    pub(crate) left_out: Vec<Day>,
    /// Missed, and published first.
    pub(crate) missed: Vec<Day>,
    /// Rolled back, and tried again.
    pub(crate) held: Vec<Day>,
    /// Rolled back, released, and published again.
    pub(crate) released: Vec<Day>,
}

/// The days that a run on the day after `yesterday` tries again where they are held: what is released of them stays due.
pub(crate) fn reach(settings: &Settings, yesterday: Day) -> Span {
    Span { first: yesterday.plus(-settings.catch_up_days), last: yesterday }
}

/// The nights that are due on the day after `yesterday`.
pub(crate) fn due(settings: &Settings, yesterday: Day) -> Outcome<Due> {
    let shown = publish::nights(&settings.out)?.into_keys().collect();
    let held = publish::held(&settings.out)?.into_iter().map(|hold| hold.day).collect();
    let released = publish::released(&settings.out)?.into_iter().map(|hold| hold.day).collect();
    Ok(decide(&shown, (&held, &released), yesterday, settings.catch_up_days))
}

/// The same of the nights that readers see, the days with holds, and those that were released and that they do not see.
fn decide(
    shown: &BTreeSet<Day>,
    (held, released): (&BTreeSet<Day>, &BTreeSet<Day>),
    yesterday: Day,
    catch_up_days: i32,
) -> Due {
    let last = shown.range(..yesterday).next_back();
    let missed = last.map_or(0, |last| yesterday.epoch_days() - last.epoch_days() - 1);
    let caught_up = missed.min(catch_up_days);
    let days = |from: i32, to: i32| (to..from).rev().map(|ago| yesterday.plus(-ago - 1));
    let is_held = |day: &Day| held.contains(day) && !released.contains(day);
    let days_not_held =
        |from, to| days(from, to).filter(|day| !held.contains(day) && !released.contains(day)).collect();
    Due {
        left_out: days_not_held(missed, caught_up),
        missed: days_not_held(caught_up, 0),
        held: days(catch_up_days, 0).filter(|day| is_held(day) && !shown.contains(day)).collect(),
        released: released.range(..yesterday).copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    /// The days of March that are published, those that are held and those that were released; what is left out, caught up, tried
    /// again and published again after the 10th, two days at most.
    #[test]
    fn missed_days_are_caught_up_held_ones_tried_again_and_released_ones_published_whenever_that_is() {
        let cases = [
            ("the first night ever", ["", "", ""], ["", "", "", ""]),
            ("none missed", ["09", "", ""], ["", "", "", ""]),
            ("one missed", ["07 08", "", ""], ["", "09", "", ""]),
            ("more missed than are caught up", ["05", "", ""], ["06 07", "08 09", "", ""]),
            ("yesterday is published", ["10", "", ""], ["", "", "", ""]),
            ("yesterday is held", ["09", "10", ""], ["", "", "", ""]),
            ("days before it are held", ["05", "07 09", ""], ["06", "08", "09", ""]),
            ("a day before the last success is held", ["07 09", "08", ""], ["", "", "08", ""]),
            ("a held day is published of something else", ["08 09", "08", ""], ["", "", "", ""]),
            ("a day before the last success is released", ["07 09", "", "08"], ["", "", "", "08"]),
            ("a day long before is released", ["09", "", "01"], ["", "", "", "01"]),
            ("missed days are released", ["05", "", "06 09"], ["07", "08", "", "06 09"]),
            ("a day is released of one thing and held of another", ["07 09", "08", "08"], ["", "", "", "08"]),
            ("yesterday is released", ["09", "", "10"], ["", "", "", ""]),
        ];
        let days =
            |days: &str| -> Vec<Day> { days.split_whitespace().map(|of| day(&format!("2022-03-{of}"))).collect() };
        for (case, given, wanted) in cases {
            let [shown, held, free] = given.map(|list| days(list).into_iter().collect());
            let [left_out, missed, held_due, released] = wanted.map(days);
            let wanted = Due { left_out, missed, held: held_due, released };
            assert_eq!(decide(&shown, (&held, &free), day("2022-03-10"), 2), wanted, "{case}");
        }
    }
}
