//! Detects by its first bytes what an input is: compressed data, which is decompressed, or a binary
//! file format, which is refused with its name and a remedy.

use super::avro::{AVRO_MAGIC, other_version};
use super::format::{BYTE_ORDER_MARK, InputFormat};
use super::parquet::{PARQUET_MAGIC, is_parquet};
use super::refusal::{Refusal, SourcePosition};
use super::spreadsheet::ZIP_MAGIC;
use crate::json::is_space;
use crate::rules::RuleId;

/// How an input is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

impl Compression {
    /// Detects the compression by the first four bytes (RFC 1952 §2.3.1; RFC 8878 §3.1.1 and §3.1.2).
    pub(super) fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1F, 0x8B, ..] => Self::Gzip,
            // Also with a leading skippable frame, which parallel compressors write.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

/// First bytes, format name and remedy. The bytes are from the specification of each format.
const KNOWN_FORMATS: [(&[u8], &str, &str); 16] = [
    (AVRO_MAGIC, "an Avro file", DETECT),
    (PARQUET_MAGIC, "a Parquet file", DETECT),
    (
        b"PARE",
        "an encrypted Parquet file",
        "decrypt it where it is written",
    ),
    (b"ORC\n", "an ORC file", TO_NDJSON),
    (b"ARROW1", "an Arrow file", TO_NDJSON),
    (b"SQLite format 3\0", "a SQLite database", TO_NDJSON),
    (ZIP_MAGIC, "a workbook or another zip archive", DETECT),
    (
        b"PK\x05\x06",
        "an empty zip archive",
        "check the program that writes it",
    ),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an old workbook (xls), a workbook with a password, or another Office document",
        "save it as .xlsx without a password",
    ),
    (b"%PDF-", "a PDF document", "export the data as CSV"),
    (b"\xFD7zXZ\0", "compressed with xz", UNPACK),
    (b"BZh", "compressed with bzip2", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", "unpack it"),
    (b"\x04\x22\x4D\x18", "compressed with lz4", UNPACK),
    (
        b"\x1F\x8B",
        "compressed twice",
        "decompress it once, or compress it only once",
    ),
    (
        b"\x28\xB5\x2F\xFD",
        "compressed twice",
        "decompress it once, or compress it only once",
    ),
];

const DETECT: &str = "read it with --input-format auto";
const TO_NDJSON: &str = "export its records as NDJSON or CSV";
const UNPACK: &str = "decompress it, or compress it with gzip or zstd";

/// The refusal of an input whose first decompressed bytes are neither readable text nor a file of a
/// format that is read, if so. What must be an Avro or Parquet file or a workbook is refused by its
/// reader.
pub(super) fn refusal(sample: &[u8], format: InputFormat) -> Option<Refusal> {
    let is_binary = match format {
        InputFormat::Avro | InputFormat::Parquet => true,
        InputFormat::Spreadsheet => sample.starts_with(ZIP_MAGIC),
        InputFormat::Auto | InputFormat::Json | InputFormat::Ndjson | InputFormat::Csv => false,
    };
    if is_binary {
        return None;
    }
    let refuse = |rule, message| {
        Refusal::new(rule, message).at(SourcePosition {
            byte_offset: 0,
            line: 1,
        })
    };
    let is_detected = format == InputFormat::Auto;
    if is_detected && let Some(refusal) = other_version(sample) {
        return Some(refusal);
    }
    // Plain letters may also begin a text.
    let is_certain = |magic: &[u8]| match magic {
        AVRO_MAGIC | ZIP_MAGIC => !is_detected,
        b"BZh" => sample.get(4..10) == Some(b"1AY&SY") || sample.get(4) == Some(&0x17),
        PARQUET_MAGIC => !is_detected && is_parquet(sample),
        b"PARE" => sample.get(4).is_some_and(u8::is_ascii_control),
        _ => true,
    };
    let mut formats = KNOWN_FORMATS.iter();
    let known = formats.find(|(magic, _, _)| sample.starts_with(magic) && is_certain(magic));
    if let Some((_, what, remedy)) = known {
        return Some(refuse(
            RuleId::FileFormat,
            format!("the file is {what}, not JSON or delimited text; {remedy}"),
        ));
    }
    if format == InputFormat::Spreadsheet {
        let message = "the file is no workbook (xlsx or ods); read it with --input-format auto";
        return Some(refuse(RuleId::FileFormat, message.to_owned()));
    }
    let wide = detect_wide_text(sample)?;
    // Delimited text in UTF-16 is supported.
    let is_csv = match format {
        InputFormat::Auto => !wide.is_json,
        InputFormat::Csv => true,
        InputFormat::Json
        | InputFormat::Ndjson
        | InputFormat::Avro
        | InputFormat::Parquet
        | InputFormat::Spreadsheet => false,
    };
    let is_read = wide.bits == 16 && is_csv;
    (!is_read).then(|| {
        let WideText { bits, .. } = wide;
        let what = if wide.is_json { "JSON" } else { "text" };
        refuse(
            RuleId::FileEncoding,
            format!(
                "the file is {what} in UTF-{bits}; convert it to UTF-8: iconv -f UTF-{bits} -t UTF-8"
            ),
        )
    })
}

/// Text in UTF-16 or UTF-32.
struct WideText {
    bits: usize,
    is_json: bool,
}

/// Tests UTF-32 first, because its byte order mark begins with that of UTF-16.
fn detect_wide_text(sample: &[u8]) -> Option<WideText> {
    if sample.starts_with(BYTE_ORDER_MARK) {
        return None;
    }
    for (bytes, little, mark) in [
        (4, true, &b"\xFF\xFE\0\0"[..]),
        (4, false, b"\0\0\xFE\xFF"),
        (2, true, b"\xFF\xFE"),
        (2, false, b"\xFE\xFF"),
    ] {
        let is_marked = sample.starts_with(mark);
        let text = sample.strip_prefix(mark).unwrap_or(sample);
        let is_json =
            first_character(text, bytes, little).is_some_and(|first| matches!(first, b'{' | b'['));
        if is_marked || is_json {
            let bits = 8 * bytes;
            return Some(WideText { bits, is_json });
        }
    }
    None
}

/// The first character that is not white space, if it is ASCII.
fn first_character(text: &[u8], bytes: usize, little: bool) -> Option<u8> {
    let unit = |unit: &[u8]| {
        let (low, high) = if little {
            unit.split_first()?
        } else {
            unit.split_last()?
        };
        high.iter().all(|byte| *byte == 0).then_some(*low)
    };
    let mut units = text.chunks_exact(bytes).map(unit);
    units.find(|low| !low.is_some_and(|low| is_space(&low)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal_of(sample: &[u8]) -> Option<(RuleId, String)> {
        let refusal = refusal(sample, InputFormat::Auto)?;
        Some((refusal.rule, refusal.message))
    }

    #[test]
    fn files_of_other_programs_are_named_by_their_first_bytes() {
        for (sample, name) in [
            (&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0"[..], "xls"),
            (b"\xFD7zXZ\0\0\x04", "xz"),
            (b"BZh91AY&SY\x12", "bzip2"),
            (b"BZh9\x17\x72\x45\x38\x50\x90", "bzip2"),
            (b"7z\xBC\xAF\x27\x1C\0\x04", "7z"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\x1F\x8B\x08\0", "compressed twice"),
        ] {
            let (rule, message) = refusal_of(sample).unwrap();
            assert_eq!(rule, RuleId::FileFormat, "{message}");
            assert!(message.contains(name), "{name}: {message}");
        }
        for text in [
            "PAR1;PAR2\n1;2\n",
            "PAR1",
            "BZhora,total\n1,2\n",
            "Object,time\n",
            "Obj\t1\n",
            "Obj\x01",
            "%PDF,x\n",
            "PK,price\n",
            "",
            "{}",
        ] {
            assert_eq!(refusal_of(text.as_bytes()), None, "{text}");
        }
        let avro = b"Obj\x01\x04\x16avro.schema";
        for format in [InputFormat::Json, InputFormat::Ndjson, InputFormat::Csv] {
            let refused = refusal(avro, format).unwrap();
            assert!(refused.message.contains("an Avro file"), "{refused}");
        }
        assert_eq!(refusal(avro, InputFormat::Avro), None);
        let other = refusal_of(b"Obj\x02\x04").unwrap();
        assert_eq!(other.0, RuleId::FileAvroDamaged);
    }

    #[test]
    fn json_in_wide_characters_is_named_and_utf_16_csv_is_left_to_its_reader() {
        let utf16 = |text: &str, little: bool| -> Vec<u8> {
            let units = text.encode_utf16();
            units
                .flat_map(|unit| {
                    if little {
                        unit.to_le_bytes()
                    } else {
                        unit.to_be_bytes()
                    }
                })
                .collect()
        };
        let utf32 = |text: &str, little: bool| -> Vec<u8> {
            let characters = text.chars().map(u32::from);
            characters
                .flat_map(|character| {
                    if little {
                        character.to_le_bytes()
                    } else {
                        character.to_be_bytes()
                    }
                })
                .collect()
        };
        for little in [true, false] {
            for text in ["\u{FEFF}{\"a\":1}", "{\"a\":1}", " \r\n[1]"] {
                for (sample, name) in [
                    (utf16(text, little), "JSON in UTF-16"),
                    (utf32(text, little), "JSON in UTF-32"),
                ] {
                    let (rule, message) = refusal_of(&sample).unwrap();
                    assert_eq!(rule, RuleId::FileEncoding, "{message}");
                    assert!(message.contains(name), "{text:?}: {message}");
                }
            }
            assert_eq!(refusal_of(&utf16("\u{FEFF}id;price\n", little)), None);
            assert_eq!(refusal_of(&utf16("id;price\n", little)), None);
            let (_, message) = refusal_of(&utf32("\u{FEFF}id;price\n", little)).unwrap();
            assert!(message.contains("text in UTF-32"), "{message}");
        }
    }
}
