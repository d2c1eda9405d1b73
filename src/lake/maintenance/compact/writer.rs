//! Writes the files of a rewritten partition: sorted batches come in, staged files of about the
//! target size go out.

use arrow::array::RecordBatch;

use crate::lake::partition::Partition;
use crate::lake::{Lake, LakeError, PartitionWriter, StagedFiles, TableSpec, WriterOptions};

/// The tag of compacted files in the log, with the target size: these files are sorted and need no
/// compaction for this target.
pub(super) const COMPACTED_TAG: &str = "purchase-etl.compacted";

/// Writes the files of one partition.
///
/// Dropping it without [`CompactionWriter::finish`] leaves the finished files as orphans.
pub(super) struct CompactionWriter<'a> {
    lake: &'a Lake,
    spec: &'a TableSpec,
    run_id: &'a str,
    partition: Partition,
    rows_per_file: usize,
    open: Option<(PartitionWriter, usize)>,
    staged: StagedFiles,
}

impl<'a> CompactionWriter<'a> {
    pub(super) fn new(
        lake: &'a Lake,
        spec: &'a TableSpec,
        run_id: &'a str,
        partition: Partition,
        rows_per_file: u64,
    ) -> Self {
        Self {
            lake,
            spec,
            run_id,
            partition,
            rows_per_file: usize::try_from(rows_per_file).unwrap_or(usize::MAX).max(1),
            open: None,
            staged: StagedFiles::none(spec),
        }
    }

    pub(super) fn append(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let mut at = 0;
        while at < batch.num_rows() {
            let (mut writer, written) = match self.open.take() {
                Some(open) => open,
                None => (self.writer()?, 0),
            };
            let rows = (batch.num_rows() - at).min(self.rows_per_file - written);
            writer.append(self.partition.clone(), batch.slice(at, rows))?;
            at += rows;
            if written + rows == self.rows_per_file {
                self.close(writer)?;
            } else {
                self.open = Some((writer, written + rows));
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<StagedFiles, LakeError> {
        if let Some((writer, _)) = self.open.take() {
            self.close(writer)?;
        }
        Ok(self.staged)
    }

    fn writer(&self) -> Result<PartitionWriter, LakeError> {
        PartitionWriter::new(self.lake, self.spec, WriterOptions::new(self.run_id))
    }

    fn close(&mut self, writer: PartitionWriter) -> Result<(), LakeError> {
        let StagedFiles { files, rows, .. } = writer.finish()?;
        self.staged.files.extend(files);
        self.staged.rows += rows;
        Ok(())
    }
}
