//! The slots of the marketplace and the shops that follow each other in them.
//!
//! The number of shops that trade hardly changes over the years, although shops join and leave all the time: a slot
//! keeps its category and its size, and some weeks after one shop left it another one joins. Every slot's shops are a
//! function of (seed, slot, day) alone, so no range of days has to be known.

use rand::RngExt;

use super::cast::Cast;
use super::random::{Draws, Purpose, Stream};
use super::request::{Category, Request};
use super::service::Service;
use crate::domain::Day;
use crate::error::Outcome;

pub(super) struct Shop<'a> {
    pub(super) shop_id: i64,
    pub(super) name: String,
    pub(super) category: &'a Category,
    pub(super) subcategory: Option<&'a str>,
    pub(super) joined_on: Day,
    pub(super) terminated_on: Option<Day>,
    /// The categories of its goods, the primary one first.
    pub(super) sells: Vec<&'a str>,
    /// Every payment has a twin of the same amount in this category.
    pub(super) pairs_with: Option<&'static str>,
    /// The amount that half of its orders stay below.
    pub(super) median_amount_fen: f64,
    pub(super) service: Service,
}

impl Shop<'_> {
    /// Whether rows of this shop can occur on `day`; the day on which it applied to leave is its last.
    pub(super) fn trades_on(&self, day: Day) -> bool {
        self.joined_on <= day && self.terminated_on.is_none_or(|terminated| day <= terminated)
    }

    /// Whether the snapshot of `day` lists it: from a week before it joins to 400 days after it left.
    pub(super) fn is_listed_on(&self, day: Day) -> bool {
        self.joined_on <= day.plus(7) && self.terminated_on.is_none_or(|terminated| day <= terminated.plus(400))
    }
}

/// A place in the marketplace that one shop at a time holds.
pub(super) struct ShopSlot<'a> {
    /// Its place among all slots, from 0.
    pub(super) place: i64,
    pub(super) category: &'a Category,
    /// Whether one shop holds it for ever: the first of each category, so that the category never stands empty.
    pub(super) is_permanent: bool,
    pub(super) is_flawless: bool,
    /// The shop that a demo case sets.
    pub(super) cast: Option<Cast>,
}

/// Every slot of which this is the remainder by 50 sells nothing: its shops have no data.
const DORMANT_REMAINDER: i64 = 49;
/// The first day of the marketplace, 2008-04-10.
const OPENING: Day = Day::from_epoch_days(13_979);
/// Snapshots and the records before the first day reach back this far.
const LOOK_BACK_DAYS: i32 = 500;

impl<'a> ShopSlot<'a> {
    /// Its share of all orders and consultations, against other slots': a power law, cut at the top.
    pub(super) fn weight(&self, request: &Request) -> f64 {
        if self.cast.is_some() {
            return 4.0;
        }
        if self.place % 50 == DORMANT_REMAINDER {
            return 0.0;
        }
        let uniform: f64 = self.draws(request, Purpose::ShopSlot, 0).random_range(f64::MIN_POSITIVE..1.0);
        uniform.powf(-1.0 / 1.2).min(2_000.0)
    }

    /// Its shops, as far as the days asked for can touch them, in the order in which they joined.
    pub(super) fn shops(&self, request: &'a Request) -> Outcome<Vec<Shop<'a>>> {
        if let Some(cast) = &self.cast {
            let shop = self.shop(request, 0, cast.joined_on, cast.terminated_on)?;
            let sells = if cast.pairs_with.is_some() { vec![self.category.primary.as_str()] } else { shop.sells };
            let service = cast.service.unwrap_or(shop.service);
            return Ok(vec![Shop { sells, service, pairs_with: cast.pairs_with, ..shop }]);
        }
        let mut draws = self.draws(request, Purpose::ShopSlot, 1);
        if self.is_permanent {
            let joined_on = OPENING.plus(draws.random_range(0..600));
            return Ok(vec![self.shop(request, 0, joined_on, None)?]);
        }
        let cycle_days: i32 = draws.random_range(700..4_000);
        let offset_days = draws.random_range(0..cycle_days);
        let number_on = |day: Day| (day.epoch_days() + offset_days).div_euclid(cycle_days);
        let start = |number: i32| Day::from_epoch_days(number * cycle_days - offset_days);
        let numbers = number_on(request.from.plus(-LOOK_BACK_DAYS))..=number_on(request.to.plus(8));
        let shop = |number: i32| {
            let index = u64::from(number.unsigned_abs());
            let vacant_days = self.draws(request, Purpose::Tenancy, index).random_range(10..60);
            self.shop(request, number, start(number), Some(start(number + 1).plus(-vacant_days)))
        };
        numbers.map(shop).collect()
    }

    fn shop(&self, request: &'a Request, number: i32, joined_on: Day, terminated_on: Option<Day>) -> Outcome<Shop<'a>> {
        let mut draws = self.draws(request, Purpose::Tenancy, u64::from(number.unsigned_abs()) + 1_000);
        let service = if self.is_flawless { Service::FLAWLESS } else { Service::drawn(&mut draws) };
        Ok(Shop {
            shop_id: (self.place + 1) * 100 + i64::from(number),
            name: name(&mut draws)?,
            category: self.category,
            subcategory: subcategory(self.category, &mut draws),
            joined_on,
            terminated_on,
            sells: goods(request, self.category, &mut draws)?,
            pairs_with: None,
            median_amount_fen: draws.around(9_900.0, 1.0),
            service,
        })
    }

    fn draws(&self, request: &Request, purpose: Purpose, index: u64) -> Draws {
        Stream::new(request.seed, purpose, self.place).draws(index)
    }
}

/// The row's own subcategory, or none, or one that the weights table does not split.
fn subcategory<'a>(category: &'a Category, draws: &mut Draws) -> Option<&'a str> {
    if category.subcategory.is_some() {
        return category.subcategory.as_deref();
    }
    let [one, other] = match category.primary.as_str() {
        "运动/瑜伽/健身/球迷用品" => ["瑜伽", "球迷用品"],
        "箱包皮具/热销女包/男包" => ["双肩背包", "女士包袋"],
        _ => ["国产", "进口"],
    };
    draws.one_of(&[(None, 40), (Some(one), 30)], Some(other))
}

/// The primary category, two others, and for every tenth shop goods made to order.
fn goods<'a>(request: &'a Request, category: &'a Category, draws: &mut Draws) -> Outcome<Vec<&'a str>> {
    let mut goods = vec![category.primary.as_str()];
    for _ in 0..2 {
        goods.push(&draws.any_of(&request.categories)?.primary);
    }
    if !request.custom_made.is_empty() && draws.random_bool(0.1) {
        goods.push(draws.any_of(&request.custom_made)?);
    }
    Ok(goods)
}

/// Two or three syllables, and what kind of shop it is.
fn name(draws: &mut Draws) -> Outcome<String> {
    const SYLLABLES: [&str; 40] = [
        "安", "百", "晨", "达", "恩", "芳", "格", "禾", "佳", "凯", "兰", "美", "宁", "欧", "品", "奇", "瑞", "思",
        "泰", "唯", "西", "雅", "泽", "优", "木", "森", "乐", "星", "源", "尚", "华", "宝", "春", "德", "丰", "光",
        "海", "锦", "康", "龙",
    ];
    let syllables = (0..draws.random_range(2..=3)).map(|_| draws.any_of(&SYLLABLES).copied());
    let name = syllables.collect::<Outcome<String>>()?;
    Ok(name + draws.one_of(&[("旗舰店", 50), ("专营店", 30)], "专卖店"))
}
