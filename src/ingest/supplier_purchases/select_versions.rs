//! Which version of a purchase stands. In: the versions a run has read, and those the lake holds.
//! Out: the ones to be written, and what became of all the others.
//!
//! The greatest `updated_at` wins; of two contents with the same one, the later input in the
//! order of the run, then the later record. The outcome does not depend on the order in which the
//! versions come in here.

use std::collections::{BTreeMap, HashSet};

use crate::supplier_purchase::SupplierPurchaseVersion;

/// What it means that a purchase of the lake is in none of the inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SnapshotMode {
    /// Nothing: the inputs hold what has changed.
    #[default]
    Incremental,
    /// It is deleted: the inputs together are all purchases of their companies.
    Full,
}

/// An accepted version of a purchase, and where the run has it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct VersionCandidate {
    pub(super) version: SupplierPurchaseVersion,
    /// Position of its input in the order of the run.
    pub(super) input: usize,
    /// Its row among those the run keeps.
    pub(super) row: u32,
}

/// What a version says: two records with the same are the same version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VersionContent {
    pub(super) updated_at_micros: i64,
    pub(super) version_hash: i64,
    pub(super) is_deleted: bool,
}

impl VersionContent {
    /// Whether the candidate says the same; a flag that only an absence has set does not count.
    fn is_same_version_as(self, candidate: &VersionCandidate) -> bool {
        let SupplierPurchaseVersion {
            updated_at_micros,
            version_hash,
            ..
        } = candidate.version;
        self.updated_at_micros == updated_at_micros && self.version_hash == version_hash
    }

    fn has_same_time_as(self, other: Self) -> bool {
        self.updated_at_micros == other.updated_at_micros
    }
}

impl VersionCandidate {
    fn content(&self) -> VersionContent {
        VersionContent {
            updated_at_micros: self.version.updated_at_micros,
            version_hash: self.version.version_hash,
            is_deleted: self.version.is_deleted,
        }
    }
}

/// Versions that were accepted by the rules and are not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Discarded {
    /// The same version was met elsewhere in the run, or is stored.
    pub(super) duplicate: u64,
    /// A newer one was met, or is stored.
    pub(super) superseded: u64,
}

/// The outcome of a fold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct VersionSelection {
    /// Positions of the versions to be written, one for each key, in the order of the keys.
    pub(super) selected: Vec<usize>,
    /// What became of the others, by input.
    pub(super) discarded: BTreeMap<usize, Discarded>,
}

/// Puts candidates into the order [`fold`] needs: by key, age and place in the run.
pub(super) fn sort_candidates(candidates: &mut [VersionCandidate]) {
    candidates.sort_unstable_by_key(|candidate| {
        let SupplierPurchaseVersion {
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
pub(super) fn select_newest(
    sorted: &[VersionCandidate],
    snapshot_mode: SnapshotMode,
    stored: &dyn Fn(usize) -> Option<VersionContent>,
) -> VersionSelection {
    let mut selection = VersionSelection::default();
    let mut start = 0;
    for versions in sorted.chunk_by(|a, b| a.version.key == b.version.key) {
        let stored = stored(start).map(|content| match versions.last() {
            Some(last)
                if snapshot_mode == SnapshotMode::Incremental
                    && content.is_same_version_as(last) =>
            {
                VersionContent {
                    is_deleted: last.version.is_deleted,
                    ..content
                }
            }
            _ => content,
        });
        select_of_key(versions, start, stored, &mut selection);
        start += versions.len();
    }
    selection
}

/// Folds the versions of one key, which begin at position `start`.
fn select_of_key(
    versions: &[VersionCandidate],
    start: usize,
    stored: Option<VersionContent>,
    selection: &mut VersionSelection,
) {
    let Some(latest) = versions.last().map(VersionCandidate::content) else {
        return;
    };
    let wins = stored.is_none_or(|content| {
        content != latest && content.updated_at_micros <= latest.updated_at_micros
    });
    let mut position = start;
    for same_time in versions.chunk_by(|a, b| a.content().has_same_time_as(b.content())) {
        let mut seen: HashSet<VersionContent> = HashSet::new();
        for version in same_time {
            let content = version.content();
            // The first record of a version stands for it; most versions come once.
            let is_first = same_time.len() == 1 || seen.insert(content);
            if is_first && content == latest && wins {
                selection.selected.push(position);
            } else {
                let discarded = selection.discarded.entry(version.input).or_default();
                if !is_first || stored == Some(content) {
                    discarded.duplicate += 1;
                } else {
                    discarded.superseded += 1;
                }
            }
            position += 1;
        }
    }
}

#[cfg(test)]
mod tests;
