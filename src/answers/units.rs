//! Figures in people's units, in English and Chinese: shares in percent, durations in days, hours and minutes, stars, money in yuan.
//!
//! In: a figure as it is published. Out: a text for people; programs get the figure itself. A duration is rounded to the
//! minute, from a minute on, half-up, or up where it has to be reached; a share to a hundredth of a percent, stars to four decimals.

use crate::indicators::Unit;

/// Which words people get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// English
    #[default]
    En,
    /// Chinese
    Zh,
}

impl Language {
    /// One of two texts that say the same.
    pub(crate) const fn of<T: Copy>(self, english: T, chinese: T) -> T {
        match self {
            Self::En => english,
            Self::Zh => chinese,
        }
    }
}

const MINUTE_SECONDS: i64 = 60;
const HOUR_MINUTES: i64 = 60;
const DAY_HOURS: i64 = 24;

/// An indicator's value: `4.3415 stars`, `93.55%`, `17h38m`.
pub(crate) fn value(value: f64, unit: Unit, language: Language) -> String {
    match unit {
        Unit::Stars => format!("{}{}", short(value, 4), language.of(" stars", "星")),
        Unit::Ratio => percent(100.0 * value),
        Unit::Seconds => duration(whole(value), language),
    }
}

/// Percents: `93.55%`.
pub(crate) fn percent(percent: f64) -> String {
    format!("{}%", short(percent, 2))
}

/// A duration of 0 seconds or more: `3d16h16m`, `17h38m`, `42s`.
pub(crate) fn duration(seconds: i64, language: Language) -> String {
    told(seconds, seconds.saturating_add(MINUTE_SECONDS / 2) / MINUTE_SECONDS, language)
}

/// As [`duration`], but never less than it is, for one that has to be reached.
pub(crate) fn duration_at_least(seconds: i64, language: Language) -> String {
    told(seconds, seconds.saturating_add(MINUTE_SECONDS - 1) / MINUTE_SECONDS, language)
}

fn told(seconds: i64, minutes: i64, language: Language) -> String {
    let [days_name, hours_name, minutes_name, seconds_name] =
        language.of(["d", "h", "m", "s"], ["天", "小时", "分钟", "秒"]);
    if seconds < MINUTE_SECONDS {
        return format!("{seconds}{seconds_name}");
    }
    let (hours, minutes) = (minutes / HOUR_MINUTES, minutes % HOUR_MINUTES);
    let (days, hours_of_day) = (hours / DAY_HOURS, hours % DAY_HOURS);
    match (days, hours_of_day) {
        (0, 0) => format!("{minutes}{minutes_name}"),
        (0, hours) => format!("{hours}{hours_name}{minutes}{minutes_name}"),
        (days, hours) => format!("{days}{days_name}{hours}{hours_name}{minutes}{minutes_name}"),
    }
}

/// Money in yuan: `60,000 yuan`, `0.05元`.
pub(crate) fn money(fen: i64, language: Language) -> String {
    let (sign, fen) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    let (yuan, rest) = (grouped(fen / 100), fen % 100);
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:02}") };
    format!("{sign}{yuan}{fraction}{}", language.of(" yuan", "元"))
}

/// A whole number with a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let comma = |place: usize| if place > 0 && place % 3 == first { "," } else { "" };
    digits.chars().enumerate().map(|(place, digit)| format!("{}{digit}", comma(place))).collect()
}

/// A number with at most so many decimals, and no zeros at its end.
fn short(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The whole number nearest to a mean of durations, half-up.
#[allow(clippy::cast_possible_truncation, reason = "a mean of durations that 64 bits hold")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, figure, English, Chinese. The page of a report, which tells figures by a script of its own, is held against the same.
    const CASES: &str = include_str!("units_cases.json");

    #[test]
    fn figures_are_in_the_units_that_people_count_in_and_what_has_to_be_reached_is_not_rounded_down() {
        let cases: Vec<(String, f64, String, String)> = serde_json::from_str(CASES).unwrap();
        for (kind, figure, english, chinese) in cases {
            for (language, said) in [(Language::En, english), (Language::Zh, chinese)] {
                let told = match kind.as_str() {
                    "stars" => value(figure, Unit::Stars, language),
                    "ratio" => value(figure, Unit::Ratio, language),
                    "seconds" => value(figure, Unit::Seconds, language),
                    "seconds_to_reach" => duration_at_least(whole(figure), language),
                    "fen" => money(whole(figure), language),
                    other => panic!("{other}"),
                };
                assert_eq!(told, said, "{kind} {figure}");
            }
        }
    }
}
