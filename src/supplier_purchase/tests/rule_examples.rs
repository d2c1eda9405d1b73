//! Every rule of a supplier purchase against the examples of its own catalogue entry.

use std::collections::HashSet;

use super::super::page::{Page, SeenPage, completeness, read_meta};
use super::fixture::{Verdict, each_row, judge_with, settings, verdict};
use crate::json::Options;
use crate::rules::{RuleId, Severity};

/// Rules across records, and on the pages they stand on.
const ACROSS: [RuleId; 7] = [
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
        .filter(|rule| rule.code().starts_with("CPL-") && !ACROSS.contains(rule))
}

fn verdicts(rule: RuleId, example: &str) -> Vec<Verdict> {
    if rule == RuleId::CplMoneyDefault {
        let mut found = Vec::new();
        each_row(&settings(), example, |_, verdict, _| found.push(verdict));
        return found;
    }
    let mut settings = settings();
    if rule == RuleId::CplCompanyRequired {
        settings.company = None;
    }
    (example.lines())
        .map(|line| judge_with(&settings, line))
        .collect()
}

#[test]
fn an_accepted_example_breaks_no_rule() {
    for rule in rules_of_a_record() {
        for verdict in verdicts(rule, rule.rule().accepted) {
            assert!(
                verdict.is_accepted && verdict.findings.is_empty(),
                "{rule}: {verdict:?}"
            );
        }
    }
}

#[test]
fn every_line_of_a_broken_example_is_found_by_its_rule() {
    for rule in rules_of_a_record() {
        let verdicts = verdicts(rule, rule.rule().rejected);
        assert!(!verdicts.is_empty(), "{rule}");
        let rejects = matches!(rule.rule().severity, Severity::Reject | Severity::Refuse);
        for verdict in verdicts {
            let (found, other) = if rejects {
                (verdict.broken(), verdict.noted())
            } else {
                (verdict.noted(), verdict.broken())
            };
            assert!(found.contains(&rule), "{rule}: {verdict:?}");
            assert!(!rejects || found == [rule], "{rule}: {verdict:?}");
            assert_eq!(other, [], "{rule}");
            assert_eq!(verdict.is_accepted, !rejects, "{rule}");
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
            let verdict = verdict(&purchase.to_string());
            assert!(verdict.findings.is_empty(), "{verdict:?}");
            repeated += u64::from(!ids.insert(purchase["id"].as_u64()));
        }
        let rows = purchases.len() as u64;
        match read_meta(&response["meta"].to_string(), Options::default()) {
            Ok(page) => pages.extend(page.map(|page: Page| SeenPage { page, rows })),
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
            assert!(verdict(line).findings.is_empty(), "{rule}: {line}");
        }
    }
}
