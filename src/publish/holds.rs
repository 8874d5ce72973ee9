//! What rollbacks took from readers, so that no night publishes it again of the same: `OUT/records/holds.json`.
//!
//! Grain: one night that a rollback hid, by its day and what it was made of. The list is replaced by one rename, and on disk
//! before readers are shown another generation. A hold whose night they see holds nothing: its run was killed before the
//! switch, or a person went forward again; whoever writes next takes it off the list. All others stay until they are released.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::{fs, io};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::file_system::{self, STAGE};
use super::generations::{self, Generation};
use super::layout::Layout;
use super::name::Name;
use super::partition::PUBLISHED;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk, fault};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) day: Day,
    /// The hash of all that the night was made of.
    pub(crate) ingredients: String,
    /// When it was rolled back.
    pub(crate) since: Timestamp,
    pub(crate) because: Option<String>,
}

impl Hold {
    /// Whether it is one of these nights.
    pub(super) fn is_among(&self, nights: &BTreeMap<Day, String>) -> bool {
        nights.get(&self.day) == Some(&self.ingredients)
    }
}

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

/// The holds of nights that readers do not see, in order of their days.
pub(crate) fn held(out: &Path) -> Outcome<Vec<Hold>> {
    in_force(&Layout::new(out))
}

fn in_force(layout: &Layout) -> Outcome<Vec<Hold>> {
    let mut holds = read(layout)?;
    if !holds.is_empty() {
        let shown = generations::nights(&layout.out)?;
        holds.retain(|hold| !hold.is_among(&shown));
    }
    Ok(holds)
}

/// All that is on the list; state where it cannot be read.
pub(super) fn read(layout: &Layout) -> Outcome<Vec<Hold>> {
    let path = &layout.holds;
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(disk(STAGE, "read", path, &error)),
    };
    serde_json::from_slice(&text).map_err(|error| {
        let finding = Finding::new(STAGE, error.to_string(), "the list of nights that are held").path(path);
        finding.advice("put it back from a backup; without it nothing is held").fail(ExitClass::State)
    })
}

/// The nights of `from` that `to` does not have, or has of something else.
pub(super) fn hidden(
    (from, to): (&BTreeMap<Day, String>, &BTreeMap<Day, String>),
    (because, since): (Option<&str>, Timestamp),
) -> Vec<Hold> {
    let hold = |(day, ingredients): (&Day, &String)| Hold {
        day: *day,
        ingredients: ingredients.clone(),
        since,
        because: because.map(str::to_owned),
    };
    from.iter().map(hold).filter(|hold| !hold.is_among(to)).collect()
}

/// Puts these on the list, in place of what it says of the same nights, and waits until that is on disk.
pub(super) fn add(layout: &Layout, new: &[Hold]) -> Outcome<()> {
    let is_new = |hold: &Hold| new.iter().any(|new| (new.day, &new.ingredients) == (hold.day, &hold.ingredients));
    let before = read(layout)?;
    let stay = before.iter().filter(|hold| !is_new(hold)).cloned();
    write(layout, &before, stay.chain(new.iter().cloned()).collect())
}

/// Takes off the list what readers see again.
pub(super) fn forget_shown(layout: &Layout, shown: &Name) -> Outcome<()> {
    let before = read(layout)?;
    if before.is_empty() {
        return Ok(());
    }
    let nights = Generation::read(layout, shown)?.nights;
    let stay = before.iter().filter(|hold| !hold.is_among(&nights)).cloned().collect();
    write(layout, &before, stay)
}

/// Those that a release takes off the list, then those that stay on it; usage where the day has none.
fn parted(layout: &Layout, release: Release) -> Outcome<[Vec<Hold>; 2]> {
    let holds = in_force(layout)?;
    let mut days: Vec<String> = holds.iter().map(|hold| hold.day.to_string()).collect();
    days.dedup();
    let is_released = |hold: &Hold| release == Release::All || release == Release::Day(hold.day);
    let (released, stay): (Vec<Hold>, Vec<Hold>) = holds.into_iter().partition(is_released);
    match release {
        Release::Day(day) if released.is_empty() => {
            let there =
                if days.is_empty() { "nothing is held".to_owned() } else { format!("held: {}", days.join(", ")) };
            let finding = Finding::new(STAGE, format!("no hold on {day}"), "a day that is held").path(&layout.holds);
            Err(finding.advice(there).fail(ExitClass::Usage))
        }
        _ => Ok([released, stay]),
    }
}

/// Releases nights: they may be published again.
pub(crate) fn release(out: &Path, release: Release) -> Outcome<Vec<Hold>> {
    let layout = Layout::new(out);
    let [released, stay] = parted(&layout, release)?;
    write(&layout, &read(&layout)?, stay)?;
    Ok(released)
}

/// What a release would come to; nothing is written.
pub(crate) fn foretell_release(out: &Path, release: Release) -> Outcome<Vec<Hold>> {
    parted(&Layout::new(out), release).map(|[released, _]| released)
}

fn write(layout: &Layout, before: &[Hold], mut holds: Vec<Hold>) -> Outcome<()> {
    holds.sort_unstable();
    if holds == before {
        return Ok(());
    }
    let text = |holds| serde_json::to_string_pretty(holds).map(|text| text + "\n").map_err(|error| fault(STAGE, error));
    let (old, new) = (text(before)?, text(&holds)?);
    file_system::make_durable_folder(&layout.records, PUBLISHED.folder_mode)?;
    file_system::replace_durably(&layout.holds, &layout.next_holds, (old.as_bytes(), new.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::testing::{Out, day, night, of};

    /// The days that are held.
    fn days(out: &Out) -> Vec<Day> {
        held(out.path()).unwrap().into_iter().map(|hold| hold.day).collect()
    }

    /// Three nights, the second of which is published twice, of other ingredients.
    fn nights(out: &Out) {
        for (as_of, ingredients) in [("2022-03-13", "a"), ("2022-03-14", "b"), ("2022-03-15", "c"), ("2022-03-14", "d")]
        {
            out.publish(&of(night(as_of, 4.0, &[]), ingredients));
        }
    }

    #[test]
    fn a_rollback_holds_what_it_hides_and_going_forward_releases_it() {
        let out = Out::new();
        nights(&out);
        let back = out.rollback("1").unwrap();
        assert_eq!(days(&out), [day("2022-03-14"), day("2022-03-15")]);
        assert_eq!(back.held, held(out.path()).unwrap());
        let forward = out.rollback("3").unwrap();
        // The third has the 14th as it was before.
        assert_eq!(forward.released.iter().map(|hold| hold.day).collect::<Vec<_>>(), [day("2022-03-15")]);
        assert_eq!(held(out.path()).unwrap()[0].ingredients, "d");
        out.rollback("4").unwrap();
        assert_eq!(held(out.path()).unwrap()[0].ingredients, "b", "readers see the other one");
    }

    #[test]
    fn a_hold_stays_until_it_is_released_whatever_is_published_of_its_day() {
        let out = Out::new();
        nights(&out);
        out.rollback("1").unwrap();
        out.publish(&of(night("2022-03-15", 4.0, &[]), "mended"));
        assert_eq!(days(&out), [day("2022-03-14"), day("2022-03-15")]);
        assert_eq!(release(out.path(), Release::Day(day("2022-03-15"))).unwrap().len(), 1);
        let none = release(out.path(), Release::Day(day("2022-03-15"))).unwrap_err();
        assert_eq!(none.class, ExitClass::Usage);
        assert!(none.to_string().ends_with("held: 2022-03-14"), "{none}");
        assert_eq!(foretell_release(out.path(), Release::All).unwrap(), release(out.path(), Release::All).unwrap());
        assert!(held(out.path()).unwrap().is_empty() && release(out.path(), Release::All).unwrap().is_empty());
    }

    /// As a run leaves it that is killed between the list and the switch.
    #[test]
    fn a_hold_on_what_readers_see_holds_nothing_and_is_gone_after_the_next_night() {
        let out = Out::new();
        nights(&out);
        let layout = Layout::new(out.path());
        let shown = generations::nights(out.path()).unwrap();
        add(&layout, &hidden((&shown, &BTreeMap::new()), (None, Timestamp::UNIX_EPOCH))).unwrap();
        assert!(held(out.path()).unwrap().is_empty() && read(&layout).unwrap().len() == 3);
        out.publish(&of(night("2022-03-16", 4.0, &[]), "e"));
        assert!(read(&layout).unwrap().is_empty());
    }

    #[test]
    fn a_list_that_cannot_be_read_stops_a_run() {
        let out = Out::new();
        nights(&out);
        out.rollback("1").unwrap();
        fs::write(Layout::new(out.path()).holds, "half").unwrap();
        let failure = crate::publish::prepare(out.path()).unwrap_err();
        assert_eq!(failure.class, ExitClass::State);
        assert!(failure.to_string().contains("records/holds.json"), "{failure}");
        assert_eq!(crate::publish::verification::verify(out.path()).unwrap().findings, failure.findings);
    }

    #[test]
    fn all_or_a_day_is_released() {
        assert_eq!("all".parse(), Ok(Release::All));
        assert_eq!("2022-03-15".parse(), Ok(Release::Day(day("2022-03-15"))));
        assert!("15".parse::<Release>().is_err());
    }
}
