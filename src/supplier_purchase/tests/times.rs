//! Times of creation and last change.

use super::super::SupplierPurchaseField as Name;
use super::fixture::{accepted, settings, validate_json, validate_with, with, without};
use crate::rules::RuleId;
use crate::values::instant::format_utc_micros;

/// A record with this JSON value as `updated_at`.
fn updated(time: &str) -> String {
    without("updated_at").replacen('{', &format!("{{\"updated_at\":{time},"), 1)
}

#[test]
fn times_are_rfc_3339_with_their_offset() {
    let updated =
        |time: &str| without("updated_at").replacen('{', &format!("{{\"updated_at\":{time},"), 1);
    for (time, utc, offset, noted) in [
        (
            "\"2020-01-01T09:00:00-03:00\"",
            "2020-01-01T12:00:00Z",
            -180,
            vec![],
        ),
        (
            "\"2025-07-14T13:31:26.000000Z\"",
            "2025-07-14T13:31:26Z",
            0,
            vec![],
        ),
        (
            "\"2025-07-14 13:31:26.5+05:30\"",
            "2025-07-14T08:01:26.500Z",
            330,
            vec![],
        ),
        (
            "\"2025-07-14T13:31:26\"",
            "2025-07-14T13:31:26Z",
            0,
            vec![RuleId::CplTsNooffset],
        ),
        (
            "\"2025-07-14T13:31:26-0300\"",
            "2025-07-14T16:31:26Z",
            -180,
            vec![RuleId::CplTsSpelling],
        ),
        (
            "\"2016-12-31T23:59:60Z\"",
            "2016-12-31T23:59:59Z",
            0,
            vec![RuleId::CplTsSpelling],
        ),
    ] {
        let record = updated(time);
        assert_eq!(validate_json(&record).noted(), noted, "{time}");
        accepted(&record, |purchase| {
            assert_eq!(
                format_utc_micros(purchase.updated_at.micros_utc),
                utc,
                "{time}"
            );
            assert_eq!(purchase.updated_at.offset_minutes, Some(offset), "{time}");
        });
    }
}

#[test]
fn decimals_beyond_microseconds_are_cut_with_a_warning_in_both_times() {
    let time = "2025-07-14T13:31:26.123456789-03:00";
    let utc = "2025-07-14T16:31:26.123456Z";
    let first = updated(&format!("\"{time}\""));
    assert_eq!(validate_json(&first).noted(), [RuleId::CplTsPrecision]);
    accepted(&first, |purchase| {
        assert_eq!(format_utc_micros(purchase.updated_at.micros_utc), utc);
    });
    let record = first.replacen('{', &format!("{{\"created_at\":\"{time}\","), 1);
    let fields = validate_json(&record);
    assert_eq!(fields.fields(), ["created_at", "updated_at"]);
    accepted(&record, |purchase| {
        let created = purchase.values.time(Name::CreatedAt).unwrap().micros_utc;
        assert_eq!(format_utc_micros(created), utc);
    });
}

#[test]
fn forms_of_iso_8601_beyond_rfc_3339_are_read_with_a_warning() {
    for (time, utc, offset) in [
        ("20250714T133126-0300", "2025-07-14T16:31:26Z", -180),
        ("2025-195T13:31:26Z", "2025-07-14T13:31:26Z", 0),
        ("2025-W29-1T13:31:26Z", "2025-07-14T13:31:26Z", 0),
        ("2025-07-14T24:00:00Z", "2025-07-15T00:00:00Z", 0),
        ("2025-07-14T13:31:26,5Z", "2025-07-14T13:31:26.500Z", 0),
        ("2025-07-14T13Z", "2025-07-14T13:00:00Z", 0),
        (
            "2025-07-14 13:31:26.123 +0000",
            "2025-07-14T13:31:26.123Z",
            0,
        ),
        ("2025-07-14T13:31:26 03:00", "2025-07-14T10:31:26Z", 180),
    ] {
        let record = updated(&format!("\"{time}\""));
        assert_eq!(
            validate_json(&record).noted(),
            [RuleId::CplTsSpelling],
            "{time}"
        );
        accepted(&record, |purchase| {
            let updated = purchase.updated_at;
            assert_eq!(format_utc_micros(updated.micros_utc), utc, "{time}");
            assert_eq!(updated.offset_minutes, Some(offset), "{time}");
        });
    }
}

#[test]
fn what_is_no_time_rejects_as_updated_at_and_warns_as_created_at() {
    for time in [
        "\"\"",
        "\"2025-07-14\"",
        "\"14/07/2025 13:31\"",
        "1752499886",
        "\"1752499886\"",
        "\"20250714\"",
        "\"2025-W29-1\"",
        "\"1969-12-31T23:59:59Z\"",
    ] {
        assert_eq!(
            validate_json(&updated(time)).broken(),
            [RuleId::CplTsFormat],
            "{time}"
        );
        let record = with(&format!(r#""created_at":{time}"#));
        assert_eq!(
            validate_json(&record).noted(),
            [RuleId::CplTsFormat],
            "{time}"
        );
        accepted(&record, |purchase| {
            assert_eq!(purchase.values.time(Name::CreatedAt), None);
        });
    }
}

#[test]
fn a_change_is_not_before_the_making() {
    let late = with(r#""created_at":"2025-01-15T10:00:00.000001Z""#);
    assert_eq!(validate_json(&late).noted(), [RuleId::CplTsOrder]);
    let same = with(r#""created_at":"2025-01-15T07:00:00-03:00""#);
    assert_eq!(validate_json(&same).findings, []);
}

#[test]
fn a_time_without_offset_is_read_in_the_default_zone() {
    let mut settings = settings();
    settings.default_zone = chrono_tz::America::Sao_Paulo;
    for (time, word) in [
        ("2018-11-04T00:30:00", "does not exist"),
        ("2019-02-16T23:15:00", "twice"),
        ("2025-01-01T09:00:00", "default zone"),
    ] {
        let found = validate_with(&settings, &with(&format!(r#""created_at":"{time}""#)));
        assert_eq!(found.noted(), [RuleId::CplTsNooffset], "{time}");
        assert!(found.findings[0].detail.contains(word), "{time}");
    }
}
