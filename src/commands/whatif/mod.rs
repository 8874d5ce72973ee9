//! `shopscore whatif`: a published day scored under other rules or policies beside those in force, and nothing published.
//!
//! What would be other is what is typed: `--rules`, and `--set` of settings that reach into a night. Without them the settings are
//! those in force.

mod answer;
mod shown;

use std::collections::BTreeMap;
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
    let others = begin(flags)?;
    let (typed, kept) = flags.given.iter().cloned().partition(|(name, _)| is_under_question(name));
    // Of a setting that is typed twice the last value counts.
    let typed: BTreeMap<String, String> = Vec::into_iter(typed).collect();
    if typed.is_empty() {
        return Err(nothing_asked(&kept).fail(ExitClass::Usage));
    }
    let in_force = resolved(&SettingFlags { config: flags.config.clone(), given: kept })?;
    let (rules_in_force, other_rules) = (Rulebook::load(&in_force.rules)?, Rulebook::load(&others.rules)?);
    // Apart, since what is made to order reaches into table-days.
    let rehearsals = [Rehearsal::default(), Rehearsal::default()];
    let [keeping, of_others] = rehearsals.each_ref();
    // What is to be warned of is said once, of the day as it would be.
    let [keeping, of_others] = [Keeping::InState.aside(keeping), Keeping::InMemory(of_others)];
    let in_force = Terms { settings: &in_force, rulebook: &rules_in_force, keeping };
    let others = Terms { settings: &others, rulebook: &other_rules, keeping: of_others };
    let published = published(in_force.settings, as_of)?;
    let is_current = on_pool(|| ingredients_of_now(in_force, as_of))? == published;
    let shifts = whatif::shifts(in_force, others, as_of)?;
    let answer = WhatIf::of((as_of, is_current), typed, &shifts).showing(arguments.limit);
    tell(&answer, arguments.form, stdout)
}

fn nothing_asked(kept: &[(String, String)]) -> Finding {
    let found = match kept {
        [] => "nothing that would be other than it is".to_owned(),
        kept => {
            let names = kept.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
            format!("only settings that reach into no score: {names}")
        }
    };
    let reaching = SETTINGS.iter().filter(|setting| is_under_question(setting.name)).map(|setting| setting.name);
    let advice = format!("settings that reach into a night are {}", reaching.collect::<Vec<_>>().join(", "));
    Finding::new(STAGE, found, "--rules DIR or --set NAME=VALUE").advice(advice)
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
