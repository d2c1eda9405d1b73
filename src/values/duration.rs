//! Durations as people write them: `7d`, `36h`, `90min`, `1h 30min`.

use std::time::Duration;

/// Parses a duration with its units.
///
/// # Errors
/// The requirement, as a phrase for the message about an option.
///
/// ```
/// use purchase_etl::values::parse_duration;
/// use std::time::Duration;
///
/// assert_eq!(parse_duration("90min"), Ok(Duration::from_mins(90)));
/// assert!(parse_duration("soon").is_err());
/// ```
pub fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "expected a duration such as 7d, 36h or 90min")
}
