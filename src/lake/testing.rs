//! Test helpers: a small rows table, batches for it, and a reader that shares no code with the
//! writer.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, TimeUnit};
use chrono::NaiveDate;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use super::{
    CommitBatch, Digest, InputCounts, InputRow, InputState, Lake, PartitionColumn, PartitionType,
    PartitionValue, PartitionWriter, Snapshot, StagedFiles, TableSpec, WriterOptions, inputs_spec,
    rejects_spec,
};
use crate::storage::{StoreSettings, Stores};

pub(super) const KIND: &str = "purchases";

/// A rows table with error-prone types.
pub(super) fn spec() -> TableSpec {
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    TableSpec {
        name: "purchases",
        schema: Arc::new(Schema::new(vec![
            Field::new("source_file", DataType::Utf8, false),
            Field::new("source_row", DataType::Int64, false),
            Field::new("price", DataType::Decimal128(38, 9), false),
            Field::new("purchased_at", utc, true),
        ])),
        partition_columns: &[PartitionColumn {
            name: "purchase_date",
            partition_type: PartitionType::Date,
        }],
        statistics_columns: &["source_file", "source_row", "purchased_at"],
        unique_columns: &[],
        ascending_columns: &[],
        states: None,
    }
}

/// An empty lake with its three tables.
pub(super) fn lake() -> (TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = reopen(&folder);
    for spec in [spec(), rejects_spec(), inputs_spec()] {
        lake.create_if_missing(&spec).unwrap();
    }
    (folder, lake)
}

/// The same lake, as another process would open it.
pub(super) fn reopen(folder: &TempDir) -> Lake {
    Lake::at(
        folder.path().join("lake").to_str().unwrap(),
        &Stores::new(StoreSettings::default()).unwrap(),
    )
    .unwrap()
}

pub(super) fn date(day: u32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(739_200 + i32::try_from(day).unwrap()).unwrap()
}

pub(super) fn day(day: u32) -> PartitionValue {
    PartitionValue::date(date(day)).unwrap()
}

/// Rows `from..to` of an input; price and time follow from the row.
pub(super) fn rows(file: &str, from: i64, to: i64) -> RecordBatch {
    let count = usize::try_from(to - from).unwrap();
    let price =
        Decimal128Array::from_iter_values((from..to).map(|row| i128::from(row) * 19_990_000_001));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
            file, count,
        ))),
        Arc::new(Int64Array::from_iter_values(from..to)),
        Arc::new(price.with_precision_and_scale(38, 9).unwrap()),
        Arc::new(TimestampMicrosecondArray::from_iter_values(from..to).with_timezone("UTC")),
    ];
    RecordBatch::try_new(spec().schema, columns).unwrap()
}

/// Rejects `from..to` of an input.
pub(super) fn rejects(file: &str, from: i64, to: i64) -> RecordBatch {
    let count = usize::try_from(to - from).unwrap();
    let same = |text: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
            text, count,
        )))
    };
    let numbers = || -> ArrayRef { Arc::new(Int64Array::from_iter_values(from..to)) };
    let raw = arrow::array::BinaryArray::from_iter_values(std::iter::repeat_n(b"{\xff}", count));
    let nothing = arrow::array::new_null_array(&DataType::Utf8, count);
    let columns = vec![
        same("run"),
        same(file),
        numbers(),
        numbers(),
        numbers(),
        same("BRZ-QTY-RANGE"),
        same("BRZ-QTY-RANGE"),
        nothing,
        same("too many"),
        Arc::new(raw),
    ];
    RecordBatch::try_new(rejects_spec().schema, columns).unwrap()
}

pub(super) fn writer(lake: &Lake, spec: &TableSpec, run_id: &str) -> PartitionWriter {
    PartitionWriter::new(lake, spec, WriterOptions::new(run_id)).unwrap()
}

/// An input with `accepted` rows and `rejected` rejects, staged as a batch of its own.
pub(super) fn batch<'a>(
    lake: &Lake,
    spec: &'a TableSpec,
    run_id: &'a str,
    name: &str,
    accepted: i64,
    rejected: i64,
) -> CommitBatch<'a> {
    let mut rows_writer = writer(lake, spec, run_id);
    for (at, row) in (0..accepted).enumerate() {
        let day = day(u32::try_from(at % 3).unwrap());
        rows_writer.append(day, rows(name, row, row + 1)).unwrap();
    }
    let mut rejects_writer = writer(lake, &rejects_spec(), run_id);
    let kind = PartitionValue::text(KIND).unwrap();
    rejects_writer
        .append(kind, rejects(name, 0, rejected))
        .unwrap();
    let counts = InputCounts {
        read: accepted + rejected,
        accepted,
        rejected,
        ..InputCounts::default()
    };
    CommitBatch {
        run_id,
        record_kind: KIND,
        rows_table: spec,
        inputs: vec![input(name, counts)],
        rows: rows_writer.finish().unwrap(),
        rejects: rejects_writer.finish().unwrap(),
    }
}

pub(super) fn input(name: &str, counts: InputCounts) -> InputRow {
    InputRow {
        path: name.to_owned(),
        size_bytes: 1000,
        modified_at: Some(1_700_000_000_123_456),
        digest: Digest::of(name.as_bytes()),
        shape: "ndjson".to_owned(),
        counts,
        ingested_at: 1_700_000_001_000_000,
        default_timezone: Some("America/Sao_Paulo".to_owned()),
        with_rejects: counts.rejected > 0,
        state: InputState::Current,
        reading_settings: None,
        reason: None,
    }
}

/// How often each record of each input occurs in the files of a snapshot.
pub(super) fn tally(snapshot: &Snapshot) -> BTreeMap<(String, i64), usize> {
    let mut tally = BTreeMap::new();
    for batch in snapshot.files.iter().flat_map(|file| read(&file.path)) {
        let files = batch
            .column_by_name("source_file")
            .unwrap()
            .as_string::<i32>();
        let rows = batch
            .column_by_name("source_row")
            .unwrap()
            .as_primitive::<Int64Type>();
        for (file, row) in files.iter().zip(rows.values()) {
            *tally.entry((file.unwrap().to_owned(), *row)).or_default() += 1;
        }
    }
    tally
}

/// The number of rows; panics if a record occurs twice.
pub(super) fn distinct(lake: &Lake, table: &str) -> usize {
    let tally = tally(&lake.snapshot(table, None, None).unwrap());
    assert!(
        tally.values().all(|times| *times == 1),
        "doubled: {tally:?}"
    );
    tally.len()
}

pub(super) fn read(path: &str) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    reader.collect::<Result<_, _>>().unwrap()
}

pub(super) fn paths(lake: &Lake, spec: &TableSpec, staged: &StagedFiles) -> Vec<String> {
    let directory = lake.table_directory(spec.name);
    let path = |file: &super::DataFile| directory.join(&file.relative_path).display().to_string();
    staged.files.iter().map(path).collect()
}

/// Writes a commit as another writer would.
pub(super) fn put_commit(lake: &Lake, table: &str, version: u64, text: &str) {
    let log = lake.table_directory(table).join("_delta_log");
    let path = log.join(format!("{version:020}.json"));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

impl Lake {
    /// The directory of a table; the lakes of tests are on the local file system.
    pub(super) fn table_directory(&self, table: &str) -> PathBuf {
        self.directory().join(table)
    }

    /// The directory of the lake.
    pub(super) fn directory(&self) -> &Path {
        self.location.directory().unwrap()
    }
}
