//! Single rows of table-days whose files an engine reads, and how many of them lie where.
//!
//! Grain in: days of one table that partials are made of, whose files were checked. Grain out: their rows of a shop or with some keys,
//! sound or not, each whole, as they would be decoded here; or counts of rows. Ticks are millionths of a second. Nothing is judged.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::answered::Answered;
use crate::extracts::batch::Batch;
use crate::extracts::contract::CheckedPartition;
use crate::extracts::remote::{Remote, too_large};
use crate::extracts::selection;
use crate::partials::measures::PartialSpec;
use crate::sql::answers;
use crate::sql::asked::Wanted;
use crate::sql::question::{self, AboutDay};
use crate::table_days::STAGE;

/// Days of a table, and the engine that reads them.
pub(super) struct Elsewhere<'a> {
    pub(super) remote: &'a dyn Remote,
    pub(super) spec: &'static PartialSpec,
    pub(super) days: &'a [&'a CheckedPartition],
}

impl Elsewhere<'_> {
    /// Of each day its rows of a shop, or those with some keys.
    pub(super) fn rows(&self, wanted: selection::Wanted<'_>) -> Outcome<BTreeMap<Day, Batch>> {
        let (wanted, keys) = match wanted {
            selection::Wanted::OfShop(shop_id) => (Wanted::OfShop(shop_id), &BTreeSet::new()),
            selection::Wanted::WithKeys(keys) => (Wanted::WithKeys, keys),
            selection::Wanted::All | selection::Wanted::Share(_) => {
                return Err(fault(STAGE, "all rows of a table-day that an engine reads"));
            }
        };
        let of_days = self.days.iter().map(|checked| (checked.day, (Answered::of(checked), Vec::new())));
        let mut of_days: BTreeMap<Day, (Answered, Vec<Batch>)> = of_days.collect();
        self.ask(wanted, keys, &mut |day, batch| {
            let of_day = of_days.get_mut(&day);
            let (answered, batches) = of_day.ok_or_else(|| fault(STAGE, format!("rows of {day}, not asked for")))?;
            batches.push(answered.rows(&batch)?);
            Ok(())
        })?;
        of_days.into_iter().map(|(day, (answered, batches))| Ok((day, answered.all(&batches)?))).collect()
    }

    /// How many rows have a time, and how many of them would lie on their day if it were so many ticks earlier, and later.
    pub(super) fn shifted(&self, ticks: i64) -> Outcome<[i64; 3]> {
        let mut counted = [0; 3];
        self.ask(Wanted::Shifted(ticks), &BTreeSet::new(), &mut |_, batch| {
            for (counted, more) in counted.iter_mut().zip(answers::shifted(&batch)?) {
                *counted += more;
            }
            Ok(())
        })?;
        Ok(counted)
    }

    /// Gives the rows of each batch of an answer to `consume`, day by day.
    fn ask(
        &self,
        wanted: Wanted,
        keys: &BTreeSet<i64>,
        consume: &mut dyn FnMut(Day, RecordBatch) -> Outcome<()>,
    ) -> Outcome<()> {
        if self.days.is_empty() {
            return Ok(());
        }
        // Which goods are made to order says what a row adds, which is not asked.
        let custom_made = BTreeSet::new();
        let days = self.days.iter().map(|checked| AboutDay { checked, custom_made: &custom_made, keys: keys.clone() });
        let what = format!("single rows of {}", question::what(self.spec.table, self.days.iter().map(|day| day.day)));
        let question = question::to_engine(self.remote, (self.spec, wanted), days.collect(), what.clone())?;
        let Some(question) = question else { return Ok(()) };
        let fits = self.remote.ask(&question, &mut |batch| {
            answers::by_day(&batch)?.into_iter().try_for_each(|(day, batch)| consume(day, batch))
        })?;
        if fits { Ok(()) } else { Err(too_large(&what)) }
    }
}
