//! The rows of inputs in the files of a table: paths come in; the files that hold their rows go out,
//! and files without these rows, or with the rows under another path.
//!
//! A row carries the path and the run of its input (`source_file`, `run_id`). Files that hold no
//! row of the paths are not read further than these two columns.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use chrono::NaiveDate;

use super::staged::StagedFiles;
use super::state_commit::RowOrigin;
use super::table_spec::TableSpec;
use super::{FileRef, Lake, LakeError, ListedInput, PartitionWriter, WriterOptions};

pub(super) const SOURCE_FILE: &str = "source_file";
pub(super) const RUN_ID: &str = "run_id";

/// What becomes of the rows of an origin: another origin, or `None` if they are taken out. Rows of
/// other origins stay.
pub(super) type OriginChanges = HashMap<RowOrigin, Option<RowOrigin>>;

/// A file and the number of its rows by origin, for the requested paths.
pub(super) struct FileOrigins {
    pub(super) file: FileRef,
    pub(super) rows: BTreeMap<RowOrigin, u64>,
}

/// The files that a change of origins rewrites.
pub(super) struct RewrittenFiles {
    /// The files of the table that hold the rows.
    pub(super) removed: Vec<FileRef>,
    /// The files that take their place.
    pub(super) staged: StagedFiles,
}

/// The number of rows by origin, over all files.
pub(super) fn total_rows(files: &[FileOrigins]) -> BTreeMap<RowOrigin, u64> {
    let mut totals: BTreeMap<RowOrigin, u64> = BTreeMap::new();
    for (origin, rows) in files.iter().flat_map(|file| &file.rows) {
        *totals.entry(origin.clone()).or_default() += rows;
    }
    totals
}

impl Lake {
    /// Those of the files that hold rows of the paths.
    pub(super) fn find_origins(
        &self,
        spec: &TableSpec,
        files: Vec<FileRef>,
        paths: &HashSet<&str>,
    ) -> Result<Vec<FileOrigins>, LakeError> {
        let mut found = Vec::new();
        for file in files {
            let mut rows: BTreeMap<RowOrigin, u64> = BTreeMap::new();
            for batch in self.read_rows(spec, &file, Some(&[SOURCE_FILE, RUN_ID]))? {
                let batch = batch?;
                let origins = OriginColumns::of(&batch).map_err(failed(spec))?;
                for (path, run_id) in origins.rows().filter(|(path, _)| paths.contains(path)) {
                    *rows.entry(origin(path, run_id)).or_default() += 1;
                }
            }
            if !rows.is_empty() {
                found.push(FileOrigins { file, rows });
            }
        }
        Ok(found)
    }

    /// Passes the values of a text column in the rows of `dates` to `add`, without nulls and without
    /// the rows of a path.
    ///
    /// # Errors
    /// As [`Lake::for_each_text`].
    pub fn for_each_text_of_others(
        &self,
        spec: &TableSpec,
        column: &str,
        dates: Option<RangeInclusive<NaiveDate>>,
        path: &str,
        add: &mut dyn FnMut(&str),
    ) -> Result<(), LakeError> {
        self.for_each_text_with_origin(spec, column, dates, &mut |(of, _), text| {
            if of != path {
                add(text);
            }
        })
    }

    /// Whether a row of an input has a value in a text column.
    ///
    /// # Errors
    /// As [`Lake::for_each_text`].
    pub fn has_text(
        &self,
        spec: &TableSpec,
        column: &str,
        input: &ListedInput,
    ) -> Result<bool, LakeError> {
        let wanted = (input.row.path.as_str(), input.run_id.as_str());
        let mut found = false;
        let mut find = |origin: (&str, &str), _: &str| found = found || origin == wanted;
        self.for_each_text_with_origin(spec, column, None, &mut find)?;
        Ok(found)
    }

    /// Passes the values of a text column with the path and the run of their rows.
    fn for_each_text_with_origin(
        &self,
        spec: &TableSpec,
        column: &str,
        dates: Option<RangeInclusive<NaiveDate>>,
        add: &mut dyn FnMut((&str, &str), &str),
    ) -> Result<(), LakeError> {
        let columns = [SOURCE_FILE, RUN_ID, column];
        for file in self.snapshot(spec.name, None, dates)?.files {
            for batch in self.read_rows(spec, &file, Some(&columns))? {
                let batch = batch?;
                let origins = OriginColumns::of(&batch).map_err(failed(spec))?;
                let texts = text_column(&batch, column).map_err(failed(spec))?;
                for (origin, text) in origins.rows().zip(&texts) {
                    if let Some(text) = text {
                        add(origin, text);
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes the files of a table again whose rows change; the new files are not committed.
    pub(super) fn rewrite_origins(
        &self,
        spec: &TableSpec,
        run_id: &str,
        files: &[FileOrigins],
        changes: &OriginChanges,
    ) -> Result<RewrittenFiles, LakeError> {
        let options = WriterOptions {
            max_partitions: usize::MAX,
            ..WriterOptions::new(run_id)
        };
        let mut writer = PartitionWriter::new(self, spec, options)?;
        let mut removed = Vec::new();
        let is_changed = |origin: &RowOrigin| changes.contains_key(origin);
        for FileOrigins { file, rows } in files {
            if !rows.keys().any(is_changed) {
                continue;
            }
            let partition = file.partition_in(spec)?;
            for batch in self.read_rows(spec, file, None)? {
                let changed = changed_rows(&batch?, changes).map_err(failed(spec))?;
                writer.append(partition.clone(), changed)?;
            }
            removed.push(file.clone());
        }
        Ok(RewrittenFiles {
            removed,
            staged: writer.finish()?,
        })
    }
}

fn origin(path: &str, run_id: &str) -> RowOrigin {
    RowOrigin {
        path: path.to_owned(),
        run_id: run_id.to_owned(),
    }
}

fn failed(spec: &TableSpec) -> impl Fn(ArrowError) -> LakeError {
    LakeError::arrow("read the origin of record batches", spec.name)
}

/// A text column of a batch, which may be a dictionary.
fn text_column(batch: &RecordBatch, name: &str) -> Result<StringArray, ArrowError> {
    let column = batch.column(batch.schema().index_of(name)?);
    Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
}

/// The origins of the rows of a batch.
pub(super) struct OriginColumns {
    paths: StringArray,
    runs: StringArray,
}

impl OriginColumns {
    pub(super) fn of(batch: &RecordBatch) -> Result<Self, ArrowError> {
        Ok(Self {
            paths: text_column(batch, SOURCE_FILE)?,
            runs: text_column(batch, RUN_ID)?,
        })
    }

    /// Path and run of each row; neither is ever null.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &str)> {
        let rows = self.paths.iter().zip(&self.runs);
        rows.map(|(path, run)| (path.unwrap_or_default(), run.unwrap_or_default()))
    }
}

/// The rows of a batch after the changes.
pub(super) fn changed_rows(
    batch: &RecordBatch,
    changes: &OriginChanges,
) -> Result<RecordBatch, ArrowError> {
    let origins = OriginColumns::of(batch)?;
    let mut kept = Vec::with_capacity(batch.num_rows());
    let (mut paths, mut runs) = (Vec::new(), Vec::new());
    // Neighbours mostly come from the same input.
    let mut last = None;
    for (path, run_id) in origins.rows() {
        let change = match last {
            Some((of, change)) if of == (path, run_id) => change,
            _ => changes.get(&origin(path, run_id)),
        };
        last = Some(((path, run_id), change));
        let (path, run_id) = match change {
            Some(Some(to)) => (to.path.as_str(), to.run_id.as_str()),
            _ => (path, run_id),
        };
        kept.push(!matches!(change, Some(None)));
        paths.push(path);
        runs.push(run_id);
    }
    let schema = batch.schema();
    let mut columns = batch.columns().to_vec();
    for (name, texts) in [(SOURCE_FILE, paths), (RUN_ID, runs)] {
        let position = schema.index_of(name)?;
        let texts: ArrayRef = Arc::new(StringArray::from(texts));
        columns[position] = cast(&texts, schema.field(position).data_type())?;
    }
    let moved = RecordBatch::try_new(schema, columns)?;
    filter_record_batch(&moved, &BooleanArray::from(kept))
}
