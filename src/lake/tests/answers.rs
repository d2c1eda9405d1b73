//! Lost responses to commits: the outcome is read from the log.

use std::sync::Arc;

use object_store::ObjectStoreExt;
use object_store::path::Path as Key;

use super::counters::{KIND as COUNTER_KIND, counters, digest, replacing, staged};
use super::*;
use crate::lake::testing::{KIND, batch, spec};
use crate::storage::testing::{FaultyStore, PutFault};
use crate::storage::{StoreUrl, Stores};

/// A lake in a store, with its tables, and the store.
fn lake() -> (Lake, Arc<FaultyStore>) {
    let url = StoreUrl::parse("s3://shop/lake").unwrap().unwrap();
    let store = Arc::new(FaultyStore::default());
    let stores = Stores::with_store(&url, Arc::clone(&store) as _);
    let lake = Lake::at("s3://shop/lake", &stores).unwrap();
    for spec in [spec(), counters(), rejects_spec(), inputs_spec()] {
        lake.create_if_missing(&spec).unwrap();
    }
    (lake, store)
}

fn fail_commit(store: &FaultyStore, table: &str, fault: PutFault) {
    store.fail_next_put(&format!("lake/{table}/_delta_log/"), fault);
}

/// The version and the rows of a table, whose data files must all be in the store.
fn version_and_rows(lake: &Lake, store: &FaultyStore, table: &str) -> (i64, i64) {
    let snapshot = lake.snapshot(table, None, None).unwrap();
    for file in &snapshot.files {
        let key = Key::from(format!("lake/{table}/{}", file.relative_path));
        let head = lake.runtime().block_on(store.head(&key));
        assert!(head.is_ok(), "{table} names {key}, which is missing");
    }
    let rows = snapshot.files.iter().map(|file| file.rows.unwrap()).sum();
    (snapshot.version, rows)
}

fn ingest(lake: &Lake, run_id: &str) -> Result<CommitOutcome<CommittedVersions>, LakeError> {
    let spec = spec();
    lake.commit_batch(batch(lake, &spec, run_id, "a.json", 5, 2), &mut nothing)
}

fn change(lake: &Lake, run_id: &str) -> Result<CommitOutcome<CommittedVersions>, LakeError> {
    let mut plan = |_: &Snapshot| -> Result<Option<TableChange>, LakeError> {
        let rows = staged(lake, run_id, &[(1, Some(1)), (2, None)]);
        Ok(Some(replacing(Vec::new(), rows)))
    };
    let digests = digest("a");
    lake.commit_change(&counters(), run_id, COUNTER_KIND, &digests, &[], &mut plan)
}

#[test]
fn a_commit_whose_response_was_lost_is_in_the_log_and_keeps_its_files() {
    for fault in [PutFault::Lost, PutFault::Repeated] {
        for table in ["rejects", "purchases", "inputs"] {
            let (lake, store) = lake();
            fail_commit(&store, table, fault);
            let outcome = ingest(&lake, "run-1").unwrap();
            assert!(
                matches!(
                    outcome,
                    CommitOutcome::Committed(CommittedVersions { rows: 1, .. })
                ),
                "{fault:?} in {table}: {outcome:?}"
            );
            let tables = ["purchases", "rejects", "inputs"]
                .map(|table| version_and_rows(&lake, &store, table));
            assert_eq!(tables, [(1, 5), (1, 2), (1, 1)], "{fault:?} in {table}");
        }
        let (lake, store) = lake();
        fail_commit(&store, "counters", fault);
        assert_eq!(committed(change(&lake, "run-1").unwrap()), 1);
        assert_eq!(
            version_and_rows(&lake, &store, "counters"),
            (1, 2),
            "{fault:?}"
        );
    }
}

#[test]
fn a_commit_that_was_refused_is_not_in_the_log_and_the_next_run_makes_it() {
    let (lake, store) = lake();
    fail_commit(&store, "purchases", PutFault::Refused);
    let refused = ingest(&lake, "run-1");
    assert!(
        matches!(refused, Err(LakeError::NotCommitted { .. })),
        "{refused:?}"
    );
    assert_eq!(version_and_rows(&lake, &store, "purchases"), (0, 0));
    // Its rejects are committed by then.
    let known = lake
        .committed_digests("purchases", KIND, &[Digest::of(b"a.json")])
        .unwrap();
    assert_eq!((known.rows.len(), known.rejects.len()), (0, 1));

    fail_commit(&store, "counters", PutFault::Refused);
    let refused = change(&lake, "run-1");
    assert!(
        matches!(refused, Err(LakeError::NotCommitted { .. })),
        "{refused:?}"
    );
    assert_eq!(committed(change(&lake, "run-2").unwrap()), 1);
    assert_eq!(version_and_rows(&lake, &store, "counters"), (1, 2));
}

#[test]
fn a_commit_that_cannot_be_read_back_is_unknown_and_keeps_its_files() {
    let (lake, store) = lake();
    fail_commit(&store, "purchases", PutFault::LostAndDown);
    let unknown = ingest(&lake, "run-1").unwrap_err();
    assert!(unknown.is_outcome_unknown(), "{unknown:?}");
    store.set_down(false);
    assert_eq!(version_and_rows(&lake, &store, "purchases"), (1, 5));
    let known = lake
        .committed_digests("purchases", KIND, &[Digest::of(b"a.json")])
        .unwrap();
    assert_eq!((known.rows.len(), known.inputs.len()), (1, 0));

    fail_commit(&store, "counters", PutFault::LostAndDown);
    let unknown = change(&lake, "run-1").unwrap_err();
    assert!(unknown.is_outcome_unknown(), "{unknown:?}");
    store.set_down(false);
    assert_eq!(version_and_rows(&lake, &store, "counters"), (1, 2));
    let raced = change(&lake, "run-2").unwrap();
    let digests = digest("a").to_vec();
    assert_eq!(raced, CommitOutcome::AlreadyCommitted { digests });
}

#[test]
fn a_lost_response_of_one_run_is_not_taken_for_the_commit_of_another() {
    let (lake, store) = lake();
    // The same input by two runs: the first is committed, but its response was lost.
    fail_commit(&store, "purchases", PutFault::LostAndDown);
    assert!(ingest(&lake, "run-1").is_err());
    store.set_down(false);
    let spec = spec();
    let mut again = batch(&lake, &spec, "run-2", "a.json", 5, 0);
    again.inputs[0].with_rejects = false;
    let raced = lake.commit_batch(again, &mut nothing).unwrap();
    let digests = vec![Digest::of(b"a.json")];
    assert_eq!(raced, CommitOutcome::AlreadyCommitted { digests });
    assert_eq!(version_and_rows(&lake, &store, "purchases"), (1, 5));
}

#[test]
fn a_full_snapshot_without_new_inputs_is_found_by_its_own_transaction() {
    let snapshot = CompanySnapshot {
        company_id: 12,
        digest: digest("a")[0],
        date: "2026-11-01".parse().unwrap(),
    };
    let apply = |lake: &Lake, run_id: &str| {
        let mut plan = |_: &Snapshot| -> Result<Option<TableChange>, LakeError> {
            let rows = staged(lake, run_id, &[(1, Some(1))]);
            Ok(Some(replacing(Vec::new(), rows)))
        };
        let snapshots = std::slice::from_ref(&snapshot);
        lake.commit_change(&counters(), run_id, COUNTER_KIND, &[], snapshots, &mut plan)
    };
    let digests = Vec::new();
    let known = CommitOutcome::AlreadyCommitted { digests };
    for fault in [PutFault::Lost, PutFault::Repeated] {
        let (lake, store) = lake();
        fail_commit(&store, "counters", fault);
        assert_eq!(committed(apply(&lake, "run-1").unwrap()), 1, "{fault:?}");
        assert_eq!(apply(&lake, "run-2").unwrap(), known, "{fault:?}");
        assert_eq!(version_and_rows(&lake, &store, "counters"), (1, 1));
    }
    let (lake, store) = lake();
    fail_commit(&store, "counters", PutFault::LostAndDown);
    assert!(apply(&lake, "run-1").unwrap_err().is_outcome_unknown());
    store.set_down(false);
    assert_eq!(apply(&lake, "run-2").unwrap(), known);
    let applied = lake.applied_full_snapshots("counters", None).unwrap();
    let found: Vec<_> = applied.iter().map(|one| (one.date, one.version)).collect();
    assert_eq!(found, [(Some(snapshot.date), 1)]);
}
