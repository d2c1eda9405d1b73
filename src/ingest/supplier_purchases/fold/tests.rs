use super::*;
use crate::supplier_purchase::{Key, Month};

fn version(id: i64, updated_at: i64, hash: i64) -> Version {
    Version {
        key: Key { company_id: 12, id },
        month: Month::from(chrono::NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()),
        updated_at_micros: updated_at,
        version_hash: hash,
        is_deleted: false,
    }
}

fn candidates(of: &[(i64, i64, i64)]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = of
        .iter()
        .zip(0u32..)
        .map(|(&(id, updated_at, hash), row)| Candidate {
            version: version(id, updated_at, hash),
            input: 0,
            row,
        })
        .collect();
    arrange(&mut candidates);
    candidates
}

/// (id, hash) of what stands, after a fold against what is stored of every key.
fn folded(of: &[(i64, i64, i64)], stored: Option<Content>) -> (Vec<(i64, i64)>, Vec<u32>, Folded) {
    folded_with(Absence::MeansNothing, of, stored)
}

fn folded_with(
    absence: Absence,
    of: &[(i64, i64, i64)],
    stored: Option<Content>,
) -> (Vec<(i64, i64)>, Vec<u32>, Folded) {
    let candidates = candidates(of);
    let folded = fold(&candidates, absence, &|_start| stored);
    let winners: Vec<&Candidate> = folded.winners.iter().map(|&at| &candidates[at]).collect();
    (
        winners
            .iter()
            .map(|winner| (winner.version.key.id, winner.version.version_hash))
            .collect(),
        winners.iter().map(|winner| winner.row).collect(),
        folded,
    )
}

fn passed(folded: &Folded) -> (u64, u64) {
    let sum = |of: fn(&Passed) -> u64| folded.passed.values().map(of).sum();
    (sum(|p| p.duplicate), sum(|p| p.superseded))
}

fn held(is_deleted: bool) -> Content {
    Content {
        updated_at_micros: 20,
        version_hash: 8,
        is_deleted,
    }
}

#[test]
fn the_newest_version_stands_and_the_older_ones_are_superseded() {
    let (winners, _, folded) = folded(&[(1, 20, 2), (1, 10, 1), (2, 5, 9), (1, 30, 3)], None);
    assert_eq!(winners, [(1, 3), (2, 9)]);
    assert_eq!(passed(&folded), (0, 2));
}

#[test]
fn of_two_contents_of_one_time_the_later_record_stands() {
    let (winners, _, folded) = folded(&[(1, 10, 7), (1, 10, 3)], None);
    assert_eq!(winners, [(1, 3)]);
    assert_eq!(passed(&folded), (0, 1));
}

#[test]
fn the_same_version_again_is_a_duplicate_wherever_it_stands() {
    let (winners, rows, twice) = folded(&[(1, 10, 7), (1, 10, 7), (1, 20, 8)], None);
    assert_eq!((winners, rows), (vec![(1, 8)], vec![2]));
    assert_eq!(passed(&twice), (1, 1));
    let (winners, _, known) = folded(&[(1, 20, 8), (1, 10, 7)], Some(held(false)));
    assert_eq!(winners, []);
    assert_eq!(passed(&known), (1, 1));
}

#[test]
fn the_first_record_of_a_version_counts_and_its_last_one_decides_a_tie() {
    let (_, rows, _) = folded(&[(1, 20, 8), (1, 20, 8)], None);
    assert_eq!(rows, [0]);
    let (winners, _, tied) = folded(&[(1, 20, 8), (1, 20, 9), (1, 20, 8)], None);
    assert_eq!(winners, [(1, 8)]);
    assert_eq!(passed(&tied), (1, 1));
}

#[test]
fn what_is_stored_gives_way_to_a_newer_version_and_to_another_one_of_its_time() {
    for (updated_at, hash, stands) in [(19, 1, false), (20, 8, false), (20, 1, true), (21, 8, true)]
    {
        let (winners, _, _) = folded(&[(1, updated_at, hash)], Some(held(false)));
        assert_eq!(!winners.is_empty(), stands, "{updated_at} {hash}");
    }
}

#[test]
fn only_a_full_snapshot_or_a_newer_version_brings_an_absent_purchase_back() {
    let (old_copy, _, folded) = folded(&[(1, 20, 8)], Some(held(true)));
    assert_eq!((old_copy, passed(&folded)), (vec![], (1, 0)));
    let (newer, _, _) = folded_with(Absence::MeansNothing, &[(1, 21, 8)], Some(held(true)));
    assert_eq!(newer, [(1, 8)]);
    let (present, _, _) = folded_with(Absence::MeansDeleted, &[(1, 20, 8)], Some(held(true)));
    assert_eq!(present, [(1, 8)]);
}
