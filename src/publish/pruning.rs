//! Which old generations go, and their removal.
//!
//! A generation goes when newer ones fill the number, or when it is older than the age, whichever comes first: the
//! number bounds the disk that backfills take, the age bounds how long quarantined rows outlive their own limit. The
//! current generation and the one that it replaced always stay, so that the last step can be undone.

use jiff::Timestamp;

use super::file_system;
use super::generations::{self, Generation};
use super::layout::{Layout, Name};
use crate::error::Outcome;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeptGenerations {
    /// The current one included.
    pub(crate) number: usize,
    /// Since they were published.
    pub(crate) days: i64,
}

/// Removes the generations that go at `now`, and those alone; `stay` names the current one and the one it replaced.
/// What cannot be removed is a warning: readers see the new night already.
pub(super) fn prune(layout: &Layout, keep: KeptGenerations, now: Timestamp, stay: &[&Name]) {
    let outcome = published(layout, stay).and_then(|published| {
        let outdated = outdated(&published, keep, now);
        remove(layout, outdated.into_iter().filter(|name| !stay.contains(name)))
    });
    if let Err(failure) = outcome {
        tracing::warn!("an old generation was not removed: {failure}");
    }
}

/// Each generation that readers saw, oldest first. One whose description cannot be read is left alone.
fn published(layout: &Layout, stay: &[&Name]) -> Outcome<Vec<(Name, Timestamp)>> {
    let mut published = Vec::new();
    for name in generations::once_current(layout, stay.first().copied())? {
        match Generation::read(layout, &name) {
            Ok(Generation { created_at, .. }) => published.push((name, created_at)),
            Err(failure) => tracing::warn!("a generation is kept: {failure}"),
        }
    }
    Ok(published)
}

fn outdated(published: &[(Name, Timestamp)], keep: KeptGenerations, now: Timestamp) -> Vec<&Name> {
    let longest_seconds = keep.days.saturating_mul(86_400);
    let kept_from = published.len().saturating_sub(keep.number);
    let goes = |(place, (_, created_at)): &(usize, &(Name, Timestamp))| {
        *place < kept_from || now.duration_since(*created_at).as_secs() > longest_seconds
    };
    published.iter().enumerate().filter(goes).map(|(_, (name, _))| name).collect()
}

/// Renames before it removes, so that no half removed generation can be rolled back to.
fn remove<'a>(layout: &Layout, names: impl Iterator<Item = &'a Name>) -> Outcome<()> {
    let mut removing = Vec::new();
    for name in names {
        let renamed = layout.removing(name);
        file_system::rename(&layout.generation(name), &renamed)?;
        removing.push(renamed);
    }
    if !removing.is_empty() {
        file_system::sync_folder(&layout.generations)?;
    }
    removing.iter().try_for_each(|folder| file_system::remove(folder))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::publish::generations::list;
    use crate::publish::testing::{Out, night};

    #[test]
    fn a_generation_goes_when_newer_ones_fill_the_number_or_when_it_is_older_than_the_age() {
        let now = Timestamp::from_second(86_400_000).unwrap();
        let of_age = |(number, age_days): (u32, &i64)| {
            (Name { number, id: String::new() }, now - SignedDuration::from_hours(age_days * 24))
        };
        let cases: [(&[i64], usize, i64, &[u32]); 4] = [
            (&[2, 1, 0], 2, 30, &[1]),
            (&[2, 1, 0], 3, 30, &[]),
            (&[32, 31, 30, 0], 10, 30, &[1, 2]),
            (&[32, 0], 10, i64::MAX, &[]),
        ];
        for (ages_days, number, days, gone) in cases {
            let published: Vec<_> = (1..).zip(ages_days).map(of_age).collect();
            let outdated = outdated(&published, KeptGenerations { number, days }, now);
            assert!(outdated.iter().map(|name| &name.number).eq(gone), "{ages_days:?} {number} {days}: {outdated:?}");
        }
    }

    fn publish_nights(out: &Out, days: &[&str], number: usize) -> Vec<u32> {
        for day in days {
            out.publish_keeping(&night(day, 4.0, &[]), KeptGenerations { number, days: 30 }).unwrap();
        }
        list(out.path()).unwrap().iter().map(|listed| listed.generation.number).collect()
    }

    #[test]
    fn old_generations_are_removed_but_for_the_one_just_replaced_and_their_nights_stay_in_the_new_ones() {
        let out = Out::new();
        let numbers = publish_nights(&out, &["2022-03-12", "2022-03-13", "2022-03-14", "2022-03-15"], 2);
        assert_eq!(numbers, [3, 4]);
        assert_eq!(out.files("current").len(), 4);
        assert_eq!(file_system::names(&out.path().join("generations")).unwrap().len(), 2);

        // Whatever its age and number.
        assert_eq!(publish_nights(&out, &["2022-05-15"], 1), [4, 5]);
        out.rollback("4").unwrap();
        assert_eq!(publish_nights(&out, &["2022-05-16"], 1), [4, 6]);
    }
}
