//! `shopscore whatif`: a published day scored under other rules or policies beside those in force, and nothing published.
//!
//! What would be other is what is typed: `--rules`, and `--set` of settings that reach into a night. Without them the settings are
//! those in force.

mod answer;
mod shown;

use std::io::Write;

pub(super) use self::answer::WhatIf;
use super::{begin, resolved, tell};
use crate::cli::{self, SettingFlags};
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome};
use crate::pipeline::whatif;
use crate::publish::{self, outputs::SCORES, reading::Current};
use crate::rulebook::Rulebook;
use crate::settings::{Reach, SETTINGS, Settings};
use crate::state::rehearsal::{Keeping, Rehearsal};
use crate::table_days::{dependencies::Terms, night::ingredients_of_now};
use crate::threads::on_pool;

const STAGE: &str = "whatif";

pub(super) fn run(arguments: &cli::WhatIf, stdout: &mut impl Write) -> Outcome<()> {
    let (flags, as_of) = (&arguments.settings, arguments.date);
    let (typed, kept) = flags.given.iter().cloned().partition(|(name, _)| is_under_question(name));
    let typed: Vec<(String, String)> = typed;
    if typed.is_empty() {
        let finding = Finding::new(STAGE, "nothing that would be other than it is", "--rules DIR or --set NAME=VALUE");
        return Err(finding.advice("name a setting that reaches into a night").fail(ExitClass::Usage));
    }
    let others = begin(flags)?;
    let in_force = resolved(&SettingFlags { config: flags.config.clone(), given: kept })?;
    let (rules_in_force, other_rules) = (Rulebook::load(&in_force.rules)?, Rulebook::load(&others.rules)?);
    // Apart, since what is made to order reaches into table-days.
    let rehearsals = [Rehearsal::default(), Rehearsal::default()];
    let [keeping, of_others] = rehearsals.each_ref().map(Keeping::InMemory);
    let in_force = Terms { settings: &in_force, rulebook: &rules_in_force, keeping };
    let others = Terms { settings: &others, rulebook: &other_rules, keeping: of_others };
    let published = published(in_force.settings, as_of)?;
    let is_current = on_pool(|| ingredients_of_now(in_force, as_of))? == published;
    let shifts = whatif::shifts(in_force, others, as_of)?;
    let answer = WhatIf::of((as_of, is_current), typed, &shifts).showing(arguments.shops);
    tell(&answer, arguments.form, stdout)
}

/// Whether a setting reaches into the figures of a night.
fn is_under_question(name: &str) -> bool {
    let declared = SETTINGS.iter().find(|setting| setting.name == name);
    name == "rules" || declared.is_some_and(|setting| matches!(setting.reaches, Reach::Night | Reach::Partials))
}

/// The ingredients that a day was published with; missing where it was not.
fn published(settings: &Settings, as_of: Day) -> Outcome<String> {
    match publish::nights(&settings.out)?.remove(&as_of) {
        Some(ingredients) => Ok(ingredients),
        None => Err(Current::of(&settings.out)?.not_published(&SCORES, as_of)),
    }
}
