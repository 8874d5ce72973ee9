//! How a generation is named: `NUMBER-KIND-PERIOD-HASH`, as `000075-settle-2022-0123456789ab`.
//!
//! The number rises by one with each generation; kind and period say what was run for which day or year; period and hash make
//! the id, which stands in the metadata of its files and knows neither number nor kind. A release before named it
//! `NUMBER-DAY-HASH`.

use std::fmt;
use std::str::FromStr;

use crate::calendar::Year;
use crate::domain::Day;

/// The hexadecimal digits of an id's hash.
pub(super) const HASH_LENGTH: usize = 12;

/// What was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::EnumString)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Kind {
    Night,
    Restate,
    Settle,
}

/// What a group of partitions has in common, and a run in its own first one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    /// Of its day, month or year.
    pub(super) last_day: Day,
    /// Of its content.
    pub(super) hash: String,
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.last_day, self.hash)
    }
}

/// A generation's name, in order of its number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) number: u32,
    /// None in names that a release before gave.
    pub(super) kind: Option<Kind>,
    pub(super) id: Id,
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, kind, id } = self;
        match kind {
            None => write!(formatter, "{number:06}-{id}"),
            Some(kind @ Kind::Settle) => {
                write!(formatter, "{number:06}-{kind}-{}-{}", Year::of(id.last_day), id.hash)
            }
            Some(kind) => write!(formatter, "{number:06}-{kind}-{id}"),
        }
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = parsed(text).filter(|name| name.to_string() == text);
        name.ok_or_else(|| format!("{text:?} is not the name of a generation"))
    }
}

fn parsed(text: &str) -> Option<Name> {
    let (number, rest) = text.split_once('-')?;
    let (run, hash) = rest.rsplit_once('-')?;
    let kind = run.split_once('-').and_then(|(kind, period)| Some((kind.parse::<Kind>().ok()?, period)));
    let last_day = match kind {
        Some((Kind::Settle, year)) => year.parse::<Year>().ok()?.last_day(),
        Some((_, day)) => day.parse().ok()?,
        None => run.parse().ok()?,
    };
    let is_hash = hash.len() == HASH_LENGTH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = Id { last_day, hash: hash.to_owned() };
    is_hash.then_some(Name { number: number.parse().ok()?, kind: kind.map(|(kind, _)| kind), id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_was_run_for_which_day_or_year_and_holds_the_id() {
        for (text, kind, id) in [
            ("000007-2022-03-15-0123456789ab", None, "2022-03-15-0123456789ab"),
            ("000007-night-2022-03-15-0123456789ab", Some(Kind::Night), "2022-03-15-0123456789ab"),
            ("000007-restate-2022-01-31-0123456789ab", Some(Kind::Restate), "2022-01-31-0123456789ab"),
            ("000007-settle-2022-0123456789ab", Some(Kind::Settle), "2022-12-31-0123456789ab"),
        ] {
            let name: Name = text.parse().unwrap();
            assert_eq!((name.number, name.kind, name.id.to_string().as_str()), (7, kind, id));
        }
    }

    #[test]
    fn a_generation_has_one_spelling() {
        for other in [
            "7-night-2022-03-15-0123456789ab",
            "000007-night-2022-03-15-0123456789a",
            "000007-night-2022-02-30-0123456789ab",
            "000007-night-2022-03-15-0123456789xy",
            "000007-Night-2022-03-15-0123456789ab",
            "000007-day-2022-03-15-0123456789ab",
            "000007-settle-2022-12-31-0123456789ab",
            "000007-night-2022-0123456789ab",
            "7-2022-03-15-0123456789ab",
            "000007",
            ".staging",
            "000007-2022-03-1五-0123456789ab",
        ] {
            assert!(other.parse::<Name>().is_err(), "{other}");
        }
    }
}
