//! The business time zone: which instants make up a natural day, and which instant a local time means.
//!
//! Units: whole seconds since 1970-01-01T00:00:00Z. A local time that the zone repeats means the earlier instant, one
//! that it skips takes the offset before the gap (specification, section 2).

use std::ops::{Range, RangeInclusive};

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase, TimeZoneTransition};

use crate::domain::Day;

/// A time zone of the IANA database, from the copy that is built in.
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    /// The zone of that name, such as `Asia/Shanghai`; none if the database does not have it.
    pub fn named(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name).ok().map(|zone| Self { zone, name: name.to_owned() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The natural day on which `instant` lies.
    pub(crate) fn day_of(&self, instant: Timestamp) -> Day {
        Day::of_civil(self.zone.to_datetime(instant).date())
    }

    /// The instants that lie on `day`, as ascending ranges of seconds: one as a rule, two where a change of offset
    /// crosses midnight backwards, none where the zone left the day out.
    pub fn spans(&self, day: Day) -> Vec<Range<i64>> {
        const WIDEST_OFFSET_SECONDS: i64 = 2 * 86_400;
        let midnight = day.epoch_seconds();
        let mut spans: Vec<Range<i64>> = Vec::new();
        let mut second = midnight - WIDEST_OFFSET_SECONDS;
        while second < midnight + 86_400 + WIDEST_OFFSET_SECONDS {
            let (stretch, offset_seconds) = self.offset_at(second);
            let start = stretch.start.max(midnight - offset_seconds);
            let end = stretch.end.min(midnight + 86_400 - offset_seconds);
            if start < end {
                match spans.last_mut() {
                    Some(last) if last.end == start => last.end = end,
                    _ => spans.push(start..end),
                }
            }
            second = stretch.end;
        }
        spans
    }

    /// A reader of local times, for many in a row.
    pub(crate) fn local_times(&self) -> LocalTimes<'_> {
        LocalTimes { zone: self, certain: 0..0, offset_seconds: 0 }
    }

    /// The offset from UTC that all of these local seconds have; none where there may be several.
    pub(crate) fn offset_of_all(&self, local_seconds: RangeInclusive<i64>) -> Option<i64> {
        let (certain, offset_seconds) = self.certain_around(*local_seconds.start());
        let are_certain = certain.contains(local_seconds.start()) && certain.contains(local_seconds.end());
        are_certain.then_some(offset_seconds)
    }

    /// The offsets from UTC that local times have, one after another: the local second up to which each holds, and the offset in
    /// seconds. The first holds for all times before, too, the last, which has no end, for all after the `instants`.
    pub(crate) fn local_offsets(&self, instants: Range<i64>) -> Vec<(Option<i64>, i64)> {
        let (mut offsets, mut second) = (Vec::new(), instants.start);
        loop {
            let (stretch, offset_seconds) = self.offset_at(second);
            if stretch.end >= instants.end {
                offsets.push((None, offset_seconds));
                return offsets;
            }
            let (_, next_seconds) = self.offset_at(stretch.end);
            // A skipped time takes the offset before the gap, and a repeated one means the earlier instant.
            offsets.push((Some(stretch.end + offset_seconds.max(next_seconds)), offset_seconds));
            second = stretch.end;
        }
    }

    /// Local seconds for which the offset around `local_second` holds without a doubt, and that offset.
    fn certain_around(&self, local_second: i64) -> (Range<i64>, i64) {
        const WIDEST_CHANGE_SECONDS: i64 = 2 * 86_400;
        let (Range { start, end }, offset_seconds) = self.offset_at(local_second);
        let certain = start.saturating_add(WIDEST_CHANGE_SECONDS)..end.saturating_sub(WIDEST_CHANGE_SECONDS);
        (certain, offset_seconds)
    }

    /// The stretch of time around `second` in which the offset from UTC does not change, and that offset in seconds.
    fn offset_at(&self, second: i64) -> (Range<i64>, i64) {
        let instant = clamped(second);
        let after = clamped(instant.as_second().saturating_add(1));
        let second_of = |transition: TimeZoneTransition<'_>| transition.timestamp().as_second();
        let first = self.zone.preceding(after).next().map_or(i64::MIN, second_of);
        let end = self.zone.following(instant).next().map_or(i64::MAX, second_of);
        (first..end, self.zone.to_offset(instant).seconds().into())
    }
}

/// Turns local times into instants, remembering the stretch in which the last one lay.
#[derive(Debug)]
pub(crate) struct LocalTimes<'zone> {
    zone: &'zone Zone,
    /// Local seconds for which `offset_seconds` holds without a doubt.
    certain: Range<i64>,
    offset_seconds: i64,
}

impl LocalTimes<'_> {
    /// The instant that a clock on the wall means when it shows `local_second` (counted as if it were UTC).
    pub(crate) fn instant(&mut self, local_second: i64) -> i64 {
        if !self.certain.contains(&local_second) {
            (self.certain, self.offset_seconds) = self.zone.certain_around(local_second);
        }
        if self.certain.contains(&local_second) {
            return local_second - self.offset_seconds;
        }
        self.near_a_change(local_second)
    }

    fn near_a_change(&self, local_second: i64) -> i64 {
        let civil = TimeZone::UTC.to_datetime(clamped(local_second));
        let instant = self.zone.zone.to_ambiguous_timestamp(civil).compatible();
        instant.map_or(local_second - self.offset_seconds, Timestamp::as_second)
    }
}

/// The nearest instant that the time zone library can hold (years -9999 to 9999); offsets do not change beyond.
fn clamped(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn a_natural_day_is_a_calendar_day_in_the_business_time_zone() {
        for (zone, day, expected) in [
            ("Asia/Shanghai", "2022-03-15", &["2022-03-14T16:00:00Z to 2022-03-15T16:00:00Z"][..]),
            // 23 hours, and 25.
            ("America/New_York", "2022-03-13", &["2022-03-13T05:00:00Z to 2022-03-14T04:00:00Z"]),
            ("America/New_York", "2022-11-06", &["2022-11-06T04:00:00Z to 2022-11-07T05:00:00Z"]),
            // Newfoundland went back from 00:01 to 23:01, so that a minute of the new day came before an hour of the old.
            (
                "America/St_Johns",
                "2010-11-06",
                &["2010-11-06T02:30:00Z to 2010-11-07T02:30:00Z", "2010-11-07T02:31:00Z to 2010-11-07T03:30:00Z"],
            ),
            // Samoa left this day out.
            ("Pacific/Apia", "2011-12-30", &[]),
        ] {
            let shown = |second| Timestamp::from_second(second).unwrap();
            let spans = Zone::named(zone).unwrap().spans(day.parse().unwrap());
            let spans = spans.into_iter().map(|span| format!("{} to {}", shown(span.start), shown(span.end)));
            assert_eq!(spans.collect::<Vec<_>>(), expected, "{zone} {day}");
        }
    }

    #[test]
    fn a_repeated_local_time_means_the_earlier_instant_and_a_skipped_one_takes_the_offset_before() {
        let zone = Zone::named("America/New_York").unwrap();
        for (local, instant) in
            [("2022-11-06T01:30:00Z", "2022-11-06T05:30:00Z"), ("2022-03-13T02:30:00Z", "2022-03-13T07:30:00Z")]
        {
            assert_eq!(zone.local_times().instant(second(local)), second(instant), "{local}");
        }
    }

    #[test]
    fn remembered_stretches_give_what_single_look_ups_give() {
        let zone = Zone::named("America/New_York").unwrap();
        let mut many = zone.local_times();
        for hour in 0..24 * 400 {
            let local = second("2021-12-01T00:30:00Z") + hour * 3_600;
            assert_eq!(many.instant(local), zone.local_times().near_a_change(local), "{local}");
        }
    }

    #[test]
    fn offsets_of_local_times_are_those_that_single_look_ups_give() {
        let zone = Zone::named("America/New_York").unwrap();
        let offsets = zone.local_offsets(second("2021-12-01T00:00:00Z")..second("2023-01-01T00:00:00Z"));
        assert_eq!(offsets.len(), 3);
        for quarter in 0..24 * 4 * 380 {
            let local = second("2021-12-02T00:00:00Z") + quarter * 900;
            let holds = offsets.iter().find(|(until, _)| until.is_none_or(|until| local < until)).unwrap();
            assert_eq!(zone.local_times().instant(local), local - holds.1, "{local}");
        }
        assert_eq!(Zone::named("UTC").unwrap().local_offsets(0..1), [(None, 0)]);
    }

    #[test]
    fn the_day_of_an_instant_lies_in_its_spans() {
        let zone = Zone::named("America/St_Johns").unwrap();
        for minute in 0..60 * 72 {
            let instant = Timestamp::from_second(second("2010-11-05T12:00:00Z") + minute * 60).unwrap();
            let day = zone.day_of(instant);
            assert!(zone.spans(day).iter().any(|span| span.contains(&instant.as_second())));
        }
    }
}
