//! Validates rows of a Parquet file. They are read like rows of delimited text; the position of a record
//! is that of its row group, and a reject is one line of JSON.

use super::{ChunkValidator, RecordSpan, ValidationResult};
use crate::ingest::record_kind::{DecodedValues, RecordKind};
use crate::input::csv::refusal::TextPosition;
use crate::input::csv::rows::{CsvRow, CsvRowReader};
use crate::input::{Refusal, RowGroupLayout};
use crate::rules::RuleId;

impl<K: RecordKind> ChunkValidator<'_, K> {
    /// Validates rows, `first` of whose group precede them.
    pub(super) fn row_group(
        &mut self,
        bytes: &[u8],
        layout: &RowGroupLayout,
        first: u64,
    ) -> ValidationResult {
        let reader = K::csv_rows(&layout.csv);
        let mut shape = layout.csv.row_shape();
        shape.max_field_bytes = self.settings.limits.max_record_bytes;
        let mut rows = CsvRowReader::new(bytes, TextPosition::START, shape).map_err(|refused| {
            Box::new(Refusal::new(refused.rule(), refused.to_string()).at(self.start))
        })?;
        let mut ordinal = first;
        while let Some(row) = rows.next_row() {
            if self.is_full() {
                return Ok(());
            }
            self.block_ordinal = Some(ordinal);
            ordinal += 1;
            // The rows were written by the reader of the file, each with all its columns.
            let row = row.map_err(|bad| {
                let message = format!("a row cannot be read: {bad}");
                Box::new(Refusal::new(RuleId::FileParquetDamaged, message).at(self.start))
            })?;
            self.row_of_group(&reader, &row, layout)?;
        }
        Ok(())
    }

    fn row_of_group<'r, 'l: 'r>(
        &mut self,
        reader: &K::CsvRows<'l>,
        row: &CsvRow<'r>,
        layout: &'l RowGroupLayout,
    ) -> ValidationResult {
        let mut raw = K::Raw::default();
        K::read_row(reader, row, &mut raw);
        let values = DecodedValues {
            price_is_float32: layout.price_is_float32,
            time_digits: None,
        };
        K::add_decoded_values(&mut raw, values);
        let span = RecordSpan {
            text: row.raw().as_bytes(),
            position: self.start,
        };
        let rejects = self.out.rejects.len();
        self.record(&mut raw, span)?;
        if let Some(reject) = self.out.rejects.get_mut(rejects) {
            reject.raw = layout.record_json(row).into_bytes();
        }
        Ok(())
    }
}
