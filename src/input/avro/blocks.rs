//! Cuts the blocks of a container file into chunks of whole blocks.

use std::sync::Arc;

use super::fault::AvroFault;
use super::layout::{AvroLayout, BlockHead, SYNC_BYTES};
use crate::input::buffer_pool::BufferPool;
use crate::input::chunk::{Chunk, ChunkForm, MAX_CHUNK_LINES};
use crate::input::refusal::{ReadError, Refusal, SourcePosition};
use crate::input::stream::{ByteStream, InputLimits};
use crate::rules::RuleId;

/// Maximum number of records of a block, which is validated as a whole: more than twice what Currents
/// writes under load, few enough that rejects of a few bytes each fit in memory.
const MAX_RECORDS_PER_BLOCK: u64 = 1 << 18;

/// The chunks of one container file.
pub(in crate::input) struct BlockChunks {
    layout: Arc<AvroLayout>,
    /// Bytes read and not yet in a chunk; a block begins at the first.
    buffer: Vec<u8>,
    /// Where the buffer begins; the line is the number of the block.
    position: SourcePosition,
    ended: bool,
}

/// The end of a block in the buffer.
struct BlockEnd {
    at: usize,
    records: u64,
}

impl BlockChunks {
    /// Starts with the bytes after the header, which begin at `position`.
    pub(in crate::input) fn new(
        layout: AvroLayout,
        buffer: Vec<u8>,
        position: SourcePosition,
        ended: bool,
    ) -> Self {
        Self {
            layout: Arc::new(layout),
            buffer,
            position,
            ended,
        }
    }

    /// The next chunk: blocks of about `chunk_bytes`, and of as many records as a chunk of lines has;
    /// at least one block. `None` at the end.
    pub(in crate::input) fn next(
        &mut self,
        stream: &mut ByteStream,
        chunk_bytes: usize,
        limits: InputLimits,
        buffers: &BufferPool,
    ) -> Result<Option<Chunk>, ReadError> {
        let (mut cut, mut records, mut blocks) = (0, 0, 0);
        while cut < chunk_bytes && records < MAX_CHUNK_LINES as u64 {
            let start = SourcePosition {
                byte_offset: self.position.byte_offset + cut as u64,
                line: self.position.line + blocks,
            };
            let mut source = BlockSource {
                stream: &mut *stream,
                chunk_bytes,
            };
            let Some(end) = self.block_end(&mut source, cut, start, limits)? else {
                break;
            };
            if cut > 0 && records + end.records > MAX_CHUNK_LINES as u64 {
                break;
            }
            cut = end.at;
            records += end.records;
            blocks += 1;
        }
        if cut == 0 {
            return Ok(None);
        }
        let rest = self.buffer.get(cut..).unwrap_or_default();
        let mut carried = buffers.acquire(chunk_bytes.max(rest.len()));
        carried.extend_from_slice(rest);
        let mut bytes = std::mem::replace(&mut self.buffer, carried);
        bytes.truncate(cut);
        let position = self.position;
        self.position.byte_offset += cut as u64;
        self.position.line += blocks;
        let form = ChunkForm::Blocks(Arc::clone(&self.layout));
        Ok(Some(Chunk {
            bytes,
            position,
            form,
        }))
    }

    /// The end of the block that begins at `at` in the buffer; `None` if the input ends there.
    fn block_end(
        &mut self,
        source: &mut BlockSource<'_>,
        at: usize,
        start: SourcePosition,
        limits: InputLimits,
    ) -> Result<Option<BlockEnd>, ReadError> {
        let head = loop {
            let rest = self.buffer.get(at..).unwrap_or_default();
            let head = BlockHead::read(rest).map_err(|fault| fault.in_block(start))?;
            if let Some(head) = head {
                break head;
            }
            if self.ended {
                return if rest.is_empty() {
                    Ok(None)
                } else {
                    Err(self.cut_off(at, start).into())
                };
            }
            let target = self.buffer.len() + 1;
            self.fill(source, target)?;
        };
        check_head(head, limits).map_err(|fault| fault.in_block(start))?;
        // Below the limit, which is a usize.
        let data_bytes = usize::try_from(head.data_bytes).unwrap_or(usize::MAX);
        let sync_at = (at + head.head_bytes).saturating_add(data_bytes);
        let end = sync_at.saturating_add(SYNC_BYTES);
        self.fill(source, end)?;
        let Some(sync) = self.buffer.get(sync_at..end) else {
            return Err(self.cut_off(at, start).into());
        };
        if sync != self.layout.sync {
            let message = "the marker behind it is not that of the file";
            return Err(AvroFault::damaged(message).in_block(start).into());
        }
        Ok(Some(BlockEnd {
            at: end,
            records: head.records,
        }))
    }

    /// Fills the buffer to at least `needed` bytes, unless the input ends before.
    fn fill(&mut self, source: &mut BlockSource<'_>, needed: usize) -> Result<(), ReadError> {
        if self.buffer.len() < needed && !self.ended {
            let target = needed.max(source.chunk_bytes);
            self.ended = !source.stream.fill(&mut self.buffer, target)?;
        }
        Ok(())
    }

    fn cut_off(&self, at: usize, start: SourcePosition) -> Refusal {
        let SourcePosition { byte_offset, line } = start;
        let found = (self.buffer.len() - at) as u64;
        let message = format!(
            "the file ends in block {line}, which begins at byte {byte_offset}; copy the file again"
        );
        Refusal::new(RuleId::FileTruncated, message).at(SourcePosition {
            byte_offset: byte_offset + found,
            line: 0,
        })
    }
}

/// Where the bytes of the blocks come from.
struct BlockSource<'s> {
    stream: &'s mut ByteStream,
    chunk_bytes: usize,
}

fn check_head(head: BlockHead, limits: InputLimits) -> Result<(), AvroFault> {
    let most = limits.max_line_bytes;
    if head.data_bytes > most as u64 {
        return Err(AvroFault::limit(format!(
            "it has {} bytes, more than the limit of {most}; raise --max-line-bytes if this is intended",
            head.data_bytes
        )));
    }
    if head.records > MAX_RECORDS_PER_BLOCK {
        return Err(AvroFault::limit(format!(
            "it has {} records, more than the limit of {MAX_RECORDS_PER_BLOCK}; write smaller blocks",
            head.records
        )));
    }
    Ok(())
}
