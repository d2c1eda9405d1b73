//! Partition values and the paths made of them: a value comes in, one safe path segment goes out.
//!
//! Refused: empty values (Delta reads them as null), control characters, more than 200 bytes, the
//! name that Hive gives to null, years that need more than four digits.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::LakeError;

/// The longest text that may name a partition; file systems allow 255 bytes a segment, the column
/// name and the escapes need the rest.
const MAX_BYTES: usize = 200;

/// What Hive writes for null; a text that says the same would be read back as null.
const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The value of a table's partition column, checked when it is made.
///
/// Invariants: not empty, no control characters, at most 200 bytes, years 1 to 9999.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionValue(Value);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Value {
    Date(NaiveDate),
    Text(String),
}

/// The type of a partition column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionType {
    /// A calendar day, written `2026-11-20`.
    Date,
    /// A text.
    String,
}

impl PartitionValue {
    /// A day.
    ///
    /// # Errors
    /// A year outside 1 to 9999 is refused: readers do not agree on how to write it.
    pub fn date(date: NaiveDate) -> Result<Self, LakeError> {
        if (1..=9999).contains(&date.year()) {
            Ok(Self(Value::Date(date)))
        } else {
            Err(refuse(&date.to_string(), "its year is outside 1 to 9999"))
        }
    }

    /// A text.
    ///
    /// # Errors
    /// Empty texts, control characters, more than 200 bytes and Hive's name for null are refused.
    pub fn text(text: &str) -> Result<Self, LakeError> {
        if text.is_empty() {
            return Err(refuse(text, "it is empty, which readers take for null"));
        }
        if text.len() > MAX_BYTES {
            return Err(refuse(text, "it has more than 200 bytes"));
        }
        if text.chars().any(char::is_control) {
            return Err(refuse(text, "it has control characters"));
        }
        if text == HIVE_NULL {
            return Err(refuse(text, "it is how Hive writes null"));
        }
        Ok(Self(Value::Text(text.to_owned())))
    }

    /// Which type of partition column it belongs to.
    pub fn partition_type(&self) -> PartitionType {
        match self.0 {
            Value::Date(_) => PartitionType::Date,
            Value::Text(_) => PartitionType::String,
        }
    }

    /// The Hive-style path segment, `column=value`, with all but `A-Z a-z 0-9 - _ .` escaped as
    /// `%XX`.
    ///
    /// # Errors
    /// A segment of more than 255 bytes, which no file system takes, is refused.
    pub(super) fn segment(&self, column: &str) -> Result<String, LakeError> {
        let value = self.to_string();
        let mut segment = format!("{column}=");
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
                segment.push(char::from(byte));
            } else {
                segment.push_str(&format!("%{byte:02X}"));
            }
        }
        if segment.len() > 255 {
            return Err(refuse(&value, "its escaped form has more than 255 bytes"));
        }
        Ok(segment)
    }
}

impl fmt::Display for PartitionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Value::Date(date) => write!(f, "{date}"),
            Value::Text(text) => f.write_str(text),
        }
    }
}

fn refuse(value: &str, reason: &'static str) -> LakeError {
    LakeError::Partition {
        value: value.to_owned(),
        reason,
    }
}

/// Whether a path of the log, already percent-decoded, stays inside its table.
///
/// Only plain relative paths do: no scheme, no root, no `.` or `..` or empty segment, no
/// backslash, no control characters.
pub(super) fn is_inside(path: &str) -> bool {
    let plain = |segment: &str| !matches!(segment, "" | "." | "..");
    !path.contains([':', '\\']) && !path.chars().any(char::is_control) && path.split('/').all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_plain_texts_keep_their_form() {
        let date = PartitionValue::date(NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()).unwrap();
        assert_eq!(
            date.segment("purchase_date").unwrap(),
            "purchase_date=2026-11-20"
        );
        let kind = PartitionValue::text("supplier_purchases").unwrap();
        assert_eq!(
            kind.segment("record_kind").unwrap(),
            "record_kind=supplier_purchases"
        );
    }

    #[test]
    fn hostile_texts_become_one_segment_or_are_refused() {
        for (text, segment) in [
            ("..", "k=.."),
            ("../../etc/passwd", "k=..%2F..%2Fetc%2Fpasswd"),
            ("a/b\\c", "k=a%2Fb%5Cc"),
            ("x=y&z", "k=x%3Dy%26z"),
            ("50%", "k=50%25"),
            ("%2e%2e", "k=%252e%252e"),
            ("R$ 1", "k=R%24%201"),
            ("ação", "k=a%C3%A7%C3%A3o"),
            ("a:b*?\"<>|#", "k=a%3Ab%2A%3F%22%3C%3E%7C%23"),
            (" lead", "k=%20lead"),
        ] {
            assert_eq!(
                PartitionValue::text(text).unwrap().segment("k").unwrap(),
                segment
            );
        }
        let long = "x".repeat(201);
        for text in [
            "",
            "a\nb",
            "nul\0",
            "\u{7f}",
            "\u{85}",
            HIVE_NULL,
            long.as_str(),
        ] {
            let refused = PartitionValue::text(text);
            assert!(
                matches!(refused, Err(LakeError::Partition { .. })),
                "{text:?}"
            );
        }
        let escaped = PartitionValue::text(&"ç".repeat(100)).unwrap();
        assert!(matches!(
            escaped.segment("k"),
            Err(LakeError::Partition { .. })
        ));
        let far = NaiveDate::from_ymd_opt(10000, 1, 1).unwrap();
        assert!(matches!(
            PartitionValue::date(far),
            Err(LakeError::Partition { .. })
        ));
    }

    #[test]
    fn only_plain_relative_paths_are_inside() {
        for path in [
            "part-1.parquet",
            "purchase_date=2026-11-20/part-1.parquet",
            "k=../x.parquet",
        ] {
            assert!(is_inside(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../other/part.parquet",
            "a/../../b",
            "a/..",
            "./a",
            "a//b",
            "s3://bucket/part.parquet",
            "file:///etc/passwd",
            "C:\\x",
            "a\\..\\b",
            "a\0b",
        ] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
