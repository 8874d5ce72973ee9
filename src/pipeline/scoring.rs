//! A day taken through all stages up to the scores, for the night of that day or for a restatement of it.
//!
//! In: settings, rules, the day and the day as of which appeals are known. Out: the results that its tables are made of.

use polars::prelude::DataFrame;

use crate::pipeline::figures::Figures;
use crate::quality;
use crate::ranking::assessed::{Present, assess};
use crate::ranking::rank_all;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::table_days::dependencies::Terms;
use crate::table_days::night::{NightInput, Surveyed};
use crate::table_days::set_aside::SetAside;
use crate::table_days::windows::SpanSums;
use crate::window_sums::shops::{WindowSums, of_shops};
use crate::{domain::Day, error::Outcome, extracts::tables::Table, scores};

/// Which outlook a run asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    NotAsked,
    OfMonthEnd,
}

/// Scores a day whose table-days were found, and hands on what came of it.
pub(super) fn with_figures<T>(
    Terms { settings, rulebook, .. }: Terms<'_>,
    (as_of, outlook): (Day, Outlook),
    surveyed: &Surveyed<'_>,
    then: impl FnOnce(&Figures<'_>, NightInput) -> Outcome<T>,
) -> Outcome<T> {
    let (month_end, known) = settings.outlook(as_of);
    let known = known.filter(|_| outlook == Outlook::OfMonthEnd && rules_are_known(rulebook, as_of, month_end));
    let mut input = surveyed.gather(known.filter(|_| month_end != as_of))?;
    check(settings, as_of, surveyed, &input)?;
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
    let figures = Figures { ranking: &ranking, scores: &scores, outlook, mix };
    quality::check_unscored(&figures.why_unscored(), &settings.limits)?;
    then(&figures, input)
}

/// Whether the rules are known that shops are scored by on a month end; else what lacks is said.
fn rules_are_known(rulebook: &Rulebook, as_of: Day, month_end: Day) -> bool {
    // A night whose own rules lack was refused.
    let lacking = rulebook.check_scores(month_end).err().filter(|_| month_end != as_of);
    if let Some(lacking) = &lacking {
        tracing::warn!("no outlook on {month_end}: {lacking}");
    }
    lacking.is_none()
}

fn sums_of(present: &Present<'_>, sums: &SpanSums) -> Outcome<WindowSums> {
    let shop_ids: Vec<i64> = present.shops.iter().map(|assessed| assessed.shop.shop_id).collect();
    of_shops(&sums.tables, &sums.taken_out, &shop_ids)
}

/// Refuses input that breaks a limit.
fn check(settings: &Settings, as_of: Day, surveyed: &Surveyed<'_>, input: &NightInput) -> Outcome<()> {
    let SetAside { counts, quarantine, .. } = &input.set_aside;
    quality::check_table_days(counts, quarantine, settings.window(as_of), &settings.limits)
        .map_err(|failure| surveyed.explained(failure, counts))?;
    if let Some(snapshot) = counts.iter().find(|counts| counts.table == Table::Shops) {
        quality::check_snapshot(snapshot.rows, input.snapshot_before, &settings.limits)?;
    }
    quality::check_unknown_shops(counts, &input.unknown_rows(), &settings.limits)
}
