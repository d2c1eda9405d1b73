//! Batches: committed, already committed, interrupted, recovered, refused.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::lake::testing::{KIND, batch, date, distinct, lake, paths, reopen, spec};

#[test]
fn a_batch_is_committed_in_the_recoverable_order_and_read_back() {
    let (_folder, lake) = lake();
    let spec = spec();
    let mut steps = Vec::new();
    let outcome = lake
        .commit_batch(batch(&lake, &spec, "run-1", "a.json", 7, 2), &mut |step| {
            steps.push(step);
        })
        .unwrap();
    let expected = CommitOutcome::Committed(CommittedVersions {
        rows: 1,
        rejects: Some(1),
        inputs: Some(1),
    });
    assert_eq!(outcome, expected);
    let names: Vec<String> = steps.iter().map(CommitStep::to_string).collect();
    assert_eq!(names, ["stage-inputs", "rejects", "rows", "inputs", "done"]);

    assert_eq!(distinct(&lake, "purchases"), 7);
    assert_eq!(distinct(&lake, "rejects"), 2);
    let snapshot = lake.snapshot("purchases", None, None).unwrap();
    assert_eq!(snapshot.version, 1);
    let facts: Vec<(Option<String>, Option<i64>)> = snapshot
        .files
        .iter()
        .map(|file| {
            let day = file.partition("purchase_date").map(str::to_owned);
            (day, file.rows)
        })
        .collect();
    let of = |day, rows| (Some(date(day).to_string()), Some(rows));
    assert_eq!(facts, [of(0, 3), of(1, 2), of(2, 2)]);
    let known = lake.listed_inputs(KIND).unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(
        (known[0].row.path.as_str(), known[0].row.size_bytes),
        ("a.json", 1000)
    );
    assert_eq!(known[0].row.modified_at, Some(1_700_000_000_123_456));
    assert_eq!(known[0].row.digest, Digest::of(b"a.json"));
    assert!(lake.listed_inputs("supplier_purchases").unwrap().is_empty());
}

#[test]
fn the_same_input_again_is_already_committed_and_nothing_doubles() {
    let (folder, lake) = lake();
    let spec = spec();
    lake.commit_batch(batch(&lake, &spec, "run-1", "a.json", 9, 3), &mut nothing)
        .unwrap();
    let other = reopen(&folder);
    for rejected in [3, 0] {
        let again = batch(&other, &spec, "run-2", "a.json", 9, rejected);
        let paths = paths(&other, &spec, &again.rows);
        let outcome = other.commit_batch(again, &mut nothing).unwrap();
        let digests = vec![Digest::of(b"a.json")];
        assert_eq!(outcome, CommitOutcome::AlreadyCommitted { digests });
        assert!(
            paths.iter().all(|path| !Path::new(path).exists()),
            "orphans are left"
        );
    }
    assert_eq!(
        (distinct(&lake, "purchases"), distinct(&lake, "rejects")),
        (9, 3)
    );
    assert_eq!(lake.snapshot("purchases", None, None).unwrap().version, 1);

    let digests = [Digest::of(b"a.json"), Digest::of(b"b.json")];
    let known = lake.committed_digests("purchases", KIND, &digests).unwrap();
    let one = HashSet::from([digests[0]]);
    assert_eq!(
        known,
        CommittedDigests {
            rows: one.clone(),
            rejects: one.clone(),
            inputs: one
        }
    );
    assert_eq!(
        lake.committed_digests("purchases", "other", &digests)
            .unwrap(),
        CommittedDigests::default()
    );
}

#[test]
fn the_slower_of_two_that_started_together_commits_nothing() {
    let (folder, lake) = lake();
    let spec = spec();
    let other = reopen(&folder);
    let slow = batch(&lake, &spec, "run-1", "a.json", 5, 0);
    let mut quick = Some(batch(&other, &spec, "run-2", "a.json", 5, 0));
    let outcome = lake.commit_batch(slow, &mut |step| {
        if step == CommitStep::Rows {
            let quick = quick.take().expect("the step is taken once");
            committed(other.commit_batch(quick, &mut nothing).unwrap());
        }
    });
    assert!(matches!(
        outcome.unwrap(),
        CommitOutcome::AlreadyCommitted { .. }
    ));
    assert_eq!(distinct(&lake, "purchases"), 5);
}

#[test]
fn two_writers_lose_nothing() {
    let (folder, lake) = lake();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let folder = &folder;
            scope.spawn(move || {
                let (lake, spec) = (reopen(folder), spec());
                for load in 0..20 {
                    let name = format!("{writer}-{load}.json");
                    let run = format!("run-{writer}-{load}");
                    let batch = batch(&lake, &spec, &run, &name, 3, 1);
                    committed(lake.commit_batch(batch, &mut nothing).unwrap());
                }
            });
        }
    });
    assert_eq!(
        (distinct(&lake, "purchases"), distinct(&lake, "rejects")),
        (120, 40)
    );
    assert_eq!(lake.snapshot("purchases", None, None).unwrap().version, 40);
    assert_eq!(lake.listed_inputs(KIND).unwrap().len(), 40);
}

#[test]
fn two_that_load_the_same_inputs_at_once_take_each_once() {
    let (folder, lake) = lake();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let folder = &folder;
            scope.spawn(move || {
                let (lake, spec) = (reopen(folder), spec());
                for load in 0..8 {
                    let name = format!("{load}.json");
                    let run = format!("run-{writer}-{load}");
                    let batch = batch(&lake, &spec, &run, &name, 3, 0);
                    lake.commit_batch(batch, &mut nothing).unwrap();
                }
            });
        }
    });
    assert_eq!(distinct(&lake, "purchases"), 24);
    assert_eq!(lake.listed_inputs(KIND).unwrap().len(), 8);
}

#[test]
fn a_crash_between_any_two_steps_is_recovered_by_the_same_input() {
    for stop in [
        CommitStep::StageInputs,
        CommitStep::Rejects,
        CommitStep::Rows,
        CommitStep::Inputs,
    ] {
        let (folder, lake) = lake();
        let spec = spec();
        let first = batch(&lake, &spec, "run-1", "a.json", 4, 2);
        let crash = catch_unwind(AssertUnwindSafe(|| {
            lake.commit_batch(first, &mut |step| assert_ne!(step, stop, "on purpose"))
        }));
        assert!(crash.is_err(), "{stop} was not reached");

        let lake = reopen(&folder);
        let digest = Digest::of(b"a.json");
        let known = lake
            .committed_digests("purchases", KIND, &[digest])
            .unwrap();
        assert!(known.inputs.is_empty());
        if known.rows.is_empty() {
            let rejected = if known.rejects.is_empty() { 2 } else { 0 };
            let again = batch(&lake, &spec, "run-2", "a.json", 4, rejected);
            committed(lake.commit_batch(again, &mut nothing).unwrap());
        } else {
            let recover = || {
                let recovered = lake
                    .recover_inputs("run-2", &spec, KIND, &[digest])
                    .unwrap();
                assert_eq!(recovered.lost, []);
                recovered.inputs_version
            };
            assert_eq!(recover(), Some(1));
            assert_eq!(recover(), None, "recovering twice does nothing");
        }
        assert_eq!(
            (distinct(&lake, "purchases"), distinct(&lake, "rejects")),
            (4, 2),
            "{stop}"
        );
        assert_eq!(lake.listed_inputs(KIND).unwrap().len(), 1, "{stop}");
    }
}

#[test]
fn rejects_alone_are_committed_once() {
    let (_folder, lake) = lake();
    let spec = spec();
    let stage = |run: &'static str| batch(&lake, &spec, run, "a.json", 0, 3).rejects;
    let digests = [Digest::of(b"a.json")];
    let commit = |run: &str, rejects: &StagedFiles, digests: &[Digest]| {
        lake.commit_rejects(run, KIND, digests, rejects)
    };
    let first = commit("run-1", &stage("run-1"), &digests).unwrap();
    assert_eq!(first, CommitOutcome::Committed(1));
    let again = commit("run-2", &stage("run-2"), &digests).unwrap();
    let digests = digests.to_vec();
    assert_eq!(again, CommitOutcome::AlreadyCommitted { digests });
    assert_eq!(distinct(&lake, "rejects"), 3);
    let none = commit("run-3", &stage("run-3"), &[]);
    assert!(matches!(none, Err(LakeError::NoInputs)));
}

#[test]
fn an_input_without_accepted_rows_is_still_remembered() {
    let (_folder, lake) = lake();
    let spec = spec();
    committed(
        lake.commit_batch(batch(&lake, &spec, "run-1", "bad.json", 0, 3), &mut nothing)
            .unwrap(),
    );
    committed(
        lake.commit_batch(
            batch(&lake, &spec, "run-2", "empty.json", 0, 0),
            &mut nothing,
        )
        .unwrap(),
    );
    let digests = [Digest::of(b"bad.json"), Digest::of(b"empty.json")];
    let known = lake.committed_digests("purchases", KIND, &digests).unwrap();
    assert_eq!(
        (known.rows.len(), known.rejects.len(), known.inputs.len()),
        (2, 1, 2)
    );
    assert_eq!(
        (distinct(&lake, "purchases"), distinct(&lake, "rejects")),
        (0, 3)
    );
}

#[test]
fn batches_that_contradict_themselves_are_refused() {
    let (_folder, lake) = lake();
    let spec = spec();
    let mut twice = batch(&lake, &spec, "run-1", "a.json", 1, 0);
    twice.inputs.push(twice.inputs[0].clone());
    let refused = lake.commit_batch(twice, &mut nothing);
    assert!(matches!(refused, Err(LakeError::DuplicateInput(_))));
    let mut stray = batch(&lake, &spec, "run-1", "b.json", 1, 1);
    stray.inputs[0].with_rejects = false;
    assert!(matches!(
        lake.commit_batch(stray, &mut nothing),
        Err(LakeError::UnexpectedRejects(1))
    ));
    let mut swapped = batch(&lake, &spec, "run-1", "c.json", 1, 0);
    swapped.rows = StagedFiles::none(&rejects_spec());
    assert!(matches!(
        lake.commit_batch(swapped, &mut nothing),
        Err(LakeError::WrongTable { .. })
    ));
    let mut changed = batch(&lake, &spec, "run-1", "d.json", 1, 0);
    changed.rows.files[0].bytes += 1;
    assert!(matches!(
        lake.commit_batch(changed, &mut nothing),
        Err(LakeError::FileDiffers { .. })
    ));
    let mut none = batch(&lake, &spec, "run-1", "e.json", 0, 0);
    none.inputs.clear();
    assert!(matches!(
        lake.commit_batch(none, &mut nothing),
        Err(LakeError::NoInputs)
    ));
    assert_eq!(distinct(&lake, "purchases"), 0);
}
