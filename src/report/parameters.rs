//! The parameters of the two series, from text to validated values.
//!
//! In: a [`SeriesRequest`] and the time of the run. Out: [`SeriesParameters`], which only
//! [`SeriesParameters::resolve`] constructs. Refused: the first parameter that violates a `PAR-*`
//! rule, as a [`ParameterError`].

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::ending_at::{EndingAtContext, EndingAtNote, SeriesEnd, resolve_ending_at};
use super::parameter_error::ParameterError;
use super::window::{HourLength, SeriesUnit, Window, WindowSpec};
use crate::rules::RuleId;
use crate::values::currency::{Currency, parse_currency};
use crate::values::instant::format_utc_micros;

const LENGTH_REQUIREMENT: &str =
    "is required and must be a whole number between 1 and 100 (inclusive)";

/// The unvalidated parameters, by documented name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeriesRequest {
    /// The number of days to return, 1 to 100; required.
    pub length: Option<String>,
    /// The end of the series; defaults to the time of the run.
    pub ending_at: Option<String>,
    /// `day` (default) or `hour`.
    pub unit: Option<String>,
    /// Only purchases of this app, compared byte for byte.
    pub app_id: Option<String>,
    /// Only purchases of this product, compared byte for byte.
    pub product: Option<String>,
    /// IANA name of the time zone that defines days and hours; defaults to UTC.
    pub timezone: Option<String>,
    /// What `length` counts when `unit` is `hour`: `days` (default) or `units`.
    pub hour_length: Option<String>,
    /// The currency of a revenue series.
    pub currency: Option<String>,
    /// Whether to exclude purchases with a negative price.
    pub exclude_refunds: bool,
    /// Whether `ending_at` may be after the time of the run.
    pub allow_future: bool,
}

/// Whether a series includes purchases with a negative price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefundHandling {
    /// Refunds count as purchases, as in the documented API.
    #[default]
    Counted,
    /// Refunds are excluded.
    Excluded,
}

/// The validated parameters of a series.
///
/// * `length` is between 1 and 100.
/// * The window ends at `ending_at_micros`, inclusive, and its days and hours are those of
///   `timezone`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesParameters {
    length: u8,
    ending: SeriesEnd,
    unit: SeriesUnit,
    hour_length: HourLength,
    timezone: Tz,
    app_id: Option<String>,
    product: Option<String>,
    currency: Option<Currency>,
    refunds: RefundHandling,
    window: Window,
}

impl SeriesParameters {
    /// Validates a request. `now` is the time of the run, determined once by the caller.
    ///
    /// # Errors
    /// The first parameter that violates a rule: `PAR-LENGTH`, `PAR-UNIT`, `PAR-TIMEZONE`,
    /// `PAR-ENDING` or `PAR-CURRENCY`.
    pub fn resolve(request: &SeriesRequest, now: DateTime<Utc>) -> Result<Self, ParameterError> {
        let SeriesRequest {
            length,
            ending_at,
            unit,
            app_id,
            product,
            timezone,
            hour_length,
            currency,
            exclude_refunds,
            allow_future,
        } = request;
        let length = resolve_length(length.as_deref())?;
        let unit = resolve_unit(unit.as_deref())?;
        let hour_length = resolve_hour_length(hour_length.as_deref())?;
        let timezone = resolve_timezone(timezone.as_deref())?;
        let context = EndingAtContext {
            timezone,
            now,
            allow_future: *allow_future,
        };
        let ending = resolve_ending_at(ending_at.as_deref(), &context)?;
        let currency = resolve_currency(currency.as_deref())?;
        let window = Window::new(&WindowSpec {
            timezone,
            unit,
            hour_length,
            length,
            last_date: ending.date,
            ending_at_micros: ending.micros,
        });
        Ok(Self {
            length,
            ending,
            unit,
            hour_length,
            timezone,
            app_id: app_id.clone(),
            product: product.clone(),
            currency,
            refunds: if *exclude_refunds {
                RefundHandling::Excluded
            } else {
                RefundHandling::Counted
            },
            window,
        })
    }

    /// The UTC dates whose partitions a report with these parameters reads.
    pub fn utc_dates(&self) -> RangeInclusive<NaiveDate> {
        self.window.utc_dates()
    }

    /// The time zone that defines days and hours.
    pub fn timezone(&self) -> Tz {
        self.timezone
    }

    /// The last instant that is counted, in microseconds UTC.
    pub fn ending_at_micros(&self) -> i64 {
        self.ending.micros
    }

    /// The assumptions made about `ending_at`, each to be reported as a warning.
    pub fn notes(&self) -> &[EndingAtNote] {
        &self.ending.notes
    }

    /// All settings by name, as text, for the provenance of the result. A filter that is not set
    /// has no entry.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let unit = match self.unit {
            SeriesUnit::Day => "day",
            SeriesUnit::Hour => "hour",
        };
        let hour_length = match self.hour_length {
            HourLength::Days => "days",
            HourLength::Units => "units",
        };
        let optional = [
            ("app_id", self.app_id.clone()),
            ("product", self.product.clone()),
            ("currency", self.currency.map(|c| c.as_str().to_owned())),
        ];
        [
            ("length", self.length.to_string()),
            ("ending_at", format_utc_micros(self.ending.micros)),
            ("unit", unit.to_owned()),
            ("hour_length", hour_length.to_owned()),
            ("timezone", self.timezone.name().to_owned()),
            (
                "exclude_refunds",
                (self.refunds == RefundHandling::Excluded).to_string(),
            ),
        ]
        .into_iter()
        .chain(
            optional
                .into_iter()
                .filter_map(|(name, value)| value.map(|value| (name, value))),
        )
        .collect()
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    pub(super) fn app_id(&self) -> Option<&str> {
        self.app_id.as_deref()
    }

    pub(super) fn product(&self) -> Option<&str> {
        self.product.as_deref()
    }

    pub(super) fn currency(&self) -> Option<Currency> {
        self.currency
    }

    pub(super) fn refunds(&self) -> RefundHandling {
        self.refunds
    }
}

fn resolve_length(raw: Option<&str>) -> Result<u8, ParameterError> {
    let rule = RuleId::ParLength;
    let text = raw.ok_or_else(|| ParameterError::missing(rule, "length", LENGTH_REQUIREMENT))?;
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|length| (1..=100).contains(length))
        .ok_or_else(|| ParameterError::refused(rule, "length", text, LENGTH_REQUIREMENT))
}

fn resolve_unit(raw: Option<&str>) -> Result<SeriesUnit, ParameterError> {
    let (text, hint) = match raw {
        None | Some("day") => return Ok(SeriesUnit::Day),
        Some("hour") => return Ok(SeriesUnit::Hour),
        Some(text) => match text.to_lowercase().as_str() {
            "dia" | "dias" => (text, " (use day, not its translation)"),
            "hora" | "horas" => (text, " (use hour, not its translation)"),
            _ => (text, ""),
        },
    };
    let requirement = format!("must be day or hour{hint}");
    Err(ParameterError::refused(
        RuleId::ParUnit,
        "unit",
        text,
        &requirement,
    ))
}

fn resolve_hour_length(raw: Option<&str>) -> Result<HourLength, ParameterError> {
    match raw {
        None | Some("days") => Ok(HourLength::Days),
        Some("units") => Ok(HourLength::Units),
        Some(text) => Err(ParameterError::refused(
            RuleId::ParLength,
            "hour_length",
            text,
            "must be days or units: what 'length' counts when 'unit' is hour",
        )),
    }
}

fn resolve_timezone(raw: Option<&str>) -> Result<Tz, ParameterError> {
    let Some(text) = raw else {
        return Ok(Tz::UTC);
    };
    text.parse().map_err(|_: chrono_tz::ParseError| {
        let hint = TZ_VARIANTS
            .iter()
            .find(|zone| zone.name().eq_ignore_ascii_case(text))
            .map_or_else(String::new, |zone| format!("; did you mean {zone}?"));
        let requirement =
            format!("must be an IANA time zone name, such as America/Sao_Paulo{hint}");
        ParameterError::refused(RuleId::ParTimezone, "timezone", text, &requirement)
    })
}

fn resolve_currency(raw: Option<&str>) -> Result<Option<Currency>, ParameterError> {
    let Some(text) = raw else {
        return Ok(None);
    };
    let parsed = parse_currency(text).map_err(|error| {
        let requirement = format!("must be an ISO 4217 currency code, such as BRL ({error})");
        ParameterError::refused(RuleId::ParCurrency, "currency", text, &requirement)
    })?;
    Ok(Some(parsed.currency))
}

#[cfg(test)]
mod tests;
