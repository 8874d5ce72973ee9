//! The plan as a table: what is listed and what is stored of one table-day, and what becomes of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::dependencies::{Dependencies, Terms, fingerprint};
use super::plan::{Planned, plan};
use crate::extracts::partitions::{PartFile, Partition};
use crate::extracts::{identity::FileIdentity, listing::Listed, quarantine::Counts, readable::day, tables::Table};
use crate::settings::{self, Settings};
use crate::state::rehearsal::Keeping;
use crate::state::store::{Found, Input, Store, Stored, Version};
use crate::state::{checksummed, format};
use crate::{domain::Day, partials::records::TableDay, rulebook::Rulebook};

/// The case; the files listed, each as its time and its bytes, or that there is no partition; the files stored, and under
/// what; the settings of now; the decision; and where the bytes have to tell, what they tell.
const CASES: [[&str; 6]; 16] = [
    ["reused", "1:a 2:b", "1:a 2:b", "", "Reused", ""],
    ["touched but equal", "7:a", "1:a", "", "Touched", "Reused"],
    ["looked into on request", "1:a", "1:a", "rehash=true", "Touched", "Reused"],
    ["without the manifest that it must have", "1:a", "1:a", "require_manifest=true", "Touched", "Reused"],
    ["rewritten", "7:b", "1:a", "", "Touched", "Computed(FilesChanged)"],
    ["a file more", "1:a 2:b", "1:a", "", "Touched", "Computed(FilesChanged)"],
    ["rules changed", "1:a", "1:a", "time_zone=UTC", "Computed(RulesChanged)", ""],
    ["new", "1:a", "nothing", "", "Computed(NothingStored)", ""],
    ["damaged store", "1:a", "damaged", "", "Computed(Damaged)", ""],
    ["expired and served", "none", "1:a", "", "Expired", ""],
    ["expired under other rules", "none", "1:a", "time_zone=UTC", "Missing(OtherRules)", ""],
    ["expired, damaged store", "none", "damaged", "", "Missing(NothingSound)", ""],
    ["empty day", "none", "empty", "", "Empty", ""],
    ["missing", "none", "nothing", "", "Missing(NothingSound)", ""],
    ["before the history", "none", "nothing", "history_starts_on=2022-03-16", "Empty", ""],
    ["newer state", "1:a", "newer", "", "refused: found state of format 4, written by shopscore 9.0.0", ""],
];

/// 2022-03-15.
const OF: TableDay = (Table::Reviews, Day::from_epoch_days(19_066));

#[test]
fn what_becomes_of_a_table_day() {
    let rulebook = Rulebook::load(Path::new("jobs/rules")).unwrap();
    for [case, listed, stored, now, decision, by_bytes] in CASES {
        let settings = settings(now);
        if stored == "newer" {
            assert!(of_a_newer_state().contains(decision.strip_prefix("refused: ").unwrap()), "{case}");
            continue;
        }
        let planned = planned(listed, stored, &settings, &rulebook);
        assert_eq!(format!("{:?}", planned.decision), decision, "{case}");
        let hashes: Vec<String> = files(listed).into_iter().map(|(_, bytes)| bytes).collect();
        if !by_bytes.is_empty() {
            assert_eq!(format!("{:?}", planned.by_bytes(&hashes)), by_bytes, "{case}, by its bytes");
        }
    }
}

/// A snapshot whose extracts have expired is newer than any that is there, and of several only the newest counts.
#[test]
fn of_snapshots_the_newest_counts_whether_it_is_there_or_expired() {
    let rulebook = Rulebook::load(Path::new("jobs/rules")).unwrap();
    let settings = settings("");
    let snapshots = |there: &str, expired: &[&str]| {
        let listed = Listed {
            partitions: vec![partition((Table::Shops, day(there)), "1:a")],
            expired: expired.iter().map(|of| (Table::Shops, day(of))).collect(),
            ..Listed::default()
        };
        let terms = Terms { settings: &settings, rulebook: &rulebook, keeping: Keeping::InState };
        let stored = |of: &&str| {
            let of = (Table::Shops, day(of));
            (of, Found::Described(described(of, "1:a", &Dependencies::of(of, terms))))
        };
        let planned = plan(&listed, terms, &BTreeSet::new(), expired.iter().map(stored).collect());
        planned.iter().map(|planned| planned.of().1.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(snapshots("2022-03-10", &[]), ["2022-03-10"]);
    assert_eq!(snapshots("2022-03-10", &["2022-03-14", "2022-03-12"]), ["2022-03-14"]);
}

fn settings(setting: &str) -> Settings {
    let given = setting.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    settings::resolve(None, std::iter::empty(), given.into_iter()).unwrap()
}

fn planned(listed: &str, stored: &str, settings: &Settings, rulebook: &Rulebook) -> Planned {
    let empty_days = if stored == "empty" { BTreeSet::from([OF]) } else { BTreeSet::new() };
    let listed = match listed {
        "none" => Listed { expired: vec![OF], ..Listed::default() },
        files => Listed { partitions: vec![partition(OF, files)], ..Listed::default() },
    };
    let found = match stored {
        "nothing" | "empty" => Found::Nothing,
        "damaged" => Found::Damaged,
        files => {
            let before = Terms { settings: &self::settings(""), rulebook, keeping: Keeping::InState };
            Found::Described(described(OF, files, &Dependencies::of(OF, before)))
        }
    };
    plan(&listed, Terms { settings, rulebook, keeping: Keeping::InState }, &empty_days, [(OF, found)].into())
        .pop()
        .unwrap()
}

/// What is stored of a table-day that was made of these files.
fn described(of: TableDay, files: &str, dependencies: &Dependencies) -> Stored {
    let basis = dependencies.basis().to_owned();
    let files = self::files(files);
    let fingerprint = fingerprint(&basis, files.iter().map(|(_, bytes)| bytes.as_str()));
    let input = |(time, hash): (u64, String)| Input { name: format!("{hash}.parquet"), identity: identity(time), hash };
    Stored {
        counts: Counts::nothing(of.0, of.1),
        quarantine: Vec::new(),
        basis,
        inputs: files.into_iter().map(input).collect(),
        version: Version { fingerprint, ..Version::default() },
    }
}

fn partition(of: TableDay, files: &str) -> Partition {
    let file =
        |(time, bytes)| PartFile { path: PathBuf::new(), name: format!("{bytes}.parquet"), identity: identity(time) };
    let files = self::files(files).into_iter().map(file).collect();
    Partition { table: of.0, day: of.1, folder: PathBuf::new(), files, manifest: None }
}

/// Time and bytes of each file; the bytes stand for their hash, too.
fn files(text: &str) -> Vec<(u64, String)> {
    let files = text.split(' ').filter_map(|file| file.split_once(':'));
    files.map(|(time, bytes)| (time.parse().unwrap(), bytes.to_owned())).collect()
}

fn identity(time: u64) -> FileIdentity {
    let of_time = json!({ "size_bytes": 4, "modified_nanoseconds": 5, "changed_nanoseconds": time });
    serde_json::from_value(of_time).unwrap()
}

/// How a run ends that finds state which a newer program wrote.
fn of_a_newer_state() -> String {
    let state = tempfile::tempdir().unwrap();
    let written = json!({ "format": format::FORMAT + 1, "program": "9.0.0" }).to_string();
    checksummed::write(&state.path().join("format.json"), written.as_bytes()).unwrap();
    Store::open(state.path(), true, Keeping::InState).unwrap_err().to_string()
}
