//! Stores the accepted rows of a run: they are added chunk by chunk, and read by partition after
//! all inputs have been read.
//!
//! Memory: one buffer, a bounded part of the other rows (the rest is spilled to disk), and four
//! bytes per row.

use std::collections::BTreeMap;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};

use crate::ingest::error::RunError;
use crate::lake::{BatchBuffer, BufferedBatchId, Lake, TableSpec};
use crate::supplier_purchase::columns::SupplierRows;
use crate::supplier_purchase::{RegistrationMonth, SupplierPurchaseVersion};

/// A partition of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CompanyMonth {
    pub(super) company_id: i64,
    pub(super) month: RegistrationMonth,
}

impl From<&SupplierPurchaseVersion> for CompanyMonth {
    fn from(version: &SupplierPurchaseVersion) -> Self {
        Self {
            company_id: version.key.company_id,
            month: version.month,
        }
    }
}

/// Rows buffered before they are split by partition: enough that pages of twenty purchases do not
/// become batches of their own.
const BUFFER_ROWS: usize = 32_768;

/// The same in bytes: records may be a megabyte each.
const BUFFER_BYTES: usize = 32 << 20;

/// Bytes of rows kept in memory; the rest is spilled to disk.
const MEMORY_BYTES: usize = 48 << 20;

/// Takes rows of a partition, with their numbers.
type AddRows<'a> = dyn FnMut(CompanyMonth, &[u32], RecordBatch) -> Result<(), RunError> + 'a;

/// The accepted rows of a run.
pub(super) struct AcceptedRows {
    batches: BatchBuffer,
    buffer: Vec<RecordBatch>,
    buffer_bytes: usize,
    partitions: Vec<CompanyMonth>,
    first: u32,
    partition_rows: BTreeMap<CompanyMonth, Vec<PartitionRows>>,
}

/// Rows of one partition from one buffer.
struct PartitionRows {
    /// Their row numbers, ascending.
    rows: Vec<u32>,
    batch: BufferedBatchId,
}

impl AcceptedRows {
    pub(super) fn new(lake: &Lake, spec: &TableSpec, run_id: &str) -> Result<Self, RunError> {
        Ok(Self {
            batches: BatchBuffer::new(lake, spec, run_id, MEMORY_BYTES)?,
            buffer: Vec::new(),
            buffer_bytes: 0,
            partitions: Vec::new(),
            first: 0,
            partition_rows: BTreeMap::new(),
        })
    }

    /// Adds the rows of a chunk; returns the number of the first one.
    pub(super) fn put(&mut self, rows: SupplierRows) -> Result<u32, RunError> {
        let next = u64::from(self.first) + self.partitions.len() as u64;
        let Some(first) = u32::try_from(next + rows.versions.len() as u64)
            .ok()
            .and_then(|_all| u32::try_from(next).ok())
        else {
            return Err(RunError::TooManyRows);
        };
        self.partitions
            .extend(rows.versions.iter().map(CompanyMonth::from));
        self.buffer_bytes += rows.batch.get_array_memory_size();
        self.buffer.push(rows.batch);
        if self.partitions.len() >= BUFFER_ROWS || self.buffer_bytes >= BUFFER_BYTES {
            self.partition_buffer()?;
        }
        Ok(first)
    }

    /// Splits the last buffer; no rows are added afterwards.
    pub(super) fn finish(&mut self) -> Result<(), RunError> {
        self.partition_buffer()
    }

    fn partition_buffer(&mut self) -> Result<(), RunError> {
        let Some(schema) = self.buffer.first().map(RecordBatch::schema) else {
            return Ok(());
        };
        let buffer = concat_batches(&schema, &std::mem::take(&mut self.buffer))?;
        self.buffer_bytes = 0;
        let partitions = std::mem::take(&mut self.partitions);
        let mut by_partition: BTreeMap<CompanyMonth, Vec<u32>> = BTreeMap::new();
        for (row, partition) in (0u32..).zip(&partitions) {
            by_partition.entry(*partition).or_default().push(row);
        }
        for (partition, rows) in by_partition {
            let batch = take_record_batch(&buffer, &UInt32Array::from(rows.clone()))?;
            let batch = self.batches.put(batch)?;
            let rows = rows.into_iter().map(|row| row + self.first).collect();
            self.partition_rows
                .entry(partition)
                .or_default()
                .push(PartitionRows { rows, batch });
        }
        // Checked by `put`: all row numbers fit.
        self.first += u32::try_from(partitions.len()).unwrap_or_default();
        Ok(())
    }

    /// The number of rows that were added.
    pub(super) fn len(&self) -> usize {
        self.first as usize
    }

    /// Passes all rows to `add`, by partition, with their numbers.
    pub(super) fn for_each(&self, add: &mut AddRows<'_>) -> Result<(), RunError> {
        for (partition, groups) in &self.partition_rows {
            for PartitionRows { rows, batch } in groups {
                add(*partition, rows, self.batches.get(*batch)?)?;
            }
        }
        Ok(())
    }

    /// The rows of a partition whose numbers are in `wanted` (ascending).
    pub(super) fn rows(
        &self,
        partition: CompanyMonth,
        wanted: &[u32],
    ) -> Result<Vec<RecordBatch>, RunError> {
        let mut batches = Vec::new();
        for group in self.partition_rows.get(&partition).into_iter().flatten() {
            let chosen: Vec<u32> = (0u32..)
                .zip(&group.rows)
                .filter(|(_, row)| wanted.binary_search(row).is_ok())
                .map(|(position, _)| position)
                .collect();
            if chosen.len() == group.rows.len() {
                batches.push(self.batches.get(group.batch)?);
            } else if !chosen.is_empty() {
                let batch = self.batches.get(group.batch)?;
                batches.push(take_record_batch(&batch, &UInt32Array::from(chosen))?);
            }
        }
        Ok(batches)
    }
}

/// Whether the batch has as many rows as there are versions.
pub(super) fn has_one_version_per_row(rows: &SupplierRows) -> bool {
    rows.batch.num_rows() == rows.versions.len()
}
