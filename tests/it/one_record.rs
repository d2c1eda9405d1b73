//! The way of one record, as `CONTRIBUTING.md` describes it, leads through functions that exist.

use crate::workdir::project;

const HEADING: &str = "\n## One record through the program\n";

/// The longest way that a newcomer reads in one go.
const MAX_STEPS: usize = 15;

/// The files and functions of the steps, in order.
fn steps(text: &str) -> Vec<(&str, &str)> {
    let (_, section) = text.split_once(HEADING).expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| "));
    rows.skip(1)
        .enumerate()
        .map(|(at, row)| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [_, number, file, function, ..] = cells[..] else {
                panic!("{row}");
            };
            assert_eq!(number, (at + 1).to_string(), "{row}");
            (file.trim_matches('`'), function.trim_matches('`'))
        })
        .collect()
}

fn defines(source: &str, function: &str) -> bool {
    ["(", "<"]
        .iter()
        .any(|after| source.contains(&format!("fn {function}{after}")))
}

#[test]
fn every_step_of_one_record_is_a_function_of_its_file() {
    let text = std::fs::read_to_string(project().join("CONTRIBUTING.md")).expect("a text");
    let steps = steps(&text);
    assert!((10..=MAX_STEPS).contains(&steps.len()), "{steps:?}");
    for (file, function) in steps {
        let source = std::fs::read_to_string(project().join(file));
        let source = source.unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(
            defines(&source, function),
            "{file} has no function {function}"
        );
    }
}

#[test]
fn a_function_is_found_by_its_definition_and_not_by_a_call() {
    assert!(defines("pub fn push<A>(a: A) {}", "push"));
    assert!(defines("fn push(a: u8) {}", "push"));
    assert!(!defines("fn push_all() { push(1) }", "push"));
}
