//! What is stored of a table-day besides its description: the sums of its partial; of shops and appeals, which count row by
//! row, the sound rows themselves.
//!
//! Grain: one group of a partial, or one sound shop or appeal; as frames of integers and texts without nulls.

use polars::prelude::*;

use crate::domain::Day;
use crate::error::{Outcome, fault};
use crate::extracts::tables::Table;
use crate::partials::records::TableDay;
use crate::partials::retractions::Appeal;
use crate::shops::Shop;
use crate::state::checksummed::STAGE;

const NANOSECONDS_PER_SECOND: i128 = 1_000_000_000;

/// The content of a table-day.
#[derive(Clone, Debug)]
pub(crate) enum DayContent {
    /// The sums of a daily partial.
    Sums(DataFrame),
    /// The sound shops of a snapshot.
    Shops(Vec<Shop>),
    /// The sound appeals of a partition.
    Appeals(Vec<Appeal>),
}

impl DayContent {
    /// The sums of a partial.
    ///
    /// # Errors
    /// A fault where it is of shops or appeals.
    pub(crate) fn sums(self) -> Outcome<DataFrame> {
        match self {
            Self::Sums(sums) => Ok(sums),
            Self::Shops(_) | Self::Appeals(_) => Err(other("sums")),
        }
    }

    /// The shops of a snapshot.
    ///
    /// # Errors
    /// A fault where it is of another table.
    pub(crate) fn shops(self) -> Outcome<Vec<Shop>> {
        if let Self::Shops(shops) = self { Ok(shops) } else { Err(other("shops")) }
    }

    /// The appeals of a partition.
    ///
    /// # Errors
    /// A fault where it is of another table.
    pub(crate) fn appeals(self) -> Outcome<Vec<Appeal>> {
        if let Self::Appeals(appeals) = self { Ok(appeals) } else { Err(other("appeals")) }
    }

    /// As the frame that is stored.
    pub(super) fn to_frame(&self) -> PolarsResult<DataFrame> {
        match self {
            Self::Sums(sums) => Ok(sums.clone()),
            Self::Shops(shops) => frame_of_shops(shops),
            Self::Appeals(appeals) => frame_of_appeals(appeals),
        }
    }

    /// The content that a stored frame holds; an error where it holds anything else.
    pub(super) fn of_frame((table, day): TableDay, frame: DataFrame) -> PolarsResult<Self> {
        match table {
            Table::Shops => shops_of(&frame).map(Self::Shops),
            Table::Appeals => appeals_of(&frame, day).map(Self::Appeals),
            _ => Ok(Self::Sums(frame)),
        }
    }
}

fn other(wanted: &str) -> crate::error::Failure {
    fault(STAGE, format!("a table-day without {wanted}"))
}

fn frame_of_shops(shops: &[Shop]) -> PolarsResult<DataFrame> {
    let text = |name: &str, of: &dyn Fn(&Shop) -> String| {
        StringChunked::from_iter_values(name.into(), shops.iter().map(of)).into_column()
    };
    let epoch_days = |day: Day| i64::from(day.epoch_days());
    DataFrame::new(
        shops.len(),
        vec![
            integers("shop_id", shops, |shop| shop.shop_id),
            text("name", &|shop| shop.name.clone()),
            text("primary_category", &|shop| shop.primary_category.clone()),
            integers("has_subcategory", shops, |shop| i64::from(shop.primary_subcategory.is_some())),
            text("primary_subcategory", &|shop| shop.primary_subcategory.clone().unwrap_or_default()),
            integers("joined_on", shops, |shop| epoch_days(shop.joined_on)),
            integers("is_leaving", shops, |shop| i64::from(shop.terminated_on.is_some())),
            integers("terminated_on", shops, |shop| shop.terminated_on.map_or(0, epoch_days)),
        ],
    )
}

fn shops_of(frame: &DataFrame) -> PolarsResult<Vec<Shop>> {
    let text = |name: &str| Ok::<_, PolarsError>(frame.column(name)?.str()?.iter().flatten().map(str::to_owned));
    let mut ids = column(frame, "shop_id")?;
    let mut names = text("name")?;
    let mut categories = text("primary_category")?;
    let mut has_subcategory = column(frame, "has_subcategory")?;
    let mut subcategories = text("primary_subcategory")?;
    let mut joined = column(frame, "joined_on")?;
    let mut is_leaving = column(frame, "is_leaving")?;
    let mut terminated = column(frame, "terminated_on")?;
    all_rows(frame, || {
        Some(Shop {
            shop_id: ids.next()?,
            name: names.next()?,
            primary_category: categories.next()?,
            primary_subcategory: subcategories.next().filter(|_| has_subcategory.next() == Some(1)),
            joined_on: day_of(joined.next()?)?,
            terminated_on: Some(day_of(terminated.next()?)?).filter(|_| is_leaving.next() == Some(1)),
        })
    })
}

fn frame_of_appeals(appeals: &[Appeal]) -> PolarsResult<DataFrame> {
    let mut places = Vec::with_capacity(appeals.len());
    let (mut seconds, mut nanoseconds) = (places.clone(), places.clone());
    for appeal in appeals {
        let place = Table::ALL.iter().position(|table| *table == appeal.record_of.0);
        places.push(fitting(place.ok_or_else(|| unfit(&appeal.record_of.0.name()))?)?);
        // Whole seconds of what ticks in 64 bits gave fit them too.
        seconds.push(fitting(appeal.decided_at_nanoseconds.div_euclid(NANOSECONDS_PER_SECOND))?);
        nanoseconds.push(fitting(appeal.decided_at_nanoseconds.rem_euclid(NANOSECONDS_PER_SECOND))?);
    }
    let whole = |name: &str, values: Vec<i64>| Int64Chunked::from_vec(name.into(), values).into_column();
    DataFrame::new(
        appeals.len(),
        vec![
            integers("appeal_id", appeals, |appeal| appeal.appeal_id),
            integers("shop_id", appeals, |appeal| appeal.shop_id),
            whole("table", places),
            integers("record_day", appeals, |appeal| i64::from(appeal.record_of.1.epoch_days())),
            integers("record_id", appeals, |appeal| appeal.record_id),
            integers("upheld", appeals, |appeal| i64::from(appeal.upheld)),
            whole("decided_second", seconds),
            whole("decided_nanosecond", nanoseconds),
        ],
    )
}

fn appeals_of(frame: &DataFrame, day: Day) -> PolarsResult<Vec<Appeal>> {
    let mut appeal_ids = column(frame, "appeal_id")?;
    let mut shop_ids = column(frame, "shop_id")?;
    let mut tables = column(frame, "table")?;
    let mut days = column(frame, "record_day")?;
    let mut record_ids = column(frame, "record_id")?;
    let mut upheld = column(frame, "upheld")?;
    let mut seconds = column(frame, "decided_second")?;
    let mut nanoseconds = column(frame, "decided_nanosecond")?;
    all_rows(frame, || {
        let table = usize::try_from(tables.next()?).ok()?;
        Some(Appeal {
            day,
            appeal_id: appeal_ids.next()?,
            shop_id: shop_ids.next()?,
            record_of: (Table::ALL.get(table).copied()?, day_of(days.next()?)?),
            record_id: record_ids.next()?,
            upheld: upheld.next()? == 1,
            decided_at_nanoseconds: i128::from(seconds.next()?) * NANOSECONDS_PER_SECOND
                + i128::from(nanoseconds.next()?),
        })
    })
}

/// One value a row of the frame, or an error where there are fewer.
fn all_rows<T>(frame: &DataFrame, mut row: impl FnMut() -> Option<T>) -> PolarsResult<Vec<T>> {
    let rows: Option<Vec<T>> = (0..frame.height()).map(|_| row()).collect();
    rows.ok_or_else(|| unfit(&"a row"))
}

fn integers<T>(name: &str, rows: &[T], value: impl Fn(&T) -> i64) -> Column {
    Int64Chunked::from_vec(name.into(), rows.iter().map(value).collect()).into_column()
}

fn column<'a>(frame: &'a DataFrame, name: &str) -> PolarsResult<impl Iterator<Item = i64> + 'a> {
    Ok(frame.column(name)?.i64()?.iter().flatten())
}

fn day_of(epoch_days: i64) -> Option<Day> {
    i32::try_from(epoch_days).ok().map(Day::from_epoch_days)
}

fn fitting<T: TryInto<i64>>(number: T) -> PolarsResult<i64> {
    number.try_into().map_err(|_| unfit(&"a number"))
}

fn unfit(what: &dyn std::fmt::Display) -> PolarsError {
    PolarsError::ComputeError(format!("{what} that does not fit what is stored").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;
    use crate::state::frames;

    /// The content as it comes back from its bytes.
    fn kept(table: Table, content: &DayContent) -> DayContent {
        let bytes = frames::to_parquet(&content.to_frame().unwrap()).unwrap();
        let frame = frames::from_parquet(bytes.into()).unwrap();
        DayContent::of_frame((table, day("2022-03-15")), frame).unwrap()
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
        for shops in [&shops[..], &[]] {
            let content = DayContent::Shops(shops.to_vec());
            assert_eq!(kept(Table::Shops, &content).shops().unwrap(), shops);
        }
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
        let content = DayContent::Appeals(appeals.to_vec());
        assert_eq!(kept(Table::Appeals, &content).appeals().unwrap(), appeals);
    }
}
