//! The sound rows of one shop in one table-day, each with what it adds.
//!
//! In: the files of the table-day, and the shop's quarantined rows as they are stored. Out: those of its sound rows that are wanted. Of the
//! files only these are decoded, and rows whose key a quarantined row of the shop has.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::{Outcome, fault};
use crate::extracts::batch::{Batch, value};
use crate::extracts::contract::CheckedPartition;
use crate::extracts::quarantine::{QuarantinedRow, as_json};
use crate::extracts::reader::{self, Source};
use crate::extracts::remote::Remote;
use crate::extracts::row_rules::{judge, judge_all};
use crate::extracts::selection::{Selection, Wanted};
use crate::partials::meaning::addends;
use crate::partials::measures::PartialSpec;
use crate::partials::records::Record;
use crate::table_days::STAGE;
use crate::table_days::elsewhere_rows::Elsewhere;

/// A sound row of a shop.
#[derive(Clone, Debug)]
pub(crate) struct ShopRow {
    /// None where the table has no key, and where only what it adds was read.
    pub(crate) key: Option<i64>,
    /// What it adds to the measures of its partial.
    pub(crate) record: Record,
    /// When it happened, in ticks of its day; none where only what it adds was read.
    pub(crate) at: Option<i64>,
    /// What it counts once for, with others on the day; empty where every row counts.
    pub(crate) once_for: Vec<i64>,
    batch: Arc<Batch>,
    place: usize,
}

impl ShopRow {
    /// Its declared columns as JSON, without buyers, times in UTC; a fault where only those were read that tell what it adds.
    pub(crate) fn shown(&self) -> Outcome<String> {
        as_json(&self.batch, self.place)
    }

    /// Whether all of its columns were read.
    pub(crate) fn is_whole(&self) -> bool {
        self.batch.is_whole()
    }
}

/// Which sound rows of a shop are wanted on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WantedRows {
    /// All, as far as tells what each adds; whole where the table has no key.
    Counted,
    /// All, with all of their columns.
    Whole,
    /// Those with these keys, with all of their columns.
    WithKeys(BTreeSet<i64>),
}

/// The engine that reads the files of a day, whose rows are always whole.
pub(super) struct AtEngine<'a> {
    pub(super) remote: &'a dyn Remote,
    /// All rows of the shop, where they came with those of other days.
    pub(super) of_shop: Option<Batch>,
}

/// A day whose rows are read.
pub(super) struct OfDay<'a> {
    pub(super) spec: &'static PartialSpec,
    pub(super) checked: CheckedPartition,
    /// The categories of goods that are made to order on the day.
    pub(super) custom_made: &'a BTreeSet<String>,
    /// The shop's quarantined rows.
    pub(super) quarantined: &'a [QuarantinedRow],
    pub(super) shop_id: i64,
    /// None where the files are read here.
    pub(super) engine: Option<AtEngine<'a>>,
}

impl OfDay<'_> {
    pub(super) fn rows(&self, wanted: &WantedRows) -> Outcome<Vec<ShopRow>> {
        let Self { spec, quarantined, .. } = self;
        match wanted {
            WantedRows::WithKeys(keys) => self.with_keys(keys),
            WantedRows::Counted | WantedRows::Whole if !quarantined.is_empty() => self.judged(),
            // All of the shop's rows are sound.
            WantedRows::Counted if spec.has_records() => {
                self.told(self.decoded(Wanted::OfShop(self.shop_id), Some(spec.counted_columns()))?)
            }
            WantedRows::Counted | WantedRows::Whole => self.told(self.decoded(Wanted::OfShop(self.shop_id), None)?),
        }
    }

    /// All sound rows of the shop, where others were set aside.
    fn judged(&self) -> Outcome<Vec<ShopRow>> {
        let of_shop = self.decoded(Wanted::OfShop(self.shop_id), None)?;
        let mut rows = self.told(of_shop.filtered(judge(&of_shop)?.sound())?)?;
        // Which of the rows with one key is sound shows only among all of them, whoever has them.
        let doubtful: BTreeSet<i64> = self.quarantined.iter().filter_map(|row| row.key).collect();
        if !doubtful.is_empty() {
            rows.retain(|row| row.key.is_none_or(|key| !doubtful.contains(&key)));
            rows.extend(self.with_keys(&doubtful)?);
        }
        Ok(rows)
    }

    fn with_keys(&self, keys: &BTreeSet<i64>) -> Outcome<Vec<ShopRow>> {
        let with_keys = self.decoded(Wanted::WithKeys(keys), None)?;
        self.told(with_keys.filtered(judge_all(&with_keys)?.sound())?)
    }

    fn decoded(&self, rows: Wanted<'_>, columns: Option<Vec<&'static str>>) -> Outcome<Batch> {
        let Self { spec, checked, .. } = self;
        let Some(AtEngine { remote, of_shop }) = &self.engine else {
            return reader::decode_whole(checked, Source::Files, &Selection { rows, columns });
        };
        if let (Wanted::OfShop(_), Some(of_shop)) = (rows, of_shop) {
            return Ok(of_shop.clone());
        }
        let found = Elsewhere { remote: *remote, spec, days: &[checked] }.rows(rows)?.remove(&checked.day);
        found.ok_or_else(|| fault(STAGE, format!("no answer about {}", checked.day)))
    }

    /// Those of sound rows that are the shop's.
    fn told(&self, sound: Batch) -> Outcome<Vec<ShopRow>> {
        let Self { spec, custom_made, .. } = self;
        let sound = Arc::new(sound);
        let addends = addends(&sound, spec, custom_made)?;
        let shops = sound.integers("shop_id")?.values();
        let once = spec.once_within_group().iter().map(|name| sound.integers(name)).collect::<Outcome<Vec<_>>>()?;
        let day_column = sound.spec().day_column.ok_or_else(|| fault(STAGE, "records that have no time"))?;
        let happened = sound.is_whole().then(|| sound.ticks(day_column)).transpose()?;
        let keys = if sound.is_whole() { sound.keys()? } else { None };
        let mut told = Vec::new();
        for row in (0..sound.count).filter(|row| shops.get(*row) == Some(&self.shop_id)) {
            let figures = addends.iter().map(|addends| addends.of_row(row)).collect::<Outcome<Vec<_>>>()?;
            told.push(ShopRow {
                key: keys.map(|keys| value(keys.values(), row)).transpose()?,
                record: Record::of(self.shop_id, figures.into_iter()),
                once_for: once.iter().map(|column| value(column.values(), row)).collect::<Outcome<_>>()?,
                at: happened.map(|happened| value(happened.values(), row)).transpose()?,
                batch: Arc::clone(&sound),
                place: row,
            });
        }
        Ok(told)
    }
}
