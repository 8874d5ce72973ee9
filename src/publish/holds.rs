//! What rollbacks took from readers, so that no night publishes it again of the same: `OUT/records/holds.json`.
//!
//! Grain: one night that a rollback hid, by its day and what it was made of. The list is replaced by one rename, and on disk
//! before readers are shown another generation. A hold whose night they see holds nothing: its run was killed before the
//! switch, or a person went forward again; whoever writes next takes it off the list. All others stay until they are released. One
//! that was released holds nothing either: it keeps its day due for nights without a date, until readers see a night of that day.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::file_system::{self, STAGE};
use super::generations::{self, Generation};
use super::layout::Layout;
use super::name::Name;
use super::partition::PUBLISHED;
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, disk, escaped, fault};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Hold {
    pub(crate) day: Day,
    /// The hash of all that the night was made of.
    pub(crate) ingredients: String,
    /// When it was rolled back.
    pub(crate) since: Timestamp,
    pub(crate) because: Option<String>,
    /// When it was released; none where it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) released_at: Option<Timestamp>,
}

impl Hold {
    /// Whether it is one of these nights.
    pub(super) fn is_among(&self, nights: &BTreeMap<Day, String>) -> bool {
        nights.get(&self.day) == Some(&self.ingredients)
    }

    /// Whether nothing is left of it where readers see these nights.
    pub(super) fn is_over(&self, shown: &BTreeMap<Day, String>) -> bool {
        if self.released_at.is_some() { shown.contains_key(&self.day) } else { self.is_among(shown) }
    }

    /// When and why it was rolled back.
    pub(super) fn why(&self) -> String {
        let Self { since, because, .. } = self;
        let because = because.as_ref().map(|because| format!(", because {}", escaped(because))).unwrap_or_default();
        format!("rolled back on {since:.0}{because}")
    }

    /// Why the night is not published, for who has to decide on it.
    pub(crate) fn told(&self) -> String {
        let (day, why) = (self.day, self.why());
        let again = "the same extracts, rules and settings would publish the same again";
        format!("{day} is held: {why}; {again}; `shopscore rollback --release {day}` releases it")
    }
}

/// The holds of nights that readers do not see, in order of their days.
pub(crate) fn held(out: &Path) -> Outcome<Vec<Hold>> {
    Ok(in_force(&Layout::new(out))?.into_iter().filter(|hold| hold.released_at.is_none()).collect())
}

/// The released ones of days that readers do not see.
pub(crate) fn released(out: &Path) -> Outcome<Vec<Hold>> {
    Ok(in_force(&Layout::new(out))?.into_iter().filter(|hold| hold.released_at.is_some()).collect())
}

pub(super) fn in_force(layout: &Layout) -> Outcome<Vec<Hold>> {
    let mut holds = read(layout)?;
    if !holds.is_empty() {
        let shown = generations::nights(&layout.out)?;
        holds.retain(|hold| !hold.is_over(&shown));
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
        released_at: None,
    };
    from.iter().map(hold).filter(|hold| !hold.is_among(to)).collect()
}

/// Puts these on the list, in place of what it says of the same nights and of what was released of their days, and waits until
/// that is on disk.
pub(super) fn add(layout: &Layout, new: &[Hold]) -> Outcome<()> {
    let is_replaced = |hold: &Hold, new: &Hold| {
        new.day == hold.day && (new.ingredients == hold.ingredients || hold.released_at.is_some())
    };
    let is_new = |hold: &Hold| new.iter().any(|new| is_replaced(hold, new));
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
    let stay = before.iter().filter(|hold| !hold.is_over(&nights)).cloned().collect();
    write(layout, &before, stay)
}

pub(super) fn write(layout: &Layout, before: &[Hold], mut holds: Vec<Hold>) -> Outcome<()> {
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
}
