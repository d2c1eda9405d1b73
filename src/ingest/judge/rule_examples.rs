//! Every rule of a record against the examples of its own catalogue entry.

use super::fixture::Reading;
use crate::input::InputFormat;
use crate::rules::{RuleId, Severity};

/// Rules that are counted across records or by the reader of the row around the record.
const ELSEWHERE: [RuleId; 3] = [
    RuleId::BrzProductCard,
    RuleId::BrzDupEvent,
    RuleId::BrzCurrentsDup,
];

fn reading(rule: RuleId) -> Reading {
    let mut reading = Reading::new().format(InputFormat::Ndjson);
    if matches!(rule, RuleId::BrzTimeGap | RuleId::BrzTimeFold) {
        reading.rules.default_zone = chrono_tz::America::Sao_Paulo;
    }
    reading
}

#[test]
fn an_accepted_example_breaks_no_rule() {
    for rule in RuleId::ALL
        .into_iter()
        .filter(|rule| rule.code().starts_with("BRZ-"))
    {
        let verdicts = reading(rule).judge(rule.rule().accepted.as_bytes());
        assert_eq!(verdicts.broken(), [], "{rule}");
        assert!(verdicts.accepted > 0, "{rule}");
        let own = verdicts.warned.contains(&rule);
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
        let verdicts = reading(rule).judge(rule.rule().rejected.as_bytes());
        let rejects = rule.rule().severity == Severity::Reject || rule == RuleId::BrzEmailForm;
        if rejects {
            assert_eq!(verdicts.broken(), [rule], "{rule}");
            assert_eq!(verdicts.accepted, 0, "{rule}");
        } else {
            assert_eq!(verdicts.broken(), [], "{rule}");
            assert!(
                verdicts.warned.contains(&rule),
                "{rule}: {:?}",
                verdicts.warned
            );
        }
    }
}
