//! `shopscore settle`: settle the annual fees of a year from its month-end scores and payments.

use std::io::Write;

use super::facts::outcome;
use super::running::Running;
use super::{enter, keeping, report, say, say_published};
use crate::assessments::annual::Settlement;
use crate::cli::{Settle, Writes};
use crate::domain::Day;
use crate::error::{ExitClass, Finding, Outcome};
use crate::pipeline::settlement::{self, SettledYear};
use crate::publish;
use crate::rulebook::Rulebook;
use crate::settings::Settings;
use crate::state::rehearsal::Rehearsal;
use crate::table_days::dependencies::Terms;

const STAGE: &str = "settle";

pub(super) fn run(arguments: &Settle, running: &Running, stdout: &mut impl Write) -> Outcome<()> {
    let (now, settings) = (running.now, running.settings(&arguments.settings)?);
    let year = arguments.year;
    let rulebook = Rulebook::load(&settings.rules)?;
    running.goes_by_rules(&rulebook);
    let rehearsal = Rehearsal::default();
    let keeping = keeping(arguments.dry_run, &rehearsal);
    let terms = Terms { settings: &settings, rulebook: &rulebook, keeping };
    let _locks = enter(&settings, now, (arguments.told(), keeping), stdout)?;
    let as_of = as_of(arguments, &settings)?;
    let SettledYear { settlements, published } = settlement::run(terms, (year, as_of), now)?;
    running.publication("settlement", year.to_string(), &published);
    let is_provisional = if as_of < year.last_day() { ", provisional" } else { "" };
    let qualified = settlements.iter().filter(|row| row.is_qualified).count();
    let sum = |of: fn(&Settlement) -> i64| settlements.iter().map(|row| i128::from(of(row))).sum::<i128>();
    let (months, fees, refunded) = (sum(|row| row.charged_months), sum(|row| row.fee_fen), sum(|row| row.refund_fen));
    let told = format!("{} shops settled, {qualified} qualified", settlements.len());
    let told = format!("{told}, {refunded} of {fees} fen refunded for {months} charged months");
    say(stdout, &format!("{year} as of {as_of}{is_provisional}: {told}"));
    say_published(stdout, (outcome(&published), &published), keeping, &settings.out);
    report::renew(&settings, keeping, stdout);
    Ok(())
}

/// The day that was asked for, else the newest published night of the year.
fn as_of(arguments: &Settle, settings: &Settings) -> Outcome<Day> {
    let year = arguments.year;
    let published = publish::nights(&settings.out)?.into_keys().filter(|night| year.contains(*night)).max();
    match arguments.as_of.or(published) {
        Some(as_of) if as_of < year.first_day() => {
            Err(Finding::new(STAGE, format!("--as-of {as_of}"), format!("{} or a later day", year.first_day()))
                .fail(ExitClass::Usage))
        }
        Some(as_of) => Ok(as_of),
        None => Err(Finding::new(STAGE, format!("no published night of {year}"), "an as-of day")
            .advice("publish its nights with `shopscore backfill`, or give the day with --as-of")
            .fail(ExitClass::Missing)),
    }
}
