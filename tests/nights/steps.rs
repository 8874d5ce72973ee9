//! What may happen between one night and the next, and the nights themselves, as data.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::{Day, Table, day};

/// The extracts cover so many days.
pub(crate) const DAYS: i32 = 8;

pub(crate) fn first_day() -> Day {
    day("2022-03-10")
}

/// One step of a sequence. Rows are made from seeds, so that a sequence prints in a few lines.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The night of a day.
    Night { as_of: Day, rehash: bool },
    /// The night of the day before last again, whatever happened since.
    Again,
    /// Every published night that is stale, published again.
    Stale,
    /// The night of a day while one partition is not as it should be; it is mended afterwards.
    SpoiltNight { as_of: Day, table: Table, day: Day, spoilt: Spoilt },
    /// The night of a day whose extracts were deleted but for some days; they come back afterwards.
    NightWithoutOld { as_of: Day, kept_days: i32 },
    /// Other rows, delivered late.
    Rewrite { table: Table, day: Day, seed: u64 },
    /// The same rows in another number of part files.
    Split { table: Table, day: Day, parts: usize },
    /// Other bytes in files that keep their inode, size and modification time.
    Forge { table: Table, day: Day },
    /// The same bytes in files with other times.
    Touch { table: Table, day: Day },
    /// No partition any more, of a table that may lack days.
    Remove { table: Table, day: Day },
    /// One more decision, on a record that is there.
    Decide { day: Day, table: Table, record_day: Day, record: Index, upheld: bool },
    /// A rule table changed, or changed back.
    Rule(Rule),
    /// A setting changed, or changed back.
    Set(&'static str, &'static str),
    /// A file of the state folder deleted or damaged.
    Damage { file: Index, damage: Damage },
    /// A backup of the state folder.
    BackUp,
    /// A part of the state folder as the backup has it; all of it where the part is the empty text.
    Restore { part: &'static str },
    /// The state folder is gone.
    Lose,
    /// A part of the state folder as the night of a day leaves it in a marketplace where half of the partitions differ.
    Foreign { seed: u64, as_of: Day, part: &'static str },
}

/// What is wrong with a partition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spoilt {
    Cut,
    Gone,
}

/// What happens to a file of the state folder.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Delete,
    Truncate(Index),
    Flip(Index),
    /// It has the bytes of another file of its folder and kind.
    MixUp(Index),
}

/// What a rule table says from now on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// One more category is made to order from a day to another; none as shipped.
    CustomMade(Option<(Day, Day)>),
    /// Other weights of a category than shipped.
    Weights { other: bool },
    /// Other cut-offs than shipped.
    Tiers { other: bool },
    /// Another default logistics indicator than shipped.
    Logistics { other: bool },
}

/// Settings and their values; the first of each name is the one that a sequence starts with.
pub(crate) const SETTINGS: [(&str, &str); 19] = [
    ("window_days", "3"),
    ("window_days", "4"),
    ("window_days", "5"),
    ("time_zone", "'Asia/Shanghai'"),
    ("time_zone", "'Asia/Singapore'"),
    ("time_zone", "'UTC'"),
    ("rank_within", "'primary_category'"),
    ("rank_within", "'assessment_category'"),
    ("after_sales_mix", "'equal'"),
    ("after_sales_mix", "'volume'"),
    ("appeal_effect_days", "0"),
    ("appeal_effect_days", "1"),
    ("appeal_effect_days", "3"),
    ("history_starts_on", "'2022-03-10'"),
    ("history_starts_on", "'2022-03-01'"),
    ("max_quarantined_percent", "100"),
    ("max_quarantined_percent", "60"),
    ("max_quarantined_rows", "3"),
    ("max_unscored_percent", "100"),
];

const PARTS_OF_STATE: [&str; 4] = ["", "partials", "records", "window"];

pub(crate) fn sequences() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..=24)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => nights(),
        10 => deliveries(),
        5 => decisions(),
        4 => select(SETTINGS.to_vec()).prop_map(|(name, value)| Step::Set(name, value)),
        4 => rules().prop_map(Step::Rule),
        8 => states(),
    ]
}

fn nights() -> impl Strategy<Value = Step> {
    let spoilt = select(vec![Spoilt::Cut, Spoilt::Gone]);
    prop_oneof![
        7 => (days(), prop::bool::weighted(0.15)).prop_map(|(as_of, rehash)| Step::Night { as_of, rehash }),
        2 => Just(Step::Again),
        2 => Just(Step::Stale),
        1 => (days(), any_table(), days(), spoilt)
            .prop_map(|(as_of, table, day, spoilt)| Step::SpoiltNight { as_of, table, day, spoilt }),
        1 => (days(), 0_i32..3).prop_map(|(as_of, kept_days)| Step::NightWithoutOld { as_of, kept_days }),
    ]
}

fn deliveries() -> impl Strategy<Value = Step> {
    let may_lack_days = select(vec![Table::Disputes, Table::Appeals, Table::Shops]);
    prop_oneof![
        4 => (any_table(), days(), any::<u64>()).prop_map(|(table, day, seed)| Step::Rewrite { table, day, seed }),
        1 => (any_table(), days(), 1_usize..=3).prop_map(|(table, day, parts)| Step::Split { table, day, parts }),
        2 => (any_table(), days()).prop_map(|(table, day)| Step::Forge { table, day }),
        1 => (any_table(), days()).prop_map(|(table, day)| Step::Touch { table, day }),
        1 => (may_lack_days, days()).prop_map(|(table, day)| Step::Remove { table, day }),
    ]
}

fn decisions() -> impl Strategy<Value = Step> {
    let tables = select(vec![Table::Reviews, Table::Refunds, Table::Disputes, Table::Pickups]);
    (days(), tables, 0_i32..5, any::<Index>(), prop::bool::weighted(0.7)).prop_map(
        |(day, table, age_days, record, upheld)| {
            let record_day = day.plus(-age_days).max(first_day());
            Step::Decide { day, table, record_day, record, upheld }
        },
    )
}

fn rules() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (days(), days()).prop_map(|(one, other)| Rule::CustomMade(Some((one.min(other), one.max(other))))),
        Just(Rule::CustomMade(None)),
        any::<bool>().prop_map(|other| Rule::Weights { other }),
        any::<bool>().prop_map(|other| Rule::Tiers { other }),
        any::<bool>().prop_map(|other| Rule::Logistics { other }),
    ]
}

fn states() -> impl Strategy<Value = Step> {
    let damage = prop_oneof![
        Just(Damage::Delete),
        any::<Index>().prop_map(Damage::Truncate),
        any::<Index>().prop_map(Damage::Flip),
        any::<Index>().prop_map(Damage::MixUp),
    ];
    let part = || select(PARTS_OF_STATE.to_vec());
    prop_oneof![
        5 => (any::<Index>(), damage).prop_map(|(file, damage)| Step::Damage { file, damage }),
        1 => Just(Step::BackUp),
        1 => part().prop_map(|part| Step::Restore { part }),
        1 => Just(Step::Lose),
        1 => (any::<u64>(), days(), part()).prop_map(|(seed, as_of, part)| Step::Foreign { seed, as_of, part }),
    ]
}

fn any_table() -> impl Strategy<Value = Table> {
    select(Table::ALL.to_vec())
}

fn days() -> impl Strategy<Value = Day> {
    // A window is five days at most: it lies in the extracts more often than not.
    prop_oneof![1 => 0..3, 4 => 3..DAYS].prop_map(|days| first_day().plus(days))
}
