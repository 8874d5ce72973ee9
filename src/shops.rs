//! The shop snapshot: who there is, in which category, and who is present on the as-of day.
//!
//! Grain in: the sound rows of the newest snapshot. Grain out: one shop each, sorted by id. The snapshot decides category
//! and presence for the whole window (specification, sections 2 and 6).

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, Date32Array, UInt32Array};

use crate::domain::Day;
use crate::error::Outcome;
use crate::extracts::batch::{Batch, value};
use crate::extracts::verdicts::Verdicts;

/// A shop 商家, as the snapshot has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its id.
    pub shop_id: i64,
    /// Its name.
    pub name: String,
    /// Its primary category 主营类目.
    pub primary_category: Arc<str>,
    /// Its primary subcategory, if it has one.
    pub primary_subcategory: Option<Arc<str>>,
    /// The day it joined.
    pub joined_on: Day,
    /// The day it applied to end its contract, if it did.
    pub terminated_on: Option<Day>,
}

impl Shop {
    /// Whether it is there on `day`: it has joined, and has not applied to leave by then.
    pub(crate) fn is_present_on(&self, day: Day) -> bool {
        self.joined_on <= day && self.terminated_on.is_none_or(|terminated_on| terminated_on > day)
    }
}

/// Names that many shops share, each held once.
#[derive(Default)]
pub(crate) struct SharedNames(HashSet<Arc<str>>);

impl SharedNames {
    pub(crate) fn of(&mut self, name: &str) -> Arc<str> {
        if let Some(held) = self.0.get(name) {
            return Arc::clone(held);
        }
        let held = Arc::from(name);
        self.0.insert(Arc::clone(&held));
        held
    }
}

/// The sound shops of a snapshot, sorted by id.
pub(crate) fn of_snapshot(rows: &Batch, verdicts: &Verdicts) -> Outcome<Vec<Shop>> {
    let ids = rows.integers("shop_id")?.values();
    let (names, categories) = (rows.text_positions("shop_name")?, rows.text_positions("primary_category")?);
    let subcategories = rows.text_positions("primary_subcategory")?;
    let (joined, terminated) = (rows.dates("joined_on")?, rows.dates("terminated_on")?);
    let text = |positions: &UInt32Array, row| rows.texts.text(value(positions.values(), row)?);
    let date = |dates: &Date32Array, row| value(dates.values(), row).map(Day::from_epoch_days);
    let mut shared = SharedNames::default();
    // With room for all from the start: what grows is copied again and again.
    let mut shops = Vec::with_capacity(rows.count);
    for row in verdicts.sound_rows() {
        let subcategory = subcategories.is_valid(row).then(|| text(subcategories, row)).transpose()?;
        shops.push(Shop {
            shop_id: value(ids, row)?,
            name: text(names, row)?.to_owned(),
            primary_category: shared.of(text(categories, row)?),
            primary_subcategory: subcategory.map(|name| shared.of(name)),
            joined_on: date(joined, row)?,
            terminated_on: terminated.is_valid(row).then(|| date(terminated, row)).transpose()?,
        });
    }
    shops.sort_unstable_by_key(|shop| shop.shop_id);
    Ok(shops)
}
