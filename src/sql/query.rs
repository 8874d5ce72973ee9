//! The whole query of a table's days, put together.
//!
//! Grain out, of sums: a day, a reason why rows were set aside or none, and a group of the partial (sound rows) or one row's
//! columns (others), with the count of rows and the sums. Of named rows: one sound row with what it added. Of whole rows: one row,
//! typed. Of a shift: a day. A row that is of no day that was asked for comes back without one: it must not be lost in silence.

use crate::error::{Failure, Outcome, fault};
use crate::extracts::schema::TableSpec;
use crate::extracts::verdicts::Reason;
use crate::partials::measures::{PartialSpec, ROWS};
use crate::sql::added::{amount, is_wide};
use crate::sql::asked::{Asked, AskedDay, Wanted};
use crate::sql::{STAGE, judged, typed};

/// The column that holds why a row was set aside, null for sound rows.
pub(crate) const REASON: &str = "reason";
/// The column that holds a row that was set aside.
pub(crate) const SET_ASIDE: &str = "set_aside";
/// The column that holds the key of a named row.
pub(crate) const RECORD: &str = "record";

/// The columns that hold how many times would lie on their day if they were earlier or later.
pub(crate) const EARLIER: &str = "earlier";
pub(crate) const LATER: &str = "later";

/// The text of a query.
pub(crate) fn text(asked: &Asked<'_>) -> Outcome<String> {
    let mut parts = vec![("days", days(asked)), ("typed", typed_rows(asked)?)];
    if matches!(asked.wanted, Wanted::Sums | Wanted::Named) {
        parts.push(("judged", format!("SELECT *, {} AS broken\n  FROM typed", judged::broken(asked)?)));
        parts.push(("settled", settled(asked)));
    }
    let last = match asked.wanted {
        Wanted::Sums => {
            parts.push(("added", added(asked)));
            if !asked.spec.once_per.is_empty() {
                parts.push(("once", once(asked)));
            }
            sums(asked)
        }
        Wanted::Named => named(asked),
        Wanted::OfShop(_) | Wanted::WithKeys => whole(asked),
        Wanted::Shifted(ticks) => shifted(ticks, asked)?,
    };
    let parts: Vec<String> = parts.into_iter().map(|(name, part)| format!("{name} AS (\n  {part})")).collect();
    Ok(format!("WITH {}\n{last}", parts.join(", ")))
}

/// The days, as partitions write them, with the ticks that lie on each.
fn days(asked: &Asked<'_>) -> String {
    let most = asked.days.iter().map(|day| day.natural_day.len()).max().unwrap_or_default().max(1);
    let row = |day: &AskedDay<'_>| {
        let spans = (0..most).map(|place| match day.natural_day.get(place) {
            Some(span) => format!("{}, {}", span.start, span.end),
            // No tick lies on a span of none.
            None => "0, 0".to_owned(),
        });
        let [written, day] = [day.written.clone(), day.day.to_string()].map(|text| asked.dialect.text(&text));
        format!("({written}, {day}, {})", spans.collect::<Vec<_>>().join(", "))
    };
    let names: Vec<String> = (0..most).map(|place| format!("day_start_{place}, day_end_{place}")).collect();
    let rows = asked.days.iter().map(row).collect::<Vec<_>>().join(",\n    ");
    format!("SELECT * FROM (VALUES\n    {rows}) AS days(written, day, {})", names.join(", "))
}

/// The columns of `days` that later steps read.
fn day_columns(asked: &Asked<'_>) -> String {
    let most = asked.days.iter().map(|day| day.natural_day.len()).max().unwrap_or_default().max(1);
    let spans = (0..most).map(|place| format!("day_start_{place}, day_end_{place}")).collect::<Vec<_>>().join(", ");
    format!("day, {spans}")
}

fn typed_rows(asked: &Asked<'_>) -> Outcome<String> {
    let of_source = asked.sources.iter().map(|source| {
        let columns = source
            .columns
            .iter()
            .map(|read| Ok(format!("{} AS {}", typed::typed(asked, source, read)?, read.column.name)));
        let columns = columns.collect::<Outcome<Vec<_>>>()?.join(",\n    ");
        Ok(format!("SELECT {} AS written,\n    {columns}\n  FROM {}", source.day, source.relation))
    });
    let rows = of_source.collect::<Outcome<Vec<_>>>()?.join("\n  UNION ALL\n  ");
    let columns = declared(asked.spec.table.spec()).collect::<Vec<_>>().join(", ");
    let is_wanted = match (asked.wanted, asked.spec.table.spec().key) {
        (Wanted::Named | Wanted::WithKeys, Some(key)) => Some(is_named(key, asked)),
        (Wanted::OfShop(shop_id), _) => Some(format!("shop_id = {shop_id}")),
        (Wanted::Sums | Wanted::Shifted(_), _) => None,
        (Wanted::Named | Wanted::WithKeys, None) => return Err(no_keys(asked)),
    };
    let where_wanted = is_wanted.map_or_else(String::new, |is| format!("\n  WHERE {is} OR day IS NULL"));
    let days = day_columns(asked);
    Ok(format!(
        "SELECT {days}, {columns}\n  FROM (\n  {rows}) AS extract LEFT JOIN days ON extract.written = days.written{where_wanted}"
    ))
}

fn no_keys(asked: &Asked<'_>) -> Failure {
    fault(STAGE, format!("keys of {}", asked.spec.table.name()))
}

/// Whether a row has one of the keys that are wanted of its day.
fn is_named(key: &str, asked: &Asked<'_>) -> String {
    let of_days = asked.days.iter().filter(|day| !day.keys.is_empty()).map(|day| {
        let keys = day.keys.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        format!("day = {} AND {key} IN ({keys})", asked.dialect.text(&day.day.to_string()))
    });
    let of_days = of_days.collect::<Vec<_>>().join(" OR ");
    if of_days.is_empty() { "false".to_owned() } else { of_days }
}

fn declared(spec: &TableSpec) -> impl Iterator<Item = &'static str> {
    spec.columns.iter().map(|column| column.name)
}

/// Of sound rows with one key the greatest stays: by the timestamp of the day, then by the columns as declared, null lowest.
fn settled(asked: &Asked<'_>) -> String {
    let spec = asked.spec.table.spec();
    let Some(key) = spec.key else { return format!("SELECT *, broken AS {REASON}\n  FROM judged") };
    let order = spec.day_column.into_iter().chain(declared(spec));
    let order = order.map(|column| format!("{column} DESC NULLS LAST")).collect::<Vec<_>>().join(", ");
    let days = day_columns(asked);
    let columns = declared(spec).collect::<Vec<_>>().join(", ");
    format!(
        "SELECT {days}, {columns}, CASE WHEN broken IS NULL AND place > 1 THEN '{}' ELSE broken END AS {REASON}\n  FROM (SELECT \
         *, row_number() OVER (PARTITION BY {key}, day, broken IS NULL ORDER BY {order}) AS place\n  FROM judged) AS placed",
        Reason::DuplicateKey.name()
    )
}

/// The columns of a row that was set aside: who bought is not among them.
pub(crate) fn shown(spec: &TableSpec) -> Vec<&'static str> {
    spec.columns.iter().filter(|column| !column.personal).map(|column| column.name).collect()
}

fn amounts(asked: &Asked<'_>) -> Vec<String> {
    asked.spec.measures.iter().map(|measure| format!("{} AS {}", amount(measure, asked), measure.name)).collect()
}

fn added(asked: &Asked<'_>) -> String {
    let PartialSpec { table, grouped_by, once_per, .. } = *asked.spec;
    let keys = if once_per.is_empty() { grouped_by } else { once_per };
    let keys = keys.iter().map(|key| format!("CASE WHEN {REASON} IS NULL THEN {key} END AS {key}"));
    let row = asked.dialect.row(&shown(table.spec()));
    let set_aside = format!("CASE WHEN {REASON} IS NOT NULL THEN {row} END AS {SET_ASIDE}");
    let columns: Vec<String> = keys.chain([set_aside]).chain(amounts(asked)).collect();
    format!("SELECT day, {REASON}, {}\n  FROM settled", columns.join(",\n    "))
}

/// Rows that count once for what they have in common.
fn once(asked: &Asked<'_>) -> String {
    let keys = asked.spec.once_per.join(", ");
    let most = asked.spec.measures.iter().map(|measure| format!("max({name}) AS {name}", name = measure.name));
    let most = most.collect::<Vec<_>>().join(", ");
    format!(
        "SELECT day, {REASON}, {keys}, {SET_ASIDE}, count(*) AS rows_once, {most}\n  FROM added\n  GROUP BY day, {REASON}, {keys}, \
         {SET_ASIDE}"
    )
}

fn sums(asked: &Asked<'_>) -> String {
    let PartialSpec { grouped_by, once_per, measures, .. } = *asked.spec;
    let keys = grouped_by.join(", ");
    let (rows, from) = if once_per.is_empty() { ("count(*)", "added") } else { ("sum(rows_once)", "once") };
    let sums = measures.iter().map(|measure| {
        let amount = format!("CASE WHEN {REASON} IS NULL THEN {} END", measure.name);
        let amount = if is_wide(measure) { format!("CAST({amount} AS DECIMAL(38, 0))") } else { amount };
        format!("sum({amount}) AS {}", measure.name)
    });
    let sums = sums.collect::<Vec<_>>().join(",\n  ");
    format!(
        "SELECT day, {REASON}, {keys}, {SET_ASIDE}, CAST({rows} AS BIGINT) AS {ROWS},\n  {sums}\nFROM {from}\nGROUP BY day, \
         {REASON}, {keys}, {SET_ASIDE}"
    )
}

fn named(asked: &Asked<'_>) -> String {
    let key = asked.spec.table.spec().key.unwrap_or_default();
    let columns: Vec<String> =
        [format!("{key} AS {RECORD}"), "shop_id".to_owned()].into_iter().chain(amounts(asked)).collect();
    format!("SELECT day, {}\nFROM settled\nWHERE {REASON} IS NULL OR day IS NULL", columns.join(", "))
}

fn whole(asked: &Asked<'_>) -> String {
    format!("SELECT day, {}\nFROM typed", declared(asked.spec.table.spec()).collect::<Vec<_>>().join(", "))
}

/// How many times lie on their day as they are moved: `rows` of all, `earlier` and `later`.
fn shifted(ticks: i64, asked: &Asked<'_>) -> Outcome<String> {
    let spec = asked.spec.table.spec();
    let column = spec.day_column.ok_or_else(|| fault(STAGE, format!("{} has no time of its day", spec.name)))?;
    let counts = [(EARLIER, "-"), (LATER, "+")].map(|(name, sign)| {
        let lies_there = judged::is_on_the_day(&format!("({column} {sign} ({ticks}))"), asked);
        format!("count(CASE WHEN {lies_there} THEN 1 END) AS {name}")
    });
    Ok(format!("SELECT day, count({column}) AS {ROWS},\n  {}\nFROM typed\nGROUP BY day", counts.join(",\n  ")))
}
