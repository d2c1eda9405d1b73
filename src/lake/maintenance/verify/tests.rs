//! Verifications while other commands change the tables.

use std::cell::Cell;
use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::lake::maintenance::{
    CompactOptions, DatePartition, DayRange, RestoreScope, RestoreTarget,
};
use crate::lake::testing::{batch, lake, reopen, spec};
use crate::lake::{CommitBatch, CommitOutcome, TableSpec, inputs_spec, rejects_spec};

fn maintained(spec: TableSpec) -> MaintainedTable {
    MaintainedTable {
        spec,
        sort_columns: &["purchased_at", "source_file", "source_row"],
        must_be_sorted: false,
        replaces_rows: false,
        date_partition: DatePartition::None,
    }
}

/// A table of rows that is read before `purchases`.
fn first() -> TableSpec {
    TableSpec {
        name: "first",
        ..spec()
    }
}

fn commit(lake: &Lake, spec: &TableSpec, name: &str, rejected: i64) {
    let batch = CommitBatch {
        record_kind: spec.name,
        ..batch(lake, spec, name, &format!("{name}.json"), 6, rejected)
    };
    let outcome = lake.commit_batch(batch, &mut |_| {}).unwrap();
    assert!(matches!(outcome, CommitOutcome::Committed(_)));
}

/// One input in the first table, two in `purchases`.
fn filled() -> (TempDir, Lake) {
    let (folder, lake) = lake();
    lake.create_if_missing(&first()).unwrap();
    commit(&lake, &first(), "zero", 0);
    commit(&lake, &spec(), "one", 2);
    commit(&lake, &spec(), "two", 2);
    (folder, lake)
}

fn verify(lake: &Lake, hook: &dyn Fn() -> bool) -> VerificationReport {
    let rows = [maintained(first()), maintained(spec())];
    let (rejects, inputs) = (maintained(rejects_spec()), maintained(inputs_spec()));
    let tables = TablesByRole {
        rows: &rows,
        states: &[],
        rejects: &rejects,
        inputs: &inputs,
    };
    lake.verify(tables, VerificationDepth::Footers, hook)
        .unwrap()
}

/// Verifies, and calls `meanwhile` once before the file with each number; returns the number of
/// files.
fn at_each_file(meanwhile: &dyn Fn(&Lake), check: &dyn Fn(&VerificationReport)) -> u32 {
    let mut number = 0;
    loop {
        let (folder, lake) = filled();
        let other = reopen(&folder);
        let calls = Cell::new(0);
        let report = verify(&lake, &|| {
            calls.set(calls.get() + 1);
            if calls.get() == number + 1 {
                meanwhile(&other);
            }
            false
        });
        if calls.get() <= number {
            return number;
        }
        assert!(!report.is_damaged(), "file {number}: {report:#?}");
        check(&report);
        number += 1;
    }
}

#[test]
fn a_run_that_commits_between_two_reads_is_no_damage() {
    let noted = Cell::new(0);
    let meanwhile = |other: &Lake| commit(other, &spec(), "three", 2);
    let files = at_each_file(&meanwhile, &|report| {
        let mut findings = report.findings.iter();
        noted.set(noted.get() + u32::from(findings.any(|one| one.what == "unfinished runs")));
    });
    assert!(files >= 8, "3 and 6 files of rows: {files}");
    assert!(noted.get() > 0, "the run was never seen halfway");
}

#[test]
fn a_restore_between_two_reads_is_no_damage() {
    let meanwhile = |other: &Lake| {
        let scope = RestoreScope {
            target: RestoreTarget::Version(1),
            all_tables: false,
        };
        let rows = ["first", "purchases"];
        let restored = other.restore(&maintained(spec()), &rows, scope, "back", false);
        assert_eq!(restored.unwrap().inputs_withdrawn, 1);
    };
    at_each_file(&meanwhile, &|_| {});
}

#[test]
fn files_that_are_compacted_and_vacuumed_between_two_reads_are_no_damage() {
    let meanwhile = |other: &Lake| {
        let maintained = maintained(spec());
        let options = CompactOptions {
            target_bytes: 1 << 20,
            days: DayRange::default(),
            run_id: "compact".to_owned(),
            dry_run: false,
        };
        other
            .compact(&maintained, &options, &|| false)
            .unwrap()
            .unwrap();
        let plan = other.plan_vacuum(&maintained, Duration::ZERO, i64::MAX);
        let vacuumed = other.execute_vacuum(plan.unwrap().unwrap()).unwrap();
        assert_eq!(vacuumed.total.files, 6);
    };
    at_each_file(&meanwhile, &|_| {});
}

#[test]
fn damage_is_found_while_runs_go_on_all_the_time() {
    let (folder, lake) = filled();
    let lost = lake.snapshot("purchases", None, None).unwrap().files;
    fs::remove_file(&lost[0].path).unwrap();
    let other = reopen(&folder);
    let runs = Cell::new(0);
    let report = verify(&lake, &|| {
        runs.set(runs.get() + 1);
        if runs.get() % 8 == 1 {
            commit(&other, &spec(), &format!("run-{}", runs.get()), 1);
        }
        false
    });
    let found = report.findings.iter();
    let damage: Vec<&VerificationFinding> = found
        .filter(|one| one.severity == VerificationSeverity::Damage)
        .collect();
    assert_eq!(damage.len(), 1, "{damage:#?}");
    assert_eq!(
        (damage[0].table.as_str(), damage[0].what),
        ("purchases", "file")
    );
}
