use super::*;
use crate::supplier_purchase::{RegistrationMonth, SupplierPurchaseKey};

fn version(id: i64, updated_at: i64, hash: i64) -> SupplierPurchaseVersion {
    SupplierPurchaseVersion {
        key: SupplierPurchaseKey { company_id: 12, id },
        month: RegistrationMonth::from(chrono::NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()),
        updated_at_micros: updated_at,
        version_hash: hash,
        is_deleted: false,
    }
}

fn candidates(of: &[(i64, i64, i64)]) -> Vec<VersionCandidate> {
    let mut candidates: Vec<VersionCandidate> = of
        .iter()
        .zip(0u32..)
        .map(|(&(id, updated_at, hash), row)| VersionCandidate {
            version: version(id, updated_at, hash),
            input: 0,
            row,
        })
        .collect();
    sort_candidates(&mut candidates);
    candidates
}

/// (id, hash) of the selected versions, with the same stored content for every key.
fn select(
    of: &[(i64, i64, i64)],
    stored: Option<VersionContent>,
) -> (Vec<(i64, i64)>, Vec<u32>, VersionSelection) {
    select_with(SnapshotMode::Incremental, of, stored)
}

fn select_with(
    snapshot_mode: SnapshotMode,
    of: &[(i64, i64, i64)],
    stored: Option<VersionContent>,
) -> (Vec<(i64, i64)>, Vec<u32>, VersionSelection) {
    let candidates = candidates(of);
    let selection = select_newest(&candidates, snapshot_mode, &|_start| stored);
    let selected: Vec<&VersionCandidate> = selection
        .selected
        .iter()
        .map(|&at| &candidates[at])
        .collect();
    (
        selected
            .iter()
            .map(|candidate| (candidate.version.key.id, candidate.version.version_hash))
            .collect(),
        selected.iter().map(|candidate| candidate.row).collect(),
        selection,
    )
}

fn discarded(selection: &VersionSelection) -> (u64, u64) {
    let sum = |of: fn(&Discarded) -> u64| selection.discarded.values().map(of).sum();
    (sum(|p| p.duplicate), sum(|p| p.superseded))
}

fn stored_content(is_deleted: bool) -> VersionContent {
    VersionContent {
        updated_at_micros: 20,
        version_hash: 8,
        is_deleted,
    }
}

#[test]
fn the_newest_version_is_selected_and_the_older_ones_are_superseded() {
    let (selected, _, selection) = select(&[(1, 20, 2), (1, 10, 1), (2, 5, 9), (1, 30, 3)], None);
    assert_eq!(selected, [(1, 3), (2, 9)]);
    assert_eq!(discarded(&selection), (0, 2));
}

#[test]
fn of_two_contents_of_one_time_the_later_record_is_selected() {
    let (selected, _, selection) = select(&[(1, 10, 7), (1, 10, 3)], None);
    assert_eq!(selected, [(1, 3)]);
    assert_eq!(discarded(&selection), (0, 1));
}

#[test]
fn the_same_version_again_is_a_duplicate_wherever_it_is_read() {
    let (selected, rows, twice) = select(&[(1, 10, 7), (1, 10, 7), (1, 20, 8)], None);
    assert_eq!((selected, rows), (vec![(1, 8)], vec![2]));
    assert_eq!(discarded(&twice), (1, 1));
    let (selected, _, known) = select(&[(1, 20, 8), (1, 10, 7)], Some(stored_content(false)));
    assert_eq!(selected, []);
    assert_eq!(discarded(&known), (1, 1));
}

#[test]
fn the_first_record_of_a_version_counts_and_its_last_one_decides_a_tie() {
    let (_, rows, _) = select(&[(1, 20, 8), (1, 20, 8)], None);
    assert_eq!(rows, [0]);
    let (selected, _, tied) = select(&[(1, 20, 8), (1, 20, 9), (1, 20, 8)], None);
    assert_eq!(selected, [(1, 8)]);
    assert_eq!(discarded(&tied), (1, 1));
}

#[test]
fn a_newer_version_or_another_one_of_the_same_time_replaces_what_is_stored() {
    for (updated_at, hash, is_selected) in
        [(19, 1, false), (20, 8, false), (20, 1, true), (21, 8, true)]
    {
        let (selected, _, _) = select(&[(1, updated_at, hash)], Some(stored_content(false)));
        assert_eq!(!selected.is_empty(), is_selected, "{updated_at} {hash}");
    }
}

#[test]
fn only_a_full_snapshot_or_a_newer_version_restores_an_absent_purchase() {
    let (old_copy, _, selection) = select(&[(1, 20, 8)], Some(stored_content(true)));
    assert_eq!((old_copy, discarded(&selection)), (vec![], (1, 0)));
    let (newer, _, _) = select_with(
        SnapshotMode::Incremental,
        &[(1, 21, 8)],
        Some(stored_content(true)),
    );
    assert_eq!(newer, [(1, 8)]);
    let (present, _, _) = select_with(
        SnapshotMode::Full,
        &[(1, 20, 8)],
        Some(stored_content(true)),
    );
    assert_eq!(present, [(1, 8)]);
}
