//! What was published: `shopscore generations` lists it, and `shopscore rollback` shows readers an earlier generation again.

use std::io::Write;

use serde::Serialize;

use super::running::Running;
use super::{DRY_RUN, begin, check_entry, keeping, lock_alone, say, say_shown, tell};
use crate::answers::{Answer, Cell, Part, Table, Tone};
use crate::cli::{Generations, Rollback, Writes};
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::{self, ListedGeneration, Why};
use crate::state::rehearsal::Rehearsal;

/// The published generations, the oldest first.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Listing {
    /// The folder that they lie in.
    out: String,
    /// The oldest first.
    generations: Vec<Listed>,
}

/// One generation: all that readers saw after one publication.
#[derive(Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Listed {
    /// Its folder's name, which `shopscore rollback --to` takes.
    name: String,
    /// The day that it was published for, YYYY-MM-DD.
    as_of: Day,
    /// When, as an instant in UTC.
    published_at: String,
    /// How many nights it holds.
    nights: usize,
    /// Whether readers see it now.
    is_current: bool,
}

impl Answer for Listing {
    const SCHEMA: &'static str = "generations/1";
    type Row = Listed;
    const COLUMNS: &'static str = "name,as_of,published_at,nights,is_current";

    fn rows(&self) -> Vec<Listed> {
        self.generations.clone()
    }

    fn parts(&self) -> Vec<Part> {
        if self.generations.is_empty() {
            return vec![Part::Line(format!("nothing was published under {} yet", self.out))];
        }
        let mut table = Table::new(["", "generation", "as of", "published", "nights"]);
        for Listed { name, as_of, published_at, nights, is_current } in &self.generations {
            let mark = if *is_current { "*" } else { "" };
            let tone = if *is_current { Tone::Good } else { Tone::Plain };
            let texts = [mark, name, &as_of.to_string(), published_at].map(|text| Cell::text(text).toned(tone));
            table.add(texts.into_iter().chain([Cell::number(Some(nights))]));
        }
        vec![Part::Table(table)]
    }
}

pub(super) fn list(arguments: &Generations, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let listed = |ListedGeneration { generation, is_current }| Listed {
        name: generation.name.to_string(),
        as_of: generation.as_of,
        published_at: generation.created_at.to_string(),
        nights: generation.nights.len(),
        is_current,
    };
    let generations = publish::list(&settings.out)?.into_iter().map(listed).collect();
    tell(&Listing { out: settings.out.display().to_string(), generations }, arguments.form, stdout)
}

pub(super) fn roll_back(arguments: &Rollback, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, settings) = (running.now, running.settings(&arguments.settings)?);
    // A link that was removed is put back by this, so that it must not be there.
    let _locks = if arguments.dry_run {
        check_entry(&settings)?;
        say(stdout, DRY_RUN);
        None
    } else {
        Some(lock_alone(&settings, now, arguments.told())?)
    };
    let why = Why { because: arguments.because.as_deref(), at: now };
    let rehearsal = Rehearsal::default();
    let keeping = keeping(arguments.dry_run, &rehearsal);
    let published = if keeping.is_rehearsal() {
        publish::foretell_rollback(&settings.out, &arguments.to, why)?
    } else {
        publish::rollback(&settings.out, &arguments.to, why)?
    };
    running.publication("rollback", arguments.to.clone(), &published);
    let outcome = if published.changed { "rolled back to" } else { "already at" };
    say_shown(stdout, (outcome, &published), &settings.out);
    Ok(())
}
