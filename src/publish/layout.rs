//! Where everything lies under OUT, and how a generation is named.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::domain::Day;

/// A generation under construction. Like all of ours that readers must not meet, it starts with a dot.
const STAGING: &str = ".staging";
/// A generation being removed: renamed first, so that a half removed one is never taken for a whole one.
const REMOVING_PREFIX: &str = ".removing-";
/// The length of `YYYY-MM-DD`.
const DAY_LENGTH: usize = 10;
/// The hexadecimal digits of an id's hash.
pub(super) const HASH_LENGTH: usize = 12;

/// The folders of OUT that runs make.
pub(crate) const OWN_FOLDERS: [&str; 5] = ["frozen", "generations", "locks", "records", "refused"];

/// The folder of OUT that holds the lock.
pub fn lock_folder(out: &Path) -> PathBuf {
    out.join("locks")
}

#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) out: PathBuf,
    /// The link that readers open.
    pub(super) current: PathBuf,
    /// The link that will be renamed over it.
    pub(super) next_current: PathBuf,
    /// The link to the quarantine of the current generation.
    pub(super) quarantine: PathBuf,
    pub(super) generations: PathBuf,
    pub(super) staging: PathBuf,
    /// The copies of month ends that share nothing with the generations.
    pub(super) frozen: PathBuf,
    /// What persons decided: why rollbacks gave up frozen month ends, and what they hold.
    pub(super) records: PathBuf,
    /// The nights that rollbacks hold.
    pub(super) holds: PathBuf,
    /// The list that will be renamed over it.
    pub(super) next_holds: PathBuf,
    /// The rows that stopped runs.
    pub(super) refused: PathBuf,
}

impl Layout {
    pub(super) fn new(out: &Path) -> Self {
        let (generations, records) = (out.join("generations"), out.join("records"));
        Self {
            out: out.to_owned(),
            current: out.join("current"),
            next_current: out.join(".current.next"),
            quarantine: out.join("quarantine"),
            staging: generations.join(STAGING),
            generations,
            frozen: out.join("frozen"),
            holds: records.join("holds.json"),
            next_holds: records.join(".holds.next"),
            records,
            refused: out.join("refused"),
        }
    }

    pub(super) fn generation(&self, name: &Name) -> PathBuf {
        self.generations.join(name.to_string())
    }

    pub(super) fn removing(&self, name: &Name) -> PathBuf {
        self.generations.join(format!("{REMOVING_PREFIX}{name}"))
    }
}

/// Whether a name under `generations` is one that only an unfinished run leaves there.
pub(super) fn is_unfinished(name: &str) -> bool {
    name == STAGING || name.starts_with(REMOVING_PREFIX)
}

/// A generation's name, in order of its number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) number: u32,
    /// The as-of day and a hash of the night's content.
    pub(super) id: String,
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:06}-{}", self.number, self.id)
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refusal = || format!("{text:?} is not the name of a generation");
        let (number, id) = text.split_once('-').ok_or_else(refusal)?;
        let (day, hash) = id.split_at_checked(DAY_LENGTH).ok_or_else(refusal)?;
        day.parse::<Day>().map_err(|_| refusal())?;
        let hash = hash.strip_prefix('-').ok_or_else(refusal)?;
        let name = Self { number: number.parse().map_err(|_| refusal())?, id: id.to_owned() };
        let is_hash = hash.len() == HASH_LENGTH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash && name.to_string() == text { Ok(name) } else { Err(refusal()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_has_one_spelling() {
        let name: Name = "000007-2022-03-15-0123456789ab".parse().unwrap();
        assert_eq!((name.number, name.id.as_str()), (7, "2022-03-15-0123456789ab"));
        for other in [
            "7-2022-03-15-0123456789ab",
            "000007-2022-03-15-0123456789a",
            "000007-2022-02-30-0123456789ab",
            "000007-2022-03-15-0123456789xy",
            "000007",
            ".staging",
            "000007-2022-03-1五-0123456789ab",
        ] {
            assert!(other.parse::<Name>().is_err(), "{other}");
        }
    }
}
