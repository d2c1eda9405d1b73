//! When a purchase was made and last changed.

use super::super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use super::SupplierPurchaseRuleSettings;
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::values::instant::{Instant, InstantError, InstantNotes, ParsedInstant, parse_instant};

/// What is wrong with a time stamp that cannot be read.
type TimeFault = &'static str;

/// An unreadable one is only a warning: nothing depends on it.
pub(super) fn validate_created(
    settings: &SupplierPurchaseRuleSettings,
    raw: &RawSupplierPurchase<'_>,
    findings: &mut Findings,
) -> Option<Instant> {
    let field = raw.get(SupplierPurchaseField::CreatedAt);
    if field.is_missing() {
        return None;
    }
    match read_time(settings, field) {
        Ok(parsed) => Some(add_format_findings(
            SupplierPurchaseField::CreatedAt,
            &parsed,
            field,
            findings,
        )),
        Err(fault) => {
            let detail = format!("{fault}; left empty");
            findings.add_keeping(RuleId::CplTsFormat, "created_at", &field.shown(), &detail);
            None
        }
    }
}

/// Required: it says which of two states of one purchase is the later.
pub(super) fn validate_updated(
    settings: &SupplierPurchaseRuleSettings,
    raw: &RawSupplierPurchase<'_>,
    findings: &mut Findings,
) -> Option<Instant> {
    let field = raw.get(SupplierPurchaseField::UpdatedAt);
    let result = if field.is_missing() {
        Err("the time of the last change is required")
    } else {
        read_time(settings, field)
    };
    match result {
        Ok(parsed) => Some(add_format_findings(
            SupplierPurchaseField::UpdatedAt,
            &parsed,
            field,
            findings,
        )),
        Err(fault) => {
            findings.add(RuleId::CplTsFormat, "updated_at", &field.shown(), fault);
            None
        }
    }
}

pub(super) fn validate_order(
    created_at: Option<Instant>,
    updated_at: Option<Instant>,
    raw: &RawSupplierPurchase<'_>,
    findings: &mut Findings,
) {
    let (Some(created), Some(updated)) = (created_at, updated_at) else {
        return;
    };
    if created.micros_utc > updated.micros_utc {
        let detail = "changed before it was made";
        let shown = raw.get(SupplierPurchaseField::UpdatedAt).shown();
        findings.add(RuleId::CplTsOrder, "updated_at", &shown, detail);
    }
}

fn read_time(
    settings: &SupplierPurchaseRuleSettings,
    field: &Field<'_>,
) -> Result<ParsedInstant, TimeFault> {
    let Field::Text(text) = field else {
        return Err("must be a string such as 2020-01-01T09:00:00-03:00");
    };
    match parse_instant(text, settings.default_zone) {
        Ok(parsed) if parsed.notes.date_only => Err("has no time of day"),
        Ok(parsed) => Ok(parsed),
        Err(InstantError::Range) => Err("must lie from 1970 to 2261"),
        Err(_) => Err("not a time such as 2020-01-01T09:00:00-03:00"),
    }
}

/// Notes how the text differs from RFC 3339. A space for the `T` does not: its section 5.6 has it.
fn add_format_findings(
    name: SupplierPurchaseField,
    parsed: &ParsedInstant,
    field: &Field<'_>,
    findings: &mut Findings,
) -> Instant {
    let ParsedInstant { instant, notes } = *parsed;
    let InstantNotes {
        no_offset,
        offset_form,
        space_separator: _,
        date_only: _,
        gap,
        fold,
        leap_second,
        colon_millis,
        other_form,
        cut,
    } = notes;
    if no_offset {
        let detail = match (gap, fold) {
            (true, _) => "no offset; in the default zone the clock skipped it: moved forward",
            (_, true) => "no offset; in the default zone it came twice: the earlier is taken",
            _ => "no offset; the default zone is used",
        };
        let shown = field.shown();
        findings.add(RuleId::CplTsNooffset, name.as_str(), &shown, detail);
    }
    if offset_form || leap_second || colon_millis || other_form {
        let detail = if leap_second {
            "leap second; read as :59"
        } else if other_form {
            "a form of ISO 8601 that RFC 3339 does not have"
        } else {
            "offset or fraction not written as in 2020-01-01T09:00:00.5-03:00"
        };
        let shown = field.shown();
        findings.add(RuleId::CplTsSpelling, name.as_str(), &shown, detail);
    }
    if cut {
        let detail = "more than six decimals of a second; cut to microseconds";
        let shown = field.shown();
        findings.add(RuleId::CplTsPrecision, name.as_str(), &shown, detail);
    }
    instant
}
