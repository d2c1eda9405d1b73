//! Python helpers: external readers of lakes.
//!
//! `PURCHASE_ETL_PYTHON` names the interpreter; the default is `python3`. A missing package fails
//! the test: a skipped comparison would look like a passed one.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::workdir::{Output, project};

/// Runs a helper of `tests/it` and returns the JSON it writes.
#[track_caller]
pub(crate) fn python<A: AsRef<OsStr>>(
    script: &str,
    arguments: impl IntoIterator<Item = A>,
) -> Value {
    let interpreter = std::env::var_os("PURCHASE_ETL_PYTHON").unwrap_or_else(|| "python3".into());
    python_at(&interpreter, script, arguments)
}

/// The same with the interpreter that a variable names: some packages exclude each other.
#[track_caller]
pub(crate) fn python_of<A: AsRef<OsStr>>(
    variable: &str,
    script: &str,
    arguments: impl IntoIterator<Item = A>,
) -> Value {
    python_at(&interpreter(variable), script, arguments)
}

/// The interpreter that a variable names.
#[track_caller]
pub(crate) fn interpreter(variable: &str) -> OsString {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} names no Python; `make test` provides one"))
}

#[track_caller]
fn python_at<A: AsRef<OsStr>>(
    interpreter: &OsStr,
    script: &str,
    arguments: impl IntoIterator<Item = A>,
) -> Value {
    let mut command = Command::new(interpreter);
    command
        .arg(project().join("tests/it").join(script))
        .args(arguments)
        .stdin(Stdio::null());
    // No compiled files in the source tree.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let shown = format!("{command:?}");
    let ended = command.output().unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `make test` provides a Python",
            interpreter.display()
        )
    });
    let output = Output::new(shown, ended);
    output.assert_code(0);
    output.json()
}

#[track_caller]
fn read_lakes(command: &[&str], lakes: &[PathBuf]) -> Value {
    let lakes = lakes.iter().map(|lake| lake.as_os_str());
    python("read_lake.py", command.iter().map(OsStr::new).chain(lakes))
}

/// A summary of the tables of each lake, by deltalake for Python.
#[track_caller]
pub(crate) fn summaries(lakes: &[PathBuf]) -> Vec<Value> {
    let found = read_lakes(&["summary"], lakes);
    found.as_array().expect("one summary for each lake").clone()
}

/// The same for one lake.
#[track_caller]
pub(crate) fn summary(lake: &Path) -> Value {
    summaries(&[lake.to_owned()]).remove(0)
}

/// Every row of a table, sorted, all values as text.
#[track_caller]
pub(crate) fn table_rows(lake: &Path, table: &str) -> Vec<Value> {
    let found = read_lakes(&["rows", table], &[lake.to_owned()]);
    found.as_array().expect("a list of rows").clone()
}

/// The rows of the table of inputs, one for each content: without the further paths of a content, whose
/// rows have no counts.
#[track_caller]
pub(crate) fn listed_contents(lake: &Path) -> Vec<Value> {
    let mut rows = table_rows(lake, "inputs");
    let held: BTreeSet<String> = rows
        .iter()
        .filter(|row| row["records_read"] != "0")
        .map(|row| row["digest"].to_string())
        .collect();
    let mut empty = BTreeSet::new();
    rows.retain(|row| {
        let digest = row["digest"].to_string();
        row["records_read"] != "0" || (!held.contains(&digest) && empty.insert(digest))
    });
    rows
}

/// One digest for each lake, over the multiset of its accepted rows in `columns`.
#[track_caller]
pub(crate) fn row_digests(columns: &str, lakes: &[PathBuf]) -> Vec<Value> {
    let found = read_lakes(&["digest", "--columns", columns], lakes);
    found.as_array().expect("one digest for each lake").clone()
}

/// Fails unless every row and every reject exists once, with the counts of a truth file.
#[track_caller]
pub(crate) fn assert_once(summary: &Value, truth: &Value) {
    let (rows, rejects) = (&summary["purchases"], &summary["rejects"]);
    assert_eq!(
        rows["rows"], truth["accepted"],
        "accepted rows: {summary:#}"
    );
    assert_eq!(
        rows["places"], truth["accepted"],
        "rows that are there twice: {summary:#}"
    );
    assert_eq!(rejects["rows"], truth["rejected"], "rejects: {summary:#}");
    assert_eq!(
        rejects["places"], truth["rejected"],
        "rejects that are there twice: {summary:#}"
    );
    assert_eq!(
        rejects["by_rule"], truth["rejected_by_rule"],
        "rejects by rule: {summary:#}"
    );
    let files = truth["files"].as_array().expect("a list of files").len();
    assert_eq!(
        summary["inputs"]["rows"], files,
        "rows of the table of inputs: {summary:#}"
    );
    assert_eq!(
        summary["inputs"]["digests"], files,
        "inputs by digest: {summary:#}"
    );
}
