//! Changes that conflict with other writers are planned again; nothing is lost or duplicated.

use super::counters::{
    KIND, change, counters, data_files, digest, increment, rows_at, staged, start, version,
};
use super::*;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit};
use crate::lake::testing::{input, paths, reopen};

#[test]
fn of_two_stale_changes_of_one_file_none_is_lost_and_none_doubled() {
    let (folder, lake) = start();
    let other = reopen(&folder);
    let mut seen = Vec::new();
    let mut lost = Vec::new();
    let new_version = version(change(&lake, "slow", &mut |snapshot| {
        seen.push(snapshot.version);
        if seen.len() == 1 {
            version(change(&other, "quick", &mut |snapshot| {
                increment(&other, "quick", snapshot)
            }));
        }
        let change = increment(&lake, "slow", snapshot);
        lost.extend(paths(&lake, &counters(), &change.add));
        change
    }));
    assert_eq!((seen, new_version), (vec![1, 2], 3));
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(2)), (2, Some(2)), (3, Some(2))]
    );
    assert_eq!(
        rows_at(&lake, Some(2)),
        [(1, Some(1)), (2, Some(1)), (3, Some(1))]
    );
    assert!(
        !Path::new(&lost[0]).exists(),
        "the failed attempt left its file"
    );
    assert_eq!(data_files(&lake), 3, "one of each version");
}

#[test]
fn an_append_meanwhile_is_seen_by_the_next_plan() {
    let (folder, lake) = start();
    let other = reopen(&folder);
    let spec = counters();
    let mut plans = 0;
    version(change(&lake, "slow", &mut |snapshot| {
        plans += 1;
        if plans == 1 {
            committed(append(&other, &spec, "quick", &[(4, Some(40))]));
        }
        increment(&lake, "slow", snapshot)
    }));
    assert_eq!(plans, 2);
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(1)), (2, Some(1)), (3, Some(1)), (4, Some(41))]
    );
}

#[test]
fn an_append_that_was_prepared_before_a_change_is_committed_once() {
    let (folder, lake) = start();
    let spec = counters();
    let identity = CommitIdentity::of_inputs(&spec, "late", KIND, &digest("late")).unwrap();
    let files = staged(&lake, "late", &[(4, Some(40))]);
    let table = lake.open_checked(&spec).unwrap();
    let present = lake
        .log(spec.name)
        .unwrap()
        .present_app_ids(&identity.app_ids);
    assert!(present.unwrap().is_empty());
    let other = reopen(&folder);
    version(change(&other, "quick", &mut |snapshot| {
        increment(&other, "quick", snapshot)
    }));
    let adds = lake.add_actions(&spec, &files).unwrap();
    let planned = PlannedCommit {
        adds,
        ..PlannedCommit::new(CommitOperation::Append)
    };
    // The library reports the removal as a conflict with the append; a fresh attempt succeeds.
    let stale = lake.attempt_commit(&identity, &table, &planned).unwrap();
    if stale.is_err() {
        lake.append(&identity, &files, None).unwrap();
    }
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(1)), (2, Some(1)), (3, Some(1)), (4, Some(40))]
    );
}

#[test]
fn an_input_that_another_process_has_committed_changes_nothing() {
    let (folder, lake) = start();
    let other = reopen(&folder);
    let mut paths_of_loser = Vec::new();
    let mut plan = |snapshot: &Snapshot| -> Result<Option<TableChange>, LakeError> {
        version(change(&other, "input", &mut |snapshot| {
            increment(&other, "input", snapshot)
        }));
        let change = increment(&lake, "slow", snapshot);
        paths_of_loser = paths(&lake, &counters(), &change.add);
        Ok(Some(change))
    };
    let digests = [Digest::of(b"more"), Digest::of(b"input")];
    let raced = lake.commit_change(&counters(), "slow", KIND, &digests, &[], &mut plan);
    let expected = CommitOutcome::AlreadyCommitted {
        digests: digest("input").to_vec(),
    };
    assert_eq!(raced.unwrap(), expected);
    assert!(!Path::new(&paths_of_loser[0]).exists(), "an orphan is left");
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(1)), (2, Some(1)), (3, Some(1))]
    );

    let again = change(&lake, "input", &mut |_| panic!("there is nothing to plan"));
    assert_eq!(again.unwrap(), expected);
    assert_eq!(lake.snapshot("counters", None, None).unwrap().version, 2);
}

#[test]
fn two_writers_increment_without_a_lost_update() {
    let (folder, lake) = start();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let folder = &folder;
            scope.spawn(move || {
                let lake = reopen(folder);
                for load in 0..20 {
                    let name = format!("{writer}-{load}");
                    version(change(&lake, &name, &mut |snapshot| {
                        increment(&lake, &name, snapshot)
                    }));
                }
            });
        }
    });
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(40)), (2, Some(40)), (3, Some(40))]
    );
    let newest = lake.snapshot("counters", None, None).unwrap();
    assert_eq!((newest.version, newest.files.len()), (41, 1));
    assert_eq!(data_files(&lake), 41, "failed attempts leave nothing");
    for (version, count) in [(1, 0), (2, 1), (30, 29)] {
        assert_eq!(rows_at(&lake, Some(version))[0], (1, Some(count)));
    }
}

fn append(
    lake: &Lake,
    spec: &TableSpec,
    name: &str,
    rows: &[(i64, Option<i64>)],
) -> CommitOutcome<CommittedVersions> {
    let batch = CommitBatch {
        run_id: name,
        record_kind: KIND,
        rows_table: spec,
        inputs: vec![input(name, InputCounts::default())],
        rows: staged(lake, name, rows),
        rejects: StagedFiles::none(&rejects_spec()),
    };
    lake.commit_batch(batch, &mut nothing).unwrap()
}
