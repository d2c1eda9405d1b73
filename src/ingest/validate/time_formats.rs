//! The time of a purchase in every supported form, in JSON and in delimited text.

use super::fixture::{TestReader, ValidatedText};
use crate::rules::RuleId;

/// A purchase with this time, given as JSON.
fn at(time: &str) -> ValidatedText {
    let record = format!(
        "{{\"external_id\":\"u\",\"product_id\":\"p\",\"currency\":\"BRL\",\"price\":1.50,\"time\":{time}}}"
    );
    TestReader::new().validate(record.as_bytes())
}

/// The same as a row of a table.
fn in_table(header: &str, time: &str) -> ValidatedText {
    let text = format!("{header},product_id,currency,price,time\nu,p,BRL,1.50,\"{time}\"\n");
    TestReader::new().validate(text.as_bytes())
}

/// Text, instant in UTC, and warnings. From Python's `fromisoformat`; hour 24 and the missing plus
/// by hand.
const FORMS: [(&str, &str, &[RuleId]); 10] = [
    ("20240506T070809Z", "2024-05-06T07:08:09Z", &[]),
    ("2024-127T07:08:09Z", "2024-05-06T07:08:09Z", &[]),
    ("2024-W19-1T07:08:09Z", "2024-05-06T07:08:09Z", &[]),
    ("2024-05-06T24:00:00Z", "2024-05-07T00:00:00Z", &[]),
    ("2024-05-06T07:08:09,5Z", "2024-05-06T07:08:09.500Z", &[]),
    ("2024-05-06T07Z", "2024-05-06T07:00:00Z", &[]),
    (
        "2024-05-06 07:08:09.123 +0000",
        "2024-05-06T07:08:09.123Z",
        &[RuleId::BrzTimeOffsetform, RuleId::BrzTimeSpace],
    ),
    (
        "2024-05-06T07:08:09 03:00",
        "2024-05-06T04:08:09Z",
        &[RuleId::BrzTimeOffsetform],
    ),
    (
        "2024-05-06T07:08:09.1234567Z",
        "2024-05-06T07:08:09.123456Z",
        &[RuleId::BrzTimePrecision],
    ),
    (
        "2024-05-06T07:08:09.123456789Z",
        "2024-05-06T07:08:09.123456Z",
        &[RuleId::BrzTimePrecision],
    ),
];

#[test]
fn a_time_of_iso_8601_is_read_in_json_and_in_tables() {
    for (text, utc, warned) in FORMS {
        for outcome in [at(&format!("\"{text}\"")), in_table("external_id", text)] {
            assert_eq!(outcome.broken(), [], "{text}");
            assert_eq!(outcome.warned, warned, "{text}");
            let stored = outcome.column("time");
            let stored = stored[0].as_deref().unwrap();
            let stored = stored.trim_end_matches('Z').trim_end_matches("+00:00");
            assert_eq!(stored, utc.trim_end_matches('Z'), "{text}");
            assert_eq!(outcome.column("time_raw"), [Some(text.to_owned())]);
        }
    }
}

#[test]
fn digits_alone_are_no_date() {
    for time in ["20240506", "2024127", "1715000000", "2024"] {
        let text = format!("\"{time}\"");
        for outcome in [at(time), at(&text), in_table("external_id", time)] {
            assert_eq!(outcome.broken(), [RuleId::BrzTimeFormat], "{time}");
        }
    }
    // In a Currents event they are seconds: 20,240,506 of them end on 1970-08-23.
    let text = "id,user_id,product_id,currency,price,time\ne,u,p,BRL,1.50,20240506\n";
    let outcome = TestReader::new().validate(text.as_bytes());
    let stored = outcome.column("time");
    assert!(
        stored[0]
            .as_deref()
            .unwrap()
            .starts_with("1970-08-23T06:21:46"),
        "{stored:?}"
    );
}
