//! Every rule of a supplier purchase against the examples of its own catalogue entry.

use std::collections::HashSet;

use super::super::page::{DumpPage, Page, completeness, read_meta};
use super::fixture::{ValidatedRecord, each_row, settings, validate_json, validate_with};
use crate::json::JsonOptions;
use crate::rules::{RuleId, Severity};

/// Rules across records, and on the pages they stand on.
const CROSS_RECORD_RULES: [RuleId; 7] = [
    RuleId::CplStale,
    RuleId::CplDuplicate,
    RuleId::CplSnapshotPartial,
    RuleId::CplSnapshotRepeated,
    RuleId::CplPageGap,
    RuleId::CplPageDrift,
    RuleId::CplMetaShape,
];

fn rules_of_a_record() -> impl Iterator<Item = RuleId> {
    (RuleId::ALL.into_iter())
        .filter(|rule| rule.code().starts_with("CPL-") && !CROSS_RECORD_RULES.contains(rule))
}

fn validate_lines(rule: RuleId, example: &str) -> Vec<ValidatedRecord> {
    if rule == RuleId::CplMoneyDefault {
        let mut found = Vec::new();
        each_row(&settings(), example, |_, validated, _| {
            found.push(validated)
        });
        return found;
    }
    let mut settings = settings();
    if rule == RuleId::CplCompanyRequired {
        settings.company = None;
    }
    (example.lines())
        .map(|line| validate_with(&settings, line))
        .collect()
}

#[test]
fn an_accepted_example_breaks_no_rule() {
    for rule in rules_of_a_record() {
        for validated in validate_lines(rule, rule.rule().accepted) {
            assert!(
                validated.is_accepted && validated.findings.is_empty(),
                "{rule}: {validated:?}"
            );
        }
    }
}

#[test]
fn every_line_of_a_broken_example_is_found_by_its_rule() {
    for rule in rules_of_a_record() {
        let validated = validate_lines(rule, rule.rule().rejected);
        assert!(!validated.is_empty(), "{rule}");
        let rejects = matches!(rule.rule().severity, Severity::Reject | Severity::Refuse);
        for validated in validated {
            let (found, other) = if rejects {
                (validated.broken(), validated.noted())
            } else {
                (validated.noted(), validated.broken())
            };
            assert!(found.contains(&rule), "{rule}: {validated:?}");
            assert!(!rejects || found == [rule], "{rule}: {validated:?}");
            assert_eq!(other, [], "{rule}");
            assert_eq!(validated.is_accepted, !rejects, "{rule}");
        }
    }
}

/// The rules that pages break: one response a line.
fn rules_of_pages(responses: &str) -> Vec<RuleId> {
    let (mut pages, mut notes) = (Vec::new(), Vec::new());
    let (mut ids, mut repeated) = (HashSet::new(), 0);
    for line in responses.lines() {
        let response: serde_json::Value = serde_json::from_str(line).unwrap();
        let purchases = response["data"]["purchases"].as_array().unwrap();
        for purchase in purchases {
            let validated = validate_json(&purchase.to_string());
            assert!(validated.findings.is_empty(), "{validated:?}");
            repeated += u64::from(!ids.insert(purchase["id"].as_u64()));
        }
        let rows = purchases.len() as u64;
        match read_meta(&response["meta"].to_string(), JsonOptions::default()) {
            Ok(page) => pages.extend(page.map(|page: Page| DumpPage { page, rows })),
            Err(fault) => notes.push(fault.rule),
        }
    }
    notes.extend(
        completeness(&pages, repeated)
            .into_iter()
            .map(|note| note.rule),
    );
    notes.dedup();
    notes
}

#[test]
fn examples_of_pages_are_found_by_their_rules() {
    for rule in [
        RuleId::CplPageGap,
        RuleId::CplPageDrift,
        RuleId::CplMetaShape,
    ] {
        assert_eq!(rules_of_pages(rule.rule().accepted), [], "{rule}");
        assert_eq!(rules_of_pages(rule.rule().rejected), [rule]);
    }
    let partial = RuleId::CplSnapshotPartial.rule();
    assert_eq!(rules_of_pages(partial.accepted), []);
    assert_eq!(rules_of_pages(partial.rejected), [RuleId::CplPageGap]);
    let repeated = RuleId::CplSnapshotRepeated.rule();
    for snapshot in repeated.accepted.lines().chain(repeated.rejected.lines()) {
        assert_eq!(rules_of_pages(snapshot), [], "{snapshot}");
    }
}

#[test]
fn examples_of_states_are_records_that_break_no_rule() {
    for rule in [RuleId::CplStale, RuleId::CplDuplicate] {
        let (accepted, rejected) = (rule.rule().accepted, rule.rule().rejected);
        for line in accepted.lines().chain(rejected.lines()) {
            assert!(validate_json(line).findings.is_empty(), "{rule}: {line}");
        }
    }
}
