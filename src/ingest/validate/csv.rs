//! Validates rows of delimited text. Positions and rejects refer to the stored bytes, not to the
//! decoded text.

use super::{ChunkValidator, RecordSpan, ValidationResult};
use crate::ingest::element_index::ElementArray;
use crate::ingest::record_kind::RecordKind;
use crate::input::csv::dialect::CsvLayout;
use crate::input::csv::encoding::Charset;
use crate::input::csv::refusal::TextPosition;
use crate::input::csv::rows::{BadRow, CsvRowReader};
use crate::input::{Refusal, SourcePosition};

impl<K: RecordKind> ChunkValidator<'_, K> {
    pub(super) fn rows(&mut self, bytes: &[u8], layout: &CsvLayout) -> ValidationResult {
        let reader = K::csv_rows(layout);
        self.charset = layout.encoding.charset;
        let start = TextPosition {
            byte_offset: 0,
            line: self.start.line,
        };
        let mut rows = CsvRowReader::new(bytes, start, layout.row_shape()).map_err(|refused| {
            Box::new(Refusal::new(refused.rule(), refused.to_string()).at(self.start))
        })?;
        let mut stored = StoredPositions {
            charset: self.charset,
            text: rows.text(),
            counted: 0,
            position: self.start,
        };
        while let Some(row) = rows.next_row() {
            if self.is_full() {
                return Ok(());
            }
            match row {
                Ok(row) => {
                    let mut raw = K::Raw::default();
                    K::read_row(&reader, &row, &mut raw);
                    let position = stored.position(row.at());
                    self.record(
                        &mut raw,
                        RecordSpan {
                            text: row.raw().as_bytes(),
                            position,
                        },
                    )?;
                }
                Err(bad) => {
                    let position = stored.position(bad.at);
                    self.bad_row(&bad, position);
                }
            }
        }
        Ok(())
    }

    fn bad_row(&mut self, bad: &BadRow<'_>, position: SourcePosition) {
        self.findings.clear();
        let detail = format!("{}; {}", bad.fault, bad.fault.remedy());
        self.findings
            .add_rejecting(bad.fault.rule(), "", bad.raw, &detail);
        self.reject(
            ElementArray::Purchases,
            RecordSpan {
                text: bad.raw.as_bytes(),
                position,
            },
        );
    }
}

/// Converts ascending offsets in decoded text to positions in the stored bytes.
struct StoredPositions<'a> {
    charset: Charset,
    text: &'a str,
    counted: usize,
    position: SourcePosition,
}

impl StoredPositions<'_> {
    fn position(&mut self, at: TextPosition) -> SourcePosition {
        // Offsets are within the chunk, which is in memory.
        let offset = usize::try_from(at.byte_offset).unwrap_or(usize::MAX);
        let passed = self.text.get(self.counted..offset).unwrap_or_default();
        self.position.byte_offset += self.charset.encoded_len(passed);
        self.counted = offset;
        SourcePosition {
            byte_offset: self.position.byte_offset,
            line: at.line,
        }
    }
}
