//! Shops and appeals, which count row by row: kept whole, so that a night need not decode and judge unchanged files again.
//!
//! Grain: one sound shop or appeal, as frames of integers and texts without nulls.

use polars::prelude::*;

use crate::domain::Day;
use crate::error::Outcome;
use crate::extracts::row_rules::Verdicts;
use crate::extracts::rows::Rows;
use crate::extracts::tables::Table;
use crate::partials::retractions::{self, Appeal};
use crate::shops::{self, Shop};

const NANOSECONDS_PER_SECOND: i128 = 1_000_000_000;

/// A sound row of a table that is kept whole.
pub trait Whole: Sized + Send {
    /// The sound rows of a table-day.
    ///
    /// # Errors
    /// A fault where a column is not as declared.
    fn of_rows(rows: &Rows, verdicts: &Verdicts) -> Outcome<Vec<Self>>;

    /// Rows as a frame.
    ///
    /// # Errors
    /// Those of the engine below.
    fn as_frame(rows: &[Self]) -> PolarsResult<DataFrame>;

    /// The rows that [`Whole::as_frame`] was given, which are those of a partition of `day`.
    ///
    /// # Errors
    /// Those of the engine below, where the frame is another.
    fn of_frame(frame: &DataFrame, day: Day) -> PolarsResult<Vec<Self>>;
}

impl Whole for Shop {
    fn of_rows(rows: &Rows, verdicts: &Verdicts) -> Outcome<Vec<Self>> {
        Ok(shops::of_snapshot(rows, verdicts))
    }

    fn as_frame(rows: &[Self]) -> PolarsResult<DataFrame> {
        let text = |name: &str, of: &dyn Fn(&Self) -> String| {
            StringChunked::from_iter_values(name.into(), rows.iter().map(of)).into_column()
        };
        let epoch_days = |day: Day| i64::from(day.epoch_days());
        DataFrame::new(
            rows.len(),
            vec![
                integers("shop_id", rows, |shop| shop.shop_id),
                text("name", &|shop| shop.name.clone()),
                text("primary_category", &|shop| shop.primary_category.clone()),
                integers("has_subcategory", rows, |shop| i64::from(shop.primary_subcategory.is_some())),
                text("primary_subcategory", &|shop| shop.primary_subcategory.clone().unwrap_or_default()),
                integers("joined_on", rows, |shop| epoch_days(shop.joined_on)),
                integers("is_leaving", rows, |shop| i64::from(shop.terminated_on.is_some())),
                integers("terminated_on", rows, |shop| shop.terminated_on.map_or(0, epoch_days)),
            ],
        )
    }

    fn of_frame(frame: &DataFrame, _: Day) -> PolarsResult<Vec<Self>> {
        let text =
            |name: &str| Ok::<_, PolarsError>(frame.column(name)?.str()?.iter().flatten().map(str::to_owned));
        let mut ids = column(frame, "shop_id")?;
        let mut names = text("name")?;
        let mut categories = text("primary_category")?;
        let mut has_subcategory = column(frame, "has_subcategory")?;
        let mut subcategories = text("primary_subcategory")?;
        let mut joined = column(frame, "joined_on")?;
        let mut is_leaving = column(frame, "is_leaving")?;
        let mut terminated = column(frame, "terminated_on")?;
        let mut shop = || {
            Some(Self {
                shop_id: ids.next()?,
                name: names.next()?,
                primary_category: categories.next()?,
                primary_subcategory: subcategories.next().filter(|_| has_subcategory.next() == Some(1)),
                joined_on: joined.next().map(day_of)?,
                terminated_on: terminated.next().map(day_of).filter(|_| is_leaving.next() == Some(1)),
            })
        };
        Ok(std::iter::from_fn(&mut shop).collect())
    }
}

impl Whole for Appeal {
    fn of_rows(rows: &Rows, verdicts: &Verdicts) -> Outcome<Vec<Self>> {
        retractions::appeals_of(rows, verdicts)
    }

    fn as_frame(rows: &[Self]) -> PolarsResult<DataFrame> {
        let place = |table: Table| Table::ALL.iter().position(|other| *other == table);
        let second = |appeal: &Self| appeal.decided_at_nanoseconds.div_euclid(NANOSECONDS_PER_SECOND);
        let rest = |appeal: &Self| appeal.decided_at_nanoseconds.rem_euclid(NANOSECONDS_PER_SECOND);
        // Whole seconds of what ticks in 64 bits gave fit them too.
        let fitting = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
        DataFrame::new(
            rows.len(),
            vec![
                integers("appeal_id", rows, |appeal| appeal.appeal_id),
                integers("shop_id", rows, |appeal| appeal.shop_id),
                integers("table", rows, |appeal| {
                    place(appeal.record_of.0).and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
                }),
                integers("record_day", rows, |appeal| i64::from(appeal.record_of.1.epoch_days())),
                integers("record_id", rows, |appeal| appeal.record_id),
                integers("upheld", rows, |appeal| i64::from(appeal.upheld)),
                integers("decided_second", rows, |appeal| fitting(second(appeal))),
                integers("decided_nanosecond", rows, |appeal| fitting(rest(appeal))),
            ],
        )
    }

    fn of_frame(frame: &DataFrame, day: Day) -> PolarsResult<Vec<Self>> {
        let mut appeal_ids = column(frame, "appeal_id")?;
        let mut shop_ids = column(frame, "shop_id")?;
        let mut tables = column(frame, "table")?;
        let mut days = column(frame, "record_day")?;
        let mut record_ids = column(frame, "record_id")?;
        let mut upheld = column(frame, "upheld")?;
        let mut seconds = column(frame, "decided_second")?;
        let mut nanoseconds = column(frame, "decided_nanosecond")?;
        let mut appeal = || {
            let table = usize::try_from(tables.next()?).ok()?;
            Some(Self {
                day,
                appeal_id: appeal_ids.next()?,
                shop_id: shop_ids.next()?,
                record_of: (Table::ALL.get(table).copied()?, days.next().map(day_of)?),
                record_id: record_ids.next()?,
                upheld: upheld.next()? == 1,
                decided_at_nanoseconds: i128::from(seconds.next()?) * NANOSECONDS_PER_SECOND
                    + i128::from(nanoseconds.next()?),
            })
        };
        Ok(std::iter::from_fn(&mut appeal).collect())
    }
}

fn integers<T>(name: &str, rows: &[T], value: impl Fn(&T) -> i64) -> Column {
    Int64Chunked::from_vec(name.into(), rows.iter().map(value).collect()).into_column()
}

fn column<'a>(frame: &'a DataFrame, name: &str) -> PolarsResult<impl Iterator<Item = i64> + 'a> {
    Ok(frame.column(name)?.i64()?.iter().flatten())
}

fn day_of(epoch_days: i64) -> Day {
    Day::from_epoch_days(i32::try_from(epoch_days).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;
    use crate::state::frames;

    /// The rows as they come back from their bytes.
    fn kept<T: Whole>(rows: &[T]) -> Vec<T> {
        let bytes = frames::to_parquet(&T::as_frame(rows).unwrap()).unwrap();
        T::of_frame(&frames::from_parquet(bytes.into()).unwrap(), day("2022-03-15")).unwrap()
    }

    #[test]
    fn shops_come_back_with_and_without_what_they_may_lack() {
        let shop = |shop_id: i64, subcategory: Option<&str>, terminated_on: Option<&str>| Shop {
            shop_id,
            name: "店".to_owned(),
            primary_category: String::new(),
            primary_subcategory: subcategory.map(str::to_owned),
            joined_on: day("1969-12-31"),
            terminated_on: terminated_on.map(day),
        };
        let shops = [shop(1, None, Some("2022-03-15")), shop(-2, Some(""), None), shop(3, Some("茶"), None)];
        assert_eq!(kept(&shops), shops);
        assert_eq!(kept::<Shop>(&[]), []);
    }

    #[test]
    fn appeals_come_back_to_the_nanosecond() {
        let appeal = |table: Table, nanoseconds: i128, upheld: bool| Appeal {
            day: day("2022-03-15"),
            appeal_id: 1,
            shop_id: i64::MIN,
            record_of: (table, day("2022-03-01")),
            record_id: i64::MAX,
            upheld,
            decided_at_nanoseconds: nanoseconds,
        };
        let micros = i128::from(i64::MIN) * 1_000;
        let appeals = [
            appeal(Table::Reviews, -1, true),
            appeal(Table::Pickups, 1_647_302_400_000_000_001, false),
            appeal(Table::Disputes, micros, true),
        ];
        assert_eq!(kept(&appeals), appeals);
    }
}
