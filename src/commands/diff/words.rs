//! What both answers of shops say to people in the same words.

use super::admissions::{AdmissionChange, StatusChange};
use super::indicator_move::{Figures, IndicatorMove};
use super::moved::Diff;
use crate::answers::units::{Language, value};
use crate::answers::{Cell, Part, Tone, few};
use crate::commands::terms::listed;
use crate::indicators::Unit;
use crate::rulebook::Decimal4;

/// A score, or that there is none.
pub(super) fn score(score: Option<f64>) -> String {
    score.map_or("none".to_owned(), |score| score.to_string())
}

/// A move with its sign.
pub(super) fn signed(ten_thousandths: i64) -> String {
    let sign = if ten_thousandths > 0 { "+" } else { "" };
    format!("{sign}{}", Decimal4::from_ten_thousandths(ten_thousandths))
}

pub(super) fn tone(ten_thousandths: i64) -> Tone {
    match ten_thousandths {
        0 => Tone::Plain,
        1.. => Tone::Good,
        _ => Tone::Bad,
    }
}

/// Two texts with an arrow between them; one where they are equal.
pub(super) fn arrow(from: &str, to: &str) -> String {
    if from == to { to.to_owned() } else { format!("{from} → {to}") }
}

/// The least score that is admitted to marketing.
pub(super) fn limit(change: &AdmissionChange) -> String {
    arrow(&change.marketing_min_before.to_string(), &change.marketing_min_after.to_string())
}

/// From which night to which, and what is to be known of all that follows.
pub(super) fn heads(diff: &Diff) -> Vec<Part> {
    let mut lines = Vec::new();
    let (from, to) = (&diff.from, &diff.to);
    if from.generation != to.generation {
        lines.push(format!("generation {} → {}", from.generation, to.generation));
    }
    for (side, are_recorded) in [(from, diff.are_rules_recorded_before), (to, diff.are_rules_recorded_after)] {
        if !are_recorded {
            lines.push(format!(
                "the rules and settings of {} are not recorded: those of now stand for them",
                side.as_of
            ));
        }
    }
    let changed = [("rules", &diff.rules), ("settings", &diff.settings)].into_iter();
    let changed = changed.filter(|(_, changed)| !changed.is_empty());
    lines.extend(changed.map(|(what, changed)| format!("{what}: {}", listed(changed))));
    if !diff.are_appeals_known {
        lines.push(
            "appeals are among own figures: STATE does not keep those of all days as they were counted".to_owned(),
        );
    }
    lines.into_iter().map(Part::Line).collect()
}

/// Whose monthly status is another; none where nothing is new of month ends.
pub(super) fn statuses(diff: &Diff) -> Option<Part> {
    let (from, to) = diff.from.month_end.zip(diff.to.month_end)?;
    let told = |change: &StatusChange| {
        let failures =
            change.failure_limit.map_or(String::new(), |limit| format!(", {} of {limit}", change.failures_after));
        let scores = arrow(&score(change.score_before), &score(change.score_after));
        format!("{} ({}{failures}, {scores})", change.shop_id, arrow(&change.status_before, &change.status_after))
    };
    let changed = few(diff.statuses.iter().map(told), diff.shown.most);
    (from != to || !diff.statuses.is_empty())
        .then(|| Part::Line(format!("monthly status, {}: {changed}", arrow(&from.to_string(), &to.to_string()))))
}

/// An indicator's value, rank and tier on both nights.
pub(super) fn figures(of: &IndicatorMove) -> [Cell; 3] {
    let unit = of.of.map(|(_, unit)| unit);
    // Why it has neither rank nor tier its value says alone.
    let told = |without: [&str; 2], text: fn(&Figures, Option<Unit>) -> Option<String>| {
        let [without_data, unassessed] = without;
        let text = |figures: &Option<Figures>| match figures {
            Some(figures) => text(figures, unit).unwrap_or_else(|| without_data.to_owned()),
            None => unassessed.to_owned(),
        };
        Cell::number(Some(arrow(&text(&of.from), &text(&of.to))))
    };
    [
        told(["no data", "not assessed"], |figures, unit| Some(value(figures.value?, unit?, Language::En))),
        told(["none"; 2], |figures, _| Some(format!("{}/{}", figures.shops_better? + 1, figures.ranked?))),
        told(["none"; 2], |figures, _| figures.tier.map(|tier| tier.to_string())),
    ]
}
