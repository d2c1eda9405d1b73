//! Sorts the rows of a partition by date and id and passes them to the writer.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::{Date32Type, Int64Type};

use crate::ingest::error::RunError;
use crate::lake::{Partition, PartitionWriter};

/// Maximum number of rows sorted into one batch.
const SORTED_ROWS: usize = 8_192;

/// The same in bytes, by the average of the partition: records may be a megabyte each.
const SORTED_BYTES: usize = 16 << 20;

/// Writes all rows in the order of their dates and ids: the files do not depend on the input order,
/// and a list by date reads adjacent rows.
pub(super) fn append_sorted(
    batches: &[RecordBatch],
    partition: &Partition,
    writer: &mut PartitionWriter,
) -> Result<(), RunError> {
    let mut order: Vec<(i32, i64, usize, usize)> = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        let columns = (|| {
            let dates = batch.column_by_name("registration_date")?;
            let ids = batch.column_by_name("id")?;
            Some((
                dates.as_primitive_opt::<Date32Type>()?,
                ids.as_primitive_opt::<Int64Type>()?,
            ))
        })();
        let (dates, ids) = columns.ok_or(RunError::KeyColumns)?;
        let keys = dates.values().iter().zip(ids.values());
        order.extend(keys.zip(0..).map(|((&date, &id), row)| (date, id, at, row)));
    }
    order.sort_unstable();
    let sources: Vec<&RecordBatch> = batches.iter().collect();
    let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let of_a_row = bytes.div_ceil(order.len().max(1)).max(1);
    let rows_at_once = (SORTED_BYTES / of_a_row).clamp(1, SORTED_ROWS);
    for rows in order.chunks(rows_at_once) {
        let rows: Vec<(usize, usize)> = rows.iter().map(|&(_, _, at, row)| (at, row)).collect();
        let ordered = interleave_record_batch(&sources, &rows)?;
        writer.append(partition.clone(), ordered)?;
    }
    Ok(())
}
