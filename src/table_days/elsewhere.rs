//! Table-days computed where their files lie, by the engine that settings name: this machine gets sums, counts, quarantined
//! rows and the few records that appeals name.
//!
//! In: table-days whose files were listed and checked there. Out: of each what [`compute`](super::compute) would have made of
//! its files. The days of a table are asked for in one query, since most of what a query costs is paid once; tables side by side,
//! as many as `engine_queries` says. Tables that are kept row by row come as they are, and are judged here. After each query its
//! files are listed again: an answer over files that have changed meanwhile is refused.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome, all, fault};
use crate::extracts::answered::Answered;
use crate::extracts::contract::CheckedPartition;
use crate::extracts::remote::{Question, Remote, too_large};
use crate::extracts::{elsewhere_read, reader, tables::Table};
use crate::partials::measures::{self, PartialSpec};
use crate::partials::records::{Answers, TableDay};
use crate::settings::Settings;
use crate::sql::answers::{self, SumsAnswer};
use crate::sql::asked::Wanted;
use crate::sql::question::{self, AboutDay};
use crate::state::day_content::DayContent;
use crate::table_days::STAGE;
use crate::table_days::compute::{Computed, kept_rows, rows_of};
use crate::table_days::plan::Planned;
use crate::threads::side_by_side;

/// Days that one query asks for at most: an answer holds a row a day and shop.
pub(super) const MOST_DAYS: usize = 31;
/// Rows that are set aside in one query at most: whoever has more of them has another problem.
const MOST_SET_ASIDE: usize = 1_000_000;

/// A table-day and its files, as they were checked.
pub(super) type Checked<'a> = (&'a Planned, &'a CheckedPartition);

/// Table-days of one table that are asked for in one query.
struct Together<'a> {
    table: Table,
    days: Vec<Checked<'a>>,
    settings: &'a Settings,
    remote: &'a dyn Remote,
}

/// Computes table-days, and gives each to `store` as soon as its query has been answered.
pub(super) fn compute_all<'a, R: Send>(
    days: &[Checked<'a>],
    settings: &'a Settings,
    store: impl Fn(&'a Planned, Computed) -> Outcome<R> + Sync,
) -> Outcome<Vec<R>> {
    let together = together(days, settings)?;
    let computed = side_by_side(&together, at_once(settings), |together| {
        let computed = together.compute()?;
        let stored = together.days.iter().zip(computed).map(|((planned, _), computed)| store(planned, computed));
        stored.collect::<Outcome<Vec<R>>>()
    });
    Ok(all(computed)?.into_iter().flatten().collect())
}

/// What became of the records that are `named` in table-days; none where no sound row has the key.
pub(super) fn find_all(
    days: &[(Checked<'_>, &BTreeSet<i64>)],
    settings: &Settings,
) -> Outcome<BTreeMap<TableDay, Answers>> {
    let keys: BTreeMap<TableDay, &BTreeSet<i64>> =
        days.iter().map(|((planned, _), keys)| (planned.of(), *keys)).collect();
    let days: Vec<Checked<'_>> = days.iter().map(|(checked, _)| *checked).collect();
    let together = together(&days, settings)?;
    let found = side_by_side(&together, at_once(settings), |together| together.find(&keys));
    Ok(all(found)?.into_iter().flatten().collect())
}

/// Makes sure that an answer is about as many rows as the footers of a table-day count, where these are known.
fn check_all_rows(checked: &CheckedPartition, answered: i64) -> Outcome<()> {
    let Some(counted) = rows_of(checked) else { return Ok(()) };
    let answered = usize::try_from(answered).map_err(|error| fault(STAGE, error))?;
    reader::check_count(&checked.folder, answered, counted)
}

fn together<'a>(days: &[Checked<'a>], settings: &'a Settings) -> Outcome<Vec<Together<'a>>> {
    let Some(remote) = settings.delivery.remote.as_deref() else {
        return Err(fault(STAGE, "table-days of an engine, and no engine"));
    };
    let mut of_tables: BTreeMap<Table, Vec<Checked<'a>>> = BTreeMap::new();
    days.iter().for_each(|checked| of_tables.entry(checked.1.table).or_default().push(*checked));
    let chunks = of_tables.into_iter().flat_map(|(table, days)| {
        days.chunks(MOST_DAYS).map(|days| Together { table, days: days.to_vec(), settings, remote }).collect::<Vec<_>>()
    });
    Ok(chunks.collect())
}

/// How many queries run side by side.
pub(super) fn at_once(settings: &Settings) -> usize {
    settings.engine.as_ref().map_or(1, |engine| engine.queries)
}

impl<'a> Together<'a> {
    fn compute(&self) -> Outcome<Vec<Computed>> {
        let computed = self.of_unchanged(match measures::of(self.table) {
            Some(spec) => self.sums(spec),
            None => self.rows(),
        })?;
        for ((_, checked), computed) in self.days.iter().zip(&computed) {
            check_all_rows(checked, computed.counts.rows)?;
        }
        Ok(computed)
    }

    /// All days at once, or in halves where the answer about them is too large.
    fn sums(&self, spec: &'static PartialSpec) -> Outcome<Vec<Computed>> {
        if let Some(computed) = self.sums_at_once(spec)? {
            return Ok(computed);
        }
        let [first, second] = self.halves().ok_or_else(|| too_large(&self.what()))?;
        tracing::info!("engine: the answer about {} is too large, asks for it in halves", self.what());
        let mut computed = first.sums(spec)?;
        computed.extend(second.sums(spec)?);
        Ok(computed)
    }

    /// Two of about as many days; none of a day alone.
    fn halves(&self) -> Option<[Self; 2]> {
        let (first, second) = self.days.split_at(self.days.len() / 2);
        let of = |days: &[Checked<'a>]| Self { days: days.to_vec(), ..*self };
        (!first.is_empty()).then(|| [of(first), of(second)])
    }

    /// None where the answer is larger than settings allow.
    fn sums_at_once(&self, spec: &'static PartialSpec) -> Outcome<Option<Vec<Computed>>> {
        let mut answer = SumsAnswer::none(spec, self.days.iter().map(|(_, checked)| Answered::of(checked)));
        if let Some(question) = self.question(spec, Wanted::Sums, &BTreeMap::new())? {
            let fits = self.remote.ask(&question, &mut |batch| {
                answer.take_in(&batch)?;
                if answer.set_aside() > MOST_SET_ASIDE { Err(self.too_many_set_aside()) } else { Ok(()) }
            })?;
            if !fits {
                return Ok(None);
            }
        }
        let mut summed = answer.finish()?;
        let mut of_day = |day: &Day| summed.remove(day).ok_or_else(|| fault(STAGE, format!("no answer about {day}")));
        let computed = self.days.iter().map(|(_, checked)| {
            let answers::Summed { counts, quarantine, sums } = of_day(&checked.day)?;
            Ok(Computed { counts, quarantine, content: DayContent::Sums(sums), records: None })
        });
        computed.collect::<Outcome<_>>().map(Some)
    }

    /// Of tables that are kept row by row all rows, judged here.
    fn rows(&self) -> Outcome<Vec<Computed>> {
        let partitions: Vec<&CheckedPartition> = self.days.iter().map(|(_, checked)| *checked).collect();
        let rows = elsewhere_read::read(self.remote, &partitions)?;
        rows.iter().map(kept_rows).collect()
    }

    fn find(&self, keys: &BTreeMap<TableDay, &BTreeSet<i64>>) -> Outcome<Vec<(TableDay, Answers)>> {
        let spec = measures::of(self.table);
        let spec = spec.ok_or_else(|| fault(STAGE, format!("records of {}", self.table.name())))?;
        let of_day = |planned: &Planned| keys.get(&planned.of()).copied();
        let without = self.days.iter().map(|(planned, _)| {
            let keys = of_day(planned).into_iter().flatten();
            (planned.of().1, keys.map(|key| (*key, None)).collect::<Answers>())
        });
        let mut found: BTreeMap<Day, Answers> = without.collect();
        if let Some(question) = self.question(spec, Wanted::Named, keys)? {
            let fits = self.remote.ask(&question, &mut |batch| answers::named(spec, &batch, &mut found));
            if !self.of_unchanged(fits)? {
                return Err(too_large(&question.what));
            }
        }
        Ok(found.into_iter().map(|(day, answers)| ((self.table, day), answers)).collect())
    }

    /// The query; none where there is no file to read.
    fn question(
        &self,
        spec: &'static PartialSpec,
        wanted: Wanted,
        keys: &BTreeMap<TableDay, &BTreeSet<i64>>,
    ) -> Outcome<Option<Question>> {
        let days = self.days.iter().map(|(planned, checked)| AboutDay {
            checked,
            custom_made: planned.dependencies.custom_made(),
            keys: keys.get(&planned.of()).map(|keys| (*keys).clone()).unwrap_or_default(),
        });
        question::to_engine(self.remote, (spec, wanted), days.collect(), self.what())
    }

    fn what(&self) -> String {
        question::what(self.table, self.days.iter().map(|(_, checked)| checked.day))
    }

    fn too_many_set_aside(&self) -> crate::error::Failure {
        let found = format!("more than {MOST_SET_ASIDE} rows of {} that break a rule", self.what());
        let finding = Finding::new(STAGE, found, "rows that keep the rules").of_table(self.table.name());
        finding
            .advice("look at a day of them with `shopscore sql`; nothing of the answer was kept")
            .fail(ExitClass::Rejected)
    }

    /// What a query has come to, if its files are still those that were listed now that it has ended: where they are not, that is what
    /// there is to say of rows that were refused, too. After a failure that is no file's there is nobody to ask.
    fn of_unchanged<R>(&self, asked: Outcome<R>) -> Outcome<R> {
        if asked.as_ref().err().is_none_or(|failure| failure.class == ExitClass::Rejected) {
            let files = self.days.iter().flat_map(|(planned, _)| &planned.partition.files);
            elsewhere_read::check_unchanged(self.remote, &self.settings.delivery.folder(self.table), files)?;
        }
        asked
    }
}
