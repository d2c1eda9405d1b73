//! Cuts NDJSON into pieces at line ends.

use super::reader::{Piece, PieceForm};
use super::refusal::{Place, Problem, Refusal};
use super::spare::SpareBuffers;
use super::stream::{ByteStream, Limits};
use crate::rules::RuleId;

/// Most lines of a piece. A line of a purchase has some 280 bytes, so that a piece of two MiB has
/// half as many; lines of a byte or two are rejects that take hundreds of bytes each.
pub(super) const MOST_LINES: usize = 16_384;

/// Hands out pieces of whole lines.
pub(super) struct LinePieces {
    carried: Vec<u8>,
    place: Place,
    ended: bool,
}

impl LinePieces {
    /// Starts with the bytes already read, which begin at `place`.
    pub(super) fn new(carried: Vec<u8>, place: Place, ended: bool) -> Self {
        Self {
            carried,
            place,
            ended,
        }
    }

    /// The next piece, about `piece_bytes` long; `None` at the end.
    pub(super) fn next(
        &mut self,
        stream: &mut ByteStream,
        piece_bytes: usize,
        limits: Limits,
        spare: &SpareBuffers,
    ) -> Result<Option<Piece>, Problem> {
        let mut bytes = std::mem::take(&mut self.carried);
        let mut target = piece_bytes;
        let most = loop {
            if !self.ended {
                self.ended = !stream.fill(&mut bytes, target)?;
            }
            if self.ended {
                break bytes.len();
            }
            if let Some(at) = memchr::memrchr(b'\n', &bytes) {
                break at + 1;
            }
            if bytes.len() > limits.max_line_bytes {
                return Err(self.too_long(limits.max_line_bytes).into());
            }
            target = bytes.len() + piece_bytes;
        };
        let (cut, lines) = few_lines(bytes.get(..most).unwrap_or_default());
        let rest = bytes.get(cut..).unwrap_or_default();
        if !self.ended || !rest.is_empty() {
            self.carried = spare.take(piece_bytes.max(rest.len()));
            self.carried.extend_from_slice(rest);
        }
        bytes.truncate(cut);
        if bytes.is_empty() {
            return Ok(None);
        }
        let place = self.place;
        self.place.byte_offset += bytes.len() as u64;
        self.place.line += lines as u64;
        Ok(Some(Piece {
            bytes,
            place,
            form: PieceForm::Lines,
        }))
    }

    fn too_long(&self, most: usize) -> Refusal {
        Refusal {
            rule: RuleId::FileLimit,
            place: Some(self.place),
            message: format!(
                "the line is longer than {most} bytes; raise --max-line-bytes if it is meant"
            ),
        }
    }
}

/// The length of the first [`MOST_LINES`] lines, or of all, and the number of line ends in it.
fn few_lines(bytes: &[u8]) -> (usize, usize) {
    let lines = memchr::memchr_iter(b'\n', bytes).count();
    // Counting is quick; going from line to line is not, and most pieces have fewer.
    if lines <= MOST_LINES {
        return (bytes.len(), lines);
    }
    let last = memchr::memchr_iter(b'\n', bytes).nth(MOST_LINES - 1);
    last.map_or((bytes.len(), lines), |end| (end + 1, MOST_LINES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_has_few_lines_however_short_they_are() {
        let many = b"1\n".repeat(MOST_LINES + 1);
        assert_eq!(few_lines(&many), (2 * MOST_LINES, MOST_LINES));
        let (_, rest) = many.split_at(2 * MOST_LINES);
        assert_eq!(few_lines(rest), (2, 1));
        assert_eq!(few_lines(b"1\n2"), (3, 1));
        assert_eq!(few_lines(b""), (0, 0));
    }
}
