//! `shopscore generations`: what was published, what it costs, and what is held.

use std::io::Write;

use serde::Serialize;

use super::{begin, tell, told_bytes};
use crate::answers::{Answer, Cell, Part, Table, Tone};
use crate::cli::Generations;
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::{self, Hold, ListedGeneration};

/// The published generations, the oldest first.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Listing {
    /// The folder that they lie in.
    out: String,
    /// Each of them.
    generations: Vec<Listed>,
    /// What all of the folder takes on disk, hard links once; null where not all of it may be looked into.
    size_bytes: Option<u64>,
    /// The nights that were rolled back and are not published again of the same, in order of their days.
    holds: Vec<HeldNight>,
}

/// A night that is held.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct HeldNight {
    /// Its day, YYYY-MM-DD.
    day: Day,
    /// When it was rolled back, as an instant in UTC.
    since: String,
    /// Why it was rolled back; null where nobody said.
    because: Option<String>,
    /// Whether readers see a night of that day that was made of something else.
    is_published: bool,
    /// The same in words.
    #[serde(skip)]
    told: String,
}

/// One generation: all that readers saw after one publication.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Listed {
    /// Its name.
    name: String,
    /// The day that it was published for, YYYY-MM-DD.
    as_of: Day,
    /// When, as an instant in UTC.
    published_at: String,
    /// How many nights it holds.
    nights: usize,
    /// Whether readers see it now.
    is_current: bool,
    /// What it takes on disk alone, which its removal would free; null where not all of it may be looked into.
    own_bytes: Option<u64>,
}

impl Answer for Listing {
    const SCHEMA: &'static str = "generations/1";
    type Row = Listed;
    const COLUMNS: &'static str = "name,as_of,published_at,nights,is_current,own_bytes";

    fn rows(&self) -> Vec<Listed> {
        self.generations.clone()
    }

    fn parts(&self) -> Vec<Part> {
        if self.generations.is_empty() {
            return vec![Part::Line(format!("nothing was published under {} yet", self.out))];
        }
        let mut table = Table::new(["", "generation", "as of", "published", "nights", "bytes of its own"]);
        for Listed { name, as_of, published_at, nights, is_current, own_bytes } in &self.generations {
            let mark = if *is_current { "*" } else { "" };
            let tone = if *is_current { Tone::Good } else { Tone::Plain };
            let texts = [mark, name, &as_of.to_string(), published_at].map(|text| Cell::text(text).toned(tone));
            table.add(texts.into_iter().chain([Cell::number(Some(nights)), Cell::number(*own_bytes)]));
        }
        let all = format!("all of {}: {} on disk", self.out, told_bytes(self.size_bytes));
        let held = self.holds.iter().map(|held| Part::Line(held.told.clone()));
        [Part::Table(table), Part::Line(all)].into_iter().chain(held).collect()
    }
}

pub(super) fn list(arguments: &Generations, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let listed = |ListedGeneration { generation, is_current, own_bytes }| Listed {
        name: generation.name.to_string(),
        as_of: generation.as_of,
        published_at: generation.created_at.to_string(),
        nights: generation.nights.len(),
        is_current,
        own_bytes,
    };
    let generations = publish::list(&settings.out)?.into_iter().map(listed).collect();
    let nights = publish::nights(&settings.out)?;
    let held = |hold: Hold| HeldNight {
        day: hold.day,
        since: hold.since.to_string(),
        is_published: nights.contains_key(&hold.day),
        told: hold.told(),
        because: hold.because,
    };
    let listing = Listing {
        out: settings.out.display().to_string(),
        generations,
        size_bytes: publish::size_bytes(&settings.out)?,
        holds: publish::held(&settings.out)?.into_iter().map(held).collect(),
    };
    tell(&listing, arguments.form, stdout)
}
