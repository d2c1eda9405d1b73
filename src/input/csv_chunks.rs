//! Cuts delimited text into chunks of whole rows, decoded to UTF-8.

use std::sync::Arc;

use super::buffer_pool::BufferPool;
use super::chunk::{Chunk, ChunkForm, MAX_CHUNK_LINES};
use super::csv::columns::ColumnAliases;
use super::csv::dialect::{CsvLayout, CsvSample, sniff};
use super::csv::encoding::{Decoder, Encoding, InvalidBytes, detect_encoding};
use super::csv::record_cutter::RecordCutter;
use super::csv::refusal::{CsvRefusal, TextPosition};
use super::options::ReaderOptions;
use super::refusal::{ReadError, Refusal, SourcePosition};
use super::stream::ByteStream;
use crate::rules::RuleId;

/// The chunks of whole rows of one input.
pub(super) struct CsvChunks {
    encoding: Encoding,
    decoder: Decoder,
    /// `None` when there are only blank lines so far.
    layout: Option<Arc<CsvLayout>>,
    cutter: Option<RecordCutter>,
    /// Decoded text that has not been returned yet.
    buffer: Vec<u8>,
    /// Position of `buffer` in the decompressed bytes of the input.
    position: SourcePosition,
    /// Bytes of `buffer` that were fed to the cutter.
    fed: usize,
    /// Line ends in these bytes.
    lines: usize,
    /// Bytes that are not decoded yet.
    raw: Vec<u8>,
    ended: bool,
}

/// Bytes fed to the cutter at once: they stay in the first-level cache, and a chunk of very short rows
/// does not get too many rows.
const FEED_BYTES: usize = 16 << 10;

impl CsvChunks {
    /// Detects encoding and dialect by the first bytes.
    pub(super) fn start(
        sample: &[u8],
        ended: bool,
        options: &ReaderOptions,
        columns: &dyn ColumnAliases,
    ) -> Result<Self, ReadError> {
        let chosen = options.dialect.encoding;
        let detected = chosen.map_or_else(
            || detect_encoding(sample, ended),
            |set| Encoding::chosen(set, sample),
        );
        let fallback = options.not_utf8.and_then(|bad| detected.fallback(bad));
        let encoding = fallback.unwrap_or(detected);
        let mut decoder = Decoder::new(encoding);
        let mut buffer = Vec::with_capacity(sample.len());
        decoder
            .decode(sample, ended, &mut buffer)
            .map_err(|bad| encoding_error(encoding, bad))?;
        // The decoder output is always UTF-8.
        let text = std::str::from_utf8(&buffer).unwrap_or_default();
        let seen = CsvSample {
            text,
            complete: ended,
            encoding,
        };
        let layout = sniff(&seen, columns, &options.dialect).map_err(|refused| refuse(&refused))?;
        let body = layout
            .as_ref()
            .map_or(TextPosition::START, |layout| layout.body);
        let start = usize::try_from(body.byte_offset)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let header = text.get(..start).unwrap_or_default();
        let position = SourcePosition {
            byte_offset: encoding.mark_bytes as u64 + encoding.charset.encoded_len(header),
            line: body.line,
        };
        let cutter = layout.as_ref().map(|layout| {
            RecordCutter::new(layout.delimiter, options.limits.max_record_bytes).starting_at(body)
        });
        Ok(Self {
            encoding,
            decoder,
            layout: layout.map(Arc::new),
            cutter,
            buffer: buffer.split_off(start),
            position,
            fed: 0,
            lines: 0,
            raw: Vec::new(),
            ended,
        })
    }

    pub(super) fn layout(&self) -> Option<Arc<CsvLayout>> {
        self.layout.clone()
    }

    /// The next chunk, about `chunk_bytes` long; `None` at the end.
    pub(super) fn next(
        &mut self,
        stream: &mut ByteStream,
        chunk_bytes: usize,
        buffers: &BufferPool,
    ) -> Result<Option<Chunk>, ReadError> {
        let mut cut = None;
        let at_end = loop {
            if let Some(end) = self.feed()? {
                cut = Some(end);
            }
            let all_fed = self.fed == self.buffer.len();
            let enough = self.fed >= chunk_bytes || self.lines >= MAX_CHUNK_LINES;
            if (self.ended && all_fed) || (cut.is_some_and(|cut| cut > 0) && enough) {
                break self.ended && all_fed;
            }
            if all_fed {
                self.fill(stream, chunk_bytes)?;
                if self.layout.is_none() {
                    self.skip_blank()?;
                }
            }
        };
        if at_end {
            if let Some(cutter) = &self.cutter {
                cutter.finish().map_err(|refused| refuse(&refused))?;
            }
            cut = Some(self.buffer.len());
        }
        let (Some(layout), Some(cut)) = (&self.layout, cut.filter(|&cut| cut > 0)) else {
            return Ok(None);
        };
        let form = ChunkForm::Rows(Arc::clone(layout));
        let rest = self.buffer.get(cut..).unwrap_or_default();
        let mut carried = buffers.acquire(chunk_bytes.max(rest.len()));
        carried.extend_from_slice(rest);
        let mut bytes = std::mem::replace(&mut self.buffer, carried);
        bytes.truncate(cut);
        self.fed -= cut;
        self.lines = line_ends(self.buffer.get(..self.fed).unwrap_or_default());
        let chunk = Chunk {
            bytes,
            position: self.position,
            form,
        };
        self.position.byte_offset += self.encoding.charset.encoded_len_of(&chunk.bytes);
        let next = self
            .cutter
            .as_ref()
            .map_or(TextPosition::START, RecordCutter::next_record);
        self.position.line = next.line;
        Ok(Some(chunk))
    }

    /// Skips blank lines after a sample of only blank lines; anything else is refused.
    fn skip_blank(&mut self) -> Result<(), Refusal> {
        if self.buffer.iter().all(u8::is_ascii_whitespace) {
            self.buffer.clear();
            return Ok(());
        }
        Err(Refusal::new(
            RuleId::FileCsvAmbig,
            "there are too many blank lines before the header; remove them",
        ))
    }

    /// Feeds new bytes to the cutter; returns the end of the last whole record in the buffer.
    fn feed(&mut self) -> Result<Option<usize>, ReadError> {
        let fresh = self.buffer.get(self.fed..).unwrap_or_default();
        let fresh = fresh.get(..FEED_BYTES).unwrap_or(fresh);
        let Some(cutter) = self.cutter.as_mut().filter(|_| !fresh.is_empty()) else {
            self.fed = self.buffer.len();
            return Ok(None);
        };
        let end = cutter.feed(fresh).map_err(|refused| refuse(&refused))?;
        let end = end.map(|end| self.fed + end);
        self.lines += line_ends(fresh);
        self.fed += fresh.len();
        Ok(end)
    }

    fn fill(&mut self, stream: &mut ByteStream, chunk_bytes: usize) -> Result<(), ReadError> {
        self.raw.clear();
        self.ended = !stream.fill(&mut self.raw, chunk_bytes)?;
        let encoding = self.encoding;
        self.decoder
            .decode(&self.raw, self.ended, &mut self.buffer)
            .map_err(|bad| encoding_error(encoding, bad))
    }
}

fn line_ends(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// For bytes that are invalid in the encoding: reads the input again in another one, or refuses it.
fn encoding_error(encoding: Encoding, bad: InvalidBytes) -> ReadError {
    if encoding.fallback(bad).is_some() {
        return ReadError::NotUtf8(bad);
    }
    refuse(&CsvRefusal::Encoding(bad))
}

fn refuse(refused: &CsvRefusal) -> ReadError {
    let message = format!("{refused}; {}", refused.remedy());
    let position = refused.at().map(|at| SourcePosition {
        byte_offset: at.byte_offset,
        line: at.line,
    });
    ReadError::Refused(Refusal {
        position,
        ..Refusal::new(refused.rule(), message)
    })
}
