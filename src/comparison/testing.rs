//! Nights for tests, published as the stages make them out of readable rows.

use std::collections::BTreeMap;

use super::published::PublishedNight;
use super::rules::NightRules;
use crate::assessments::marketing::admissions;
use crate::domain::Day;
use crate::partials::measures;
use crate::policies::{AfterSalesMix, RankWithin};
use crate::publish::batches;
use crate::ranking::assessed::assess;
use crate::ranking::rank_all;
use crate::ranking::testing::shops;
use crate::rulebook::Rulebook;
use crate::scores;
use crate::settings::{self, Settings};
use crate::shops::Shop;
use crate::window_sums::shops::WindowSums;

/// A shop of a night: its id, `category` or `category_subcategory`, and the measures of which it has other sums than 10.
pub(super) type ShopRow<'a> = (i64, &'a str, Vec<(&'static str, i64)>);

/// By what a night is made.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) rulebook: &'a Rulebook,
    pub(super) mix: AfterSalesMix,
    pub(super) within: RankWithin,
}

impl<'a> By<'a> {
    /// The default policies.
    pub(super) fn rules(rulebook: &'a Rulebook) -> Self {
        Self { rulebook, mix: AfterSalesMix::Equal, within: RankWithin::PrimaryCategory }
    }
}

impl By<'_> {
    /// The rules of a night that is made by it.
    pub(super) fn on(self, day: Day) -> NightRules {
        let settings = settings::resolve(None, std::iter::empty(), std::iter::empty()).unwrap();
        let settings = Settings { rank_within: self.within, after_sales_mix: self.mix, ..settings };
        NightRules::of(day, None, (&settings, self.rulebook))
    }
}

/// The shipped rules, with `old` replaced by `new` in a table, once for each change.
pub(super) fn edited(changes: &[(&str, &str, &str)]) -> Rulebook {
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/rules");
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(shipped).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    for (table, old, new) in changes {
        let path = folder.path().join(format!("{table}.csv"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{old} in {table}");
        std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
    }
    Rulebook::load(folder.path()).unwrap()
}

/// The night of these shops, sorted by id.
pub(super) fn night(by: By<'_>, day: Day, rows: &[ShopRow<'_>]) -> PublishedNight {
    let categories: Vec<&str> = rows.iter().map(|(_, category, _)| *category).collect();
    let ids = rows.iter().map(|(id, ..)| *id);
    let shops: Vec<Shop> = shops(&categories)
        .into_iter()
        .zip(ids)
        .map(|(shop, id)| Shop { shop_id: id, joined_on: day, ..shop })
        .collect();
    let names = measures::ALL.iter().flat_map(|partial| partial.measures).map(|measure| measure.name);
    let of_measure = |name: &str| {
        let of_shop = |(_, _, sums): &ShopRow<'_>| sums.iter().find(|(of, _)| *of == name).map_or(10, |(_, sum)| *sum);
        rows.iter().map(of_shop).collect::<Vec<i64>>()
    };
    let sums = WindowSums::of_measures(names.map(|name| (name, of_measure(name))).collect::<BTreeMap<_, _>>());
    let present = assess(&shops, by.rulebook, (day, day), by.within).unwrap();
    let ranking = rank_all(&present, &sums, by.rulebook, day).unwrap();
    let places = 0..present.shops.len();
    let scores: Vec<_> = places.clone().map(|place| scores::of_shop(&ranking, place, by.mix).unwrap()).collect();
    let admissions = admissions(&present.shops, &scores, &by.rulebook.thresholds, day).unwrap();
    let scores = batches::scores(&present, &present.shops, &scores, &admissions, day).unwrap();
    let indicators = batches::indicators(&ranking, places, day).unwrap();
    PublishedNight::of(day, &scores, &indicators).unwrap()
}
