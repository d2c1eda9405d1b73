//! The partition writer: batches with their partition values come in, durable uncommitted Parquet
//! files go out.
//!
//! Memory: one segment being filled, one being encoded, and the row group metadata of the open
//! files; none of it grows with the input. Refused: batches with other columns, partition values
//! that are unsafe in a path, more partitions than the limit.

mod options;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, FieldRef, SchemaRef};
use rayon::prelude::*;

pub use options::WriterOptions;

use super::background::BackgroundTask;
use super::batch_bytes::batch_bytes;
use super::encode::DataFileLayout;
use super::error::check_written;
use super::files::TableFiles;
use super::partition::Partition;
use super::partition_writer_state::{self, PartitionWriterState, PendingPartition, SegmentShare};
use super::spill::SpillFile;
use super::staged::{DataFile, StagedFiles};
use super::table_spec::TableSpec;
use super::{Lake, LakeError};

/// The states of a writer after encoding a segment, and the result.
type EncodedSegment = (Vec<PartitionWriterState>, Result<(), LakeError>);

/// Writes the data files of one table for one run.
///
/// Every partition has one file, in which its rows keep the order in which they were appended; very
/// large loads continue in further files. For the same batches the bytes of the files are the same,
/// whatever the number of threads.
///
/// Dropping it without [`PartitionWriter::finish`] deletes the files it has written.
#[derive(Debug)]
pub struct PartitionWriter {
    layout: Arc<DataFileLayout>,
    files: TableFiles,
    options: WriterOptions,
    file_numbers: Arc<AtomicU64>,
    spill: Arc<SpillFile>,
    /// The schema of the first batch; all other batches must have the same types.
    batch_schema: Option<SchemaRef>,
    index: HashMap<Partition, usize>,
    /// Empty while a segment is being encoded: the background task owns the states.
    states: Vec<PartitionWriterState>,
    pending: Vec<PendingPartition>,
    pending_bytes: usize,
    encoding: Option<BackgroundTask<EncodedSegment>>,
    rows: u64,
}

impl PartitionWriter {
    /// Creates a writer for `spec`'s table, and the table's directory.
    ///
    /// # Errors
    /// An invalid run id or specification, or a directory that cannot be created.
    pub fn new(lake: &Lake, spec: &TableSpec, options: WriterOptions) -> Result<Self, LakeError> {
        super::run_reports::check_run_id(&options.run_id)?;
        spec.delta_columns()?;
        let files = lake.files(spec.name)?;
        files.create_directory()?;
        let directory = files.directory().to_path_buf();
        let file_numbers = Arc::clone(&lake.file_numbers);
        let number = file_numbers.fetch_add(1, Ordering::Relaxed);
        let scratch = directory.join(format!("_spill-{}-{number:05}", options.run_id));
        Ok(Self {
            layout: Arc::new(DataFileLayout::new(spec, directory, options.zstd_level)?),
            files,
            options,
            file_numbers,
            spill: Arc::new(SpillFile::new(spec.name, scratch)),
            batch_schema: None,
            index: HashMap::new(),
            states: Vec::new(),
            pending: Vec::new(),
            pending_bytes: 0,
            encoding: None,
            rows: 0,
        })
    }

    /// Appends a batch to a table without partitions.
    ///
    /// # Errors
    /// As [`PartitionWriter::append`].
    pub fn append_unpartitioned(&mut self, batch: RecordBatch) -> Result<(), LakeError> {
        self.append(Partition::default(), batch)
    }

    /// Appends a batch whose rows all belong to `partition`: one value for each partition column,
    /// in their order. A [`super::PartitionValue`] converts to a partition of one column. Encoding
    /// runs in the background; its errors are returned by a later call.
    ///
    /// # Errors
    /// [`LakeError::BatchShape`], [`LakeError::Partition`], [`LakeError::TooManyPartitions`], or an
    /// error of an earlier segment.
    pub fn append(
        &mut self,
        partition: impl Into<Partition>,
        batch: RecordBatch,
    ) -> Result<(), LakeError> {
        let partition = partition.into();
        partition.check(self.layout.spec.partition_columns)?;
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.check_shape(&batch)?;
        let index = self.partition_index(partition)?;
        let bytes = batch_bytes(&batch);
        self.rows += batch.num_rows() as u64;
        self.pending_bytes += bytes;
        self.pending[index].push(batch, bytes);
        if self.pending_bytes >= self.options.segment_bytes {
            self.start_segment(false)?;
        }
        Ok(())
    }

    /// The index of a partition, in order of first appearance.
    fn partition_index(&mut self, partition: Partition) -> Result<usize, LakeError> {
        if let Some(index) = self.index.get(&partition) {
            return Ok(*index);
        }
        if self.index.len() >= self.options.max_partitions {
            return Err(LakeError::TooManyPartitions {
                table: self.layout.spec.name.to_owned(),
                limit: self.options.max_partitions,
            });
        }
        let index = self.index.len();
        let folder = partition.folder(self.layout.spec.partition_columns)?;
        self.pending
            .push(PendingPartition::new(partition.clone(), folder));
        self.index.insert(partition, index);
        Ok(index)
    }

    fn check_shape(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let schema = batch.schema_ref();
        if self
            .batch_schema
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, schema))
        {
            return Ok(());
        }
        let differs = |column: &str, expected: String, found: String| LakeError::BatchShape {
            table: self.layout.spec.name.to_owned(),
            column: column.to_owned(),
            expected,
            found,
        };
        let fields = self.layout.spec.schema.fields();
        for (position, field) in fields.iter().enumerate() {
            let first = self.batch_schema.as_ref();
            let expected = first.map_or(field, |known| &known.fields()[position]);
            let expected = expected.data_type();
            let is_same = |found: &FieldRef| {
                let found_type = found.data_type();
                let is_same_type = match first {
                    Some(_) => expected == found_type,
                    None => value_type(expected) == value_type(found_type),
                };
                found.name() == field.name() && is_same_type
            };
            let found = schema.fields().get(position);
            if !found.is_some_and(is_same) {
                let describe = |found: &FieldRef| format!("{} {}", found.name(), found.data_type());
                let found = found.map_or_else(|| "nothing".to_owned(), describe);
                return Err(differs(field.name(), expected.to_string(), found));
            }
        }
        if let Some(extra) = schema.fields().get(fields.len()) {
            return Err(differs(
                extra.name(),
                "absent".into(),
                extra.data_type().to_string(),
            ));
        }
        self.batch_schema.get_or_insert_with(|| Arc::clone(schema));
        Ok(())
    }

    /// Encodes the collected batches, and waits until they are out of memory.
    ///
    /// # Errors
    /// An error of a segment.
    pub fn flush(&mut self) -> Result<(), LakeError> {
        if self.pending_bytes > 0 {
            self.start_segment(false)?;
        }
        self.wait()
    }

    /// Waits for the segment in encoding, then starts the next one.
    fn start_segment(&mut self, last: bool) -> Result<(), LakeError> {
        self.wait()?;
        self.pending_bytes = 0;
        let known = self.states.len();
        self.states.extend(
            self.pending[known..]
                .iter()
                .map(PendingPartition::new_state),
        );
        self.close_long_files()?;
        self.assign_file_names();
        let shares: Vec<SegmentShare> = self
            .pending
            .iter_mut()
            .map(PendingPartition::take_share)
            .collect();
        let mut states = std::mem::take(&mut self.states);
        let (layout, spill) = (Arc::clone(&self.layout), Arc::clone(&self.spill));
        self.encoding = Some(BackgroundTask::start(move || {
            let result =
                partition_writer_state::encode_segment(&layout, &spill, &mut states, shares, last);
            (states, result)
        }));
        Ok(())
    }

    /// Closes the files with the most row groups when there are too many in total. In a dump
    /// ordered by time these are the completed days.
    fn close_long_files(&mut self) -> Result<(), LakeError> {
        let columns = self.layout.spec.schema.fields().len();
        let open: usize = self
            .states
            .iter()
            .map(PartitionWriterState::row_groups)
            .sum();
        if open * columns
            <= self
                .options
                .max_open_chunks
                .max(2 * columns * self.states.len())
        {
            return Ok(());
        }
        let mean = open.div_ceil(self.states.len());
        let mut long = self
            .states
            .iter_mut()
            .filter(|state| state.row_groups() >= mean);
        long.try_for_each(PartitionWriterState::close_file)
    }

    /// Assigns a file name to every state that may need a new file. Names are assigned here, in
    /// order, so that they do not depend on the threads.
    fn assign_file_names(&mut self) {
        for (state, pending) in self.states.iter_mut().zip(&self.pending) {
            if state.needs_name() {
                let number = self.file_numbers.fetch_add(1, Ordering::Relaxed);
                let name = format!("part-{}-{number:05}.parquet", self.options.run_id);
                state.next_file = Some(match pending.folder.as_str() {
                    "" => name,
                    folder => format!("{folder}/{name}"),
                });
            }
        }
    }

    /// Takes the states back from the segment in encoding, if there is one.
    fn wait(&mut self) -> Result<(), LakeError> {
        let Some(task) = self.encoding.take() else {
            return Ok(());
        };
        match task.wait() {
            Some((states, result)) => {
                self.states = states;
                result
            }
            None => Err(LakeError::EncoderStopped(self.layout.spec.name.to_owned())),
        }
    }

    /// Encodes the remaining batches, closes every file, reads its footer back and makes it durable
    /// where the table is.
    ///
    /// # Errors
    /// An error of a segment, a file or its check; the files are then deleted.
    pub fn finish(mut self) -> Result<StagedFiles, LakeError> {
        self.start_segment(true)?;
        self.wait()?;
        let layout = Arc::clone(&self.layout);
        let finished: Result<Vec<Vec<DataFile>>, LakeError> = self
            .states
            .par_iter_mut()
            .map(|state| state.finish_files(&layout))
            .collect();
        let mut files: Vec<DataFile> = finished?.into_iter().flatten().collect();
        files.sort_by(|one, other| file_name(one).cmp(file_name(other)));
        let rows = files.iter().map(|file| file.rows).sum();
        check_written(&layout.directory, "rows", self.rows, rows)?;
        self.files.publish(&mut files)?;
        // The drop has nothing to delete.
        self.states.clear();
        Ok(StagedFiles {
            files,
            rows,
            table: layout.spec.name,
        })
    }

    /// Stops, and deletes the written files.
    ///
    /// # Errors
    /// The first file that could not be deleted; the others are still tried.
    pub fn discard(mut self) -> Result<(), LakeError> {
        self.remove_files()
    }

    fn remove_files(&mut self) -> Result<(), LakeError> {
        // Errors of encoding no longer matter: the files are deleted.
        let _ = self.wait();
        let mut outcome = Ok(());
        for state in self.states.drain(..) {
            for path in state.relative_paths() {
                outcome = outcome.and(self.files.remove_unpublished(path));
            }
        }
        outcome
    }
}

impl Drop for PartitionWriter {
    fn drop(&mut self) {
        // Files that cannot be deleted are orphans, which no reader of the log sees.
        let _ = self.remove_files();
    }
}

/// Dictionaries are an encoding, not another type.
fn value_type(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    }
}

/// The last segment of a data file's path; it begins with the run id and the file's number.
fn file_name(file: &DataFile) -> &str {
    file.relative_path
        .rsplit('/')
        .next()
        .unwrap_or(&file.relative_path)
}

#[cfg(test)]
mod tests;
