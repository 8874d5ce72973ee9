use std::fs;

use serde_json::Value;
use strum::VariantArray;

use super::*;
use crate::cli::Nightly;
use crate::error::{ExitClass, Finding};
use crate::runs::folder;

/// Class 1 is here, for no input is known that reaches it.
#[test]
fn an_end_of_every_class_is_told_in_record_metrics_and_event() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let given = [("out", "out"), ("state", "state"), ("metrics_file", "metrics"), ("openlineage_file", "events")];
    let given = given.map(|(name, path)| (name.to_owned(), place(path))).into();
    let settings = SettingFlags { config: None, given };
    let night = Nightly { date: None, rehash: false, dry_run: false, settings };
    for (class, started) in ExitClass::VARIANTS.iter().copied().zip(1..) {
        let running = Running::begin(&night, Timestamp::from_second(started).unwrap());
        let failed = running.ended(Err(Finding::new("test", "one", "another").fail(class)));
        assert_eq!(failed.unwrap_err().class, class, "it ends as it would have");
        let path = folder::files(&folder.path().join("out")).unwrap().pop().unwrap();
        let record = folder::read(&path).unwrap();
        assert_eq!((record.exit_code, record.exit_class.as_str()), (Some(class as u8), class.name()));
        assert_eq!(record.findings[0].said, "test: found one, wanted another");
        assert!(record.last_success.is_empty());
        let metrics = fs::read_to_string(place("metrics")).unwrap();
        let sample = format!("shopscore_last_run_exit_class{{command=\"nightly\",class=\"{}\"}} 1.0", class.name());
        assert!(metrics.contains(&sample), "{metrics}");
        let events = fs::read_to_string(place("events")).unwrap();
        let event: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
        assert_eq!((&event["eventType"], &event["run"]["runId"]), (&"FAIL".into(), &record.run_id.into()));
    }
}

/// A run that began later and ended before may have known less.
#[test]
fn a_run_carries_on_what_the_newest_end_before_it_knew() {
    let (early, late) = (Timestamp::from_second(1).unwrap(), Timestamp::from_second(9).unwrap());
    let before = RunRecord {
        last_success: [("nightly".to_owned(), early), ("gc".to_owned(), early)].into(),
        stale_nights: vec!["2022-03-01".parse().unwrap(), "2022-03-02".parse().unwrap()],
        ..RunRecord::default()
    };
    let ended = |command: &str, exit_code| RunRecord {
        command: command.to_owned(),
        ended_at: Some(late),
        seconds: Some(1.0),
        exit_code: Some(exit_code),
        ..RunRecord::default()
    };
    for (exit_code, nightly) in [(0, late), (4, early)] {
        let mut record = ended("nightly", exit_code);
        facts::carry_on(&mut record, Some(&before), None);
        assert_eq!(record.last_success, [("nightly".to_owned(), nightly), ("gc".to_owned(), early)].into());
        assert_eq!(record.stale_nights, before.stale_nights);
        let mut next = ended("gc", 0);
        facts::carry_on(&mut next, Some(&record), None);
        let last = |command: &str| next.last_runs[command].exit_code;
        assert_eq!((last("nightly"), last("gc")), (exit_code, 0));
    }
    let mut looked_at_all = ended("nightly", 0);
    facts::carry_on(&mut looked_at_all, Some(&before), Some(vec!["2022-03-02".parse().unwrap()]));
    assert_eq!(looked_at_all.stale_nights, ["2022-03-02".parse().unwrap()]);
}
