//! The answer of shops: who came, left and moved, and each move with its parts.
//!
//! Scores and moves are figures of four decimals; the parts of a move add up to it, in ten-thousandths.

use std::cmp::Reverse;

use serde::Serialize;

use super::admissions::{AdmissionChange, ScoreChange, ShopOfNight, StatusChange};
use super::moved_shop::MovedShop;
use super::nights::{Nights, Side};
use crate::cli;
use crate::comparison::shops::{Comparison, Stayed};
use crate::comparison::statuses;
use crate::comparison::taken_out::newly_taken_out;
use crate::error::{ExitClass, Finding, Outcome};

/// How messages name this command.
const STAGE: &str = "diff";

/// What became of shops between two published nights.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct Diff {
    /// The first night.
    pub(super) from: Side,
    /// The second night.
    pub(super) to: Side,
    /// Whether what appeals took out is told apart; else it is among own figures, for STATE does not keep the appeals of all days.
    pub(super) are_appeals_known: bool,
    /// Whether the first night's rules and settings are recorded with it; else those of now stand for them.
    pub(super) are_rules_recorded_before: bool,
    /// The same of the second night.
    pub(super) are_rules_recorded_after: bool,
    /// How the rules differ that the nights went by, in words.
    pub(super) rules: Vec<String>,
    /// How the settings differ that reach into a night, in words.
    pub(super) settings: Vec<String>,
    /// Shops of both nights whose score rose.
    pub(super) up: usize,
    /// Shops of both nights whose score fell.
    pub(super) down: usize,
    /// Shops that the second night alone has.
    pub(super) entered: Vec<ShopOfNight>,
    /// Shops that the first night alone has.
    pub(super) left: Vec<ShopOfNight>,
    /// Shops of both nights that have a score on one of them alone.
    pub(super) scores_came_or_went: Vec<ScoreChange>,
    /// Shops of both nights that lost or gained admission to marketing.
    pub(super) admissions: Vec<AdmissionChange>,
    /// Shops whose monthly assessment is another one.
    pub(super) statuses: Vec<StatusChange>,
    /// Those whose score moved, the greatest move first; or the one that was asked for.
    pub(super) shops: Vec<MovedShop>,
    #[serde(skip)]
    pub(super) shown: Shown,
}

/// What people see of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    pub(super) most: usize,
    pub(super) shop: Option<i64>,
}

pub(super) fn diff(nights: &Nights, arguments: &cli::Diff) -> Outcome<Diff> {
    let Nights([first, second]) = nights;
    let taken_out = newly_taken_out(nights.each(|night| (&night.generation, &night.rules)))?;
    let are_appeals_known = taken_out.is_some();
    // What is not known to be taken out counts as own figures.
    let taken_out = taken_out.unwrap_or_default();
    let rules = nights.each(|night| &night.rules);
    let comparison = Comparison::of(nights.each(|night| &night.published), rules, &taken_out)?;
    let is_meant = |shop_id: i64| arguments.shop.is_none_or(|shop| shop == shop_id);
    let mut stayed = comparison.stayed()?;
    stayed.retain(|shop| is_meant(shop.nights[0].shop_id));
    let [entered, left] = comparison
        .entered_and_left()
        .map(|shops| shops.into_iter().filter(|shop| is_meant(shop.shop_id)).map(ShopOfNight::of).collect::<Vec<_>>());
    check_is_there(arguments, stayed.len() + entered.len() + left.len())?;
    let moves = |is: fn(i64) -> bool| stayed.iter().filter_map(Stayed::moved).filter(|moved| is(*moved)).count();
    let (up, down) = (moves(|moved| moved > 0), moves(|moved| moved < 0));
    let month_ends = [first.month_end.as_ref(), second.month_end.as_ref()];
    let statuses = statuses::changed(month_ends).into_iter().filter(|(shop_id, _)| is_meant(*shop_id));
    let statuses = statuses.map(StatusChange::of).collect();
    let scores_came_or_went = stayed.iter().filter_map(ScoreChange::of).collect();
    let admissions = stayed.iter().filter_map(AdmissionChange::of).collect();
    stayed.retain(|shop| arguments.shop.is_some() || shop.moved().is_some_and(|moved| moved != 0));
    // Equal moves stay in the order of the shops.
    stayed.sort_by_key(|shop| Reverse(shop.moved().map(i64::abs)));
    let changed = first.rules.changed(&second.rules)?;
    Ok(Diff {
        from: first.side()?,
        to: second.side()?,
        are_appeals_known,
        are_rules_recorded_before: first.rules.are_recorded,
        are_rules_recorded_after: second.rules.are_recorded,
        rules: changed.rules,
        settings: changed.settings,
        up,
        down,
        entered,
        left,
        scores_came_or_went,
        admissions,
        statuses,
        shops: stayed.iter().map(|shop| MovedShop::of(shop, arguments.shop.is_some())).collect(),
        shown: Shown { most: arguments.limit, shop: arguments.shop },
    })
}

/// Refuses a shop that neither night has; `found` counts what was found of it.
fn check_is_there(arguments: &cli::Diff, found: usize) -> Outcome<()> {
    let Some(shop) = arguments.shop.filter(|_| found == 0) else { return Ok(()) };
    let finding = Finding::new(STAGE, format!("no shop {shop} on either day"), "the id of a shop that was present");
    Err(finding.fail(ExitClass::Missing))
}
