//! Rows read back from data files, and written again.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use serde_json::Value;

use super::counters::{
    change, counters, counts, log_of, partition, replacing, rows_at, staged, start, version,
};
use super::*;
use crate::lake::testing::writer;

#[test]
fn tables_of_two_partition_columns_are_written_and_read_back() {
    let (_folder, lake) = crate::lake::testing::lake();
    let spec = counters();
    lake.create_if_missing(&spec).unwrap();
    let partitions = [(12, "2025-01"), (12, "2025-02"), (-3, "2025-01")];
    let (old, new) = ([(7, None)], [(8, Some(5)), (9, Some(6))]);
    let mut first = writer(&lake, &spec, "run-1");
    for (company, month) in partitions {
        first
            .append(partition(company, month), counts("run-1", &old))
            .unwrap();
    }
    let first = first.finish().unwrap();
    let mut first = Some(first);
    version(change(&lake, "one", &mut |_| {
        replacing(Vec::new(), first.take().unwrap())
    }));

    let snapshot = lake.snapshot("counters", None, None).unwrap();
    let found: Vec<(Option<&str>, Option<&str>)> = snapshot
        .files
        .iter()
        .map(|file| (file.partition("company_id"), file.partition("month")))
        .collect();
    let expected = [("-3", "2025-01"), ("12", "2025-01"), ("12", "2025-02")];
    assert_eq!(found, expected.map(|(c, m)| (Some(c), Some(m))));
    assert_eq!(snapshot.files[0].partition("day"), None);
    assert!(
        snapshot.files[2]
            .path
            .contains("/company_id=12/month=2025-02/part-run-1-")
    );
    let adds = log_of(&lake, 1);
    let values: Vec<&Value> = adds
        .iter()
        .filter_map(|action| action["add"].get("partitionValues"))
        .collect();
    assert_eq!(
        *values[1],
        serde_json::json!({"company_id": "12", "month": "2025-02"})
    );

    // Old and new rows are written by one writer, and read back with the types of the table.
    let mut both = writer(&lake, &spec, "run-2");
    let file = &snapshot.files[1];
    for batch in lake.read_rows(&spec, file, None).unwrap() {
        both.append(partition(12, "2025-01"), batch.unwrap())
            .unwrap();
    }
    both.append(partition(12, "2025-01"), counts("run-2", &new))
        .unwrap();
    let both = both.finish().unwrap();
    assert_eq!((both.files.len(), both.rows), (1, 3));
    let mut both = Some(both);
    version(change(&lake, "two", &mut |_| {
        replacing(vec![file.clone()], both.take().unwrap())
    }));
    assert_eq!(
        rows_at(&lake, None),
        [(7, None), (7, None), (7, None), (8, Some(5)), (9, Some(6))]
    );
}

#[test]
fn read_rows_have_the_types_of_the_table_and_only_the_requested_columns() {
    let (_folder, lake) = start();
    let spec = counters();
    let mut file = lake
        .snapshot("counters", None, None)
        .unwrap()
        .files
        .remove(0);
    let read = |file: &FileRef, columns: Option<&[&str]>| -> Result<Vec<RecordBatch>, LakeError> {
        lake.read_rows(&spec, file, columns)?.collect()
    };
    let expected = counts("start", &[(1, Some(0)), (2, Some(0)), (3, Some(0))]);
    assert_eq!(
        concat_batches(&spec.schema, &read(&file, None).unwrap()).unwrap(),
        expected
    );
    let two = read(&file, Some(&["run_id", "id"])).unwrap();
    assert_eq!(two, [expected.project(&[0, 2]).unwrap()]);
    let unknown = read(&file, Some(&["id", "e_mail"]));
    assert!(matches!(unknown, Err(LakeError::NoColumn { column, .. }) if column == "e_mail"));
    let mut narrow = spec.clone();
    narrow.schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int32, false)]));
    assert!(lake.read_rows(&narrow, &file, None).is_err());
    file.rows = Some(4);
    let fewer = read(&file, None);
    assert!(matches!(
        fewer,
        Err(LakeError::FileDiffers {
            what: "rows",
            expected: 4,
            found: 3,
            ..
        })
    ));
    file.relative_path = "../purchases/x.parquet".to_owned();
    assert!(matches!(
        read(&file, None),
        Err(LakeError::PathOutsideTable { .. })
    ));
}

#[test]
fn large_files_come_back_in_bounded_batches_and_in_order() {
    let (_folder, lake) = start();
    let rows: Vec<(i64, Option<i64>)> = (0..50_000).map(|id| (id, None)).collect();
    let mut large = Some(staged(&lake, "large", &rows));
    version(change(&lake, "large", &mut |snapshot| {
        replacing(snapshot.files.clone(), large.take().unwrap())
    }));
    let file = &lake.snapshot("counters", None, None).unwrap().files[0];
    let mut next = 0;
    for batch in lake.read_rows(&counters(), file, Some(&["id"])).unwrap() {
        let batch = batch.unwrap();
        assert!(batch.num_rows() <= 8192);
        for id in batch.column(0).as_primitive::<Int64Type>().values() {
            assert_eq!(*id, next);
            next += 1;
        }
    }
    assert_eq!(next, 50_000);
}
