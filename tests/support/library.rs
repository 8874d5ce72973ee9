//! All that the tests call of the library rather than of the program, in one place.

use std::path::Path;

use super::{AS_OF, WINDOW_DAYS, day};

pub(crate) use shopscore::domain::{Day, Span};
pub(crate) use shopscore::error::{ExitClass, Failure, Outcome};
pub(crate) use shopscore::extracts::schema::{Column, ColumnKind, RowRule, TableSpec};
pub(crate) use shopscore::extracts::tables::Table;
pub(crate) use shopscore::zone::Zone;

/// The calendar of the business.
pub(crate) use shopscore::calendar::ends_month;

/// What reads foreign bytes first.
pub(crate) use shopscore::extracts::contract::{self, CheckedPartition};
pub(crate) use shopscore::extracts::delivery::Delivery;
pub(crate) use shopscore::extracts::identity::FileIdentity;
pub(crate) use shopscore::extracts::listing::{self, Listed};
pub(crate) use shopscore::extracts::partitions::{PartFile, Partition};
pub(crate) use shopscore::extracts::reader::{self, Source, decode};
pub(crate) use shopscore::extracts::selection::{Selection, Share, Wanted};
pub(crate) use shopscore::policies::Coverage;
pub(crate) use shopscore::rulebook::Rulebook;
pub(crate) use shopscore::settings::{SETTINGS, resolve};

/// The sums of a table-day.
pub(crate) use shopscore::partials::daily::{self, DailyPartial, sum_up};
pub(crate) use shopscore::partials::measures;
pub(crate) use shopscore::partials::shares::together;

/// What is published and stored.
pub(crate) use shopscore::publish::lock::{Holder, Lock};
pub(crate) use shopscore::publish::lock_folder;
pub(crate) use shopscore::publish::outputs::{
    ANNUAL_SETTLEMENTS, CATEGORIES, IMPROVEMENTS, INDICATORS, MONTH_END_REVISIONS, MONTH_END_SCORES,
    MONTHLY_ASSESSMENTS, NIGHTLY, OUTLOOK, OutputTable, QUALITY, QUARANTINE, SCORES,
};
pub(crate) use shopscore::publish::reading::read_partition;

/// The program inside a process, with a clock of its own.
pub(crate) use shopscore::cli::Cli;
pub(crate) use shopscore::commands;

/// What the night of [`AS_OF`] asks of the extracts.
pub(crate) fn coverage() -> Coverage {
    Coverage {
        window: Span::ending(day(AS_OF), WINDOW_DAYS),
        appeals_until: day(AS_OF),
        history_starts_on: None,
        max_snapshot_age_days: Some(7),
        extracts_kept_days: None,
    }
}

/// Extracts in a folder, all as the contract has it.
pub(crate) fn delivery(extracts: &Path) -> Delivery {
    Delivery::plain(extracts, Zone::named("Asia/Shanghai").unwrap(), day("2000-01-01"))
}
