//! How the answer of `shopscore whatif` is told: lines and tables for people, one flat row a shop for programs.

use super::answer::{CategoryShift, ShopShift, TierShift, WhatIf};
use crate::answers::{Answer, Cell, Part, Table, Tone};
use crate::assessments::monthly::Status;
use crate::commands::terms::effects_told;

impl TierShift {
    fn told(&self) -> String {
        let tier = |tier: Option<i64>| tier.map_or("-".to_owned(), |tier| tier.to_string());
        format!("{} {} → {}", self.indicator, tier(self.before), tier(self.after))
    }
}

fn told(tiers: &[TierShift]) -> String {
    tiers.iter().map(TierShift::told).collect::<Vec<_>>().join(", ")
}

impl Answer for WhatIf {
    const SCHEMA: &'static str = "whatif/1";
    type Row = ShopShift<String>;
    const COLUMNS: &'static str = "\
        shop_id,shop_name,primary_category,score_before,score_after,score_move,marketing_min_before,\
        marketing_min_after,marketing_eligible_before,marketing_eligible_after,outlook_before,outlook_after,\
        status_before,status_after,tiers";

    fn rows(&self) -> Vec<Self::Row> {
        self.shops.iter().cloned().map(|shop| shop.with(|tiers| told(&tiers))).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let Self { as_of, present_shops, effects, shown, .. } = self;
        let if_it_were = self.if_it_were.join(", ");
        let mut parts = vec![format!("{as_of} if it were {if_it_were}: {present_shops} shops")];
        if !self.is_current {
            parts.push(format!(
                "{as_of} is published otherwise than it would be now; both sides are of what is there now"
            ));
        }
        parts.extend(effects_told(effects));
        let mut parts: Vec<Part> = parts.into_iter().map(Part::Line).collect();
        if !self.shops.is_empty() {
            parts.push(Part::Table(category_table(&self.categories)));
            let more =
                if self.shops.len() > *shown { format!(", {shown} of {}", self.shops.len()) } else { String::new() };
            parts.push(Part::Line(format!("Those of which something else is decided, then the greatest moves{more}:")));
            parts.push(Part::Table(shop_table(self.shops.iter().take(*shown))));
        }
        parts
    }
}

fn category_table(categories: &[CategoryShift]) -> Table {
    let mut table = Table::new([
        "category",
        "shops",
        "reached",
        "score up",
        "down",
        "mean move",
        "tiers up",
        "down",
        "admitted",
        "no more",
        "exit",
        "fail",
        "pass",
    ]);
    for of in categories {
        let count = |count: usize| Cell::number(Some(count));
        let mean = of.mean_move.map(|moved| format!("{moved:+.4}"));
        table.add([
            Cell::text(&of.primary_category),
            count(of.present_shops),
            count(of.reached),
            count(of.score_rises),
            count(of.score_falls),
            Cell::number(mean),
            count(of.tiers_better),
            count(of.tiers_worse),
            count(of.gains_admission),
            count(of.loses_admission),
            count(of.newly_exits),
            count(of.newly_fails),
            count(of.newly_passes),
        ]);
    }
    table
}

fn shop_table<'a>(shops: impl Iterator<Item = &'a ShopShift<Vec<TierShift>>>) -> Table {
    let mut table = Table::new(["shop", "name", "category", "score", "", "move", "admission", "month end", "tiers"]);
    for of in shops {
        let score = |score: Option<f64>| Cell::number(score);
        let tone = match of.score_move {
            Some(moved) if moved > 0.0 => Tone::Good,
            Some(moved) if moved < 0.0 => Tone::Bad,
            _ => Tone::Plain,
        };
        let admission = match (of.marketing_eligible_before, of.marketing_eligible_after) {
            (true, false) => Cell::text("lost").toned(Tone::Bad),
            (false, true) => Cell::text("gained").toned(Tone::Good),
            _ => Cell::text(""),
        };
        let status = |status: Option<&'static str>| status.unwrap_or("-");
        let month_end = if of.status_before == of.status_after {
            String::new()
        } else {
            format!("{} → {}", status(of.status_before), status(of.status_after))
        };
        table.add([
            Cell::text(of.shop_id.to_string()),
            Cell::text(&of.shop_name),
            Cell::text(&of.primary_category),
            score(of.score_before),
            score(of.score_after),
            Cell::number(of.score_move.map(|moved| format!("{moved:+}"))).toned(tone),
            admission,
            Cell::text(&month_end).toned(month_end_tone(of)),
            Cell::text(told(&of.tiers)),
        ]);
    }
    table
}

fn month_end_tone(of: &ShopShift<Vec<TierShift>>) -> Tone {
    let is = |status: Status| of.status_after == Some(status.name());
    match of.status_before == of.status_after {
        false if is(Status::Exit) => Tone::Bad,
        false if is(Status::Fail) => Tone::Warning,
        _ => Tone::Plain,
    }
}
