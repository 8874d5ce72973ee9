//! The answer of shops for people: what came of all of them, in a few lines and a table.

use std::cmp::Reverse;

use super::admissions::{AdmissionChange, ScoreChange, ShopOfNight};
use super::moved::Diff;
use super::moved_shop::{MovedRow, MovedShop};
use super::one_shop::one_shop;
use super::words::{arrow, figures, heads, limit, score, signed, statuses, tone};
use crate::answers::{Answer, Cell, Part, Table, Tone, few};
use crate::comparison::causes::Cause;

impl Answer for Diff {
    const SCHEMA: &'static str = "diff/1";
    type Row = MovedRow;
    const COLUMNS: &'static str = "\
        shop_id,shop_name,category_before,category_after,score_before,score_after,score_move,own_figures,appeals,other_shops,\
        presence,category,rules,main_cause,main_indicator";

    fn rows(&self) -> Vec<MovedRow> {
        self.shops.iter().map(MovedShop::row).collect()
    }

    fn parts(&self) -> Vec<Part> {
        if self.shown.shop.is_some() { one_shop(self) } else { all_shops(self) }
    }
}

fn all_shops(diff: &Diff) -> Vec<Part> {
    let most = diff.shown.most;
    let counted = |shops: &[ShopOfNight]| {
        let ids = few(shops.iter().map(|shop| shop.shop_id), most);
        if shops.is_empty() { "0".to_owned() } else { format!("{} ({ids})", shops.len()) }
    };
    let (up, down) = (diff.up, diff.down);
    let (entered, left) = (counted(&diff.entered), counted(&diff.left));
    let moved = up + down;
    let days = format!("{} → {}", diff.from.as_of, diff.to.as_of);
    let mut parts =
        vec![Part::Line(format!("{days}: entered {entered}, left {left}; changed {moved}: {up} up, {down} down"))];
    parts.extend(heads(diff));
    let admissions = |is_admitted| {
        let of: Vec<_> = diff.admissions.iter().filter(|change| change.marketing_eligible == is_admitted).collect();
        let told = |change: &AdmissionChange| {
            let scores = arrow(&score(change.score_before), &score(change.score_after));
            format!("{} ({scores}, limit {}, {})", change.shop_id, limit(change), change.cause.name())
        };
        few(of.into_iter().map(told), most)
    };
    parts.push(Part::Line(format!("admission lost: {}; gained: {}", admissions(false), admissions(true))));
    if !diff.scores_came_or_went.is_empty() {
        let told = |change: &ScoreChange| {
            let scores = arrow(&score(change.score_before), &score(change.score_after));
            format!("{} ({scores}, {})", change.shop_id, change.cause.name())
        };
        let scores = few(diff.scores_came_or_went.iter().map(told), most);
        parts.push(Part::Line(format!("scores that came or went: {scores}")));
    }
    parts.extend(statuses(diff));
    if !diff.shops.is_empty() {
        parts.extend((most > 0).then(|| Part::Table(moved_shops(&diff.shops, most))));
        let more = diff.shops.len().saturating_sub(most);
        parts.extend((more > 0).then(|| Part::Line(format!("and {more} more that moved; --limit N shows more"))));
    }
    parts
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
        let through = shop.indicators.iter().find(|of| Some(&of.indicator) == shop.main_indicator.as_ref());
        let mut cells = vec![
            Cell::number(Some(shop.shop_id)),
            Cell::text(&shop.shop_name),
            Cell::text(arrow(&shop.category_before, &shop.category_after)),
            Cell::number(Some(arrow(&score(shop.score_before), &score(shop.score_after)))),
            Cell::number(shop.ten_thousandths.map(signed)).toned(shop.ten_thousandths.map_or(Tone::Plain, tone)),
            Cell::text(because(shop)),
            Cell::text(through.map_or("weights", |of| &of.indicator)),
        ];
        cells.extend(through.map_or([Cell::text(""), Cell::text(""), Cell::text("")], figures));
        table.add(cells);
    }
    table
}
