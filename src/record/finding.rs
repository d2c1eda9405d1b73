//! Findings: a broken rule, with field and value.

use std::sync::Arc;

use crate::rules::{RuleId, RuleSeverities, Severity};
use crate::values::text::is_unprintable;

/// Maximum number of findings of one record with a text.
const MAX_TEXTS: usize = 32;

/// A rule that a record breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// Whether it rejects the record.
    pub rejecting: bool,
    /// The field as the documentation writes it, e.g. `properties.color`.
    pub field: String,
    /// The value as the dump writes it, shortened and escaped.
    pub value: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Finding {
    /// The message: field, what is wrong, and the value found.
    pub fn message(&self) -> String {
        let field = if self.field.is_empty() { "" } else { ": " };
        let mut message = format!("{}{field}{}", self.field, self.detail);
        if !self.value.is_empty() {
            message.push_str(" (found ");
            message.push_str(&self.value);
            message.push(')');
        }
        message
    }
}

/// The findings of the current record, and the counts of all records.
///
/// Texts are kept for rejecting findings, and for all findings if `with_texts` is set (for
/// `check`): otherwise a warning only increments a counter.
#[derive(Clone, Debug)]
pub struct Findings {
    list: Vec<Finding>,
    rejecting: bool,
    with_texts: bool,
    /// The path before the fields of further findings.
    scope: String,
    /// The severities that the user has set; none without any.
    severities: Option<Arc<RuleSeverities>>,
    /// Non-rejecting rules that the current record breaks, each once.
    open: Vec<RuleId>,
    warned: [u64; RuleId::COUNT],
}

impl Findings {
    /// No findings yet.
    pub fn new(with_texts: bool) -> Self {
        Self {
            list: Vec::new(),
            rejecting: false,
            with_texts,
            scope: String::new(),
            severities: None,
            open: Vec::new(),
            warned: [0; RuleId::COUNT],
        }
    }

    /// Applies the severities that the user has set.
    #[must_use]
    pub fn with_severities(self, severities: Option<Arc<RuleSeverities>>) -> Self {
        Self { severities, ..self }
    }

    /// Clears the findings of the record; the counts stay.
    pub fn clear(&mut self) {
        self.list.clear();
        self.open.clear();
        self.scope.clear();
        self.rejecting = false;
    }

    /// Sets the path before the fields of further findings of the record, such as `properties.`.
    pub fn set_scope(&mut self, scope: String) {
        self.scope = scope;
    }

    /// Adds to the path before the fields of further findings of the record.
    pub fn extend_scope(&mut self, part: &str) {
        self.scope.push_str(part);
    }

    /// Whether a finding rejects the record.
    pub fn rejects(&self) -> bool {
        self.rejecting
    }

    /// The findings of the record, in the order of the checks.
    pub fn list(&self) -> &[Finding] {
        &self.list
    }

    /// Counts the findings of an accepted record. Those of a rejected one are in its reject.
    pub fn count_warnings(&mut self) {
        for rule in self.open.drain(..) {
            self.warned[rule.index()] += 1;
        }
    }

    /// The number of accepted records with a finding, by [`RuleId::index`] of its rule.
    pub fn warned(&self) -> &[u64; RuleId::COUNT] {
        &self.warned
    }

    /// Adds a broken rule with the severity that the user has set, else that of the catalogue.
    pub fn add(&mut self, rule: RuleId, field: &str, value: &str, detail: &str) {
        self.add_unless_set(rule, rule.severity(), field, value, detail);
    }

    /// Adds a broken rule with the severity that the user has set, else with `usual`.
    pub fn add_unless_set(
        &mut self,
        rule: RuleId,
        usual: Severity,
        field: &str,
        value: &str,
        detail: &str,
    ) {
        let severities = self.severities.as_ref();
        let set = severities.and_then(|severities| severities.set_for(rule));
        match set.unwrap_or(usual) {
            Severity::Off => {}
            severity => self.record(rule, severity == Severity::Reject, field, value, detail),
        }
    }

    /// Adds a broken rule that rejects the record, regardless of its severity.
    pub fn add_rejecting(&mut self, rule: RuleId, field: &str, value: &str, detail: &str) {
        self.record(rule, true, field, value, detail);
    }

    /// Adds a broken rule that does not reject the record, regardless of its severity.
    pub fn add_keeping(&mut self, rule: RuleId, field: &str, value: &str, detail: &str) {
        self.record(rule, false, field, value, detail);
    }

    fn record(&mut self, rule: RuleId, rejecting: bool, field: &str, value: &str, detail: &str) {
        self.rejecting |= rejecting;
        if !rejecting && !self.open.contains(&rule) {
            self.open.push(rule);
        }
        // A adversarial record can break a rule a million times: the number of texts is limited, and
        // every rule has at least one.
        let needs_text = self.list.len() < MAX_TEXTS
            || !self
                .list
                .iter()
                .any(|existing| existing.rule == rule && existing.rejecting == rejecting);
        if (rejecting || self.with_texts) && needs_text {
            self.list.push(Finding {
                rule,
                rejecting,
                field: excerpt(&format!("{}{field}", self.scope)),
                value: excerpt(value),
                detail: detail.to_owned(),
            });
        }
    }
}

/// At most 120 characters of `text`, with control characters and bidirectional marks escaped, so
/// that a value cannot affect a terminal or a log.
pub fn excerpt(text: &str) -> String {
    // Enough to recognise a value; the record is kept verbatim in its reject.
    const MAX_CHARACTERS: usize = 120;
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MAX_CHARACTERS {
            out.push('…');
            break;
        }
        if is_unprintable(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_kept_counts_once_under_each_rule_it_breaks() {
        let mut findings = Findings::new(false);
        for field in ["created_at", "updated_at"] {
            findings.add_keeping(RuleId::CplTsNooffset, field, "", "no offset");
        }
        findings.add_keeping(RuleId::CplTsOrder, "updated_at", "", "too early");
        findings.count_warnings();
        findings.clear();
        findings.add_keeping(RuleId::CplTsNooffset, "updated_at", "", "no offset");
        findings.count_warnings();
        let warned = |rule: RuleId| findings.warned()[rule.index()];
        assert_eq!(warned(RuleId::CplTsNooffset), 2);
        assert_eq!(warned(RuleId::CplTsOrder), 1);
    }

    #[test]
    fn excerpts_are_cut_and_cannot_steer_a_terminal() {
        let nasty = format!("a\u{1b}[31m\n\u{202E}{}", "x".repeat(500));
        let shown = excerpt(&nasty);
        assert!(shown.starts_with("a\\u{1b}[31m\\n\\u{202e}xxx"), "{shown}");
        assert!(shown.ends_with('…') && shown.chars().count() < 160);
    }
}
