//! The records of a run until its commit: rows and rejects come in; they are read back, or written to
//! data files.

use super::SupplierPurchases;
use super::accepted_rows::AcceptedRows;
use super::input_versions::PendingVersions;
use crate::ingest::error::RunError;
use crate::ingest::record_kind::RecordKind;
use crate::lake::{
    BatchBuffer, Lake, PartitionValue, PartitionWriter, StagedFiles, WriterOptions, rejects_spec,
};

/// Bytes of rejects kept in memory until the commit; the rest is spilled to disk.
const REJECT_BYTES: usize = 8 << 20;

/// The accepted rows of a run and its rejects, until they are committed to the lake.
pub(super) struct UncommittedRecords<'l> {
    pub(super) lake: &'l Lake,
    pub(super) rows: AcceptedRows,
    /// Discarded if their input is refused.
    pub(super) rejects: BatchBuffer,
}

impl<'l> UncommittedRecords<'l> {
    /// No record yet.
    pub(super) fn new(lake: &'l Lake, run_id: &str) -> Result<Self, RunError> {
        Ok(Self {
            lake,
            rows: AcceptedRows::new(lake, &SupplierPurchases::table(), run_id)?,
            rejects: BatchBuffer::new(lake, &rejects_spec(), run_id, REJECT_BYTES)?,
        })
    }

    /// Writes the rejects of inputs; they are not committed.
    pub(super) fn stage_rejects(
        &self,
        run_id: &str,
        inputs: &[&PendingVersions],
    ) -> Result<StagedFiles, RunError> {
        let options = WriterOptions::new(run_id);
        let mut writer = PartitionWriter::new(self.lake, &rejects_spec(), options)?;
        for rejects in inputs.iter().flat_map(|input| &input.content.rejects) {
            let kind = PartitionValue::text(SupplierPurchases::NAME)?;
            writer.append(kind, self.rejects.get(*rejects)?)?;
        }
        let staged = writer.finish()?;
        let rejected: u64 = inputs
            .iter()
            .map(|input| input.counters.counts.rejected)
            .sum();
        if staged.rows != rejected {
            staged.discard(self.lake)?;
            let first = inputs
                .first()
                .map(|input| (input.path.clone(), input.counters.counts));
            let (path, counts) = first.unwrap_or_default();
            return Err(RunError::Unbalanced { path, counts });
        }
        Ok(staged)
    }
}
