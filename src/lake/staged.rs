//! Data files that are written but not committed.
//!
//! A staged file is durable, its footer has been read back, and no reader of the log sees it.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::{DataType, Schema, TimeUnit};
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::statistics::Statistics;
use serde_json::{Map, Value, json};

use super::error::check_written;
use super::partition::{Partition, is_inside_table};
use super::table_spec::TableSpec;
use super::{Lake, LakeError, durable};

/// The data files of one table, ready to be committed.
///
/// Dropping it keeps the files: a commit whose outcome is unknown needs them.
#[derive(Clone, Debug)]
pub struct StagedFiles {
    /// The files, in the order of their sequence numbers.
    pub files: Vec<DataFile>,
    /// The sum of their rows.
    pub rows: u64,
    pub(super) table: &'static str,
}

/// One data file.
#[derive(Clone, Debug, PartialEq)]
pub struct DataFile {
    /// Its path below the table's directory, with `/` between the segments.
    pub relative_path: String,
    /// Its partition; empty in a table without partitions.
    pub partition: Partition,
    /// The number of rows, from its footer.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// The statistics for the log, as Delta's JSON: row count, and for the permitted columns the
    /// least and greatest value and the number of nulls.
    pub stats_json: String,
    /// Its size and time in the object store, for a lake in one.
    pub(super) uploaded: Option<DataFileMetadata>,
}

/// Size and time of a data file, known without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DataFileMetadata {
    pub(super) bytes: u64,
    /// When it was written, in milliseconds since 1970.
    pub(super) modified_millis: i64,
}

impl StagedFiles {
    /// No files of `spec`'s table.
    pub fn none(spec: &TableSpec) -> Self {
        Self {
            files: Vec::new(),
            rows: 0,
            table: spec.name,
        }
    }

    /// Deletes the files. Call it only if it is certain that no commit names them.
    ///
    /// # Errors
    /// The first file that could not be deleted; the others are still tried, except those in a
    /// store that does not respond.
    pub fn discard(self, lake: &Lake) -> Result<(), LakeError> {
        lake.files(self.table)?.remove_all(&self.files)
    }
}

/// Syncs a finished data file, reads its footer back and checks the row count.
pub(super) fn sync_and_check(
    spec: &TableSpec,
    directory: &Path,
    relative_path: String,
    partition: Partition,
    expected_rows: u64,
) -> Result<DataFile, LakeError> {
    debug_assert!(
        is_inside_table(&relative_path),
        "file names consist of validated parts"
    );
    let path: PathBuf = directory.join(&relative_path);
    durable::sync_file(&path)?;
    let file = File::open(&path).map_err(LakeError::io("read back", &path))?;
    let bytes = file
        .metadata()
        .map_err(LakeError::io("read back", &path))?
        .len();
    let metadata = ParquetMetaDataReader::new()
        .parse_and_finish(&file)
        .map_err(LakeError::parquet("read back", &path))?;
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default();
    check_written(&path, "rows", expected_rows, rows)?;
    let stats_json = stats_json(&spec.schema, rows, &metadata);
    Ok(DataFile {
        relative_path,
        partition,
        rows,
        bytes,
        stats_json,
        uploaded: None,
    })
}

/// Delta's per-file statistics, from the footer.
///
/// <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics>
pub(super) fn stats_json(schema: &Schema, rows: u64, metadata: &ParquetMetaData) -> String {
    let mut least = Map::new();
    let mut greatest = Map::new();
    let mut nulls = Map::new();
    let stored = metadata.file_metadata().schema_descr().columns();
    for field in schema.fields() {
        let position = stored
            .iter()
            .position(|column| column.name() == field.name());
        let Some(index) = position else { continue };
        let chunks: Option<Vec<&Statistics>> = metadata
            .row_groups()
            .iter()
            .map(|group| group.column(index).statistics())
            .collect();
        let Some(chunks) = chunks.filter(|chunks| !chunks.is_empty()) else {
            continue;
        };
        let null_count: Option<u64> = chunks.iter().map(|chunk| chunk.null_count_opt()).sum();
        if let Some(null_count) = null_count {
            nulls.insert(field.name().clone(), json!(null_count));
        }
        if let Some((low, high)) = bounds(field.data_type(), &chunks) {
            least.insert(field.name().clone(), low);
            greatest.insert(field.name().clone(), high);
        }
    }
    json!({"numRecords": rows, "minValues": least, "maxValues": greatest, "nullCount": nulls})
        .to_string()
}

/// The least and greatest value over all row groups, or `None` if they are not exact or readers
/// disagree on their text form (decimals).
fn bounds(data_type: &DataType, chunks: &[&Statistics]) -> Option<(Value, Value)> {
    match data_type {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            let (low, high) = integer_bounds(chunks)?;
            Some((json!(low), json!(high)))
        }
        DataType::Date32 => {
            let (low, high) = integer_bounds(chunks)?;
            let day = |days| NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?);
            Some((json!(day(low)?.to_string()), json!(day(high)?.to_string())))
        }
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
            let (low, high) = integer_bounds(chunks)?;
            // Delta keeps milliseconds here: the bounds are rounded outwards.
            let high = high.div_euclid(1000) + i64::from(high.rem_euclid(1000) != 0);
            Some((milliseconds(low.div_euclid(1000))?, milliseconds(high)?))
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Dictionary(..) => text_bounds(chunks),
        _ => None,
    }
}

fn milliseconds(millis: i64) -> Option<Value> {
    let time = DateTime::from_timestamp_millis(millis)?;
    Some(json!(time.to_rfc3339_opts(SecondsFormat::Millis, true)))
}

fn integer_bounds(chunks: &[&Statistics]) -> Option<(i64, i64)> {
    let mut bounds: Option<(i64, i64)> = None;
    for chunk in chunks {
        let (low, high) = match chunk {
            Statistics::Int32(values) => (
                values.min_opt().copied().map(i64::from),
                values.max_opt().copied().map(i64::from),
            ),
            Statistics::Int64(values) => (values.min_opt().copied(), values.max_opt().copied()),
            _ => return None,
        };
        // A chunk of nulls has no bounds.
        if let (Some(low), Some(high)) = (low, high) {
            let (least, greatest) = bounds.unwrap_or((low, high));
            bounds = Some((least.min(low), greatest.max(high)));
        }
    }
    bounds
}

fn text_bounds(chunks: &[&Statistics]) -> Option<(Value, Value)> {
    let mut bounds: Option<(&str, &str)> = None;
    for chunk in chunks {
        let Statistics::ByteArray(values) = chunk else {
            return None;
        };
        let (Some(low), Some(high)) = (values.min_opt(), values.max_opt()) else {
            continue;
        };
        if !values.min_is_exact() || !values.max_is_exact() {
            return None;
        }
        let (low, high) = (low.as_utf8().ok()?, high.as_utf8().ok()?);
        let (least, greatest) = bounds.unwrap_or((low, high));
        bounds = Some((least.min(low), greatest.max(high)));
    }
    bounds.map(|(low, high)| (json!(low), json!(high)))
}
