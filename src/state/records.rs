//! What appeals asked for and what the partials answered, kept so that a night looks up only what is new.
//!
//! Grain: one key of one table-day, in one file a table. An answer holds as long as the partial's fingerprint does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::*;
use rayon::prelude::*;

use crate::domain::{Day, Window};
use crate::error::{Outcome, all, fault};
use crate::extracts::tables::Table;
use crate::partials::measures::PartialSpec;
use crate::partials::records::{Answers, Record, TableDay, with_records};
use crate::state::sealed::STAGE;
use crate::state::{frames, sealed};

/// The answers that one version of a partial gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// The partial's fingerprint.
    pub fingerprint: String,
    /// What became of each key.
    pub answers: Answers,
}

/// All answers that are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownRecords(pub BTreeMap<TableDay, Answered>);

impl KnownRecords {
    /// The answers under a state folder; none for a table whose file is gone or damaged.
    pub fn load(state: &Path) -> Self {
        let of_tables = with_records().par_bridge().map(|spec| {
            let mut known = Self::default();
            let bytes = sealed::read(&file(state, spec.table));
            if let Some(frame) = bytes.and_then(|bytes| frames::from_parquet(bytes.into()).ok()) {
                // A frame of another form answers nothing.
                let _ = known.add(spec, &frame);
            }
            known.0
        });
        Self(of_tables.flatten_iter().collect())
    }

    /// Keeps the answers of the window's table-days, and forgets the rest.
    ///
    /// # Errors
    /// Disk.
    pub fn save(&self, state: &Path, window: Window) -> Outcome<()> {
        let of_tables = with_records().par_bridge().map(|spec| {
            let of_table =
                self.0.iter().filter(|((table, day), _)| *table == spec.table && window.contains(*day));
            let frame = as_frame(spec, of_table).map_err(|error| fault(STAGE, error))?;
            let bytes = frames::to_parquet(&frame).map_err(|error| fault(STAGE, error))?;
            sealed::write(&file(state, spec.table), &bytes)
        });
        all(of_tables.collect::<Vec<_>>()).map(drop)
    }

    /// The answers of a table-day, if its partial still has this fingerprint.
    pub fn answers(&self, of: TableDay, fingerprint: &str) -> Option<&Answers> {
        self.0
            .get(&of)
            .filter(|answered| answered.fingerprint == fingerprint)
            .map(|answered| &answered.answers)
    }

    fn add(&mut self, spec: &PartialSpec, frame: &DataFrame) -> PolarsResult<()> {
        let column = |name: &str| Ok::<_, PolarsError>(frame.column(name)?.i64()?.iter().flatten());
        let fingerprints = frame.column("fingerprint")?.str()?.iter();
        let mut figures = Vec::new();
        for measure in spec.measures {
            figures.push(column(measure.name)?);
        }
        let rows = column("day")?.zip(fingerprints).zip(column("record_id")?);
        // Rows come day by day, and a day has one fingerprint.
        let mut open: Option<(i64, Answered)> = None;
        for (((day, fingerprint), key), (shop_id, is_there)) in
            rows.zip(column("shop_id")?.zip(column("is_there")?))
        {
            let record = Record::of(shop_id, figures.iter_mut().filter_map(Iterator::next));
            if open.as_ref().is_none_or(|(of, _)| *of != day) {
                self.close(spec.table, open.take());
                let fingerprint = fingerprint.unwrap_or_default().to_owned();
                open = Some((day, Answered { fingerprint, answers: Answers::new() }));
            }
            if let Some((_, answered)) = &mut open {
                answered.answers.insert(key, (is_there == 1).then_some(record));
            }
        }
        self.close(spec.table, open);
        Ok(())
    }

    fn close(&mut self, table: Table, open: Option<(i64, Answered)>) {
        if let Some((day, answered)) = open {
            let day = Day::from_epoch_days(i32::try_from(day).unwrap_or(i32::MAX));
            self.0.insert((table, day), answered);
        }
    }
}

fn file(state: &Path, table: Table) -> PathBuf {
    state.join("records").join(format!("{}.parquet.sealed", table.name()))
}

/// Day, fingerprint, key and record.
type Row<'a> = (Day, &'a str, i64, Option<&'a Record>);

fn as_frame<'a>(
    spec: &PartialSpec,
    answered: impl Iterator<Item = (&'a TableDay, &'a Answered)>,
) -> PolarsResult<DataFrame> {
    let rows: Vec<Row<'_>> = answered
        .flat_map(|((_, day), answered)| {
            let answers = answered.answers.iter();
            answers.map(|(key, record)| (*day, answered.fingerprint.as_str(), *key, record.as_ref()))
        })
        .collect();
    let column = |name: &str, figure: &dyn Fn(&Row<'_>) -> i64| {
        Int64Chunked::from_vec(name.into(), rows.iter().map(figure).collect()).into_column()
    };
    let fingerprints = StringChunked::from_iter_values("fingerprint".into(), rows.iter().map(|row| row.1));
    let mut columns = vec![
        column("day", &|row| i64::from(row.0.epoch_days())),
        fingerprints.into_column(),
        column("record_id", &|row| row.2),
        column("is_there", &|row| i64::from(row.3.is_some())),
        column("shop_id", &|row| row.3.map_or(0, |record| record.shop_id)),
    ];
    for (place, measure) in spec.measures.iter().enumerate() {
        let figure = |record: &Record| record.figures.get(place).copied().unwrap_or(0);
        columns.push(column(measure.name, &|row| row.3.map_or(0, figure)));
    }
    DataFrame::new(rows.len(), columns)
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
        let known = KnownRecords([(inside, answered("f")), (outside, answered("g"))].into());
        known.save(state.path(), Window::ending(inside.1, 30)).unwrap();
        let loaded = KnownRecords::load(state.path());
        assert_eq!(loaded, KnownRecords([(inside, answered("f"))].into()));
        assert_eq!(loaded.answers(inside, "f").unwrap().len(), 2);
        assert_eq!(loaded.answers(inside, "other"), None);
    }
}
