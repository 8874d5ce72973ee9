//! The answer of shops for people: what came of all of them in a few lines and a table, or of one shop line by line.

use std::cmp::Reverse;

use super::admissions::ShopOfNight;
use super::moved::Diff;
use super::moved_shop::{Figures, IndicatorMove, MovedRow, MovedShop};
use crate::answers::units::{Language, value};
use crate::answers::{Answer, Cell, Part, Table, Tone};
use crate::comparison::causes::Cause;
use crate::domain::Dimension;
use crate::indicators::Unit;
use crate::rulebook::Decimal4;

impl Answer for Diff {
    const SCHEMA: &'static str = "diff/1";
    type Row = MovedRow;

    fn rows(&self) -> Vec<MovedRow> {
        self.shops.iter().map(MovedShop::row).collect()
    }

    fn parts(&self) -> Vec<Part> {
        if self.shown.shop.is_some() { one_shop(self) } else { all_shops(self) }
    }
}

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
fn few<T>(of: &[T], most: usize, told: impl Fn(&T) -> String) -> String {
    let shown = of.iter().take(most).map(told).collect::<Vec<_>>().join(", ");
    let more = of.len().saturating_sub(most);
    match (of.is_empty(), more) {
        (true, _) => "none".to_owned(),
        (_, 0) => shown,
        _ => format!("{shown} and {more} more"),
    }
}

/// From which night to which, and what is to be known of all that follows.
fn heads(diff: &Diff) -> Vec<Part> {
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

fn all_shops(diff: &Diff) -> Vec<Part> {
    let most = diff.shown.most;
    let counted = |shops: &[ShopOfNight]| {
        let ids = few(shops, most, |shop| shop.shop_id.to_string());
        if shops.is_empty() { "0".to_owned() } else { format!("{} ({ids})", shops.len()) }
    };
    let (up, down) = (diff.up, diff.down);
    let (entered, left) = (counted(&diff.entered), counted(&diff.left));
    let moved = up + down;
    let days = format!("{} → {}", diff.from.day, diff.to.day);
    let mut parts =
        vec![Part::Line(format!("{days}: entered {entered}, left {left}; changed {moved}: {up} up, {down} down"))];
    parts.extend(heads(diff));
    let admissions = |is_admitted| {
        let of: Vec<_> = diff.admissions.iter().filter(|change| change.is_admitted == is_admitted).collect();
        few(&of, most, |change| {
            let scores = arrow(&score(change.score_from), &score(change.score_to));
            let least = [change.marketing_min_from, change.marketing_min_to].map(|least| least.to_string());
            let [from, to] = &least;
            let limit = if from == to { String::new() } else { format!(", limit {from} → {to}") };
            format!("{} ({scores}{limit}, {})", change.shop_id, change.cause.name())
        })
    };
    parts.push(Part::Line(format!("admission lost: {}; gained: {}", admissions(false), admissions(true))));
    if !diff.scores_came_or_went.is_empty() {
        let scores = few(&diff.scores_came_or_went, most, |change| {
            let scores = arrow(&score(change.score_from), &score(change.score_to));
            format!("{} ({scores}, {})", change.shop_id, change.cause.name())
        });
        parts.push(Part::Line(format!("scores that came or went: {scores}")));
    }
    parts.extend(statuses(diff));
    if !diff.shops.is_empty() {
        parts.push(Part::Table(moved_shops(&diff.shops, most)));
        let more = diff.shops.len().saturating_sub(most);
        parts.extend((more > 0).then(|| Part::Line(format!("and {more} more that moved; --most N shows more"))));
    }
    parts
}

fn statuses(diff: &Diff) -> Option<Part> {
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

/// What each cause moved, the greatest first; of equal ones the first.
fn because(shop: &MovedShop) -> String {
    let mut causes: Vec<_> =
        Cause::ALL.map(|cause| (cause, shop.moved_by(cause))).into_iter().filter(|(_, moved)| *moved != 0).collect();
    causes.sort_by_key(|(_, moved)| Reverse(moved.abs()));
    causes
        .into_iter()
        .map(|(cause, moved)| format!("{} {}", cause.name(), signed(moved)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn moved_shops(shops: &[MovedShop], most: usize) -> Table {
    let mut table =
        Table::new(["shop", "name", "category", "score", "move", "because", "through", "value", "rank", "tier"]);
    for shop in shops.iter().take(most) {
        let moved = Cause::ALL.map(|cause| shop.moved_by(cause)).iter().sum();
        let through = shop.indicators.iter().find(|of| Some(&of.indicator) == shop.main_indicator.as_ref());
        let mut cells = vec![
            Cell::number(Some(shop.shop_id)),
            Cell::text(&shop.shop_name),
            Cell::text(arrow(&shop.category_from, &shop.category_to)),
            Cell::number(Some(arrow(&score(shop.score_from), &score(shop.score_to)))),
            Cell::number(Some(signed(moved))).toned(tone(moved)),
            Cell::text(because(shop)),
            Cell::text(through.map_or("weights", |of| &of.indicator)),
        ];
        cells.extend(through.map_or([Cell::text(""), Cell::text(""), Cell::text("")], figures));
        table.add(cells);
    }
    table
}

/// An indicator's value, rank and tier on both nights.
fn figures(of: &IndicatorMove) -> [Cell; 3] {
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

/// One shop: a line a dimension whose score moved, with its indicators, and the others in one line.
fn one_shop(diff: &Diff) -> Vec<Part> {
    let mut parts = heads(diff);
    for (came, shops) in [("entered", &diff.entered), ("left", &diff.left)] {
        let lines = shops.iter().map(|shop| format!("{}: {came}, score {}", shop.shop_id, score(shop.score)));
        parts.extend(lines.map(Part::Line));
    }
    for shop in &diff.shops {
        let scores = arrow(&score(shop.score_from), &score(shop.score_to));
        let moved = Cause::ALL.map(|cause| shop.moved_by(cause)).iter().sum();
        let category = arrow(&shop.category_from, &shop.category_to);
        parts.push(Part::Line(format!(
            "{} {} · {category}: {scores} ({})",
            shop.shop_id,
            shop.shop_name,
            signed(moved)
        )));
        let (still, table) = dimensions(shop);
        parts.extend(table.map(Part::Table));
        parts.extend((!still.is_empty()).then(|| Part::Line(format!("unchanged: {}", still.join(", ")))));
    }
    let changes =
        diff.scores_came_or_went.iter().map(|change| format!("its score came or went: {}", change.cause.name()));
    let admissions = diff.admissions.iter().map(|change| {
        let admission = if change.is_admitted { "gained" } else { "lost" };
        format!("admission {admission}, limit {}: {}", change.marketing_min_to, change.cause.name())
    });
    parts.extend(changes.chain(admissions).map(Part::Line));
    parts.extend(statuses(diff));
    parts
}

/// The dimensions that are as they were, each with its score, and a table of the others.
fn dimensions(shop: &MovedShop) -> (Vec<String>, Option<Table>) {
    let header = ["dimension", "score", "adds", "indicator", "value", "rank", "tier", "because"];
    let (mut table, mut is_empty, mut still) = (Table::new(header), true, Vec::new());
    let [before, after] = shop.dimensions;
    for ((dimension, from), to) in Dimension::ALL.into_iter().zip(before).zip(after) {
        let of: Vec<_> = shop.indicators.iter().filter(|of| of.dimension == dimension.name()).collect();
        let [from, to] = [from, to].map(|score| score.map_or("none".to_owned(), |score| score.to_string()));
        if from == to && of.iter().all(|of| shop.through(Some(&of.indicator)).is_empty()) {
            still.push(format!("{} {to}", dimension.name()));
            continue;
        }
        for (place, of) in of.into_iter().enumerate() {
            let [dimension, score] = if place == 0 { [dimension.name(), &arrow(&from, &to)] } else { [""; 2] };
            let [value, rank, tier] = figures(of);
            let (adds, because) = adds(shop, Some(&of.indicator));
            let cells =
                [Cell::text(dimension), Cell::text(score), adds, Cell::text(&of.indicator), value, rank, tier, because];
            table.add(cells);
            is_empty = false;
        }
    }
    if !shop.through(None).is_empty() {
        let (adds, because) = adds(shop, None);
        let nothing = || Cell::text("");
        table.add([Cell::text("weights"), nothing(), adds, nothing(), nothing(), nothing(), nothing(), because]);
        is_empty = false;
    }
    (still, (!is_empty).then_some(table))
}

/// What an indicator, or the weights, moved, and because of what.
fn adds(shop: &MovedShop, indicator: Option<&String>) -> (Cell, Cell) {
    let parts = shop.through(indicator);
    let moved = parts.iter().map(|(_, moved)| moved).sum();
    let because = parts.iter().map(|(cause, moved)| format!("{} {}", cause.name(), signed(*moved)));
    let adds = Cell::number((!parts.is_empty()).then(|| signed(moved))).toned(tone(moved));
    (adds, Cell::text(because.collect::<Vec<_>>().join(", ")))
}
