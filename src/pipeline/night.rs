//! A night: one day scored and published, with what it closes where it ends a month.
//!
//! In: settings, rules, the as-of day. Out: the published generation, and what its run says in short.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::categories::{self, Spreads};
use crate::domain::{Day, Span};
use crate::error::{Outcome, all};
use crate::extracts::{quarantine::Counts, schema::Presence, tables::Table};
use crate::partials::records::TableDay;
use crate::pipeline::figures::Figures;
use crate::pipeline::month_end::{self, Closed};
use crate::pipeline::scoring::{Outlook, with_figures};
use crate::pipeline::terms_changed::{self, TermsChanged};
use crate::pipeline::{alarm, limits, publish, repeated, staleness};
use crate::publish::reading::Current;
use crate::publish::{
    Foretold, OfNight, OutputPartition, Period, Publication, PublicationKind, Published, Quarantine, Rows, batches,
    outputs,
};
use crate::settings::Settings;
use crate::stages::{self, Stage};
use crate::state::last_night::{self, LastNight};
use crate::table_days::night::{NightInput, Surveyed, Unchanged};
use crate::table_days::set_aside::{SetAside, ToRead};
use crate::table_days::{dependencies::Terms, plan::Why, survey::AsKnown};
use crate::{improvements, quality, threads::on_pool};

/// A published night, and what its run says in short.
pub(crate) struct Night {
    pub(crate) as_of: Day,
    /// The hash of what it was made of.
    pub(crate) ingredients: String,
    pub(crate) published: Published,
    pub(crate) month_end: Option<Closed>,
    /// The frozen month ends that news touch, with how many rows a restatement as of this night would change.
    pub(crate) to_restate: BTreeMap<Day, usize>,
    /// What of rules and settings is otherwise than the night before went by; none where nothing is, or nothing is known of it.
    pub(crate) terms_changed: Option<TermsChanged>,
    /// The other published nights that are not what they would be now.
    pub(crate) made_stale: Vec<Day>,
    pub(crate) present_shops: usize,
    pub(crate) unscored_shops: usize,
    /// What it was made of, and which rows of the window were set aside.
    pub(crate) set_aside: SetAside,
    /// What it read of the extracts.
    pub(crate) to_read: ToRead,
    /// How many files among the extracts are no Parquet.
    pub(crate) left_aside: usize,
    /// The rows of shops that the snapshot does not have, by shop.
    pub(crate) unknown_shops: BTreeMap<i64, i64>,
    pub(crate) computed: Vec<(TableDay, Why)>,
    /// How many partials were taken from the state folder.
    pub(crate) reused: usize,
    /// The table-days that are not what an earlier night made use of.
    pub(crate) changed: Vec<TableDay>,
}

/// Scores and publishes a night at the time `now`; a rehearsal adds what it would have published to what the nights before it
/// would have, `foretold`.
pub(super) fn run(terms: Terms<'_>, as_of: Day, now: Timestamp, foretold: &mut Foretold) -> Outcome<Night> {
    let Terms { settings, rulebook, keeping } = terms;
    let _span = stages::night(as_of).entered();
    on_pool(|| {
        let current = &foretold.current(&settings.out)?;
        let surveyed = Surveyed::of(terms, AsKnown { as_of, on: as_of })?;
        let last = last_night::load(&settings.state);
        if let Some(last) = &last
            && let Some((unchanged, published)) = repeated::find(terms, as_of, &surveyed, last)?
        {
            return again(terms, (as_of, current), last, (unchanged, published), surveyed.left_aside());
        }
        with_figures(terms, (as_of, Outlook::OfMonthEnd), &surveyed, |figures, input| {
            let spreads = categories::spreads(figures.ranking)?;
            let mut publication = publication(terms, as_of, (figures, &spreads), &input)?;
            let assessed = Stage::Assessments.begin();
            let month_end =
                month_end::close(&mut publication, || figures.joined_on(), (current, settings.cycles, rulebook))?;
            let news = input.changed.iter().map(|(_, day)| *day).chain(input.newly_decided.iter().copied());
            drop(assessed);
            let to_restate = alarm::to_restate(terms, as_of, current, news)?;
            let known_terms = foretold.terms(&settings.out)?;
            let terms_changed = terms_changed::since(figures, as_of, terms, (&known_terms, current))?;
            let made_stale = staleness::made_stale(settings, as_of, &input.changed, foretold.nights(&settings.out)?);
            let published = publish(terms, &publication, now)?;
            let unknown_shops = unknown_shops(&input);
            if keeping.is_rehearsal() {
                foretold.add(&publication)?;
            } else {
                let this = to_remember(settings, figures, (&input, &unknown_shops), &published);
                repeated::keep(&settings.state, last.as_ref(), this);
            }
            Ok(Night {
                as_of,
                ingredients: input.ingredients,
                published,
                month_end,
                to_restate,
                terms_changed,
                made_stale,
                present_shops: figures.present(),
                unscored_shops: figures.unscored(),
                to_read: surveyed.to_read(&input.set_aside),
                set_aside: input.set_aside,
                left_aside: surveyed.left_aside(),
                unknown_shops,
                computed: input.computed,
                reused: input.reused,
                changed: input.changed,
            })
        })
    })
}

/// What the same night again need not find out.
fn to_remember(
    settings: &Settings,
    figures: &Figures<'_>,
    (input, unknown_shops): (&NightInput, &BTreeMap<i64, i64>),
    published: &Published,
) -> LastNight {
    LastNight {
        ingredients: input.ingredients.clone(),
        limits: settings.limits.described(),
        snapshot_before: input.snapshot_before,
        warnings: figures.warnings.clone(),
        present_shops: figures.present(),
        unscored_shops: figures.unscored(),
        unknown_shops: unknown_shops.clone(),
        newly_decided: input.newly_decided.clone(),
        files: published.files.clone(),
    }
}

/// A night of which nothing is new.
fn again(
    terms: Terms<'_>,
    (as_of, current): (Day, &Current),
    last: &LastNight,
    (unchanged, published): (Unchanged, Published),
    left_aside: usize,
) -> Outcome<Night> {
    limits::tell(terms.keeping, &last.warnings);
    Ok(Night {
        as_of,
        ingredients: unchanged.ingredients,
        published,
        month_end: None,
        to_restate: alarm::to_restate(terms, as_of, current, last.newly_decided.iter().copied())?,
        terms_changed: None,
        made_stale: Vec::new(),
        present_shops: last.present_shops,
        unscored_shops: last.unscored_shops,
        set_aside: unchanged.set_aside,
        to_read: ToRead::default(),
        left_aside,
        unknown_shops: last.unknown_shops.clone(),
        computed: Vec::new(),
        reused: unchanged.partials,
        changed: Vec::new(),
    })
}

fn publication<'a>(
    terms: Terms<'a>,
    as_of: Day,
    (figures, spreads): (&Figures<'a>, &'a Spreads),
    input: &NightInput,
) -> Outcome<Publication<'a>> {
    let Terms { settings, rulebook, .. } = terms;
    let Figures { ranking, scores, mix, .. } = *figures;
    let counts = with_empty_days(&input.set_aside.counts, settings.window(as_of));
    let quality = quality::rows(&counts, &input.unknown_rows(), &input.unmatched);
    let indicators = move |places| batches::indicators(ranking, places, as_of);
    let improvements =
        move |places| batches::improvements(&improvements::of_shops(ranking, scores, spreads, mix, places)?, as_of);
    let partition = |table, rows| OutputPartition { table, period: Period::Day(as_of), rows };
    let quarantined = input.set_aside.quarantine.iter();
    let quarantined = quarantined.map(|(day, rows)| Ok((*day, batches::quarantine(rows)?)));
    Ok(Publication {
        as_of,
        partitions: vec![
            partition(&outputs::SCORES, figures.rows(as_of, rulebook)),
            partition(&outputs::INDICATORS, Rows::of_shops(figures.present(), indicators)),
            partition(&outputs::IMPROVEMENTS, Rows::of_shops(figures.present(), improvements)),
            partition(&outputs::CATEGORIES, Rows::made(vec![batches::categories(ranking.present, spreads, as_of)?])),
            partition(&outputs::OUTLOOK, figures.outlook_rows(as_of, terms)),
            partition(&outputs::QUALITY, Rows::made(vec![batches::quality(&quality)?])),
        ],
        kind: PublicationKind::Night(OfNight {
            ingredients: input.ingredients.clone(),
            terms: terms_changed::recorded(terms)?,
            quarantine: Quarantine {
                days: all(quarantined)?.into_iter().collect(),
                ..Quarantine::of(settings, as_of, input.snapshot)
            },
        }),
    })
}

fn unknown_shops(input: &NightInput) -> BTreeMap<i64, i64> {
    let mut unknown = BTreeMap::new();
    for (shop, rows) in input.window.tables.values().flat_map(|sums| sums.unknown.values()).flatten() {
        *unknown.entry(*shop).or_default() += rows;
    }
    unknown
}

fn with_empty_days(counts: &[Counts], window: Span) -> Vec<Counts> {
    let known: BTreeSet<(Table, Day)> = counts.iter().map(|counts| (counts.table, counts.day)).collect();
    let daily = Table::ALL.into_iter().filter(|table| table.spec().presence != Presence::NewestSnapshot);
    let table_days = daily.flat_map(|table| window.days().map(move |day| (table, day)));
    let empty = table_days.filter(|table_day| !known.contains(table_day));
    counts.iter().cloned().chain(empty.map(|(table, day)| Counts::nothing(table, day))).collect()
}
