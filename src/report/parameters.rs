//! The parameters of the two series, from text to validated values.
//!
//! In: a [`SeriesRequest`] or a [`RevenueSeriesRequest`], and the time of the run. Out: [`SeriesParameters`], which only
//! [`SeriesParameters::resolve`] constructs. Refused: the first parameter that violates a `PAR-*`
//! rule, as a [`ParameterError`].

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use clap::Args;

use super::ending_at::{EndingAtContext, EndingAtNote, SeriesEnd, resolve_ending_at};
use super::event_selection::EventSelection;
use super::parameter_error::ParameterError;
use super::window::{HourLength, SeriesUnit, Window, WindowSpec};
use crate::rules::RuleId;
use crate::values::currency::{Currency, parse_currency};
use crate::values::instant::format_utc_micros;
use crate::values::parse_timezone;

const LENGTH_REQUIREMENT: &str =
    "is required and must be a whole number between 1 and 100 (inclusive)";

/// The unvalidated parameters of a series, as the command line and job files give them: those of
/// the endpoint, and `exclude_refunds`, `events` and `allow_future`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct SeriesRequest {
    /// Set the number of days in the series, 1 to 100; required
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub length: Option<String>,
    /// End the series at this instant, ISO 8601; a date means the whole day [default: now]
    #[arg(long, value_name = "TIME")]
    pub ending_at: Option<String>,
    /// Set the unit of the series: `day` or `hour` [default: day]
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Select purchases in this app
    #[arg(long, value_name = "ID")]
    pub app_id: Option<String>,
    /// Select purchases of this product, exactly as stored
    #[arg(long, value_name = "NAME")]
    pub product: Option<String>,
    /// Count days in this IANA time zone [default: the lake's or UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Set what --length counts with --unit hour: `days` or `units` (hours) [default: days]
    #[arg(long, value_name = "WHAT")]
    pub hour_length: Option<String>,
    /// Exclude purchases with a negative price
    #[arg(long)]
    pub exclude_refunds: bool,
    /// Select purchases, lines of order events, or all
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pub events: EventSelection,
    /// Accept an --ending-at in the future
    #[arg(long)]
    pub allow_future: bool,
}

/// The unvalidated parameters of the revenue series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct RevenueSeriesRequest {
    /// Those of every series
    #[command(flatten)]
    pub series: SeriesRequest,
    /// Sum purchases in this ISO 4217 currency; required if there are several
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
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
    events: EventSelection,
    window: Window,
}

impl SeriesParameters {
    /// Validates a request. `now` is the time of the run, determined once by the caller.
    ///
    /// # Errors
    /// The first parameter that violates a rule: `PAR-LENGTH`, `PAR-UNIT`, `PAR-TIMEZONE`
    /// or `PAR-ENDING`.
    pub fn resolve(request: &SeriesRequest, now: DateTime<Utc>) -> Result<Self, ParameterError> {
        let SeriesRequest {
            length,
            ending_at,
            unit,
            app_id,
            product,
            timezone,
            hour_length,
            exclude_refunds,
            events,
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
            currency: None,
            refunds: if *exclude_refunds {
                RefundHandling::Excluded
            } else {
                RefundHandling::Counted
            },
            events: *events,
            window,
        })
    }

    /// Validates a request for the revenue series, as [`Self::resolve`].
    ///
    /// # Errors
    /// Those of [`Self::resolve`], and `PAR-CURRENCY`.
    pub fn resolve_revenue(
        request: &RevenueSeriesRequest,
        now: DateTime<Utc>,
    ) -> Result<Self, ParameterError> {
        let parameters = Self::resolve(&request.series, now)?;
        Ok(Self {
            currency: resolve_currency(request.currency.as_deref())?,
            ..parameters
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
        let events = (self.events != EventSelection::All).then_some(self.events);
        let optional = [
            ("app_id", self.app_id.clone()),
            ("product", self.product.clone()),
            ("currency", self.currency.map(|c| c.as_str().to_owned())),
            ("events", events.map(|events| events.name().to_owned())),
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

    pub(super) fn events(&self) -> EventSelection {
        self.events
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
    parse_timezone(text).map_err(|unknown| {
        let requirement = unknown.to_string();
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
