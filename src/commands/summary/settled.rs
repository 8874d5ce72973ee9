//! How a year was settled for the shops that left or joined in it, each with its arithmetic.
//!
//! In: `annual_settlements`. Out: the settlements on another basis than the whole year, or with fewer charged months than others.
//! Money in fen.

use arrow::array::RecordBatch;
use serde::Serialize;

use super::Shown;
use crate::answers::Part;
use crate::calendar::Year;
use crate::error::Outcome;
use crate::publish::cells::{Row, rows};
use crate::publish::outputs::ANNUAL_SETTLEMENTS;

/// The settlements of the shops that left or joined in the year, as many as were asked for.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Settlements {
    /// How many shops left or joined.
    left_or_joined_shops: usize,
    /// Those of them that were asked for.
    shops: Vec<Settlement>,
}

/// Whether the year is settled, else why not.
pub(super) enum Settled {
    Yes(Settlements),
    No(String),
}

/// The settlement of one shop.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Settlement {
    shop_id: i64,
    shop_name: String,
    basis: String,
    /// The scores that count.
    months: Vec<Month>,
    /// Null of no scores.
    average_score: Option<f64>,
    annual_min: f64,
    /// Whether the average reaches `annual_min`.
    is_qualified: bool,
    /// Null without payments.
    top_sales_category: Option<String>,
    sales_fen: i64,
    annual_fee_fen: i64,
    charged_months: i64,
    fee_fen: i64,
    refund_fen: i64,
}

/// A score that counts.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Month {
    /// The month end, or the day before the shop left.
    month_end: String,
    /// The score itself.
    score: f64,
}

impl Settlements {
    pub(super) fn parts(&self, year: &str) -> Vec<Part> {
        let title = format!("Settlements of {year}: shops that left or joined in it, each with its arithmetic");
        [title].into_iter().chain(self.shops.iter().map(Settlement::line)).map(Part::Line).collect()
    }
}

impl Settlement {
    fn of(row: Row<'_>) -> Outcome<Self> {
        let months = row.list("months")?;
        let month = |month: Row<'_>| Ok(Month { month_end: month.text("month_end")?, score: month.figure("score")? });
        Ok(Self {
            shop_id: row.integer("shop_id")?,
            shop_name: row.text("shop_name")?,
            basis: row.text("basis")?,
            months: rows(&months).map(month).collect::<Outcome<_>>()?,
            average_score: row.figure_if_any("average_score")?,
            annual_min: row.figure("annual_min")?,
            is_qualified: row.text("qualified")? == "true",
            top_sales_category: row.text_if_any("top_sales_category")?,
            sales_fen: row.integer("sales_fen")?,
            annual_fee_fen: row.integer("annual_fee_fen")?,
            charged_months: row.integer("charged_months")?,
            fee_fen: row.integer("fee_fen")?,
            refund_fen: row.integer("refund_fen")?,
        })
    }

    /// Basis, scores and their mean, sales, months, fee and refund.
    fn line(&self) -> String {
        let Self { shop_id, basis, annual_min, sales_fen, annual_fee_fen, charged_months, fee_fen, refund_fen, .. } =
            self;
        let average = self.average_score.map_or("no average".to_owned(), |mean| {
            let scores = self.months.iter().map(|month| format!("{}: {}", month.month_end, month.score));
            format!("({}) / {} = {mean}", scores.collect::<Vec<_>>().join(" + "), self.months.len())
        });
        let qualified = if self.is_qualified { "at least" } else { "not at least" };
        let category = self.top_sales_category.as_ref();
        let category = category.map_or("no payments".to_owned(), |category| format!("highest in {category}"));
        format!(
            "  shop {shop_id}, {basis}: {average}, {qualified} {annual_min}; sales {sales_fen} fen, {category}; \
             fee {annual_fee_fen} fen * {charged_months} / 12 months = {fee_fen} fen, {refund_fen} of it paid back"
        )
    }
}

pub(super) fn settled(shown: &Shown<'_>, year: Year) -> Outcome<Settled> {
    let Some(settled) = shown.seen.read(&ANNUAL_SETTLEMENTS, year)? else {
        return Ok(Settled::No(format!("{year} is not settled yet; `shopscore settle --year {year}` does it")));
    };
    if settled.schema() != ANNUAL_SETTLEMENTS.schema() {
        let advice = format!("`shopscore settle --year {year}` brings it up to date");
        return Ok(Settled::No(format!("{year} was settled by an earlier release, in fewer columns; {advice}")));
    }
    let mut partial = partial(&settled)?;
    let left_or_joined_shops = partial.len();
    partial.truncate(shown.arguments.shops);
    Ok(Settled::Yes(Settlements { left_or_joined_shops, shops: partial }))
}

/// The settlements on another basis than the whole year, or with fewer charged months than others.
fn partial(settled: &RecordBatch) -> Outcome<Vec<Settlement>> {
    let charged = |row: Row<'_>| row.integer("charged_months");
    let most = rows(settled).map(charged).collect::<Outcome<Vec<_>>>()?.into_iter().max();
    let mut partial = Vec::new();
    for row in rows(settled) {
        if row.text("basis")? != "year" || Some(charged(row)?) != most {
            partial.push(Settlement::of(row)?);
        }
    }
    Ok(partial)
}
