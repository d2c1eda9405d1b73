//! Rules on the time of a purchase.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::super::field::PurchaseField;
use super::super::raw::{PurchaseOrigin, RawPurchase};
use super::super::rule_settings::{FuturePolicy, PurchaseRuleSettings};
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::values::instant::{
    Instant, InstantError, InstantNotes, ParsedInstant, parse_epoch, parse_instant,
};

/// Tolerance before a time counts as in the future, µs: clocks differ, and a local day may be
/// written with a wrong offset.
const FUTURE_SKEW_MICROS: i64 = 24 * 3_600 * 1_000_000;

#[inline]
pub(super) fn check<'a>(
    settings: &PurchaseRuleSettings,
    raw: &'a RawPurchase<'a>,
    findings: &mut Findings,
) -> Option<(Instant, Cow<'a, str>)> {
    let mut field = raw.get(PurchaseField::Time);
    let is_event = raw.origin == PurchaseOrigin::Currents;
    // "All timestamps exported by Currents are sent in the UTC time zone." (Braze, "Event delivery
    // semantics")
    let mut zone = if is_event {
        Tz::UTC
    } else {
        settings.default_zone
    };
    if field.is_missing() && raw.origin == PurchaseOrigin::CloudDataIngestion {
        // Cloud Data Ingestion falls back to UPDATED_AT, which is in UTC.
        field = raw.get(PurchaseField::UpdatedAt);
        zone = Tz::UTC;
    }
    let parsed = match field {
        Field::Absent | Field::Null => {
            findings.add(
                RuleId::BrzTimeRequired,
                "time",
                &field.shown(),
                "a time is required",
            );
            return None;
        }
        Field::Text(text) if text.is_empty() => {
            findings.add(RuleId::BrzTimeRequired, "time", "", "a time is required");
            return None;
        }
        Field::Text(text) if is_event && is_epoch(text) => parse_epoch(text),
        Field::Number(text) if is_event => parse_epoch(text),
        Field::Text(text) => parse_instant(text, zone),
        other => {
            let detail = fault_of(other);
            findings.add(RuleId::BrzTimeFormat, "time", &other.shown(), detail);
            return None;
        }
    };
    let written = raw.time_as_written.as_deref();
    let shown = written.map_or_else(|| field.shown(), Cow::Borrowed);
    let ParsedInstant { instant, notes } = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            add_error(error, &shown, findings);
            return None;
        }
    };
    if notes.any() {
        let no_offset = notes.no_offset && !is_event;
        add_format_findings(InstantNotes { no_offset, ..notes }, &shown, findings);
    }
    if instant.micros_utc > settings.now_micros.saturating_add(FUTURE_SKEW_MICROS) {
        let detail = "more than a day after the start of this run";
        match settings.future {
            FuturePolicy::Warn => findings.add(RuleId::BrzTimeFuture, "time", &shown, detail),
            FuturePolicy::Reject => {
                findings.add_rejecting(RuleId::BrzTimeFuture, "time", &shown, detail);
            }
        }
    }
    Some((instant, shown))
}

/// What is wrong with a value that is no text of a time.
fn fault_of(value: &Field<'_>) -> &'static str {
    match value {
        Field::OtherFormat(_) => "does not have the format that --map states for it",
        _ => "must be a string in ISO 8601",
    }
}

fn is_epoch(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn add_error(error: InstantError, shown: &str, findings: &mut Findings) {
    let (rule, detail) = match error {
        InstantError::Range => (RuleId::BrzTimeRange, "must be from 1970 to 2261"),
        _ => (
            RuleId::BrzTimeFormat,
            "not an ISO 8601 time, for example 2026-11-20T19:20:30-03:00",
        ),
    };
    findings.add(rule, "time", shown, detail);
}

fn add_format_findings(notes: InstantNotes, shown: &str, findings: &mut Findings) {
    let InstantNotes {
        no_offset,
        offset_form,
        space_separator,
        date_only,
        gap,
        fold,
        leap_second,
        // `yyyy-MM-dd'T'HH:mm:ss:SSSZ` is a documented form, and so is all of ISO 8601.
        colon_millis: _,
        other_form: _,
        cut,
    } = notes;
    let variants = [
        (
            no_offset && !date_only,
            RuleId::BrzTimeNooffset,
            "no offset; the default zone is used",
        ),
        (
            offset_form,
            RuleId::BrzTimeOffsetform,
            "offset not written as ±hh:mm",
        ),
        (space_separator, RuleId::BrzTimeSpace, "space instead of T"),
        (
            date_only,
            RuleId::BrzTimeDateonly,
            "only a date; read as the start of the day",
        ),
        (
            gap,
            RuleId::BrzTimeGap,
            "the local time does not exist (clock change); moved forward",
        ),
        (
            fold,
            RuleId::BrzTimeFold,
            "the local time is ambiguous (clock change); the earlier instant is used",
        ),
        (leap_second, RuleId::BrzTimeLeap, "leap second; read as :59"),
        (
            cut,
            RuleId::BrzTimePrecision,
            "more than six decimals of a second; cut to microseconds",
        ),
    ];
    for (applies, rule, detail) in variants {
        if applies {
            findings.add(rule, "time", shown, detail);
        }
    }
}
