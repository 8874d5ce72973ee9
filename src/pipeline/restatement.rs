//! A restatement: a frozen month end computed again on purpose, and what follows from it (specification, section 8).
//!
//! In: the extracts as they are now, appeals as of the knowledge day, and what is published of the year and of the cycles that
//! hold the month. Out: the rows that change, those that they replace, the assessments from that month on and the settlements
//! that the month went into, published in one step.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use jiff::Timestamp;

use crate::error::{ExitClass, Failure, Finding, Outcome};
use crate::pipeline::month_end::{Assessing, around, partition, published, shop_names};
use crate::pipeline::{
    figures::Figures,
    publish,
    scoring::{Outlook, with_figures},
    settlement,
};
use crate::publish::month_ends::{self, Restatement};
use crate::publish::outputs::{MONTH_END_REVISIONS, MONTH_END_SCORES, SCORES};
use crate::publish::restatement::{self, Restated};
use crate::publish::{OutputPartition, Period, Publication, PublicationKind, Published, Rows, reading::Current};
use crate::table_days::{dependencies::Terms, night::Surveyed, survey::AsKnown};
use crate::{domain::Day, threads::on_pool};

const STAGE: &str = "month end";

pub(crate) struct RestatedMonthEnd {
    /// How many rows are new, or other than before, or gone.
    pub(crate) changed: usize,
    /// Which partitions were brought up to date, and where; nothing is published where no row changed.
    pub(crate) published: Option<(Vec<String>, Published)>,
}

/// Computes a published month end again with the extracts as they are now and appeals as of the knowledge day, and the
/// assessments and the settlement of its year, where they are published, after it; missing where it was never published.
pub(crate) fn run(
    terms: Terms<'_>,
    month_end: Day,
    restatement: Restatement<'_>,
    now: Timestamp,
) -> Outcome<RestatedMonthEnd> {
    on_pool(|| {
        let current = Current::of(&terms.settings.out)?;
        let (restated, joined_on) = rows(terms, month_end, restatement, &current)?;
        if restated.changed == 0 {
            return Ok(RestatedMonthEnd { changed: 0, published: None });
        }
        let changed = restated.changed;
        let partitions = partitions(terms, month_end, (restated, &joined_on), &current)?;
        let name = |partition: &OutputPartition<'_>| format!("{} {}", partition.table.name, partition.period);
        let told = partitions.iter().map(name).collect();
        let publication = Publication { as_of: month_end, partitions, kind: PublicationKind::Restatement };
        let published = publish(terms, &publication, now)?;
        Ok(RestatedMonthEnd { changed, published: Some((told, published)) })
    })
}

/// How many rows of a frozen month end a restatement would change with appeals as of a day; `terms` are those of a rehearsal.
pub(super) fn rows_to_change(
    terms: Terms<'_>,
    current: &Current,
    month_end: Day,
    knowledge_day: Day,
) -> Outcome<usize> {
    let restatement = Restatement { because: "", knowledge_day };
    Ok(rows(terms, month_end, restatement, current)?.0.changed)
}

/// The month end as it is now, and the days that its shops joined on.
fn rows(
    terms: Terms<'_>,
    month_end: Day,
    restatement: Restatement<'_>,
    current: &Current,
) -> Outcome<(Restated, BTreeMap<i64, Day>)> {
    let period = Period::Day(month_end);
    let before = current.read(&MONTH_END_SCORES, period)?.ok_or_else(|| never_published(month_end))?;
    let revisions: Option<RecordBatch> = current.read(&MONTH_END_REVISIONS, period)?;
    let known = AsKnown { as_of: month_end, on: restatement.knowledge_day };
    let surveyed = Surveyed::of(terms, known)?;
    let of_month_end =
        |figures: &Figures<'_>, _| Ok((figures.rows(month_end, terms.rulebook).whole(&SCORES)?, figures.joined_on()));
    let (scores, joined_on) = with_figures(terms, (month_end, Outlook::NotAsked), &surveyed, of_month_end)?;
    Ok((restatement::restate(&before, revisions.as_ref(), &scores, restatement)?, joined_on))
}

fn partitions(
    terms: Terms<'_>,
    day: Day,
    (restated, joined_on): (Restated, &BTreeMap<i64, Day>),
    current: &Current,
) -> Outcome<Vec<OutputPartition<'static>>> {
    let Terms { settings, rulebook, .. } = terms;
    // Those of its year are among them.
    let mut month_ends = published(current, around(day))?;
    month_ends.insert(day, month_ends::scores_of(&restated.rows)?);
    let assessing = Assessing { current, cycles: settings.cycles, rulebook };
    let names = shop_names(&restated.rows)?;
    let assessments = assessing.from(day, (&names, joined_on), &month_ends)?;
    let mut partitions = vec![partition(&MONTH_END_SCORES, day, Rows::made(vec![restated.rows]))];
    if restated.revisions.num_rows() > 0 {
        partitions.push(partition(&MONTH_END_REVISIONS, day, Rows::made(vec![restated.revisions])));
    }
    partitions.extend(assessments);
    partitions.extend(settlement::again(terms, day, &month_ends, current)?);
    Ok(partitions)
}

fn never_published(month_end: Day) -> Failure {
    Finding::new(STAGE, format!("no month-end scores of {month_end}"), "a published month end")
        .advice(format!("publish it with `shopscore nightly --date {month_end}`"))
        .fail(ExitClass::Missing)
}
