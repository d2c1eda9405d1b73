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
use arrow::compute::{concat_batches, filter_record_batch, sort_to_indices, take_record_batch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::fold::{Candidate, Content, Folded, fold};
use super::incoming::{Incoming, Place};
use super::table::supplier_purchases_spec;
use crate::ingest::runner::RunError;
use crate::lake::{
    Change, FileRef, Lake, Partition, PartitionValue, PartitionWriter, Snapshot, StagedFiles,
    WriterOptions,
};
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
    pub(super) change: Change,
    pub(super) folded: Folded,
    /// Purchases that a full snapshot lacks and that were not deleted before.
    pub(super) deleted_by_absence: u64,
}

/// A row of the table.
#[derive(Clone, Copy)]
struct Held {
    file: usize,
    row: usize,
    content: Content,
}

/// What is to be done to the rows of a file.
#[derive(Default)]
struct Edits {
    dropped: BTreeSet<usize>,
    deleted: BTreeSet<usize>,
}

impl Arrivals<'_> {
    /// Works out the next state from a snapshot of the table.
    pub(super) fn merge(&self, snapshot: &Snapshot) -> Result<Merged, RunError> {
        let files = self.files(snapshot)?;
        let table = self.look_up(&files)?;
        let folded = fold(self.candidates, &|key| {
            table.held.get(key).map(|held| held.content)
        });
        let mut edits: HashMap<usize, Edits> = HashMap::new();
        for winner in &folded.winners {
            if let Some(held) = table.held.get(&winner.version.key) {
                edits.entry(held.file).or_default().dropped.insert(held.row);
            }
        }
        for &(file, row) in &table.absent {
            edits.entry(file).or_default().deleted.insert(row);
        }
        let change = self.rewrite(&files, &edits, &folded.winners)?;
        Ok(Merged {
            change,
            folded,
            deleted_by_absence: table.absent.len() as u64,
        })
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
        let mut table = Table::default();
        for (at, (place, file)) in files.iter().enumerate() {
            let mut base = 0;
            for batch in self.lake.read_rows(&spec, file, Some(&KEY_COLUMNS))? {
                let batch = batch?;
                let keys = KeyColumns::of(&batch)?;
                for row in 0..batch.num_rows() {
                    let key = Key {
                        company_id: place.company_id,
                        id: keys.id.value(row),
                    };
                    let content = keys.content(row);
                    let is_known = self
                        .candidates
                        .binary_search_by_key(&key, |candidate| candidate.version.key)
                        .is_ok();
                    if is_known {
                        let held = Held {
                            file: at,
                            row: base + row,
                            content,
                        };
                        if table.held.insert(key, held).is_some() {
                            return Err(RunError::DoubledKey {
                                company_id: key.company_id,
                                id: key.id,
                            });
                        }
                    } else if self.complete.contains(&place.company_id) && !content.is_deleted {
                        table.absent.push((at, base + row));
                    }
                }
                base += batch.num_rows();
            }
        }
        Ok(table)
    }

    fn rewrite(
        &self,
        files: &[(Place, &FileRef)],
        edits: &HashMap<usize, Edits>,
        winners: &[Candidate],
    ) -> Result<Change, RunError> {
        let mut arriving: BTreeMap<Place, Vec<u32>> = BTreeMap::new();
        for winner in winners {
            let place = Place::from(&winner.version);
            arriving.entry(place).or_default().push(winner.row);
        }
        let mut touched: BTreeSet<Place> = arriving.keys().copied().collect();
        touched.extend(edits.keys().filter_map(|&at| Some(files.get(at)?.0)));
        if touched.is_empty() {
            let add = StagedFiles::none(&supplier_purchases_spec());
            return Ok(Change {
                remove: Vec::new(),
                add,
            });
        }
        let options = WriterOptions {
            max_partitions: self.max_partitions,
            ..WriterOptions::new(self.run_id)
        };
        let mut writer = PartitionWriter::new(self.lake, &supplier_purchases_spec(), options)?;
        let mut remove = Vec::new();
        for place in touched {
            let mut batches = Vec::new();
            for (at, (_, file)) in files.iter().enumerate().filter(|(_, f)| f.0 == place) {
                let edits = edits.get(&at);
                self.kept_rows(file, edits, &mut batches)?;
                remove.push((*file).clone());
            }
            let mut wanted = arriving.remove(&place).unwrap_or_default();
            wanted.sort_unstable();
            batches.extend(self.incoming.rows(place, &wanted)?);
            if let Some(rows) = by_id(&batches)? {
                writer.append(partition(place)?, rows)?;
            }
        }
        let add = writer.finish()?;
        Ok(Change { remove, add })
    }

    /// The rows of a file that stay, with the flag of those that are now deleted.
    fn kept_rows(
        &self,
        file: &FileRef,
        edits: Option<&Edits>,
        batches: &mut Vec<RecordBatch>,
    ) -> Result<(), RunError> {
        let mut base = 0;
        for batch in self
            .lake
            .read_rows(&supplier_purchases_spec(), file, None)?
        {
            let mut batch = batch?;
            let rows = base..base + batch.num_rows();
            base = rows.end;
            if let Some(edits) = edits {
                if edits.deleted.range(rows.clone()).next().is_some() {
                    batch = with_deleted(&batch, &edits.deleted, rows.start)?;
                }
                if edits.dropped.range(rows.clone()).next().is_some() {
                    let keep: BooleanArray = rows
                        .map(|row| Some(!edits.dropped.contains(&row)))
                        .collect();
                    batch = filter_record_batch(&batch, &keep)?;
                }
            }
            if batch.num_rows() > 0 {
                batches.push(batch);
            }
        }
        Ok(())
    }
}

/// What the table holds of the run's keys.
#[derive(Default)]
struct Table {
    held: HashMap<Key, Held>,
    /// (file, row) of what a full snapshot lacks.
    absent: Vec<(usize, usize)>,
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

/// The batch with `is_deleted` set in these rows of the file; `base` is its first one.
fn with_deleted(
    batch: &RecordBatch,
    deleted: &BTreeSet<usize>,
    base: usize,
) -> Result<RecordBatch, RunError> {
    let at = batch.schema().index_of("is_deleted")?;
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    if let Some(column) = columns.get_mut(at) {
        let flags: BooleanArray = column
            .as_boolean_opt()
            .ok_or(RunError::KeyColumns)?
            .iter()
            .enumerate()
            .map(|(row, flag)| Some(flag == Some(true) || deleted.contains(&(base + row))))
            .collect();
        *column = Arc::new(flags);
    }
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

/// All rows in one batch, ordered by id: the order in which they came leaves no trace.
fn by_id(batches: &[RecordBatch]) -> Result<Option<RecordBatch>, RunError> {
    let Some(first) = batches.first() else {
        return Ok(None);
    };
    let rows = concat_batches(&first.schema(), batches)?;
    let id = rows.column_by_name("id").ok_or(RunError::KeyColumns)?;
    let order = sort_to_indices(id, None, None)?;
    Ok(Some(take_record_batch(&rows, &order)?))
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
