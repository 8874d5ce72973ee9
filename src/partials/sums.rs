//! The sums of a daily partial: every measure, by group.
//!
//! Grain in: sound rows, batch by batch. Grain out: one row a group with its keys, its measures and `rows`, sorted by the keys.
//! The exact total of each summed column must fit 64 bits; no sum within it can then be larger, since nothing summed is
//! negative. A null adds nothing.

use polars::prelude::*;

use crate::columns::{check_fits, of_integers};
use crate::error::Outcome;
use crate::extracts::batch::{Batch, value, values_of};
use crate::partials::measures::{Measure, PartialSpec, ROWS};
use crate::partials::records::TableDay;
use crate::partials::{STAGE, engine, groups::Groups, meaning::Addends, once::Once};

/// The sums of the rows that were added so far.
pub struct Sums {
    spec: &'static PartialSpec,
    groups: Groups,
    /// By measure and group.
    columns: Vec<Vec<i64>>,
    /// The count of sound rows, by group.
    rows: Vec<i64>,
    /// By measure.
    totals: Vec<Total>,
    once: Once,
}

/// The exact total of a measure, and which shop has the greatest amount.
#[derive(Clone, Copy, Default)]
struct Total {
    exact: i128,
    greatest: i64,
    shop_id: i64,
}

impl Total {
    /// Adds amounts; `shop_of` gives the shop of each by its place.
    fn add(&mut self, amounts: &[i64], shop_of: impl FnOnce(usize) -> Outcome<i64>) -> Outcome<()> {
        /// So small that as many of them as row numbers can tell apart fit 64 bits.
        const SMALL: i64 = 1 << 31;
        let Some(greatest) = amounts.iter().copied().max() else { return Ok(()) };
        self.exact += if greatest < SMALL && amounts.len() < 1 << 31 {
            i128::from(amounts.iter().fold(0, |total: i64, amount| total.wrapping_add(*amount)))
        } else {
            amounts.iter().copied().map(i128::from).sum()
        };
        if let Some(place) = amounts.iter().position(|amount| *amount == greatest).filter(|_| greatest > self.greatest)
        {
            (self.greatest, self.shop_id) = (greatest, shop_of(place)?);
        }
        Ok(())
    }
}

impl Sums {
    /// The sums of no rows.
    pub fn none(spec: &'static PartialSpec) -> Outcome<Self> {
        Ok(Self {
            spec,
            groups: Groups::by(spec.grouped_by)?,
            columns: vec![Vec::new(); spec.measures.len()],
            rows: Vec::new(),
            totals: vec![Total::default(); spec.measures.len()],
            once: Once::default(),
        })
    }

    /// Adds a batch of sound rows, given what each of them adds to each measure.
    pub fn add(&mut self, batch: &Batch, addends: &[Addends]) -> Outcome<()> {
        let groups = self.groups.of_rows(batch)?;
        self.rows.resize(self.groups.count(), 0);
        self.columns.iter_mut().for_each(|column| column.resize(self.groups.count(), 0));
        for group in &groups {
            add_to(&mut self.rows, *group, 1);
        }
        if !self.spec.once_per.is_empty() {
            return self.add_once(batch, addends, &groups);
        }
        let shops = batch.integers("shop_id")?.values();
        for ((column, total), addends) in self.columns.iter_mut().zip(&mut self.totals).zip(addends) {
            // What all rows add one to is the count of them.
            if let Addends::Amounts(amounts) = addends {
                groups.iter().zip(amounts).for_each(|(group, amount)| add_to(column, *group, *amount));
                total.add(amounts, |row| value(shops, row))?;
            }
        }
        Ok(())
    }

    /// As [`Sums::add`], where rows count once for a combination of columns.
    fn add_once(&mut self, batch: &Batch, addends: &[Addends], groups: &[u32]) -> Outcome<()> {
        let mut marks = vec![0_u8; batch.count];
        for (bit, addends) in addends.iter().enumerate() {
            let of_rows = addends.of_rows();
            marks.iter_mut().zip(of_rows.iter()).for_each(|(marks, one)| *marks |= u8::from(*one > 0) << bit);
        }
        self.once.add(batch, self.spec, groups, &marks)
    }

    /// All sums as a frame; rejected where one could pass 64 bits.
    pub fn finish(mut self, (table, day): TableDay) -> Outcome<DataFrame> {
        let columns = &mut self.columns;
        self.once.each(|group, bit| {
            columns.get_mut(bit as usize).into_iter().for_each(|column| add_to(column, group, 1));
        })?;
        for (measure, total) in self.spec.measures.iter().zip(&self.totals) {
            let of = format_args!("in {} of {day}, the greatest value of shop {}", table.name(), total.shop_id);
            check_fits(STAGE, measure.name, total.exact, of)?;
        }
        let (order, mut columns) = self.groups.sorted()?;
        let counts_all = |measure: &Measure| self.spec.once_per.is_empty() && measure.counts_all_rows();
        let measures = self
            .spec
            .measures
            .iter()
            .zip(&self.columns)
            .map(|(measure, sums)| (measure.name, if counts_all(measure) { &self.rows } else { sums }));
        for (name, sums) in measures.chain([(ROWS, &self.rows)]) {
            columns.push(of_integers(name, values_of(sums, &order)?));
        }
        DataFrame::new(order.len(), columns).map_err(engine)
    }
}

/// Adds to the sum of a group. It may wrap: the totals tell, and then nothing is made of it.
fn add_to(sums: &mut [i64], group: u32, amount: i64) {
    if let Some(sum) = sums.get_mut(group as usize) {
        *sum = sum.wrapping_add(amount);
    }
}
