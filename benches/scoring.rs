//! How long the scoring stage takes, by the number of shops: from the window's sums to scores, spreads and improvements.
//!
//! The shops are made up, every one has figures for every indicator, and so every one is ranked seven times less what the
//! rules exempt it from. Prints a line for each number of shops: shops and wall-clock seconds. Run by `make bench-growth`.

#![allow(clippy::print_stdout, missing_docs)]

mod shared;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use polars::prelude::*;
use shopscore::domain::Day;
use shopscore::error::{Outcome, fault};
use shopscore::extracts::tables::Table;
use shopscore::partials::measures::{self, PartialSpec};
use shopscore::policies::{AfterSalesMix, RankWithin};
use shopscore::ranking::{assessed::assess, rank_all};
use shopscore::rulebook::Rulebook;
use shopscore::shops::Shop;
use shopscore::window_sums::{shops::of_shops, tables::TableSums};
use shopscore::{categories, improvements, scores, threads};

const AS_OF: &str = "2022-03-15";

fn main() {
    shared::run(measure);
}

fn measure() -> Outcome<()> {
    let as_of = shared::day(AS_OF)?;
    let rulebook = Rulebook::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules"))?;
    for count in [20_000, 200_000, 1_000_000] {
        let shops = shops(&rulebook, as_of, count);
        let tables = tables(count).map_err(|error| fault("bench", error))?;
        let start = Instant::now();
        threads::on_pool(|| score(&shops, &tables, &rulebook, as_of))?;
        println!("{count} {:.3}", start.elapsed().as_secs_f64());
    }
    Ok(())
}

fn score(shops: &[Shop], tables: &BTreeMap<Table, TableSums>, rulebook: &Rulebook, as_of: Day) -> Outcome<()> {
    let mix = AfterSalesMix::Equal;
    let present = assess(shops, rulebook, (as_of, as_of), RankWithin::PrimaryCategory)?;
    let shop_ids: Vec<i64> = present.shops.iter().map(|assessed| assessed.shop.shop_id).collect();
    let sums = of_shops(tables, &BTreeMap::new(), &shop_ids)?;
    let ranking = rank_all(&present, &sums, rulebook, as_of)?;
    let scores = scores::score_all(&ranking, mix)?;
    let spreads = categories::spreads(&ranking)?;
    let gains = improvements::of_shops(&ranking, &scores, &spreads, mix, 0..shops.len())?;
    if scores.len() == shops.len() && !gains.is_empty() {
        return Ok(());
    }
    Err(fault("bench", "shops without a score"))
}

/// Shops dealt out to the rows of the weight table, the first of which get the most.
fn shops(rulebook: &Rulebook, as_of: Day, count: i64) -> Vec<Shop> {
    let rows: Vec<_> = rulebook.weights.on(as_of).collect();
    let shop = |shop_id: i64| {
        let share = (0..).zip(&rows).find(|(place, _)| shop_id % (place + 3) == 0);
        let row = share.map(|(_, row)| *row).or(rows.last().copied())?;
        Some(Shop {
            shop_id,
            name: format!("shop {shop_id}"),
            primary_category: row.category.as_str().into(),
            primary_subcategory: row.subcategory.as_deref().map(Into::into),
            joined_on: as_of.plus(-365),
            terminated_on: None,
        })
    };
    (1..=count).filter_map(shop).collect()
}

fn tables(count: i64) -> PolarsResult<BTreeMap<Table, TableSums>> {
    measures::ALL.iter().map(|spec| Ok((spec.table, sums(spec, count)?))).collect()
}

/// Figures that differ from shop to shop and from measure to measure; none is zero.
fn sums(spec: &PartialSpec, count: i64) -> PolarsResult<TableSums> {
    let figures = spec.figures().into_iter().zip(1_i64..).map(|(name, place)| {
        let of_shops = (1..=count).map(|shop_id| 1 + (shop_id * 7_919 * place) % 9_973);
        Int64Chunked::from_vec(name.into(), of_shops.collect()).into_column()
    });
    let shop_ids = Int64Chunked::from_vec("shop_id".into(), (1..=count).collect()).into_column();
    let columns = [shop_ids].into_iter().chain(figures).collect();
    let sums = DataFrame::new(usize::try_from(count).unwrap_or_default(), columns)?;
    Ok(TableSums { sums, ..TableSums::default() })
}
