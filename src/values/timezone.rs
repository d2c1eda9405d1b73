//! Names of time zones: a text comes in, a zone of the IANA database or what is wrong goes out.

use chrono_tz::{ParseError, TZ_VARIANTS, Tz};

/// Why a text is not the name of a zone, as a requirement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an IANA time zone name, such as America/Sao_Paulo{}", suggestion(*meant))]
pub struct UnknownTimezone {
    /// The zone whose name differs only in the case of its letters, if there is one.
    meant: Option<Tz>,
}

fn suggestion(meant: Option<Tz>) -> String {
    meant.map_or_else(String::new, |zone| format!("; did you mean {zone}?"))
}

/// Parses the name of a zone, such as `America/Sao_Paulo`. Case matters, as in the database.
///
/// # Errors
/// [`UnknownTimezone`]
///
/// ```
/// use purchase_etl::values::parse_timezone;
///
/// assert!(parse_timezone("America/Sao_Paulo").is_ok());
/// let error = parse_timezone("america/sao_paulo").expect_err("lower case");
/// assert!(error.to_string().ends_with("did you mean America/Sao_Paulo?"));
/// ```
pub fn parse_timezone(text: &str) -> Result<Tz, UnknownTimezone> {
    text.parse().map_err(|_: ParseError| UnknownTimezone {
        meant: TZ_VARIANTS
            .iter()
            .find(|zone| zone.name().eq_ignore_ascii_case(text))
            .copied(),
    })
}

/// Whether a zone is UTC or an alias of it; London in winter is not.
pub fn is_utc(timezone: Tz) -> bool {
    matches!(
        timezone.name(),
        "UTC" | "Etc/UTC" | "UCT" | "Etc/UCT" | "Universal" | "Etc/Universal" | "Zulu" | "Etc/Zulu"
    )
}

/// Whether two zones are the same, or both UTC under different names.
pub fn is_same_timezone(one: Tz, other: Tz) -> bool {
    one == other || (is_utc(one) && is_utc(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_database_are_zones() {
        for text in ["UTC", "America/Sao_Paulo", "Asia/Kolkata", "Etc/GMT+3"] {
            assert!(parse_timezone(text).is_ok(), "{text}");
        }
        for text in [
            "",
            " UTC",
            "-03:00",
            "Sao_Paulo",
            "America/Sao Paulo",
            "local",
        ] {
            let error = parse_timezone(text).expect_err(text);
            assert!(!error.to_string().contains("did you mean"), "{error}");
        }
    }

    #[test]
    fn aliases_of_utc_are_the_same_zone_and_others_are_not() {
        assert!(is_same_timezone(Tz::UTC, Tz::Etc__Zulu));
        assert!(is_same_timezone(Tz::America__Manaus, Tz::America__Manaus));
        assert!(!is_same_timezone(
            Tz::America__Manaus,
            Tz::America__Sao_Paulo
        ));
        assert!(!is_same_timezone(Tz::UTC, Tz::Europe__London));
    }
}
