//! Decodes the records of an unpacked block. A record becomes one line of JSON: its fields in the
//! order of the schema, unions opened, null kept, bytes as hexadecimal text, timestamps as ISO 8601.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat};

use super::binary::AvroCursor;
use super::fault::AvroFault;
use super::layout::AvroLayout;
use super::schema::{AvroRecord, AvroType, TimestampUnit};
use crate::input::refusal::{Refusal, SourcePosition};
use crate::input::stream::InputLimits;
use crate::input::value_text::{write_decimal, write_double, write_float, write_hexadecimal};

/// A record as JSON, reused from record to record.
#[derive(Debug, Default)]
pub struct AvroRecordText {
    /// The JSON text.
    pub json: String,
    /// The field with a text that is not UTF-8, if there is one; its wrong bytes are U+FFFD in the JSON.
    pub not_utf8: Option<String>,
    /// Whether the price was a 32-bit float.
    pub price_is_float32: bool,
    /// The digits of a time that is a timestamp.
    pub time_digits: Option<String>,
}

/// The records of one block.
#[derive(Debug)]
pub struct AvroRecords<'a> {
    cursor: AvroCursor<'a>,
    layout: &'a AvroLayout,
    limits: InputLimits,
    /// Where the block begins.
    start: SourcePosition,
}

/// The JSON of a record may be so many times longer than the longest record: escapes of control
/// characters are six bytes long, and items of arrays may take no byte at all.
const MAX_JSON_FACTOR: usize = 8;

impl<'a> AvroRecords<'a> {
    /// The records in the plain data of the block that begins at `start`.
    pub fn new(
        plain: &'a [u8],
        layout: &'a AvroLayout,
        limits: InputLimits,
        start: SourcePosition,
    ) -> Self {
        Self {
            cursor: AvroCursor::new(plain),
            layout,
            limits,
            start,
        }
    }

    /// Reads the next record into `text`, and returns its bytes.
    ///
    /// # Errors
    /// The bytes are no record of the schema, or the record is too long.
    pub fn read(&mut self, text: &mut AvroRecordText) -> Result<&'a [u8], Refusal> {
        let start = self.cursor.offset();
        let read = self.record(text);
        read.map_err(|fault| fault.in_block(self.start))?;
        let bytes = self.cursor.since(start);
        check_length(bytes.len(), self.limits).map_err(|fault| fault.in_block(self.start))?;
        Ok(bytes)
    }

    /// The end of the block: it must have been read to its last byte.
    ///
    /// # Errors
    /// Bytes remain.
    pub fn finish(&self) -> Result<(), Refusal> {
        match self.cursor.remaining() {
            0 => Ok(()),
            bytes => {
                let message = format!("{bytes} bytes remain behind its records");
                Err(AvroFault::damaged(message).in_block(self.start))
            }
        }
    }

    fn record(&mut self, text: &mut AvroRecordText) -> Result<(), AvroFault> {
        text.json.clear();
        text.not_utf8 = None;
        text.price_is_float32 = false;
        text.time_digits = None;
        let layout = self.layout;
        text.json.push('{');
        for (at, field) in layout.schema.fields.iter().enumerate() {
            if at > 0 {
                text.json.push(',');
            }
            write_text(&mut text.json, &field.name);
            text.json.push(':');
            let mut writer = ValueWriter {
                cursor: &mut self.cursor,
                json: &mut text.json,
                limits: self.limits,
                is_utf8: true,
                is_float32: false,
                timestamp: None,
            };
            writer.value(&field.avro_type)?;
            let ValueWriter {
                is_utf8,
                is_float32,
                timestamp,
                ..
            } = writer;
            if !is_utf8 && text.not_utf8.is_none() {
                text.not_utf8 = Some(field.name.clone());
            }
            if layout.price == Some(at) {
                text.price_is_float32 = is_float32;
            }
            if layout.time == Some(at) {
                text.time_digits = timestamp.map(|value| value.to_string());
            }
        }
        text.json.push('}');
        Ok(())
    }
}

fn check_length(bytes: usize, limits: InputLimits) -> Result<(), AvroFault> {
    let most = limits.max_record_bytes;
    if bytes <= most {
        return Ok(());
    }
    Err(AvroFault::limit(format!(
        "a record has more than {most} bytes; raise --max-record-bytes if this is intended"
    )))
}

/// Writes one value as JSON, and keeps what JSON does not say about it.
struct ValueWriter<'w, 'a> {
    cursor: &'w mut AvroCursor<'a>,
    json: &'w mut String,
    limits: InputLimits,
    is_utf8: bool,
    is_float32: bool,
    timestamp: Option<i64>,
}

impl<'a> ValueWriter<'_, 'a> {
    /// The depth of the recursion is that of the schema, which is limited.
    fn value(&mut self, avro_type: &AvroType) -> Result<(), AvroFault> {
        let most = MAX_JSON_FACTOR.saturating_mul(self.limits.max_record_bytes);
        if self.json.len() > most {
            let message = format!("a record becomes more than {most} bytes of JSON");
            return Err(AvroFault::limit(message));
        }
        match avro_type {
            AvroType::Null => self.json.push_str("null"),
            AvroType::Timestamp(unit) => self.timestamp(*unit)?,
            AvroType::Text => self.text()?,
            AvroType::Enum(symbols) => {
                let index = self.cursor.index("a symbol of an enum", symbols.len())?;
                write_text(self.json, symbols.get(index).map_or("", String::as_str));
            }
            AvroType::Union(branches) => {
                let index = self.cursor.index("a branch of a union", branches.len())?;
                if let Some(branch) = branches.get(index) {
                    self.value(branch)?;
                }
            }
            AvroType::Record(record) => self.record(record)?,
            AvroType::Array(items) => {
                self.json.push('[');
                self.items(|writer| writer.value(items))?;
                self.json.push(']');
            }
            AvroType::Map(values) => {
                self.json.push('{');
                self.items(|writer| {
                    writer.text()?;
                    writer.json.push(':');
                    writer.value(values)
                })?;
                self.json.push('}');
            }
            _ => self.scalar(avro_type)?,
        }
        Ok(())
    }

    /// A number, a boolean or bytes.
    fn scalar(&mut self, avro_type: &AvroType) -> Result<(), AvroFault> {
        match avro_type {
            AvroType::Boolean => {
                let value = self.cursor.boolean()?;
                self.json.push_str(if value { "true" } else { "false" });
            }
            AvroType::Int | AvroType::OtherTime { is_long: false, .. } => {
                self.number(|cursor| cursor.int().map(i64::from))?;
            }
            AvroType::Float => {
                self.is_float32 = true;
                write_float(self.json, f32::from_le_bytes(self.cursor.array()?));
            }
            AvroType::Double => write_double(self.json, f64::from_le_bytes(self.cursor.array()?)),
            AvroType::Bytes => {
                let bytes = self.sized()?;
                write_bytes(self.json, bytes);
            }
            AvroType::Fixed(size) => {
                let bytes = self.cursor.take(*size)?;
                write_bytes(self.json, bytes);
            }
            AvroType::Decimal { scale, fixed } => {
                let bytes = match fixed {
                    Some(size) => self.cursor.take(*size)?,
                    None => self.sized()?,
                };
                if !write_decimal(self.json, bytes, *scale) {
                    write_bytes(self.json, bytes);
                }
            }
            // The other types are read by the caller.
            _ => self.number(AvroCursor::long)?,
        }
        Ok(())
    }

    fn number(
        &mut self,
        read: impl FnOnce(&mut AvroCursor<'a>) -> Result<i64, AvroFault>,
    ) -> Result<(), AvroFault> {
        let value = read(self.cursor)?;
        // Writing to a string cannot fail.
        let _ = write!(self.json, "{value}");
        Ok(())
    }

    /// Bytes with their length before them, if that is permitted for a record.
    fn sized(&mut self) -> Result<&'a [u8], AvroFault> {
        let bytes = self.cursor.sized()?;
        check_length(bytes.len(), self.limits)?;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<(), AvroFault> {
        let bytes = self.sized()?;
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            write_text(self.json, text);
        } else {
            self.is_utf8 = false;
            write_text(self.json, &String::from_utf8_lossy(bytes));
        }
        Ok(())
    }

    /// A timestamp as ISO 8601, or as its digits outside the range of dates.
    fn timestamp(&mut self, unit: TimestampUnit) -> Result<(), AvroFault> {
        let value = self.cursor.long()?;
        self.timestamp = Some(value);
        let instant = match unit {
            TimestampUnit::Millis => DateTime::from_timestamp_millis(value),
            TimestampUnit::Micros => DateTime::from_timestamp_micros(value),
        };
        let text = match instant {
            Some(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            None => value.to_string(),
        };
        write_text(self.json, &text);
        Ok(())
    }

    fn record(&mut self, record: &AvroRecord) -> Result<(), AvroFault> {
        self.json.push('{');
        for (at, field) in record.fields.iter().enumerate() {
            if at > 0 {
                self.json.push(',');
            }
            write_text(self.json, &field.name);
            self.json.push(':');
            self.value(&field.avro_type)?;
        }
        self.json.push('}');
        Ok(())
    }

    /// The items of an array or a map: blocks of them, each with their count, and below zero also with
    /// its size, until an empty one.
    fn items(
        &mut self,
        item: impl Fn(&mut Self) -> Result<(), AvroFault>,
    ) -> Result<(), AvroFault> {
        let mut is_first = true;
        loop {
            let count = self.cursor.long()?;
            if count == 0 {
                return Ok(());
            }
            let size = match count {
                ..0 => Some(self.cursor.long()?),
                _ => None,
            };
            let start = self.cursor.offset();
            for _ in 0..count.unsigned_abs() {
                if !std::mem::take(&mut is_first) {
                    self.json.push(',');
                }
                item(self)?;
            }
            let length = (self.cursor.offset() - start) as u64;
            if size.is_some_and(|size| u64::try_from(size) != Ok(length)) {
                let message = "the items of an array or map do not have the size before them";
                return Err(AvroFault::damaged(message));
            }
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(plain_from..at).unwrap_or_default());
        plain_from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(text.get(plain_from..).unwrap_or_default());
    out.push('"');
}

/// Writes bytes as hexadecimal text, in quotes.
fn write_bytes(out: &mut String, bytes: &[u8]) {
    out.push('"');
    write_hexadecimal(out, bytes);
    out.push('"');
}

impl AvroRecordText {
    /// Adds a member with the bytes of the record, from which texts that are not UTF-8 can be read.
    pub fn add_bytes(&mut self, bytes: &[u8]) {
        self.json.truncate(self.json.len().saturating_sub(1));
        self.json.push_str(",\"_avro_hex\":");
        write_bytes(&mut self.json, bytes);
        self.json.push('}');
    }
}
