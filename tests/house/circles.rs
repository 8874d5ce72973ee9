//! Imports that point one way: no two files import each other, directly or through others. The library's root, which only
//! lists its modules, and modules of tests are aside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::product;

/// A path of modules under the crate, as `["publish", "lock"]`.
type Module = Vec<String>;

/// The module that a file holds; none for the program, the root of the library and what only tests use.
fn module(file: &Path) -> Option<Module> {
    let mut parts: Module = file.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    parts.pop_if(|last| last == "mod");
    let is_aside = |part: &String| ["tests", "testing"].contains(&part.as_str()) || part.ends_with("_tests");
    (parts != ["lib"] && parts != ["main"] && !parts.iter().any(is_aside)).then_some(parts)
}

/// The code of a file, in one line, without comments and without the tests at its end, nor who may see an item.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(""));
    let code = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ").replace("pub(in crate::", "pub(in ");
    match code.find("#[cfg(test)] mod tests {") {
        Some(tests) => code[..tests].to_owned(),
        None => code,
    }
}

/// The paths of a `use`, braces resolved: `a::{b, c::{d}}` is `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((before, inner)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or(tree).trim().to_owned()];
    };
    let inner = &inner[..inner.rfind('}').unwrap()];
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (place, character) in inner.char_indices().chain([(inner.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    let paths = parts.into_iter().filter(|part| !part.trim().is_empty()).flat_map(expanded);
    paths.map(|path| format!("{}{path}", before.trim())).collect()
}

/// The paths that code names: those of its `use` statements, and those from `crate` or `super` anywhere.
fn paths(code: &str) -> Vec<String> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == ':';
    let mut paths = Vec::new();
    for statement in code.split(';') {
        let (before, tree) = match statement.rsplit_once("use ") {
            Some((before, tree)) if !before.ends_with(is_word) => (before, tree),
            _ => (statement, ""),
        };
        let words = before.split(|character| !is_word(character));
        let is_path = |word: &&str| word.starts_with("crate::") || word.starts_with("super::");
        paths.extend(words.filter(is_path).map(str::to_owned).chain(expanded(tree)));
    }
    paths
}

/// The module that a path names or lies in, seen from a module: the longest beginning of it that is one.
fn target(path: &str, from: &[String], modules: &BTreeMap<Module, &Path>) -> Option<Module> {
    let mut parts = path.split("::").peekable();
    let mut full = from.to_vec();
    match *parts.peek()? {
        "crate" => full.clear(),
        "self" | "super" => {}
        child => {
            full.push(child.to_owned());
            modules.get(&full)?;
            full.pop();
        }
    }
    for part in parts {
        match part {
            "crate" | "self" => {}
            "super" => drop(full.pop()),
            _ => full.push(part.to_owned()),
        }
    }
    while !full.is_empty() && !modules.contains_key(&full) {
        full.pop();
    }
    (!full.is_empty() && full != from).then_some(full)
}

/// Sets of files of which each imports every other, directly or through others.
fn circles(sources: &BTreeMap<PathBuf, String>) -> BTreeSet<BTreeSet<&Path>> {
    let modules: BTreeMap<Module, &Path> =
        sources.keys().filter_map(|file| Some((module(file)?, file.as_path()))).collect();
    let imports: BTreeMap<&Module, BTreeSet<Module>> = modules
        .iter()
        .map(|(module, file)| {
            let paths = paths(&code(&sources[*file]));
            (module, paths.iter().filter_map(|path| target(path, module, &modules)).collect())
        })
        .collect();
    let reached = |from: &Module| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            next.extend(imports[module].iter().filter(|imported| reached.insert((*imported).clone())));
        }
        reached
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> = modules.keys().map(|module| (module, reached(module))).collect();
    let circle_of = |module: &Module| -> BTreeSet<&Path> {
        let back = reached[module].iter().filter(|other| reached[other].contains(module));
        back.map(|other| modules[other]).collect()
    };
    modules.keys().map(circle_of).filter(|circle| !circle.is_empty()).collect()
}

#[test]
fn no_files_of_the_product_import_each_other() {
    let sources = product();
    let circles = circles(&sources);
    assert!(circles.is_empty(), "{} circles: {circles:#?}", circles.len());
}

#[test]
fn a_circle_is_found_however_it_is_imported() {
    let found = |one: &str, other: &str| {
        let sources = [("lib.rs", "use crate::b;"), ("a/mod.rs", one), ("a/b.rs", other), ("c.rs", "")];
        let sources = sources.map(|(file, text)| (PathBuf::from(file), text.to_owned())).into();
        circles(&sources).len()
    };
    for one in ["use b::B;", "pub(crate) use self::b::{B};", "fn f() { crate::a::b::f(); }"] {
        assert_eq!(found(one, "use super::A;"), 1, "{one}");
        assert_eq!(found(one, "use crate::{c, a::{A as B, D}};"), 1, "{one}");
        assert_eq!(found(one, "fn f() -> super::A {} use crate::c::C;"), 1, "{one}");
        let aside = ["use crate::c::C;", "// use super::A;", "#[cfg(test)]\nmod tests { use super::*; }"];
        aside.iter().for_each(|other| assert_eq!(found(one, other), 0, "{one} {other}"));
    }
}
