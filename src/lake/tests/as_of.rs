//! Time travel: which version was the newest at an instant.

use std::fs;

use super::*;
use crate::lake::testing::{lake, put_commit};

const MINUTE: i64 = 60_000_000;

/// A log of commits at these minutes after 1970; `None` is a commit without a time.
fn log(lake: &Lake, minutes: &[Option<i64>]) -> PathBuf {
    let log = lake.table_directory("t").join("_delta_log");
    fs::create_dir_all(&log).unwrap();
    for (version, minute) in (0..).zip(minutes) {
        let commit = minute.map_or(
            r#"{"txn":{"appId":"a","version":1}}"#.to_owned(),
            |minute| format!("{{\"commitInfo\":{{\"timestamp\":{}}}}}", minute * 60_000),
        );
        put_commit(lake, "t", version, &commit);
    }
    log
}

#[test]
fn the_newest_version_at_an_instant_is_found_by_the_times_in_the_log() {
    let (_folder, lake) = lake();
    // The clock of version 2 is wrong, version 4 has no time: its file is new.
    log(&lake, &[Some(10), Some(20), Some(15), Some(30), None]);
    let as_of = |micros| lake.version_as_of("t", micros);
    for (micros, version) in [
        (10 * MINUTE, 0),
        (16 * MINUTE, 0),
        (20 * MINUTE - 1, 0),
        (20 * MINUTE, 2),
        (30 * MINUTE - 1, 2),
        (30 * MINUTE, 3),
        (60 * MINUTE, 3),
        (i64::MAX, 4),
    ] {
        assert_eq!(as_of(micros).unwrap(), version, "{micros}");
    }
    for micros in [10 * MINUTE - 1, 0, i64::MIN] {
        let before = as_of(micros).unwrap_err();
        assert!(matches!(before, LakeError::NoVersionAsOf { oldest: 0, .. }));
        assert!(
            before.to_string().contains("1970-01-01T00:10:00Z"),
            "{before}"
        );
    }
    let missing = lake.version_as_of("nothing", 0);
    assert!(matches!(missing, Err(LakeError::NoTable { .. })));
}

#[test]
fn cleaned_up_commits_are_not_offered_and_gaps_are_reported() {
    let (_folder, lake) = lake();
    let log = log(&lake, &[Some(10), Some(20), Some(30), Some(40), Some(50)]);
    let commit = |version: u64| log.join(format!("{version:020}.json"));
    let as_of = |minute| lake.version_as_of("t", minute * MINUTE);
    fs::remove_file(commit(0)).unwrap();
    assert!(matches!(as_of(60), Err(LakeError::LogDamaged { .. })));
    // The content of the checkpoint does not matter here.
    put_checkpoint(&log, 2);
    for (minute, version) in [(30, 2), (39, 2), (40, 3), (99, 4)] {
        assert_eq!(as_of(minute).unwrap(), version);
    }
    let before = as_of(29);
    assert!(matches!(
        before,
        Err(LakeError::NoVersionAsOf { oldest: 2, .. })
    ));
    for version in 1..=2 {
        fs::remove_file(commit(version)).unwrap();
    }
    let before = as_of(39);
    assert!(matches!(
        before,
        Err(LakeError::NoVersionAsOf { oldest: 3, .. })
    ));
    assert_eq!(as_of(40).unwrap(), 3);
    fs::remove_file(commit(3)).unwrap();
    assert!(matches!(as_of(60), Err(LakeError::LogDamaged { .. })));
}

fn put_checkpoint(log: &Path, version: u64) {
    let name = format!("{version:020}.checkpoint.parquet");
    fs::copy(log.join(format!("{version:020}.json")), log.join(name)).unwrap();
}

#[test]
fn the_versions_of_a_real_table_are_found_too() {
    let (_folder, lake) = lake();
    assert_eq!(lake.version_as_of("purchases", i64::MAX).unwrap(), 0);
    let first = lake.version_as_of("purchases", 0);
    assert!(matches!(
        first,
        Err(LakeError::NoVersionAsOf { oldest: 0, .. })
    ));
}
