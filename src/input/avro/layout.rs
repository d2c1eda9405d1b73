//! What the header of a file says about its blocks, and the blocks of a chunk.

use std::borrow::Cow;
use std::sync::Arc;

use super::binary::{VariableLong, variable_long};
use super::codec::AvroCodec;
use super::fault::AvroFault;
use super::mapped_names::MappedNames;
use super::schema::AvroRecord;
use crate::input::refusal::{Refusal, SourcePosition};
use crate::input::stream::InputLimits;

/// Length of the marker behind the header and each block.
pub(super) const SYNC_BYTES: usize = 16;

/// The schema and the codec of the blocks of a file.
#[derive(Clone, Debug)]
pub struct AvroLayout {
    pub(super) schema: Arc<AvroRecord>,
    pub(super) codec: AvroCodec,
    pub(super) sync: [u8; SYNC_BYTES],
    /// Positions of the fields `price` and `time`, where the records have them.
    pub(super) price: Option<usize>,
    pub(super) time: Option<usize>,
}

impl AvroLayout {
    pub(super) fn new(
        schema: Arc<AvroRecord>,
        codec: AvroCodec,
        sync: [u8; SYNC_BYTES],
        names: MappedNames<'_>,
    ) -> Self {
        let position = |name| schema.position(names.field(name));
        let (price, time) = (position("price"), position("time"));
        Self {
            schema,
            codec,
            sync,
            price,
            time,
        }
    }

    /// The plain data of a block.
    ///
    /// # Errors
    /// The data are damaged (`FILE-AVRO-DAMAGED`), or unpack to more than the limits allow.
    pub fn unpack<'a>(
        &self,
        block: &StoredBlock<'a>,
        limits: InputLimits,
    ) -> Result<Cow<'a, [u8]>, Refusal> {
        let plain = self.codec.unpack(block.data, limits);
        plain.map_err(|fault| fault.in_block(block.start))
    }
}

/// A block as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct StoredBlock<'a> {
    /// Where it begins: the offset of its first byte, and its number in the file, from 1, as the line.
    pub start: SourcePosition,
    /// The number of records that it announces.
    pub records: u64,
    /// Its data, packed.
    data: &'a [u8],
}

/// The count and the size at the start of a block, and how many bytes they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHead {
    pub(super) records: u64,
    pub(super) data_bytes: u64,
    pub(super) head_bytes: usize,
}

impl BlockHead {
    /// Reads the head at the start of `bytes`; `None` if it continues after them.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, AvroFault> {
        let mut at = 0;
        let mut numbers = [0; 2];
        for (number, what) in numbers.iter_mut().zip(["number of records", "size"]) {
            let rest = bytes.get(at..).unwrap_or_default();
            let value = match variable_long(rest) {
                VariableLong::Value(value, length) => {
                    at += length;
                    value
                }
                VariableLong::Incomplete => return Ok(None),
                VariableLong::TooLong => {
                    let message = format!("its {what} has more than 64 bits");
                    return Err(AvroFault::damaged(message));
                }
            };
            *number = u64::try_from(value).map_err(|_negative| {
                AvroFault::damaged(format!("its {what} is negative ({value})"))
            })?;
        }
        let [records, data_bytes] = numbers;
        Ok(Some(Self {
            records,
            data_bytes,
            head_bytes: at,
        }))
    }
}

/// The blocks of a chunk, which the reader has found to be complete.
#[derive(Debug)]
pub struct StoredBlocks<'a> {
    rest: &'a [u8],
    start: SourcePosition,
}

impl<'a> StoredBlocks<'a> {
    /// The blocks in `bytes`, the first of which begins at `start`.
    pub fn new(bytes: &'a [u8], start: SourcePosition) -> Self {
        Self { rest: bytes, start }
    }
}

impl<'a> Iterator for StoredBlocks<'a> {
    type Item = StoredBlock<'a>;

    fn next(&mut self) -> Option<StoredBlock<'a>> {
        let head = BlockHead::read(self.rest).ok().flatten()?;
        let data_end = head.head_bytes + usize::try_from(head.data_bytes).ok()?;
        let data = self.rest.get(head.head_bytes..data_end)?;
        let block = StoredBlock {
            start: self.start,
            records: head.records,
            data,
        };
        let length = data_end + SYNC_BYTES;
        self.rest = self.rest.get(length..)?;
        self.start.byte_offset += length as u64;
        self.start.line += 1;
        Some(block)
    }
}
