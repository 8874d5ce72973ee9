//! The marketplace as a whole: how its shop slots fall to the rows of the weights table, few large categories and a long
//! tail, and which shop an order or a question falls to.

use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use super::cast;
use super::demo_cases;
use super::random::Draws;
use super::request::{Category, Request, STAGE};
use super::shops::{Shop, ShopSlot};
use crate::domain::Day;
use crate::error::{Outcome, fault};

/// All shops that the days asked for can touch.
pub(super) struct Marketplace<'a> {
    pub(super) request: &'a Request,
    slots: Vec<Vec<Shop<'a>>>,
    by_weight: WeightedAliasIndex<f64>,
}

impl<'a> Marketplace<'a> {
    pub(super) fn new(request: &'a Request) -> Outcome<Self> {
        let sizes = sizes(&request.categories, request.shops);
        let tied = demo_cases::tied_category(request, &sizes);
        let (mut slots, mut weights) = (Vec::new(), Vec::new());
        let places = sizes.iter().flat_map(|(category, size)| (0..*size).map(move |nth| (*category, nth)));
        for (place, (category, nth)) in (0..).zip(places) {
            let cast = cast::cast(request, place, category, nth);
            let slot = ShopSlot { place, category, is_permanent: nth == 0, is_flawless: tied == Some(category), cast };
            weights.push(slot.weight(request));
            slots.push(slot.shops(request)?);
        }
        let by_weight = WeightedAliasIndex::new(weights).map_err(|error| fault(STAGE, error))?;
        Ok(Self { request, slots, by_weight })
    }

    /// All shops, those that follow each other in one slot side by side.
    pub(super) fn shops(&self) -> impl Iterator<Item = &Shop<'a>> {
        self.slots.iter().flatten()
    }

    /// A shop that trades on `day`, large ones more often; none where hardly any trades.
    pub(super) fn shop(&self, day: Day, draws: &mut Draws) -> Option<&Shop<'a>> {
        const ATTEMPTS: usize = 64;
        (0..ATTEMPTS).find_map(|_| {
            let slot = self.slots.get(self.by_weight.sample(draws))?;
            slot.iter().find(|shop| shop.trades_on(day))
        })
    }
}

/// The largest categories, largest first; the others follow in the order of the weights table.
const LARGEST: &str = "\
    女装/女士精品 运动/瑜伽/健身/球迷用品 零食/坚果/特产 箱包皮具/热销女包/男包 住宅家具 男装 \
    美容护肤/美体/精油 网店/网络服务/软件 大家电 3C数码配件 童装/婴儿装/亲子装 居家日用 女鞋 手机 \
    汽车/用品/配件/改装 全屋定制 酒类 教育培训 宠物/宠物食品及用品 家装主材";

/// The rows with their numbers of shops, largest first; the numbers add up to `shops`.
///
/// Sizes fall with the rank (Zipf). With at least two shops a row no row stays empty; with fewer, a row for every four
/// shops is used, so that there still are categories worth ranking.
fn sizes(categories: &[Category], shops: u64) -> Vec<(&Category, u64)> {
    let mut ranked: Vec<&Category> = categories.iter().collect();
    ranked.sort_by_key(|category| LARGEST.split(' ').position(|name| name == category.primary).unwrap_or(usize::MAX));
    let all_rows = ranked.len() as u64;
    let (rows, floor) = if shops >= all_rows * 2 { (all_rows, 1) } else { (all_rows.min(shops.div_ceil(4)), 0) };
    let spread = shops - floor * rows;
    let part = |rank: u64| 1_000_000 / rank;
    let whole: u64 = (1..=rows).map(part).sum();

    // Cumulative shares, rounded, so that the sizes add up exactly.
    let (mut before, mut given) = (0, 0);
    let size = |(category, rank)| {
        before += part(rank);
        let up_to_here = (spread * before * 2 + whole) / (whole * 2);
        (category, floor + up_to_here - std::mem::replace(&mut given, up_to_here))
    };
    ranked.into_iter().zip(1..=rows).map(size).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_add_up_and_leave_no_row_empty_where_there_are_two_shops_a_row() {
        let category = |index| Category { primary: format!("c{index}"), subcategory: None, ships: true };
        let rows: Vec<Category> = (0..121).map(category).collect();
        let sizes = |shops| sizes(&rows, shops).into_iter().map(|(_, size)| size).collect::<Vec<u64>>();
        for (shops, rows_with_shops) in [(120, 30), (242, 121), (250, 121), (20_000, 121)] {
            assert_eq!(sizes(shops).iter().sum::<u64>(), shops);
            assert_eq!(sizes(shops).len(), rows_with_shops, "{shops} shops");
            assert!(shops == 120 || !sizes(shops).contains(&0), "{shops} shops");
        }
        let few = sizes(120);
        assert!(few[0] >= 20 && few.contains(&1), "large categories and lone shops: {few:?}");
        assert!(few.iter().filter(|size| **size >= 3).count() >= 8, "{few:?}");
    }
}
