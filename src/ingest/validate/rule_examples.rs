//! Validates the examples of every record rule in the catalogue.

use super::fixture::TestReader;
use crate::input::InputFormat;
use crate::rules::{RuleId, Severity};

/// Rules that are counted across records.
const ELSEWHERE: [RuleId; 3] = [
    RuleId::BrzProductCard,
    RuleId::BrzDupEvent,
    RuleId::BrzCurrentsDup,
];

fn reader(rule: RuleId) -> TestReader {
    let mut reader = TestReader::new().format(InputFormat::Ndjson);
    if matches!(rule, RuleId::BrzTimeGap | RuleId::BrzTimeFold) {
        reader.rules.default_zone = chrono_tz::America::Sao_Paulo;
    }
    reader
}

#[test]
fn an_accepted_example_breaks_no_rule() {
    for rule in RuleId::ALL
        .into_iter()
        .filter(|rule| rule.code().starts_with("BRZ-"))
    {
        let outcome = reader(rule).validate(rule.rule().accepted.as_bytes());
        assert_eq!(outcome.broken(), [], "{rule}");
        assert!(outcome.accepted > 0, "{rule}");
        let own = outcome.warned.contains(&rule);
        assert!(!own, "{rule} is found in its own accepted example");
    }
}

#[test]
fn a_broken_example_is_found_by_its_rule() {
    for rule in RuleId::ALL
        .into_iter()
        .filter(|rule| rule.code().starts_with("BRZ-"))
    {
        if ELSEWHERE.contains(&rule) {
            continue;
        }
        let outcome = reader(rule).validate(rule.rule().rejected.as_bytes());
        let rejects = rule.rule().severity == Severity::Reject || rule == RuleId::BrzEmailForm;
        if rejects {
            assert_eq!(outcome.broken(), [rule], "{rule}");
            assert_eq!(outcome.accepted, 0, "{rule}");
        } else {
            assert_eq!(outcome.broken(), [], "{rule}");
            assert!(
                outcome.warned.contains(&rule),
                "{rule}: {:?}",
                outcome.warned
            );
        }
    }
}
