//! Rules on when a supplier purchase was made and changed.

use super::source::{OWN_RULE, RFC_3339, SUPPLIER_PURCHASES};
use super::{Rule, RuleId, Severity};

/// A record that breaks no rule.
const VALID_RECORD: &str = r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00"}"#;

pub(super) const RULES: [Rule; 5] = [
    Rule {
        id: RuleId::CplTsFormat,
        code: "CPL-TS-FORMAT",
        severity: Severity::Reject,
        note: Some("for created_at a warning, and the value is left empty"),
        summary: "updated_at is present, and a time of ISO 8601 from 1970 to 2261",
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
        remedy: "Write 2020-01-01T09:00:00-03:00: without the time of the last change nobody can tell which of two copies is the later.",
    },
    Rule {
        id: RuleId::CplTsNooffset,
        code: "CPL-TS-NOOFFSET",
        severity: Severity::Warn,
        note: Some("such a time is read in the default time zone of the job, UTC unless it is set"),
        summary: "created_at and updated_at say their offset from UTC",
        sentence: r#"`data.purchases.updated_at` (string) Data da última atualização. Example: "2020-01-01T09:00:00-03:00""#,
        source: SUPPLIER_PURCHASES,
        wire_message: None,
        accepted: VALID_RECORD,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00"}"#,
        remedy: "Add the offset where the dump is made, or set the default time zone of the job to that of these times.",
    },
    Rule {
        id: RuleId::CplTsSpelling,
        code: "CPL-TS-SPELLING",
        severity: Severity::Warn,
        note: Some("a leap second is read as second 59"),
        summary: "created_at and updated_at are written as RFC 3339 has it, with an offset such as -03:00",
        sentence: r#"time-numoffset  = ("+" / "-") time-hour ":" time-minute"#,
        source: RFC_3339,
        wire_message: None,
        accepted: VALID_RECORD,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-0300"}"#,
        remedy: "Nothing; write -03:00 instead of -3:00, -03 or -0300 where the dump is made to end the warning.",
    },
    Rule {
        id: RuleId::CplTsPrecision,
        code: "CPL-TS-PRECISION",
        severity: Severity::Warn,
        note: Some(
            "the decimals beyond the sixth are cut off, not rounded; zeros there are no loss",
        ),
        summary: "created_at and updated_at have at most six decimals of a second",
        sentence: "our own rule: the table keeps microseconds, which most readers of Parquet have, and .NET, Java and Snowflake write seven to nine decimals",
        source: OWN_RULE,
        wire_message: None,
        accepted: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2025-07-14T13:31:26.123456000Z"}"#,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2025-07-14T13:31:26.1234567Z"}"#,
        remedy: "Nothing; two changes within one microsecond count as made at once.",
    },
    Rule {
        id: RuleId::CplTsOrder,
        code: "CPL-TS-ORDER",
        severity: Severity::Warn,
        note: None,
        summary: "created_at is not after updated_at",
        sentence: "our own rule: nothing is changed before it is made",
        source: OWN_RULE,
        wire_message: None,
        accepted: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","created_at":"2020-01-01T09:00:00-03:00"}"#,
        rejected: r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"updated_at":"2020-01-01T09:00:00-03:00","created_at":"2020-01-02T09:00:00-03:00"}"#,
        remedy: "Look at the offsets: one of the two may be in another zone.",
    },
];
