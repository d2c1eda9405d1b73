//! Reads the header of a container file: the first bytes come in, the layout of the blocks comes out.

use super::binary::{VariableLong, variable_long};
use super::codec::AvroCodec;
use super::content::AvroContent;
use super::fault::AvroFault;
use super::layout::{AvroLayout, SYNC_BYTES};
use super::magic::{AVRO_MAGIC, no_container};
use super::mapped_names::MappedNames;
use super::schema_parser::parse_schema;
use crate::input::csv::columns::ColumnAliases;
use crate::input::envelope::Envelope;
use crate::input::options::ReaderOptions;
use crate::input::refusal::{ReadError, Refusal, SourcePosition};
use crate::input::stream::ByteStream;
use crate::rules::RuleId;

/// Maximum length of a header. Those of Currents have up to 10 KiB.
const MAX_HEADER_BYTES: usize = 1 << 20;

/// Reads the header at the start of `buffer`, which is filled from `stream` as far as necessary, and
/// removes it from there. Returns the layout, and the position of the first block.
///
/// # Errors
/// The header is cut off, damaged or too long; its codec or schema cannot be read; its records are
/// no customer purchases.
pub(in crate::input) fn read_header(
    buffer: &mut Vec<u8>,
    stream: &mut ByteStream,
    mut ended: bool,
    options: &ReaderOptions,
    columns: &dyn ColumnAliases,
) -> Result<(AvroLayout, SourcePosition, bool), ReadError> {
    if !buffer.starts_with(AVRO_MAGIC) {
        return Err(no_container(buffer).into());
    }
    loop {
        let parsed = HeaderText::parse(buffer).map_err(AvroFault::in_header)?;
        if let Some((header, length)) = parsed {
            if length > MAX_HEADER_BYTES {
                return Err(too_long().in_header().into());
            }
            let layout = header.layout(options, columns)?;
            buffer.drain(..length);
            let position = SourcePosition {
                byte_offset: length as u64,
                line: 1,
            };
            return Ok((layout, position, ended));
        }
        if ended {
            return Err(cut_off(buffer.len()).into());
        }
        if buffer.len() > MAX_HEADER_BYTES {
            return Err(too_long().in_header().into());
        }
        let target = (2 * buffer.len()).min(MAX_HEADER_BYTES + 1);
        ended = !stream.fill(buffer, target)?;
    }
}

fn cut_off(length: usize) -> Refusal {
    let position = SourcePosition {
        byte_offset: length as u64,
        line: 0,
    };
    let message = format!("the Avro header is cut off after {length} bytes; copy the file again");
    Refusal::new(RuleId::FileTruncated, message).at(position)
}

fn too_long() -> AvroFault {
    AvroFault::limit(format!(
        "the Avro header has more than {MAX_HEADER_BYTES} bytes"
    ))
}

/// The parts of a header that are used.
#[derive(Default)]
struct HeaderText<'a> {
    schema: Option<&'a [u8]>,
    codec: Option<&'a [u8]>,
    sync: [u8; SYNC_BYTES],
}

impl<'a> HeaderText<'a> {
    /// The header at the start of `bytes`, and its length; `None` if it continues after them.
    fn parse(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, AvroFault> {
        let mut reader = HeaderReader {
            bytes,
            at: AVRO_MAGIC.len(),
        };
        let mut header = Self::default();
        // A map of entries: each block of them has their count, and below zero also its size.
        loop {
            let Some(count) = reader.long()? else {
                return Ok(None);
            };
            if count == 0 {
                break;
            }
            if count < 0 && reader.long()?.is_none() {
                return Ok(None);
            }
            for _ in 0..count.unsigned_abs() {
                let Some(key) = reader.sized()? else {
                    return Ok(None);
                };
                let Some(value) = reader.sized()? else {
                    return Ok(None);
                };
                match key {
                    b"avro.schema" => header.schema = Some(value),
                    b"avro.codec" => header.codec = Some(value),
                    _ => {}
                }
            }
        }
        let end = reader.at + SYNC_BYTES;
        let sync = bytes.get(reader.at..end);
        Ok(sync.and_then(|sync| sync.try_into().ok()).map(|sync| {
            header.sync = sync;
            (header, end)
        }))
    }

    fn layout(
        &self,
        options: &ReaderOptions,
        columns: &dyn ColumnAliases,
    ) -> Result<AvroLayout, ReadError> {
        let names = MappedNames::new(&options.dialect.mapping, columns);
        let missing = AvroFault::schema("the header has no schema (avro.schema)");
        let schema = self.schema.ok_or_else(|| missing.in_header())?;
        let schema =
            parse_schema(schema, options.limits.max_depth).map_err(AvroFault::in_header)?;
        let content = AvroContent::of(&schema, names, options.order_events);
        match content.map_err(AvroFault::in_header)? {
            AvroContent::OtherEvents(event_type) => {
                return Err(ReadError::OtherEvents(event_type));
            }
            _ if options.envelope == Envelope::ListResponse => {
                let message = "the Avro file contains customer purchases, not supplier purchases; ingest it with --kind purchases";
                return Err(Refusal::new(RuleId::FileWrongKind, message).into());
            }
            AvroContent::CurrentsPurchases
            | AvroContent::CustomEvents
            | AvroContent::IngestionRows
            | AvroContent::PurchaseObjects => {}
        }
        let codec = AvroCodec::of_name(self.codec.unwrap_or(b"null"));
        let codec = codec.map_err(AvroFault::in_header)?;
        Ok(AvroLayout::new(schema, codec, self.sync, names))
    }
}

/// Reads the header as far as its bytes are there.
struct HeaderReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> HeaderReader<'a> {
    fn long(&mut self) -> Result<Option<i64>, AvroFault> {
        match variable_long(self.bytes.get(self.at..).unwrap_or_default()) {
            VariableLong::Value(value, length) => {
                self.at += length;
                Ok(Some(value))
            }
            VariableLong::Incomplete => Ok(None),
            VariableLong::TooLong => {
                let message = "a length in the Avro header has more than 64 bits";
                Err(AvroFault::damaged(message))
            }
        }
    }

    fn sized(&mut self) -> Result<Option<&'a [u8]>, AvroFault> {
        let Some(length) = self.long()? else {
            return Ok(None);
        };
        let Ok(length) = usize::try_from(length) else {
            let message = format!("a length in the Avro header is negative ({length})");
            return Err(AvroFault::damaged(message));
        };
        if length > MAX_HEADER_BYTES {
            return Err(too_long());
        }
        let end = self.at + length;
        let taken = self.bytes.get(self.at..end);
        if taken.is_some() {
            self.at = end;
        }
        Ok(taken)
    }
}
