//! A marketplace over several days with its rules, settings and state, as the steps of a sequence left them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::clean;
use super::extracts::Extracts;
use super::steps::{Damage, Rule, SETTINGS, Spoilt, Step};
use crate::support::disk::{files_below, remove};
use crate::support::{Bench, Day, Span, Table, at, files, row};

type Outcome = Result<(), TestCaseError>;

pub(crate) struct World {
    bench: Bench,
    extracts: Extracts,
    settings: BTreeMap<&'static str, &'static str>,
    last_night: Option<Day>,
    decisions: i64,
}

impl World {
    /// Any small marketplace, the rules as shipped, the settings that a sequence starts with, no state.
    pub(crate) fn of(seed: u64) -> Self {
        let bench = Bench::empty();
        let extracts = Extracts::of(seed, bench.path("extracts"));
        let settings = SETTINGS.into_iter().rev().collect();
        let world = Self { bench, extracts, settings, last_night: None, decisions: 0 };
        world.configure();
        world
    }

    /// Takes a step; a night is compared with the same night from scratch.
    pub(crate) fn take(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Night { as_of, rehash } => return self.night(*as_of, *rehash),
            Step::Again => return self.last_night.map_or(Ok(()), |as_of| self.night(as_of, false)),
            Step::Stale => return clean::compare_stale(&self.bench),
            Step::SpoiltNight { as_of, table, day, spoilt } => {
                return self.spoilt_night(*as_of, (*table, *day), *spoilt);
            }
            Step::NightWithoutOld { as_of, kept_days } => return self.night_without_old(*as_of, *kept_days),
            Step::Rewrite { table, day, seed } => self.extracts.rewrite(*table, *day, *seed),
            Step::Split { table, day, parts } => self.extracts.split(*table, *day, *parts),
            Step::Forge { table, day } => self.extracts.forge(*table, *day),
            Step::Touch { table, day } => self.extracts.touch(*table, *day),
            Step::Remove { table, day } => self.extracts.remove(*table, *day),
            Step::Decide { day, table, record_day, record, upheld } => {
                if let Some([key, shop]) = self.extracts.record(*table, *record_day, *record) {
                    self.decisions += 1;
                    let id = 1_000 + self.decisions;
                    let row = row![id, shop, record_type(*table), key, *record_day, *upheld, at(*day, "12:00")];
                    self.extracts.add(Table::Appeals, *day, row);
                }
            }
            Step::Rule(rule) => self.change_rule(*rule),
            Step::Set(name, value) => {
                self.settings.insert(name, value);
                self.configure();
            }
            Step::Damage { file, damage } => {
                let files = self.state_files();
                if !files.is_empty() {
                    damage_file(&files[file.index(files.len())], &files, damage);
                }
            }
            Step::BackUp => copy(&self.bench.path("state"), &self.bench.path("backup"), ""),
            Step::Restore { part } => copy(&self.bench.path("backup"), &self.bench.path("state"), part),
            Step::Lose => remove(&self.bench.path("state")),
            Step::Foreign { seed, as_of, part } => self.take_foreign_state(*seed, *as_of, part),
        }
        Ok(())
    }

    fn night(&mut self, as_of: Day, rehash: bool) -> Outcome {
        self.last_night = Some(as_of);
        let flags: &[&str] = if rehash { &["--rehash"] } else { &[] };
        let window_days = self.settings["window_days"].parse().unwrap();
        clean::compare(&self.bench, Span::ending(as_of, window_days), flags)
    }

    fn spoilt_night(&mut self, as_of: Day, (table, day): (Table, Day), spoilt: Spoilt) -> Outcome {
        match spoilt {
            Spoilt::Gone => remove(&self.extracts.partition(table, day)),
            Spoilt::Cut => {
                if let Some(file) = self.extracts.files(table, day).first() {
                    files::truncate(file, fs::metadata(file).unwrap().len() / 2);
                }
            }
        }
        let outcome = self.night(as_of, false);
        self.extracts.write(table, day);
        outcome
    }

    /// A night that stores what later ones may need; then all days but the last `kept_days` before the newest of each table
    /// are deleted, and the night is the same night, or refused where the state folder was damaged in between.
    fn night_without_old(&mut self, as_of: Day, kept_days: i32) -> Outcome {
        let night = |kept_days: i32, folders: &[&str]| {
            let kept_days = format!("extracts_kept_days={kept_days}");
            self.bench.night(as_of, &[&["--set", &kept_days], folders].concat())
        };
        if night(1_000, &["--out", "whole"]).code == Some(0) {
            let old = self.extracts.older_than(kept_days);
            old.iter().for_each(|(table, day)| remove(&self.extracts.partition(*table, *day)));
            let ended = night(kept_days, &["--out", "old-gone"]);
            old.iter().for_each(|(table, day)| self.extracts.write(*table, *day));
            prop_assert!(matches!(ended.code, Some(0 | 4)), "{}", ended.stderr);
            if ended.code == Some(0) {
                let files = |out| self.bench.published_under(out).files;
                prop_assert!(files("whole") == files("old-gone"));
            }
        }
        ["whole", "old-gone"].iter().for_each(|out| remove(&self.bench.path(out)));
        Ok(())
    }

    fn configure(&self) {
        let lines: Vec<String> = self.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        self.bench.configure(&lines.join("\n"));
    }

    fn change_rule(&self, rule: Rule) {
        let replace = |file, old, new, is_other| {
            self.bench.ship_rule(file);
            if is_other {
                self.bench.change_rule(file, old, new);
            }
        };
        match rule {
            Rule::CustomMade(in_force) => {
                self.bench.ship_rule("custom_made.csv");
                if let Some((from, to)) = in_force {
                    self.bench.add_rule("custom_made.csv", &format!("{from},{to},茶"));
                }
            }
            Rule::Weights { other } => replace("weights.csv", "茶,,15,20,25,20,20", "茶,,30,10,30,20,10", other),
            Rule::Tiers { other } => replace("tiers.csv", ",*,*,5,20", ",*,*,5,40", other),
            Rule::Logistics { other } => replace("logistics.csv", "*,,pickup_timeliness", "*,,logistics_rating", other),
        }
    }

    /// All that a run keeps for the next.
    fn state_files(&self) -> Vec<PathBuf> {
        let state = self.bench.path("state");
        files_below(&state, "").into_keys().map(|path| state.join(path)).collect()
    }

    fn take_foreign_state(&self, seed: u64, as_of: Day, part: &str) {
        let other = Bench::empty();
        self.extracts.half_like(seed, other.path("extracts"));
        for folder in ["rules", "jobs"] {
            copy(&self.bench.path(folder), &other.path(folder), "");
        }
        other.night(as_of, &[]);
        copy(&other.path("state"), &self.bench.path("state"), part);
    }
}

fn record_type(table: Table) -> &'static str {
    match table {
        Table::Reviews => "review",
        Table::Refunds => "refund",
        Table::Disputes => "dispute",
        _ => "pickup",
    }
}

fn damage_file(path: &Path, all: &[PathBuf], damage: &Damage) {
    let mut bytes = fs::read(path).unwrap();
    match damage {
        Damage::Delete => return fs::remove_file(path).unwrap(),
        Damage::MixUp(other) => {
            let kind = |path: &Path| (path.parent().map(Path::to_owned), path.extension().map(ToOwned::to_owned));
            let alike: Vec<_> = all.iter().filter(|other| kind(other) == kind(path)).collect();
            bytes = fs::read(other.get(&alike)).unwrap();
        }
        _ if bytes.is_empty() => {}
        Damage::Truncate(length) => bytes.truncate(length.index(bytes.len())),
        Damage::Flip(place) => *place.get_mut(&mut bytes) ^= 0x10,
    }
    fs::write(path, bytes).unwrap();
}

/// Replaces a part of the folder `to` by that of `from`, if `from` has it.
fn copy(from: &Path, to: &Path, part: &str) {
    let (from, to) = (from.join(part), to.join(part));
    if from.is_dir() {
        remove(&to);
        for (path, bytes) in files_below(&from, "") {
            let path = to.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
}
