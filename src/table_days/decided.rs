//! What appeals took out of a span of days, as known on a day, as far as the state folder keeps it.
//!
//! In: the appeals of the days that a published night counted, with the rows of each, and what became of the records that they name.
//! Out: by shop what each measure lost. Nothing is looked for in files, and nothing is written; where a day is not stored as it was
//! counted, or a record was not looked for, nothing is known.

use std::collections::BTreeMap;

use crate::domain::{Day, Span};
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;
use crate::partials::measures;
use crate::partials::records::{Record, TableDay};
use crate::partials::retractions::{Appeal, decide};
use crate::settings::Settings;
use crate::state::answers::KnownAnswers;
use crate::state::rehearsal::Keeping;
use crate::state::store::{Found, Store, Stored};
use crate::table_days::STAGE;

/// The appeals on records of a span of days, each with the sound record that it names.
#[derive(Clone, Debug)]
pub(crate) struct KnownAppeals {
    span: Span,
    answered: Vec<(Appeal, Option<Record>)>,
}

/// What each shop's measures lost.
pub(crate) type LostByShop = BTreeMap<i64, BTreeMap<&'static str, i64>>;

impl KnownAppeals {
    /// The appeals of these days, each with as many rows as were counted, on records of `span`; none where not all is known.
    pub(crate) fn of(settings: &Settings, span: Span, rows_of_days: &BTreeMap<Day, i64>) -> Outcome<Option<Self>> {
        let store = Store::open(&settings.state, false, Keeping::InState)?;
        let (mut answered, mut records) = (Vec::new(), BTreeMap::new());
        for (day, rows) in rows_of_days {
            let of = (Table::Appeals, *day);
            let stored = match store.peek(of) {
                // A day without a partition, or without rows.
                Found::Nothing if *rows == 0 => continue,
                Found::Described(stored) if stored.counts.rows == *rows => stored,
                _ => return Ok(None),
            };
            let Some(content) = store.peek_content(of, &stored.version) else { return Ok(None) };
            let known = Asked { known: KnownAnswers::peek(&settings.state, *day), appeals: &stored };
            for (place, appeal) in content.appeals()?.into_iter().enumerate() {
                if span.contains(appeal.record_of.1) {
                    let found = records.entry(appeal.record_of).or_insert_with(|| store.peek(appeal.record_of));
                    let Some(record) = known.record(place, appeal.record_of, found) else { return Ok(None) };
                    answered.push((appeal, record));
                }
            }
        }
        Ok(Some(Self { span, answered }))
    }

    /// What those took out whose partition is `last_effective_day` or older.
    pub(crate) fn lost(&self, last_effective_day: Day) -> Outcome<LostByShop> {
        let mut lost = LostByShop::new();
        let retractions = decide(self.answered.clone(), last_effective_day);
        for ((table, _), records) in retractions.taken_out.iter().filter(|((_, day), _)| self.span.contains(*day)) {
            let spec = measures::of(*table).ok_or_else(|| fault(STAGE, format!("records of {}", table.name())))?;
            for record in records {
                let of_shop = lost.entry(record.shop_id).or_default();
                for (measure, figure) in spec.measures.iter().zip(record.figures) {
                    *of_shop.entry(measure.name).or_default() += figure;
                }
            }
        }
        Ok(lost)
    }
}

/// What became of the records that the appeals of a day name.
struct Asked<'a> {
    known: KnownAnswers,
    appeals: &'a Stored,
}

impl Asked<'_> {
    /// The record that the appeal at a place names, or none where there is no such record; nothing where it was not looked for, or
    /// in another version of its table-day than is stored now.
    fn record(&self, place: usize, record_of: TableDay, now: &Found) -> Option<Option<Record>> {
        let stored = match now {
            Found::Nothing => return Some(None),
            Found::Damaged => return None,
            Found::Described(stored) => stored,
        };
        let is_as_asked = self.known.asked.get(&record_of) == Some(&stored.version.fingerprint);
        let holds = is_as_asked && self.known.appeals == self.appeals.version.fingerprint;
        self.known.answers.get(place).copied().flatten().filter(|_| holds)
    }
}
