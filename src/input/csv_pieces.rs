//! Cuts delimited text into pieces of whole rows, decoded to UTF-8.

use std::sync::Arc;

use super::csv::columns::Columns;
use super::csv::cut::RecordCutter;
use super::csv::dialect::{Layout, Sample, sniff};
use super::csv::encoding::{BadBytes, Decoder, Encoding, detect_encoding};
use super::csv::refusal::{At, CsvRefusal};
use super::lines::MOST_LINES;
use super::reader::{Piece, PieceForm, ReaderOptions};
use super::refusal::{Place, Problem, Refusal};
use super::spare::SpareBuffers;
use super::stream::ByteStream;
use crate::rules::RuleId;

/// Hands out pieces of whole rows.
pub(super) struct CsvPieces {
    encoding: Encoding,
    decoder: Decoder,
    /// Nothing but blank lines, or only a header: no layout, or no rows.
    layout: Option<Arc<Layout>>,
    cutter: Option<RecordCutter>,
    /// Decoded text that is not handed out.
    buffer: Vec<u8>,
    /// Where `buffer` begins in the stored (decompressed) bytes.
    place: Place,
    /// Bytes of `buffer` that the cutter has seen.
    fed: usize,
    /// Line ends in them.
    lines: usize,
    /// Bytes as they are stored, on their way to be decoded.
    raw: Vec<u8>,
    ended: bool,
}

/// The cutter sees so many bytes at a time: they stay in the nearest cache while it goes over them,
/// and a piece of very short rows has not too many.
const FEED_BYTES: usize = 16 << 10;

impl CsvPieces {
    /// Decides encoding and dialect by the first bytes.
    pub(super) fn start(
        sample: &[u8],
        ended: bool,
        options: &ReaderOptions,
        columns: &dyn Columns,
    ) -> Result<Self, Problem> {
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
            .map_err(|bad| not_text(encoding, bad))?;
        // The decoder hands out UTF-8 only.
        let text = std::str::from_utf8(&buffer).unwrap_or_default();
        let seen = Sample {
            text,
            complete: ended,
            encoding,
        };
        let layout = sniff(&seen, columns, &options.dialect).map_err(|refused| refuse(&refused))?;
        let body = layout.as_ref().map_or(At::START, |layout| layout.body);
        let start = usize::try_from(body.byte_offset)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let header = text.get(..start).unwrap_or_default();
        let place = Place {
            byte_offset: encoding.mark_bytes as u64 + encoding.charset.stored_len(header),
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
            place,
            fed: 0,
            lines: 0,
            raw: Vec::new(),
            ended,
        })
    }

    pub(super) fn layout(&self) -> Option<Arc<Layout>> {
        self.layout.clone()
    }

    /// The next piece, about `piece_bytes` long; `None` at the end.
    pub(super) fn next(
        &mut self,
        stream: &mut ByteStream,
        piece_bytes: usize,
        spare: &SpareBuffers,
    ) -> Result<Option<Piece>, Problem> {
        let mut cut = None;
        let at_end = loop {
            if let Some(end) = self.feed()? {
                cut = Some(end);
            }
            let all_fed = self.fed == self.buffer.len();
            let enough = self.fed >= piece_bytes || self.lines >= MOST_LINES;
            if (self.ended && all_fed) || (cut.is_some_and(|cut| cut > 0) && enough) {
                break self.ended && all_fed;
            }
            if all_fed {
                self.fill(stream, piece_bytes)?;
                if self.layout.is_none() {
                    self.pass_blank()?;
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
        let form = PieceForm::Rows(Arc::clone(layout));
        let rest = self.buffer.get(cut..).unwrap_or_default();
        let mut carried = spare.take(piece_bytes.max(rest.len()));
        carried.extend_from_slice(rest);
        let mut bytes = std::mem::replace(&mut self.buffer, carried);
        bytes.truncate(cut);
        self.fed -= cut;
        self.lines = line_ends(self.buffer.get(..self.fed).unwrap_or_default());
        let piece = Piece {
            bytes,
            place: self.place,
            form,
        };
        self.place.byte_offset += self.encoding.charset.stored_len_of(&piece.bytes);
        let next = self
            .cutter
            .as_ref()
            .map_or(At::START, RecordCutter::next_record);
        self.place.line = next.line;
        Ok(Some(piece))
    }

    /// The sample held nothing but blank lines: what follows must not hold more.
    fn pass_blank(&mut self) -> Result<(), Refusal> {
        if self.buffer.iter().all(u8::is_ascii_whitespace) {
            self.buffer.clear();
            return Ok(());
        }
        Err(Refusal {
            rule: RuleId::FileCsvAmbig,
            place: None,
            message: "the header comes after more than a sample of blank lines; remove them"
                .to_owned(),
        })
    }

    /// Lets the cutter see what is new; returns where the last whole record in the buffer ends.
    fn feed(&mut self) -> Result<Option<usize>, Problem> {
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

    fn fill(&mut self, stream: &mut ByteStream, piece_bytes: usize) -> Result<(), Problem> {
        self.raw.clear();
        self.ended = !stream.fill(&mut self.raw, piece_bytes)?;
        let encoding = self.encoding;
        self.decoder
            .decode(&self.raw, self.ended, &mut self.buffer)
            .map_err(|bad| not_text(encoding, bad))
    }
}

fn line_ends(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// Bytes that do not fit the encoding: the input is read again in another one, or refused.
fn not_text(encoding: Encoding, bad: BadBytes) -> Problem {
    if encoding.fallback(bad).is_some() {
        return Problem::NotUtf8(bad);
    }
    refuse(&CsvRefusal::Encoding(bad))
}

fn refuse(refused: &CsvRefusal) -> Problem {
    let place = refused.line().map(|line| Place {
        byte_offset: refused.byte_offset(),
        line,
    });
    let message = format!("{refused}; {}", refused.remedy());
    Problem::Refused(Refusal {
        rule: refused.rule(),
        place,
        message,
    })
}
