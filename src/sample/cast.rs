//! The shops that demo cases set: those that leave, are exempt, assessed over the turn of a year, charged from February on, fail
//! at every month end, or sell for the same amount in two categories.

use jiff::civil::{Date, date};

use super::demo_cases::{FEBRUARY_GUEST, JANUARY_LEAVER, MARCH_LEAVER};
use super::request::{Category, Request};
use super::service::Service;
use crate::domain::Day;

/// When the shops that leave had joined.
const LEAVERS_JOINED: Date = date(2019, 5, 6);
/// The slot of a shop that fails at every month end.
const FAILING: i64 = 7;
/// In exempt months until March.
const EXEMPT_JOINED: Date = date(2021, 12, 20);
/// Exempt until August; its first cycle crosses the year.
const ACROSS_THE_YEAR_JOINED: Date = date(2021, 6, 10);
/// Charged from February on.
const JANUARY_JOINED: Date = date(2022, 1, 10);
/// Of long ago, so that only what it sells is special.
const PAIRED_JOINED: Date = date(2017, 3, 1);
/// Sells in two categories for the same amount, of which the second by name has the dearer fee.
const PAIRED: (&str, &str) = ("3C数码配件", "女装/女士精品");

/// A shop that holds its slot for the whole sample.
pub(super) struct Cast {
    pub(super) joined_on: Day,
    pub(super) terminated_on: Option<Day>,
    /// How it serves; by chance where it is none.
    pub(super) service: Option<Service>,
    /// The category of the twin that each of its payments has.
    pub(super) pairs_with: Option<&'static str>,
}

/// The shop of a slot, the `nth` of its category, where a demo case sets it.
pub(super) fn cast(request: &Request, place: i64, category: &Category, nth: u64) -> Option<Cast> {
    let (joined_on, terminated_on) = match place {
        _ if !request.demo_cases => return None,
        1 => (LEAVERS_JOINED, Some(JANUARY_LEAVER)),
        2 => (LEAVERS_JOINED, Some(MARCH_LEAVER)),
        3 => (FEBRUARY_GUEST.0, Some(FEBRUARY_GUEST.1)),
        4 => (EXEMPT_JOINED, None),
        5 => (ACROSS_THE_YEAR_JOINED, None),
        6 => (JANUARY_JOINED, None),
        FAILING => (LEAVERS_JOINED, None),
        _ if nth == 1 && category.primary == PAIRED.0 => (PAIRED_JOINED, None),
        _ => return None,
    };
    Some(Cast {
        joined_on: Day::of_civil(joined_on),
        terminated_on: terminated_on.map(Day::of_civil),
        service: (place == FAILING).then_some(Service::FAILING),
        pairs_with: (category.primary == PAIRED.0).then_some(PAIRED.1),
    })
}
