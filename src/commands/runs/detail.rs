//! One run as text, from its report as JSON.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::input::escape_unprintable;
use crate::run_report::CountedRule;

/// The report as text.
pub(super) fn text(report: &Value) -> String {
    let mut text = String::new();
    for key in [
        "run_id",
        "command",
        "started_at",
        "elapsed_ms",
        "exit_code",
        "error",
        "record_kind",
        "lake",
        "program_version",
        "bytes",
    ] {
        line(&mut text, key, report.get(key));
    }
    for (title, key) in [
        ("records", "counts"),
        ("rejected by rule", "rejected_by_rule"),
        ("warnings by rule", "warned_by_rule"),
        ("table versions", "table_versions"),
        ("settings", "settings"),
    ] {
        // Comparing expectations reads no records.
        let is_unused = key == "counts" && report.get("expectations").is_some();
        if let Some(Value::Object(values)) = report.get(key).filter(|_| !is_unused) {
            let read = report["counts"]["read"].as_u64().unwrap_or_default();
            section(&mut text, title, values, |rule, count| match key {
                "rejected_by_rule" => Some(CountedRule::rejected(rule, count).columns(read)),
                "warned_by_rule" => Some(CountedRule::warned(rule, count).columns(read)),
                _ => None,
            });
        }
    }
    for note in list(report, "notes") {
        push(&mut text, &format!("note: {}", plain(note)));
    }
    for result in list(report, "expectations") {
        push(&mut text, &of_expectation(result));
    }
    for held in list(report, "held_back") {
        let of = |key: &str| held.get(key).map(plain).unwrap_or_default();
        push(
            &mut text,
            &format!("held back: {}, not written: {}", of("step"), of("output")),
        );
    }
    let inputs = list(report, "inputs");
    if !inputs.is_empty() {
        push(&mut text, "inputs");
    }
    for input in inputs {
        push(&mut text, &format!("  {}", of_input(input)));
    }
    text
}

fn line(text: &mut String, key: &str, value: Option<&Value>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        push(text, &format!("{key:<18}{}", plain(value)));
    }
}

/// The values of a key; `columns` are those of a count by rule.
fn section(
    text: &mut String,
    title: &str,
    values: &Map<String, Value>,
    columns: impl Fn(&str, u64) -> Option<String>,
) {
    let mut values = values
        .iter()
        .filter(|(_, value)| !value.is_null())
        .peekable();
    if values.peek().is_some() {
        push(text, title);
    }
    for (key, value) in values {
        let columns = value.as_u64().and_then(|count| columns(key, count));
        let columns = columns.unwrap_or_else(|| format!("{key:<22}{:>14}", plain(value)));
        push(text, &format!("  {columns}"));
    }
}

fn of_expectation(result: &Value) -> String {
    let of = |key: &str| result.get(key).map(plain).unwrap_or_default();
    let outcome = of("outcome");
    let found = if outcome == "skipped" {
        "reason"
    } else {
        "found"
    };
    let (name, expected, found) = (of("expectation"), of("expected"), of(found));
    format!("{outcome} {name}: {expected}; {found}")
}

fn of_input(input: &Value) -> String {
    let known = |key: &str| input.get(key).map(plain).unwrap_or_default();
    let mut line = format!("{} {}", known("outcome"), known("path"));
    // Nothing of a refused input is in the lake, so its counts would mislead.
    let refused = known("outcome") == "refused";
    if let Some(counts) = input.get("counts").filter(|_| !refused) {
        for key in ["read", "accepted", "rejected"] {
            // Writing to a String cannot fail.
            let _ = write!(
                line,
                ", {} {key}",
                counts.get(key).map(plain).unwrap_or_default()
            );
        }
    }
    if let Some(refusal) = input.get("refusal").filter(|refusal| !refusal.is_null()) {
        let text = |key: &str| refusal.get(key).map(plain).unwrap_or_default();
        let _ = write!(line, ": {} {}", text("rule_id"), text("message"));
    }
    line
}

fn list<'a>(report: &'a Value, key: &str) -> &'a [Value] {
    let list = report.get(key).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Appends a line without control characters, which names of files may contain.
fn push(text: &mut String, line: &str) {
    text.push_str(escape_unprintable(line).trim_end());
    text.push('\n');
}
