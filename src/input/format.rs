//! Detects the format of an input by its first bytes.

use clap::ValueEnum;

use super::avro::AVRO_MAGIC;
use super::parquet::is_parquet;
use super::spreadsheet::ZIP_MAGIC;
use crate::json::{JsonCursor, JsonOptions, is_space};

/// The input format given by the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// Detected per input
    #[default]
    Auto,
    /// One JSON document
    Json,
    /// One JSON value per line
    Ndjson,
    /// Delimited text with a header line
    Csv,
    /// An Avro container file
    Avro,
    /// A Parquet file
    Parquet,
    /// A sheet of a workbook, xlsx or ods
    Spreadsheet,
}

/// The format an input is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResolvedFormat {
    /// No bytes but white space.
    Empty,
    /// One JSON text: a purchase, an array of them, or an envelope around an array.
    Document,
    /// One JSON text per line: purchases, envelopes, arrays, Cloud Data Ingestion rows or events.
    Lines,
    /// Delimited text with a header.
    Csv,
    /// An Avro object container file.
    Avro,
    /// A Parquet file.
    Parquet,
    /// A sheet of a workbook.
    Spreadsheet,
}

impl ResolvedFormat {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Document => "json",
            Self::Lines => "ndjson",
            Self::Csv => "csv",
            Self::Avro => "avro",
            Self::Parquet => "parquet",
            Self::Spreadsheet => "spreadsheet",
        }
    }
}

/// The UTF-8 byte order mark, which RFC 8259 §8.1 lets a reader ignore.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Detects the format from the first bytes of an input (`complete` when they are all of it).
///
/// | the first character is | and | format |
/// |---|---|---|
/// | `O` | the first bytes are those of an Avro container file | Avro |
/// | `P` | the first bytes are `PAR1` and no text follows | Parquet |
/// | `P` | the first bytes are those of a zip archive | spreadsheet |
/// | nothing but white space | | empty |
/// | not `{` or `[` | (or a JSON comment in lenient mode) | CSV |
/// | `{` or `[` | its line is a whole JSON value | lines |
/// | `{` | the first line is invalid JSON, and another line is a whole object | lines |
/// | `{` or `[` | else | document |
pub(super) fn detect_format(sample: &[u8], complete: bool, options: JsonOptions) -> ResolvedFormat {
    if sample.starts_with(AVRO_MAGIC) {
        return ResolvedFormat::Avro;
    }
    if is_parquet(sample) {
        return ResolvedFormat::Parquet;
    }
    if sample.starts_with(ZIP_MAGIC) {
        return ResolvedFormat::Spreadsheet;
    }
    let text = sample.strip_prefix(BYTE_ORDER_MARK).unwrap_or(sample);
    let Some(start) = text.iter().position(|byte| !is_space(byte)) else {
        return ResolvedFormat::Empty;
    };
    let text = text.get(start..).unwrap_or_default();
    match text.first() {
        Some(b'{' | b'[') => {}
        Some(b'/') if options.lenient => return ResolvedFormat::Document,
        _ => return ResolvedFormat::Csv,
    }
    let mut lines = text.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    if is_json_value(first, options) {
        return ResolvedFormat::Lines;
    }
    if text.first() == Some(&b'{') && is_invalid_within(text, first.len(), options) {
        // The last line of an incomplete sample may be cut off.
        let mut other_lines: Vec<&[u8]> = lines.collect();
        if !complete {
            other_lines.pop();
        }
        let is_record = |line: &&[u8]| line.starts_with(b"{") && is_json_value(line, options);
        if other_lines.iter().any(is_record) {
            return ResolvedFormat::Lines;
        }
    }
    ResolvedFormat::Document
}

/// Whether the text has a syntax error in its first line, or at the start of the next.
fn is_invalid_within(text: &[u8], first_line: usize, options: JsonOptions) -> bool {
    let valid = match simdutf8::compat::from_utf8(text) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() <= first_line => return true,
        Err(error) => text
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    };
    let after = valid.get(first_line..).unwrap_or_default();
    let next_line = valid.len() - after.trim_start().len();
    JsonCursor::new(valid, options)
        .skip_value()
        .is_err_and(|error| error.offset <= next_line)
}

fn is_json_value(line: &[u8], options: JsonOptions) -> bool {
    let Ok(text) = simdutf8::basic::from_utf8(line) else {
        return false;
    };
    let mut cursor = JsonCursor::new(text, options);
    cursor.skip_value().and_then(|_| cursor.end()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_the_format() {
        let cases: [(&str, ResolvedFormat); 16] = [
            ("Obj\u{1}\u{4}", ResolvedFormat::Avro),
            ("PAR1\u{15}\u{4}", ResolvedFormat::Parquet),
            ("PAR1,price\n1,2\n", ResolvedFormat::Csv),
            ("PK\u{3}\u{4}", ResolvedFormat::Spreadsheet),
            ("", ResolvedFormat::Empty),
            ("\u{FEFF} \n", ResolvedFormat::Empty),
            ("{\"a\":1}", ResolvedFormat::Lines),
            ("{\"a\":1}\n{\"a\":2}\n", ResolvedFormat::Lines),
            ("{\"a\":\n1}\n", ResolvedFormat::Document),
            ("[1,\n2]", ResolvedFormat::Document),
            ("[1,2]", ResolvedFormat::Lines),
            ("{\"a\":1,,}\n{\"a\":2}\n", ResolvedFormat::Lines),
            (
                "{\n\"purchases\":[\n{\"a\":1},\n{\"a\":2}\n]}\n",
                ResolvedFormat::Document,
            ),
            ("external_id;price\n1;2\n", ResolvedFormat::Csv),
            ("\"external_id\",\"price\"\n", ResolvedFormat::Csv),
            ("{\"purchases\":[{\"a\":1},", ResolvedFormat::Document),
        ];
        for (text, format) in cases {
            assert_eq!(
                detect_format(text.as_bytes(), true, JsonOptions::default()),
                format,
                "{text}"
            );
        }
    }
}
