//! Findings as workflow commands of GitHub Actions, which annotate lines of files.
//!
//! In: findings with their place. Out: lines `::error file=…,line=…,title=RULE::message`. Nothing of the
//! input is outside of such a line or unescaped in it, so that no value can be a command of its own.
//! Source: GitHub, "Workflow commands for GitHub Actions", and its `@actions/core` for the escapes.

use super::reported_finding::{FindingLevel, ReportedFinding};
use crate::input::escape_unprintable;

/// The workflow command of a finding, a line.
pub(super) fn annotation(finding: &ReportedFinding<'_>) -> String {
    let mut properties = Vec::new();
    // Standard input is no file.
    if finding.path != "-" {
        let path = escape_unprintable(finding.path);
        properties.push(format!("file={}", escape_property(&path)));
        properties.extend(finding.line.map(|line| format!("line={line}")));
    }
    properties.extend(finding.rule.map(|rule| format!("title={rule}")));
    let place = match (finding.record, finding.byte_offset) {
        (Some(record), Some(byte)) => format!(" [record {record}, byte {byte}]"),
        (_, Some(byte)) => format!(" [byte {byte}]"),
        _ => String::new(),
    };
    let remedy = finding.rule.map(|rule| format!("\n{}", rule.rule().remedy));
    let message = format!(
        "{}{place}{}",
        escape_unprintable(&finding.message),
        remedy.unwrap_or_default()
    );
    command(finding.level, &properties, &message)
}

/// A notice about the whole check.
pub(super) fn notice(title: &str, message: &str) -> String {
    let title = format!("title={}", escape_property(title));
    command(FindingLevel::Info, &[title], message)
}

fn command(level: FindingLevel, properties: &[String], message: &str) -> String {
    let name = match level {
        FindingLevel::Reject => "error",
        FindingLevel::Warning => "warning",
        FindingLevel::Info => "notice",
    };
    let space = if properties.is_empty() { "" } else { " " };
    let properties = properties.join(",");
    format!("::{name}{space}{properties}::{}\n", escape_data(message))
}

fn escape_data(text: &str) -> String {
    // The percent sign first: the others bring it.
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleId;

    #[test]
    fn a_command_has_the_documented_escapes() {
        let finding = ReportedFinding {
            level: FindingLevel::Reject,
            rule: Some(RuleId::BrzQtyRange),
            path: "/a,b:c%d\n/e.csv",
            line: Some(7),
            byte_offset: Some(12),
            record: Some(3),
            message: "quantity: 100% of\r\n::error::x, y".to_owned(),
        };
        let remedy = RuleId::BrzQtyRange.rule().remedy.as_str();
        assert_eq!(
            annotation(&finding),
            format!(
                "::error file=/a%2Cb%3Ac%25d\\n/e.csv,line=7,title=BRZ-QTY-RANGE::quantity: 100%25 of\\r\\n\
                 ::error::x, y [record 3, byte 12]%0A{remedy}\n"
            )
        );
        assert_eq!(notice("a: b", "c\nd"), "::notice title=a%3A b::c%0Ad\n");
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let finding = ReportedFinding {
            level: FindingLevel::Warning,
            rule: None,
            path: "-",
            line: Some(7),
            byte_offset: None,
            record: None,
            message: "empty".to_owned(),
        };
        assert_eq!(annotation(&finding), "::warning::empty\n");
    }
}
