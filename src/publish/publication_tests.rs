use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;

use super::*;
use crate::domain::Span;
use crate::error::ExitClass;
use crate::publish::testing::{KEEP_ALL, Out, TINY, day, night, partition, quarantine_rows, set_aside};
use crate::publish::{file_metadata::generation_in, outputs::OutputTable};

const SET_ASIDE: [(&str, &str); 1] = [("2022-03-01", "{}")];

fn metadata(path: &Path) -> Metadata {
    fs::metadata(path).unwrap()
}

#[test]
fn a_night_lies_where_readers_look_for_it_and_its_quarantine_is_for_the_owner_alone() {
    let out = Out::new();
    let [_, last] = ["2022-03-14", "2022-03-15"].map(|day| out.publish(&night(day, 4.5, &SET_ASIDE)));
    let link = fs::read_link(out.path().join("current")).unwrap();
    assert_eq!(link, Path::new("generations").join(&last.name).join("published"));
    assert_eq!((out.files("current").len(), out.files("quarantine").len()), (2, 1));
    for (path, mode) in [
        ("current/tiny", 0o755),
        ("current/tiny/dt=2022-03-14", 0o755),
        ("current/tiny/dt=2022-03-14/part-0.parquet", 0o444),
        ("current/tiny/dt=2022-03-15", 0o755),
        ("current/tiny/dt=2022-03-15/part-0.parquet", 0o444),
        ("quarantine", 0o700),
        ("quarantine/dt=2022-03-01", 0o700),
        ("quarantine/dt=2022-03-01/part-0.parquet", 0o400),
    ] {
        assert_eq!(metadata(&out.path().join(path)).mode() & 0o7777, mode, "{path}");
    }
}

#[test]
fn a_night_again_changes_nothing_be_it_the_last_or_an_old_one() {
    let out = Out::new();
    let old = night("2022-03-14", 4.1, &SET_ASIDE);
    out.publish(&old);
    let night = night("2022-03-15", 4.2, &SET_ASIDE);
    let last = out.publish(&night);
    let touched = || ["", "generations"].map(|folder| metadata(&out.path().join(folder)).modified().unwrap());
    let (before, untouched) = (out.files(""), touched());
    for again in [&night, &old] {
        let again = out.publish(again);
        assert_eq!((again.name, again.changed), (last.name.clone(), false));
        assert_eq!(out.files(""), before);
        assert_eq!(touched(), untouched, "no file was made on the way");
    }
}

#[test]
fn what_does_not_change_is_the_same_file_and_names_the_generation_that_wrote_it() {
    let out = Out::new();
    let first = out.publish(&night("2022-03-14", 4.1, &SET_ASIDE));
    let second = out.publish(&night("2022-03-15", 4.2, &SET_ASIDE));
    for file in ["published/tiny/dt=2022-03-14/part-0.parquet", "quarantine/dt=2022-03-01/part-0.parquet"] {
        let [before, after] = [&first, &second].map(|published| out.generation(published).join(file));
        assert_eq!(metadata(&before).ino(), metadata(&after).ino(), "{file}");
        assert_eq!(generation_in(&after), Some(first.id()), "{file}");
    }
}

#[test]
fn a_broken_promise_publishes_nothing() {
    let out = Out::new();
    let sound = night("2022-03-14", 4.0, &[]);
    out.publish(&sound);
    let before = out.files("");
    let unsorted = partition(&TINY, sound.as_of, &[(2, None), (1, None)]);
    // What publishes nothing at all has no id.
    for partitions in [vec![unsorted], Vec::new()] {
        let broken = Publication { as_of: sound.as_of.plus(1), partitions, ..sound.clone() };
        assert_eq!(out.publish_keeping(&broken, KEEP_ALL).unwrap_err().class, ExitClass::Fault);
        assert_eq!(out.files(""), before);
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures are what it is run for")]
#[ignore = "measures time: run alone, on the disk that OUT will be on (TMPDIR)"]
fn publishing_takes_at_most_a_second_however_long_the_history() {
    let tables = ["scores", "indicators", "improvements", "categories", "quality"]
        .map(|name| &*Box::leak(Box::new(OutputTable { name, ..TINY })));
    let night_with = |as_of: Day, history: i32| {
        let mut night = night(&as_of.to_string(), 4.0, &[]);
        let days = (0..=history).map(|past| as_of.plus(-past));
        night.partitions = days.flat_map(|day| tables.map(|table| partition(table, day, &[(1, Some(4.0))]))).collect();
        night
    };
    for history in [30, 1_095] {
        let (out, as_of) = (Out::new(), day("2022-03-15"));
        let mut first = night_with(as_of, history);
        let quarantine = set_aside(&mut first);
        quarantine.window = Span::ending(as_of, 90);
        quarantine.days = quarantine.window.days().map(|day| (day, quarantine_rows("orders", "{}"))).collect();
        out.publish(&first);
        for later in 1..=5 {
            let night = night_with(as_of.plus(later), 0);
            let begun = std::time::Instant::now();
            assert!(out.publish_keeping(&night, KeptGenerations { number: 2, days: 30 }).unwrap().changed);
            let seconds = begun.elapsed().as_secs_f64();
            eprintln!("{history} nights of history: {seconds:.3} seconds");
            assert!(seconds <= 1.0, "{seconds:.3} seconds on {history} nights");
        }
    }
}
