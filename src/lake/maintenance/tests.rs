//! Compactions that conflict with other writers or are interrupted.

use std::cell::Cell;

use super::*;
use crate::lake::testing::{batch, distinct, lake, reopen, spec};
use crate::lake::{CommitOutcome, Lake, LakeError};

fn maintained() -> MaintainedTable {
    MaintainedTable {
        spec: spec(),
        sort_columns: &["purchased_at", "source_file", "source_row"],
        must_be_sorted: true,
        replaces_rows: false,
        date_partition: DatePartition::None,
    }
}

fn options(run_id: &str) -> CompactOptions {
    CompactOptions {
        target_bytes: 1 << 20,
        days: DayRange::default(),
        run_id: run_id.to_owned(),
        dry_run: false,
    }
}

/// Commits an input with rows on three days.
fn append(lake: &Lake, name: &str, rows: i64) {
    let spec = spec();
    let batch = batch(lake, &spec, name, &format!("{name}.json"), rows, 0);
    let outcome = lake.commit_batch(batch, &mut |_| {}).unwrap();
    assert!(matches!(outcome, CommitOutcome::Committed(_)));
}

fn live_files(lake: &Lake) -> usize {
    lake.snapshot("purchases", None, None).unwrap().files.len()
}

/// Parquet files in the folders of the days, live or not.
fn stored_files(lake: &Lake) -> usize {
    let folder = lake.table_folder("purchases").unwrap();
    let data = folder.objects.iter();
    data.filter(|(_, state)| *state != objects::FileState::Other)
        .count()
}

/// Compacts, and calls `meanwhile` once between two of the partitions.
fn compact_and(lake: &Lake, meanwhile: &dyn Fn()) -> CompactionReport {
    let calls = Cell::new(0);
    let hook = || {
        calls.set(calls.get() + 1);
        if calls.get() == 2 {
            meanwhile();
        }
        false
    };
    let done = lake
        .compact(&maintained(), &options("slow"), &hook)
        .unwrap();
    done.unwrap()
}

#[test]
fn what_another_compaction_has_replaced_is_left_to_it() {
    let (folder, lake) = lake();
    append(&lake, "one", 9);
    append(&lake, "two", 9);
    let other = reopen(&folder);
    let done = compact_and(&lake, &|| {
        let quick = other.compact(&maintained(), &options("quick"), &|| false);
        assert_eq!(quick.unwrap().unwrap().versions, [3]);
    });
    assert_eq!((done.partitions, done.versions.len()), (0, 0));
    assert!(done.given_up.is_empty(), "there was nothing left to do");
    assert_eq!((distinct(&lake, "purchases"), live_files(&lake)), (18, 3));
    assert_eq!(stored_files(&lake), 9, "the lost files are deleted");
}

#[test]
fn what_is_appended_meanwhile_is_no_part_of_it_and_stays() {
    let (folder, lake) = lake();
    append(&lake, "one", 9);
    append(&lake, "two", 9);
    let other = reopen(&folder);
    let done = compact_and(&lake, &|| append(&other, "three", 9));
    assert_eq!((done.partitions, done.versions.as_slice()), (3, &[4][..]));
    assert_eq!((done.before.files, done.after.files, done.rows), (6, 3, 18));
    assert_eq!((distinct(&lake, "purchases"), live_files(&lake)), (27, 6));
    let next = lake.compact(&maintained(), &options("next"), &|| false);
    assert_eq!(next.unwrap().unwrap().before.files, 6);
    assert_eq!((distinct(&lake, "purchases"), live_files(&lake)), (27, 3));
}

#[test]
fn a_version_that_is_restored_meanwhile_is_compacted_as_it_is() {
    let (folder, lake) = lake();
    append(&lake, "one", 9);
    append(&lake, "two", 9);
    append(&lake, "three", 9);
    let other = reopen(&folder);
    let done = compact_and(&lake, &|| {
        let back = RestoreScope {
            target: RestoreTarget::Version(2),
            all_tables: false,
        };
        let restored = other.restore(&maintained(), &["purchases"], back, "back", false);
        assert_eq!(restored.unwrap().inputs_withdrawn, 1);
    });
    assert_eq!((done.partitions, done.versions.as_slice()), (3, &[5][..]));
    assert_eq!((distinct(&lake, "purchases"), live_files(&lake)), (18, 3));
    // The withdrawn input is ingested again, once.
    append(&lake, "three", 9);
    assert_eq!(distinct(&lake, "purchases"), 27);
}

#[test]
fn a_compaction_that_is_stopped_leaves_nothing() {
    let (_folder, lake) = lake();
    append(&lake, "one", 9);
    append(&lake, "two", 9);
    let calls = Cell::new(0);
    let third = || calls.replace(calls.get() + 1) == 2;
    let stopped = lake.compact(&maintained(), &options("stopped"), &third);
    assert!(matches!(stopped, Err(LakeError::Interrupted)));
    assert_eq!((live_files(&lake), stored_files(&lake)), (6, 6));
    assert_eq!(lake.snapshot("purchases", None, None).unwrap().version, 2);
}
