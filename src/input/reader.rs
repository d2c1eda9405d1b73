//! Reads one input chunk by chunk, in order, in bounded memory.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::buffer_pool::BufferPool;
use super::csv::columns::ColumnAliases;
use super::csv::dialect::{CsvLayout, DialectOverrides};
use super::csv::encoding::InvalidBytes;
use super::csv_chunks::CsvChunks;
use super::discover::Input;
use super::document_chunks::DocumentChunks;
use super::envelope::Envelope;
use super::format::{BYTE_ORDER_MARK, InputFormat, ResolvedFormat, detect_format};
use super::line_chunks::LineChunks;
use super::magic_bytes;
use super::refusal::{ReadError, Refusal, SourcePosition};
use super::stream::{ByteStream, FileMetadata, InputLimits};
use crate::json::{JsonOptions, is_space};
use crate::rules::RuleId;

/// How a chunk of text is cut.
#[derive(Clone, Debug)]
pub enum ChunkForm {
    /// Whole lines, one JSON value each.
    Lines,
    /// Elements of an array with commas between them.
    Elements {
        /// Whether the array's closing bracket follows, so that no comma may end the chunk.
        closed: bool,
        /// False for `attributes` and `events` beside `purchases`: counted, not ingested.
        records: bool,
    },
    /// One JSON value.
    Value,
    /// Rows of delimited text (UTF-8), without the header.
    Rows(Arc<CsvLayout>),
}

/// A chunk of an input, cut at record boundaries.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The text; UTF-8 unless the input is damaged.
    pub bytes: Vec<u8>,
    /// Where it begins.
    pub place: SourcePosition,
    /// How it is cut.
    pub form: ChunkForm,
}

/// How inputs are read.
#[derive(Clone, Debug)]
pub struct ReaderOptions {
    /// What the user says the shape is.
    pub format: InputFormat,
    /// Accept trailing commas and comments in JSON.
    pub lenient: bool,
    /// Where the records of a JSON document stand.
    pub envelope: Envelope,
    /// Bounds.
    pub limits: InputLimits,
    /// Length of a chunk, bytes. Two MiB hold some seven thousand purchases: enough to keep the
    /// per-chunk cost out of sight, little enough that a dozen of them in flight are small.
    pub chunk_bytes: usize,
    /// What the user says about delimited text.
    pub dialect: DialectOverrides,
    /// Bytes met in an earlier attempt that show the input not to be UTF-8.
    pub not_utf8: Option<InvalidBytes>,
}

impl ReaderOptions {
    /// How JSON is read by these options.
    pub fn json(&self) -> JsonOptions {
        JsonOptions {
            lenient: self.lenient,
            max_depth: self.limits.max_depth,
        }
    }
}

/// What is known of an input when its last chunk has been read.
#[derive(Clone, Debug)]
pub struct InputTotals {
    /// BLAKE3 of the decompressed bytes.
    pub digest: blake3::Hash,
    /// Decompressed bytes.
    pub bytes: u64,
    /// The file it was, unless it was a pipe.
    pub file: Option<FileMetadata>,
    /// What it was read as.
    pub format: ResolvedFormat,
    /// The dialect of delimited text, with its evidence.
    pub layout: Option<Arc<CsvLayout>>,
    /// The text of a JSON document around its arrays of records, which are empty in it.
    pub frame: Option<Arc<str>>,
}

enum ChunkSource {
    None,
    Lines(LineChunks),
    Document(Box<DocumentChunks>),
    Csv(Box<CsvChunks>),
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
            .field("shape", &self.format)
            .finish_non_exhaustive()
    }
}

/// The first bytes by which the shape and the dialect are decided: ten thousand rows and more.
const SAMPLE_BYTES: usize = 4 << 20;

impl InputReader {
    /// Opens an input and decides its shape. `stored` counts stored bytes as they are read.
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
        // Most inputs show their shape in the first chunk; only delimited text wants more.
        let first = options
            .chunk_bytes
            .clamp(BYTE_ORDER_MARK.len(), SAMPLE_BYTES);
        let mut ended = !stream.fill(&mut sample, first)?;
        if let Some(refusal) = magic_bytes::refusal(&sample, options.format) {
            return Err(refusal.into());
        }
        let format = match options.format {
            InputFormat::Auto => detect_format(&sample, ended, options.json()),
            InputFormat::Json => ResolvedFormat::Document,
            InputFormat::Ndjson => ResolvedFormat::Lines,
            InputFormat::Csv => ResolvedFormat::Csv,
        };
        if format == ResolvedFormat::Csv {
            ended = ended || !stream.fill(&mut sample, SAMPLE_BYTES)?;
            let chunks = CsvChunks::start(&sample, ended, options, columns)?;
            return Ok(Self {
                stream,
                options: options.clone(),
                format,
                chunks: ChunkSource::Csv(Box::new(chunks)),
                buffers: BufferPool::default(),
            });
        }
        if format != ResolvedFormat::Empty && options.dialect.mapping.is_given() {
            return Err(mapping_refusal().into());
        }
        let mark = if sample.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        sample.drain(..mark);
        let place = SourcePosition {
            byte_offset: mark as u64,
            line: 1,
        };
        let chunks = match format {
            ResolvedFormat::Empty | ResolvedFormat::Csv => ChunkSource::None,
            ResolvedFormat::Lines => ChunkSource::Lines(LineChunks::new(sample, place, ended)),
            ResolvedFormat::Document => ChunkSource::Document(Box::new(DocumentChunks::new(
                sample,
                place,
                ended,
                options.json(),
                options.envelope,
            ))),
        };
        Ok(Self {
            stream,
            options: options.clone(),
            format,
            chunks,
            buffers: BufferPool::default(),
        })
    }

    /// Fills buffers that are given back to `spare` before it makes others.
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
    /// Storage fails, or the input is refused at a place no record can be blamed for.
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
                // White space without end is still read, so that its digest is whole.
                let mut rest = Vec::new();
                while stream.fill(&mut rest, options.chunk_bytes)? {
                    if rest.iter().any(|byte| !is_space(byte)) {
                        return Err(leading_space_refusal().into());
                    }
                    rest.clear();
                }
                if rest.iter().any(|byte| !is_space(byte)) {
                    return Err(leading_space_refusal().into());
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
        }
    }

    /// What is known at the end; call it after [`Self::next_chunk`] gave `None`.
    ///
    /// # Errors
    /// The file changed while it was read.
    pub fn finish(&self) -> Result<InputTotals, ReadError> {
        let layout = match &self.chunks {
            ChunkSource::Csv(csv) => csv.layout(),
            _ => None,
        };
        let frame = match &self.chunks {
            ChunkSource::Document(document) => document.frame().map(Arc::from),
            _ => None,
        };
        Ok(InputTotals {
            digest: self.stream.digest(),
            bytes: self.stream.decompressed(),
            file: self.stream.file()?,
            format: self.format,
            layout,
            frame,
        })
    }
}

/// The user believes the input to be another one than it is.
fn mapping_refusal() -> Refusal {
    Refusal {
        rule: RuleId::FileMapJson,
        place: None,
        message: "--map names columns of delimited text, and the input is JSON, which has none; give it in a run without --map"
            .to_owned(),
    }
}

fn leading_space_refusal() -> Refusal {
    Refusal {
        rule: RuleId::FileLimit,
        place: None,
        message: "more than a piece of white space before the first record; name the shape with --input-format"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::super::csv::columns::tests::TestColumns;
    use super::super::discover::discover;
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
