//! What is stored of a table-day besides its description: the sums of its partial; of shops and appeals, which count row by
//! row, the sound rows themselves.
//!
//! Grain: one group of a partial, or one sound shop or appeal; as frames of integers and texts without nulls.

use polars::prelude::*;

use crate::columns::{integers, of_integers, texts};
use crate::error::{Failure, Outcome, fault};
use crate::partials::{records::TableDay, retractions::Appeal};
use crate::shops::{SharedNames, Shop};
use crate::{domain::Day, extracts::tables::Table, state::checksummed::STAGE};

const NANOSECONDS_PER_SECOND: i128 = 1_000_000_000;

/// The content of a table-day: sums of a daily partial, the sound shops of a snapshot, the sound appeals of a partition.
#[derive(Clone, Debug)]
pub(crate) enum DayContent {
    Sums(DataFrame),
    Shops(Vec<Shop>),
    Appeals(Vec<Appeal>),
}

impl DayContent {
    /// Whether it is rows that are kept in place of sums.
    pub(crate) fn is_rows(&self) -> bool {
        !matches!(self, Self::Sums(_))
    }

    /// The sums of a partial; a fault where it is of shops or appeals, as below where it is of another table.
    pub(crate) fn sums(self) -> Outcome<DataFrame> {
        if let Self::Sums(sums) = self { Ok(sums) } else { Err(fault(STAGE, "a table-day without sums")) }
    }

    pub(crate) fn shops(self) -> Outcome<Vec<Shop>> {
        if let Self::Shops(shops) = self { Ok(shops) } else { Err(fault(STAGE, "a table-day without shops")) }
    }

    pub(crate) fn appeals(self) -> Outcome<Vec<Appeal>> {
        if let Self::Appeals(appeals) = self { Ok(appeals) } else { Err(fault(STAGE, "a table-day without appeals")) }
    }

    /// As the frame that is stored.
    pub(super) fn to_frame(&self) -> Outcome<DataFrame> {
        match self {
            Self::Sums(sums) => Ok(sums.clone()),
            Self::Shops(shops) => frame_of_shops(shops),
            Self::Appeals(appeals) => frame_of_appeals(appeals),
        }
    }

    /// The content that a stored frame holds; an error where it holds anything else.
    pub(super) fn of_frame((table, day): TableDay, frame: DataFrame) -> Outcome<Self> {
        match table {
            Table::Shops => shops_of(&frame).map(Self::Shops),
            Table::Appeals => appeals_of(&frame, day).map(Self::Appeals),
            _ => Ok(Self::Sums(frame)),
        }
    }
}

fn frame_of_shops(shops: &[Shop]) -> Outcome<DataFrame> {
    let whole = |name: &str, of: fn(&Shop) -> i64| of_integers(name, shops.iter().map(of).collect());
    let text = |name: &str, of: fn(&Shop) -> &str| {
        StringChunked::from_iter_values(name.into(), shops.iter().map(of)).into_column()
    };
    let columns = vec![
        whole("shop_id", |shop| shop.shop_id),
        text("name", |shop| &shop.name),
        text("primary_category", |shop| &shop.primary_category),
        whole("has_subcategory", |shop| shop.primary_subcategory.is_some().into()),
        text("primary_subcategory", |shop| shop.primary_subcategory.as_deref().unwrap_or_default()),
        whole("joined_on", |shop| shop.joined_on.epoch_days().into()),
        whole("is_leaving", |shop| shop.terminated_on.is_some().into()),
        whole("terminated_on", |shop| shop.terminated_on.map_or(0, |day| day.epoch_days().into())),
    ];
    DataFrame::new(shops.len(), columns).map_err(|error| fault(STAGE, error))
}

fn shops_of(frame: &DataFrame) -> Outcome<Vec<Shop>> {
    let whole = |name| integers(STAGE, frame, name);
    let text = |name| texts(STAGE, frame, name);
    let mut shared = SharedNames::default();
    let names = text("name")?.zip(text("primary_category")?);
    let subcategories = whole("has_subcategory")?.zip(text("primary_subcategory")?);
    let terminations = whole("is_leaving")?.zip(whole("terminated_on")?);
    let rows = whole("shop_id")?.zip(names).zip(subcategories).zip(whole("joined_on")?.zip(terminations));
    rows.map(|(((shop_id, (name, primary_category)), (has_subcategory, subcategory)), (joined, (is_leaving, left)))| {
        Ok(Shop {
            shop_id,
            name: name.to_owned(),
            primary_category: shared.of(primary_category),
            primary_subcategory: (has_subcategory == 1).then(|| shared.of(subcategory)),
            joined_on: day_of(joined)?,
            terminated_on: Some(day_of(left)?).filter(|_| is_leaving == 1),
        })
    })
    .collect()
}

fn frame_of_appeals(appeals: &[Appeal]) -> Outcome<DataFrame> {
    let whole = |name: &str, of: &dyn Fn(&Appeal) -> Option<i64>| {
        let values = appeals.iter().map(of).collect::<Option<_>>();
        values.map(|values| of_integers(name, values)).ok_or_else(|| unfit(name))
    };
    let place = |appeal: &Appeal| Table::ALL.iter().position(|table| *table == appeal.record_of.0)?.try_into().ok();
    // Whole seconds of what ticks in 64 bits gave fit them too.
    let second = |appeal: &Appeal| appeal.decided_at_nanoseconds.div_euclid(NANOSECONDS_PER_SECOND).try_into().ok();
    let nanosecond = |appeal: &Appeal| appeal.decided_at_nanoseconds.rem_euclid(NANOSECONDS_PER_SECOND).try_into().ok();
    let columns = vec![
        whole("appeal_id", &|appeal| Some(appeal.appeal_id))?,
        whole("shop_id", &|appeal| Some(appeal.shop_id))?,
        whole("table", &place)?,
        whole("record_day", &|appeal| Some(appeal.record_of.1.epoch_days().into()))?,
        whole("record_id", &|appeal| Some(appeal.record_id))?,
        whole("upheld", &|appeal| Some(appeal.upheld.into()))?,
        whole("decided_second", &second)?,
        whole("decided_nanosecond", &nanosecond)?,
    ];
    DataFrame::new(appeals.len(), columns).map_err(|error| fault(STAGE, error))
}

fn appeals_of(frame: &DataFrame, day: Day) -> Outcome<Vec<Appeal>> {
    let whole = |name| integers(STAGE, frame, name);
    let keys = whole("appeal_id")?.zip(whole("shop_id")?);
    let records = whole("table")?.zip(whole("record_day")?).zip(whole("record_id")?);
    let decisions = whole("upheld")?.zip(whole("decided_second")?.zip(whole("decided_nanosecond")?));
    let rows = keys.zip(records).zip(decisions);
    rows.map(|(((appeal_id, shop_id), ((table, record_day), record_id)), (upheld, (second, nanosecond)))| {
        let table = usize::try_from(table).ok().and_then(|place| Table::ALL.get(place).copied());
        Ok(Appeal {
            day,
            appeal_id,
            shop_id,
            record_of: (table.ok_or_else(|| unfit("table"))?, day_of(record_day)?),
            record_id,
            upheld: upheld == 1,
            decided_at_nanoseconds: i128::from(second) * NANOSECONDS_PER_SECOND + i128::from(nanosecond),
        })
    })
    .collect()
}

fn day_of(epoch_days: i64) -> Outcome<Day> {
    i32::try_from(epoch_days).map(Day::from_epoch_days).map_err(|error| fault(STAGE, error))
}

fn unfit(name: &str) -> Failure {
    fault(STAGE, format!("a value of {name} that does not fit what is stored"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extracts::readable::day;
    use crate::state::frames;

    /// The content as it comes back from its bytes.
    fn kept(table: Table, content: &DayContent) -> DayContent {
        let bytes = frames::to_parquet(&content.to_frame().unwrap()).unwrap();
        DayContent::of_frame((table, day("2022-03-15")), frames::from_parquet(bytes.into()).unwrap()).unwrap()
    }

    #[test]
    fn shops_come_back_with_and_without_what_they_may_lack() {
        let shop = |shop_id: i64, subcategory: Option<&str>, terminated_on: Option<&str>| Shop {
            shop_id,
            name: "店".to_owned(),
            primary_category: "".into(),
            primary_subcategory: subcategory.map(Into::into),
            joined_on: day("1969-12-31"),
            terminated_on: terminated_on.map(day),
        };
        let shops = [shop(1, None, Some("2022-03-15")), shop(-2, Some(""), None), shop(3, Some("茶"), None)];
        for shops in [&shops[..], &[]] {
            assert_eq!(kept(Table::Shops, &DayContent::Shops(shops.to_vec())).shops().unwrap(), shops);
        }
    }

    #[test]
    fn appeals_come_back_to_the_nanosecond() {
        let appeal = |(table, decided_at_nanoseconds, upheld): (Table, i128, bool)| Appeal {
            day: day("2022-03-15"),
            appeal_id: 1,
            shop_id: i64::MIN,
            record_of: (table, day("2022-03-01")),
            record_id: i64::MAX,
            upheld,
            decided_at_nanoseconds,
        };
        let appeals = [
            (Table::Reviews, -1, true),
            (Table::Pickups, 1_647_302_400_000_000_001, false),
            (Table::Disputes, i128::from(i64::MIN) * 1_000, true),
        ];
        let appeals = appeals.map(appeal);
        assert_eq!(kept(Table::Appeals, &DayContent::Appeals(appeals.to_vec())).appeals().unwrap(), appeals);
    }
}
