//! The page that explains a shop's score: JSON is all of it, CSV one row an indicator, people get it in either language.

use serde::Serialize;

use super::page_tables::{indicator_table, score_table, spread_table};
use super::steps::step_lines;
use super::verdicts::verdict_lines;
use crate::answers::units::Language;
use crate::answers::words::{told, unknown_days};
use crate::answers::{Answer, Part};
use crate::explanation::Explanation;
use crate::explanation::indicators::IndicatorFigures;

/// Why a shop has its score, or none.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) struct Page {
    #[serde(flatten)]
    pub(super) explained: Explanation,
    #[serde(skip)]
    pub(super) language: Language,
}

/// An indicator of the page, flat.
#[derive(Serialize)]
pub(in crate::commands) struct IndicatorRow {
    indicator: &'static str,
    dimension: &'static str,
    unit: &'static str,
    direction: &'static str,
    numerator: i64,
    denominator: i64,
    value: Option<f64>,
    shops_better: Option<i64>,
    ranked: Option<i64>,
    tier: Option<i64>,
    median: Option<f64>,
    mean: Option<f64>,
    best_tenth: Option<f64>,
    next_tier: Option<i64>,
    value_to_reach: Option<f64>,
    score_gain: Option<f64>,
    taken_out_numerator: Option<i64>,
    taken_out_denominator: Option<i64>,
}

impl From<&IndicatorFigures> for IndicatorRow {
    fn from(figures: &IndicatorFigures) -> Self {
        let (spread, next) = (figures.spread.as_ref(), figures.next.as_ref());
        Self {
            indicator: figures.indicator,
            dimension: figures.dimension,
            unit: figures.unit,
            direction: figures.direction,
            numerator: figures.numerator,
            denominator: figures.denominator,
            value: figures.value,
            shops_better: figures.shops_better,
            ranked: figures.ranked,
            tier: figures.tier,
            median: spread.map(|spread| spread.median),
            mean: spread.and_then(|spread| spread.mean),
            best_tenth: spread.and_then(|spread| spread.best_tenth),
            next_tier: next.map(|next| next.tier),
            value_to_reach: next.map(|next| next.value_to_reach),
            score_gain: next.map(|next| next.score_gain),
            taken_out_numerator: figures.taken_out.map(|taken_out| taken_out.numerator),
            taken_out_denominator: figures.taken_out.map(|taken_out| taken_out.denominator),
        }
    }
}

impl Answer for Page {
    const SCHEMA: &'static str = "explain/1";
    type Row = IndicatorRow;
    const COLUMNS: &'static str = "\
        indicator,dimension,unit,direction,numerator,denominator,value,shops_better,ranked,tier,median,mean,\
        best_tenth,next_tier,value_to_reach,score_gain,taken_out_numerator,taken_out_denominator";

    fn rows(&self) -> Vec<IndicatorRow> {
        self.explained.indicators.iter().map(IndicatorRow::from).collect()
    }

    fn parts(&self) -> Vec<Part> {
        let Self { explained, language } = self;
        let mut parts: Vec<Part> = head(explained, *language).into_iter().map(Part::Line).collect();
        if explained.absence.is_none() {
            parts.push(Part::Table(score_table(explained, *language)));
            parts.push(Part::Line(weights_line(explained, *language)));
        }
        if !explained.indicators.is_empty() {
            parts.push(Part::Table(indicator_table(explained, *language)));
            parts.push(Part::Table(spread_table(explained, *language)));
        }
        parts.extend(verdict_lines(explained, *language).into_iter().map(Part::Line));
        parts.extend(step_lines(explained, *language).into_iter().map(Part::Line));
        parts.extend(explained.unknown_days.iter().map(|days| Part::Line(unknown_days(days, *language))));
        parts
    }
}

/// Whose page it is, with the score, or why there is none.
pub(super) fn head(explained: &Explanation, language: Language) -> Vec<String> {
    [title(explained, language)].into_iter().chain(why_none(explained, language)).collect()
}

/// `508 品乐旗舰店 · 女装/女士精品 (25 shops) · 2022-03-15: 2.5`.
fn title(explained: &Explanation, language: Language) -> String {
    let Explanation { shop_id, shop_name, primary_category, as_of, .. } = explained;
    let category = explained.assessment_category.as_ref().unwrap_or(primary_category);
    let shops = explained.category_shops.map_or(String::new(), |shops| match language {
        Language::En => format!(" ({shops} shops)"),
        Language::Zh => format!("（同类目考核店铺{shops}家）"),
    });
    let score = match explained.score {
        Some(score) => format!("{} {score}", language.of("score", "基础服务考核分")),
        None => language.of("no score", "无考核分").to_owned(),
    };
    format!("{shop_id} {shop_name} · {category}{shops} · {as_of}: {score}")
}

/// Why there is no score, where there is none.
fn why_none(explained: &Explanation, language: Language) -> Option<String> {
    let why = told(explained.unscored_reason.as_deref()?, language);
    let Some(absence) = &explained.absence else {
        return Some(format!("{}{why}", language.of("no score: ", "无考核分原因：")));
    };
    let reason = told(absence.reason, language);
    let joined = absence.joined_on;
    let snapshot = absence.snapshot;
    Some(match (language, absence.left_on) {
        (Language::En, None) => format!("{why}: {reason} (joined on {joined}, says the snapshot of {snapshot})"),
        (Language::En, Some(left)) => {
            format!("{why}: {reason} (joined on {joined}, left on {left}, says the snapshot of {snapshot})")
        }
        (Language::Zh, None) => format!("{why}：{reason}（入驻日{joined}，见{snapshot}的店铺快照）"),
        (Language::Zh, Some(left)) => {
            format!("{why}：{reason}（入驻日{joined}，退出日{left}，见{snapshot}的店铺快照）")
        }
    })
}

/// Where the weights stand, and whether they are those of the night.
fn weights_line(explained: &Explanation, language: Language) -> String {
    let Some(place) = &explained.weights else {
        return language.of("no weights row is in force", "没有生效的权重行").to_owned();
    };
    let edited = if explained.weights_are_as_published == Some(false) {
        language.of("; that row was edited since: weights are as published", "；该行此后已修改，权重以发布时为准")
    } else {
        ""
    };
    format!("{}{}:{}{edited}", language.of("weights: ", "权重出处："), place.file, place.line)
}
