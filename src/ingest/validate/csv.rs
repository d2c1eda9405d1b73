//! Validates rows of delimited text. Places and rejects are those of the bytes as they are stored,
//! not of the text they were decoded to.

use super::{ChunkValidator, RecordSpan, ValidationResult};
use crate::ingest::record_kind::RecordKind;
use crate::input::csv::dialect::Layout;
use crate::input::csv::encoding::Charset;
use crate::input::csv::refusal::At;
use crate::input::csv::rows::{BadRow, Rows};
use crate::input::{Place, Refusal};

impl<K: RecordKind> ChunkValidator<'_, K> {
    pub(super) fn rows(&mut self, bytes: &[u8], layout: &Layout) -> ValidationResult {
        let reader = K::csv_rows(layout);
        self.charset = layout.encoding.charset;
        let start = At {
            byte_offset: 0,
            line: self.start.line,
        };
        let mut rows = Rows::new(bytes, start, layout.row_shape()).map_err(|refused| {
            let place = Some(self.start);
            Box::new(Refusal {
                rule: refused.rule(),
                place,
                message: refused.to_string(),
            })
        })?;
        let mut stored = StoredPositions {
            charset: self.charset,
            text: rows.text(),
            counted: 0,
            place: self.start,
        };
        while let Some(row) = rows.next_row() {
            match row {
                Ok(row) => {
                    let mut raw = K::Raw::default();
                    K::read_row(&reader, &row, &mut raw);
                    let place = stored.place(row.at());
                    self.record(
                        &mut raw,
                        RecordSpan {
                            text: row.raw().as_bytes(),
                            place,
                        },
                    )?;
                }
                Err(bad) => {
                    let place = stored.place(bad.at);
                    self.bad_row(&bad, place);
                }
            }
        }
        Ok(())
    }

    fn bad_row(&mut self, bad: &BadRow<'_>, place: Place) {
        let ordinal = self.next_ordinal();
        self.findings.clear();
        let detail = format!("{}; {}", bad.fault, bad.fault.remedy());
        self.findings
            .add_rejecting(bad.fault.rule(), "", bad.raw, &detail);
        self.reject(
            ordinal,
            RecordSpan {
                text: bad.raw.as_bytes(),
                place,
            },
        );
    }
}

/// Turns offsets in decoded text, which only grow, into places in the stored bytes.
struct StoredPositions<'a> {
    charset: Charset,
    text: &'a str,
    counted: usize,
    place: Place,
}

impl StoredPositions<'_> {
    fn place(&mut self, at: At) -> Place {
        // Offsets lie within the chunk, which is in memory.
        let offset = usize::try_from(at.byte_offset).unwrap_or(usize::MAX);
        let passed = self.text.get(self.counted..offset).unwrap_or_default();
        self.place.byte_offset += self.charset.stored_len(passed);
        self.counted = offset;
        Place {
            byte_offset: self.place.byte_offset,
            line: at.line,
        }
    }
}
