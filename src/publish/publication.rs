//! A publication, step by step: write, link, sync, name, switch, and only then remove what is old.
//!
//! In: the tables of a night, a restatement or a settlement, and a night's quarantined rows, checked and sorted. Out: a
//! new current generation, or the word that the current one holds all of it already. A failure at any step leaves the
//! old generation current.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use arrow::array::RecordBatch;
use jiff::Timestamp;

use super::file_system;
use super::generations::{self, Generation, Published};
use super::layout::{Layout, Name, PartitionFolder, Root};
use super::outputs::{OutputTable, QUARANTINE};
use super::quarantine::Quarantine;
use super::retention::{self, Retention};
use super::staging::{self, NewPartition};
use super::sums::Sums;
use super::{current, frozen, promises, recovery};
use crate::calendar::Year;
use crate::domain::Day;
use crate::error::Outcome;
use crate::interruption::uninterrupted;

/// A partition's file should not pass this.
const PART_LIMIT_BYTES: usize = 512 * 1024 * 1024;

/// All that a run publishes at once.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The day that it is for.
    pub as_of: Day,
    /// Of a night: the hash of all that it depends on.
    pub ingredients: Option<String>,
    /// The partitions that it adds or replaces, its own first; all others stay as they are.
    pub partitions: Vec<Partition>,
    /// Of a night: the rows that it set aside.
    pub quarantine: Option<Quarantine>,
}

/// What a partition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A day, or the month that it ends.
    Day(Day),
    /// A year.
    Year(Year),
}

/// One partition of a published table.
#[derive(Clone, Debug)]
pub struct Partition {
    /// The table.
    pub table: &'static OutputTable,
    /// The value of its partition key.
    pub period: Period,
    /// Its rows in the declared columns and order; a partition without rows has a file all the same.
    pub batches: Vec<RecordBatch>,
}

impl Period {
    fn last_day(self) -> Day {
        match self {
            Self::Day(day) => day,
            Self::Year(year) => year.last_day(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(formatter),
            Self::Year(year) => year.fmt(formatter),
        }
    }
}

/// Makes the folders of `out` and removes what killed runs left, so that an output folder that cannot be used is
/// found before anything is computed.
///
/// # Errors
/// Usage where `out` holds something else than our output; state where its link leads nowhere; disk.
pub fn prepare(out: &Path) -> Outcome<()> {
    recovery::recover(&Layout::new(out)).map(drop)
}

/// Publishes under `out` at the time `now`, then removes the generations that `keep` does not keep.
///
/// # Errors
/// Fault where the tables break a promise of their declarations; state and usage where `out` cannot be used; disk.
/// In every case readers see what they saw before.
pub fn publish(out: &Path, publication: &Publication, now: Timestamp, keep: Retention) -> Outcome<Published> {
    let layout = Layout::new(out);
    let previous = recovery::recover(&layout)?;
    let quarantined = previous.as_ref().map(|name| layout.generation(name).join(Root::Quarantine.name()));
    let partitions = publication.new_partitions(quarantined.as_deref())?;
    promises::check(&partitions)?;
    let outcome = add_generation(&layout, publication, &partitions, previous.as_ref(), now);
    match &outcome {
        Ok((current, true)) => {
            let stay: Vec<_> = [current].into_iter().chain(&previous).collect();
            retention::apply(&layout, keep, now, &stay);
        }
        Ok((_, false)) => {}
        Err(_) => discard_staging(&layout),
    }
    let (current, changed) = outcome?;
    Ok(Published { name: current.to_string(), changed, path: layout.generation(&current), id: current.id })
}

/// Returns the generation that is current afterwards, and whether it is a new one.
fn add_generation(
    layout: &Layout,
    publication: &Publication,
    partitions: &[NewPartition],
    previous: Option<&Name>,
    now: Timestamp,
) -> Outcome<(Name, bool)> {
    let (folder, staging) = (layout.generations(), layout.staging());
    let before = previous.map(|previous| layout.generation(previous));
    let mut nights = BTreeMap::new();
    let mut stays = BTreeSet::new();
    if let Some((previous, before)) = previous.zip(before.as_deref()) {
        nights = generations::read(layout, previous)?.nights;
        let news: BTreeSet<_> = partitions.iter().map(|partition| partition.folder.clone()).collect();
        let held = staging::held(before)?;
        stays = held.difference(&news).filter(|partition| publication.keeps(partition)).cloned().collect();
        let holds_as_many = held.len() == stays.len() + news.len();
        if publication.is_known(&nights) {
            match staging::first_not_held(before, partitions, PART_LIMIT_BYTES)? {
                None if holds_as_many => return Ok((previous.clone(), false)),
                Some(folder) if publication.ingredients.is_some() => tracing::warn!(
                    "{}: not what was published there, edited or removed since: it is published again",
                    folder.inside(before).display()
                ),
                _ => {}
            }
        }
    }
    // Opened before the first write, so that the sync reports every write that failed since.
    let to_sync = file_system::open_folder(&folder)?;
    let (ids, mut sums) = staging::write(&staging, before.as_deref(), partitions, PART_LIMIT_BYTES)?;
    frozen::keep_copies(layout, &staging, &sums)?;
    if let Some(before) = &before {
        sums.extend(staging::carry(before, &staging, &stays_or_equal(partitions, &stays, &sums))?);
    }
    nights.extend(publication.ingredients.clone().map(|ingredients| (publication.as_of, ingredients)));
    let number = generations::all(layout)?.last().map_or(1, |last| last.number + 1);
    let name = Name { number, id: ids.own };
    generations::describe(&staging, &description(&name, publication, nights, previous, now), &mut sums)?;
    sums.write(&staging)?;
    file_system::sync_file_system(&to_sync, &folder)?;
    file_system::rename(&staging, &layout.generation(&name))?;
    file_system::sync_folder(&folder)?;
    uninterrupted(|| current::switch(layout, previous, &name))?;
    Ok((name, true))
}

/// What is linked from the generation before: what stays, and what the run found to be equal and did not write.
fn stays_or_equal(
    partitions: &[NewPartition],
    stays: &BTreeSet<PartitionFolder>,
    written: &Sums,
) -> BTreeSet<PartitionFolder> {
    let equal = partitions.iter().map(|partition| &partition.folder).filter(|folder| !written.has(folder));
    stays.iter().chain(equal).cloned().collect()
}

fn description(
    name: &Name,
    publication: &Publication,
    nights: BTreeMap<Day, String>,
    previous: Option<&Name>,
    now: Timestamp,
) -> Generation {
    Generation {
        name: name.to_string(),
        id: name.id.clone(),
        number: name.number,
        as_of: publication.as_of,
        created_at: now,
        parent: previous.map(Name::to_string),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        nights,
        current: true,
    }
}

fn discard_staging(layout: &Layout) {
    if let Err(failure) = file_system::remove(&layout.staging()) {
        tracing::warn!("the next run will remove what is left: {failure}");
    }
}

impl Publication {
    /// The partitions that it writes, sorted by folder; `quarantined` is the quarantine of the current generation.
    fn new_partitions(&self, quarantined: Option<&Path>) -> Outcome<Vec<NewPartition>> {
        let mut partitions = Vec::new();
        let new = |place, folder, period: Period, table, batches| NewPartition {
            folder,
            value: period.to_string(),
            day: period.last_day(),
            place,
            table,
            batches,
        };
        for (place, Partition { table, period, batches }) in self.partitions.iter().enumerate() {
            let path = format!("{}/{}={period}", table.name, table.partition_key);
            let folder = PartitionFolder { root: Root::Published, path };
            partitions.push(new(place, folder, *period, *table, batches.clone()));
        }
        let quarantine = self.quarantine.as_ref().map(|quarantine| quarantine.beside(quarantined));
        for (day, rows) in quarantine.transpose()?.into_iter().flatten() {
            let path = format!("{}={day}", QUARANTINE.partition_key);
            let folder = PartitionFolder { root: Root::Quarantine, path };
            partitions.push(new(usize::MAX, folder, Period::Day(day), &QUARANTINE, vec![rows]));
        }
        partitions.sort_by(|left, right| left.folder.cmp(&right.folder));
        Ok(partitions)
    }

    /// Whether a partition of the current generation stays, where this one does not write it itself.
    fn keeps(&self, partition: &PartitionFolder) -> bool {
        let Some(quarantine) = &self.quarantine else { return true };
        let stays = |day| quarantine.is_kept(day) && !quarantine.replaces(day);
        partition.root == Root::Published || partition.day().is_some_and(stays)
    }

    /// Whether the current generation was made of the same.
    fn is_known(&self, nights: &BTreeMap<Day, String>) -> bool {
        self.ingredients.as_ref().is_none_or(|ingredients| nights.get(&self.as_of) == Some(ingredients))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use arrow::array::AsArray;

    use super::*;
    use crate::domain::Window;
    use crate::error::ExitClass;
    use crate::publish::outputs::GENERATION_KEY;
    use crate::publish::reading::read_partition;
    use crate::publish::testing::{
        KEEP_ALL, RowsOf, TINY, day, files, inode, mode, night, published, quarantine_rows, time_after, tiny,
    };

    fn names(folder: &Path) -> Vec<String> {
        files(folder).into_keys().collect()
    }

    #[test]
    fn a_night_lies_where_readers_look_for_it() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &night("2022-03-15", 4.5, &[("2022-03-01", "{}")]));
        assert!(first.changed);
        let link = fs::read_link(out.path().join("current")).unwrap();
        assert_eq!(link, Path::new("generations").join(&first.name).join("published"));
        assert_eq!(names(&out.path().join("current")), ["tiny/dt=2022-03-15/part-0.parquet"]);
        assert_eq!(names(&out.path().join("quarantine")), ["dt=2022-03-01/part-0.parquet"]);
        assert_eq!(first.path.join("published"), out.path().join(link));
    }

    #[test]
    fn published_files_are_for_all_to_read_and_quarantined_ones_for_the_owner() {
        let out = tempfile::tempdir().unwrap();
        published(out.path(), &night("2022-03-14", 4.5, &[("2022-03-01", "{}")]));
        published(out.path(), &night("2022-03-15", 4.5, &[("2022-03-01", "{}")]));
        for day in ["2022-03-14", "2022-03-15"] {
            let folder = out.path().join(format!("current/tiny/dt={day}"));
            assert_eq!(mode(&folder), 0o755);
            assert_eq!(mode(folder.parent().unwrap()), 0o755);
            assert_eq!(mode(&folder.join("part-0.parquet")), 0o444);
        }
        let quarantine = out.path().join("quarantine");
        assert_eq!(mode(&quarantine), 0o700);
        assert_eq!(mode(&quarantine.join("dt=2022-03-01")), 0o700);
        assert_eq!(mode(&quarantine.join("dt=2022-03-01/part-0.parquet")), 0o400);
    }

    #[test]
    fn the_same_night_again_changes_nothing() {
        let out = tempfile::tempdir().unwrap();
        let night = night("2022-03-15", 4.5, &[("2022-03-01", "{}")]);
        let first = published(out.path(), &night);
        let before = files(out.path());
        let touched = || {
            ["", "generations"]
                .map(|folder| fs::metadata(out.path().join(folder)).unwrap().modified().unwrap())
        };
        let untouched = touched();
        let again = publish(out.path(), &night, time_after(night.as_of.plus(1)), KEEP_ALL).unwrap();
        assert_eq!(again, Published { changed: false, ..first });
        assert_eq!(files(out.path()), before);
        assert_eq!(touched(), untouched, "no file was made on the way");
    }

    #[test]
    fn an_old_night_replayed_changes_nothing() {
        let out = tempfile::tempdir().unwrap();
        let quarantined = [("2022-03-01", "{}")];
        let old = night("2022-03-14", 4.1, &quarantined);
        published(out.path(), &old);
        let last = published(out.path(), &night("2022-03-15", 4.2, &quarantined));
        assert_eq!(published(out.path(), &old), Published { changed: false, ..last });
    }

    #[test]
    fn two_nights_in_either_order_give_the_same_bytes() {
        let nights = [night("2022-03-14", 4.1, &[("2022-03-01", "{}")]), night("2022-03-15", 4.2, &[])];
        let [forwards, backwards] = [[0, 1], [1, 0]].map(|order| {
            let out = tempfile::tempdir().unwrap();
            for place in order {
                published(out.path(), &nights[place]);
            }
            files(&out.path().join("current"))
        });
        assert_eq!(forwards.len(), 2);
        assert_eq!(forwards, backwards);
    }

    #[test]
    fn what_does_not_change_is_the_same_file() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &night("2022-03-14", 4.1, &[("2022-03-01", "{}")]));
        let second = published(out.path(), &night("2022-03-15", 4.2, &[("2022-03-01", "{}")]));
        for file in ["published/tiny/dt=2022-03-14/part-0.parquet", "quarantine/dt=2022-03-01/part-0.parquet"]
        {
            assert_eq!(inode(&first.path.join(file)), inode(&second.path.join(file)), "{file}");
        }
    }

    #[test]
    fn a_corrected_night_replaces_its_partition_and_leaves_the_old_generation_whole() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &night("2022-03-15", 4.1, &[]));
        let before = files(&first.path.join("published"));
        let second = published(out.path(), &night("2022-03-15", 4.2, &[]));
        assert!(second.changed && second.name.starts_with("000002-2022-03-15-"));
        assert_eq!(files(&first.path.join("published")), before);
        assert_ne!(files(&out.path().join("current")), before);
    }

    #[test]
    fn a_new_file_names_the_generation_that_wrote_it() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &night("2022-03-14", 4.1, &[]));
        published(out.path(), &night("2022-03-15", 4.2, &[]));
        let file = fs::File::open(out.path().join("current/tiny/dt=2022-03-14/part-0.parquet")).unwrap();
        let footer = parquet::file::metadata::ParquetMetaDataReader::new().parse_and_finish(&file).unwrap();
        let pairs = footer.file_metadata().key_value_metadata().unwrap();
        let id = pairs.iter().find(|pair| pair.key == GENERATION_KEY).unwrap().value.as_deref();
        assert_eq!(id, Some(first.id.as_str()));
    }

    #[test]
    fn a_night_replaces_the_quarantine_of_its_window_and_drops_what_is_too_old() {
        let out = tempfile::tempdir().unwrap();
        // The window of 2022-03-15 begins on 2022-02-14; 90 days before it lies 2021-12-15.
        for (as_of, days) in [
            ("2022-01-05", &[("2021-12-14", "old"), ("2021-12-15", "kept")] as &[_]),
            ("2022-03-14", &[("2022-02-13", "before"), ("2022-02-14", "gone"), ("2022-03-01", "replaced")]),
            ("2022-03-15", &[("2022-03-01", "new")]),
        ] {
            published(out.path(), &night(as_of, 4.0, days));
        }
        let days = ["dt=2021-12-15", "dt=2022-02-13", "dt=2022-03-01"];
        assert_eq!(names(&out.path().join("quarantine")), days.map(|day| format!("{day}/part-0.parquet")));
    }

    #[test]
    fn a_day_that_lost_its_quarantined_rows_is_a_change() {
        let out = tempfile::tempdir().unwrap();
        published(out.path(), &night("2022-03-15", 4.0, &[("2022-03-01", "{}")]));
        assert!(published(out.path(), &night("2022-03-15", 4.0, &[])).changed);
        assert!(names(&out.path().join("quarantine")).is_empty());
    }

    #[test]
    fn rows_of_an_older_shop_snapshot_stay_while_other_tables_are_read_again() {
        let out = tempfile::tempdir().unwrap();
        let mut first = night("2022-03-14", 4.0, &[]);
        first
            .quarantine
            .as_mut()
            .unwrap()
            .days
            .insert(day("2022-03-14"), quarantine_rows("shops", "a snapshot's"));
        published(out.path(), &first);
        let second = night("2022-03-15", 4.0, &[("2022-03-14", "an order's")]);
        let last = published(out.path(), &second);
        let folder = out.path().join("quarantine/dt=2022-03-14");
        let rows = read_partition(&folder, &QUARANTINE).unwrap();
        let text = |row: usize| rows.column(3).as_string::<i32>().value(row).to_owned();
        assert_eq!([text(0), text(1)], ["an order's", "a snapshot's"], "orders come before shops");
        assert!(!publish(out.path(), &second, time_after(second.as_of), KEEP_ALL).unwrap().changed);

        let alone = tempfile::tempdir().unwrap();
        assert_eq!(published(alone.path(), &second).id, last.id, "the id is that of the night alone");
    }

    #[test]
    fn a_snapshot_before_the_window_has_its_rows_in_the_quarantine_too() {
        let out = tempfile::tempdir().unwrap();
        let mut night = night("2022-03-15", 4.0, &[]);
        night.quarantine.as_mut().unwrap().snapshot = day("2022-02-01");
        night.quarantine.as_mut().unwrap().days.insert(day("2022-02-01"), quarantine_rows("shops", "{}"));
        published(out.path(), &night);
        assert_eq!(names(&out.path().join("quarantine")), ["dt=2022-02-01/part-0.parquet"]);
    }

    #[test]
    fn a_file_damaged_or_added_by_hand_is_healed_by_the_night_that_owns_it() {
        let out = tempfile::tempdir().unwrap();
        let night = night("2022-03-15", 4.0, &[]);
        let first = published(out.path(), &night);
        let folder = first.path.join("published/tiny/dt=2022-03-15");
        let whole = files(&out.path().join("current"));
        fs::write(folder.join("part-1.parquet"), "more").unwrap();
        assert!(published(out.path(), &night).changed);
        assert_eq!(files(&out.path().join("current")), whole);
        fs::remove_file(out.path().join("current/tiny/dt=2022-03-15/part-0.parquet")).unwrap();
        assert!(published(out.path(), &night).changed);
        assert_eq!(files(&out.path().join("current")), whole);
    }

    #[test]
    fn a_broken_promise_publishes_nothing() {
        let out = tempfile::tempdir().unwrap();
        published(out.path(), &night("2022-03-14", 4.0, &[]));
        let before = files(out.path());
        let broken: [RowsOf; 2] = [&[(1, Some(f64::NAN))], &[(2, None), (1, None)]];
        for rows in broken {
            let mut night = night("2022-03-15", 4.0, &[]);
            night.partitions = vec![Partition {
                table: &TINY,
                period: Period::Day(day("2022-03-15")),
                batches: vec![tiny(rows)],
            }];
            let failure = publish(out.path(), &night, time_after(night.as_of), KEEP_ALL).unwrap_err();
            assert_eq!(failure.class, ExitClass::Fault);
            assert_eq!(files(out.path()), before);
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_night_and_no_staging_folder() {
        let out = tempfile::tempdir().unwrap();
        let first = published(out.path(), &night("2022-03-14", 4.0, &[]));
        let before = files(&out.path().join("current"));
        // A folder where a file should be carried over: it cannot be hard-linked.
        fs::create_dir(first.path.join("published/tiny/dt=2022-03-14/part-1.parquet")).unwrap();
        let night = night("2022-03-15", 4.0, &[]);
        let failure = publish(out.path(), &night, time_after(night.as_of), KEEP_ALL).unwrap_err();
        assert_eq!(failure.class, ExitClass::Disk);
        assert_eq!(files(&out.path().join("current")), before);
        assert_eq!(fs::read_dir(out.path().join("generations")).unwrap().count(), 1);
    }

    /// Publishes one night more on a history of `nights`, five tables each and 90 days of quarantine, five times.
    fn seconds_to_publish_on(nights: i32) -> Vec<f64> {
        let tables = ["scores", "indicators", "improvements", "categories", "quality"]
            .map(|name| &*Box::leak(Box::new(OutputTable { name, ..TINY })));
        let out = tempfile::tempdir().unwrap();
        let last = day("2022-03-15");
        let partitions = |days: std::ops::Range<i32>| {
            let partition = |day: Day, table| Partition {
                table,
                period: Period::Day(day),
                batches: vec![tiny(&[(1, Some(4.0))])],
            };
            days.map(|past| last.plus(-past))
                .flat_map(|day| tables.map(|table| partition(day, table)))
                .collect()
        };
        let mut history = night("2022-03-15", 4.0, &[]);
        history.partitions = partitions(0..nights);
        let quarantine = history.quarantine.as_mut().unwrap();
        quarantine.window = Window::ending(last, 90);
        let rows = quarantine_rows("orders", "{}");
        quarantine.days = quarantine.window.days().map(|day| (day, rows.clone())).collect();
        published(out.path(), &history);

        let keep = Retention { generations: 2, days: 30 };
        let publish_next = |later: i32| {
            let next = last.plus(later);
            let mut night = night(&next.to_string(), 4.0, &[]);
            night.partitions = partitions(-later..1 - later);
            let begun = std::time::Instant::now();
            assert!(publish(out.path(), &night, time_after(next), keep).unwrap().changed);
            begun.elapsed().as_secs_f64()
        };
        (1..=5).map(publish_next).collect()
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "the figures are what it is run for")]
    #[ignore = "measures time: run alone, on the disk that OUT will be on (TMPDIR)"]
    fn publishing_takes_at_most_a_second_however_long_the_history() {
        for nights in [30, 1_095] {
            let seconds = seconds_to_publish_on(nights);
            eprintln!("{nights} nights of history: {seconds:.3?} seconds");
            let slowest = seconds.iter().copied().fold(0.0, f64::max);
            assert!(slowest <= 1.0, "{slowest:.3} seconds on {nights} nights");
        }
    }
}
