//! Validates blocks of an Avro file. Each record is read from the JSON text that it becomes, so that
//! the rules, and the form of a reject, are those of JSON.

use super::{ChunkValidator, RecordSpan, ValidationResult};
use crate::ingest::element_index::ElementArray;
use crate::ingest::record_kind::{DecodedValues, RecordKind};
use crate::input::{AvroLayout, AvroRecordText, AvroRecords, StoredBlock, StoredBlocks};
use crate::json::JsonCursor;
use crate::rules::RuleId;

impl<K: RecordKind> ChunkValidator<'_, K> {
    pub(super) fn blocks(&mut self, bytes: &[u8], layout: &AvroLayout) -> ValidationResult {
        let mut text = AvroRecordText::default();
        for block in StoredBlocks::new(bytes, self.start) {
            self.block(&block, layout, &mut text)?;
            if self.out.limit_reached {
                break;
            }
        }
        Ok(())
    }

    fn block(
        &mut self,
        block: &StoredBlock<'_>,
        layout: &AvroLayout,
        text: &mut AvroRecordText,
    ) -> ValidationResult {
        let limits = self.settings.limits;
        let plain = layout.unpack(block, limits)?;
        let mut records = AvroRecords::new(&plain, layout, limits, block.start);
        for ordinal in 0..block.records {
            if self.is_full() {
                return Ok(());
            }
            let bytes = records.read(text)?;
            self.block_ordinal = Some(ordinal);
            if let Some(field) = text.not_utf8.take() {
                text.add_bytes(bytes);
                self.reject_not_utf8(&field, &text.json, block);
            } else {
                self.decoded_record(text, block)?;
            }
        }
        records.finish()?;
        Ok(())
    }

    fn decoded_record(
        &mut self,
        text: &AvroRecordText,
        block: &StoredBlock<'_>,
    ) -> ValidationResult {
        let mut cursor = JsonCursor::new(&text.json, self.settings.json);
        let mut raw = K::Raw::default();
        let read = self.read_record(&mut cursor, &mut raw);
        let span = RecordSpan {
            text: text.json.as_bytes(),
            position: block.start,
        };
        if let Err(error) = read {
            self.reject_unreadable(&error, span);
            return Ok(());
        }
        let values = DecodedValues {
            price_is_float32: text.price_is_float32,
            time_digits: text.time_digits.as_deref(),
        };
        K::add_decoded_values(&mut raw, values);
        self.validate_record(&mut raw, span)
    }

    fn reject_not_utf8(&mut self, field: &str, json: &str, block: &StoredBlock<'_>) {
        self.findings.clear();
        let detail = "the text is not UTF-8; `_avro_hex` in the reject has the bytes of the record";
        self.findings
            .add_rejecting(RuleId::FileEncoding, field, "", detail);
        let span = RecordSpan {
            text: json.as_bytes(),
            position: block.start,
        };
        self.reject(ElementArray::Purchases, span);
    }
}
