//! What the limits make of a day's input: it is refused, and the rows that stopped the run are kept, or it is warned of.
//!
//! In: what was gathered of the table-days, what scoring made of them. Out: the warnings, told once, by the run that is theirs; or
//! rejected. A rehearsal keeps no row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::Day;
use crate::error::{Finding, Outcome, all};
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::policies::Severity;
use crate::publish::{batches, refused};
use crate::quality::limits::{self, Beyond, Unscored, refuse};
use crate::settings::Settings;
use crate::state::rehearsal::Keeping;
use crate::table_days::dependencies::Terms;
use crate::table_days::night::{NightInput, Surveyed};
use crate::table_days::set_aside::SetAside;

/// Refuses input that breaks a limit; else its warnings.
pub(super) fn check(
    terms: Terms<'_>,
    as_of: Day,
    surveyed: &Surveyed<'_>,
    input: &NightInput,
) -> Outcome<Vec<Finding>> {
    let settings = terms.settings;
    let (limits, counts) = (&settings.limits, &input.set_aside.counts);
    let mut of_days = quarantined(terms, &input.set_aside)?;
    of_days.extend(limits::thin_days(counts, settings.window(as_of), limits));
    let mut warnings = refuse(of_days).map_err(|failure| surveyed.explained(failure, counts))?;
    warnings.extend(refuse(limits::old_snapshot(input.snapshot, as_of, limits))?);
    if let Some(snapshot) = counts.iter().find(|counts| counts.table == Table::Shops) {
        warnings.extend(refuse(limits::lost_shops(snapshot.rows, input.snapshot_before, limits))?);
    }
    warnings.extend(refuse(limits::unknown_shops(counts, &input.unknown_rows(), limits))?);
    Ok(warnings)
}

/// Refuses a day of which too many shops have no score; else its warnings.
pub(super) fn check_scores(settings: &Settings, shops: &Unscored<'_>) -> Outcome<Vec<Finding>> {
    refuse(limits::unscored(shops, &settings.limits))
}

/// Refuses input of which too many rows were set aside, whatever else it is, and tells what is warned of.
pub(super) fn check_set_aside(terms: Terms<'_>, set_aside: &SetAside) -> Outcome<()> {
    let warnings = refuse(quarantined(terms, set_aside)?)?;
    tell(terms.keeping, &warnings.iter().map(Finding::to_string).collect::<Vec<_>>());
    Ok(())
}

/// Tells the warnings of a day, unless another run tells what is to be said of it.
pub(super) fn tell(keeping: Keeping<'_>, warnings: &[String]) {
    let told = warnings.iter().filter(|_| !keeping.is_aside());
    told.for_each(|warning| tracing::warn!("{warning}"));
}

/// The table-days of which too many rows were set aside; of errors a run that keeps anything keeps these rows, and the finding
/// says where.
fn quarantined(Terms { settings, keeping, .. }: Terms<'_>, set_aside: &SetAside) -> Outcome<Vec<Beyond>> {
    let mut beyond = limits::quarantined(&set_aside.counts, &set_aside.quarantine, &settings.limits)?;
    let is_error = |beyond: &Beyond| beyond.severity == Severity::Error;
    let refused: BTreeSet<TableDay> =
        beyond.iter().filter(|of| is_error(of)).filter_map(|of| Some((of.of, of.day?))).collect();
    if !keeping.is_rehearsal()
        && let Some(advice) = keep_rows(&settings.out, &refused, set_aside)
    {
        let with_advice = |of: Beyond| Beyond { finding: of.finding.also(&advice), ..of };
        beyond = beyond.into_iter().map(|of| if is_error(&of) { with_advice(of) } else { of }).collect();
    }
    Ok(beyond)
}

/// Keeps the rows that were set aside of table-days that are refused, and says where; none where there are none, or where
/// they cannot be kept, which is warned of and makes no difference to the refusal.
fn keep_rows(out: &Path, refused: &BTreeSet<TableDay>, set_aside: &SetAside) -> Option<String> {
    if refused.is_empty() {
        return None;
    }
    let kept = || {
        let days: BTreeSet<Day> = refused.iter().map(|(_, day)| *day).collect();
        let of_day = |day: Day| {
            let rows = set_aside.quarantine.get(&day).into_iter().flatten();
            let is_of = |table: &str| refused.iter().any(|(of, on)| *on == day && of.name() == table);
            let rows: Vec<_> = rows.filter(|row| is_of(row.table)).cloned().collect();
            Ok((day, batches::quarantine(&rows)?))
        };
        let days: BTreeMap<_, _> = all(days.into_iter().map(of_day))?.into_iter().collect();
        refused::keep(out, &days)
    };
    let told = kept().map(|folder| format!("all of them are kept in {} until the day is published", folder.display()));
    told.inspect_err(|failure| tracing::warn!("the rows that were refused are not kept: {failure}")).ok()
}
