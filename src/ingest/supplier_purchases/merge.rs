//! The next state of the table: a snapshot and the run's versions come in; the files to be
//! replaced, and the files that replace them, go out.
//!
//! Only the partitions in which something changes are written again. Each is read whole, so that
//! memory follows the largest company and month, and the keys that the run touches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, TimestampMicrosecondArray,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::fold::{Absence, Candidate, Content, Folded, fold};
use super::incoming::{Incoming, Place};
use super::order::append_in_order;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::lake::{
    FileRef, Lake, Partition, PartitionValue, PartitionWriter, Snapshot, StagedFiles, TableChange,
    WriterOptions,
};
use crate::run_report::Counts;
use crate::supplier_purchase::{Key, Month};

/// What a run brings.
pub(super) struct Arrivals<'a> {
    pub(super) lake: &'a Lake,
    pub(super) run_id: &'a str,
    pub(super) max_partitions: usize,
    pub(super) incoming: &'a Incoming,
    /// Arranged by [`super::fold::arrange`].
    pub(super) candidates: &'a [Candidate],
    /// For a full snapshot: the companies whose absent purchases are deleted.
    pub(super) complete: &'a BTreeSet<i64>,
}

/// The next state, and what it means for the run's versions.
pub(super) struct Merged {
    /// Without the rows of its inputs.
    pub(super) change: TableChange,
    pub(super) folded: Folded,
    /// Purchases that a full snapshot lacks and that were not deleted before.
    pub(super) deleted_by_absence: u64,
}

/// A row of the table.
#[derive(Clone, Copy)]
struct Held {
    file: usize,
    row: u32,
    content: Content,
}

/// What is to be done to the rows of a file; both lists ascend.
#[derive(Default)]
struct Edits {
    dropped: Vec<u32>,
    deleted: Vec<u32>,
}

impl Arrivals<'_> {
    /// Works out the next state from a snapshot of the table.
    pub(super) fn merge(&self, snapshot: &Snapshot) -> Result<Merged, RunError> {
        let files = self.files(snapshot)?;
        let table = self.look_up(&files)?;
        let folded = fold(self.candidates, self.absence(), &|start| {
            table
                .held
                .get(start)
                .copied()
                .flatten()
                .map(|held| held.content)
        });
        let mut edits: HashMap<usize, Edits> = HashMap::new();
        for held in folded
            .winners
            .iter()
            .filter_map(|&at| table.of_key(self.candidates, at))
        {
            edits.entry(held.file).or_default().dropped.push(held.row);
        }
        for &(file, row) in &table.absent {
            edits.entry(file).or_default().deleted.push(row);
        }
        for edits in edits.values_mut() {
            edits.dropped.sort_unstable();
        }
        let change = self.rewrite(&files, &edits, &folded.winners)?;
        Ok(Merged {
            change,
            folded,
            deleted_by_absence: table.absent.len() as u64,
        })
    }

    /// Only a full snapshot says that a purchase is there although nothing in it has changed.
    fn absence(&self) -> Absence {
        if self.complete.is_empty() {
            Absence::MeansNothing
        } else {
            Absence::MeansDeleted
        }
    }

    /// The files of the companies that the run speaks of.
    fn files<'s>(&self, snapshot: &'s Snapshot) -> Result<Vec<(Place, &'s FileRef)>, RunError> {
        let mut companies: BTreeSet<i64> = self.complete.clone();
        companies.extend(self.candidates.iter().map(|c| c.version.key.company_id));
        let mut files = Vec::new();
        for file in &snapshot.files {
            let place = place_of(file)?;
            if companies.contains(&place.company_id) {
                files.push((place, file));
            }
        }
        Ok(files)
    }

    /// Finds the rows of the run's keys in the files, and those a full snapshot lacks.
    fn look_up(&self, files: &[(Place, &FileRef)]) -> Result<Table, RunError> {
        let spec = supplier_purchases_spec();
        let mut table = Table {
            held: vec![
                None;
                if files.is_empty() {
                    0
                } else {
                    self.candidates.len()
                }
            ],
            absent: Vec::new(),
        };
        for (at, (place, file)) in files.iter().enumerate() {
            let is_complete = self.complete.contains(&place.company_id);
            let mut next = 0u32;
            for batch in self.lake.read_rows(&spec, file, Some(&KEY_COLUMNS))? {
                let batch = batch?;
                let keys = KeyColumns::of(&batch)?;
                for in_batch in 0..batch.num_rows() {
                    let (row, content) = (next, keys.content(in_batch));
                    next += 1;
                    let key = Key {
                        company_id: place.company_id,
                        id: keys.id.value(in_batch),
                    };
                    match first_of(self.candidates, &key) {
                        Some(start) => {
                            let file = at;
                            table.note(start, Held { file, row, content }, key)?;
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
        files: &[(Place, &FileRef)],
        edits: &HashMap<usize, Edits>,
        winners: &[usize],
    ) -> Result<TableChange, RunError> {
        let mut arriving: BTreeMap<Place, Vec<u32>> = BTreeMap::new();
        for winner in winners.iter().filter_map(|&at| self.candidates.get(at)) {
            let place = Place::from(&winner.version);
            arriving.entry(place).or_default().push(winner.row);
        }
        let mut touched: BTreeSet<Place> = arriving.keys().copied().collect();
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
        let mut expected = winners.len() as u64;
        for place in touched {
            let mut batches = Vec::new();
            for (at, (_, file)) in files.iter().enumerate().filter(|(_, f)| f.0 == place) {
                let edits = edits.get(&at);
                let read = self.kept_rows(file, edits, &mut batches)?;
                let dropped = edits.map_or(0, |edits| edits.dropped.len() as u64);
                // A row number beyond the file drops nothing: the check below then fails.
                expected += read.saturating_sub(dropped);
                remove.push((*file).clone());
            }
            let mut wanted = arriving.remove(&place).unwrap_or_default();
            wanted.sort_unstable();
            batches.extend(self.incoming.rows(place, &wanted)?);
            append_in_order(&batches, &partition(place)?, &mut writer)?;
        }
        let add = writer.finish()?;
        // The ledger: what stays and what arrives, and nothing else.
        if add.rows != expected {
            let counts = Counts {
                accepted: add.rows,
                ..Counts::default()
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

    /// Adds the rows of a file that stay, with the flag of those that are now deleted; returns how
    /// many rows the file has.
    fn kept_rows(
        &self,
        file: &FileRef,
        edits: Option<&Edits>,
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
                if holds_any(&edits.deleted, first, next) {
                    batch = with_deleted(&batch, &edits.deleted, first)?;
                }
                if holds_any(&edits.dropped, first, next) {
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

/// Whether an ascending list has a number from `first` up to, not including, `end`.
fn holds_any(ascending: &[u32], first: u32, end: u32) -> bool {
    let at = ascending.partition_point(|&row| row < first);
    ascending.get(at).is_some_and(|&row| row < end)
}

/// Where the candidates of a key begin.
fn first_of(candidates: &[Candidate], key: &Key) -> Option<usize> {
    let at = candidates.partition_point(|candidate| candidate.version.key < *key);
    candidates
        .get(at)
        .is_some_and(|candidate| candidate.version.key == *key)
        .then_some(at)
}

/// What the table holds of the run's keys.
struct Table {
    /// At the position where the candidates of a key begin.
    held: Vec<Option<Held>>,
    /// (file, row) of what a full snapshot lacks.
    absent: Vec<(usize, u32)>,
}

impl Table {
    fn note(&mut self, start: usize, held: Held, key: Key) -> Result<(), RunError> {
        let doubled = RunError::DoubledKey {
            company_id: key.company_id,
            id: key.id,
        };
        match self.held.get_mut(start) {
            Some(slot @ None) => {
                *slot = Some(held);
                Ok(())
            }
            _ => Err(doubled),
        }
    }

    /// What is held of the key of the candidate at a position.
    fn of_key(&self, candidates: &[Candidate], at: usize) -> Option<Held> {
        let start = first_of(candidates, &candidates.get(at)?.version.key)?;
        self.held.get(start).copied().flatten()
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

    fn content(&self, row: usize) -> Content {
        Content {
            updated_at_micros: self.updated_at.value(row),
            version_hash: self.version_hash.value(row),
            is_deleted: self.is_deleted.value(row),
        }
    }
}

/// The batch with `is_deleted` set in these rows of the file; `first` is its first one.
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

fn place_of(file: &FileRef) -> Result<Place, RunError> {
    let company_id = file.partition("company_id").and_then(|id| id.parse().ok());
    let month: Option<Month> = file
        .partition("registration_month")
        .and_then(|month| month.parse().ok());
    match (company_id, month) {
        (Some(company_id), Some(month)) => Ok(Place { company_id, month }),
        _ => Err(RunError::BadPartition {
            path: file.path.clone(),
        }),
    }
}

fn partition(place: Place) -> Result<Partition, RunError> {
    Ok(Partition::from([
        PartitionValue::integer(place.company_id),
        PartitionValue::text(&place.month.to_string())?,
    ]))
}
