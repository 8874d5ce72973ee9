//! Single rows of a table-day whose files an engine reads, and how many of them lie where.
//!
//! Grain in: a table-day that partials are made of, whose files were checked. Grain out: its rows of a shop or with some keys, sound or
//! not, each whole, as they would be decoded here; or counts of rows. Ticks are millionths of a second. Nothing is judged.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;

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

/// A table-day, and the engine that reads it.
pub(super) struct Elsewhere<'a> {
    pub(super) remote: &'a dyn Remote,
    pub(super) spec: &'static PartialSpec,
    pub(super) checked: &'a CheckedPartition,
}

impl Elsewhere<'_> {
    /// Its rows of a shop, or those with some keys.
    pub(super) fn rows(&self, wanted: selection::Wanted<'_>) -> Outcome<Batch> {
        let (wanted, keys) = match wanted {
            selection::Wanted::OfShop(shop_id) => (Wanted::OfShop(shop_id), BTreeSet::new()),
            selection::Wanted::WithKeys(keys) => (Wanted::WithKeys, keys.clone()),
            selection::Wanted::All | selection::Wanted::Share(_) => {
                return Err(fault(STAGE, "all rows of a table-day that an engine reads"));
            }
        };
        let (mut answered, mut batches) = (Answered::of(self.checked), Vec::new());
        self.ask(wanted, keys, &mut |batch| {
            batches.push(answered.rows(&batch)?);
            Ok(())
        })?;
        answered.all(&batches)
    }

    /// How many rows have a time, and how many of them would lie on their day if it were so many ticks earlier, and later.
    pub(super) fn shifted(&self, ticks: i64) -> Outcome<[i64; 3]> {
        let mut counted = [0; 3];
        self.ask(Wanted::Shifted(ticks), BTreeSet::new(), &mut |batch| {
            for (counted, more) in counted.iter_mut().zip(answers::shifted(&batch)?) {
                *counted += more;
            }
            Ok(())
        })?;
        Ok(counted)
    }

    fn ask(
        &self,
        wanted: Wanted,
        keys: BTreeSet<i64>,
        consume: &mut dyn FnMut(RecordBatch) -> Outcome<()>,
    ) -> Outcome<()> {
        let what = format!("rows of {} of {}", self.checked.table.name(), self.checked.day);
        // Which goods are made to order says what a row adds, which is not asked.
        let about = AboutDay { checked: self.checked, custom_made: &BTreeSet::new(), keys };
        let question = question::to_engine(self.remote, (self.spec, wanted), vec![about], what.clone())?;
        let Some(question) = question else { return Ok(()) };
        let fits = self.remote.ask(&question, &mut |batch| {
            answers::check_day(&batch, self.checked.day)?;
            consume(batch)
        })?;
        if fits { Ok(()) } else { Err(too_large(&what)) }
    }
}
