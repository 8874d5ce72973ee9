//! The records behind one indicator of a shop, gathered day by day.
//!
//! Grain in: the shop's rows that were read, and its stored sums for the other days. Grain out: one row a record that is shown, of
//! consultations one a sub-account, buyer and day; how many more lack something; whether all that count add up to the published figures.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::asked::STAGE;
use super::damage::{Added, added_by, lacks};
use super::indicators::IndicatorFigures;
use super::retracted::Keys;
use super::stored;
use super::told_records::{IndicatorRecords, TheRecord};
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::indicators::value;
use crate::partials::measures::PartialSpec;
use crate::partials::records::TableDay;
use crate::table_days::of_shop::ShopDays;
use crate::table_days::rows_of_shop::ShopRows;
use crate::table_days::shop_day::{ShopRow, WantedRows};
use crate::threads::on_pool;

/// What is known of a shop's rows.
pub(super) struct Sources<'a> {
    pub(super) rows: ShopRows<'a>,
    /// Which of them were wanted, by day.
    pub(super) wanted: BTreeMap<TableDay, WantedRows>,
    /// These.
    pub(super) read: BTreeMap<TableDay, Vec<ShopRow>>,
    /// What all of its sound rows add, by day.
    pub(super) sums: &'a ShopDays,
    /// The records that appeals take out.
    pub(super) retracted: Keys,
}

/// An indicator whose records are looked for.
pub(super) struct Behind<'a> {
    figures: &'a IndicatorFigures,
    spec: &'static PartialSpec,
    /// Where numerator and denominator are among the measures of the table; none where they are another table's.
    places: (Option<usize>, Option<usize>),
    sources: &'a Sources<'a>,
}

/// A record that counts, and what it lacks.
type Lacking<'r> = (i64, TableDay, &'r ShopRow);

/// The records of an indicator, as they are gathered day by day.
#[derive(Default)]
struct Gathered<'r> {
    /// Those that count and lack something.
    lacking: Vec<Lacking<'r>>,
    /// How many of those lack something that were not read.
    not_read: i64,
    /// Those that do not count.
    aside: Vec<TheRecord>,
    /// What those that count add up to.
    sum: Added,
}

impl<'a> Behind<'a> {
    pub(super) fn of(figures: &'a IndicatorFigures, spec: &'static PartialSpec, sources: &'a Sources<'a>) -> Self {
        let place = |measure: &str| spec.measures.iter().position(|of| of.name == measure);
        let of = figures.of.spec();
        Self { figures, spec, places: (place(of.numerator), place(of.denominator)), sources }
    }

    pub(super) fn records(&self, limit: usize) -> Outcome<IndicatorRecords> {
        let (of, table, mut gathered) = (self.figures.of, self.spec.table, Gathered::default());
        for (day, quarantined) in self.sources.rows.known(table) {
            for row in quarantined {
                let told = self.told("quarantined", day, row.key, row.row.clone());
                gathered.aside.push(TheRecord { reason: Some(row.reason), ..told });
            }
            self.gather(day, &mut gathered)?;
        }
        // Engines give a day's rows in no order.
        gathered.aside.sort_by(|one, other| order(one).cmp(&order(other)));
        let Gathered { lacking, not_read, aside, sum: (numerator, denominator) } = gathered;
        let lacking_in_all = lacking.len() + usize::try_from(not_read).map_err(|error| fault(STAGE, error))?;
        let records = self.first(lacking, limit)?;
        Ok(IndicatorRecords {
            of,
            indicator: of.name(),
            lacks: self.lacks_in_all(),
            add_up: numerator == self.figures.numerator
                && (self.places.1.is_none() || denominator == self.figures.denominator),
            more: lacking_in_all - records.len(),
            records,
            aside,
            unknown_days: stored::folded(self.sources.rows.unknown(table)),
        })
    }

    fn lacks_in_all(&self) -> i64 {
        lacks(self.figures.of, (self.figures.numerator, self.figures.denominator))
    }

    /// Adds what a day has: its rows, where they were read, and else what its sums say.
    fn gather(&self, day: TableDay, gathered: &mut Gathered<'a>) -> Outcome<()> {
        let Sources { wanted, read, sums, .. } = self.sources;
        let rows = read.get(&day).map(Vec::as_slice).unwrap_or_default();
        let (retracted, counted): (Vec<_>, Vec<_>) = self.once(rows).partition(|(row, _)| self.is_retracted(day, row));
        let mut taken_out = (0, 0);
        for (row, added) in retracted.into_iter().filter(|(_, added)| *added != (0, 0)) {
            gathered.aside.push(self.told("retracted", day, row.key, row.shown()?));
            taken_out = (taken_out.0 + added.0, taken_out.1 + added.1);
        }
        let added = if matches!(wanted.get(&day), None | Some(WantedRows::WithKeys(_))) {
            let sums = sums.0.get(&day).and_then(|sums| sums.as_ref().ok());
            let sums =
                sums.ok_or_else(|| fault(STAGE, format!("{} of {} was not read", self.spec.table.name(), day.1)))?;
            let (numerator, denominator) = added_by(self.figures.of, sums);
            let added = (numerator - taken_out.0, denominator - taken_out.1);
            gathered.not_read += lacks(self.figures.of, added);
            added
        } else {
            counted.iter().fold((0, 0), |sum, (_, added)| (sum.0 + added.0, sum.1 + added.1))
        };
        gathered.sum = (gathered.sum.0 + added.0, gathered.sum.1 + added.1);
        gathered.lacking.extend(self.lacking(day, counted));
        Ok(())
    }

    /// The records to be shown, written out. A large shop has many thousands, of which mostly only what they add was read: the days
    /// of the first ones are read again, whole.
    fn first(&self, mut lacking: Vec<Lacking<'_>>, limit: usize) -> Outcome<Vec<TheRecord>> {
        sort(&mut lacking);
        let first = lacking.iter().take(limit).filter(|(_, _, row)| !row.is_whole());
        let to_read: BTreeMap<_, _> = first.map(|(_, day, _)| (*day, WantedRows::Whole)).collect();
        let whole = on_pool(|| self.sources.rows.read(&to_read))?;
        let mut known: Vec<Lacking<'_>> =
            lacking.into_iter().filter(|(_, day, _)| !whole.contains_key(day)).take(limit).collect();
        for (day, rows) in &whole {
            known.extend(self.lacking(*day, self.once(rows)));
        }
        sort(&mut known);
        let shown = known.into_iter().take(limit).map(|(lacks, day, row)| {
            let told = self.told("counted", day, row.key, row.shown()?);
            Ok(TheRecord { lacks: Some(lacks), share: value(lacks, self.lacks_in_all()), ..told })
        });
        shown.collect()
    }

    /// A record that does no damage.
    fn told(&self, standing: &'static str, (_, day): TableDay, record_id: Option<i64>, row: String) -> TheRecord {
        let indicator = self.figures.of.name();
        TheRecord { indicator, standing, day, record_id, lacks: None, share: None, reason: None, row }
    }

    fn is_retracted(&self, day: TableDay, row: &ShopRow) -> bool {
        self.sources.retracted.get(&day).zip(row.key).is_some_and(|(keys, key)| keys.contains(&key))
    }

    /// Those of counted records that lack something.
    fn lacking<'r>(
        &self,
        day: TableDay,
        counted: impl IntoIterator<Item = (&'r ShopRow, Added)>,
    ) -> impl Iterator<Item = Lacking<'r>> {
        let lacking = counted.into_iter().map(move |(row, added)| (lacks(self.figures.of, added), day, row));
        lacking.filter(|(lacks, ..)| *lacks > 0)
    }

    /// Each record of a day with what it adds: rows that count once together are one.
    fn once<'r>(&self, sound: &'r [ShopRow]) -> impl Iterator<Item = (&'r ShopRow, Added)> {
        let mut together: BTreeMap<&[i64], (&ShopRow, Added)> = BTreeMap::new();
        let mut alone = Vec::new();
        for row in sound {
            let added = self.added(row);
            if row.once_for.is_empty() {
                alone.push((row, added));
                continue;
            }
            let (first, sum) = together.entry(&row.once_for).or_insert((row, added));
            *sum = (sum.0.max(added.0), sum.1.max(added.1));
            if row.at < first.at {
                *first = row;
            }
        }
        alone.into_iter().chain(together.into_values())
    }

    /// What a row adds: nothing to a measure of another table.
    fn added(&self, row: &ShopRow) -> Added {
        let figure = |place: Option<usize>| place.and_then(|place| row.record.figures.get(place).copied());
        (figure(self.places.0).unwrap_or_default(), figure(self.places.1).unwrap_or_default())
    }
}

/// Those first that lack most, of equal ones the newest, then by key and time.
fn sort(lacking: &mut [Lacking<'_>]) {
    lacking.sort_by_key(|(lacks, day, row)| (Reverse((*lacks, *day)), row.key, row.at, &row.once_for));
}

/// Those that do not count by day, then as they stand, by key and by what is in them.
fn order(aside: &TheRecord) -> (Day, &str, Option<&str>, Option<i64>, &str) {
    (aside.day, aside.standing, aside.reason, aside.record_id, &aside.row)
}
