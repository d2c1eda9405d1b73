//! Rules on the buyer and the app: the five identifiers and `app_id`.

use super::super::currents_event::REDACTED;
use super::super::field::PurchaseField;
use super::super::raw::{PurchaseOrigin, RawPurchase};
use crate::record::{Field, Findings};
use crate::rules::{RuleId, Severity};

/// Longest `external_id`, bytes of UTF-8 (Braze API errors, `EXTERNAL_USER_ID_TOO_LARGE`).
const EXTERNAL_ID_MAX_BYTES: usize = 987;

pub(super) fn check(raw: &RawPurchase<'_>, findings: &mut Findings) {
    let mistyped = has_mistyped(raw, findings);
    let alias = check_alias(raw, findings);
    if let Field::Text(id) = raw.get(PurchaseField::ExternalId)
        && id.len() > EXTERNAL_ID_MAX_BYTES
    {
        let detail = format!(
            "{} bytes; at most {EXTERNAL_ID_MAX_BYTES} are allowed",
            id.len()
        );
        findings.add(RuleId::BrzExtidLen, "external_id", id, &detail);
    }
    let mut given_count = usize::from(alias);
    for name in [
        PurchaseField::ExternalId,
        PurchaseField::BrazeId,
        PurchaseField::Email,
        PurchaseField::Phone,
    ] {
        given_count += usize::from(matches!(raw.get(name), Field::Text(text) if !text.is_empty()));
    }
    let is_event = raw.origin == PurchaseOrigin::Currents;
    if given_count == 0 && !mistyped && !alias_is_given(raw) {
        let detail = "one of external_id, user_alias, braze_id, email or phone is required";
        findings.add(RuleId::BrzIdRequired, "external_id", "", detail);
    } else if given_count > 1 && !is_event {
        let detail = "more than one identifier; all are kept";
        findings.add(RuleId::BrzIdMulti, "external_id", "", detail);
    }
    check_email(raw, given_count == 1, findings);
    if is_event {
        check_event(raw, findings);
    }
}

/// Checks a Currents event for missing or redacted identifiers.
fn check_event(raw: &RawPurchase<'_>, findings: &mut Findings) {
    if raw.get(PurchaseField::EventId).is_missing() {
        let detail = "id is missing, empty or [REDACTED]: kept, not checked for duplicates";
        findings.add(RuleId::BrzCurrentsNoid, "id", "", detail);
    }
    for name in [
        PurchaseField::ExternalId,
        PurchaseField::BrazeId,
        PurchaseField::Email,
        PurchaseField::Phone,
    ] {
        if matches!(raw.get(name), Field::Text(text) if text == REDACTED) {
            let detail = "redacted by the settings of Currents; stored unchanged";
            findings.add(RuleId::BrzCurrentsRedacted, name.as_str(), REDACTED, detail);
        }
    }
}

/// Whether an identifier is not a string; no other identifier rule is then reported.
fn has_mistyped(raw: &RawPurchase<'_>, findings: &mut Findings) -> bool {
    let mut mistyped = false;
    for name in [
        PurchaseField::ExternalId,
        PurchaseField::BrazeId,
        PurchaseField::Email,
        PurchaseField::Phone,
        PurchaseField::EventId,
    ] {
        let value = raw.get(name);
        if !matches!(value, Field::Absent | Field::Null | Field::Text(_)) {
            let detail = "an identifier must be a string";
            findings.add(RuleId::BrzIdType, name.as_str(), &value.shown(), detail);
            mistyped = true;
        }
    }
    let app = raw.get(PurchaseField::AppId);
    if !matches!(app, Field::Absent | Field::Null | Field::Text(_)) {
        findings.add(
            RuleId::BrzAppType,
            "app_id",
            &app.shown(),
            "must be a string",
        );
    }
    mistyped
}

fn alias_is_given(raw: &RawPurchase<'_>) -> bool {
    !raw.get(PurchaseField::UserAlias).is_missing()
}

/// Whether the alias is valid.
fn check_alias(raw: &RawPurchase<'_>, findings: &mut Findings) -> bool {
    // The reader sets `user_alias` to true if it is an object, and its parts as fields of their
    // own.
    let alias = raw.get(PurchaseField::UserAlias);
    if alias.is_missing() {
        return false;
    }
    if !matches!(alias, Field::Boolean(true)) {
        let detail = "must be an object with alias_name and alias_label";
        findings.add(RuleId::BrzAliasShape, "user_alias", &alias.shown(), detail);
        return false;
    }
    for name in [PurchaseField::AliasName, PurchaseField::AliasLabel] {
        let part = raw.get(name);
        if !matches!(part, Field::Text(text) if !text.is_empty()) {
            let detail = "an alias needs both alias_name and alias_label as non-empty strings";
            findings.add(RuleId::BrzAliasShape, name.as_str(), &part.shown(), detail);
            return false;
        }
    }
    true
}

fn check_email(raw: &RawPurchase<'_>, only_identifier: bool, findings: &mut Findings) {
    let Field::Text(email) = raw.get(PurchaseField::Email) else {
        return;
    };
    if email.is_empty() || is_email(email) {
        return;
    }
    let detail = "not an e-mail address: one @ and a domain with a dot are required";
    if only_identifier {
        let usual = Severity::Reject;
        findings.add_unless_set(RuleId::BrzEmailForm, usual, "email", email, detail);
    } else {
        findings.add(RuleId::BrzEmailForm, "email", email, detail);
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let dotted = domain.split('.').count() >= 2 && domain.split('.').all(|part| !part.is_empty());
    !local.is_empty() && !domain.contains('@') && dotted && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn an_address_has_one_at_sign_and_a_dotted_domain() {
        for good in ["a@b.c", "ana.f+x@loja.com.br"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["a", "a@b", "@b.c", "a@b@c.d", "a@.c", "a@b.", "a b@c.d"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
