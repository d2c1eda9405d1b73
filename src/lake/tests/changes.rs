//! Changes: rows replaced, crashed, refused; what readers of each version see.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use super::counters::{
    KIND, change, counters, data_files, digest, increment, log_of, replacing, rows_at, start,
    version,
};
use super::*;
use crate::lake::testing::reopen;

#[test]
fn a_change_replaces_files_and_old_versions_stay_readable() {
    let (_folder, lake) = start();
    let before = lake.snapshot("counters", None, None).unwrap();
    let new_version = version(change(&lake, "more", &mut |snapshot| {
        increment(&lake, "more", snapshot)
    }));
    assert_eq!(new_version, 2);
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(1)), (2, Some(1)), (3, Some(1))]
    );
    assert_eq!(
        rows_at(&lake, Some(1)),
        [(1, Some(0)), (2, Some(0)), (3, Some(0))]
    );
    assert_eq!(lake.snapshot("counters", Some(1), None).unwrap(), before);
    assert!(Path::new(&before.files[0].path).exists());

    let actions = log_of(&lake, 2);
    let of = |kind: &str| -> Vec<&Value> {
        actions
            .iter()
            .filter_map(|action| action.get(kind))
            .collect()
    };
    let (removes, adds, txns) = (of("remove"), of("add"), of("txn"));
    assert_eq!((removes.len(), adds.len(), txns.len()), (1, 1, 1));
    let path = before.files[0].path.split_once("/counters/").unwrap().1;
    assert_eq!(removes[0]["path"], path);
    assert_eq!(removes[0]["dataChange"], true);
    assert_eq!(removes[0]["extendedFileMetadata"], true);
    assert_eq!(
        removes[0]["size"],
        fs::metadata(&before.files[0].path).unwrap().len()
    );
    assert!(removes[0]["deletionTimestamp"].as_i64().unwrap() > 1_700_000_000_000);
    let values = serde_json::json!({"company_id": "12", "month": "2025-01"});
    assert_eq!(removes[0]["partitionValues"], values);
    let id = format!("counters:{KIND}:{}", Digest::of(b"more"));
    assert_eq!(txns[0]["appId"], id);
    let info = of("commitInfo")[0];
    assert_eq!(
        (&info["operation"], &info["runId"]),
        (&"MERGE".into(), &"more".into())
    );
}

#[test]
fn what_is_staged_is_invisible_until_it_is_committed() {
    let (folder, lake) = start();
    let crash = catch_unwind(AssertUnwindSafe(|| {
        change(&lake, "more", &mut |snapshot| {
            increment(&lake, "more", snapshot);
            panic!("on purpose")
        })
    }));
    assert!(crash.is_err());
    let lake = reopen(&folder);
    assert_eq!(data_files(&lake), 2, "the file is there, and in no version");
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(0)), (2, Some(0)), (3, Some(0))]
    );
    let known = lake
        .committed_digests("counters", KIND, &digest("more"))
        .unwrap();
    assert_eq!(known, CommittedDigests::default());
    // The same input again, by another run, as after a crash.
    let mut plan = |snapshot: &Snapshot| -> Result<Option<TableChange>, LakeError> {
        Ok(Some(increment(&lake, "again", snapshot)))
    };
    version(lake.commit_change(&counters(), "again", KIND, &digest("more"), &[], &mut plan));
    assert_eq!(
        rows_at(&lake, None),
        [(1, Some(1)), (2, Some(1)), (3, Some(1))]
    );
}

#[test]
fn a_change_of_nothing_remembers_its_inputs_and_a_failed_plan_does_not() {
    let (_folder, lake) = start();
    let none = || replacing(Vec::new(), StagedFiles::none(&counters()));
    assert_eq!(version(change(&lake, "empty", &mut |_| none())), 2);
    let known = lake
        .committed_digests("counters", KIND, &digest("empty"))
        .unwrap();
    assert_eq!(known.rows.len(), 1);
    assert_eq!(rows_at(&lake, None).len(), 3);

    let mut refuse =
        |_: &Snapshot| -> Result<Option<TableChange>, LakeError> { Err(LakeError::NoInputs) };
    let refused = lake.commit_change(&counters(), "run", KIND, &digest("x"), &[], &mut refuse);
    assert!(matches!(refused, Err(LakeError::NoInputs)));
    let mut plan = |_: &Snapshot| -> Result<Option<TableChange>, LakeError> { Ok(Some(none())) };
    let digests = [digest("x")[0], digest("x")[0]];
    let twice = lake.commit_change(&counters(), "run", KIND, &digests, &[], &mut plan);
    assert!(matches!(twice, Err(LakeError::DuplicateInput(_))));
    let no_input = lake.commit_change(&counters(), "run", KIND, &[], &[], &mut plan);
    assert!(matches!(no_input, Err(LakeError::NoInputs)));
    assert_eq!(lake.snapshot("counters", None, None).unwrap().version, 2);
}

#[test]
fn files_that_are_not_in_the_version_cannot_be_removed() {
    let (_folder, lake) = start();
    let old = lake.snapshot("counters", None, None).unwrap();
    version(change(&lake, "more", &mut |snapshot| {
        increment(&lake, "more", snapshot)
    }));
    let remove = |file: &FileRef, table: &TableSpec| {
        change(&lake, "bad", &mut |_| {
            replacing(vec![file.clone(), file.clone()], StagedFiles::none(table))
        })
    };
    let stale = remove(&old.files[0], &counters());
    assert!(matches!(
        stale,
        Err(LakeError::NotInVersion { version: 2, .. })
    ));
    for path in ["../../etc/passwd", "/etc/passwd", "a/../../b", ""] {
        let mut adversarial = old.files[0].clone();
        adversarial.relative_path = path.to_owned();
        let refused = remove(&adversarial, &counters());
        assert!(
            matches!(refused, Err(LakeError::PathOutsideTable { .. })),
            "{path}"
        );
    }
    let file = &lake.snapshot("counters", None, None).unwrap().files[0];
    let other = remove(file, &rejects_spec());
    assert!(matches!(other, Err(LakeError::WrongTable { .. })));
    assert_eq!(rows_at(&lake, None).len(), 3, "nothing of it happened");
    assert_eq!(
        version(remove(file, &counters())),
        3,
        "named twice, removed once"
    );
    assert!(rows_at(&lake, None).is_empty());
    assert!(Path::new(&file.path).exists());
}
