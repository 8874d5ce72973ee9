//! Annual fee refund 年费返还: what a shop gets back of a calendar year's fee (specification, section 9).
//!
//! Grain in: the shops of the newest snapshot, their month-end scores and their sales of one year, and the as-of day. Grain
//! out: one settlement for each shop with a contract in that year. Money in fen, scores in ten-thousandths; a month without a
//! score is left out, and with none left there is no average. The fee and the sales lines go by charged months, of which the
//! year has twelve; a fee is rounded down, a line is never divided.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::assessments::{MonthEndScore, STAGE, thresholds_on};
use crate::calendar::{Month, Year};
use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::policies::AnnualFeeBy;
use crate::rulebook::{Decimal4, ThresholdRow, Thresholds};
use crate::sales::Sales;
use crate::shops::Shop;

const MONTHS_A_YEAR: i64 = 12;

/// Which scores of the year count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub(crate) enum Basis {
    /// All month ends up to the as-of day.
    #[strum(serialize = "year")]
    Year,
    /// The month ends before the month of this day, on which the shop applied to leave.
    #[strum(serialize = "months_before_termination")]
    MonthsBeforeTermination(Day),
    /// The score of the day before this one, a day of January.
    #[strum(serialize = "day_before_termination")]
    DayBeforeTermination(Day),
    /// None: the shop left on this day, in the month that it joined in, and no fee is charged.
    #[strum(serialize = "no_fee")]
    NoFee(Day),
}

impl Basis {
    /// On what basis a shop is settled, as it is known on the as-of day; none where it left before the year, or had not joined
    /// by then.
    pub(crate) fn of(shop: &Shop, year: Year, as_of: Day) -> Option<Self> {
        let left_on = shop.terminated_on.filter(|left_on| *left_on <= as_of);
        if shop.joined_on > as_of || left_on.is_some_and(|left_on| left_on < year.first_day()) {
            return None;
        }
        Some(match left_on.filter(|left_on| year.contains(*left_on)) {
            None => Self::Year,
            Some(left_on) if Month::of(left_on) == Month::of(shop.joined_on) => Self::NoFee(left_on),
            Some(left_on) if Month::of(left_on) == Month::of(year.first_day()) => Self::DayBeforeTermination(left_on),
            Some(left_on) => Self::MonthsBeforeTermination(left_on),
        })
    }

    /// The day of the year that the shop left on, if it did.
    pub(crate) fn left_on(self) -> Option<Day> {
        match self {
            Self::Year => None,
            Self::MonthsBeforeTermination(day) | Self::DayBeforeTermination(day) | Self::NoFee(day) => Some(day),
        }
    }

    /// As it stands in files.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    fn counts(self, month_end: Day) -> bool {
        match self {
            Self::Year => true,
            Self::MonthsBeforeTermination(left_on) => Month::of(month_end) < Month::of(left_on),
            Self::DayBeforeTermination(_) | Self::NoFee(_) => false,
        }
    }
}

/// A score that went into an average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CountedScore {
    pub day: Day,
    pub score: Decimal4,
    /// The revision of the month end; none for the day before termination.
    pub revision: Option<i64>,
}

/// The settlement of a shop's annual fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settlement {
    pub shop_id: i64,
    pub shop_name: String,
    /// Which scores count.
    pub basis: Basis,
    /// Those that do, by day.
    pub months: Vec<CountedScore>,
    /// Their average; none of no scores.
    pub average: Option<Decimal4>,
    /// The category of goods that decides by its sales; none without payments.
    pub top_category: Option<String>,
    pub sales_fen: i64,
    pub annual_min: Decimal4,
    /// Whether the average reaches the least one.
    pub is_qualified: bool,
    /// How many twelfths of the fee and of the sales lines hold for the shop.
    pub charged_months: i64,
    /// That of a whole year.
    pub annual_fee_fen: i64,
    /// That of the charged months.
    pub fee_fen: i64,
    pub refund_fen: i64,
}

/// All that a year is settled with; scores and sales by shop.
#[derive(Clone, Debug)]
pub(crate) struct Account<'a> {
    pub year: Year,
    /// What is known by the end of this day counts.
    pub as_of: Day,
    /// The month-end scores of the year up to the as-of day, in order.
    pub month_ends: BTreeMap<i64, Vec<(Day, &'a MonthEndScore)>>,
    /// The scores of the day before they left of shops that left in January.
    pub days_before: BTreeMap<i64, Decimal4>,
    pub sales: BTreeMap<i64, Sales>,
    pub annual_fee_by: AnnualFeeBy,
}

/// Settles the year for the shops of a snapshot, in their order.
///
/// # Errors
/// Usage where no thresholds are in force on the day that decides; a fault where an average passes 64 bits.
pub(crate) fn settle(shops: &[Shop], account: &Account<'_>, thresholds: &Thresholds) -> Outcome<Vec<Settlement>> {
    let with_basis = shops.iter().filter_map(|shop| Some((shop, Basis::of(shop, account.year, account.as_of)?)));
    with_basis.map(|(shop, basis)| account.settlement(shop, basis, thresholds)).collect()
}

impl Account<'_> {
    fn settlement(&self, shop: &Shop, basis: Basis, thresholds: &Thresholds) -> Outcome<Settlement> {
        let shop_id = shop.shop_id;
        let sales = self.sales.get(&shop_id).cloned().unwrap_or_default();
        let decisive = basis.left_on().unwrap_or(self.year.last_day());
        let (top_category, row) = match dearest(thresholds, decisive, &sales.top_categories)? {
            Some((category, row)) => (Some(category.clone()), row),
            None => (None, thresholds_on(thresholds, decisive, &shop.primary_category)?),
        };
        let months = self.counted(shop_id, basis);
        let (annual_min, average) = (row.annual_min, average(&months)?);
        let is_qualified = average.is_some_and(|average| average >= annual_min);
        let charged_months = self.charged_months(shop, basis);
        let fee_fen = of_months(row.annual_fee_fen, charged_months)?;
        let refund_fen = if is_qualified { earned(row, sales.amount_fen, charged_months, fee_fen) } else { 0 };
        Ok(Settlement {
            shop_id,
            shop_name: shop.name.clone(),
            basis,
            months,
            average,
            top_category,
            sales_fen: sales.amount_fen,
            annual_min,
            is_qualified,
            charged_months,
            annual_fee_fen: row.annual_fee_fen,
            fee_fen,
            refund_fen,
        })
    }

    /// The months of the year after that of joining, up to that of leaving, or as far as the settlement goes.
    fn charged_months(&self, shop: &Shop, basis: Basis) -> i64 {
        match (basis, self.annual_fee_by) {
            (Basis::NoFee(_), _) => 0,
            (_, AnnualFeeBy::Year) => MONTHS_A_YEAR,
            (_, AnnualFeeBy::Months) => {
                let last = basis.left_on().unwrap_or(self.as_of.min(self.year.last_day()));
                let uncharged = Month::of(self.year.first_day()).plus(-1).max(Month::of(shop.joined_on));
                Month::of(last).since(uncharged).max(0).into()
            }
        }
    }

    fn counted(&self, shop_id: i64, basis: Basis) -> Vec<CountedScore> {
        if let Basis::DayBeforeTermination(left_on) = basis {
            let day = left_on.plus(-1);
            let score = self.days_before.get(&shop_id).into_iter();
            return score.map(|score| CountedScore { day, score: *score, revision: None }).collect();
        }
        let month_ends = self.month_ends.get(&shop_id).into_iter().flatten();
        let scored = |(day, month): &(Day, &MonthEndScore)| {
            Some(CountedScore { day: *day, score: month.score?, revision: Some(month.revision) })
        };
        month_ends.filter(|(day, _)| basis.counts(*day)).filter_map(scored).collect()
    }
}

/// The category that decides and its row: of those with the highest sales the one with the dearest fee, of several the first
/// by name; none without payments.
fn dearest<'a>(
    thresholds: &'a Thresholds,
    decisive: Day,
    top_categories: &'a BTreeSet<String>,
) -> Outcome<Option<(&'a String, &'a ThresholdRow)>> {
    let with_row = |category: &'a String| Ok((category, thresholds_on(thresholds, decisive, category)?));
    let rows = top_categories.iter().map(with_row).collect::<Outcome<Vec<_>>>()?;
    Ok(rows.into_iter().max_by_key(|(category, row)| (row.annual_fee_fen, Reverse(*category))))
}

/// So many twelfths of the fee of a year, rounded down.
fn of_months(annual_fee_fen: i64, months: i64) -> Outcome<i64> {
    let part = i128::from(annual_fee_fen) * i128::from(months) / i128::from(MONTHS_A_YEAR);
    i64::try_from(part).map_err(|error| fault(STAGE, error))
}

/// What a qualified shop gets back of its fee: without charged months the fee is 0, and so is all of it.
fn earned(row: &ThresholdRow, sales_fen: i64, months: i64, fee_fen: i64) -> i64 {
    // Twelve times the sales against the months' part of twelve lines: nothing is divided.
    let twelvefold = i128::from(MONTHS_A_YEAR) * i128::from(sales_fen);
    let reaches = |line_fen: i64| twelvefold >= i128::from(months) * i128::from(line_fen);
    if reaches(row.sales_full_refund_fen) {
        fee_fen
    } else if reaches(row.sales_half_refund_fen) {
        fee_fen / 2
    } else {
        0
    }
}

/// The mean to four decimals, half-up; none of no scores.
fn average(months: &[CountedScore]) -> Outcome<Option<Decimal4>> {
    if months.is_empty() {
        return Ok(None);
    }
    let total: i128 = months.iter().map(|month| i128::from(month.score.ten_thousandths())).sum();
    let mean = Decimal4::half_up(total, 10_000 * months.len() as i128);
    mean.map(Some).ok_or_else(|| fault(STAGE, "an average beyond 64 bits"))
}

#[cfg(test)]
#[path = "annual_tests.rs"]
mod tests;
