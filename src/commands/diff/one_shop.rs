//! The answer of one shop for people: what moved its score, dimension by dimension.

use super::admissions::ShopOfNight;
use super::moved::Diff;
use super::moved_shop::MovedShop;
use super::words::{arrow, figures, heads, limit, score, signed, statuses, tone};
use crate::answers::{Cell, Part, Table};
use crate::domain::Dimension;

/// One shop: a line a dimension whose score moved, with its indicators, and the others in one line.
pub(super) fn one_shop(diff: &Diff) -> Vec<Part> {
    let mut parts = heads(diff);
    for (came, shops) in [("entered", &diff.entered), ("left", &diff.left)] {
        let line = |shop: &ShopOfNight| {
            let ShopOfNight { shop_id, shop_name, primary_category, .. } = shop;
            format!("{shop_id} {shop_name} · {primary_category}: {came}, score {}", score(shop.score))
        };
        parts.extend(shops.iter().map(line).map(Part::Line));
    }
    for shop in &diff.shops {
        let scores = arrow(&score(shop.score_before), &score(shop.score_after));
        let moved = shop.ten_thousandths.map_or(String::new(), |moved| format!(" ({})", signed(moved)));
        let category = arrow(&shop.category_before, &shop.category_after);
        parts.push(Part::Line(format!("{} {} · {category}: {scores}{moved}", shop.shop_id, shop.shop_name)));
        let (still, table) = dimensions(shop);
        parts.extend(table.map(Part::Table));
        parts.extend((!still.is_empty()).then(|| Part::Line(format!("unchanged: {}", still.join(", ")))));
    }
    let changes =
        diff.scores_came_or_went.iter().map(|change| format!("its score came or went: {}", change.cause.name()));
    let admissions = diff.admissions.iter().map(|change| {
        let admission = if change.marketing_eligible { "gained" } else { "lost" };
        format!("admission {admission}, limit {}: {}", limit(change), change.cause.name())
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
