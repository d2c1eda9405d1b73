//! The rooms of `src/` import each other in one direction only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each room may import from the others; its own parts are free. `main.rs` may use all.
const MAY_IMPORT: [(&str, &[&str]); 18] = [
    ("cli", &[]),
    ("rules", &[]),
    ("values", &[]),
    ("json", &[]),
    ("response", &[]),
    ("record", &["json", "rules"]),
    ("store", &[]),
    ("source", &["json", "rules", "store", "values"]),
    // Of `source` only what describes delimited text: which column means which field.
    ("purchase", &["json", "record", "rules", "source", "values"]),
    (
        "supplier_purchase",
        &["json", "record", "rules", "source", "values"],
    ),
    ("lake", &["store", "values"]),
    ("summary", &["rules", "source"]),
    // Who waits to hear of runs; it knows what happened, and nothing of how.
    ("observe", &["store", "summary"]),
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
            "source",
            "store",
            "summary",
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
            "source",
            "store",
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
            "observe",
            "record",
            "render",
            "report",
            "rules",
            "source",
            "store",
            "summary",
            "supplier_purchase",
        ],
    ),
];

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of src") {
        let path = entry.expect("an entry of src").path();
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The rooms named after `crate::` in the part of a file that is no test.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
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

#[test]
fn rooms_import_in_one_direction() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    files_below(&source, &mut files);
    let mut seen = BTreeSet::new();
    for path in files {
        let inside = path.strip_prefix(&source).unwrap();
        let first = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .into_owned();
        let room = first.trim_end_matches(".rs").to_owned();
        let is_test = inside.to_string_lossy().contains("test") || inside.ends_with("fixture.rs");
        if matches!(room.as_str(), "main" | "lib") || is_test {
            continue;
        }
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("{room} is a new room: say here what it may import"));
        for import in imports(&std::fs::read_to_string(&path).unwrap()) {
            let is_fine = import == room || allowed.contains(&import.as_str());
            assert!(
                is_fine,
                "{} imports {import}, which {room} may not",
                inside.display()
            );
        }
        seen.insert(room);
    }
    assert_eq!(seen.len(), MAY_IMPORT.len(), "a room of the table is gone");
}
