//! The keys of a step that limit its time and repeat it: `timeout`, `retries`, `retry_pause`.

use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::parser::JobFileParser;
use crate::values::parse_duration;

/// The most retries of a step: with doubling pauses, more only delay the failure.
pub(super) const MAX_RETRIES: u16 = 10;

/// How long a step may run, and how often it is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepLimits {
    /// The time of each attempt; none is unlimited.
    pub timeout: Option<Duration>,
    /// Attempts after the first one, if it ends with exit code 1 or 5.
    pub retries: u16,
    /// The pause before the first retry; each later one is twice as long.
    pub retry_pause: Duration,
}

impl Default for StepLimits {
    fn default() -> Self {
        Self {
            timeout: None,
            retries: 0,
            // A store that restarts is available again within a minute.
            retry_pause: Duration::from_secs(30),
        }
    }
}

impl JobFileParser<'_> {
    /// The limits of a step; problems are recorded.
    pub(super) fn limits(&mut self, prefix: &str, table: &DeTable<'_>) -> StepLimits {
        let usual = StepLimits::default();
        StepLimits {
            timeout: self.duration(prefix, table, "timeout"),
            retries: self.retries(prefix, table).unwrap_or(usual.retries),
            retry_pause: self
                .duration(prefix, table, "retry_pause")
                .unwrap_or(usual.retry_pause),
        }
    }

    fn duration(&mut self, prefix: &str, table: &DeTable<'_>, name: &str) -> Option<Duration> {
        let entry = table.get(name)?;
        let key = format!("{prefix}{name}");
        let text = self.string(entry, &key)?;
        let parsed = parse_duration(&text);
        let parsed = parsed.and_then(|duration| match duration {
            Duration::ZERO => Err("expected a duration above zero"),
            duration => Ok(duration),
        });
        match parsed {
            Ok(duration) => Some(duration),
            Err(requirement) => {
                let message = format!("invalid value {text:?}");
                self.problems.add(&entry.span(), &key, message, requirement);
                None
            }
        }
    }

    fn retries(&mut self, prefix: &str, table: &DeTable<'_>) -> Option<u16> {
        let entry = table.get("retries")?;
        let number = match entry.get_ref() {
            DeValue::Integer(number) => u16::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| *number <= MAX_RETRIES);
        if number.is_none() {
            let key = format!("{prefix}retries");
            let message = format!("expected a whole number from 0 to {MAX_RETRIES}");
            let remedy = "write retries = 2, without quotes";
            self.problems.add(&entry.span(), &key, message, remedy);
        }
        number
    }
}
