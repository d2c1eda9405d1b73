//! The memory size of a batch, as the writer counts it.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::DataType;

/// The approximate fixed cost of one array, which matters for small batches.
const ARRAY_OVERHEAD_BYTES: usize = 160;

/// The memory size of a batch. Slices count only their own rows, since the other slices of the same
/// buffers are counted when they are appended.
pub(super) fn batch_bytes(batch: &RecordBatch) -> usize {
    let columns = batch.columns().iter();
    columns
        .map(|column| column_bytes(column) + ARRAY_OVERHEAD_BYTES)
        .sum()
}

/// The bytes of a column's own rows. Arrow's own method copies the array's description, which costs
/// more than the rows when a chunk is spread over a thousand days.
fn column_bytes(column: &ArrayRef) -> usize {
    let rows = column.len();
    let of_offsets = |offsets: &[i32]| {
        let bytes = offsets.last().zip(offsets.first());
        let bytes = bytes.map_or(0, |(end, start)| usize::try_from(end - start).unwrap_or(0));
        bytes + size_of_val(offsets)
    };
    let values = match column.data_type() {
        DataType::Utf8 => of_offsets(column.as_string::<i32>().value_offsets()),
        DataType::Binary => of_offsets(column.as_binary::<i32>().value_offsets()),
        DataType::Boolean => rows.div_ceil(8),
        // Dictionary values are few and shared.
        DataType::Dictionary(keys, _) => rows * keys.primitive_width().unwrap_or(8),
        other => match other.primitive_width() {
            Some(width) => rows * width,
            None => column.get_array_memory_size(),
        },
    };
    values + rows.div_ceil(8) * usize::from(column.nulls().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::testing::rows;

    #[test]
    fn slices_of_one_batch_count_for_their_own_rows() {
        let whole = rows("a.json", 0, 10_000);
        let parts: usize = (0..100)
            .map(|part| batch_bytes(&whole.slice(part * 100, 100)))
            .sum();
        let overhead = 100 * whole.num_columns() * (ARRAY_OVERHEAD_BYTES + 16);
        assert!(parts <= batch_bytes(&whole) + overhead, "{parts}");
        assert!(parts >= batch_bytes(&whole), "{parts}");
        // Every row has at least one number of eight bytes.
        assert!(batch_bytes(&whole) > 8 * whole.num_rows());
    }
}
