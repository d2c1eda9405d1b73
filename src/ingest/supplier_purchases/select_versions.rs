//! Selects the newest version of each purchase. In: the versions of a run, and those in the lake.
//! Out: the versions to be written, and the counts of those that are not.
//!
//! The greatest `updated_at` wins; of two contents with the same one, the later input in the
//! order of the run, then the later record. The order of the versions given does not matter.

use std::collections::{BTreeMap, HashSet};

use crate::supplier_purchase::SupplierPurchaseVersion;

/// Whether the inputs of a run are changes or a full snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SnapshotMode {
    /// The inputs contain changes: a missing purchase is unchanged.
    #[default]
    Incremental,
    /// The inputs contain all purchases of their companies: a missing purchase is deleted.
    Full,
}

/// An accepted version of a purchase, and its origin in the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct VersionCandidate {
    pub(super) version: SupplierPurchaseVersion,
    /// Position of its input in the order of the run.
    pub(super) input: usize,
    /// Its number among the accepted rows of the run.
    pub(super) row: u32,
}

/// The content of a version: two records with the same content are the same version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VersionContent {
    pub(super) updated_at_micros: i64,
    pub(super) version_hash: i64,
    pub(super) is_deleted: bool,
}

impl VersionContent {
    /// Whether the candidate is the same version; `is_deleted` is not compared, as a full snapshot
    /// may have set it.
    pub(super) fn is_same_version_as(self, candidate: &VersionCandidate) -> bool {
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
    pub(super) fn content(&self) -> VersionContent {
        VersionContent {
            updated_at_micros: self.version.updated_at_micros,
            version_hash: self.version.version_hash,
            is_deleted: self.version.is_deleted,
        }
    }
}

/// Numbers of accepted versions that are not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Discarded {
    /// The same version is in the run before, or in the lake.
    pub(super) duplicate: u64,
    /// A newer version is in the run or in the lake.
    pub(super) superseded: u64,
}

/// The result of a selection.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct VersionSelection {
    /// Positions of the versions to be written, at most one for each key, in the order of the keys.
    pub(super) selected: Vec<usize>,
    /// The versions that are not written, by input.
    pub(super) discarded: BTreeMap<usize, Discarded>,
}

impl VersionSelection {
    /// Adds versions that are not written, by input.
    pub(super) fn add(&mut self, discarded: impl IntoIterator<Item = (usize, Discarded)>) {
        for (input, more) in discarded {
            let discarded = self.discarded.entry(input).or_default();
            discarded.duplicate += more.duplicate;
            discarded.superseded += more.superseded;
        }
    }
}

/// Sorts candidates as [`select_newest`] requires: by key, `updated_at` and position in the run.
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

/// Selects the versions to be written from sorted candidates. `stored` returns the content in the
/// lake for the key whose first candidate is at a position.
///
/// A purchase marked as deleted because a full snapshot lacked it is restored by a full snapshot
/// that contains it, or by a newer version; an old copy of it does not restore it.
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

/// Selects from the versions of one key; the first is at position `start`.
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
            // Of equal versions the first record is taken; most versions occur once.
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
