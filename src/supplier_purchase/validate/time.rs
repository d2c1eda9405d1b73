//! Validates the times of creation and last change.

use super::scalar::ValidationContext;
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::supplier_purchase::field::SupplierPurchaseField;
use crate::supplier_purchase::rule_settings::SupplierPurchaseRuleSettings;
use crate::supplier_purchase::values::SupplierPurchaseValues;
use crate::values::instant::{Instant, InstantError, InstantNotes, ParsedInstant, parse_instant};

/// Why a timestamp is invalid.
type TimeFault = &'static str;

/// Optional; an invalid time is only a warning, because nothing depends on it.
pub(super) fn validate_created(
    context: &ValidationContext<'_, '_>,
    findings: &mut Findings,
) -> Option<Instant> {
    let field = context.raw.get(SupplierPurchaseField::CreatedAt);
    if field.is_missing() {
        return None;
    }
    match read_time(context.settings, field) {
        Ok(parsed) => Some(add_format_findings(
            SupplierPurchaseField::CreatedAt,
            &parsed,
            field,
            findings,
        )),
        Err(fault) => {
            let detail = format!("{fault}; stored as null");
            findings.add_keeping(RuleId::CplTsFormat, "created_at", &field.shown(), &detail);
            None
        }
    }
}

/// Required, because it determines the later of two states of a purchase.
pub(super) fn validate_updated(
    context: &ValidationContext<'_, '_>,
    findings: &mut Findings,
) -> Option<Instant> {
    let field = context.raw.get(SupplierPurchaseField::UpdatedAt);
    let result = if field.is_missing() {
        Err("the time of the last change is required")
    } else {
        read_time(context.settings, field)
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
    context: &ValidationContext<'_, '_>,
    values: &SupplierPurchaseValues<'_>,
    findings: &mut Findings,
) {
    let created = values.time(SupplierPurchaseField::CreatedAt);
    let updated = values.time(SupplierPurchaseField::UpdatedAt);
    let (Some(created), Some(updated)) = (created, updated) else {
        return;
    };
    if created.micros_utc > updated.micros_utc {
        let detail = "updated_at is before created_at";
        let shown = context.raw.get(SupplierPurchaseField::UpdatedAt).shown();
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
        Err(InstantError::Range) => Err("must be from 1970 to 2261"),
        Err(_) => Err("not a time such as 2020-01-01T09:00:00-03:00"),
    }
}

/// Reports deviations of the text from RFC 3339, whose section 5.6 allows a space instead of the `T`.
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
            (true, _) => "no offset; does not exist in the default zone: moved forward",
            (_, true) => "no offset; occurs twice in the default zone: the earlier is used",
            _ => "no offset; the default zone is used",
        };
        let shown = field.shown();
        findings.add(RuleId::CplTsNooffset, name.as_str(), &shown, detail);
    }
    if offset_form || leap_second || colon_millis || other_form {
        let detail = if leap_second {
            "leap second; read as :59"
        } else if other_form {
            "a form of ISO 8601 that is not in RFC 3339"
        } else {
            "offset or fraction not written as in 2020-01-01T09:00:00.5-03:00"
        };
        let shown = field.shown();
        findings.add(RuleId::CplTsSpelling, name.as_str(), &shown, detail);
    }
    if cut {
        let detail = "more than six decimals of a second; truncated to microseconds";
        let shown = field.shown();
        findings.add(RuleId::CplTsPrecision, name.as_str(), &shown, detail);
    }
    instant
}
