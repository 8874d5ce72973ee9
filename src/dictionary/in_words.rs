//! The view `improvements_in_words`: each row of `improvements` as [`crate::guidance`] tells it, in both languages.
//!
//! One text for the three engines, of the same declarations: what it says is to the letter what `explain` says. Numbers are made of
//! whole ones, since engines write fractions in different ways.

use crate::answers::units::Language;
use crate::guidance::{self, POINTS, SLACK, Scale, scales};
use crate::indicators::{Better, Indicator, IndicatorSpec, Unit};

/// Its name.
const NAME: &str = "improvements_in_words";

const UNITS: [Unit; 3] = [Unit::Stars, Unit::Ratio, Unit::Seconds];

/// The statement that makes it, over the view of `improvements`.
pub(super) fn view() -> String {
    let by_dimension =
        |of: fn(IndicatorSpec) -> &'static str| by_indicator("w", |indicator| text(of(indicator.spec())));
    let step = |language| by_indicator("w", |indicator| sentence(&guidance::template(indicator, language), language));
    let what_to_do = |language| by_indicator("w", |indicator| text(guidance::what_to_do(indicator, language)));
    let columns = [
        (by_dimension(|spec| spec.dimension.name()), "dimension"),
        (by_dimension(|spec| spec.dimension.chinese()), "dimension_zh"),
        ("w.indicator".to_owned(), "indicator"),
        (by_dimension(|spec| spec.chinese), "indicator_name_zh"),
        ("w.tier, w.next_tier, w.score_gain, w.value".to_owned(), "value"),
        ("w.value_to_reach".to_owned(), "value_to_reach"),
        (step(Language::En), "step"),
        (step(Language::Zh), "step_zh"),
        (what_to_do(Language::En), "what_to_do"),
        (what_to_do(Language::Zh), "what_to_do_zh"),
    ];
    let columns = columns.map(|(of, name)| format!("  {of} AS {name}"));
    format!(
        "-- One row for each row of improvements: the step in a sentence, and what a shop can do for it.\n\
         -- 每行对应 improvements 的一行：如何升档，以及店铺可以做什么。\n\
         CREATE OR REPLACE VIEW {NAME} AS\n\
         SELECT\n  w.dt, w.shop_id, w.shop_name, w.primary_category,\n{}\nFROM (\n{}\n) w;\n",
        columns.join(",\n"),
        figures(),
    )
}

/// Rows with their figures as texts with units: `value_en`, `value_zh`, `goal_en`, `goal_zh`, and `gain`.
fn figures() -> String {
    let figure = |(name, column): (&str, &str), language: Language| {
        let digits = format!("d.{name}_digits");
        let told = |scale: &Scale| format!("concat({}, {})", number(&digits, *scale), text(scale.word(language)));
        let cases = UNITS.map(|unit| format!("WHEN '{}' THEN {}", <&str>::from(unit), by_scale(unit, column, told)));
        format!("    CASE d.unit {} END AS {name}_{}", cases.join(" "), suffix(language))
    };
    let both = [("value", "d.value"), ("goal", "d.value_to_reach")];
    let texts = both.map(|of| [figure(of, Language::En), figure(of, Language::Zh)]).concat();
    format!(
        "  SELECT\n    d.*,\n{},\n    {} AS gain\n  FROM (\n{}\n  ) d",
        texts.join(",\n"),
        number("d.gain_digits", POINTS),
        digits()
    )
}

/// Rows with their figures as whole numbers, the last digits of which are decimals.
fn digits() -> String {
    let of = |column: &'static str, is_goal: bool| {
        by_indicator("i", move |indicator| {
            let IndicatorSpec { better, unit, .. } = indicator.spec();
            // The value to reach is rounded towards the better, the present one towards the worse.
            by_scale(unit, column, |scale| whole(column, *scale, (better == Better::High) == is_goal))
        })
    };
    format!(
        "    SELECT\n      i.*,\n      {} AS value_digits,\n      {} AS goal_digits,\n      {} AS gain_digits\n    FROM improvements i",
        of("i.value", false),
        of("i.value_to_reach", true),
        whole("i.score_gain", POINTS, false),
    )
}

fn whole(column: &str, Scale { times, over, .. }: Scale, is_up: bool) -> String {
    let (round, sign) = if is_up { ("ceil", '-') } else { ("floor", '+') };
    format!("CAST({round}({column} * {times:e} / {over:e} {sign} {SLACK:e}) AS BIGINT)")
}

/// A whole number as one with decimals, without zeros at their end.
fn number(digits: &str, Scale { decimals, .. }: Scale) -> String {
    let one = format!("1{}", "0".repeat(decimals));
    format!(
        "regexp_replace(concat('', CAST(floor({digits} / {one}) AS BIGINT), '.', lpad(concat('', {digits} % {one}), {decimals}, \
         '0')), '[.]?0+$', '')"
    )
}

fn by_scale(unit: Unit, column: &str, of: impl Fn(&Scale) -> String) -> String {
    match scales(unit) {
        [scale] => of(scale),
        scales => {
            let cases = scales.iter().map(|scale| match scale.below.is_finite() {
                true => format!("WHEN {column} < {:e} THEN {}", scale.below, of(scale)),
                false => format!("ELSE {}", of(scale)),
            });
            format!("CASE {} END", cases.collect::<Vec<_>>().join(" "))
        }
    }
}

fn by_indicator(rows: &str, of: impl Fn(Indicator) -> String) -> String {
    let cases = Indicator::ALL.map(|indicator| format!("WHEN '{}' THEN {}", indicator.name(), of(indicator)));
    format!("CASE {rows}.indicator {} END", cases.join(" "))
}

/// A template with columns in its gaps.
fn sentence(template: &str, language: Language) -> String {
    let suffix = suffix(language);
    let filled = text(template)
        .replace("<value>", &format!("', w.value_{suffix}, '"))
        .replace("<goal>", &format!("', w.goal_{suffix}, '"))
        .replace("<tier>", "', w.next_tier, '")
        .replace("<gain>", "', w.gain, '");
    format!("concat({filled})")
}

const fn suffix(language: Language) -> &'static str {
    language.of("en", "zh")
}

/// None of the texts has a letter that an engine would have escaped.
fn text(text: &str) -> String {
    format!("'{text}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_fills_every_gap_and_tells_every_indicator_in_both_languages() {
        let view = view();
        assert!(!view.replace(" < 3.6e3", "").contains(['<', '>']), "{view}");
        for indicator in Indicator::ALL {
            for language in [Language::En, Language::Zh] {
                assert!(view.contains(guidance::what_to_do(indicator, language)), "{indicator:?}");
            }
        }
    }

    #[test]
    fn a_share_is_rounded_towards_the_better_where_it_is_to_be_reached() {
        let view = view();
        for of in [
            "WHEN 'dispute_rate' THEN CAST(floor(i.value_to_reach * 1e4 / 1e0 + 1e-6) AS BIGINT)",
            "WHEN 'dispute_rate' THEN CAST(ceil(i.value * 1e4 / 1e0 - 1e-6) AS BIGINT)",
            "WHEN 'response_rate' THEN CAST(ceil(i.value_to_reach * 1e4 / 1e0 - 1e-6) AS BIGINT)",
        ] {
            assert!(view.contains(of), "{of}: {view}");
        }
    }
}
