//! Partition values and paths: values come in, one safe path segment for each goes out.
//!
//! Refused: empty values (Delta reads them as null), control characters, more than 200 bytes,
//! Hive's name for null, years of more than four digits.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::LakeError;

/// The maximum length of a partition value: file systems allow 255 bytes per segment, and the
/// column name and the escapes need the rest.
const MAX_BYTES: usize = 200;

/// Hive's name for null: a text with this value would be read back as null.
const HIVE_NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The value of one partition column of a table, validated on creation.
///
/// Invariants: not empty, no control characters, at most 200 bytes, years 1 to 9999.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionValue(PartitionScalar);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum PartitionScalar {
    Date(NaiveDate),
    Text(String),
    Integer(i64),
}

/// The type of a partition column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionType {
    /// A calendar day, as `2026-11-20`.
    Date,
    /// A text.
    String,
    /// A whole number of 64 bits.
    Integer,
}

/// A column whose values are in the paths of the data files, and not in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionColumn {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub partition_type: PartitionType,
}

/// The values of all partition columns of a table, in column order; empty in a table without
/// partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition(Vec<PartitionValue>);

impl Partition {
    /// The partition with these values.
    pub fn new(values: Vec<PartitionValue>) -> Self {
        Self(values)
    }

    /// The values, in the order of the partition columns.
    pub fn values(&self) -> &[PartitionValue] {
        &self.0
    }

    /// Refuses a wrong number of values, and values of other types than the columns.
    pub(super) fn check(&self, columns: &[PartitionColumn]) -> Result<(), LakeError> {
        let found = self.0.iter().map(PartitionValue::partition_type);
        if found.eq(columns.iter().map(|column| column.partition_type)) {
            Ok(())
        } else {
            let reason = "it does not match the partition columns of the table";
            Err(refuse(&self.to_string(), reason))
        }
    }

    /// The folder of its data files below the table's directory, with `/` between the segments;
    /// empty without values.
    pub(super) fn folder(&self, columns: &[PartitionColumn]) -> Result<String, LakeError> {
        let segments: Result<Vec<String>, LakeError> = columns
            .iter()
            .zip(&self.0)
            .map(|(column, value)| value.segment(column.name))
            .collect();
        Ok(segments?.join("/"))
    }
}

impl From<PartitionValue> for Partition {
    fn from(value: PartitionValue) -> Self {
        Self(vec![value])
    }
}

impl<const COLUMNS: usize> From<[PartitionValue; COLUMNS]> for Partition {
    fn from(values: [PartitionValue; COLUMNS]) -> Self {
        Self(values.into())
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, value) in self.0.iter().enumerate() {
            let before = if position == 0 { "" } else { "/" };
            write!(f, "{before}{value}")?;
        }
        Ok(())
    }
}

impl PartitionValue {
    /// A day.
    ///
    /// # Errors
    /// A year outside 1 to 9999 is refused: readers disagree on its text form.
    pub fn date(date: NaiveDate) -> Result<Self, LakeError> {
        if (1..=9999).contains(&date.year()) {
            Ok(Self(PartitionScalar::Date(date)))
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
            return Err(refuse(text, "it is empty, which readers treat as null"));
        }
        if text.len() > MAX_BYTES {
            return Err(refuse(text, "it has more than 200 bytes"));
        }
        if text.chars().any(char::is_control) {
            return Err(refuse(text, "it contains control characters"));
        }
        if text == HIVE_NULL {
            return Err(refuse(text, "it is Hive's name for null"));
        }
        Ok(Self(PartitionScalar::Text(text.to_owned())))
    }

    /// A whole number.
    pub fn integer(number: i64) -> Self {
        Self(PartitionScalar::Integer(number))
    }

    /// The type of partition column that the value belongs to.
    pub fn partition_type(&self) -> PartitionType {
        match self.0 {
            PartitionScalar::Date(_) => PartitionType::Date,
            PartitionScalar::Text(_) => PartitionType::String,
            PartitionScalar::Integer(_) => PartitionType::Integer,
        }
    }

    /// The Hive-style path segment, `column=value`, with everything except `A-Z a-z 0-9 - _ .`
    /// escaped as `%XX`.
    ///
    /// # Errors
    /// A segment of more than 255 bytes, which file systems do not allow, is refused.
    pub(super) fn segment(&self, column: &str) -> Result<String, LakeError> {
        let value = self.to_string();
        let mut segment = format!("{column}=");
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
                segment.push(char::from(byte));
            } else {
                segment.push_str(&escape(byte));
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
            PartitionScalar::Date(date) => write!(f, "{date}"),
            PartitionScalar::Text(text) => f.write_str(text),
            PartitionScalar::Integer(number) => write!(f, "{number}"),
        }
    }
}

fn escape(byte: u8) -> String {
    format!("%{byte:02X}")
}

fn refuse(value: &str, reason: &'static str) -> LakeError {
    LakeError::Partition {
        value: value.to_owned(),
        reason,
    }
}

/// Whether a path of the log, already percent-decoded, stays inside its table.
///
/// Only plain relative paths do: no scheme, no root, no `.`, `..` or empty segment, no backslash,
/// no control characters.
pub(super) fn is_inside_table(path: &str) -> bool {
    let plain = |segment: &str| !matches!(segment, "" | "." | "..");
    !path.contains([':', '\\']) && !path.chars().any(char::is_control) && path.split('/').all(plain)
}

/// Refuses a path of the log that is not inside its table.
pub(super) fn check_inside_table(table: &str, path: &str) -> Result<(), LakeError> {
    if is_inside_table(path) {
        return Ok(());
    }
    Err(LakeError::PathOutsideTable {
        table: table.to_owned(),
        path: path.to_owned(),
    })
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
    fn several_columns_become_a_folder_each_and_must_fit_their_types() {
        let column = |name, partition_type| PartitionColumn {
            name,
            partition_type,
        };
        let columns = [
            column("company_id", PartitionType::Integer),
            column("registration_month", PartitionType::String),
        ];
        let month = || PartitionValue::text("2025-01").unwrap();
        for (company, folder) in [
            (12, "company_id=12/registration_month=2025-01"),
            (-3, "company_id=-3/registration_month=2025-01"),
            (
                i64::MAX,
                "company_id=9223372036854775807/registration_month=2025-01",
            ),
        ] {
            let partition = Partition::from([PartitionValue::integer(company), month()]);
            partition.check(&columns).unwrap();
            assert_eq!(partition.folder(&columns).unwrap(), folder);
        }
        assert_eq!(Partition::default().folder(&[]).unwrap(), "");
        Partition::default().check(&[]).unwrap();
        for wrong in [
            Partition::default(),
            Partition::from(month()),
            Partition::from([month(), PartitionValue::integer(12)]),
            Partition::from([PartitionValue::integer(12), month(), month()]),
        ] {
            let refused = wrong.check(&columns);
            assert!(
                matches!(refused, Err(LakeError::Partition { .. })),
                "{wrong}"
            );
        }
    }

    #[test]
    fn adversarial_texts_become_one_segment_or_are_refused() {
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
            assert!(is_inside_table(path), "{path}");
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
            assert!(!is_inside_table(path), "{path}");
        }
    }
}
