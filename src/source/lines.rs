//! Cuts NDJSON into pieces at line ends.

use super::reader::{Piece, PieceForm};
use super::refusal::{Place, Problem, Refusal};
use super::stream::{ByteStream, Limits};
use crate::rules::RuleId;

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
    ) -> Result<Option<Piece>, Problem> {
        let mut bytes = std::mem::take(&mut self.carried);
        let mut target = piece_bytes;
        let cut = loop {
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
        self.carried = Vec::with_capacity(if self.ended {
            0
        } else {
            piece_bytes + (bytes.len() - cut)
        });
        self.carried
            .extend_from_slice(bytes.get(cut..).unwrap_or_default());
        bytes.truncate(cut);
        if bytes.is_empty() {
            return Ok(None);
        }
        let place = self.place;
        self.place.byte_offset += bytes.len() as u64;
        self.place.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
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
