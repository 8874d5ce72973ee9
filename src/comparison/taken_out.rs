//! What appeals took out of the second night's sums that they had not on the first one.
//!
//! In: the rows of appeals that both nights counted, day by day, and what the state folder keeps of them. Out: by shop and indicator
//! what numerator and denominator lost; none where the state folder does not keep all appeals as both nights counted them.

use std::collections::{BTreeMap, HashMap};

use super::rules::NightRules;
use crate::domain::{Day, Span};
use crate::error::Outcome;
use crate::extracts::tables::Table;
use crate::indicators::Indicator;
use crate::publish::counted;
use crate::publish::reading::Current;
use crate::table_days::decided::{KnownAppeals, LostByShop};

/// What a shop's sums lost, numerator and denominator by [`Indicator::index`].
pub(crate) type LostSums = [(i64, i64); Indicator::ALL.len()];

/// By shop.
pub(crate) type NewlyTakenOut = HashMap<i64, LostSums>;

/// What was newly taken out between two nights, each of a generation and by its rules.
pub(crate) fn newly_taken_out(nights: [(&Current, &NightRules); 2]) -> Outcome<Option<NewlyTakenOut>> {
    let [first, second] = nights.map(|(_, rules)| rules.day.plus(-rules.settings.appeal_effect_days));
    let (_, of_second) = nights[1];
    let window = of_second.settings.window(of_second.day);
    let days = Span { first: window.first, last: first.max(second) };
    let mut rows_of_days: BTreeMap<Day, i64> = BTreeMap::new();
    for (generation, rules) in nights {
        for ((_, day), rows) in
            counted(generation, rules.day)?.into_iter().filter(|((table, _), _)| *table == Table::Appeals)
        {
            if *rows_of_days.entry(day).or_insert(rows) != rows {
                return Ok(None);
            }
        }
    }
    rows_of_days.retain(|day, _| days.contains(*day));
    if !days.days().all(|day| rows_of_days.contains_key(&day)) {
        return Ok(None);
    }
    let Some(known) = KnownAppeals::of(&of_second.settings, window, &rows_of_days)? else { return Ok(None) };
    Ok(Some(difference(&known.lost(first)?, &known.lost(second)?)))
}

/// What more was lost in the end.
fn difference(before: &LostByShop, after: &LostByShop) -> NewlyTakenOut {
    // What appeals took nothing out of has no entry.
    let lost = |of: &LostByShop, shop: i64, measure: &str| {
        of.get(&shop).and_then(|lost| lost.get(measure)).copied().unwrap_or_default()
    };
    let of_shop = |shop: i64| -> LostSums {
        Indicator::ALL.map(|indicator| {
            let spec = indicator.spec();
            let more = |measure| lost(after, shop, measure) - lost(before, shop, measure);
            (more(spec.numerator), more(spec.denominator))
        })
    };
    let shops = before.keys().chain(after.keys()).copied();
    shops.map(|shop| (shop, of_shop(shop))).filter(|(_, lost)| *lost != LostSums::default()).collect()
}
