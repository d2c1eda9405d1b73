//! The files of `src/` import each other in one direction only.
//!
//! A file imports another if a `use` item or a path of its code leads to an item that is defined
//! there. Re-exports are followed to the definition: a file that only has modules and re-exports
//! imports nothing. Code of tests does not count.

mod source_file;

use std::collections::{BTreeMap, BTreeSet};

use crate::workdir::{files_below, project};
use source_file::{ItemPath, SourceFile, joined, tokens, without_tests};

/// For each file, the other files that it imports, with the paths that lead to them.
type Imports = BTreeMap<ItemPath, BTreeMap<ItemPath, BTreeSet<String>>>;

/// The files of a crate by the paths of their modules.
struct SourceTree(BTreeMap<ItemPath, SourceFile>);

#[test]
fn files_import_in_one_direction() {
    let source = project().join("src");
    let files = files_below(&source, ".rs").into_iter().map(|path| {
        let inside = path.strip_prefix(&source).expect("a file of src");
        let text = std::fs::read_to_string(&path).expect("text");
        (inside.to_str().expect("UTF-8").to_owned(), text)
    });
    let circles = circles(&SourceTree::of(files).imports());
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

impl SourceTree {
    /// The tree of files with their paths below `src/` and their texts.
    fn of(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let (mut tree, mut of_tests) = (BTreeMap::new(), Vec::new());
        for (path, text) in files {
            let name = path.trim_end_matches(".rs");
            let inside = name.split('/').filter(|part| *part != "lib");
            let module: ItemPath = ["crate"]
                .into_iter()
                .chain(inside)
                .map(String::from)
                .collect();
            let (code, tests) = without_tests(&tokens(&text));
            of_tests.extend(
                tests
                    .into_iter()
                    .map(|test| joined(&module, &[test.to_owned()])),
            );
            tree.insert(module, SourceFile::of(&code));
        }
        tree.retain(|module, _| !of_tests.iter().any(|test| module.starts_with(test)));
        Self(tree)
    }

    /// The imports of all files.
    fn imports(&self) -> Imports {
        let of_file = |(module, file): (&ItemPath, &SourceFile)| {
            let mut imported: BTreeMap<ItemPath, BTreeSet<String>> = BTreeMap::new();
            for path in &file.paths {
                for other in self.definitions(module, path) {
                    if other != *module {
                        imported.entry(other).or_default().insert(path.join("::"));
                    }
                }
            }
            (module.clone(), imported)
        };
        self.0.iter().map(of_file).collect()
    }

    /// The files that define what a path means in a module.
    fn definitions(&self, module: &ItemPath, path: &[String]) -> Vec<ItemPath> {
        let Some((last, before)) = path.split_last().filter(|(last, _)| *last == "*") else {
            let absolute = self.absolute(module, path);
            return absolute
                .and_then(|path| self.definition(&path))
                .into_iter()
                .collect();
        };
        let Some(of) = self.absolute(module, before) else {
            return Vec::new();
        };
        let Some(file) = self.0.get(&of) else {
            // A glob of an enum.
            return self.definition(&of).into_iter().collect();
        };
        let names = file
            .names
            .iter()
            .map(|(name, _)| name)
            .filter(|name| *name != last);
        let names = names.chain(&file.items);
        names
            .filter_map(|name| self.definition(&joined(&of, std::slice::from_ref(name))))
            .collect()
    }

    /// The path from the crate on; none for a name of another crate.
    fn absolute(&self, module: &ItemPath, path: &[String]) -> Option<ItemPath> {
        let (first, rest) = path.split_first()?;
        let above = path.iter().take_while(|part| *part == "super").count();
        match first.as_str() {
            "crate" => return Some(path.to_vec()),
            "self" => return Some(joined(module, rest)),
            "super" => return Some(joined(&module[..module.len() - above], &path[above..])),
            _ => {}
        }
        let file = self.0.get(module)?;
        let is_named = |(name, path): &&(String, ItemPath)| name == first && path[0] != *first;
        if self.0.contains_key(&joined(module, &path[..1])) || file.items.contains(first) {
            return Some(joined(module, path));
        }
        let (_, named) = file.names.iter().find(is_named)?;
        Some(joined(&self.absolute(module, named)?, rest))
    }

    /// The file that defines the item at a path from the crate on; none for a module.
    fn definition(&self, path: &[String]) -> Option<ItemPath> {
        let mut splits = (1..=path.len()).rev().map(|at| path.split_at(at));
        let (module, rest) = splits.find(|(module, _)| self.0.contains_key(*module))?;
        let (module, file, name) = (module.to_vec(), &self.0[module], rest.first()?);
        if let Some((_, named)) = file.names.iter().find(|(own, _)| own == name) {
            let named = self.absolute(&module, named)?;
            return self.definition(&joined(&named, &rest[1..]));
        }
        let through = file
            .names
            .iter()
            .filter(|(own, _)| own == "*" && !file.items.contains(name));
        for (_, glob) in through {
            let of = self.absolute(&module, &glob[..glob.len() - 1]);
            let found = of.and_then(|of| self.definition(&joined(&of, rest)));
            if found
                .as_ref()
                .is_some_and(|found| self.0[found].items.contains(name))
            {
                return found;
            }
        }
        Some(module)
    }
}

/// The imports that are part of a circle.
fn circles(imports: &Imports) -> Vec<String> {
    let reaches = |from: &ItemPath, to: &ItemPath| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            if seen.insert(module) {
                open.extend(imports.get(module).into_iter().flat_map(BTreeMap::keys));
            }
        }
        seen.contains(to)
    };
    let mut circles = Vec::new();
    for (module, imported) in imports {
        for (other, names) in imported.iter().filter(|(other, _)| reaches(other, module)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let [module, other] = [module, other].map(|path| path.join("::"));
            circles.push(format!("{module} imports {} of {other}", names.join(", ")));
        }
    }
    circles
}

/// The circles of a tree with these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter();
    let files = files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    circles(&SourceTree::of(files).imports())
}

#[test]
fn two_files_that_import_each_other_in_a_list_are_a_circle() {
    let circles = circles_of(&[
        ("lib.rs", "mod one; mod two; mod three;"),
        (
            "one.rs",
            "use crate::{two::{self, Two as Other}, three::Three};\npub struct One(Other);",
        ),
        ("two.rs", "use super::one::One;\npub struct Two(Box<One>);"),
        ("three.rs", "pub struct Three;"),
    ]);
    let expected = [
        "crate::one imports crate::two::Two of crate::two",
        "crate::two imports super::one::One of crate::one",
    ];
    assert_eq!(circles, expected);
}

#[test]
fn a_reexport_leads_to_the_file_that_defines_the_item() {
    let parent = (
        "lake.rs",
        "mod file;\nmod log;\npub(super) use log::Version as Number;\npub use file::*;",
    );
    let log = (
        "lake/log.rs",
        "use super::LogFile;\npub enum Version { Known(LogFile) }",
    );
    let circle = [
        ("lib.rs", "mod lake;\nmod top;"),
        ("top.rs", "pub use crate::lake::Number;"),
        parent,
        log,
        (
            "lake/file.rs",
            "use crate::top::Number::Known;\npub struct LogFile;",
        ),
    ];
    let expected = [
        "crate::lake::file imports crate::top::Number::Known of crate::lake::log",
        "crate::lake::log imports super::LogFile of crate::lake::file",
    ];
    assert_eq!(circles_of(&circle), expected);
    let facade = ("lake/file.rs", "pub struct LogFile;");
    assert_eq!(
        circles_of(&[parent, log, facade]),
        [""; 0],
        "only re-exports"
    );
}

#[test]
fn a_path_in_the_code_is_an_import() {
    let child = "pub fn half() -> u8 { super::whole() / 2 }";
    for parent in [
        "mod part;\npub fn whole() -> u8 { part::half() }",
        "mod part;\npub fn whole() -> u8 { crate::sum::part::half() }",
        "mod part;\npub use part::half;\npub fn whole() -> u8 { half() }",
        "mod part;\nuse self::part as other;\npub fn whole() -> u8 { other::half() }",
        "mod part;\nuse part::*;\npub fn whole() -> u8 { half() }",
    ] {
        let circles = circles_of(&[("sum.rs", parent), ("sum/part.rs", child)]);
        assert_eq!(circles.len(), 2, "{parent}\n{circles:?}");
    }
}

#[test]
fn tests_comments_texts_and_other_crates_are_no_imports() {
    let circles = circles_of(&[
        (
            "csv.rs",
            "//! [`crate::csv::rows::Row`]\nmod rows;\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nuse rows::Row;\n\
             pub fn at<'a>(letter: char, text: &'a str) -> impl Fn() + use<'a> {\n    \
             let quotes = ['\"', '\\'', '{'];\n    ::rows::Row::of(\"rows::Row\", r#\"rows::\"Row\"#, b\"\\\"\")\n}\n\
             #[cfg(test)]\nmod more {\n    use super::rows::Row;\n}",
        ),
        ("csv/rows.rs", "use super::at;\npub struct Row;"),
        ("csv/tests.rs", "use super::rows::Row;\npub fn help() {}"),
    ]);
    assert_eq!(circles, [""; 0]);
}
