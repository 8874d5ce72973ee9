//! Appeals: which records they take out of the figures, and which appeals speak of no record.
//!
//! Grain in: the sound appeals of the window, each with the record that it names. Grain out: the records to take out of each
//! table. For one record the last decision counts, by time and then by id, among the appeals
//! whose partition is old enough; an appeal without its record, or for another shop's, is left aside before that
//! (specification, section 4, Appeals).

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::batch::{Batch, value};
use crate::extracts::{tables::Table, verdicts::Verdicts};
use crate::partials::STAGE;
use crate::partials::records::{Record, TableDay};

/// A decision on one record 规蜜投诉.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Appeal {
    /// The partition that it came in.
    pub(crate) day: Day,
    pub(crate) appeal_id: i64,
    /// The shop that appealed.
    pub(crate) shop_id: i64,
    /// The table and day of the record.
    pub(crate) record_of: TableDay,
    pub(crate) record_id: i64,
    /// Whether the record leaves the figures.
    pub(crate) upheld: bool,
    /// When it was decided, since 1970-01-01T00:00:00Z.
    pub(crate) decided_at_nanoseconds: i128,
}

impl Appeal {
    /// The last decision on a record is the greatest.
    fn order(&self) -> (i128, i64) {
        (self.decided_at_nanoseconds, self.appeal_id)
    }
}

/// What appeals do to the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Retractions {
    /// The records that leave the figures.
    pub(crate) taken_out: BTreeMap<TableDay, Vec<Record>>,
    /// How many appeals of each day speak of no record of their shop.
    pub(crate) unmatched: BTreeMap<Day, i64>,
}

/// The sound appeals of a partition; a fault where one of them speaks of no known kind of record.
pub(crate) fn appeals_of(rows: &Batch, verdicts: &Verdicts) -> Outcome<Vec<Appeal>> {
    const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;
    let (ids, shops) = (rows.integers("appeal_id")?.values(), rows.integers("shop_id")?.values());
    let record_ids = rows.integers("record_id")?.values();
    let (types, record_days) = (rows.text_positions("record_type")?.values(), rows.dates("record_dt")?.values());
    let (upheld, decided) = (rows.booleans("upheld")?, rows.ticks("decided_at")?.values());
    let nanoseconds_per_tick = i128::from(NANOSECONDS_PER_SECOND / rows.ticks_per_second);
    let appeal = |row: usize| {
        let record_type = rows.texts.text(value(types, row)?)?;
        let table = Table::of_record_type(record_type)
            .ok_or_else(|| fault(STAGE, format!("a sound appeal for a {record_type:?}")))?;
        Ok(Appeal {
            day: rows.day,
            appeal_id: value(ids, row)?,
            shop_id: value(shops, row)?,
            record_of: (table, Day::from_epoch_days(value(record_days, row)?)),
            record_id: value(record_ids, row)?,
            upheld: upheld.value(row),
            decided_at_nanoseconds: i128::from(value(decided, row)?) * nanoseconds_per_tick,
        })
    };
    verdicts.sound_rows().map(appeal).collect()
}

/// The days of the records that decisions speak of which take effect with `last_effective_day` and are others than before:
/// a first one that is not upheld changes nothing.
pub(crate) fn newly_decided<'a>(appeals: impl Iterator<Item = &'a Appeal>, last_effective_day: Day) -> BTreeSet<Day> {
    let mut of_records: BTreeMap<_, Vec<&Appeal>> = BTreeMap::new();
    for appeal in appeals.filter(|appeal| appeal.day <= last_effective_day) {
        of_records.entry((appeal.record_of, appeal.record_id, appeal.shop_id)).or_default().push(appeal);
    }
    let is_upheld = |appeals: &[&Appeal], until: Day| {
        let effective = appeals.iter().filter(|appeal| appeal.day <= until);
        effective.max_by_key(|appeal| appeal.order()).is_some_and(|last| last.upheld)
    };
    let is_news =
        |appeals: &[&Appeal]| is_upheld(appeals, last_effective_day) != is_upheld(appeals, last_effective_day.plus(-1));
    let news = of_records.into_iter().filter(|(_, appeals)| is_news(appeals));
    news.map(|(((_, day), ..), _)| day).collect()
}

/// Decides which records leave the figures, counting appeals whose partition is `last_effective_day` or older. `appeals` are
/// those whose records lie in the window, in the order of their days, each with the sound record that it names.
pub(crate) fn decide(mut appeals: Vec<(Appeal, Option<Record>)>, last_effective_day: Day) -> Retractions {
    let mut retractions = Retractions::default();
    appeals.retain(|(appeal, record)| {
        let is_of_shop = record.is_some_and(|record| record.shop_id == appeal.shop_id);
        if !is_of_shop {
            *retractions.unmatched.entry(appeal.day).or_default() += 1;
        }
        is_of_shop && appeal.day <= last_effective_day
    });
    let of = |(appeal, _): &(Appeal, _)| (appeal.record_of, appeal.record_id);
    appeals.sort_by_cached_key(of);
    for of_record in appeals.chunk_by(|one, next| of(one) == of(next)) {
        // Of equal ones the first, which comes last here.
        let last = of_record.iter().rev().max_by_key(|(appeal, _)| appeal.order());
        if let Some((appeal, Some(record))) = last.filter(|(appeal, _)| appeal.upheld) {
            retractions.taken_out.entry(appeal.record_of).or_default().push(*record);
        }
    }
    retractions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::{day, rows};
    use crate::extracts::row_rules::judge_all;

    /// Which reviews leave as of 2022-03-15, and how many appeals are unmatched, given appeals by day. The reviews 1 and 2 of
    /// shop 10 on 2022-03-01 are all that there is.
    fn decided(appeals: &[(&str, &str)]) -> (Vec<i64>, i64) {
        let record_of = |appeal: &Appeal| {
            let is_there =
                (1..=2).contains(&appeal.record_id) && appeal.record_of == (Table::Reviews, day("2022-03-01"));
            is_there.then(|| Record::of(10, [appeal.record_id].into_iter()))
        };
        let appeals = appeals.iter().flat_map(|(day, text)| {
            let header = "appeal_id shop_id record_type record_id record_dt upheld decided_at\n";
            let rows = rows(Table::Appeals, day, &format!("{header}{text}"));
            appeals_of(&rows, &judge_all(&rows).unwrap()).unwrap()
        });
        let appeals = appeals.map(|appeal| (appeal.clone(), record_of(&appeal))).collect();
        let retractions = decide(appeals, day("2022-03-14"));
        let taken_out =
            retractions.taken_out.into_values().flatten().filter_map(|record| record.figures.first().copied());
        (taken_out.collect(), retractions.unmatched.into_values().sum())
    }

    #[test]
    fn the_last_decision_by_the_day_before_on_a_record_of_the_appealing_shop_counts() {
        let upheld = ("2022-03-05", "1 10 review 1 2022-03-01 true 12:00");
        let rejected = ("2022-03-06", "2 10 review 1 2022-03-01 false 12:00");
        let again = ("2022-03-07", "3 10 review 1 2022-03-01 true 12:00");
        let at_one_instant = "8 10 review 1 2022-03-01 false 12:00\n9 10 review 1 2022-03-01 true 12:00";
        let twice = "1 10 review 1 2022-03-01 true 12:00\n2 10 review 1 2022-03-01 true 13:00";
        let of_another_shop = ("2022-03-06", "2 99 review 1 2022-03-01 false 12:00");
        for (case, appeals, expected) in [
            ("one decided on the day before counts", &[("2022-03-14", upheld.1)][..], (vec![1], 0)),
            ("one decided on the as-of day does not", &[("2022-03-15", upheld.1)], (vec![], 0)),
            ("a later rejection brings the record back", &[upheld, rejected], (vec![], 0)),
            ("a later ruling takes it out again", &[rejected, upheld, again], (vec![1], 0)),
            ("of decisions at one instant the greatest id", &[("2022-03-05", at_one_instant)], (vec![1], 0)),
            ("a record leaves once however many are upheld", &[("2022-03-05", twice)], (vec![1], 0)),
            ("another shop's is left aside before that", &[upheld, of_another_shop], (vec![1], 1)),
            ("no such record", &[("2022-03-05", "1 10 review 3 2022-03-01 true 12:00")], (vec![], 1)),
            ("no such record in the table", &[("2022-03-05", "1 10 refund 1 2022-03-01 true 12:00")], (vec![], 1)),
            ("no such record on the day", &[("2022-03-05", "1 10 review 1 2022-03-02 true 12:00")], (vec![], 1)),
        ] {
            assert_eq!(decided(appeals), expected, "{case}");
        }
    }
}
