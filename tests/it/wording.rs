//! The words that the glossary replaced do not come back.

use std::fs;
use std::path::Path;

use crate::workdir::{files_below, project};

/// The heading of the table in CONTRIBUTING.md that lists them.
const HEADING: &str = "### Words to avoid";

/// The words of the first column of the table.
fn avoided(contributing: &str) -> Vec<String> {
    let (_, table) = contributing.split_once(HEADING).expect("the table");
    let rows = table.lines().skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.skip(2)
        .flat_map(|row| row.split('|').nth(1).unwrap_or_default().split(','))
        .map(|word| word.trim().to_owned())
        .collect()
}

/// The words of a text in lower case, those inside of names too: `JudgeSettings` and `judge_all`
/// have `judge`.
fn words(text: &str) -> String {
    let mut words = String::from(" ");
    let mut previous = ' ';
    for character in text.chars() {
        let begins = character.is_uppercase() && previous.is_lowercase();
        if !character.is_alphabetic() || begins {
            words.push(' ');
        }
        if character.is_alphabetic() {
            words.extend(character.to_lowercase());
        }
        previous = character;
    }
    words.push(' ');
    words
        .split_whitespace()
        .fold(String::from(" "), |text, word| text + word + " ")
}

/// The lines of a file that have one of the words.
fn found(path: &Path, avoided: &[String]) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a text");
    let text = text.split(HEADING).next().unwrap_or_default();
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(at, line)| {
            let line = words(line);
            let has = move |word: &&String| line.contains(&format!(" {word} "));
            let hits = avoided.iter().filter(has);
            hits.map(move |word| format!("{}:{}: {word}", path.display(), at + 1))
        })
        .collect()
}

#[test]
fn code_and_documentation_do_without_the_words_to_avoid() {
    let contributing = project().join("CONTRIBUTING.md");
    let avoided = avoided(&fs::read_to_string(&contributing).expect("a text"));
    assert!(avoided.len() > 20, "{avoided:?}");
    let names = ["README.md", "README.pt-BR.md", "SECURITY.md", "Makefile"];
    let mut files: Vec<_> = names.iter().map(|name| project().join(name)).collect();
    files.push(contributing);
    for (folder, ending) in [
        ("src", ".rs"),
        ("src", ".toml"),
        ("docs", ".md"),
        ("jobs", ".toml"),
    ] {
        files.extend(files_below(&project().join(folder), ending));
    }
    let found: Vec<String> = files
        .iter()
        .flat_map(|path| found(path, &avoided))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_word_is_found_in_names_too() {
    for text in [
        "a judge.",
        "JudgeSettings",
        "fn judge_all()",
        "the Judge",
        "judge",
    ] {
        assert!(words(text).contains(" judge "), "{text}: {}", words(text));
    }
    assert!(!words("misjudged").contains(" judge "));
    assert!(words("it looks after\ttables").contains(" looks after "));
}
