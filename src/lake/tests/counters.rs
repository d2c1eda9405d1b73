//! A table with two partition columns whose rows are replaced, and helpers for the tests of
//! changes.

use std::fs;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, Schema};
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::lake::testing::writer;

pub(super) const KIND: &str = "counters";

/// A table of counters: one row for each id, its count the current one.
pub(super) fn counters() -> TableSpec {
    let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    TableSpec {
        name: "counters",
        schema: Arc::new(Schema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("count", DataType::Int64, true),
            Field::new("run_id", text, false),
        ])),
        partition_columns: &[
            PartitionColumn {
                name: "company_id",
                partition_type: PartitionType::Integer,
            },
            PartitionColumn {
                name: "month",
                partition_type: PartitionType::String,
            },
        ],
        statistics_columns: &["id"],
        unique_columns: &[],
        ascending_columns: &[],
        states: None,
    }
}

pub(super) fn counts(run_id: &str, rows: &[(i64, Option<i64>)]) -> RecordBatch {
    let runs: DictionaryArray<Int32Type> = rows.iter().map(|_| run_id).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))),
        Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>()),
        Arc::new(runs),
    ];
    RecordBatch::try_new(counters().schema, columns).unwrap()
}

pub(super) fn partition(company: i64, month: &str) -> Partition {
    Partition::from([
        PartitionValue::integer(company),
        PartitionValue::text(month).unwrap(),
    ])
}

pub(super) fn staged(lake: &Lake, run_id: &str, rows: &[(i64, Option<i64>)]) -> StagedFiles {
    let mut writer = writer(lake, &counters(), run_id);
    writer
        .append(partition(12, "2025-01"), counts(run_id, rows))
        .unwrap();
    writer.finish().unwrap()
}

pub(super) fn digest(name: &str) -> [Digest; 1] {
    [Digest::of(name.as_bytes())]
}

/// Commits a change for the input `name`, by the run of the same name.
pub(super) fn change(
    lake: &Lake,
    name: &str,
    plan: &mut dyn FnMut(&Snapshot) -> TableChange,
) -> Result<CommitOutcome<CommittedVersions>, LakeError> {
    let mut plan = |snapshot: &Snapshot| Ok(Some(plan(snapshot)));
    lake.commit_change(&counters(), name, KIND, &digest(name), &[], &mut plan)
}

pub(super) fn version(outcome: Result<CommitOutcome<CommittedVersions>, LakeError>) -> i64 {
    committed(outcome.unwrap())
}

/// A change of files without inputs.
pub(super) fn replacing(remove: Vec<FileRef>, add: StagedFiles) -> TableChange {
    TableChange {
        remove,
        add,
        inputs: Vec::new(),
        states: None,
    }
}

pub(super) fn add_only(lake: &Lake, name: &str, rows: &[(i64, Option<i64>)]) -> i64 {
    version(change(lake, name, &mut |_| {
        replacing(Vec::new(), staged(lake, name, rows))
    }))
}

/// Replaces every file of a snapshot by one in which each count is incremented.
pub(super) fn increment(lake: &Lake, run_id: &str, snapshot: &Snapshot) -> TableChange {
    let mut rows = Vec::new();
    for file in &snapshot.files {
        for batch in lake.read_rows(&counters(), file, None).unwrap() {
            let batch = batch.unwrap();
            let ids = batch.column(0).as_primitive::<Int64Type>();
            let counts = batch.column(1).as_primitive::<Int64Type>();
            let more = counts.iter().map(|count| Some(count.unwrap_or(0) + 1));
            rows.extend(ids.values().iter().copied().zip(more));
        }
    }
    replacing(snapshot.files.clone(), staged(lake, run_id, &rows))
}

/// A lake with the table that contains, at version 1, the counters 1 to 3 at zero.
pub(super) fn start() -> (TempDir, Lake) {
    let (folder, lake) = crate::lake::testing::lake();
    lake.create_if_missing(&counters()).unwrap();
    let rows = [(1, Some(0)), (2, Some(0)), (3, Some(0))];
    assert_eq!(add_only(&lake, "start", &rows), 1);
    (folder, lake)
}

/// The rows of a version, sorted, read by an independent reader.
pub(super) fn rows_at(lake: &Lake, version: Option<i64>) -> Vec<(i64, Option<i64>)> {
    let snapshot = lake.snapshot("counters", version, None).unwrap();
    let mut rows = Vec::new();
    for file in &snapshot.files {
        for batch in crate::lake::testing::read(&file.path) {
            let ids = batch.column(0).as_primitive::<Int64Type>();
            let counts = batch.column(1).as_primitive::<Int64Type>();
            rows.extend(ids.values().iter().copied().zip(counts.iter()));
        }
    }
    rows.sort_unstable();
    rows
}

/// The actions of a commit, as in the log.
pub(super) fn log_of(lake: &Lake, version: i64) -> Vec<Value> {
    let name = format!("_delta_log/{version:020}.json");
    let text = fs::read_to_string(lake.table_directory("counters").join(name)).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(super) fn data_files(lake: &Lake) -> usize {
    let folder = lake
        .table_directory("counters")
        .join("company_id=12/month=2025-01");
    fs::read_dir(folder).unwrap().count()
}
