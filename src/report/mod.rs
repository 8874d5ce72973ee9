//! The report of a published night, for who minds categories and who talks to merchants: data, charts, one page.
//!
//! In: the published tables of the night, of those before it and of the month ends, the terms that the night went by. Out: plain
//! data, a section a file ([`head`], [`risk`], [`changes`], [`because`], [`categories`], [`distribution`], [`month_ends`], [`quality`], [`terms`], in
//! the order in which they are read), the shops' pages ([`shops`]), [`charts`] of them as SVG, and [`page`] that holds all of it;
//! [`writing`] puts it where readers open it. Nothing is scored anew, and nothing is judged that a night does not judge.

mod because;
mod categories;
mod changes;
mod charts;
mod dictionary;
mod distribution;
mod head;
mod light;
mod listed;
mod medians;
mod month_ends;
mod night;
mod page;
mod quality;
mod risk;
mod shop_files;
mod shop_page;
mod shops;
mod terms;
mod words;
mod writing;

use std::path::{Path, PathBuf};

use serde::Serialize;

use self::night::Night;
use crate::domain::Day;
use crate::error::Outcome;
use crate::publish::outputs::SCORES;
use crate::publish::reading::Current;
use crate::settings::Settings;

/// How messages name this stage.
const STAGE: &str = "report";
/// The page, by which a folder is known as a report.
pub(crate) const PAGE: &str = "index.html";

/// All that the page holds but for charts and shops' pages.
#[derive(Debug, Serialize)]
struct Report {
    as_of: Day,
    /// The generation that was read.
    generation: String,
    head: head::Head,
    /// None where the day was published without an outlook.
    risk: Option<risk::AtRisk>,
    /// Since the night before, then since the month end.
    changes: Vec<changes::Changes>,
    /// All shops first, then the largest category first.
    categories: Vec<categories::Category>,
    month_ends: Vec<month_ends::MonthEnd>,
    years: Vec<month_ends::Year>,
    quality: Vec<quality::Extract>,
    /// None where nothing is recorded of the night.
    terms: Option<terms::Terms>,
    dictionary: Vec<dictionary::Table>,
}

/// Where the report of a night is, beside the generations.
pub(crate) fn folder(out: &Path) -> PathBuf {
    out.join("report")
}

/// What killed runs left of reports beside the one in this folder.
pub(crate) fn leftovers(folder: &Path) -> Outcome<Vec<PathBuf>> {
    writing::leftovers(folder)
}

/// Writes the report of a published day into `folder`, in place of the one that is there.
pub(crate) fn write(settings: &Settings, seen: &Current, as_of: Day, folder: &Path) -> Outcome<()> {
    let by_night = seen.terms_of(as_of).and_then(|terms| settings.under(&terms.settings));
    let report = report(by_night.as_ref().unwrap_or(settings), seen, as_of)?;
    writing::replace(folder, |unfinished| {
        let pages = shops::write(seen, &report, unfinished, &shop_files::SIZES)?;
        page::write(&report, &pages, unfinished)
    })
}

fn report(settings: &Settings, seen: &Current, as_of: Day) -> Outcome<Report> {
    let night = Night::read(seen, as_of)?.ok_or_else(|| seen.not_published(&SCORES, as_of))?;
    let before = night::before(seen, as_of)?;
    let month_end = night::newest_month_end(seen, as_of.plus(-1))?;
    let quality = quality::extracts(seen, as_of)?;
    Ok(Report {
        as_of,
        generation: seen.name()?,
        head: head::head(&night, light::light(&quality, &night, settings)?),
        risk: risk::at_risk(seen, as_of)?,
        changes: changes::all(
            &night,
            [("night", before.as_ref()), ("month_end", month_end.as_ref())].map(|(kind, earlier)| {
                (kind, earlier, earlier.and_then(|earlier| because::known(seen, settings, [earlier, &night])))
            }),
        ),
        categories: categories::categories(seen, &night, [before.as_ref(), month_end.as_ref()])?,
        month_ends: month_ends::month_ends(seen, as_of)?,
        years: month_ends::years(seen)?,
        terms: terms::terms(seen, as_of)?,
        dictionary: dictionary::tables()?,
        quality,
    })
}
