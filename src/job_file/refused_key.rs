//! Why clap or a command refused the arguments of a table, in the words of a job file.

use std::error::Error;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::keys::key_name;
use crate::commands::OptionError;

/// A key that was refused.
pub(super) struct RefusedKey {
    /// Its name; empty if the whole table is refused.
    pub(super) name: String,
    /// The refused value, if one was refused.
    pub(super) value: String,
    pub(super) message: String,
    pub(super) remedy: String,
}

/// What is wrong and what to do, if the reason is a requirement: `expected a number from 1 to 128`.
fn requirement(value: &str, reason: &str) -> Option<(String, String)> {
    let expected = reason.strip_prefix("expected ")?;
    Some((
        format!("invalid value {value:?}"),
        format!("use {expected}"),
    ))
}

impl From<&clap::Error> for RefusedKey {
    fn from(error: &clap::Error) -> Self {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => text.clone(),
            Some(ContextValue::Strings(texts)) => texts.first().cloned().unwrap_or_default(),
            _ => String::new(),
        };
        let name = key_name(&text(ContextKind::InvalidArg));
        let value = text(ContextKind::InvalidValue);
        let (message, remedy) = match (error.kind(), error.source()) {
            (ErrorKind::ArgumentConflict, _) => {
                let other = key_name(&text(ContextKind::PriorArg));
                let message = format!("`{name}` and `{other}` cannot be used together");
                (message, "remove one of them".to_owned())
            }
            (_, Some(reason)) => {
                let reason = reason.to_string();
                let corrected = || (reason.clone(), "correct the value".to_owned());
                requirement(&value, &reason).unwrap_or_else(corrected)
            }
            (_, None) => {
                let text = error.to_string();
                let first = text.lines().next().unwrap_or_default();
                let message = first.trim_start_matches("error: ").to_owned();
                (message, "correct the value".to_owned())
            }
        };
        Self {
            name,
            value,
            message,
            remedy,
        }
    }
}

impl From<&OptionError> for RefusedKey {
    fn from(error: &OptionError) -> Self {
        let (option, (message, remedy)) = match error {
            OptionError::Invalid {
                option,
                value,
                reason,
            } => {
                let invalid = || (format!("invalid value {value:?}"), reason.clone());
                (option, requirement(value, reason).unwrap_or_else(invalid))
            }
            OptionError::NotApplicable { option, reason } => {
                let (what, remedy) = reason.split_once("; ").unwrap_or((reason, "remove it"));
                (option, (what.to_owned(), remedy.replace("--", "")))
            }
        };
        let value = match error {
            OptionError::Invalid { value, .. } => value.clone(),
            OptionError::NotApplicable { .. } => String::new(),
        };
        Self {
            name: key_name(option),
            value,
            message,
            remedy,
        }
    }
}
