//! Reads one input in chunks, in order, in bounded memory.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::avro::{AVRO_MAGIC, BlockChunks, read_header};
use super::buffer_pool::BufferPool;
use super::chunk::Chunk;
use super::csv::columns::ColumnAliases;
use super::csv::dialect::CsvLayout;
use super::csv_chunks::CsvChunks;
use super::discovered::Input;
use super::document_chunks::DocumentChunks;
use super::format::{BYTE_ORDER_MARK, InputFormat, ResolvedFormat, detect_format};
use super::line_chunks::LineChunks;
use super::magic_bytes;
use super::options::ReaderOptions;
use super::parquet::{self, RowGroupChunks};
use super::refusal::{ReadError, Refusal, SourcePosition};
use super::sheet_chunks::SheetChunks;
use super::stream::{ByteStream, FileMetadata};
use crate::json::is_space;
use crate::rules::RuleId;

/// The results of reading an input to its end, or its first records.
#[derive(Clone, Debug)]
pub struct InputTotals {
    /// BLAKE3 of the decompressed bytes; `None` if only the beginning was read.
    pub digest: Option<blake3::Hash>,
    /// Decompressed bytes, those that were read.
    pub bytes: u64,
    /// The file metadata; `None` for a pipe, and if only the beginning was read.
    pub file: Option<FileMetadata>,
    /// The format it was read as.
    pub format: ResolvedFormat,
    /// The dialect of delimited text, with its evidence.
    pub layout: Option<Arc<CsvLayout>>,
    /// The text of a JSON document around its record arrays, which are empty in it.
    pub frame: Option<Arc<str>>,
}

enum ChunkSource {
    None,
    Lines(LineChunks),
    Document(Box<DocumentChunks>),
    Csv(Box<CsvChunks>),
    Blocks(Box<BlockChunks>),
    RowGroups(Box<RowGroupChunks>),
    Sheet(Box<SheetChunks>),
}

/// One input being read.
pub struct InputReader {
    stream: ByteStream,
    options: ReaderOptions,
    format: ResolvedFormat,
    chunks: ChunkSource,
    buffers: BufferPool,
}

impl std::fmt::Debug for InputReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// Length of the sample for detecting format and dialect: more than ten thousand rows.
const SAMPLE_BYTES: usize = 4 << 20;

impl InputReader {
    /// Opens an input and detects its format. `stored` counts the stored bytes as they are read.
    ///
    /// # Errors
    /// The input cannot be opened or read, or is refused by its first bytes.
    pub fn open(
        input: &Input,
        options: &ReaderOptions,
        columns: &dyn ColumnAliases,
        stored: Arc<AtomicU64>,
    ) -> Result<Self, ReadError> {
        let mut stream = ByteStream::open(input, options.limits, stored)?;
        let mut sample = Vec::new();
        // One chunk is enough to detect most formats; only delimited text needs a larger sample.
        let first = options.chunk_bytes.clamp(AVRO_MAGIC.len(), SAMPLE_BYTES);
        let mut ended = !stream.fill(&mut sample, first)?;
        if let Some(refusal) = magic_bytes::refusal(&sample, options.format) {
            return Err(refusal.into());
        }
        let format = match options.format {
            InputFormat::Auto => detect_format(&sample, ended, options.json()),
            InputFormat::Json => ResolvedFormat::Document,
            InputFormat::Ndjson => ResolvedFormat::Lines,
            InputFormat::Csv => ResolvedFormat::Csv,
            InputFormat::Avro => ResolvedFormat::Avro,
            InputFormat::Parquet => ResolvedFormat::Parquet,
            InputFormat::Spreadsheet => ResolvedFormat::Spreadsheet,
        };
        let chunks = match format {
            ResolvedFormat::Empty => ChunkSource::None,
            ResolvedFormat::Csv => {
                ended = ended || !stream.fill(&mut sample, SAMPLE_BYTES)?;
                let chunks = CsvChunks::start(&sample, ended, options, columns)?;
                ChunkSource::Csv(Box::new(chunks))
            }
            ResolvedFormat::Avro => {
                let (layout, position, ended) =
                    read_header(&mut sample, &mut stream, ended, options, columns)?;
                let chunks = BlockChunks::new(layout, sample, position, ended);
                ChunkSource::Blocks(Box::new(chunks))
            }
            ResolvedFormat::Parquet => {
                let file = parquet::stored_file(input, &sample, &mut stream)?;
                ChunkSource::RowGroups(Box::new(RowGroupChunks::open(file, options, columns)?))
            }
            ResolvedFormat::Spreadsheet => {
                let chunks = SheetChunks::start(sample, ended, &mut stream, options, columns)?;
                ChunkSource::Sheet(Box::new(chunks))
            }
            ResolvedFormat::Lines | ResolvedFormat::Document => {
                text_chunks(sample, ended, format, options)
            }
        };
        Ok(Self {
            stream,
            options: options.clone(),
            format,
            chunks,
            buffers: BufferPool::default(),
        })
    }

    /// Uses the buffers of a pool.
    #[must_use]
    pub fn with_buffers(mut self, buffers: &BufferPool) -> Self {
        if let ChunkSource::Document(document) = &mut self.chunks {
            document.buffers = buffers.clone();
        }
        self.buffers = buffers.clone();
        self
    }

    /// The next chunk; `None` at the end of the input.
    ///
    /// # Errors
    /// Storage fails, or the input is refused for an error outside a record.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, ReadError> {
        let Self {
            stream,
            options,
            chunks,
            buffers,
            ..
        } = self;
        match chunks {
            ChunkSource::None => {
                // White space is read to the end, so that the digest covers the whole input.
                let (mut rest, mut continues) = (Vec::new(), true);
                while continues {
                    rest.clear();
                    continues = stream.fill(&mut rest, options.chunk_bytes)?;
                    if rest.iter().any(|byte| !is_space(byte)) {
                        return Err(leading_space_refusal().into());
                    }
                }
                Ok(None)
            }
            ChunkSource::Lines(lines) => {
                lines.next(stream, options.chunk_bytes, options.limits, buffers)
            }
            ChunkSource::Document(document) => {
                document.next(stream, options.chunk_bytes, options.limits)
            }
            ChunkSource::Csv(csv) => csv.next(stream, options.chunk_bytes, buffers),
            ChunkSource::Blocks(blocks) => {
                blocks.next(stream, options.chunk_bytes, options.limits, buffers)
            }
            ChunkSource::RowGroups(groups) => {
                groups.next(stream, options.chunk_bytes, options.limits, buffers)
            }
            ChunkSource::Sheet(sheet) => sheet.next(options.chunk_bytes, buffers),
        }
    }

    /// The totals of the input; call it after [`Self::next_chunk`] returned `None`.
    ///
    /// # Errors
    /// The file changed while it was read.
    pub fn finish(&self) -> Result<InputTotals, ReadError> {
        Ok(InputTotals {
            digest: Some(self.stream.digest()),
            file: self.stream.file()?,
            ..self.partial_totals()
        })
    }

    /// The totals of what was read so far, for an input that is not read to its end.
    pub fn partial_totals(&self) -> InputTotals {
        let (layout, frame) = match &self.chunks {
            ChunkSource::Csv(csv) => (csv.layout(), None),
            ChunkSource::RowGroups(groups) => (Some(groups.layout()), None),
            ChunkSource::Sheet(sheet) => (sheet.layout(), None),
            ChunkSource::Document(document) => (None, document.frame().map(Arc::from)),
            ChunkSource::None | ChunkSource::Lines(_) | ChunkSource::Blocks(_) => (None, None),
        };
        InputTotals {
            digest: None,
            bytes: self.stream.decompressed(),
            file: None,
            format: self.format,
            layout,
            frame,
        }
    }
}

/// The chunks of JSON, after a byte order mark.
fn text_chunks(
    mut sample: Vec<u8>,
    ended: bool,
    format: ResolvedFormat,
    options: &ReaderOptions,
) -> ChunkSource {
    let mark = if sample.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    sample.drain(..mark);
    let position = SourcePosition {
        byte_offset: mark as u64,
        line: 1,
    };
    if format == ResolvedFormat::Lines {
        return ChunkSource::Lines(LineChunks::new(sample, position, ended));
    }
    let (json, envelope) = (options.json(), options.envelope);
    let document = DocumentChunks::new(sample, position, ended, json, envelope);
    ChunkSource::Document(Box::new(document))
}

fn leading_space_refusal() -> Refusal {
    Refusal::new(
        RuleId::FileLimit,
        "too much white space before the first record to detect the format; set it with --input-format",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::csv::columns::tests::TestColumns;
    use super::super::csv::dialect::DialectOverrides;
    use super::super::discover::discover;
    use super::super::envelope::Envelope;
    use super::super::order_events::OrderEvents;
    use super::super::stream::InputLimits;
    use super::*;
    use crate::storage::{StoreSettings, Stores};

    #[test]
    fn a_file_that_grows_while_it_is_read_is_refused() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"{\"a\":1}\n{\"a\":2}\n").unwrap();
        let options = ReaderOptions {
            format: InputFormat::Ndjson,
            lenient: false,
            envelope: Envelope::default(),
            order_events: OrderEvents::Skip,
            limits: InputLimits::default(),
            chunk_bytes: 4,
            dialect: DialectOverrides::default(),
            not_utf8: None,
        };
        let path = file.path().to_string_lossy().into_owned();
        let stores = Stores::new(StoreSettings::default()).unwrap();
        let inputs = discover(&[path], &stores, None).unwrap().inputs;
        for grows in [false, true] {
            let mut reader =
                InputReader::open(&inputs[0], &options, &TestColumns, Arc::default()).unwrap();
            while reader.next_chunk().unwrap().is_some() {}
            if grows {
                file.write_all(b"{\"a\":3}\n").unwrap();
            }
            match reader.finish() {
                Ok(totals) => assert!(!grows && totals.file.is_some()),
                Err(ReadError::Refused(refusal)) => {
                    assert!(grows && refusal.rule == RuleId::FileUnreadable);
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}
