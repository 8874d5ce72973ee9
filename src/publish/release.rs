//! Releases: a person lets a night that was rolled back be published again as it was.
//!
//! In: the list of [`holds`], the days that nights without a date reach back to. Out: the list without them; those that nights
//! without a date are to publish stay on it as released, until readers see a night of their days.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;

use super::file_system::STAGE;
use super::generations;
use super::holds::{self, Hold};
use super::layout::Layout;
use crate::domain::{Day, Span};
use crate::error::{ExitClass, Failure, Finding, Outcome};

/// Which holds a person releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    All,
    Day(Day),
}

impl FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = || text.parse().map(Self::Day).map_err(|_| "wanted a day, YYYY-MM-DD, or all".to_owned());
        if text == "all" { Ok(Self::All) } else { day() }
    }
}

/// What a release comes to, each day once, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Released {
    pub(crate) days: Vec<Day>,
    /// Those that nights without a date publish.
    pub(crate) due: Vec<Day>,
    /// Those of which readers see a night that was made of something else.
    pub(crate) shown: Vec<Day>,
}

/// The list after a release, and what that comes to; usage where the day has no hold. Of what is released, the days of `reach`
/// that readers do not see stay on the list.
fn after(layout: &Layout, release: Release, (now, reach): (Timestamp, Span)) -> Outcome<(Vec<Hold>, Released)> {
    let mut list = holds::in_force(layout)?;
    let shown = generations::nights(&layout.out)?;
    let is_released =
        |hold: &Hold| hold.released_at.is_none() && (release == Release::All || release == Release::Day(hold.day));
    let mut days: Vec<Day> = list.iter().filter(|hold| is_released(hold)).map(|hold| hold.day).collect();
    days.dedup();
    if let (Release::Day(day), true) = (release, days.is_empty()) {
        return Err(not_held(layout, day, &list));
    }
    for hold in list.iter_mut().filter(|hold| is_released(hold)) {
        hold.released_at = Some(now);
    }
    list.retain(|hold| hold.released_at != Some(now) || (reach.contains(hold.day) && !hold.is_over(&shown)));
    let (shown, hidden): (Vec<Day>, Vec<Day>) = days.iter().copied().partition(|day| shown.contains_key(day));
    let due = hidden.into_iter().filter(|day| reach.contains(*day)).collect();
    Ok((list, Released { days, due, shown }))
}

fn not_held(layout: &Layout, day: Day, holds: &[Hold]) -> Failure {
    let days = |is_released: bool, said: &str| {
        let days = holds.iter().filter(|hold| hold.released_at.is_some() == is_released).map(|hold| hold.day);
        let days = Span::folded(days.collect::<BTreeSet<_>>());
        (!days.is_empty()).then(|| format!("{said}: {}", Span::listed(&days)))
    };
    let there: Vec<String> = [days(false, "held"), days(true, "released already")].into_iter().flatten().collect();
    let there = if there.is_empty() { "nothing is held".to_owned() } else { there.join("; ") };
    let finding = Finding::new(STAGE, format!("no hold on {day}"), "a day that is held").path(&layout.holds);
    finding.advice(there).fail(ExitClass::Usage)
}

/// Releases nights at `now`: they may be published again. Nights without a date publish those of `reach`, whenever they run.
pub(crate) fn release(out: &Path, release: Release, at: (Timestamp, Span)) -> Outcome<Released> {
    let layout = Layout::new(out);
    let (stay, released) = after(&layout, release, at)?;
    holds::write(&layout, &holds::read(&layout)?, stay)?;
    Ok(released)
}

/// What a release would come to; nothing is written.
pub(crate) fn foretell_release(out: &Path, release: Release, at: (Timestamp, Span)) -> Outcome<Released> {
    after(&Layout::new(out), release, at).map(|(_, released)| released)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::testing::{Out, day, night, of};
    use crate::publish::{held, released};

    /// Three nights, the second and third of which are rolled back.
    fn rolled_back() -> Out {
        let out = Out::new();
        for (as_of, ingredients) in [("2022-03-13", "a"), ("2022-03-14", "b"), ("2022-03-15", "c")] {
            out.publish(&of(night(as_of, 4.0, &[]), ingredients));
        }
        out.rollback("1").unwrap();
        out
    }

    fn days(holds: Outcome<Vec<Hold>>) -> Vec<Day> {
        holds.unwrap().into_iter().map(|hold| hold.day).collect()
    }

    fn at(first: &str, last: &str) -> (Timestamp, Span) {
        (Timestamp::UNIX_EPOCH, Span { first: day(first), last: day(last) })
    }

    #[test]
    fn a_hold_stays_until_it_is_released_whatever_is_published_of_its_day() {
        let out = rolled_back();
        out.publish(&of(night("2022-03-15", 4.0, &[]), "mended"));
        let [first, second] = ["2022-03-14", "2022-03-15"].map(day);
        assert_eq!(days(held(out.path())), [first, second]);
        let (of_second, at) = (Release::Day(second), at("2022-03-14", "2022-03-15"));
        let mended = Released { days: vec![second], due: Vec::new(), shown: vec![second] };
        assert_eq!(release(out.path(), of_second, at).unwrap(), mended);
        let none = release(out.path(), of_second, at).unwrap_err();
        assert_eq!(none.class, ExitClass::Usage);
        assert!(none.to_string().ends_with("held: 2022-03-14"), "{none}");
        let foretold = foretell_release(out.path(), Release::All, at).unwrap();
        assert_eq!(foretold, release(out.path(), Release::All, at).unwrap());
        assert!(days(held(out.path())).is_empty());
        assert_eq!(release(out.path(), Release::All, at).unwrap(), Released::default());
    }

    /// Whenever that is, and whatever it is made of; what is out of reach is forgotten, and what is rolled back again is held.
    #[test]
    fn a_released_day_in_reach_is_kept_until_readers_see_a_night_of_it() {
        let out = rolled_back();
        let [first, second] = ["2022-03-14", "2022-03-15"].map(day);
        let at = at("2022-03-15", "2022-03-16");
        let all = Released { days: vec![first, second], due: vec![second], shown: Vec::new() };
        assert_eq!(release(out.path(), Release::All, at).unwrap(), all);
        assert_eq!([held, released].map(|of| days(of(out.path()))), [vec![], vec![second]]);
        let again = release(out.path(), Release::Day(second), at).unwrap_err();
        assert!(again.to_string().ends_with("released already: 2022-03-15"), "{again}");
        out.publish(&of(night("2022-03-16", 4.0, &[]), "e"));
        assert_eq!(days(released(out.path())), [second]);
        out.publish(&of(night("2022-03-15", 4.0, &[]), "mended"));
        assert!(days(released(out.path())).is_empty());
        out.rollback("4").unwrap();
        assert_eq!([held, released].map(|of| days(of(out.path()))), [vec![second], vec![]]);
    }

    #[test]
    fn all_or_a_day_is_released() {
        assert_eq!("all".parse(), Ok(Release::All));
        assert_eq!("2022-03-15".parse(), Ok(Release::Day(day("2022-03-15"))));
        assert!("15".parse::<Release>().is_err());
    }
}
