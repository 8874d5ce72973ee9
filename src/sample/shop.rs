//! A shop, and what is drawn for it: its subcategory, its goods, its name.

use rand::RngExt;

use super::random::Draws;
use super::request::{Category, Request};
use super::service::Service;
use crate::domain::Day;
use crate::error::Outcome;

/// A shop.
#[derive(Clone, Debug)]
pub(super) struct Shop<'a> {
    pub(super) shop_id: i64,
    pub(super) name: String,
    pub(super) category: &'a Category,
    pub(super) subcategory: Option<&'a str>,
    pub(super) joined_on: Day,
    pub(super) terminated_on: Option<Day>,
    /// The categories of its goods, the primary one first.
    pub(super) sells: Vec<&'a str>,
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

/// The row's own subcategory, or none, or one that the weights table does not split.
pub(super) fn subcategory<'a>(category: &'a Category, draws: &mut Draws) -> Option<&'a str> {
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
pub(super) fn goods<'a>(request: &'a Request, category: &'a Category, draws: &mut Draws) -> Outcome<Vec<&'a str>> {
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
pub(super) fn name(draws: &mut Draws) -> Outcome<String> {
    const SYLLABLES: [&str; 40] = [
        "安", "百", "晨", "达", "恩", "芳", "格", "禾", "佳", "凯", "兰", "美", "宁", "欧", "品", "奇", "瑞", "思",
        "泰", "唯", "西", "雅", "泽", "优", "木", "森", "乐", "星", "源", "尚", "华", "宝", "春", "德", "丰", "光",
        "海", "锦", "康", "龙",
    ];
    let mut name = String::new();
    for _ in 0..draws.random_range(2..=3) {
        name.push_str(draws.any_of(&SYLLABLES)?);
    }
    name.push_str(draws.one_of(&[("旗舰店", 50), ("专营店", 30)], "专卖店"));
    Ok(name)
}
