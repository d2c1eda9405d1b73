//! Which version of a purchase stands. In: the versions a run has read, and those the lake holds.
//! Out: the ones to be written, and what became of all the others.
//!
//! The greatest `updated_at` wins; of two contents with the same one, the later input in the
//! order of the run, then the later record. The outcome does not depend on the order in which the
//! versions come in here.

use std::collections::{BTreeMap, HashSet};

use crate::supplier_purchase::Version;

/// What it means that a purchase of the lake is in none of the inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absence {
    /// Nothing: the inputs hold what has changed.
    #[default]
    MeansNothing,
    /// It is deleted: the inputs together are all purchases of their companies.
    MeansDeleted,
}

/// An accepted version of a purchase, and where the run has it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) version: Version,
    /// Position of its input in the order of the run.
    pub(super) input: usize,
    /// Its row among those the run keeps.
    pub(super) row: u32,
}

/// What a version says: two records with the same are the same version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Content {
    pub(super) updated_at_micros: i64,
    pub(super) version_hash: i64,
    pub(super) is_deleted: bool,
}

impl Content {
    /// Whether the candidate says the same; a flag that only an absence has set does not count.
    fn is_version_of(self, candidate: &Candidate) -> bool {
        let Version {
            updated_at_micros,
            version_hash,
            ..
        } = candidate.version;
        self.updated_at_micros == updated_at_micros && self.version_hash == version_hash
    }

    fn has_time_of(self, other: Self) -> bool {
        self.updated_at_micros == other.updated_at_micros
    }
}

impl Candidate {
    fn content(&self) -> Content {
        Content {
            updated_at_micros: self.version.updated_at_micros,
            version_hash: self.version.version_hash,
            is_deleted: self.version.is_deleted,
        }
    }
}

/// Versions that were accepted by the rules and are not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// The same version was met elsewhere in the run, or is stored.
    pub(super) duplicate: u64,
    /// A newer one was met, or is stored.
    pub(super) superseded: u64,
}

/// The outcome of a fold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Folded {
    /// Positions of the versions to be written, one for each key, in the order of the keys.
    pub(super) winners: Vec<usize>,
    /// What became of the others, by input.
    pub(super) passed: BTreeMap<usize, Passed>,
}

/// Puts candidates into the order [`fold`] needs: by key, age and place in the run.
pub(super) fn arrange(candidates: &mut [Candidate]) {
    candidates.sort_unstable_by_key(|candidate| {
        let Version {
            key,
            updated_at_micros,
            ..
        } = candidate.version;
        (key, updated_at_micros, candidate.input, candidate.row)
    });
}

/// Folds arranged candidates; `stored` gives what the lake holds of the key of the candidates that
/// begin at a position.
///
/// A version that was deleted by its absence from a full snapshot is there again when a full
/// snapshot holds it, or a newer version comes; an old copy of it says nothing.
pub(super) fn fold(
    arranged: &[Candidate],
    absence: Absence,
    stored: &dyn Fn(usize) -> Option<Content>,
) -> Folded {
    let mut folded = Folded::default();
    let mut start = 0;
    for versions in arranged.chunk_by(|a, b| a.version.key == b.version.key) {
        let stored = stored(start).map(|held| match versions.last() {
            Some(last) if absence == Absence::MeansNothing && held.is_version_of(last) => Content {
                is_deleted: last.version.is_deleted,
                ..held
            },
            _ => held,
        });
        fold_key(versions, start, stored, &mut folded);
        start += versions.len();
    }
    folded
}

/// Folds the versions of one key, which begin at position `start`.
fn fold_key(versions: &[Candidate], start: usize, stored: Option<Content>, folded: &mut Folded) {
    let Some(latest) = versions.last().map(Candidate::content) else {
        return;
    };
    let wins = stored
        .is_none_or(|held| held != latest && held.updated_at_micros <= latest.updated_at_micros);
    let mut position = start;
    for of_one_time in versions.chunk_by(|a, b| a.content().has_time_of(b.content())) {
        let mut seen: HashSet<Content> = HashSet::new();
        for version in of_one_time {
            let content = version.content();
            // The first record of a version stands for it; most versions come once.
            let is_first = of_one_time.len() == 1 || seen.insert(content);
            if is_first && content == latest && wins {
                folded.winners.push(position);
            } else {
                let passed = folded.passed.entry(version.input).or_default();
                if !is_first || stored == Some(content) {
                    passed.duplicate += 1;
                } else {
                    passed.superseded += 1;
                }
            }
            position += 1;
        }
    }
}

#[cfg(test)]
mod tests;
