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

/// How many generations are kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The number of generations, the current one included.
    pub generations: usize,
    /// The age in days, since they were published.
    pub days: i64,
}

/// Removes the generations that go at `now`, and those alone; `stay` names the current one and the one it replaced.
/// What cannot be removed is a warning: readers see the new night already.
pub(super) fn apply(layout: &Layout, keep: Retention, now: Timestamp, stay: &[&Name]) {
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
        match generations::read(layout, &name) {
            Ok(Generation { created_at, .. }) => published.push((name, created_at)),
            Err(failure) => tracing::warn!("a generation is kept: {failure}"),
        }
    }
    Ok(published)
}

fn outdated(published: &[(Name, Timestamp)], keep: Retention, now: Timestamp) -> Vec<&Name> {
    let longest_seconds = keep.days.saturating_mul(86_400);
    let kept_from = published.len().saturating_sub(keep.generations);
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
        file_system::sync_folder(&layout.generations())?;
    }
    removing.iter().try_for_each(|folder| file_system::remove(folder))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::SignedDuration;

    use super::*;
    use crate::publish::testing::{files, night, time_after, why};
    use crate::publish::{list, publish, rollback};

    const DAY_SECONDS: i64 = 86_400;

    fn going(ages_days: &[i64], keep: Retention) -> Vec<u32> {
        let now = Timestamp::from_second(1_000 * DAY_SECONDS).unwrap();
        let published: Vec<_> = (1..)
            .zip(ages_days)
            .map(|(number, age)| {
                (Name { number, id: String::new() }, now - SignedDuration::from_hours(age * 24))
            })
            .collect();
        outdated(&published, keep, now).iter().map(|name| name.number).collect()
    }

    #[test]
    fn a_generation_goes_when_newer_ones_fill_the_number() {
        assert_eq!(going(&[2, 1, 0], Retention { generations: 2, days: 30 }), [1]);
        assert_eq!(going(&[2, 1, 0], Retention { generations: 3, days: 30 }), [] as [u32; 0]);
    }

    #[test]
    fn a_generation_goes_when_it_is_older_than_the_age() {
        assert_eq!(going(&[32, 31, 30, 0], Retention { generations: 10, days: 30 }), [1, 2]);
        assert_eq!(going(&[32, 0], Retention { generations: 10, days: i64::MAX }), [] as [u32; 0]);
    }

    fn publish_nights(out: &Path, days: &[&str], keep: Retention) -> Vec<u32> {
        for day in days {
            let night = night(day, 4.0, &[]);
            publish(out, &night, time_after(night.as_of), keep).unwrap();
        }
        list(out).unwrap().iter().map(|generation| generation.number).collect()
    }

    #[test]
    fn old_generations_are_removed_and_their_nights_stay_in_the_new_ones() {
        let out = tempfile::tempdir().unwrap();
        let keep = Retention { generations: 2, days: 30 };
        let numbers =
            publish_nights(out.path(), &["2022-03-12", "2022-03-13", "2022-03-14", "2022-03-15"], keep);
        assert_eq!(numbers, [3, 4]);
        assert_eq!(files(&out.path().join("current")).len(), 4);
        assert_eq!(std::fs::read_dir(out.path().join("generations")).unwrap().count(), 2);
    }

    #[test]
    fn the_generation_just_replaced_stays_whatever_its_age_and_number() {
        let out = tempfile::tempdir().unwrap();
        let keep = Retention { generations: 1, days: 30 };
        assert_eq!(publish_nights(out.path(), &["2022-01-01", "2022-01-02", "2022-03-15"], keep), [2, 3]);
        rollback(out.path(), "2", why()).unwrap();
        assert_eq!(publish_nights(out.path(), &["2022-03-16"], keep), [2, 4]);
    }
}
