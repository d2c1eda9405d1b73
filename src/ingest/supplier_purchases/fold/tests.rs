use super::*;
use crate::supplier_purchase::Month;

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

fn winners(folded: &Folded) -> Vec<(i64, i64)> {
    folded
        .winners
        .iter()
        .map(|winner| (winner.version.key.id, winner.version.version_hash))
        .collect()
}

fn passed(folded: &Folded) -> (u64, u64) {
    let sum = |of: fn(&Passed) -> u64| folded.passed.values().map(of).sum();
    (sum(|p| p.duplicate), sum(|p| p.superseded))
}

fn none(_key: &Key) -> Option<Content> {
    None
}

#[test]
fn the_newest_version_stands_and_the_older_ones_are_superseded() {
    let folded = fold(
        &candidates(&[(1, 20, 2), (1, 10, 1), (2, 5, 9), (1, 30, 3)]),
        &none,
    );
    assert_eq!(winners(&folded), [(1, 3), (2, 9)]);
    assert_eq!(passed(&folded), (0, 2));
}

#[test]
fn of_two_contents_of_one_time_the_later_record_stands() {
    let folded = fold(&candidates(&[(1, 10, 7), (1, 10, 3)]), &none);
    assert_eq!(winners(&folded), [(1, 3)]);
    assert_eq!(passed(&folded), (0, 1));
}

#[test]
fn the_same_version_again_is_a_duplicate_wherever_it_stands() {
    let twice = fold(&candidates(&[(1, 10, 7), (1, 10, 7), (1, 20, 8)]), &none);
    assert_eq!(winners(&twice), [(1, 8)]);
    assert_eq!(passed(&twice), (1, 1));
    let rows: Vec<u32> = twice.winners.iter().map(|winner| winner.row).collect();
    assert_eq!(rows, [2]);
    // A repeat of the latest one: its first record is the one that counts.
    let last = fold(&candidates(&[(1, 20, 8), (1, 20, 8)]), &none);
    assert_eq!(last.winners.first().map(|winner| winner.row), Some(0));
    // Its last record decides a tie, though.
    let tied = fold(&candidates(&[(1, 20, 8), (1, 20, 9), (1, 20, 8)]), &none);
    assert_eq!(winners(&tied), [(1, 8)]);
    assert_eq!(passed(&tied), (1, 1));
    let stored = |_key: &Key| {
        Some(Content {
            updated_at_micros: 20,
            version_hash: 8,
            is_deleted: false,
        })
    };
    let known = fold(&candidates(&[(1, 20, 8), (1, 10, 7)]), &stored);
    assert_eq!(winners(&known), []);
    assert_eq!(passed(&known), (1, 1));
}

#[test]
fn what_is_stored_gives_way_to_a_newer_version_and_to_another_one_of_its_time() {
    let stored = |is_deleted| {
        move |_key: &Key| {
            Some(Content {
                updated_at_micros: 20,
                version_hash: 8,
                is_deleted,
            })
        }
    };
    for (updated_at, hash, stands) in [(19, 1, false), (20, 8, false), (20, 1, true), (21, 8, true)]
    {
        let folded = fold(&candidates(&[(1, updated_at, hash)]), &stored(false));
        assert_eq!(!folded.winners.is_empty(), stands, "{updated_at} {hash}");
    }
    // A purchase that a snapshot had lacked is there again, unchanged.
    let again = fold(&candidates(&[(1, 20, 8)]), &stored(true));
    assert_eq!(winners(&again), [(1, 8)]);
}
