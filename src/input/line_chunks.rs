//! Cuts NDJSON into chunks at line ends.

use super::buffer_pool::BufferPool;
use super::chunk::{Chunk, ChunkForm, MAX_CHUNK_LINES};
use super::refusal::{ReadError, Refusal, SourcePosition};
use super::stream::{ByteStream, InputLimits};
use crate::rules::RuleId;

/// The chunks of whole lines of one input.
pub(super) struct LineChunks {
    carried: Vec<u8>,
    position: SourcePosition,
    ended: bool,
}

impl LineChunks {
    /// Starts with bytes already read, which begin at `position`.
    pub(super) fn new(carried: Vec<u8>, position: SourcePosition, ended: bool) -> Self {
        Self {
            carried,
            position,
            ended,
        }
    }

    /// The next chunk, about `chunk_bytes` long; `None` at the end.
    pub(super) fn next(
        &mut self,
        stream: &mut ByteStream,
        chunk_bytes: usize,
        limits: InputLimits,
        buffers: &BufferPool,
    ) -> Result<Option<Chunk>, ReadError> {
        let mut bytes = std::mem::take(&mut self.carried);
        let mut target = chunk_bytes;
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
            target = bytes.len() + chunk_bytes;
        };
        let (cut, lines) = limit_lines(bytes.get(..most).unwrap_or_default());
        let rest = bytes.get(cut..).unwrap_or_default();
        if !self.ended || !rest.is_empty() {
            self.carried = buffers.acquire(chunk_bytes.max(rest.len()));
            self.carried.extend_from_slice(rest);
        }
        bytes.truncate(cut);
        if bytes.is_empty() {
            return Ok(None);
        }
        let position = self.position;
        self.position.byte_offset += bytes.len() as u64;
        self.position.line += lines as u64;
        Ok(Some(Chunk {
            bytes,
            position,
            form: ChunkForm::Lines,
        }))
    }

    fn too_long(&self, most: usize) -> Refusal {
        Refusal::new(
            RuleId::FileLimit,
            format!(
                "the line is longer than {most} bytes; raise --max-line-bytes if this is intended"
            ),
        )
        .at(self.position)
    }
}

/// The length of the first [`MAX_CHUNK_LINES`] lines, or of all, and the number of line ends in it.
fn limit_lines(bytes: &[u8]) -> (usize, usize) {
    let lines = memchr::memchr_iter(b'\n', bytes).count();
    // Counting is fast, iterating over lines is not, and most chunks have fewer.
    if lines <= MAX_CHUNK_LINES {
        return (bytes.len(), lines);
    }
    let last = memchr::memchr_iter(b'\n', bytes).nth(MAX_CHUNK_LINES - 1);
    last.map_or((bytes.len(), lines), |end| (end + 1, MAX_CHUNK_LINES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_has_few_lines_however_short_they_are() {
        let many = b"1\n".repeat(MAX_CHUNK_LINES + 1);
        assert_eq!(limit_lines(&many), (2 * MAX_CHUNK_LINES, MAX_CHUNK_LINES));
        let (_, rest) = many.split_at(2 * MAX_CHUNK_LINES);
        assert_eq!(limit_lines(rest), (2, 1));
        assert_eq!(limit_lines(b"1\n2"), (3, 1));
        assert_eq!(limit_lines(b""), (0, 0));
    }
}
