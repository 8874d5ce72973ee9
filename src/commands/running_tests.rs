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
