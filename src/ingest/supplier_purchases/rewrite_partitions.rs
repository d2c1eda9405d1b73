//! Writes the partitions that a change touches: the edits of their files and the new rows come in; the
//! files to be removed and added go out.
//!
//! Each partition is read completely: memory depends on the largest company and month.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::RecordBatch;

use super::accepted_rows::{AcceptedRows, CompanyMonth};
use super::row_edits::RowEdits;
use super::select_versions::VersionCandidate;
use super::sort_rows::append_sorted;
use super::stored_rows::PartitionFile;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::lake::{
    FileRef, Lake, ListedInput, Partition, PartitionValue, PartitionWriter, StagedFiles,
    WriterOptions,
};
use crate::record::with_origin;
use crate::supplier_purchase::RegistrationMonth;

/// Rows that are written into the table.
pub(super) struct NewRows<'a> {
    rows: &'a AcceptedRows,
    /// Inputs that were ingested before, by position: their rows have the origin under which their
    /// content is listed.
    known_inputs: &'a BTreeMap<usize, ListedInput>,
    /// The numbers of the rows by partition and known input.
    by_partition: BTreeMap<CompanyMonth, BTreeMap<Option<usize>, Vec<u32>>>,
    count: u64,
}

impl<'a> NewRows<'a> {
    /// None of these rows yet.
    pub(super) fn of(
        rows: &'a AcceptedRows,
        known_inputs: &'a BTreeMap<usize, ListedInput>,
    ) -> Self {
        Self {
            rows,
            known_inputs,
            by_partition: BTreeMap::new(),
            count: 0,
        }
    }

    /// Adds the row of a candidate.
    pub(super) fn add(&mut self, candidate: &VersionCandidate) {
        let of_partition = self
            .by_partition
            .entry(CompanyMonth::from(&candidate.version));
        let known = Some(candidate.input).filter(|at| self.known_inputs.contains_key(at));
        let rows = of_partition.or_default().entry(known).or_default();
        rows.push(candidate.row);
        self.count += 1;
    }

    /// The rows of a partition.
    fn take(&mut self, partition: CompanyMonth) -> Result<Vec<RecordBatch>, RunError> {
        let mut taken = Vec::new();
        for (known, mut rows) in self.by_partition.remove(&partition).unwrap_or_default() {
            rows.sort_unstable();
            let batches = self.rows.rows(partition, &rows)?;
            let Some(input) = known.and_then(|at| self.known_inputs.get(&at)) else {
                taken.extend(batches);
                continue;
            };
            for batch in batches {
                taken.push(with_origin(&batch, &input.row.path, &input.run_id)?);
            }
        }
        Ok(taken)
    }
}

/// A change of the files of the table.
pub(super) struct PartitionRewrite<'a> {
    pub(super) lake: &'a Lake,
    pub(super) run_id: &'a str,
    pub(super) max_partitions: usize,
    pub(super) files: &'a [PartitionFile<'a>],
    /// By position of the file.
    pub(super) edits: HashMap<usize, RowEdits>,
}

impl PartitionRewrite<'_> {
    /// Writes the partitions with edits or new rows; returns the files to be removed and added.
    pub(super) fn write(
        mut self,
        new_rows: &mut [NewRows<'_>],
    ) -> Result<(Vec<FileRef>, StagedFiles), RunError> {
        self.edits.values_mut().for_each(RowEdits::sort);
        let partitions = new_rows.iter().flat_map(|rows| rows.by_partition.keys());
        let mut touched: BTreeSet<CompanyMonth> = partitions.copied().collect();
        touched.extend(
            self.edits
                .keys()
                .filter_map(|&at| Some(self.files.get(at)?.0)),
        );
        let spec = supplier_purchases_spec();
        if touched.is_empty() {
            return Ok((Vec::new(), StagedFiles::none(&spec)));
        }
        let options = WriterOptions {
            max_partitions: self.max_partitions,
            ..WriterOptions::new(self.run_id)
        };
        let mut writer = PartitionWriter::new(self.lake, &spec, options)?;
        let mut remove = Vec::new();
        let mut expected: u64 = new_rows.iter().map(|rows| rows.count).sum();
        for partition in touched {
            let mut batches = Vec::new();
            let files = self.files.iter().enumerate();
            for (at, (_, file)) in files.filter(|(_, file)| file.0 == partition) {
                let edits = self.edits.get(&at);
                let read = self.read_kept_rows(file, edits, &mut batches)?;
                let dropped = edits.map_or(0, RowEdits::dropped);
                // A row number beyond the file drops no row: the check below then fails.
                expected += read.saturating_sub(dropped);
                remove.push((*file).clone());
            }
            for rows in &mut *new_rows {
                batches.extend(rows.take(partition)?);
            }
            append_sorted(&batches, &partition_values(partition)?, &mut writer)?;
        }
        let add = writer.finish()?;
        // The new files must contain exactly the kept and the new rows.
        if add.rows != expected {
            let rows = add.rows;
            add.discard(self.lake)?;
            return Err(RunError::unbalanced(&spec, rows));
        }
        Ok((remove, add))
    }

    /// Adds the rows of a file that are kept, with their marks; returns the number of
    /// rows in the file.
    fn read_kept_rows(
        &self,
        file: &FileRef,
        edits: Option<&RowEdits>,
        batches: &mut Vec<RecordBatch>,
    ) -> Result<u64, RunError> {
        let mut next = 0u32;
        let spec = supplier_purchases_spec();
        for batch in self.lake.read_rows(&spec, file, None)? {
            let mut batch = batch?;
            let first = next;
            // Rows of one file; Parquet counts them in 31 bits per row group, and files are small.
            next += u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
            if let Some(edits) = edits {
                batch = edits.apply(batch, first)?;
            }
            if batch.num_rows() > 0 {
                batches.push(batch);
            }
        }
        Ok(next.into())
    }
}

pub(super) fn partition_of(file: &FileRef) -> Result<CompanyMonth, RunError> {
    let company_id = file.partition("company_id").and_then(|id| id.parse().ok());
    let month: Option<RegistrationMonth> = file
        .partition("registration_month")
        .and_then(|month| month.parse().ok());
    match (company_id, month) {
        (Some(company_id), Some(month)) => Ok(CompanyMonth { company_id, month }),
        _ => Err(RunError::BadPartition {
            path: file.path.clone(),
        }),
    }
}

fn partition_values(partition: CompanyMonth) -> Result<Partition, RunError> {
    Ok(Partition::from([
        PartitionValue::integer(partition.company_id),
        PartitionValue::text(&partition.month.to_string())?,
    ]))
}
