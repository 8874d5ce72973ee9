//! How many shops each row of the weights table gets: few large categories, and a long tail.

use super::request::{Category, STAGE};
use crate::error::{Outcome, fault};

/// The largest categories, largest first; the others follow in the order of the weights table.
const LARGEST: [&str; 20] = [
    "女装/女士精品",
    "运动/瑜伽/健身/球迷用品",
    "零食/坚果/特产",
    "箱包皮具/热销女包/男包",
    "住宅家具",
    "男装",
    "美容护肤/美体/精油",
    "网店/网络服务/软件",
    "大家电",
    "3C数码配件",
    "童装/婴儿装/亲子装",
    "居家日用",
    "女鞋",
    "手机",
    "汽车/用品/配件/改装",
    "全屋定制",
    "酒类",
    "教育培训",
    "宠物/宠物食品及用品",
    "家装主材",
];

/// The rows with their numbers of shops, largest first; the numbers add up to `shops`.
///
/// Sizes fall with the rank (Zipf). With at least two shops a row no row stays empty; with fewer, a row for every four
/// shops is used, so that there still are categories worth ranking.
pub(super) fn sizes(categories: &[Category], shops: u64) -> Outcome<Vec<(&Category, u64)>> {
    let mut ranked: Vec<&Category> = categories.iter().collect();
    ranked.sort_by_key(|category| place_among_largest(category));
    let all_rows = u64::try_from(ranked.len()).map_err(|error| fault(STAGE, error))?;
    let floor = u64::from(shops >= all_rows * 2);
    let rows = if floor == 1 { all_rows } else { all_rows.min(shops.div_ceil(4)) };
    let spread = shops - floor * rows;
    let parts: Vec<u64> = (1..=rows).map(|rank| 1_000_000 / rank).collect();
    let whole: u64 = parts.iter().sum();

    // Cumulative shares, rounded, so that the sizes add up exactly.
    let (mut before, mut given) = (0_u64, 0_u64);
    let mut sizes = Vec::with_capacity(ranked.len());
    for (category, part) in ranked.into_iter().zip(parts) {
        before += part;
        let up_to_here = (spread * before * 2 + whole) / (whole * 2);
        sizes.push((category, floor + up_to_here - given));
        given = up_to_here;
    }
    Ok(sizes)
}

fn place_among_largest(category: &Category) -> usize {
    LARGEST.iter().position(|name| *name == category.primary).unwrap_or(LARGEST.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories(count: usize) -> Vec<Category> {
        let category = |index| Category { primary: format!("c{index}"), subcategory: None, ships: true };
        (0..count).map(category).collect()
    }

    #[test]
    fn every_row_has_a_shop_where_there_are_two_a_row() {
        let rows = categories(121);
        for shops in [242, 250, 20_000] {
            let sizes = sizes(&rows, shops).unwrap();
            assert_eq!(sizes.iter().map(|(_, size)| size).sum::<u64>(), shops);
            assert!(sizes.iter().all(|(_, size)| *size >= 1));
        }
    }

    #[test]
    fn few_shops_still_make_large_categories_and_lone_shops() {
        let rows = categories(121);
        let sizes: Vec<u64> = sizes(&rows, 120).unwrap().into_iter().map(|(_, size)| size).collect();
        assert_eq!(sizes.iter().sum::<u64>(), 120);
        assert!(sizes[0] >= 20);
        assert!(sizes.iter().filter(|size| **size >= 3).count() >= 8);
        assert!(sizes.contains(&1));
    }
}
