//! The responses of the services to the records of an input.

use serde::Serialize;
use serde_json::{Value, json};

use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::SupplierPurchases;
use crate::ingest::{ElementArray, ElementIndex, RecordFindings};
use crate::input::Refusal;
use crate::purchase::TypeMismatch;
use crate::record::Finding;
use crate::rules::RuleId;
use crate::supplier_purchase::validation_entry;

/// The service that documents a kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// `POST /users/track`
    Braze,
    /// `GET /api/v3/purchases` and its siblings
    ConnectPlug,
}

impl Service {
    /// The service of a record kind.
    pub(super) fn of(record_kind: &str) -> Self {
        if record_kind == SupplierPurchases::NAME {
            Self::ConnectPlug
        } else {
            Self::Braze
        }
    }

    /// A rejecting finding in the format of the service, with the rule.
    pub(super) fn error(self, finding: &Finding, record: &RecordFindings) -> Value {
        match self {
            Self::Braze => {
                let ElementIndex { array, index } = record.element;
                json!({
                    "type": wire_message(finding).unwrap_or_else(|| finding.message()),
                    "input_array": match array {
                        ElementArray::Purchases => "purchases",
                        ElementArray::Events => "events",
                    },
                    "index": index,
                    "rule_id": finding.rule,
                })
            }
            Self::ConnectPlug => {
                let validation = validation_entry(finding);
                json!({
                    "field": validation.field,
                    "validations": [{ "type": validation.kind, "value": [] }],
                    "index": record.ordinal,
                    "rule_id": finding.rule,
                })
            }
        }
    }

    /// The text before and after the `errors` errors in the response to an input whose other records
    /// are accepted.
    pub(super) fn answer(self, accepted: u64, errors: u64) -> (String, &'static str) {
        let before = match self {
            Self::Braze => {
                format!(r#"{{"message":"success","purchases_processed":{accepted},"errors":["#)
            }
            Self::ConnectPlug => {
                let code = if errors == 0 {
                    "ok"
                } else {
                    "uneditable_entity"
                };
                format!(
                    r#"{{"code":"{code}","message":"purchases accepted: {accepted}; invalid fields in rejected purchases: {errors}","meta":["#
                )
            }
        };
        (before, "]}")
    }

    /// The response to a refused input.
    pub(super) fn refusal(self, refusal: &Refusal) -> Result<String, serde_json::Error> {
        let message = refusal.to_string();
        match self {
            Self::Braze => Ok(json!({ "message": message }).to_string()),
            Self::ConnectPlug => {
                let code = if refusal.rule == RuleId::CplCompanyRequired {
                    "missing_headers"
                } else {
                    "bad_request"
                };
                serde_json::to_string(&ConnectPlugResponse {
                    code,
                    message,
                    meta: [],
                })
            }
        }
    }
}

/// The message of Braze for a finding, where it is known.
fn wire_message(finding: &Finding) -> Option<String> {
    let template = finding.rule.rule().wire_message.as_deref()?;
    let key = finding.field.rsplit('.').next().unwrap_or_default();
    let types = TypeMismatch::of_detail(&finding.detail);
    let (found, expected) = types.map_or(("", ""), |types| (types.found, types.expected));
    let message = template.replace("{found}", found);
    let message = message.replace("{expected}", expected);
    // Last, because the key is of the input.
    Some(message.replace("{key}", key))
}

/// ConnectPlug's response to a refused request.
#[derive(Serialize)]
struct ConnectPlugResponse {
    code: &'static str,
    message: String,
    meta: [(); 0],
}
