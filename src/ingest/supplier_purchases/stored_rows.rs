//! The rows of the table that the purchases of a run concern: files of the table come in; the stored
//! row of each purchase of the run goes out, and the rows that a full snapshot does not contain.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{AsArray, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::accepted_rows::CompanyMonth;
use super::select_versions::{VersionCandidate, VersionContent};
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::lake::{FileRef, Lake};
use crate::supplier_purchase::{SupplierPurchaseKey, is_marked_as_deleted};

/// A file of the table with its partition.
pub(super) type PartitionFile<'s> = (CompanyMonth, &'s FileRef);

/// A row of the table.
#[derive(Clone, Copy)]
pub(super) struct StoredRow {
    /// Position of its file.
    pub(super) file: usize,
    /// Number of the row in the file.
    pub(super) row: u32,
    pub(super) content: VersionContent,
}

/// The rows in the table of the run's keys.
pub(super) struct StoredRows {
    /// The stored row of each key, at the position of its first candidate.
    stored: Vec<Option<StoredRow>>,
    /// (file, row) of the purchases missing from a full snapshot.
    pub(super) absent: Vec<(usize, u32)>,
}

impl StoredRows {
    /// Finds the rows of the candidates' keys in the files, and those that the full snapshot of
    /// `complete_companies` does not contain.
    pub(super) fn find(
        lake: &Lake,
        files: &[PartitionFile<'_>],
        candidates: &[VersionCandidate],
        complete_companies: &BTreeSet<i64>,
    ) -> Result<Self, RunError> {
        let spec = supplier_purchases_spec();
        let keys = if files.is_empty() {
            0
        } else {
            candidates.len()
        };
        let mut table = Self {
            stored: vec![None; keys],
            absent: Vec::new(),
        };
        for (at, (partition, file)) in files.iter().enumerate() {
            let is_complete = complete_companies.contains(&partition.company_id);
            let mut next = 0u32;
            for batch in lake.read_rows(&spec, file, Some(&KEY_COLUMNS))? {
                let batch = batch?;
                let keys = KeyColumns::of(&batch)?;
                for in_batch in 0..batch.num_rows() {
                    let (row, content) = (next, keys.content(in_batch));
                    next += 1;
                    let key = SupplierPurchaseKey {
                        company_id: partition.company_id,
                        id: keys.id.value(in_batch),
                    };
                    match first_of(candidates, &key) {
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

    /// The stored row of the key whose first candidate is at a position.
    pub(super) fn at(&self, start: usize) -> Option<StoredRow> {
        self.stored.get(start).copied().flatten()
    }

    /// The stored row of the key of the candidate at a position.
    pub(super) fn of_key(&self, candidates: &[VersionCandidate], at: usize) -> Option<StoredRow> {
        self.at(first_of(candidates, &candidates.get(at)?.version.key)?)
    }

    /// (file, row) of the purchases that the full snapshot contains in an older state than the
    /// stored one, and that are deleted only because an earlier snapshot did not contain them.
    pub(super) fn marked_rows(
        &self,
        lake: &Lake,
        files: &[PartitionFile<'_>],
        candidates: &[VersionCandidate],
    ) -> Result<Vec<(usize, u32)>, RunError> {
        let mut by_file: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
        let mut start = 0;
        for versions in candidates.chunk_by(|a, b| a.version.key == b.version.key) {
            let latest = versions.last().map(VersionCandidate::content);
            if let (Some(stored), Some(latest)) = (self.at(start), latest) {
                let is_newer = stored.content.updated_at_micros > latest.updated_at_micros;
                if is_newer && stored.content.is_deleted && !latest.is_deleted {
                    by_file.entry(stored.file).or_default().insert(stored.row);
                }
            }
            start += versions.len();
        }
        let mut marked = Vec::new();
        for (at, rows) in by_file {
            let Some((partition, file)) = files.get(at) else {
                continue;
            };
            let mut first = 0u32;
            for batch in lake.read_rows(&supplier_purchases_spec(), file, None)? {
                let batch = batch?;
                let end = first + u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
                for &row in rows.range(first..end) {
                    if is_marked_as_deleted(&batch, (row - first) as usize, partition.company_id) {
                        marked.push((at, row));
                    }
                }
                first = end;
            }
        }
        Ok(marked)
    }
}

/// The position of the first candidate of a key.
fn first_of(candidates: &[VersionCandidate], key: &SupplierPurchaseKey) -> Option<usize> {
    let at = candidates.partition_point(|candidate| candidate.version.key < *key);
    candidates
        .get(at)
        .is_some_and(|candidate| candidate.version.key == *key)
        .then_some(at)
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
