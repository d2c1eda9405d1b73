//! The parameter `ending_at`: the last instant that a series counts.
//!
//! In: the text, the time zone of the series and the time of the run. Out: the last instant, its
//! local date, and the assumptions made. Refused: text that is not ISO 8601, and a future time
//! unless it is allowed.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::local_dates::last_micros;
use super::parameter_error::ParameterError;
use crate::rules::RuleId;
use crate::values::instant::{InstantNotes, local_date, parse_any_date, parse_instant};

const PARAMETER: &str = "ending_at";
const REQUIREMENT: &str = "must be an ISO 8601 date or date-time between 1970 and 2261, such as \
                           2024-01-31T23:59:59Z or 2024-01-31";
const NOT_FUTURE: &str = "must not be in the future (use --allow-future to allow it)";

/// An assumption about `ending_at` that its author may not expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndingAtNote {
    /// A date without a time was read as the end of that local date.
    DateOnly,
    /// A date without a time that is today was read as the time of the run.
    Today,
    /// There was no UTC offset; the time zone of the series was used.
    NoOffset,
    /// The text was accepted although its form is unusual: a short offset, or a space instead of
    /// `T`.
    Form,
    /// The local time does not exist (clocks went forward over it); it was moved forward.
    Gap,
    /// The local time occurs twice (clocks went back over it); the earlier one was used.
    Fold,
}

impl fmt::Display for EndingAtNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DateOnly => {
                "'ending_at' is a date: the series ends at the end of that local date"
            }
            Self::Today => "'ending_at' is today: the series ends at the time of this run",
            Self::NoOffset => "'ending_at' has no UTC offset: the time zone of the series is used",
            Self::Form => "'ending_at' is not in RFC 3339 format; it is accepted",
            Self::Gap => {
                "'ending_at' is a local time skipped by a clock change: it is moved forward"
            }
            Self::Fold => "'ending_at' is a local time that occurs twice: the earlier one is used",
        })
    }
}

/// The end of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeriesEnd {
    /// The last instant that is counted.
    pub(super) micros: i64,
    /// The local date of the last row.
    pub(super) date: NaiveDate,
    pub(super) notes: Vec<EndingAtNote>,
}

/// What `ending_at` is validated against.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndingAtContext {
    pub(super) timezone: Tz,
    pub(super) now: DateTime<Utc>,
    pub(super) allow_future: bool,
}

/// Resolves `ending_at`; the default is the time of the run.
pub(super) fn resolve_ending_at(
    raw: Option<&str>,
    context: &EndingAtContext,
) -> Result<SeriesEnd, ParameterError> {
    let now_micros = context.now.timestamp_micros();
    let Some(text) = raw else {
        return Ok(at_instant(now_micros, context, Vec::new()));
    };
    if let Some(date) = parse_date_only(text) {
        return at_date(text, date, context);
    }
    let parsed = parse_instant(text, context.timezone).map_err(|error| {
        ParameterError::refused(
            RuleId::ParEnding,
            PARAMETER,
            text,
            &format!("{REQUIREMENT} ({error})"),
        )
    })?;
    let micros = parsed.instant.micros_utc;
    if micros > now_micros && !context.allow_future {
        return Err(in_the_future(text));
    }
    Ok(at_instant(micros, context, ending_notes(parsed.notes)))
}

fn at_instant(micros: i64, context: &EndingAtContext, notes: Vec<EndingAtNote>) -> SeriesEnd {
    SeriesEnd {
        micros,
        date: local_date(micros, context.timezone),
        notes,
    }
}

fn at_date(
    text: &str,
    date: NaiveDate,
    context: &EndingAtContext,
) -> Result<SeriesEnd, ParameterError> {
    let now_micros = context.now.timestamp_micros();
    let today = local_date(now_micros, context.timezone);
    if date == today {
        return Ok(at_instant(now_micros, context, vec![EndingAtNote::Today]));
    }
    if date > today && !context.allow_future {
        return Err(in_the_future(text));
    }
    Ok(SeriesEnd {
        micros: last_micros(context.timezone, date),
        date,
        notes: vec![EndingAtNote::DateOnly],
    })
}

fn in_the_future(text: &str) -> ParameterError {
    ParameterError::refused(RuleId::ParEnding, PARAMETER, text, NOT_FUTURE)
}

/// Parses a date without a time, within the valid range of instants.
fn parse_date_only(text: &str) -> Option<NaiveDate> {
    let date = parse_any_date(text)?;
    (first_date()..=last_date()).contains(&date).then_some(date)
}

fn first_date() -> NaiveDate {
    DateTime::UNIX_EPOCH.date_naive()
}

fn last_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2261, 12, 31).expect("a date of the calendar")
}

fn ending_notes(notes: InstantNotes) -> Vec<EndingAtNote> {
    let InstantNotes {
        no_offset,
        offset_form,
        space_separator,
        date_only,
        gap,
        fold,
        leap_second,
        colon_millis,
        other_form,
        // Times of purchases are truncated to microseconds too, so no purchase lies in between.
        cut: _,
    } = notes;
    let form =
        offset_form || space_separator || date_only || leap_second || colon_millis || other_form;
    [
        (no_offset, EndingAtNote::NoOffset),
        (form, EndingAtNote::Form),
        (gap, EndingAtNote::Gap),
        (fold, EndingAtNote::Fold),
    ]
    .into_iter()
    .filter_map(|(seen, note)| seen.then_some(note))
    .collect()
}

#[cfg(test)]
mod tests;
