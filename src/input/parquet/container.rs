//! The footer of a file: its schema and the places of its row groups, checked before a row is read.

use std::ops::Range;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::Length;
use arrow::datatypes::{DataType, Field, Schema};

use super::PARQUET_MAGIC;
use super::page_headers::unpacked_bytes;
use super::stored_file::StoredFile;
use crate::input::csv::dialect::MAX_COLUMNS;
use crate::input::library_call::catch_library_panic;
use crate::input::refusal::{Refusal, SourcePosition};
use crate::input::stream::InputLimits;
use crate::rules::RuleId;

/// Length of the end of a file: the length of the footer, and the magic bytes.
const TAIL_BYTES: usize = 8;

/// What is not limited by a ratio: a megabyte, and as many rows.
const GRACE: u64 = 1 << 20;

/// Maximum unpacked size of one column in a row group, which may be one page.
const MAX_COLUMN_BYTES: u64 = 1 << 30;

/// Rows that are decoded at once.
const BATCH_ROWS: usize = 1_024;

/// A row group: where it is stored, and how many rows it has.
#[derive(Clone, Debug)]
pub(super) struct RowGroup {
    pub(super) bytes: Range<u64>,
    pub(super) rows: u64,
}

/// A file whose footer has been read.
pub(super) struct ParquetContainer {
    file: StoredFile,
    metadata: ArrowReaderMetadata,
    pub(super) groups: Vec<RowGroup>,
}

impl ParquetContainer {
    /// Reads the footer of a file.
    ///
    /// # Errors
    /// `FILE-TRUNCATED`: its end is missing. `FILE-LIMIT`: it announces too much. `FILE-FORMAT`: it is
    /// encrypted. `FILE-PARQUET-DAMAGED`: the footer cannot be read, or contradicts the file.
    pub(super) fn open(file: StoredFile, limits: InputLimits) -> Result<Self, Refusal> {
        let length = file.len();
        check_tail(&file, limits)?;
        // The types follow from the schema of Parquet, not from a copy of Arrow's that some writers add.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let loaded = guarded(|| ArrowReaderMetadata::load(&file, options.clone()))?;
        check_columns(loaded.schema(), limits)?;
        let schema = Arc::new(viewed(loaded.schema()));
        let options = options.with_schema(schema);
        let metadata =
            guarded(|| ArrowReaderMetadata::try_new(Arc::clone(loaded.metadata()), options))?;
        let groups = row_groups(metadata.metadata().row_groups(), length, limits)?;
        Ok(Self {
            file,
            metadata,
            groups,
        })
    }

    /// The columns, with the types that they are read as.
    pub(super) fn schema(&self) -> &Schema {
        self.metadata.schema()
    }

    /// Reads the rows of a group in batches.
    pub(super) fn rows(&self, group: usize) -> Result<ParquetRecordBatchReader, Refusal> {
        self.check_pages(group)?;
        guarded(|| {
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
                self.file.clone(),
                self.metadata.clone(),
            );
            builder
                .with_row_groups(vec![group])
                .with_batch_size(BATCH_ROWS)
                .build()
        })
    }

    /// Compares what the pages of each column announce with what the footer announces of it.
    fn check_pages(&self, group: usize) -> Result<(), Refusal> {
        let group = self.metadata.metadata().row_groups().get(group);
        for column in group.into_iter().flat_map(RowGroupMetaData::columns) {
            let (start, bytes) = column.byte_range();
            let announced = u64::try_from(column.uncompressed_size()).unwrap_or(0);
            let pages = unpacked_bytes(&self.file, start, start + bytes, announced);
            if pages > announced {
                let column = column.column_path().string();
                return Err(damaged(format!(
                    "the pages of column {column} announce more than the {announced} bytes in its footer"
                )));
            }
        }
        Ok(())
    }
}

/// Calls the library, which panics at some damaged bytes.
pub(super) fn guarded<T, E: std::fmt::Display>(
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, Refusal> {
    match catch_library_panic(read) {
        Some(read) => read.map_err(damaged),
        None => Err(damaged("its pages contradict each other")),
    }
}

pub(super) fn damaged(what: impl std::fmt::Display) -> Refusal {
    let message = format!("the Parquet file cannot be read: {what}; write or copy the file again");
    Refusal::new(RuleId::FileParquetDamaged, message)
}

pub(super) fn limit(message: impl Into<String>) -> Refusal {
    Refusal::new(RuleId::FileLimit, message)
}

/// Checks the last bytes of the file.
fn check_tail(file: &StoredFile, limits: InputLimits) -> Result<(), Refusal> {
    let (length, magic_bytes) = (file.len(), PARQUET_MAGIC.len() as u64);
    let cut_off = || {
        let message = format!(
            "the Parquet file ends after {length} bytes without its footer; copy the file again"
        );
        let position = SourcePosition {
            byte_offset: length,
            line: 0,
        };
        Refusal::new(RuleId::FileTruncated, message).at(position)
    };
    if length < magic_bytes + TAIL_BYTES as u64 {
        return Err(cut_off());
    }
    let tail = file.bytes(length - TAIL_BYTES as u64, TAIL_BYTES);
    let tail = tail.map_err(damaged)?;
    let (footer, magic) = tail.split_at(TAIL_BYTES / 2);
    if magic == b"PARE" {
        let message = "the Parquet file is encrypted; decrypt it where it is written";
        return Err(Refusal::new(RuleId::FileFormat, message));
    }
    if magic != PARQUET_MAGIC {
        return Err(cut_off());
    }
    let footer = u64::from(u32::from_le_bytes(footer.try_into().unwrap_or_default()));
    if footer > length - magic_bytes - TAIL_BYTES as u64 {
        return Err(damaged("its footer is longer than the file"));
    }
    if footer > limits.max_line_bytes as u64 {
        return Err(limit(format!(
            "the footer of the Parquet file has {footer} bytes, more than the limit of {}; raise --max-line-bytes if this is intended",
            limits.max_line_bytes
        )));
    }
    Ok(())
}

fn check_columns(schema: &Schema, limits: InputLimits) -> Result<(), Refusal> {
    let columns = schema.fields().len();
    if columns > MAX_COLUMNS {
        return Err(limit(format!(
            "the Parquet file has {columns} columns, more than the limit of {MAX_COLUMNS}"
        )));
    }
    let deepest = schema.fields().iter().map(|field| depth(field.data_type()));
    if deepest.max().unwrap_or(0) > limits.max_depth {
        return Err(limit(format!(
            "a column of the Parquet file is nested deeper than {} levels",
            limits.max_depth
        )));
    }
    Ok(())
}

/// The levels of a type: 1 if it is not nested.
fn depth(data_type: &DataType) -> usize {
    let below = match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::Map(item, _) => {
            depth(item.data_type())
        }
        DataType::Struct(fields) => {
            let depths = fields.iter().map(|field| depth(field.data_type()));
            depths.max().unwrap_or(0)
        }
        _ => 0,
    };
    1 + below
}

/// The schema with texts that share the bytes of their page: one long text in many rows is then in
/// memory once.
fn viewed(schema: &Schema) -> Schema {
    let view = |field: &Arc<Field>| {
        let data_type = match field.data_type() {
            DataType::Utf8 => DataType::Utf8View,
            DataType::Binary => DataType::BinaryView,
            other => other.clone(),
        };
        field.as_ref().clone().with_data_type(data_type)
    };
    Schema::new(schema.fields().iter().map(view).collect::<Vec<_>>())
}

/// The places of the row groups, which follow each other in the file.
fn row_groups(
    groups: &[RowGroupMetaData],
    length: u64,
    limits: InputLimits,
) -> Result<Vec<RowGroup>, Refusal> {
    let mut places = Vec::with_capacity(groups.len());
    let mut stored = 0_u64;
    for (number, group) in (1_u64..).zip(groups) {
        let place = row_group(group, length, limits);
        let place = place.map_err(|refusal| {
            let message = format!("row group {number}: {}", refusal.message);
            Refusal::new(refusal.rule, message)
        })?;
        let columns = group.columns().iter();
        let bytes = columns.map(|column| u64::try_from(column.compressed_size()).unwrap_or(0));
        stored = stored.saturating_add(bytes.sum());
        places.push(place);
    }
    if stored > length {
        return Err(damaged("its row groups are longer than the file"));
    }
    Ok(places)
}

fn row_group(
    group: &RowGroupMetaData,
    length: u64,
    limits: InputLimits,
) -> Result<RowGroup, Refusal> {
    let contradiction = || damaged("its footer contradicts itself");
    let rows = u64::try_from(group.num_rows()).map_err(|_negative| contradiction())?;
    let (mut start, mut end, mut stored) = (length, 0, 0_u64);
    for column in group.columns() {
        let sizes = [
            column.data_page_offset(),
            column.compressed_size(),
            column.uncompressed_size(),
            column.dictionary_page_offset().unwrap_or(0),
        ];
        if sizes.iter().any(|size| *size < 0) {
            return Err(contradiction());
        }
        let (first, bytes) = column.byte_range();
        let column_end = first.checked_add(bytes).filter(|end| *end <= length);
        end = end.max(column_end.ok_or_else(contradiction)?);
        start = start.min(first);
        stored += bytes;
        let unpacked = u64::try_from(column.uncompressed_size()).unwrap_or(u64::MAX);
        check_unpacked(unpacked, bytes, &column.column_path().string(), limits)?;
    }
    if rows > GRACE.saturating_add(stored.saturating_mul(limits.max_ratio)) {
        return Err(limit(format!(
            "it announces {rows} rows in {stored} bytes; raise --max-ratio if the file is trusted"
        )));
    }
    Ok(RowGroup {
        bytes: start.min(end)..end,
        rows,
    })
}

fn check_unpacked(
    unpacked: u64,
    stored: u64,
    column: &str,
    limits: InputLimits,
) -> Result<(), Refusal> {
    if unpacked > GRACE && unpacked > stored.saturating_mul(limits.max_ratio) {
        return Err(limit(format!(
            "column {column} has {unpacked} unpacked bytes, more than {} times the stored {stored}; raise --max-ratio if the file is trusted",
            limits.max_ratio
        )));
    }
    if unpacked > MAX_COLUMN_BYTES {
        return Err(limit(format!(
            "column {column} has {unpacked} unpacked bytes, more than the limit of {MAX_COLUMN_BYTES}; write smaller row groups"
        )));
    }
    Ok(())
}
