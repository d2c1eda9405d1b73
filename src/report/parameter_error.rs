//! A parameter that breaks a rule: which rule, which parameter, what was typed, and what to do.

use crate::rules::RuleId;

/// Characters of a refused value that are shown; a pasted file must not flood a log line.
const SHOWN_CHARACTERS: usize = 60;

/// A parameter of a report that breaks a `PAR-*` rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct ParameterError {
    /// The rule that is broken.
    pub rule: RuleId,
    /// The parameter's documented name, such as `ending_at`.
    pub parameter: &'static str,
    /// What was typed, control characters escaped, cut after 60 characters; `None` when absent.
    pub value: Option<String>,
    /// The sentence for people, which is also the `message` of the documented error shape.
    pub sentence: String,
}

impl ParameterError {
    /// A refusal of a value that was given; `requirement` completes "'name' …".
    pub(crate) fn refused(
        rule: RuleId,
        parameter: &'static str,
        value: &str,
        requirement: &str,
    ) -> Self {
        let shown = shown(value);
        Self {
            rule,
            parameter,
            sentence: format!("'{parameter}' {requirement}; got \"{shown}\""),
            value: Some(shown),
        }
    }

    /// A refusal because nothing was given.
    pub(crate) fn missing(rule: RuleId, parameter: &'static str, requirement: &str) -> Self {
        Self {
            rule,
            parameter,
            value: None,
            sentence: format!("'{parameter}' {requirement}"),
        }
    }
}

/// A typed value as an error may show it: control characters escaped, cut after 60 characters.
pub(super) fn shown(value: &str) -> String {
    let mut shown: String = value
        .chars()
        .take(SHOWN_CHARACTERS)
        .flat_map(char::escape_debug)
        .collect();
    if value.chars().nth(SHOWN_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_is_escaped_and_cut() {
        let raw = format!("\u{1b}[31m\n{}", "x".repeat(500));
        let error = ParameterError::refused(RuleId::ParUnit, "unit", &raw, "must be day or hour");
        let value = error.value.expect("a value was given");
        assert!(value.starts_with("\\u{1b}[31m\\nxxx"), "{value}");
        assert!(value.ends_with("x…"), "{value}");
        assert_eq!(
            error.sentence,
            format!("'unit' must be day or hour; got \"{value}\"")
        );
    }
}
