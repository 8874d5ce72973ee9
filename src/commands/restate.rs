//! `shopscore restate`: replace the frozen scores of a month end, and bring up to date what follows from them.

use std::io::Write;

use super::running::Running;
use super::{enter, keeping, last_complete_day, report, say, say_published};
use crate::calendar::ends_month;
use crate::cli::{Restate, Writes};
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome};
use crate::pipeline::restatement;
use crate::publish::month_ends::Restatement;
use crate::rulebook::Rulebook;
use crate::state::rehearsal::Rehearsal;
use crate::table_days::dependencies::Terms;

const STAGE: &str = "restate";

pub(super) fn run(arguments: &Restate, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, settings) = (running.now, running.settings(&arguments.settings)?);
    let day = arguments.month_end;
    let last = last_complete_day(&settings, now);
    let knowledge_day = arguments.knowledge_day.unwrap_or(last);
    check(day, knowledge_day, last)?;
    let rulebook = Rulebook::load(&settings.rules)?;
    running.goes_by_rules(&rulebook);
    let rehearsal = Rehearsal::default();
    let keeping = keeping(arguments.dry_run, &rehearsal);
    let terms = Terms { settings: &settings, rulebook: &rulebook, keeping };
    let _locks = enter(&settings, now, (arguments.told(), keeping), stdout)?;
    let restatement = Restatement { because: &arguments.because, knowledge_day };
    let restated = restatement::run(terms, day, restatement, now)?;
    let Some((partitions, published)) = restated.published else {
        say(stdout, &format!("{day}: no row changes as known on {knowledge_day}; nothing is published"));
        return Ok(());
    };
    running.publication("restatement", day.to_string(), &published);
    say(stdout, &format!("{day}: {} rows restated as known on {knowledge_day}", restated.changed));
    say(stdout, &format!("brought up to date: {}", partitions.join(", ")));
    say_published(stdout, ("published as", &published), keeping, &settings.out);
    report::renew(&settings, keeping, stdout);
    Ok(())
}

fn check(month_end: Day, knowledge_day: Day, last_complete_day: Day) -> Outcome<()> {
    let refuse = |found: String, wanted: String| Err(Finding::new(STAGE, found, wanted).fail(ExitClass::Usage));
    if !ends_month(month_end) {
        return refuse(format!("--month-end {month_end}"), "the last day of a month".to_owned());
    }
    if knowledge_day < month_end {
        return refuse(format!("--knowledge-day {knowledge_day}"), format!("{month_end} or a later day"));
    }
    if knowledge_day > last_complete_day {
        let wanted = format!("a day that is over; {last_complete_day} is the last one");
        return refuse(format!("--knowledge-day {knowledge_day}"), wanted);
    }
    Ok(())
}
