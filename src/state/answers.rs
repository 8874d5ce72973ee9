//! What became of the records that appeals name, kept so that a night looks up only what is new.
//!
//! Grain: one appeal of a stored partition, in its order, in one file a day. An answer holds for that partition of appeals,
//! and as long as the table-day of the record has the fingerprint that it had.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use crate::columns::{integers, of_integers};
use crate::domain::Day;
use crate::error::{Outcome, disk, fault};
use crate::folders::entries;
use crate::partials::records::{MOST_MEASURES, Record, TableDay};
use crate::state::checksummed::{self, Content, STAGE};
use crate::{extracts::tables::Table, state::frames};

/// The sound record that an appeal names, or none; nothing where it was not looked for.
pub(crate) type Answer = Option<Option<Record>>;

/// The answers of one partition of appeals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownAnswers {
    /// The fingerprint of the partition.
    pub(crate) appeals: String,
    /// The fingerprints of the table-days that were asked.
    pub(crate) asked: BTreeMap<TableDay, String>,
    /// One an appeal.
    pub(crate) answers: Vec<Answer>,
    /// Whether the file of them is damaged.
    pub(crate) is_damaged: bool,
}

#[derive(Serialize, Deserialize)]
struct Header {
    appeals: String,
    /// Table, day and fingerprint.
    asked: Vec<(String, Day, String)>,
}

const FOLDER: &str = "records";
const ENDING: &str = ".sealed";

impl KnownAnswers {
    /// The answers of the appeals of a day; none where their file is gone or damaged.
    pub(crate) fn load(state: &Path, day: Day) -> Self {
        Self::of(checksummed::read(&file(state, day)))
    }

    /// As [`KnownAnswers::load`], and nothing is said of what is damaged: for who does not make it again.
    pub(crate) fn peek(state: &Path, day: Day) -> Self {
        Self::of(checksummed::peek(&file(state, day)))
    }

    fn of(content: Content) -> Self {
        let known = match content {
            Content::Absent => return Self::default(),
            Content::Damaged => None,
            Content::Sound(bytes) => frames::split(&bytes).and_then(|(header, frame)| known(header, &frame).ok()),
        };
        known.unwrap_or(Self { is_damaged: true, ..Self::default() })
    }

    /// Whether no file of answers is damaged.
    pub(crate) fn are_sound(state: &Path) -> Outcome<bool> {
        let files = entries(STAGE, &state.join(FOLDER))?;
        Ok(files.iter().all(|(_, path)| checksummed::peek(path) != Content::Damaged))
    }

    pub(crate) fn save(&self, state: &Path, day: Day) -> Outcome<()> {
        let asked = self.asked.iter().map(|((table, day), asked)| (table.name().to_owned(), *day, asked.clone()));
        let header = Header { appeals: self.appeals.clone(), asked: asked.collect() };
        let column = |name: &str, value: &dyn Fn(Answer) -> i64| {
            of_integers(name, self.answers.iter().map(|answer| value(*answer)).collect())
        };
        let mut columns = vec![
            column("was_looked_for", &|answer| answer.is_some().into()),
            column("is_there", &|answer| answer.flatten().is_some().into()),
            column("shop_id", &|answer| answer.flatten().map_or(0, |record| record.shop_id)),
        ];
        for place in 0..MOST_MEASURES {
            let figure = |record: Record| record.figures.get(place).copied().unwrap_or_default();
            columns.push(column(&figure_name(place), &|answer| answer.flatten().map_or(0, figure)));
        }
        let frame = DataFrame::new(self.answers.len(), columns).map_err(|error| fault(STAGE, error))?;
        checksummed::write(&file(state, day), &frames::under(&header, &frame)?)
    }

    /// Removes the answers of days before `first`, and what earlier releases left in their place.
    pub(crate) fn forget_before(state: &Path, first: Day) -> Outcome<()> {
        for (name, path) in entries(STAGE, &state.join(FOLDER))? {
            let day = name.strip_suffix(ENDING).and_then(|day| day.parse::<Day>().ok());
            if day.is_none_or(|day| day < first) {
                fs::remove_file(&path).map_err(|error| disk(STAGE, "unlink", &path, &error))?;
            }
        }
        Ok(())
    }
}

fn file(state: &Path, day: Day) -> PathBuf {
    state.join(FOLDER).join(format!("{day}{ENDING}"))
}

fn figure_name(place: usize) -> String {
    format!("figure_{place}")
}

fn known(Header { appeals, asked }: Header, frame: &DataFrame) -> Outcome<KnownAnswers> {
    let table = |name: &str| Table::ALL.into_iter().find(|table| table.name() == name);
    let asked = asked.into_iter().map(|(name, day, asked)| Some(((table(&name)?, day), asked)));
    let asked = asked.collect::<Option<_>>().ok_or_else(|| fault(STAGE, "answers of an unknown table"))?;
    let whole = |name| integers(STAGE, frame, name);
    let names: Vec<String> = (0..MOST_MEASURES).map(figure_name).collect();
    let mut figures = names.iter().map(|name| integers(STAGE, frame, name)).collect::<Outcome<Vec<_>>>()?;
    let rows = whole("was_looked_for")?.zip(whole("is_there")?).zip(whole("shop_id")?);
    let answers = rows.map(|((was_looked_for, is_there), shop_id)| {
        let record = Record::of(shop_id, figures.iter_mut().filter_map(Iterator::next));
        (was_looked_for == 1).then_some((is_there == 1).then_some(record))
    });
    Ok(KnownAnswers { appeals, asked, answers: answers.collect(), is_damaged: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn answers_come_back_and_those_of_days_before_are_forgotten() {
        let state = tempfile::tempdir().unwrap();
        let (first, last) = (day("2022-03-14"), day("2022-03-15"));
        let known = KnownAnswers {
            appeals: "a".to_owned(),
            asked: [((Table::Disputes, first), "f".to_owned())].into(),
            answers: vec![None, Some(None), Some(Some(Record::of(i64::MIN, [1, i64::MAX].into_iter())))],
            is_damaged: false,
        };
        for day in [first, last] {
            known.save(state.path(), day).unwrap();
        }
        fs::write(state.path().join(FOLDER).join("disputes.parquet.sealed"), "").unwrap();
        assert!(!KnownAnswers::are_sound(state.path()).unwrap());
        KnownAnswers::forget_before(state.path(), last).unwrap();
        assert!(KnownAnswers::are_sound(state.path()).unwrap());
        assert_eq!(KnownAnswers::load(state.path(), first), KnownAnswers::default());
        assert_eq!(KnownAnswers::load(state.path(), last), known);
        fs::write(file(state.path(), last), "").unwrap();
        assert!(KnownAnswers::load(state.path(), last).is_damaged);
    }
}
