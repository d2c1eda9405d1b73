//! The error for an invalid parameter: rule, parameter, value and requirement.

use crate::rules::RuleId;

/// Longest value shown; a pasted file must not flood a log line.
const SHOWN_CHARACTERS: usize = 60;

/// A report parameter that violates a `PAR-*` rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct ParameterError {
    /// The violated rule.
    pub rule: RuleId,
    /// The parameter's documented name, such as `ending_at`.
    pub parameter: &'static str,
    /// The value, with control characters escaped and truncated to 60 characters; `None` when
    /// absent.
    pub value: Option<String>,
    /// The error as a sentence, which is also the `message` of the documented error response.
    pub sentence: String,
}

impl ParameterError {
    /// The error for an invalid value; `requirement` continues the sentence "'parameter' …".
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

    /// The error for a missing value.
    pub(crate) fn missing(rule: RuleId, parameter: &'static str, requirement: &str) -> Self {
        Self {
            rule,
            parameter,
            value: None,
            sentence: format!("'{parameter}' {requirement}"),
        }
    }
}

/// A value as shown in errors: control characters escaped, truncated to 60 characters.
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
