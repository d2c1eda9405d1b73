//! Instants of time, in microseconds of UTC, with the offset they were written in.
//!
//! An ISO 8601 date-time in one of the forms below, or an epoch number, becomes a [`ParsedInstant`],
//! with notes on its form. Errors: other forms, digits alone, dates that do not exist, and instants
//! outside 1970-01-01 to 2261-12-31 in UTC.
//!
//! | Form | Example | Note |
//! |---|---|---|
//! | RFC 3339 | `2024-01-31T10:00:00.5-03:00`, `…Z` | |
//! | to the minute (ISO 8601) | `2024-01-31T10:00Z` | |
//! | other offsets | `…-0300`, `…-03`, `…-3:00`, `… -03:00` | `offset_form` |
//! | space for the `+`, as URL decoding produces it | `…:00 03:00`, `…:00 0300` | `offset_form` |
//! | Braze pattern `yyyy-MM-dd'T'HH:mm:ss:SSSZ` | `2020-01-01T09:00:00:123-0300` | `colon_millis` |
//! | space for `T` | `2024-01-31 10:00:00Z` | `space_separator` |
//! | no offset | `2024-01-31T10:00:00` | `no_offset`, and `gap` or `fold` |
//! | date only | `2024-01-31` | `date_only` |
//! | second 60 | `2016-12-31T23:59:60Z` | `leap_second` |
//! | basic format | `20240506T070809Z`, `20240506T0708-0300` | `other_form` |
//! | ordinal date | `2024-127T07:08:09Z`, `2024127T070809Z` | `other_form` |
//! | week date | `2024-W19-1T07:08:09Z`, `2024W191T070809Z` | `other_form` |
//! | to the hour | `2024-05-06T07Z` | `other_form` |
//! | decimal comma | `2024-05-06T07:08:09,5Z` | `other_form` |
//! | the end of a day | `2024-05-06T24:00:00Z` | `other_form` |
//! | more than six decimals of a second, not zeros: truncated | `2024-05-06T07:08:09.123456789Z` | `cut` |

mod calendar;
mod epoch;
mod local_day;
mod parse;
mod parsed;
mod time_format;

pub use calendar::{date_utc, days_since_epoch, format_utc_micros};
pub use epoch::parse_epoch;
pub use local_day::{local_date, local_day_start};
pub use parse::{parse_any_date, parse_date, parse_instant};
pub use parsed::{Instant, InstantError, InstantNotes, ParsedInstant};
pub use time_format::{InvalidTimeFormat, TimeFormat};
