//! Which old generations go, and their removal.
//!
//! What is counted is runs: of one that published many, a backfill, the last generation stays for all. It goes when newer runs
//! fill the number, or when it is older than the age, whichever comes first: the number bounds the disk that runs take, the age
//! bounds how long quarantined rows outlive their own limit. Whatever its number and age, three stay: the current
//! generation, the one that it replaced, and the one before its run, so that the last step can be undone and the run as a whole.
//! One between others of its run stays, too, where a later run began with it, since somebody had rolled back to it; and while
//! its run goes on, as many of the newest as runs are counted, for readers may have opened them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::Timestamp;

use super::generations::{self, Generation};
use super::layout::{self, Layout};
use super::name::Name;
use super::{current, file_system};
use crate::error::Outcome;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeptGenerations {
    /// Of runs, that of the current one included.
    pub(crate) number: usize,
    /// Since they were published.
    pub(crate) days: i64,
}

/// Removes the generations that go at `now`, and those alone. What cannot be removed is a warning: readers see the new night
/// already.
pub(super) fn prune(layout: &Layout, keep: KeptGenerations, now: Timestamp) {
    let outdated = outdated(layout, keep, now, keep.number);
    if let Err(failure) = outdated.and_then(|outdated| remove(&outdated)) {
        tracing::warn!("an old generation was not removed: {failure}");
    }
}

/// The folders of the generations that go at `now`, oldest first, where so many stay `of_current_run`; none before the first is
/// published. One whose description cannot be read is left alone.
pub(super) fn outdated(
    layout: &Layout,
    keep: KeptGenerations,
    now: Timestamp,
    of_current_run: usize,
) -> Outcome<Vec<PathBuf>> {
    let Some(current) = current::read(layout)? else { return Ok(Vec::new()) };
    let current = Generation::read(layout, &current)?;
    let mut published = Vec::new();
    for name in generations::once_current(layout, None)? {
        match Generation::read(layout, &name) {
            Ok(generation) => published.push((name, generation)),
            Err(failure) => tracing::warn!("a generation is kept: {failure}"),
        }
    }
    let going = going((&published, &current), keep, now, of_current_run);
    Ok(going.map(|name| layout.generation(name)).collect())
}

/// Those of the `published` generations, oldest first, that go.
fn going<'a>(
    (published, current): (&'a [(Name, Generation)], &Generation),
    keep: KeptGenerations,
    now: Timestamp,
    of_current_run: usize,
) -> impl Iterator<Item = &'a Name> {
    let longest_seconds = keep.days.saturating_mul(86_400);
    let stay: BTreeSet<&String> =
        [Some(&current.name), current.parent.as_ref(), current.before_run.as_ref()].into_iter().flatten().collect();
    let begun_with: BTreeSet<&String> =
        published.iter().filter_map(|(_, generation)| generation.before_run.as_ref()).collect();
    let mut runs: Vec<Timestamp> = Vec::new();
    let mut going = Vec::new();
    let mut of_current = 0;
    for (name, generation) in published.iter().rev() {
        let is_last_of_run = runs.last() != Some(&generation.created_at);
        if is_last_of_run {
            runs.push(generation.created_at);
        }
        let is_too_old = now.duration_since(generation.created_at).as_secs() > longest_seconds;
        let is_of_current = generation.created_at == current.created_at;
        of_current += usize::from(is_of_current);
        let is_open = is_of_current && of_current <= of_current_run;
        let is_between = !is_last_of_run && !is_open && !begun_with.contains(&generation.name);
        if (runs.len() > keep.number || is_too_old || is_between) && !stay.contains(&generation.name) {
            going.push(name);
        }
    }
    going.into_iter().rev()
}

/// Renames before it removes, so that no half removed generation can be rolled back to.
pub(super) fn remove(folders: &[PathBuf]) -> Outcome<()> {
    let renamed: Vec<PathBuf> = folders.iter().map(|folder| layout::removing(folder)).collect();
    folders.iter().zip(&renamed).try_for_each(|(folder, renamed)| file_system::rename(folder, renamed))?;
    if let Some(generations) = folders.first().and_then(|folder| folder.parent()) {
        file_system::sync_folder(generations)?;
    }
    renamed.iter().try_for_each(|folder| file_system::remove(folder))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::SignedDuration;

    use super::*;
    use crate::publish::generations::list;
    use crate::publish::testing::{Out, night};

    /// Generations by number, each of the run that began so many days ago.
    fn of_runs(ages_days: &[i64], now: Timestamp) -> Vec<(Name, Generation)> {
        let mut published: Vec<(Name, Generation)> = Vec::new();
        for (number, age_days) in (1..).zip(ages_days) {
            let name: Name = format!("{number:06}-night-2022-03-15-0123456789ab").parse().unwrap();
            let created_at = now - SignedDuration::from_hours(age_days * 24);
            let before = published.last().map(|(_, before)| before.clone());
            let before_run = before.as_ref().and_then(|before| match before.created_at == created_at {
                true => before.before_run.clone(),
                false => Some(before.name.clone()),
            });
            let generation = Generation {
                name: name.to_string(),
                id: name.id.to_string(),
                number,
                as_of: name.id.last_day,
                created_at,
                parent: before.map(|before| before.name),
                before_run,
                program_version: String::new(),
                nights: BTreeMap::new(),
            };
            published.push((name, generation));
        }
        published
    }

    /// Ages of runs in days, generation by generation; the number and the age that are kept; what goes while the last run goes on.
    #[test]
    fn runs_are_counted_and_of_each_the_last_generation_stays() {
        let now = Timestamp::from_second(86_400_000).unwrap();
        let keep = |number, days| KeptGenerations { number, days };
        let cases: [(&str, &[i64], KeptGenerations, &[u32]); 9] = [
            ("newer ones fill the number", &[3, 2, 1, 0], keep(2, 30), &[1, 2]),
            ("they do not", &[2, 1, 0], keep(3, 30), &[]),
            ("too old, but for what the current one replaced", &[32, 31, 30, 0], keep(10, 30), &[1, 2]),
            ("whatever their age", &[32, 0], keep(1, 30), &[]),
            ("while a run goes on, the one before it stays", &[2, 1, 0, 0, 0], keep(1, 30), &[1, 3]),
            ("while a run goes on, so do the newest of it", &[1, 0, 0, 0, 0, 0], keep(3, 30), &[2, 3]),
            ("of a run that is over the last one", &[3, 2, 1, 1, 1, 0], keep(30, 30), &[3, 4]),
            ("a run counts once", &[3, 2, 1, 1, 1, 0], keep(3, 30), &[1, 3, 4]),
            ("the one before a run goes with its number", &[4, 3, 1, 1, 0], keep(2, 30), &[1, 2, 3]),
        ];
        for (case, ages_days, keep, gone) in cases {
            let published = of_runs(ages_days, now);
            let current = &published.last().unwrap().1;
            let going = going((&published, current), keep, now, keep.number);
            assert!(going.map(|name| name.number).eq(gone.iter().copied()), "{case}");
        }
    }

    #[test]
    fn once_a_run_is_over_its_last_generation_stays_alone() {
        let now = Timestamp::from_second(86_400_000).unwrap();
        let published = of_runs(&[1, 0, 0, 0, 0], now);
        let current = &published.last().unwrap().1;
        let going = going((&published, current), KeptGenerations { number: 30, days: 30 }, now, 1);
        assert!(going.map(|name| name.number).eq([2, 3]), "and the one that it replaced");
    }

    #[test]
    fn what_a_run_began_with_after_a_rollback_stays_though_it_lies_in_the_midst_of_another_run() {
        let now = Timestamp::from_second(86_400_000).unwrap();
        let mut published = of_runs(&[3, 2, 2, 2, 1, 0], now);
        published[4].1.before_run = Some(published[2].1.name.clone());
        let current = published[5].1.clone();
        let going = going((&published, &current), KeptGenerations { number: 30, days: 30 }, now, 1);
        assert!(going.map(|name| name.number).eq([2]));
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

    #[test]
    fn a_long_run_can_be_undone_as_a_whole() {
        let out = Out::new();
        let before = out.publish(&night("2022-03-01", 4.0, &[]));
        let now = Timestamp::from_second(86_400_000).unwrap();
        for day in ["2022-03-02", "2022-03-03", "2022-03-04", "2022-03-05"] {
            out.publish_at(&night(day, 4.0, &[]), now, KeptGenerations { number: 1, days: 100_000 }).unwrap();
        }
        assert_eq!(list(out.path()).unwrap().len(), 3, "the last, the one before it, and the one before the run");
        out.rollback(&before.name).unwrap();
        assert_eq!(out.files("current").len(), 1);
    }
}
