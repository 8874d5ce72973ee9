//! The groups of a table-day's rows, numbered in the order in which they are first seen.
//!
//! Grain in: rows. Grain out: for each row the number of its group; at the end the key columns of all groups, sorted.

use std::sync::Arc;

use polars::prelude::*;
use polars::series::IsSorted;

use crate::columns::of_integers;
use crate::error::{Outcome, fault};
use crate::extracts::batch::{Batch, Texts, value, values_of};
use crate::partials::{STAGE, numbers::Numbers};

/// The groups that were seen so far.
pub(super) struct Groups {
    by: By,
}

/// What rows are grouped by.
enum By {
    Shop(Numbers<1>),
    ShopAndText(ShopsAndTexts),
}

/// Pairs of a shop and a text, with their numbers.
struct ShopsAndTexts {
    column: &'static str,
    shops: Numbers<1>,
    numbers: Numbers<2>,
    /// The text and the number of the pair that was seen last of each shop; the next one is mostly the same.
    last: Vec<(u32, u32)>,
    texts: Arc<Texts>,
}

impl ShopsAndTexts {
    fn of_rows(&mut self, shops: &[i64], texts: &[u32]) -> Outcome<Vec<u32>> {
        let shop_numbers = self.shops.of_all(shops.iter().map(|shop| [*shop]))?;
        // No text has the greatest position.
        self.last.resize(self.shops.keys().len(), (u32::MAX, 0));
        let mut groups = values_of(&self.last, &shop_numbers)?;
        let others: Vec<u32> = groups
            .iter()
            .zip(texts)
            .zip(0..)
            .filter(|((last, text), _)| last.0 != **text)
            .map(|(_, row)| row)
            .collect();
        let (other_shops, other_texts) = (values_of(shops, &others)?, values_of(texts, &others)?);
        let keys = other_shops.iter().zip(&other_texts).map(|(shop, text)| [*shop, i64::from(*text)]);
        for ((row, text), group) in others.iter().zip(&other_texts).zip(self.numbers.of_all(keys)?) {
            let shop_number = value(&shop_numbers, *row as usize)?;
            self.last.get_mut(shop_number as usize).into_iter().for_each(|last| *last = (*text, group));
            groups.get_mut(*row as usize).into_iter().for_each(|of_row| *of_row = (*text, group));
        }
        Ok(groups.into_iter().map(|(_, group)| group).collect())
    }
}

impl Groups {
    /// Groups by a shop, or by a shop and a text; a fault where it is anything else.
    pub(super) fn by(columns: &[&'static str]) -> Outcome<Self> {
        let by = match columns {
            ["shop_id"] => By::Shop(Numbers::default()),
            ["shop_id", column] => By::ShopAndText(ShopsAndTexts {
                column,
                shops: Numbers::default(),
                numbers: Numbers::default(),
                last: Vec::new(),
                texts: Arc::default(),
            }),
            _ => return Err(fault(STAGE, format!("groups by {columns:?}"))),
        };
        Ok(Self { by })
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        match &self.by {
            By::Shop(numbers) => numbers.keys().len(),
            By::ShopAndText(pairs) => pairs.numbers.keys().len(),
        }
    }

    /// The group of each row.
    pub(super) fn of_rows(&mut self, batch: &Batch) -> Outcome<Vec<u32>> {
        let shops = batch.integers("shop_id")?.values();
        match &mut self.by {
            By::Shop(numbers) => numbers.of_all(shops.iter().map(|shop| [*shop])),
            By::ShopAndText(pairs) => {
                pairs.texts = Arc::clone(&batch.texts);
                pairs.of_rows(shops, batch.text_positions(pairs.column)?.values())
            }
        }
    }

    /// The groups in ascending order, texts by their bytes, and the key columns of a frame in that order.
    pub(super) fn sorted(self) -> Outcome<(Vec<u32>, Vec<Column>)> {
        let (order, columns) = match self.by {
            By::Shop(numbers) => {
                let keys = numbers.keys();
                let mut order: Vec<(i64, u32)> = keys.iter().map(|[shop]| *shop).zip(0..).collect();
                order.sort_unstable();
                let (shops, order): (Vec<i64>, Vec<u32>) = order.into_iter().unzip();
                (order, vec![of_integers("shop_id", shops)])
            }
            By::ShopAndText(ShopsAndTexts { column, numbers, texts, .. }) => {
                let ranks = texts.ranks();
                let text = |[_, text]: &[i64; 2]| u32::try_from(*text).map_err(|error| fault(STAGE, error));
                let ranked = numbers.keys().iter().zip(0..).map(|(key, number)| {
                    let text = text(key)?;
                    Ok((key[0], value(&ranks, text as usize)?, text, number))
                });
                let mut order: Vec<(i64, u32, u32, u32)> = ranked.collect::<Outcome<_>>()?;
                order.sort_unstable();
                let shops = of_integers("shop_id", order.iter().map(|group| group.0).collect());
                let texts = order.iter().map(|group| texts.text(group.2)).collect::<Outcome<Vec<&str>>>()?;
                let texts = StringChunked::from_iter_values(column.into(), texts.into_iter()).into_column();
                (order.into_iter().map(|group| group.3).collect(), vec![shops, texts])
            }
        };
        let sorted = columns.into_iter().enumerate().map(|(place, mut column)| {
            if place == 0 {
                column.set_sorted_flag(IsSorted::Ascending);
            }
            column
        });
        Ok((order, sorted.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::rows;
    use crate::extracts::tables::Table;

    #[test]
    fn groups_are_numbered_as_they_are_seen_and_sorted_by_shops_and_the_bytes_of_categories() {
        let text = "shop_id category\n2 b\n1 男装\n1 z\n2 b\n-7 男装";
        let mut groups = Groups::by(&["shop_id", "category"]).unwrap();
        assert_eq!(groups.of_rows(&rows(Table::Payments, "2022-03-15", text)).unwrap(), [0, 1, 2, 0, 3]);
        assert_eq!(groups.count(), 4);
        let (order, columns) = groups.sorted().unwrap();
        assert_eq!(order, [3, 2, 1, 0]);
        assert!(columns[0].i64().unwrap().into_no_null_iter().eq([-7, 1, 1, 2]));
        assert!(columns[1].str().unwrap().iter().flatten().eq(["男装", "z", "男装", "b"]));
    }
}
