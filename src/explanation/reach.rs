//! What brings an indicator to a value, counted in events: so many more five-star ratings, so many more orders picked up in time.
//!
//! Grain in: a shop's numerator and denominator, and the value to reach. Grain out: one way or more, each the least number of
//! events of one kind, all else standing still; a way that leads nowhere near is left out. Values are compared as ranks compare
//! them: as the 64-bit quotient of the two integers.

use serde::Serialize;

use crate::indicators::{Better, Indicator, value};

/// What would have to happen; in answers by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Event {
    /// Further ratings with five stars.
    FiveStarRatings,
    /// Further orders that are picked up in time.
    PickupsInTime,
    /// Orders that were picked up late, or not at all, in time instead.
    LatePickupsInTime,
    /// Further consultations that are answered on their day.
    AnsweredConsultations,
    /// Unanswered consultations, answered instead.
    UnansweredAnswered,
    /// Disputes at fault less.
    FewerDisputes,
    /// Further payments without a dispute at fault.
    PaymentsWithoutDispute,
    /// Seconds less, in all refunds together.
    FewerSeconds,
    /// Further refunds that are completed at once, in 0 seconds.
    RefundsAtOnce,
}

/// The least number of events of one kind that reach the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Way {
    /// What has to happen.
    pub(crate) event: Event,
    /// How often.
    pub(crate) count: i64,
}

/// The most that is looked for of events that are further ones.
const MOST_FURTHER: i64 = 1_000_000_000;

/// The ways to `to_reach` from these figures, the nearest to a merchant first.
pub(crate) fn ways(indicator: Indicator, numerator: i64, denominator: i64, to_reach: f64) -> Vec<Way> {
    let is_there = |(numerator, denominator): (i64, i64)| {
        let reached = value(numerator, denominator);
        reached.is_some_and(|reached| match indicator.spec().better {
            Better::High => reached >= to_reach,
            Better::Low => reached <= to_reach,
        })
    };
    let ways = events(indicator).iter().filter_map(|(event, [plus_numerator, plus_denominator])| {
        let after = |count: i64| {
            Some((
                numerator.checked_add(plus_numerator.checked_mul(count)?)?,
                denominator.checked_add(plus_denominator.checked_mul(count)?)?,
            ))
        };
        // What happens instead of something else cannot happen more often than that did.
        let most = match (plus_numerator, plus_denominator) {
            (1, 0) => denominator.checked_sub(numerator)?,
            (-1, 0) => numerator,
            _ => MOST_FURTHER,
        };
        least(most, |count| after(count).is_some_and(is_there)).map(|count| Way { event: *event, count })
    });
    ways.collect()
}

/// What each kind of event adds to numerator and denominator.
const fn events(indicator: Indicator) -> &'static [(Event, [i64; 2])] {
    match indicator {
        Indicator::ProductRating | Indicator::LogisticsRating => &[(Event::FiveStarRatings, [5, 1])],
        Indicator::PickupTimeliness => &[(Event::PickupsInTime, [1, 1]), (Event::LatePickupsInTime, [1, 0])],
        Indicator::ResponseRate => &[(Event::AnsweredConsultations, [1, 1]), (Event::UnansweredAnswered, [1, 0])],
        Indicator::DisputeRate => &[(Event::FewerDisputes, [-1, 0]), (Event::PaymentsWithoutDispute, [0, 1])],
        Indicator::RefundOnlyDuration | Indicator::ReturnRefundDuration => {
            &[(Event::FewerSeconds, [-1, 0]), (Event::RefundsAtOnce, [0, 1])]
        }
    }
}

/// The least of 1 to `most` that is enough, where enough stays enough.
fn least(most: i64, is_enough: impl Fn(i64) -> bool) -> Option<i64> {
    if most < 1 || !is_enough(most) {
        return None;
    }
    let (mut too_few, mut enough) = (0, most);
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if is_enough(middle) { enough = middle } else { too_few = middle }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(indicator: Indicator, (numerator, denominator): (i64, i64), to_reach: f64) -> String {
        let ways = ways(indicator, numerator, denominator, to_reach);
        ways.iter().map(|way| format!("{:?} {}", way.event, way.count)).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_way_is_the_least_number_of_events_that_reach_the_value() {
        use Indicator::{DisputeRate, PickupTimeliness, ProductRating, RefundOnlyDuration, ResponseRate};
        for (rule, indicator, figures, to_reach, expected) in [
            // (178 + 5 * 4) / 45 = 4.4
            ("further ratings count in both", ProductRating, (178, 41), 4.4, "FiveStarRatings 4"),
            ("five stars are never reached on the way of the mean", ProductRating, (178, 41), 5.0, ""),
            // (58 + 74) / (62 + 74) = 33/34, and 61/62 > 33/34 > 60/62
            (
                "late ones in time instead need fewer",
                PickupTimeliness,
                (58, 62),
                33.0 / 34.0,
                "PickupsInTime 74, LatePickupsInTime 3",
            ),
            ("all of them", ResponseRate, (45, 50), 1.0, "UnansweredAnswered 5"),
            (
                "the value itself is enough",
                DisputeRate,
                (2, 64),
                1.0 / 64.0,
                "FewerDisputes 1, PaymentsWithoutDispute 64",
            ),
            ("none at all", DisputeRate, (2, 64), 0.0, "FewerDisputes 2"),
            (
                "seconds of all refunds together",
                RefundOnlyDuration,
                (1_000, 10),
                90.0,
                "FewerSeconds 100, RefundsAtOnce 2",
            ),
        ] {
            assert_eq!(shown(indicator, figures, to_reach), expected, "{rule}");
        }
    }

    #[test]
    fn one_event_less_is_not_enough() {
        for numerator in 0..40 {
            for further in 1..40 {
                let to_reach = value(numerator + 5 * further, 40 + further).unwrap();
                let Some(way) = ways(Indicator::ProductRating, numerator, 40, to_reach).first().copied() else {
                    continue;
                };
                assert!(value(numerator + 5 * way.count, 40 + way.count).unwrap() >= to_reach);
                assert!(value(numerator + 5 * (way.count - 1), 39 + way.count).unwrap() < to_reach);
            }
        }
    }
}
