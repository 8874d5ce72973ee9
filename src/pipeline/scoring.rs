//! A day taken through all stages up to the scores, for the night of that day or for a restatement of it.
//!
//! In: settings, rules, the day and the day as of which appeals are known. Out: the results that its tables are made of.

use polars::prelude::DataFrame;

use crate::pipeline::{figures::Figures, limits};
use crate::ranking::assessed::{Present, assess};
use crate::ranking::rank_all;
use crate::rulebook::Rulebook;
use crate::stages::Stage;
use crate::table_days::dependencies::Terms;
use crate::table_days::night::{NightInput, Surveyed};
use crate::table_days::windows::SpanSums;
use crate::window_sums::shops::{WindowSums, of_shops};
use crate::{
    domain::Day,
    error::{Finding, Outcome},
    scores,
};

/// Which outlook a run asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    NotAsked,
    OfMonthEnd,
}

/// Scores a day whose table-days were found, and hands on what came of it.
pub(super) fn with_figures<T>(
    terms @ Terms { settings, rulebook, keeping }: Terms<'_>,
    (as_of, outlook): (Day, Outlook),
    surveyed: &Surveyed<'_>,
    then: impl FnOnce(&Figures<'_>, NightInput) -> Outcome<T>,
) -> Outcome<T> {
    let (month_end, known) = settings.outlook(as_of);
    let known = known.filter(|_| outlook == Outlook::OfMonthEnd);
    let lacking = known.and_then(|_| no_outlook(rulebook, as_of, month_end));
    let known = known.filter(|_| lacking.is_none());
    let mut input = surveyed.gather(known.filter(|_| month_end != as_of))?;
    let stage = Stage::Scores.begin().of_rows(input.shops.len());
    let mut beyond = limits::check(terms, as_of, surveyed, &input)?;
    let shops = std::mem::take(&mut input.shops);
    let mix = settings.after_sales_mix;
    // First, so that only one ranking is held at a time.
    let headed = input.outlook.take().map(|sums| {
        let present = assess(&shops, rulebook, (as_of, month_end), settings.rank_within)?;
        let sums = sums_of(&present, &sums)?;
        scores::score_all(&rank_all(&present, &sums, rulebook, month_end)?, mix)
    });
    let headed = headed.transpose()?;
    let present = assess(&shops, rulebook, (as_of, as_of), settings.rank_within)?;
    let sums = sums_of(&present, &input.window)?;
    // They would lie beside those of the shops to the end: a hundred megabytes of a million shops.
    input.window.tables.values_mut().for_each(|table| table.sums = DataFrame::default());
    let ranking = rank_all(&present, &sums, rulebook, as_of)?;
    let scores = scores::score_all(&ranking, mix)?;
    let outlook = known.map(|_| headed.as_ref().unwrap_or(&scores).as_slice());
    let mut figures = Figures { ranking: &ranking, scores: &scores, outlook, mix, warnings: Vec::new() };
    beyond.extend(limits::check_scores(settings, &figures.why_unscored())?);
    figures.warnings = lacking.into_iter().chain(beyond.iter().map(Finding::to_string)).collect();
    limits::tell(keeping, &figures.warnings);
    drop(stage);
    then(&figures, input)
}

/// Why a night has no outlook on its month end, where the rules of that day lack. One whose own rules lack is refused.
pub(super) fn no_outlook(rulebook: &Rulebook, as_of: Day, month_end: Day) -> Option<String> {
    let lacking = rulebook.check_scores(month_end).err().filter(|_| month_end != as_of);
    lacking.map(|lacking| format!("no outlook on {month_end}: {lacking}"))
}

fn sums_of(present: &Present<'_>, sums: &SpanSums) -> Outcome<WindowSums> {
    let shop_ids: Vec<i64> = present.shops.iter().map(|assessed| assessed.shop.shop_id).collect();
    of_shops(&sums.tables, &sums.taken_out, &shop_ids)
}
