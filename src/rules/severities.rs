//! The severities of a run: those of the catalogue, where the user has set no others.
//!
//! In: entries such as `BRZ-QTY-RANGE=warn`. Out: the severity of each rule. Refused: a severity that the
//! rule cannot have, because a record that breaks it could not be stored, or because it is no rule of
//! single records.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::id::{RuleId, UnknownRule};
use super::severity::Severity;

/// The severities that a rule of stored values can have.
const CHOICES: [Severity; 3] = [Severity::Reject, Severity::Warn, Severity::Off];

/// Rejecting rules whose broken value can be stored all the same.
const STORABLE: [RuleId; 11] = [
    RuleId::BrzIdRequired,
    RuleId::BrzExtidLen,
    RuleId::BrzProductLen,
    RuleId::BrzCurSign,
    RuleId::BrzTotalConflict,
    RuleId::BrzQtyRange,
    RuleId::BrzPropNameEmpty,
    RuleId::BrzPropNameLen,
    RuleId::BrzPropNameDollar,
    RuleId::BrzPropReserved,
    RuleId::BrzPropSize,
];

/// Rules on skipped events, or on several records.
const OF_SEVERAL: [RuleId; 5] = [
    RuleId::BrzEcomName,
    RuleId::BrzDupEvent,
    RuleId::BrzCurrentsDup,
    RuleId::CplStale,
    RuleId::CplDuplicate,
];

/// Rules on a dump as a whole.
const OF_DUMPS: [RuleId; 5] = [
    RuleId::BrzProductCard,
    RuleId::CplSnapshotPartial,
    RuleId::CplPageGap,
    RuleId::CplPageDrift,
    RuleId::CplMetaShape,
];

impl RuleId {
    /// The severities that the user can set; none for a rule with a fixed severity.
    pub fn choices(self) -> &'static [Severity] {
        let is_of_record = self.is_of_customers() || self.is_of_suppliers();
        let is_adjustable = match self.severity() {
            Severity::Reject => STORABLE.contains(&self),
            Severity::Warn | Severity::Info => {
                is_of_record && !OF_SEVERAL.contains(&self) && !OF_DUMPS.contains(&self)
            }
            Severity::Refuse | Severity::Parameter | Severity::Off => false,
        };
        if is_adjustable { &CHOICES } else { &[] }
    }

    /// Whether its warnings are counted by record, not by input, dump or place in them.
    pub fn warns_of_records(self) -> bool {
        !self.code().starts_with("FILE-") && !OF_DUMPS.contains(&self)
    }

    /// Whether it is a rule on customer purchases.
    pub fn is_of_customers(self) -> bool {
        self.code().starts_with("BRZ-")
    }

    /// Whether it is a rule on supplier purchases.
    pub fn is_of_suppliers(self) -> bool {
        self.code().starts_with("CPL-")
    }
}

/// A rule with the severity that the user sets: `BRZ-QTY-RANGE=warn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleSeverity {
    /// The rule.
    pub rule: RuleId,
    /// Its severity.
    pub severity: Severity,
}

impl fmt::Display for RuleSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.rule, self.severity)
    }
}

/// Why a severity cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeverityError {
    /// The text is no rule with a severity.
    #[error("expected RULE=SEVERITY, for example BRZ-QTY-RANGE=warn")]
    Syntax,
    /// The rule does not exist.
    #[error(transparent)]
    UnknownRule(#[from] UnknownRule),
    /// The severity does not exist.
    #[error("expected reject, warn or off after {0}=")]
    UnknownSeverity(RuleId),
    /// The rule always rejects.
    #[error("{0} always rejects: a record that breaks it has no value that could be stored")]
    NotStorable(RuleId),
    /// The rule is not one of single records.
    #[error("the severity of {0} is fixed: it is not a rule on single records")]
    NotOfRecords(RuleId),
}

impl FromStr for RuleSeverity {
    type Err = SeverityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (code, severity) = text.split_once('=').ok_or(SeverityError::Syntax)?;
        let rule: RuleId = code.trim().parse()?;
        let choices = rule.choices();
        if choices.is_empty() {
            return Err(match rule.severity() {
                Severity::Reject => SeverityError::NotStorable(rule),
                _ => SeverityError::NotOfRecords(rule),
            });
        }
        let named = |choice: &&Severity| choice.as_str() == severity.trim();
        let severity = choices.iter().find(named).copied();
        let severity = severity.ok_or(SeverityError::UnknownSeverity(rule))?;
        Ok(Self { rule, severity })
    }
}

/// The severities that the user has set, by rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSeverities {
    set: BTreeMap<RuleId, Severity>,
}

impl RuleSeverities {
    /// The severities of these entries; the last of a rule applies.
    pub fn of(entries: &[RuleSeverity]) -> Self {
        let pairs = entries.iter().map(|entry| (entry.rule, entry.severity));
        Self {
            set: pairs.collect(),
        }
    }

    /// Whether the user has set none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// What the user has set for a rule.
    pub fn set_for(&self, rule: RuleId) -> Option<Severity> {
        self.set.get(&rule).copied()
    }

    /// What happens when the rule is violated.
    pub fn severity(&self, rule: RuleId) -> Severity {
        self.set_for(rule).unwrap_or(rule.severity())
    }

    /// What the user has set, in the order of the catalogue.
    pub fn entries(&self) -> impl Iterator<Item = RuleSeverity> {
        let entry = |(rule, severity): (&RuleId, &Severity)| RuleSeverity {
            rule: *rule,
            severity: *severity,
        };
        self.set.iter().map(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_stored_values_can_be_set_and_the_last_entry_applies() {
        let entries = [
            "BRZ-QTY-RANGE=off",
            "brz-qty-range=warn",
            "CPL-MONEY-NEG=reject",
        ];
        let entries = entries.map(|entry| entry.parse::<RuleSeverity>().unwrap());
        let severities = RuleSeverities::of(&entries);
        assert_eq!(severities.severity(RuleId::BrzQtyRange), Severity::Warn);
        assert_eq!(severities.severity(RuleId::CplMoneyNeg), Severity::Reject);
        assert_eq!(severities.severity(RuleId::BrzPriceType), Severity::Reject);
        let shown: Vec<String> = severities
            .entries()
            .map(|entry| entry.to_string())
            .collect();
        assert_eq!(shown, ["BRZ-QTY-RANGE=warn", "CPL-MONEY-NEG=reject"]);
    }

    #[test]
    fn a_severity_that_a_rule_cannot_have_is_refused_with_the_reason() {
        for (entry, expected) in [
            ("BRZ-QTY-RANGE", "expected RULE=SEVERITY"),
            (
                "BRZ-QTY=warn",
                "unknown rule \"BRZ-QTY\"; did you mean BRZ-QTY-",
            ),
            ("BRZ-QTY-RANGE=info", "expected reject, warn or off"),
            ("BRZ-PRICE-TYPE=warn", "BRZ-PRICE-TYPE always rejects"),
            ("BRZ-CUR-UNKNOWN=off", "BRZ-CUR-UNKNOWN always rejects"),
            ("FILE-EMPTY=reject", "the severity of FILE-EMPTY is fixed"),
            ("PAR-LENGTH=warn", "the severity of PAR-LENGTH is fixed"),
            (
                "BRZ-PRODUCT-CARD=off",
                "the severity of BRZ-PRODUCT-CARD is fixed",
            ),
        ] {
            let refused = entry.parse::<RuleSeverity>().unwrap_err().to_string();
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
