//! What both answers of shops say to people in the same words.

use super::indicator_move::{Figures, IndicatorMove};
use super::moved::Diff;
use crate::answers::units::{Language, value};
use crate::answers::{Cell, Part, Tone};
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

/// The first few of a list in words, and how many more there are.
pub(super) fn few<T>(of: &[T], most: usize, told: impl Fn(&T) -> String) -> String {
    let shown = of.iter().take(most).map(told).collect::<Vec<_>>().join(", ");
    let more = of.len().saturating_sub(most);
    match (of.is_empty(), more) {
        (true, _) => "none".to_owned(),
        (_, 0) => shown,
        _ => format!("{shown} and {more} more"),
    }
}

/// From which night to which, and what is to be known of all that follows.
pub(super) fn heads(diff: &Diff) -> Vec<Part> {
    let mut lines = Vec::new();
    if let Some((from, to)) =
        diff.from.generation.as_ref().zip(diff.to.generation.as_ref()).filter(|(from, to)| from != to)
    {
        lines.push(format!("generation {from} → {to}"));
    }
    lines.extend(diff.rules.iter().map(|rule| format!("rules: {rule}")));
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
    let changed = few(&diff.statuses, diff.shown.most, |change| {
        let failures =
            change.failure_limit.map_or(String::new(), |limit| format!(", {} of {limit}", change.failures_to));
        let scores = arrow(&score(change.score_from), &score(change.score_to));
        format!("{} ({}{failures}, {scores})", change.shop_id, arrow(&change.status_from, &change.status_to))
    });
    (from != to || !diff.statuses.is_empty())
        .then(|| Part::Line(format!("monthly status, {}: {changed}", arrow(&from.to_string(), &to.to_string()))))
}

/// An indicator's value, rank and tier on both nights.
pub(super) fn figures(of: &IndicatorMove) -> [Cell; 3] {
    let unit = of.of.map(|(_, unit)| unit);
    let told = |text: fn(&Figures, Option<Unit>) -> Option<String>| {
        let text = |figures: &Option<Figures>| match figures {
            Some(figures) => text(figures, unit).unwrap_or_else(|| "no data".to_owned()),
            None => "not assessed".to_owned(),
        };
        Cell::number(Some(arrow(&text(&of.from), &text(&of.to))))
    };
    [
        told(|figures, unit| Some(value(figures.value?, unit?, Language::En))),
        told(|figures, _| Some(format!("{}/{}", figures.rank?, figures.ranked?))),
        told(|figures, _| figures.tier.map(|tier| tier.to_string())),
    ]
}
