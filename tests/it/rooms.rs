//! The rooms of `src/`, its top-level modules, import each other in one direction only.

use std::collections::BTreeSet;

use crate::workdir::{files_below, project};

/// The rooms that each room may import. `main.rs` may import all.
const MAY_IMPORT: [(&str, &[&str]); 18] = [
    ("cli", &["run_report"]),
    ("rules", &[]),
    ("values", &[]),
    ("json", &[]),
    ("response", &[]),
    ("record", &["json", "rules", "values"]),
    ("storage", &[]),
    ("input", &["json", "rules", "storage", "values"]),
    // From `input` only the description of delimited text: the mapping of columns to fields.
    ("purchase", &["json", "record", "rules", "input", "values"]),
    (
        "supplier_purchase",
        &["json", "record", "rules", "input", "values"],
    ),
    ("lake", &["storage", "values"]),
    ("run_report", &["rules", "input"]),
    // It knows results, not how they are produced.
    ("telemetry", &["storage", "run_report"]),
    ("report", &["rules", "values"]),
    ("render", &["report", "response", "values"]),
    (
        "ingest",
        &[
            "json",
            "lake",
            "purchase",
            "record",
            "rules",
            "input",
            "storage",
            "run_report",
            "supplier_purchase",
            "values",
        ],
    ),
    (
        "job",
        &[
            "cli",
            "ingest",
            "purchase",
            "render",
            "report",
            "input",
            "storage",
            "supplier_purchase",
            "values",
        ],
    ),
    (
        "pipeline",
        &[
            "ingest",
            "job",
            "lake",
            "telemetry",
            "record",
            "render",
            "report",
            "rules",
            "input",
            "storage",
            "run_report",
            "supplier_purchase",
        ],
    ),
];

/// Files that contain only tests, and what they may import in addition.
const ONLY_IN_TESTS: [(&str, &str); 2] = [
    ("render/tests.rs", "rules"),
    ("render/schema_tests.rs", "rules"),
];

/// The rooms named after `crate::` in a file, in its tests as well.
fn imports(text: &str) -> BTreeSet<String> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut rooms = BTreeSet::new();
    for line in lines {
        for after in line.split("crate::").skip(1) {
            let name: String = after
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            if !name.is_empty() {
                rooms.insert(name);
            }
        }
    }
    rooms
}

/// Whether a file of a room may import another room.
fn may_import(file: &str, room: &str, import: &str) -> bool {
    let (_, allowed) = MAY_IMPORT
        .iter()
        .find(|(name, _)| *name == room)
        .unwrap_or_else(|| panic!("{room} is a new room: list here what it may import"));
    import == room || allowed.contains(&import) || ONLY_IN_TESTS.contains(&(file, import))
}

#[test]
fn rooms_import_in_one_direction() {
    let source = project().join("src");
    let mut seen = BTreeSet::new();
    for path in files_below(&source, ".rs") {
        let inside = path.strip_prefix(&source).unwrap();
        let first = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .into_owned();
        let room = first.trim_end_matches(".rs").to_owned();
        if matches!(room.as_str(), "main" | "lib") {
            continue;
        }
        let file = inside.to_string_lossy();
        for import in imports(&std::fs::read_to_string(&path).unwrap()) {
            let is_fine = may_import(&file, &room, &import);
            assert!(is_fine, "{file} imports {import}, which {room} may not");
        }
        seen.insert(room);
    }
    assert_eq!(
        seen.len(),
        MAY_IMPORT.len(),
        "a room of the table does not exist"
    );
}

#[test]
fn an_import_is_seen_on_every_line_that_is_no_comment() {
    let text = "//! crate::lake\nuse crate::rules::RuleId;\n#[cfg(test)]\nmod tests {\n    \
                use crate::input;\n    // crate::job\n}\nfn late() { crate::report::late() }\n";
    let found: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(found, ["input", "report", "rules"]);
    assert!(may_import("lake.rs", "lake", "storage"));
    assert!(!may_import("lake/testing.rs", "lake", "ingest"));
}
