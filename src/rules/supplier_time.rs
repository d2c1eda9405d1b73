//! Rules on the times of a supplier purchase.

use super::source::{OWN_RULE, RFC_3339, SUPPLIER_PURCHASES};
use super::{Rule, RuleId, Severity};

/// A record that violates no rule.
const VALID_RECORD: &str = r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}"#;

pub(super) const RULES: [Rule; 5] = [
    Rule {
        id: RuleId::CplTsFormat,
        code: "CPL-TS-FORMAT",
        severity: Severity::Reject,
        note: Some("a warning for created_at, which is then stored as null"),
        summary: "updated_at is present and an ISO 8601 time from 1970 to 2261",
        sentence: r#"`data.purchases.updated_at` (string) Data da última atualização. Example: "2020-01-01T09:00:00-03:00""#,
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2025-07-14T13:31:26.000000Z"}"#,
        rejected: concat!(
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"yesterday"}"#,
            "\n",
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01"}"#,
            "\n",
            r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"}}"#
        ),
        remedy: "Write a time such as 2020-01-01T09:00:00-03:00: without it the later of two states cannot be determined.",
    },
    Rule {
        id: RuleId::CplTsNooffset,
        code: "CPL-TS-NOOFFSET",
        severity: Severity::Warn,
        note: Some("such a time is read in the default time zone of the job, UTC unless set"),
        summary: "created_at and updated_at have an offset from UTC",
        sentence: r#"`data.purchases.updated_at` (string) Data da última atualização. Example: "2020-01-01T09:00:00-03:00""#,
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: VALID_RECORD,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00"}"#,
        remedy: "Add the offset at the source, or set the default time zone of the job to that of the times.",
    },
    Rule {
        id: RuleId::CplTsSpelling,
        code: "CPL-TS-SPELLING",
        severity: Severity::Warn,
        note: Some("a leap second is read as second 59"),
        summary: "created_at and updated_at are in the form of RFC 3339, with an offset such as -03:00",
        sentence: r#"time-numoffset  = ("+" / "-") time-hour ":" time-minute"#,
        source: RFC_3339,
        wire_message: None,
        accepted: VALID_RECORD,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-0300"}"#,
        remedy: "No action needed; to avoid the warning, write -03:00 instead of -3:00, -03 or -0300 at the source.",
    },
    Rule {
        id: RuleId::CplTsPrecision,
        code: "CPL-TS-PRECISION",
        severity: Severity::Warn,
        note: Some(
            "decimals beyond the sixth are truncated, not rounded; zeros there cause no finding",
        ),
        summary: "created_at and updated_at have at most six decimals of a second",
        sentence: "our own rule: times are stored in microseconds, which most Parquet readers support; .NET, Java and Snowflake write seven to nine decimals",
        source: OWN_RULE,
        wire_message: None,
        accepted: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2025-07-14T13:31:26.123456000Z"}"#,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2025-07-14T13:31:26.1234567Z"}"#,
        remedy: "No action needed; two changes within one microsecond count as simultaneous.",
    },
    Rule {
        id: RuleId::CplTsOrder,
        code: "CPL-TS-ORDER",
        severity: Severity::Warn,
        note: None,
        summary: "created_at is not after updated_at",
        sentence: "our own rule: a purchase cannot be changed before it is created",
        source: OWN_RULE,
        wire_message: None,
        accepted: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","created_at":"2020-01-01T09:00:00-03:00"}"#,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","created_at":"2020-01-02T09:00:00-03:00"}"#,
        remedy: "Check the offsets: one of the two may be in another time zone.",
    },
];
