//! Inputs that a stopped run has committed and not listed are listed as that run would have.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::array::AsArray;

use super::*;
use crate::lake::testing::{KIND, batch, input, lake, read, reopen, spec};

/// The rows of the table of inputs: input, run.
fn listed(lake: &Lake) -> Vec<(String, String)> {
    let mut listed = Vec::new();
    for file in lake.snapshot("inputs", None, None).unwrap().files {
        for batch in read(&file.path) {
            let text = |column: &str| {
                let column = batch.column_by_name(column).unwrap();
                column.as_string::<i32>().clone()
            };
            let pairs = text("path");
            let runs = text("run_id");
            let pairs = pairs.iter().flatten().zip(runs.iter().flatten());
            listed.extend(pairs.map(|(path, run)| (path.to_owned(), run.to_owned())));
        }
    }
    listed.sort();
    listed
}

/// A batch of two inputs whose run was stopped before it could list them.
fn stopped(lake: &Lake) -> [Digest; 2] {
    let spec = spec();
    let mut two = batch(lake, &spec, "run-1", "a.json", 4, 2);
    two.inputs.push(input("b.json", InputCounts::default()));
    let crash = catch_unwind(AssertUnwindSafe(|| {
        lake.commit_batch(two, &mut |step| {
            assert_ne!(step, CommitStep::Inputs, "on purpose");
        })
    }));
    assert!(crash.is_err());
    ["a.json", "b.json"].map(|name| Digest::of(name.as_bytes()))
}

#[test]
fn a_recovery_commits_the_very_file_of_the_stopped_run_with_all_its_inputs() {
    let (folder, lake) = lake();
    let digests = stopped(&lake);
    let lake = reopen(&folder);
    let recover = |digests: &[Digest]| {
        lake.recover_inputs("run-2", &spec(), KIND, digests)
            .unwrap()
    };
    let recovered = recover(&digests[..1]);
    assert_eq!(
        (recovered.inputs_version, recovered.lost),
        (Some(1), Vec::new())
    );
    let by_first = |name: &str| (name.to_owned(), "run-1".to_owned());
    assert_eq!(listed(&lake), [by_first("a.json"), by_first("b.json")]);
    let known = lake.committed_digests("purchases", KIND, &digests).unwrap();
    assert_eq!(known.inputs.len(), 2);
    assert_eq!(recover(&digests), RecoveredInputs::default());
}

#[test]
fn a_recovery_lists_only_the_inputs_that_are_not_listed_yet() {
    let (folder, lake) = lake();
    let digests = stopped(&lake);
    let lake = reopen(&folder);
    let other = [input("b.json", InputCounts::default())];
    lake.commit_inputs_only("run-2", KIND, &other).unwrap();
    let recovered = lake
        .recover_inputs("run-3", &spec(), KIND, &digests)
        .unwrap();
    assert_eq!(
        (recovered.inputs_version, recovered.lost),
        (Some(2), Vec::new())
    );
    let by = |name: &str, run: &str| (name.to_owned(), run.to_owned());
    assert_eq!(
        listed(&lake),
        [by("a.json", "run-1"), by("b.json", "run-2")]
    );
}

#[test]
fn a_recovery_reports_the_inputs_of_which_nothing_is_left() {
    let (folder, lake) = lake();
    let digests = stopped(&lake);
    let lake = reopen(&folder);
    for entry in std::fs::read_dir(lake.table_directory("inputs")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    let unknown = Digest::of(b"never.json");
    let requested = [digests[1], digests[0], unknown, digests[0]];
    let recovered = lake
        .recover_inputs("run-2", &spec(), KIND, &requested)
        .unwrap();
    assert_eq!(recovered.inputs_version, None);
    let lost: HashSet<Digest> = recovered.lost.iter().copied().collect();
    assert_eq!(recovered.lost.len(), 3, "each once");
    assert_eq!(lost, HashSet::from([digests[0], digests[1], unknown]));
}

#[test]
fn the_file_that_a_faster_recovery_has_committed_stays() {
    let (folder, lake) = lake();
    let spec = spec();
    let other = reopen(&folder);
    let outcome = lake.commit_batch(batch(&lake, &spec, "run-1", "a.json", 4, 2), &mut |step| {
        if step == CommitStep::Inputs {
            let digests = [Digest::of(b"a.json")];
            let recovered = other
                .recover_inputs("run-2", &spec, KIND, &digests)
                .unwrap();
            assert_eq!(recovered.inputs_version, Some(1));
        }
    });
    let expected = CommitOutcome::Committed(CommittedVersions {
        rows: 1,
        rejects: Some(1),
        inputs: None,
    });
    assert_eq!(outcome.unwrap(), expected);
    assert_eq!(listed(&lake), [("a.json".to_owned(), "run-1".to_owned())]);
}
