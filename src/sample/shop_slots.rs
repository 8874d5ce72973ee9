//! The slots of the marketplace and the shops that follow each other in them.
//!
//! The number of shops that trade hardly changes over the years, although shops join and leave all the time: a slot
//! keeps its category and its size, and some weeks after one shop left it another one joins. Every slot's shops are a
//! function of (seed, slot, day) alone, so no range of days has to be known.

use rand::RngExt;

use super::demo_cases;
use super::random::{Draws, Purpose, Stream};
use super::request::{Category, Request};
use super::service::Service;
use super::shop::{self, Shop};
use crate::domain::Day;
use crate::error::Outcome;

/// A place in the marketplace that one shop at a time holds.
pub(super) struct ShopSlot<'a> {
    /// Its place among all slots, from 0.
    pub(super) place: i64,
    /// Its weights row.
    pub(super) category: &'a Category,
    /// Whether one shop holds it for ever: the first of each category, so that the category never stands empty.
    pub(super) is_permanent: bool,
    /// Whether its shops serve without a fault.
    pub(super) is_flawless: bool,
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
        if demo_cases::tenancy(request, self.place).is_some() {
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
        if let Some((joined_on, left_on)) = demo_cases::tenancy(request, self.place) {
            return Ok(vec![self.shop(request, 0, joined_on, Some(left_on))?]);
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

    /// The shop with this number in the slot.
    fn shop(&self, request: &'a Request, number: i32, joined_on: Day, terminated_on: Option<Day>) -> Outcome<Shop<'a>> {
        let mut draws = self.draws(request, Purpose::Tenancy, u64::from(number.unsigned_abs()) + 1_000);
        let service = if self.is_flawless { Service::flawless() } else { Service::drawn(&mut draws) };
        Ok(Shop {
            shop_id: (self.place + 1) * 100 + i64::from(number),
            name: shop::name(&mut draws)?,
            category: self.category,
            subcategory: shop::subcategory(self.category, &mut draws),
            joined_on,
            terminated_on,
            sells: shop::goods(request, self.category, &mut draws)?,
            median_amount_fen: draws.around(9_900.0, 1.0),
            service,
        })
    }

    fn draws(&self, request: &Request, purpose: Purpose, index: u64) -> Draws {
        Stream::new(request.seed, purpose, self.place).draws(index)
    }
}
