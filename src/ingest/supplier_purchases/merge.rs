//! Computes the next state of the table: from a table snapshot and the versions of the run, the
//! files to be removed and added.
//!
//! Only partitions with changes are rewritten. Each is read completely: memory depends on the
//! largest company and month, and on the number of keys in the run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use arrow::array::RecordBatch;

use super::accepted_rows::{AcceptedRows, CompanyMonth};
use super::row_edits::RowEdits;
use super::select_versions::{SnapshotMode, VersionCandidate, VersionSelection, select_newest};
use super::sort_rows::append_sorted;
use super::stored_rows::{PartitionFile, StoredRows};
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::lake::{
    FileRef, Lake, ListedInput, Partition, PartitionValue, PartitionWriter, Snapshot, StagedFiles,
    TableChange, WriterOptions,
};
use crate::record::with_origin;
use crate::run_report::RecordCounts;
use crate::supplier_purchase::RegistrationMonth;

/// The rows and versions of a run.
pub(super) struct MergeInput<'a> {
    pub(super) lake: &'a Lake,
    pub(super) run_id: &'a str,
    pub(super) max_partitions: usize,
    pub(super) accepted_rows: &'a AcceptedRows,
    /// Sorted by [`super::select_versions::sort_candidates`].
    pub(super) candidates: &'a [VersionCandidate],
    /// For a full snapshot: the companies whose missing purchases are marked as deleted.
    pub(super) complete_companies: &'a BTreeSet<i64>,
    /// Those of its inputs that were ingested before, by their position: their rows keep the input
    /// and the run under which the table of inputs lists their content.
    pub(super) known_inputs: &'a BTreeMap<usize, ListedInput>,
}

/// The next state of the table, and the versions selected for it.
pub(super) struct MergeResult {
    /// Without the rows of `inputs`.
    pub(super) change: TableChange,
    pub(super) selection: VersionSelection,
    pub(super) effect: SnapshotEffect,
}

/// What a full snapshot changes beside the records that are accepted: purchases by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SnapshotEffect {
    /// Missing from it, and not deleted before.
    pub(super) deleted: u64,
    /// In it, and marked as deleted before.
    pub(super) undeleted: u64,
    /// In the state of an input that was ingested before, and in another of the same time before.
    pub(super) reverted: u64,
}

/// The rows to be written into each partition: by the input whose content was ingested before, or
/// under `None` those of new inputs.
type NewRows = BTreeMap<CompanyMonth, BTreeMap<Option<usize>, Vec<u32>>>;

impl MergeInput<'_> {
    /// Computes the next state from a snapshot of the table.
    pub(super) fn merge(&self, snapshot: &Snapshot) -> Result<MergeResult, RunError> {
        let files = self.files(snapshot)?;
        let (candidates, companies) = (self.candidates, self.complete_companies);
        let table = StoredRows::find(self.lake, &files, candidates, companies)?;
        let selection = select_newest(candidates, self.snapshot_mode(), &|start| {
            table.at(start).map(|stored| stored.content)
        });
        let mut effect = SnapshotEffect {
            deleted: table.absent.len() as u64,
            ..SnapshotEffect::default()
        };
        let mut edits: HashMap<usize, RowEdits> = HashMap::new();
        let mut written = Vec::new();
        for &at in &selection.selected {
            let Some(candidate) = candidates.get(at) else {
                continue;
            };
            let is_known = self.known_inputs.contains_key(&candidate.input);
            let stored = table.of_key(candidates, at);
            // A selected version that is stored differs from it in the mark of deletion only.
            let is_marked = stored.is_some_and(|row| row.content.is_same_version_as(candidate));
            effect.undeleted += u64::from(is_marked);
            effect.reverted += u64::from(is_known && !is_marked);
            if let Some(stored) = stored {
                let edits = edits.entry(stored.file).or_default();
                if is_marked && is_known {
                    edits.mark(stored.row, false);
                    continue;
                }
                edits.drop_row(stored.row);
            }
            written.push(candidate);
        }
        if !companies.is_empty() {
            for (file, row) in table.marked_rows(self.lake, &files, candidates)? {
                edits.entry(file).or_default().mark(row, false);
                effect.undeleted += 1;
            }
        }
        for &(file, row) in &table.absent {
            edits.entry(file).or_default().mark(row, true);
        }
        edits.values_mut().for_each(RowEdits::sort);
        Ok(MergeResult {
            change: self.rewrite(&files, &edits, &written)?,
            selection,
            effect,
        })
    }

    /// Only a full snapshot confirms that an unchanged purchase exists.
    fn snapshot_mode(&self) -> SnapshotMode {
        if self.complete_companies.is_empty() {
            SnapshotMode::Incremental
        } else {
            SnapshotMode::Full
        }
    }

    /// The files of the companies of the run.
    fn files<'s>(&self, snapshot: &'s Snapshot) -> Result<Vec<PartitionFile<'s>>, RunError> {
        let mut companies: BTreeSet<i64> = self.complete_companies.clone();
        companies.extend(self.candidates.iter().map(|c| c.version.key.company_id));
        let mut files = Vec::new();
        for file in &snapshot.files {
            let partition = partition_of(file)?;
            if companies.contains(&partition.company_id) {
                files.push((partition, file));
            }
        }
        Ok(files)
    }

    fn rewrite(
        &self,
        files: &[PartitionFile<'_>],
        edits: &HashMap<usize, RowEdits>,
        written: &[&VersionCandidate],
    ) -> Result<TableChange, RunError> {
        let mut new_rows = NewRows::new();
        for candidate in written {
            let of_partition = new_rows.entry(CompanyMonth::from(&candidate.version));
            let known = Some(candidate.input).filter(|at| self.known_inputs.contains_key(at));
            let rows = of_partition.or_default().entry(known).or_default();
            rows.push(candidate.row);
        }
        let mut touched: BTreeSet<CompanyMonth> = new_rows.keys().copied().collect();
        touched.extend(edits.keys().filter_map(|&at| Some(files.get(at)?.0)));
        if touched.is_empty() {
            let add = StagedFiles::none(&supplier_purchases_spec());
            return Ok(TableChange {
                remove: Vec::new(),
                add,
                inputs: Vec::new(),
            });
        }
        let options = WriterOptions {
            max_partitions: self.max_partitions,
            ..WriterOptions::new(self.run_id)
        };
        let mut writer = PartitionWriter::new(self.lake, &supplier_purchases_spec(), options)?;
        let mut remove = Vec::new();
        let mut expected = written.len() as u64;
        for partition in touched {
            let mut batches = Vec::new();
            for (at, (_, file)) in files.iter().enumerate().filter(|(_, f)| f.0 == partition) {
                let edits = edits.get(&at);
                let read = self.read_kept_rows(file, edits, &mut batches)?;
                let dropped = edits.map_or(0, RowEdits::dropped);
                // A row number beyond the file drops no row: the check below then fails.
                expected += read.saturating_sub(dropped);
                remove.push((*file).clone());
            }
            for (known, rows) in new_rows.remove(&partition).unwrap_or_default() {
                batches.extend(self.new_rows(partition, known, rows)?);
            }
            append_sorted(&batches, &partition_values(partition)?, &mut writer)?;
        }
        let add = writer.finish()?;
        // The new files must contain exactly the kept and the selected rows.
        if add.rows != expected {
            let counts = RecordCounts {
                accepted: add.rows,
                ..RecordCounts::default()
            };
            add.discard(self.lake)?;
            return Err(RunError::Unbalanced {
                path: supplier_purchases_spec().name.to_owned(),
                counts,
            });
        }
        Ok(TableChange {
            remove,
            add,
            inputs: Vec::new(),
        })
    }

    /// Rows of the run for a partition; those of a known input with its origin.
    fn new_rows(
        &self,
        partition: CompanyMonth,
        known: Option<usize>,
        mut rows: Vec<u32>,
    ) -> Result<Vec<RecordBatch>, RunError> {
        rows.sort_unstable();
        let batches = self.accepted_rows.rows(partition, &rows)?;
        let Some(input) = known.and_then(|at| self.known_inputs.get(&at)) else {
            return Ok(batches);
        };
        let batches = batches.iter();
        let moved = batches.map(|batch| with_origin(batch, &input.row.path, &input.run_id));
        Ok(moved.collect::<Result<_, _>>()?)
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

fn partition_of(file: &FileRef) -> Result<CompanyMonth, RunError> {
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
