//! Findings as a SARIF 2.1.0 log: one run of this program, with its rules and a result per finding.
//!
//! In: findings with their place, one after the other. Out: the parts of one JSON document: [`head`], the
//! results with commas between them, [`tail`]. Memory does not grow with the number of findings.
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::reported_finding::{FindingLevel, ReportedFinding};
use crate::input::escape_unprintable_json;
use crate::rules::{RuleId, Severity};

/// The schema of the format, as published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The document up to its first result.
pub(super) fn head() -> String {
    // A check has no parameters that could break the rules for them.
    let rules = RuleId::ALL.into_iter();
    let rules: Vec<Value> = rules
        .filter(|rule| rule.severity() != Severity::Parameter)
        .map(descriptor)
        .collect();
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    format!(
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"results\":["
    )
}

/// A result; `is_first` of the document.
pub(super) fn result(finding: &ReportedFinding<'_>, folder: &Path, is_first: bool) -> String {
    let mut result = message(finding, folder);
    result["ruleId"] = json!(finding.rule);
    if let Some(record) = finding.record {
        result["properties"] = json!({ "record": record });
    }
    let comma = if is_first { "" } else { "," };
    format!("{comma}\n{}", escape_unprintable_json(&result.to_string()))
}

/// The document after its last result: the notes that belong to no rule, and the counts of the run.
pub(super) fn tail(notes: &[ReportedFinding<'_>], folder: &Path, counts: &Value) -> String {
    let notes: Vec<Value> = notes.iter().map(|note| message(note, folder)).collect();
    let invocation = json!({ "executionSuccessful": true, "toolExecutionNotifications": notes });
    let end = format!("\n],\"invocations\":[{invocation}],\"properties\":{counts}}}]}}\n");
    escape_unprintable_json(&end)
}

/// What a result and a notification have: level, text and place.
fn message(finding: &ReportedFinding<'_>, folder: &Path) -> Value {
    json!({
        "level": level(finding.level),
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": physical_location(finding, folder) }],
    })
}

fn physical_location(finding: &ReportedFinding<'_>, folder: &Path) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": artifact_uri(finding.path, folder) } });
    if let Some(line) = finding.line {
        place["region"]["startLine"] = line.into();
    }
    if let Some(byte) = finding.byte_offset {
        place["region"]["byteOffset"] = byte.into();
    }
    place
}

fn level(level: FindingLevel) -> &'static str {
    match level {
        FindingLevel::Reject => "error",
        FindingLevel::Warning => "warning",
        FindingLevel::Info => "note",
    }
}

/// A rule with its texts and the level of its usual severity.
fn descriptor(id: RuleId) -> Value {
    let rule = id.rule();
    let level = match id.severity() {
        Severity::Reject | Severity::Refuse | Severity::Parameter => "error",
        Severity::Warn => "warning",
        Severity::Info => "note",
        Severity::Off => "none",
    };
    let mut descriptor = json!({
        "id": id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.sentence },
        "help": { "text": rule.remedy },
        "defaultConfiguration": { "enabled": id.severity() != Severity::Off, "level": level },
        "properties": { "source": rule.source },
    });
    // Sources end with the address of their page, if they have one.
    let address = rule.source.rsplit_once(", ").map(|(_, address)| address);
    if let Some(address) = address.filter(|address| address.starts_with("https://")) {
        descriptor["helpUri"] = address.into();
    }
    descriptor
}

/// The location of an input as a URI, percent-encoded: relative to the current folder if it is below it,
/// as the locations of a checkout are.
fn artifact_uri(path: &str, folder: &Path) -> String {
    if let Ok(relative) = Path::new(path).strip_prefix(folder) {
        return percent_encode(&relative.to_string_lossy());
    }
    match path.split_once("://") {
        _ if path.starts_with('/') => format!("file://{}", percent_encode(path)),
        Some((scheme, object)) => format!("{scheme}://{}", percent_encode(object)),
        None => percent_encode(path),
    }
}

/// Encodes all but `/` and what RFC 3986 calls unreserved.
fn percent_encode(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_uri() {
        let folder = Path::new("/home/ana");
        for (path, uri) in [
            ("/home/ana/a b/ç%.csv", "a%20b/%C3%A7%25.csv"),
            // Not a URI with the scheme `c`.
            ("/home/ana/c:d.csv", "c%3Ad.csv"),
            ("/home/anabel/a.csv", "file:///home/anabel/a.csv"),
            ("s3://bucket/a b?.csv", "s3://bucket/a%20b%3F.csv"),
            ("-", "-"),
        ] {
            assert_eq!(artifact_uri(path, folder), uri);
        }
    }
}
