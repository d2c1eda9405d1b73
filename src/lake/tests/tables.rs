//! Tables: created, checked, listed, looked up, refused.

use std::fs;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};

use super::*;
use crate::lake::testing::{
    KIND, batch, date, day, lake, put_commit, reopen, rows, spec, tally, writer,
};

#[test]
fn a_snapshot_holds_only_the_requested_days_and_keeps_its_version() {
    let (_folder, lake) = lake();
    let spec = spec();
    for (run, name) in [("run-1", "a.json"), ("run-2", "b.json")] {
        lake.commit_batch(batch(&lake, &spec, run, name, 6, 0), &mut nothing)
            .unwrap();
    }
    let two = lake
        .snapshot("purchases", None, Some(date(1)..=date(2)))
        .unwrap();
    assert_eq!((two.version, two.files.len()), (2, 4));
    assert!(
        two.files
            .iter()
            .all(|file| file.partition("purchase_date") != Some(&date(0).to_string()))
    );
    assert!(two.files.is_sorted_by_key(|file| &file.path));
    let old = lake.snapshot("purchases", Some(1), None).unwrap();
    assert_eq!((old.version, tally(&old).len()), (1, 6));
    for version in [9, -1] {
        let missing = lake.snapshot("purchases", Some(version), None).unwrap_err();
        assert!(
            matches!(missing, LakeError::NoVersion { newest: 2, .. }),
            "{missing}"
        );
    }
    let missing = lake.snapshot("supplier_purchases", None, None).unwrap_err();
    assert!(matches!(missing, LakeError::NoTable { .. }));
    assert!(missing.to_string().contains("ingest"), "{missing}");
}

#[test]
fn transactions_are_found_through_checkpoints_and_many_at_once() {
    let (_folder, lake) = lake();
    let digests: Vec<Digest> = (0..10_000_u32)
        .map(|number| Digest::of(&number.to_le_bytes()))
        .collect();
    let spec = spec();
    // Version 9 gets a checkpoint, 10 and 11 follow it.
    for load in 0..11 {
        let mut next = batch(&lake, &spec, "run", &format!("{load}.json"), 0, 0);
        let mine = digests.iter().skip(load * 500).take(500);
        let named = |digest: &Digest| InputRow {
            digest: *digest,
            ..next.inputs[0].clone()
        };
        next.inputs = mine.map(named).collect();
        committed(lake.commit_batch(next, &mut nothing).unwrap());
    }
    let log = lake.table_directory("purchases").join("_delta_log");
    assert!(log.join("00000000000000000009.checkpoint.parquet").exists());
    let known = lake.committed_digests("purchases", KIND, &digests).unwrap();
    assert_eq!((known.rows.len(), known.inputs.len()), (5500, 5500));
    assert!(known.rows.contains(&digests[5499]) && !known.rows.contains(&digests[5500]));
    // Without the commits before it the checkpoint is sufficient.
    for version in 0..9 {
        fs::remove_file(log.join(format!("{version:020}.json"))).unwrap();
    }
    assert_eq!(
        lake.committed_digests("purchases", KIND, &digests).unwrap(),
        known
    );
    // A gap after it is an error.
    fs::remove_file(log.join("00000000000000000010.json")).unwrap();
    let gap = lake
        .committed_digests("purchases", KIND, &digests)
        .unwrap_err();
    assert!(matches!(gap, LakeError::LogDamaged { .. }), "{gap}");
}

#[test]
fn a_missing_lake_has_no_committed_digests() {
    let folder = tempfile::tempdir().unwrap();
    let lake = reopen(&folder);
    let known = lake
        .committed_digests("purchases", KIND, &[Digest::of(b"a.json")])
        .unwrap();
    assert_eq!(known, CommittedDigests::default());
    assert_eq!(lake.listed_inputs(KIND).unwrap(), []);
    assert!(
        !lake.directory().exists(),
        "reading must not create anything"
    );
}

#[test]
fn log_entries_that_leave_the_table_are_refused() {
    for path in [
        "../../etc/passwd",
        "/etc/passwd",
        "a/%2e%2e/%2E%2E/b",
        "file:///etc/passwd",
    ] {
        let (_folder, lake) = lake();
        let add = serde_json::json!({"add": {
            "path": path, "partitionValues": {"purchase_date": "2026-11-20"}, "size": 1,
            "modificationTime": 1, "dataChange": true,
        }});
        put_commit(&lake, "purchases", 1, &add.to_string());
        let error = lake.snapshot("purchases", None, None).unwrap_err();
        assert!(
            matches!(error, LakeError::PathOutsideTable { .. }),
            "{path}: {error}"
        );
    }
}

#[test]
fn racing_creators_make_one_table() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| reopen(&folder).create_if_missing(&spec()).unwrap());
        }
    });
    let lake = reopen(&folder);
    let log = lake.table_directory("purchases").join("_delta_log");
    let commits = fs::read_dir(log).unwrap().count();
    assert_eq!(
        commits, 1,
        "the losers must not write their metadata after the winner's"
    );
    assert!(
        lake.snapshot("purchases", None, None)
            .unwrap()
            .files
            .is_empty()
    );
}

#[test]
fn tables_of_another_shape_are_refused_by_column() {
    let (_folder, lake) = lake();
    let with = |fields: Vec<Field>| TableSpec {
        schema: Arc::new(Schema::new(fields)),
        ..spec()
    };
    let fields: Vec<Field> = spec()
        .schema
        .fields()
        .iter()
        .map(|field| field.as_ref().clone())
        .collect();
    let mut other_type = fields.clone();
    other_type[1] = Field::new("source_row", DataType::Int32, false);
    let mut more = fields.clone();
    more.push(Field::new("extra", DataType::Utf8, false));
    let fewer = fields[..3].to_vec();
    let cases = [
        (other_type, "source_row"),
        (more, "extra"),
        (fewer, "purchased_at"),
    ];
    for (fields, at_fault) in cases {
        let error = lake.create_if_missing(&with(fields)).unwrap_err();
        assert!(
            matches!(&error, LakeError::SchemaDiffers { column, .. } if column == at_fault),
            "{error}"
        );
    }
    let unpartitioned = TableSpec {
        partition_columns: &[],
        ..spec()
    };
    assert!(matches!(
        lake.create_if_missing(&unpartitioned),
        Err(LakeError::SchemaDiffers { .. })
    ));
}

#[test]
fn tables_with_a_newer_protocol_are_refused() {
    let (_folder, lake) = lake();
    let protocol = r#"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}"#;
    put_commit(&lake, "purchases", 1, protocol);
    for refused in [
        lake.snapshot("purchases", None, None).map(drop),
        lake.create_if_missing(&spec()),
    ] {
        let error = refused.unwrap_err();
        assert!(
            matches!(
                error,
                LakeError::Protocol {
                    reader: 3,
                    writer: 7,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn run_reports_are_replaced_in_one_step() {
    let (_folder, lake) = lake();
    lake.write_run_report("run-1", b"{\"rows\": 1000}").unwrap();
    let path = lake.write_run_report("run-1", b"{}").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"{}");
    assert!(path.ends_with("_runs/run-1.json"));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    assert!(matches!(
        lake.write_run_report("../x", b""),
        Err(LakeError::RunId { .. })
    ));
}

#[test]
fn a_failed_checkpoint_does_not_fail_the_run() {
    let (_folder, lake) = lake();
    let spec = spec();
    let log = lake.table_directory("purchases").join("_delta_log");
    // A directory in the place of the checkpoint: it cannot be written, whoever runs the test.
    fs::create_dir_all(log.join("00000000000000000009.checkpoint.parquet/x")).unwrap();
    for load in 0..10 {
        let next = batch(&lake, &spec, "run", &format!("{load}.json"), 0, 0);
        committed(lake.commit_batch(next, &mut nothing).unwrap());
    }
    let mut last = writer(&lake, &spec, "run-last");
    last.append(day(1), rows("last.json", 0, 5)).unwrap();
    let mut next = batch(&lake, &spec, "run-last", "last.json", 0, 0);
    next.rows = last.finish().unwrap();
    assert_eq!(
        committed(lake.commit_batch(next, &mut nothing).unwrap()),
        11
    );
}
