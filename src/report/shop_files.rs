//! The files beside a page of many shops: pages by category, lists of shops by id and by name.
//!
//! Grain in: the pages of a part of the shops, in the order of their ids; names of all. Grain out: files of so many shops of a category, a list
//! of each part's shops that says which file has whose page, lists of all shops in the order of their names. Each file is a script that
//! hands its data to the page, since a page that was opened from a disk may load nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::STAGE;
use super::shop_page::ShopPage;
use crate::error::{Outcome, all, disk, fault};

/// How many shops what holds.
pub(super) struct Sizes {
    /// Up to so many, the page itself has all.
    pub(super) in_page: usize,
    /// A part, and a list of shops by id.
    pub(super) part: usize,
    /// A file of pages, at most.
    pub(super) file: usize,
    /// A list of shops by name.
    pub(super) names: usize,
}

/// Those of every report.
pub(super) const SIZES: Sizes = Sizes { in_page: 20_000, part: 10_000, file: 1_000, names: 10_000 };

/// A part of the shops.
pub(super) struct Part<'a> {
    pub(super) number: usize,
    /// By category.
    pub(super) pages: Vec<(String, ShopPage)>,
    /// The place of each category in the list of the page.
    pub(super) categories: &'a BTreeMap<String, usize>,
}

/// A shop in the list of its part: id, name, the place of its category, the file with its page.
type ById<'a> = (i64, &'a str, usize, usize);

/// A shop in a list of names: its name, its id, the place of its category.
pub(super) type Named = (String, i64, usize);

impl Part<'_> {
    /// Writes the files of the part; its first id with the list's file, and the names of its shops.
    pub(super) fn write(&self, folder: &Path, sizes: &Sizes) -> Outcome<((i64, String), Vec<Named>)> {
        let mut of_categories: BTreeMap<usize, Vec<&ShopPage>> = BTreeMap::new();
        for (category, page) in &self.pages {
            let place = self.categories.get(category);
            let place = place.ok_or_else(|| fault(STAGE, format!("a shop of the category {category}")))?;
            of_categories.entry(*place).or_default().push(page);
        }
        let mut listed: Vec<ById<'_>> = Vec::with_capacity(self.pages.len());
        let files =
            of_categories.iter().flat_map(|(place, pages)| pages.chunks(sizes.file).map(move |of| (*place, of)));
        for (file, (place, pages)) in files.enumerate() {
            script(folder, &format!("shops/{}-{file}.js", self.number), &pages)?;
            listed.extend(pages.iter().map(|page| (page.shop_id, &*page.name, place, file)));
        }
        listed.sort_unstable();
        let first = listed.first().map(|(shop_id, ..)| *shop_id);
        let first = first.ok_or_else(|| fault(STAGE, "a part without shops"))?;
        let file = format!("ids/{}.js", self.number);
        script(folder, &file, &listed)?;
        let names = listed.iter().map(|(shop_id, name, place, _)| ((*name).to_owned(), *shop_id, *place));
        Ok(((first, file), names.collect()))
    }
}

/// All shops in the order of their names, which is that in which a script compares texts, large letters as small ones.
pub(super) struct Names(Vec<Named>);

impl Names {
    pub(super) fn of(mut names: Vec<Named>) -> Self {
        names.par_sort_by_cached_key(|(name, shop_id, _)| (small(name).encode_utf16().collect::<Vec<u16>>(), *shop_id));
        Self(names)
    }

    /// Writes them; of each list its first name and its file.
    pub(super) fn write(&self, folder: &Path, sizes: &Sizes) -> Outcome<Vec<(String, String)>> {
        let lists = self.0.par_chunks(sizes.names).enumerate().map(|(number, list)| {
            let file = format!("names/{}.js", number + 1);
            script(folder, &file, &list)?;
            Ok((list.first().map(|(name, ..)| small(name)).unwrap_or_default(), file))
        });
        all(lists.collect::<Vec<_>>())
    }
}

/// A name as names are compared.
fn small(name: &str) -> String {
    name.to_lowercase()
}

/// Writes data as a script that hands it to the page under the name of its file.
fn script(folder: &Path, file: &str, data: &impl Serialize) -> Outcome<()> {
    let path = folder.join(file);
    let mut text = format!("shopscore.loaded({file:?}, ").into_bytes();
    serde_json::to_writer(&mut text, data).map_err(|error| fault(STAGE, error))?;
    text.extend(b");\n");
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|error| disk(STAGE, "mkdir", parent, &error))?;
    fs::write(&path, text).map_err(|error| disk(STAGE, "write", &path, &error))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const TWO: Sizes = Sizes { in_page: 0, part: 10, file: 2, names: 2 };

    fn part(shops: &[(i64, &str, &str)], folder: &Path) -> ((i64, String), Vec<Named>) {
        let categories = ["男装", "手机"].into_iter().enumerate().map(|(place, name)| (name.to_owned(), place + 1));
        let page = |(shop_id, name, category): &(i64, &str, &str)| {
            ((*category).to_owned(), ShopPage { shop_id: *shop_id, name: (*name).to_owned(), ..ShopPage::default() })
        };
        let pages = shops.iter().map(page).collect();
        Part { number: 1, pages, categories: &categories.collect() }.write(folder, &TWO).unwrap()
    }

    /// What a script hands to the page.
    fn handed(folder: &Path, file: &str) -> Value {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let data = text.strip_prefix(&format!("shopscore.loaded(\"{file}\", ")).unwrap();
        serde_json::from_str(data.strip_suffix(");\n").unwrap()).unwrap()
    }

    #[test]
    fn a_file_has_so_many_shops_of_a_category_and_the_list_says_which_file_has_whom() {
        let folder = tempfile::tempdir().unwrap();
        let shops = [(1, "a", "男装"), (2, "b", "手机"), (3, "c", "男装"), (5, "d", "男装")];
        let ((first, list), _) = part(&shops, folder.path());
        assert_eq!((first, list.as_str()), (1, "ids/1.js"));
        assert_eq!(
            handed(folder.path(), &list),
            json!([[1, "a", 1, 0], [2, "b", 2, 2], [3, "c", 1, 0], [5, "d", 1, 1]])
        );
        let ids = |file| {
            let pages = handed(folder.path(), &format!("shops/1-{file}.js"));
            pages.as_array().unwrap().iter().map(|page| page["id"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!([ids(0), ids(1), ids(2)], [vec![1, 3], vec![5], vec![2]]);
    }

    #[test]
    fn lists_of_names_are_in_the_order_of_a_script_and_each_begins_with_the_name_that_the_page_knows() {
        let folder = tempfile::tempdir().unwrap();
        // In UTF-8 the last two would change places.
        let shops =
            [(1, "nike", "男装"), (2, "Adidas", "男装"), (3, "Nike", "男装"), (4, "Ａ", "男装"), (5, "𠀀", "男装")];
        let (_, names) = part(&shops, folder.path());
        let lists = Names::of(names).write(folder.path(), &TWO).unwrap();
        let firsts: Vec<&str> = lists.iter().map(|(first, _)| first.as_str()).collect();
        assert_eq!(firsts, ["adidas", "nike", "ａ"]);
        assert_eq!(handed(folder.path(), "names/1.js"), json!([["Adidas", 2, 1], ["nike", 1, 1]]));
        assert_eq!(handed(folder.path(), "names/2.js"), json!([["Nike", 3, 1], ["𠀀", 5, 1]]));
    }
}
