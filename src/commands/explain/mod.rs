//! `shopscore explain`: why a shop has its score on a published day, on one page; day by day; or by the records behind it.
//!
//! It takes no lock and writes nothing.

pub(super) mod days;
pub(super) mod page;
mod page_tables;
pub(super) mod records;
mod steps;
mod verdicts;

use std::io::Write;

use self::days::DaysPage;
use self::page::Page;
use self::records::RecordsPage;
use super::{begin, tell};
use crate::cli::Explain;
use crate::error::{ExitClass, Finding, Outcome};
use crate::explanation::{self, Asked, records::Listed};
use crate::publish::reading::Current;
use crate::rulebook::Rulebook;

const STAGE: &str = "explain";

pub(super) fn run(arguments: &Explain, stdout: &mut impl Write) -> Outcome<()> {
    let settings = begin(&arguments.settings)?;
    let (rulebook, seen) = (Rulebook::load(&settings.rules)?, Current::of(&settings.out)?);
    // The window, and what appeals reach, are those of the night, whatever the settings have become since.
    let settings = seen.terms_of(arguments.date).and_then(|terms| settings.under(&terms.settings)).unwrap_or(settings);
    let Explain { shop, date, lang: language, indicator, form, .. } = *arguments;
    let asked = Asked { settings: &settings, rulebook: &rulebook, seen: &seen, shop_id: shop, as_of: date };
    let explained = explanation::explain(&asked)?;
    if let Some(indicator) = indicator
        && !explained.indicators.is_empty()
        && explained.indicators.iter().all(|figures| figures.of != indicator)
    {
        let found = format!("--indicator {}, by which shop {shop} is not assessed on {date}", indicator.name());
        let assessed = explained.indicators.iter().map(|figures| figures.indicator).collect::<Vec<_>>();
        return Err(Finding::new(STAGE, found, format!("one of [{}]", assessed.join(", "))).fail(ExitClass::Usage));
    }
    let head = page::head(&explained, language);
    if arguments.days {
        let indicators = explanation::days::by_day(&asked, &explained, indicator);
        return tell(&DaysPage { shop_id: shop, as_of: date, indicators, head, language }, form, stdout);
    }
    if arguments.rows {
        let listed = Listed { only: indicator, limit: arguments.limit };
        let indicators = explanation::records::behind(&asked, &explained, listed)?;
        return tell(&RecordsPage { shop_id: shop, as_of: date, indicators, head, language }, form, stdout);
    }
    tell(&Page { explained, language }, form, stdout)
}
