//! Computes the next state of the table: from a table snapshot and the versions of the run, the
//! files to be removed and added.
//!
//! Only partitions with changes are rewritten. Each is read completely: memory depends on the
//! largest company and month, and on the number of keys in the run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::accepted_rows::{AcceptedRows, CompanyMonth};
use super::select_versions::{
    SnapshotMode, VersionCandidate, VersionContent, VersionSelection, select_newest,
};
use super::sort_rows::append_sorted;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::lake::{
    FileRef, Lake, Partition, PartitionValue, PartitionWriter, Snapshot, StagedFiles, TableChange,
    WriterOptions,
};
use crate::run_report::RecordCounts;
use crate::supplier_purchase::{RegistrationMonth, SupplierPurchaseKey};

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
}

/// The next state of the table, and the versions selected for it.
pub(super) struct MergeResult {
    /// Without the rows of `inputs`.
    pub(super) change: TableChange,
    pub(super) selection: VersionSelection,
    /// Purchases missing from the full snapshot that were not deleted before.
    pub(super) deleted_by_absence: u64,
}

/// A row of the table.
#[derive(Clone, Copy)]
struct StoredRow {
    file: usize,
    row: u32,
    content: VersionContent,
}

/// Changes to the rows of a file; both lists are ascending.
#[derive(Default)]
struct RowEdits {
    dropped: Vec<u32>,
    deleted: Vec<u32>,
}

impl MergeInput<'_> {
    /// Computes the next state from a snapshot of the table.
    pub(super) fn merge(&self, snapshot: &Snapshot) -> Result<MergeResult, RunError> {
        let files = self.files(snapshot)?;
        let table = self.find_stored_rows(&files)?;
        let selection = select_newest(self.candidates, self.snapshot_mode(), &|start| {
            table
                .stored
                .get(start)
                .copied()
                .flatten()
                .map(|stored| stored.content)
        });
        let mut edits: HashMap<usize, RowEdits> = HashMap::new();
        for stored in selection
            .selected
            .iter()
            .filter_map(|&at| table.of_key(self.candidates, at))
        {
            edits
                .entry(stored.file)
                .or_default()
                .dropped
                .push(stored.row);
        }
        for &(file, row) in &table.absent {
            edits.entry(file).or_default().deleted.push(row);
        }
        for edits in edits.values_mut() {
            edits.dropped.sort_unstable();
        }
        let change = self.rewrite(&files, &edits, &selection.selected)?;
        Ok(MergeResult {
            change,
            selection,
            deleted_by_absence: table.absent.len() as u64,
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
    fn files<'s>(
        &self,
        snapshot: &'s Snapshot,
    ) -> Result<Vec<(CompanyMonth, &'s FileRef)>, RunError> {
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

    /// Finds the rows of the run's keys in the files, and those missing from a full snapshot.
    fn find_stored_rows(&self, files: &[(CompanyMonth, &FileRef)]) -> Result<StoredRows, RunError> {
        let spec = supplier_purchases_spec();
        let mut table = StoredRows {
            stored: vec![
                None;
                if files.is_empty() {
                    0
                } else {
                    self.candidates.len()
                }
            ],
            absent: Vec::new(),
        };
        for (at, (partition, file)) in files.iter().enumerate() {
            let is_complete = self.complete_companies.contains(&partition.company_id);
            let mut next = 0u32;
            for batch in self.lake.read_rows(&spec, file, Some(&KEY_COLUMNS))? {
                let batch = batch?;
                let keys = KeyColumns::of(&batch)?;
                for in_batch in 0..batch.num_rows() {
                    let (row, content) = (next, keys.content(in_batch));
                    next += 1;
                    let key = SupplierPurchaseKey {
                        company_id: partition.company_id,
                        id: keys.id.value(in_batch),
                    };
                    match first_of(self.candidates, &key) {
                        Some(start) => {
                            let file = at;
                            table.insert(start, StoredRow { file, row, content }, key)?;
                        }
                        None if is_complete && !content.is_deleted => table.absent.push((at, row)),
                        None => {}
                    }
                }
            }
        }
        Ok(table)
    }

    fn rewrite(
        &self,
        files: &[(CompanyMonth, &FileRef)],
        edits: &HashMap<usize, RowEdits>,
        selected: &[usize],
    ) -> Result<TableChange, RunError> {
        let mut new_rows: BTreeMap<CompanyMonth, Vec<u32>> = BTreeMap::new();
        for candidate in selected.iter().filter_map(|&at| self.candidates.get(at)) {
            let partition = CompanyMonth::from(&candidate.version);
            new_rows.entry(partition).or_default().push(candidate.row);
        }
        let mut touched: BTreeSet<CompanyMonth> = new_rows.keys().copied().collect();
        touched.extend(edits.keys().filter_map(|&at| Some(files.get(at)?.0)));
        if touched.is_empty() {
            let add = StagedFiles::none(&supplier_purchases_spec());
            return Ok(TableChange {
                remove: Vec::new(),
                add,
                inputs: Vec::new(),
                full_snapshots: Vec::new(),
            });
        }
        let options = WriterOptions {
            max_partitions: self.max_partitions,
            ..WriterOptions::new(self.run_id)
        };
        let mut writer = PartitionWriter::new(self.lake, &supplier_purchases_spec(), options)?;
        let mut remove = Vec::new();
        let mut expected = selected.len() as u64;
        for partition in touched {
            let mut batches = Vec::new();
            for (at, (_, file)) in files.iter().enumerate().filter(|(_, f)| f.0 == partition) {
                let edits = edits.get(&at);
                let read = self.read_kept_rows(file, edits, &mut batches)?;
                let dropped = edits.map_or(0, |edits| edits.dropped.len() as u64);
                // A row number beyond the file drops no row: the check below then fails.
                expected += read.saturating_sub(dropped);
                remove.push((*file).clone());
            }
            let mut wanted = new_rows.remove(&partition).unwrap_or_default();
            wanted.sort_unstable();
            batches.extend(self.accepted_rows.rows(partition, &wanted)?);
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
            full_snapshots: Vec::new(),
        })
    }

    /// Adds the rows of a file that are kept, with those now deleted marked; returns the number of
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
                if has_any_in_range(&edits.deleted, first, next) {
                    batch = with_deleted(&batch, &edits.deleted, first)?;
                }
                if has_any_in_range(&edits.dropped, first, next) {
                    let keep: BooleanArray = (first..next)
                        .map(|row| Some(edits.dropped.binary_search(&row).is_err()))
                        .collect();
                    batch = filter_record_batch(&batch, &keep)?;
                }
            }
            if batch.num_rows() > 0 {
                batches.push(batch);
            }
        }
        Ok(next.into())
    }
}

/// Whether an ascending list has a number in `first..end`.
fn has_any_in_range(ascending: &[u32], first: u32, end: u32) -> bool {
    let at = ascending.partition_point(|&row| row < first);
    ascending.get(at).is_some_and(|&row| row < end)
}

/// The position of the first candidate of a key.
fn first_of(candidates: &[VersionCandidate], key: &SupplierPurchaseKey) -> Option<usize> {
    let at = candidates.partition_point(|candidate| candidate.version.key < *key);
    candidates
        .get(at)
        .is_some_and(|candidate| candidate.version.key == *key)
        .then_some(at)
}

/// The rows in the table of the run's keys.
struct StoredRows {
    /// The stored row of each key, at the position of its first candidate.
    stored: Vec<Option<StoredRow>>,
    /// (file, row) of the purchases missing from a full snapshot.
    absent: Vec<(usize, u32)>,
}

impl StoredRows {
    fn insert(
        &mut self,
        start: usize,
        stored: StoredRow,
        key: SupplierPurchaseKey,
    ) -> Result<(), RunError> {
        let doubled = RunError::DoubledKey {
            company_id: key.company_id,
            id: key.id,
        };
        match self.stored.get_mut(start) {
            Some(slot @ None) => {
                *slot = Some(stored);
                Ok(())
            }
            _ => Err(doubled),
        }
    }

    /// The stored row of the key of the candidate at a position.
    fn of_key(&self, candidates: &[VersionCandidate], at: usize) -> Option<StoredRow> {
        let start = first_of(candidates, &candidates.get(at)?.version.key)?;
        self.stored.get(start).copied().flatten()
    }
}

const KEY_COLUMNS: [&str; 4] = ["id", "is_deleted", "updated_at", "version_hash"];

struct KeyColumns<'a> {
    id: &'a Int64Array,
    is_deleted: &'a BooleanArray,
    updated_at: &'a TimestampMicrosecondArray,
    version_hash: &'a Int64Array,
}

impl<'a> KeyColumns<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, RunError> {
        let [id, is_deleted, updated_at, version_hash] =
            KEY_COLUMNS.map(|name| batch.column_by_name(name));
        let columns = (|| {
            Some(Self {
                id: id?.as_primitive_opt::<Int64Type>()?,
                is_deleted: is_deleted?.as_boolean_opt()?,
                updated_at: updated_at?.as_primitive_opt::<TimestampMicrosecondType>()?,
                version_hash: version_hash?.as_primitive_opt::<Int64Type>()?,
            })
        })();
        columns.ok_or(RunError::KeyColumns)
    }

    fn content(&self, row: usize) -> VersionContent {
        VersionContent {
            updated_at_micros: self.updated_at.value(row),
            version_hash: self.version_hash.value(row),
            is_deleted: self.is_deleted.value(row),
        }
    }
}

/// The batch with `is_deleted` set in these rows of the file; `first` is the row number of its
/// first.
fn with_deleted(batch: &RecordBatch, deleted: &[u32], first: u32) -> Result<RecordBatch, RunError> {
    let at = batch.schema().index_of("is_deleted")?;
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    if let Some(column) = columns.get_mut(at) {
        let flags: BooleanArray = column
            .as_boolean_opt()
            .ok_or(RunError::KeyColumns)?
            .iter()
            .zip(first..)
            .map(|(flag, row)| Some(flag == Some(true) || deleted.binary_search(&row).is_ok()))
            .collect();
        *column = Arc::new(flags);
    }
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
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
