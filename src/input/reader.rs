//! Reads one input piece by piece, in order, in bounded memory.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::csv::columns::Columns;
use super::csv::dialect::{DialectOverrides, Layout};
use super::csv::encoding::BadBytes;
use super::csv_pieces::CsvPieces;
use super::discover::Input;
use super::document::DocumentPieces;
use super::envelope::Envelope;
use super::lines::LinePieces;
use super::magic;
use super::refusal::{Place, Problem, Refusal};
use super::shape::{BYTE_ORDER_MARK, InputFormat, Shape, decide};
use super::spare::SpareBuffers;
use super::stream::{ByteStream, FileFacts, Limits};
use crate::json::{Options, is_space};
use crate::rules::RuleId;

/// How a piece of text is cut.
#[derive(Clone, Debug)]
pub enum PieceForm {
    /// Whole lines, one JSON value each.
    Lines,
    /// Elements of an array with commas between them.
    Elements {
        /// Whether the array's closing bracket follows, so that no comma may end the piece.
        closed: bool,
        /// False for `attributes` and `events` beside `purchases`: counted, not ingested.
        records: bool,
    },
    /// One JSON value.
    Value,
    /// Rows of delimited text (UTF-8), without the header.
    Rows(Arc<Layout>),
}

/// A piece of an input, cut at record boundaries.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The text; UTF-8 unless the input is damaged.
    pub bytes: Vec<u8>,
    /// Where it begins.
    pub place: Place,
    /// How it is cut.
    pub form: PieceForm,
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
    pub limits: Limits,
    /// Length of a piece, bytes. Two MiB hold some seven thousand purchases: enough to keep the
    /// per-piece cost out of sight, little enough that a dozen of them in flight are small.
    pub piece_bytes: usize,
    /// What the user says about delimited text.
    pub dialect: DialectOverrides,
    /// Bytes met in an earlier attempt that show the input not to be UTF-8.
    pub not_utf8: Option<BadBytes>,
}

impl ReaderOptions {
    /// How JSON is read by these options.
    pub fn json(&self) -> Options {
        Options {
            lenient: self.lenient,
            max_depth: self.limits.max_depth,
        }
    }
}

/// What is known of an input when its last piece has been read.
#[derive(Clone, Debug)]
pub struct Totals {
    /// BLAKE3 of the decompressed bytes.
    pub digest: blake3::Hash,
    /// Decompressed bytes.
    pub bytes: u64,
    /// The file it was, unless it was a pipe.
    pub file: Option<FileFacts>,
    /// What it was read as.
    pub shape: Shape,
    /// The dialect of delimited text, with its evidence.
    pub layout: Option<Arc<Layout>>,
    /// The text of a JSON document around its arrays of records, which are empty in it.
    pub frame: Option<Arc<str>>,
}

enum Pieces {
    None,
    Lines(LinePieces),
    Document(Box<DocumentPieces>),
    Csv(Box<CsvPieces>),
}

/// One input being read.
pub struct Reader {
    stream: ByteStream,
    options: ReaderOptions,
    shape: Shape,
    pieces: Pieces,
    spare: SpareBuffers,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

/// The first bytes by which the shape and the dialect are decided: ten thousand rows and more.
const SAMPLE_BYTES: usize = 4 << 20;

impl Reader {
    /// Opens an input and decides its shape. `stored` counts stored bytes as they are read.
    ///
    /// # Errors
    /// The input cannot be opened or read, or is refused by its first bytes.
    pub fn open(
        input: &Input,
        options: &ReaderOptions,
        columns: &dyn Columns,
        stored: Arc<AtomicU64>,
    ) -> Result<Self, Problem> {
        let mut stream = ByteStream::open(input, options.limits, stored)?;
        let mut sample = Vec::new();
        // Most inputs show their shape in the first piece; only delimited text wants more.
        let first = options
            .piece_bytes
            .clamp(BYTE_ORDER_MARK.len(), SAMPLE_BYTES);
        let mut ended = !stream.fill(&mut sample, first)?;
        if let Some(refusal) = magic::refusal(&sample, options.format) {
            return Err(refusal.into());
        }
        let shape = match options.format {
            InputFormat::Auto => decide(&sample, ended, options.json()),
            InputFormat::Json => Shape::Document,
            InputFormat::Ndjson => Shape::Lines,
            InputFormat::Csv => Shape::Csv,
        };
        if shape == Shape::Csv {
            ended = ended || !stream.fill(&mut sample, SAMPLE_BYTES)?;
            let pieces = CsvPieces::start(&sample, ended, options, columns)?;
            return Ok(Self {
                stream,
                options: options.clone(),
                shape,
                pieces: Pieces::Csv(Box::new(pieces)),
                spare: SpareBuffers::default(),
            });
        }
        if shape != Shape::Empty && options.dialect.mapping.is_given() {
            return Err(no_columns().into());
        }
        let mark = if sample.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        sample.drain(..mark);
        let place = Place {
            byte_offset: mark as u64,
            line: 1,
        };
        let pieces = match shape {
            Shape::Empty | Shape::Csv => Pieces::None,
            Shape::Lines => Pieces::Lines(LinePieces::new(sample, place, ended)),
            Shape::Document => Pieces::Document(Box::new(DocumentPieces::new(
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
            shape,
            pieces,
            spare: SpareBuffers::default(),
        })
    }

    /// Fills buffers that are given back to `spare` before it makes others.
    #[must_use]
    pub fn filling(mut self, spare: &SpareBuffers) -> Self {
        if let Pieces::Document(document) = &mut self.pieces {
            document.spare = spare.clone();
        }
        self.spare = spare.clone();
        self
    }

    /// The next piece; `None` at the end of the input.
    ///
    /// # Errors
    /// Storage fails, or the input is refused at a place no record can be blamed for.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, Problem> {
        let Self {
            stream,
            options,
            pieces,
            spare,
            ..
        } = self;
        match pieces {
            Pieces::None => {
                // White space without end is still read, so that its digest is whole.
                let mut rest = Vec::new();
                while stream.fill(&mut rest, options.piece_bytes)? {
                    if rest.iter().any(|byte| !is_space(byte)) {
                        return Err(late_start().into());
                    }
                    rest.clear();
                }
                if rest.iter().any(|byte| !is_space(byte)) {
                    return Err(late_start().into());
                }
                Ok(None)
            }
            Pieces::Lines(lines) => lines.next(stream, options.piece_bytes, options.limits, spare),
            Pieces::Document(document) => {
                document.next(stream, options.piece_bytes, options.limits)
            }
            Pieces::Csv(csv) => csv.next(stream, options.piece_bytes, spare),
        }
    }

    /// What is known at the end; call it after [`Self::next_piece`] gave `None`.
    ///
    /// # Errors
    /// The file changed while it was read.
    pub fn finish(&self) -> Result<Totals, Problem> {
        let layout = match &self.pieces {
            Pieces::Csv(csv) => csv.layout(),
            _ => None,
        };
        let frame = match &self.pieces {
            Pieces::Document(document) => document.frame().map(Arc::from),
            _ => None,
        };
        Ok(Totals {
            digest: self.stream.digest(),
            bytes: self.stream.decompressed(),
            file: self.stream.file()?,
            shape: self.shape,
            layout,
            frame,
        })
    }
}

/// The user believes the input to be another one than it is.
fn no_columns() -> Refusal {
    Refusal {
        rule: RuleId::FileMapJson,
        place: None,
        message: "--map names columns of delimited text, and the input is JSON, which has none; give it in a run without --map"
            .to_owned(),
    }
}

fn late_start() -> Refusal {
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
            limits: Limits::default(),
            piece_bytes: 4,
            dialect: DialectOverrides::default(),
            not_utf8: None,
        };
        let path = file.path().to_string_lossy().into_owned();
        let stores = Stores::new(StoreSettings::default()).unwrap();
        let inputs = discover(&[path], &stores, None).unwrap().inputs;
        for grows in [false, true] {
            let mut reader =
                Reader::open(&inputs[0], &options, &TestColumns, Arc::default()).unwrap();
            while reader.next_piece().unwrap().is_some() {}
            if grows {
                file.write_all(b"{\"a\":3}\n").unwrap();
            }
            match reader.finish() {
                Ok(totals) => assert!(!grows && totals.file.is_some()),
                Err(Problem::Refused(refusal)) => {
                    assert!(grows && refusal.rule == RuleId::FileUnreadable);
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}
