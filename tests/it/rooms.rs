//! The rooms of `src/`, its top-level modules, import each other in one direction only.

use std::collections::BTreeSet;

use crate::workdir::{files_below, project};

/// The rooms from the top to the bottom, and those that each may import: only rooms further down.
/// `main` is `main.rs`.
const MAY_IMPORT: [(&str, &[&str]); 20] = [
    ("main", &["cli", "storage", "values"]),
    (
        "cli",
        &[
            "job_file",
            "commands",
            "ingest",
            "telemetry",
            "run_report",
            "input",
            "rules",
            "storage",
            "values",
        ],
    ),
    (
        "job_file",
        &[
            "commands",
            "ingest",
            "lake",
            "telemetry",
            "run_report",
            "input",
            "rules",
            "storage",
            "values",
        ],
    ),
    (
        "commands",
        &[
            "ingest",
            "load",
            "render",
            "report",
            "lake",
            "telemetry",
            "purchase",
            "supplier_purchase",
            "record",
            "run_report",
            "input",
            "rules",
            "storage",
            "values",
        ],
    ),
    (
        "ingest",
        &[
            "lake",
            "purchase",
            "supplier_purchase",
            "record",
            "run_report",
            "input",
            "json",
            "rules",
            "storage",
            "values",
        ],
    ),
    ("load", &["lake", "values"]),
    (
        "render",
        &["report", "response", "supplier_purchase", "values"],
    ),
    (
        "report",
        &["purchase", "supplier_purchase", "rules", "values"],
    ),
    ("lake", &["storage", "values"]),
    // It knows results, not how they are produced.
    ("telemetry", &["run_report", "storage", "values"]),
    // From `input` only the description of delimited text: the mapping of columns to fields.
    ("purchase", &["record", "input", "json", "rules", "values"]),
    (
        "supplier_purchase",
        &["record", "input", "json", "rules", "values"],
    ),
    ("record", &["json", "rules", "values"]),
    ("run_report", &["input", "rules", "values"]),
    ("input", &["json", "rules", "storage", "values"]),
    ("json", &[]),
    ("rules", &[]),
    ("response", &[]),
    ("storage", &["values"]),
    ("values", &[]),
];

/// Files that contain only tests, and what they may import in addition.
const ONLY_IN_TESTS: [(&str, &str); 2] = [
    ("render/tests.rs", "rules"),
    ("render/schema_tests.rs", "rules"),
];

/// The rooms named after `crate::`, or `purchase_etl::` in `main.rs`, in a file: in its tests as well.
fn imports(text: &str) -> BTreeSet<String> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut rooms = BTreeSet::new();
    for line in lines {
        let named = line.split("crate::").skip(1);
        for after in named.chain(line.split("purchase_etl::").skip(1)) {
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
fn a_room_imports_only_rooms_below_it() {
    let order: Vec<&str> = MAY_IMPORT.iter().map(|(room, _)| *room).collect();
    for (at, (room, imports)) in MAY_IMPORT.iter().enumerate() {
        for import in *imports {
            let place = order.iter().position(|room| room == import);
            let place = place.unwrap_or_else(|| panic!("{import} is no room"));
            assert!(place > at, "{room} imports {import}, which is above it");
        }
    }
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
        if room == "lib" {
            continue;
        }
        let file = inside.to_string_lossy();
        let text = std::fs::read_to_string(&path).unwrap();
        for import in imports(&text) {
            let is_fine = may_import(&file, &room, &import);
            assert!(is_fine, "{file} imports {import}, which {room} may not");
        }
        // In the file of a room, this would be another room.
        let above = text.lines().find(|line| line.starts_with("use super::"));
        assert!(
            !(inside.components().count() == 1 && above.is_some()),
            "{file}: {above:?}"
        );
        // A list of rooms in braces would not be read by `imports`.
        assert!(
            !text.contains("crate::{"),
            "{file} imports several rooms at once"
        );
        assert!(
            !text.contains("#[path"),
            "{file} is not where its module is"
        );
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
