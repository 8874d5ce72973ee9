//! What appeals asked for and what the partials answered, kept so that a night looks up only what is new.
//!
//! Grain: one key of one table-day, in one file a table. An answer holds as long as the partial's fingerprint does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use rayon::prelude::*;

use crate::columns::{integers, of_integers, texts};
use crate::domain::{Day, Span};
use crate::error::{Outcome, all, fault};
use crate::partials::measures::with_records;
use crate::partials::records::{Answers, Record, TableDay};
use crate::state::checksummed::{self, Content, STAGE};
use crate::{extracts::tables::Table, partials::measures::PartialSpec, state::frames};

/// The answers that one version of a partial gave, and its fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) fingerprint: String,
    pub(crate) answers: Answers,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KnownAnswers {
    pub(crate) days: BTreeMap<TableDay, Answered>,
    /// Whether a file of them is damaged.
    pub(crate) is_damaged: bool,
}

impl KnownAnswers {
    /// The answers under a state folder; none for a table whose file is gone or damaged.
    pub(crate) fn load(state: &Path) -> Self {
        let specs: Vec<&PartialSpec> = with_records().collect();
        let of_tables = specs.into_par_iter().map(|spec| {
            let frame = match checksummed::read(&file(state, spec.table)) {
                Content::Absent => return Some(BTreeMap::new()),
                Content::Damaged => return None,
                Content::Sound(bytes) => frames::from_parquet(bytes.into()).ok()?,
            };
            answers_of(spec, &frame).ok()
        });
        let mut known = Self::default();
        for of_table in of_tables.collect::<Vec<_>>() {
            known.is_damaged |= of_table.is_none();
            known.days.extend(of_table.into_iter().flatten());
        }
        known
    }

    /// Whether no file of answers is damaged; a table of which no appeal speaks has none.
    pub(crate) fn are_sound(state: &Path) -> bool {
        with_records().all(|spec| checksummed::peek(&file(state, spec.table)) != Content::Damaged)
    }

    /// Keeps the answers of the window's table-days, and forgets the rest.
    pub(crate) fn save(&self, state: &Path, window: Span) -> Outcome<()> {
        let of_tables = with_records().par_bridge().map(|spec| {
            let of_table = self.days.iter().filter(|((table, day), _)| *table == spec.table && window.contains(*day));
            let frame = as_frame(spec, of_table.map(|((_, day), answered)| (*day, answered)))?;
            let bytes = frames::to_parquet(&frame).map_err(|error| fault(STAGE, error))?;
            checksummed::write(&file(state, spec.table), &bytes)
        });
        all(of_tables.collect::<Vec<_>>()).map(drop)
    }

    /// The answers of a table-day, if it still has this fingerprint.
    pub(crate) fn of(&self, of: TableDay, fingerprint: &str) -> Option<&Answers> {
        let answered = self.days.get(&of).filter(|answered| answered.fingerprint == fingerprint);
        answered.map(|answered| &answered.answers)
    }
}

fn answers_of(spec: &PartialSpec, frame: &DataFrame) -> Outcome<BTreeMap<TableDay, Answered>> {
    let whole = |name| integers(STAGE, frame, name);
    let mut figures = spec.measures.iter().map(|measure| whole(measure.name)).collect::<Outcome<Vec<_>>>()?;
    let of = whole("day")?.zip(texts(STAGE, frame, "fingerprint")?).zip(whole("record_id")?);
    let mut days: BTreeMap<TableDay, Answered> = BTreeMap::new();
    for (((day, fingerprint), key), (shop_id, is_there)) in of.zip(whole("shop_id")?.zip(whole("is_there")?)) {
        let record = Record::of(shop_id, figures.iter_mut().filter_map(Iterator::next));
        let epoch_days = i32::try_from(day).map_err(|error| fault(STAGE, error))?;
        let answered = days.entry((spec.table, Day::from_epoch_days(epoch_days))).or_default();
        if answered.fingerprint.is_empty() {
            answered.fingerprint = fingerprint.to_owned();
        }
        answered.answers.insert(key, (is_there == 1).then_some(record));
    }
    Ok(days)
}

fn file(state: &Path, table: Table) -> PathBuf {
    state.join("records").join(format!("{}.parquet.sealed", table.name()))
}

/// Day, fingerprint, key and record.
type Row<'a> = (Day, &'a str, i64, Option<&'a Record>);

fn as_frame<'a>(spec: &PartialSpec, answered: impl Iterator<Item = (Day, &'a Answered)>) -> Outcome<DataFrame> {
    let of_day = |(day, answered): (Day, &'a Answered)| {
        let answers = answered.answers.iter();
        answers.map(move |(key, record)| (day, answered.fingerprint.as_str(), *key, record.as_ref()))
    };
    let rows: Vec<Row<'_>> = answered.flat_map(of_day).collect();
    let column = |name, value: &dyn Fn(&Row<'_>) -> i64| of_integers(name, rows.iter().map(value).collect());
    let fingerprints = StringChunked::from_iter_values("fingerprint".into(), rows.iter().map(|row| row.1));
    let mut columns = vec![
        column("day", &|row| row.0.epoch_days().into()),
        fingerprints.into_column(),
        column("record_id", &|row| row.2),
        column("is_there", &|row| row.3.is_some().into()),
        column("shop_id", &|row| row.3.map_or(0, |record| record.shop_id)),
    ];
    for (place, measure) in spec.measures.iter().enumerate() {
        let figure = |record: &Record| record.figures.get(place).copied().unwrap_or(0);
        columns.push(column(measure.name, &|row| row.3.map_or(0, figure)));
    }
    DataFrame::new(rows.len(), columns).map_err(|error| fault(STAGE, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;

    #[test]
    fn answers_of_the_window_are_kept_and_hold_for_their_fingerprint() {
        let state = tempfile::tempdir().unwrap();
        let answered = |fingerprint: &str| Answered {
            fingerprint: fingerprint.to_owned(),
            answers: [(7, Some(Record::of(1, [1].into_iter()))), (8, None)].into(),
        };
        let (inside, outside) = ((Table::Disputes, day("2022-03-15")), (Table::Disputes, day("2022-02-13")));
        let known = |days: &[_]| KnownAnswers { days: days.iter().cloned().collect(), is_damaged: false };
        let window = Span::ending(inside.1, 30);
        known(&[(inside, answered("f")), (outside, answered("g"))]).save(state.path(), window).unwrap();
        let loaded = KnownAnswers::load(state.path());
        assert_eq!(loaded, known(&[(inside, answered("f"))]));
        assert_eq!(loaded.of(inside, "f").unwrap().len(), 2);
        assert_eq!(loaded.of(inside, "other"), None);
        std::fs::write(file(state.path(), Table::Disputes), "").unwrap();
        assert!(KnownAnswers::load(state.path()).is_damaged);
    }
}
