//! What lies ahead of shops: who is near exit since the last month end, and whose next month end would newly fail.
//!
//! In: the assessments of the newest month end up to the day, and who would fail by the day's outlook. The nearest to exit come first.

use arrow::array::RecordBatch;
use serde::Serialize;

use super::Shown;
use crate::answers::{Cell, Part, Table, Tone};
use crate::assessments::monthly::Risk;
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::cells::{Row, rows};
use crate::publish::failing::{Failing, failing};
use crate::publish::month_ends::newest_assessed;

/// The nearest to exit first.
const RISKS: [Risk; 3] = [Risk::High, Risk::Medium, Risk::Low];

/// What lies ahead of the shops of a day.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Ahead {
    /// Null where no month end up to the day is assessed.
    assessed: Option<Assessed>,
    /// Null where an earlier release published the day, or no shop is present.
    outlook: Option<Outlook>,
}

/// The newest month end up to the day.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Assessed {
    /// Its day, YYYY-MM-DD.
    month_end: Day,
    /// How many shops are one failure from exit.
    high_risk_shops: usize,
    /// How many are two from it.
    medium_risk_shops: usize,
    /// As many of these as were asked for.
    shops: Vec<Listed>,
}

/// Where the day's month end is heading.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Outlook {
    /// Its day, YYYY-MM-DD.
    month_end: Day,
    /// How many days of its window are over.
    days_known: i64,
    /// How many shops would fail that are not in exit.
    newly_failing_shops: usize,
    /// As many of these as were asked for.
    shops: Vec<Listed>,
}

/// A shop in a list of these.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Listed {
    shop_id: i64,
    shop_name: String,
    /// Its main category.
    primary_category: String,
    /// The month end's, or what the known days alone would give.
    score: Option<f64>,
    /// The least score that passes the monthly assessment.
    monthly_min: f64,
    /// Months of the cycle that have failed.
    failures: i64,
    /// Null where none of them is assessed yet.
    failure_limit: Option<i64>,
    /// Of the last assessment in the cycle.
    risk: Option<String>,
}

impl Listed {
    /// Of a row with a score and the least one, and the shop's last assessment in the cycle.
    fn new(row: Row<'_>, assessed: Option<Row<'_>>) -> Outcome<Self> {
        let of_cycle = |column| assessed.map(|assessed| assessed.integer_if_any(column)).transpose();
        let risk = assessed.map(|assessed| assessed.text_if_any("risk")).transpose()?;
        Ok(Self {
            shop_id: row.integer("shop_id")?,
            shop_name: row.text("shop_name")?,
            primary_category: row.text("primary_category")?,
            score: row.figure_if_any("score")?,
            monthly_min: row.figure("monthly_min")?,
            failures: of_cycle("failures")?.flatten().unwrap_or(0),
            failure_limit: of_cycle("failure_limit")?.flatten(),
            risk: risk.flatten(),
        })
    }

    /// Its place among [`RISKS`], or theirs and one more.
    fn urgency(&self) -> usize {
        RISKS.iter().position(|of| self.risk.as_deref() == Some(of.name())).unwrap_or(RISKS.len())
    }
}

impl Ahead {
    pub(super) fn parts(&self, day: Day) -> Vec<Part> {
        let mut parts = Vec::new();
        match &self.assessed {
            None => parts.push(Part::Line(format!("No month end up to {day} is assessed yet"))),
            Some(Assessed { month_end, high_risk_shops, medium_risk_shops, shops }) => {
                let counts = format!("one failure from exit {high_risk_shops}, two {medium_risk_shops}");
                parts.push(Part::Line(format!("Shops at risk since {month_end}: {counts}")));
                parts.push(Part::Table(listing(shops)));
            }
        }
        match &self.outlook {
            None => parts.push(Part::Line(format!("{day} was published without an outlook"))),
            Some(Outlook { month_end, days_known, newly_failing_shops, shops }) => {
                let known = format!("by the {days_known} days of its window that are over");
                let title =
                    format!("Outlook on {month_end}, {known}: shops that would newly fail {newly_failing_shops}");
                parts.extend([Part::Line(title), Part::Table(listing(shops))]);
            }
        }
        parts
    }
}

/// One line a shop.
fn listing(shops: &[Listed]) -> Table {
    let mut table = Table::new(["shop", "name", "category", "score", "least", "failures", "risk"]);
    for of in shops {
        let tone = match of.urgency() {
            0 => Tone::Bad,
            1 => Tone::Warning,
            _ => Tone::Plain,
        };
        let limit = of.failure_limit.map_or(String::new(), |limit| format!(" of {limit}"));
        table.add([
            Cell::number(Some(of.shop_id)),
            Cell::text(&of.shop_name),
            Cell::text(&of.primary_category),
            Cell::number(of.score),
            Cell::number(Some(of.monthly_min)),
            Cell::text(format!("{}{limit}", of.failures)),
            Cell::text(of.risk.as_deref().unwrap_or_default()).toned(tone),
        ]);
    }
    table
}

pub(super) fn ahead(shown: &Shown<'_>, day: Day) -> Outcome<Ahead> {
    let assessed = newest_assessed(&shown.seen, day, None)?;
    let assessed = assessed.map(|(month_end, assessed)| near_exit(shown, month_end, &assessed)).transpose()?;
    let outlook = failing(&shown.seen, day, Listed::new)?.map(|Failing { month_end, days_known, shops }| {
        let newly_failing_shops = shops.len();
        Outlook { month_end, days_known, newly_failing_shops, shops: nearest(shops, shown) }
    });
    Ok(Ahead { assessed, outlook })
}

/// The shops that one or two more failures would bring to exit.
fn near_exit(shown: &Shown<'_>, month_end: Day, assessed: &RecordBatch) -> Outcome<Assessed> {
    let mut shops = Vec::new();
    for row in rows(assessed) {
        if !row.is_null("risk")? && row.text("risk")? != Risk::Low.name() {
            shops.push(Listed::new(row, Some(row))?);
        }
    }
    let of_risk = |place| shops.iter().filter(|listed: &&Listed| listed.urgency() == place).count();
    let (high_risk_shops, medium_risk_shops) = (of_risk(0), of_risk(1));
    Ok(Assessed { month_end, high_risk_shops, medium_risk_shops, shops: nearest(shops, shown) })
}

/// As many as were asked for, the nearest to exit first.
fn nearest(mut shops: Vec<Listed>, shown: &Shown<'_>) -> Vec<Listed> {
    shops.sort_by_key(Listed::urgency);
    shops.truncate(shown.arguments.shops);
    shops
}
