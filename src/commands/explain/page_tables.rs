//! The tables of the page: the sum that the score is, the indicators, and how the category is spread.

use crate::answers::units::{self, Language};
use crate::answers::words;
use crate::answers::{Cell, Table, Tone};
use crate::explanation::Explanation;
use crate::explanation::indicators::{IndicatorFigures, NextTier};
use crate::indicators::Indicator;

/// A value of an indicator in people's units; nothing where there is none.
pub(super) fn value(indicator: Indicator, value: Option<f64>, language: Language) -> Cell {
    Cell::number(value.map(|value| units::value(value, indicator.spec().unit, language)))
}

/// One line a dimension; the last one is the score.
pub(super) fn score_table(explained: &Explanation, language: Language) -> Table {
    let mut table = Table::new(language.of(
        ["dimension", "score", "weight in the row", "weight", "adds"],
        ["指标维度", "得分", "权重表权重", "实际权重", "计入考核分"],
    ));
    let percent = |percent: Option<f64>| Cell::number(percent.map(units::percent));
    for dimension in &explained.dimensions {
        table.add([
            Cell::text(words::dimension(dimension.of, language)),
            Cell::number(dimension.score),
            percent(dimension.row_percent),
            percent(dimension.weight_percent),
            Cell::number(dimension.adds),
        ]);
    }
    let total = explained.dimensions.iter().filter_map(|dimension| dimension.weight_percent).reduce(|a, b| a + b);
    let sum = language.of("score", "基础服务考核分");
    table.add([Cell::text(sum), Cell::text(""), Cell::text(""), percent(total), Cell::number(explained.score)]);
    table
}

/// One line an indicator: its figures, its rank, and what the next tier takes.
pub(super) fn indicator_table(explained: &Explanation, language: Language) -> Table {
    let mut table = Table::new(language.of(
        ["indicator", "figures", "value", "rank", "tier", "next", "from", "score", "by"],
        ["考核指标", "分子/分母", "指标值", "排名", "档", "下一档", "目标值", "届时考核分", "如何达到（其他不变）"],
    ));
    for figures in &explained.indicators {
        let rank = figures.shops_better.zip(figures.ranked);
        let rank = rank.map(|(better, ranked)| format!("{}/{ranked}", better + 1));
        let next = figures.next.as_ref();
        table.add([
            Cell::text(words::indicator(figures.of, language)),
            Cell::number(Some(format!("{}/{}", figures.numerator, figures.denominator))),
            value(figures.of, figures.value, language),
            Cell::number(rank),
            Cell::number(figures.tier).toned(tone(figures.tier)),
            Cell::number(next.map(|next| next.tier)),
            value(figures.of, next.map(|next| next.value_to_reach), language),
            Cell::number(next.map(|next| next.score)),
            Cell::text(next.map_or(String::new(), |next| ways(next, language))),
        ]);
    }
    table
}

fn tone(tier: Option<i64>) -> Tone {
    match tier {
        Some(5) => Tone::Good,
        Some(2) => Tone::Warning,
        Some(0) => Tone::Bad,
        _ => Tone::Plain,
    }
}

fn ways(next: &NextTier, language: Language) -> String {
    let ways: Vec<String> = next.ways.iter().map(|way| words::way(*way, language)).collect();
    ways.join(language.of(", or ", "，或"))
}

/// One line an indicator: the peers' median, mean and best tenth, the edges of the tiers, and what appeals took out.
pub(super) fn spread_table(explained: &Explanation, language: Language) -> Table {
    let mut table = Table::new(language.of(
        ["indicator", "median", "mean", "best tenth", "5 from", "4 from", "3 from", "2 from", "appeals took out"],
        ["考核指标", "中位数", "均值", "前10%的值", "5档边界", "4档边界", "3档边界", "2档边界", "申诉剔除"],
    ));
    for figures in &explained.indicators {
        let of_spread = figures.spread.as_ref().map(|spread| {
            let edges = [spread.tier_5_edge, spread.tier_4_edge, spread.tier_3_edge, spread.tier_2_edge];
            [Some(spread.median), spread.mean, spread.best_tenth].into_iter().chain(edges).collect::<Vec<_>>()
        });
        // Without a spread there are as many empty cells.
        let of_spread = of_spread.unwrap_or_else(|| vec![None; 7]);
        let cells = of_spread.into_iter().map(|found| value(figures.of, found, language));
        let name = Cell::text(words::indicator(figures.of, language));
        table.add([name].into_iter().chain(cells).chain([taken_out(figures, language)]));
    }
    table
}

fn taken_out(figures: &IndicatorFigures, language: Language) -> Cell {
    Cell::number(Some(match (figures.taken_out, figures.taken_out_unknown) {
        (Some(taken_out), _) => format!("{}/{}", taken_out.numerator, taken_out.denominator),
        (None, why) => words::told(why.unwrap_or_default(), language).to_owned(),
    }))
}
