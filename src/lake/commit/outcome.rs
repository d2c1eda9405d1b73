//! The outcome of a commit.

use std::collections::HashSet;

use super::identity::digests_of;
use crate::lake::Digest;

/// The outcome of a commit that creates the versions `V`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome<V> {
    /// The commit is in the lake and on disk.
    Committed(V),
    /// Another process has committed some of the inputs first, and nothing of the conflicting
    /// commit is in its table. Call [`Lake::committed_digests`](crate::lake::Lake) again, and redo
    /// the remaining inputs.
    AlreadyCommitted {
        /// The inputs that the other process has committed, in ascending order.
        digests: Vec<Digest>,
    },
}

/// The versions that the commit of rows, and of what belongs to them, has created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommittedVersions {
    /// The version of the rows table.
    pub rows: i64,
    /// The version of the table of rejects; `None` if none were committed with the rows.
    pub rejects: Option<i64>,
    /// The version of the table of inputs; `None` if another process has already listed them all.
    pub inputs: Option<i64>,
}

impl CommitOutcome<i64> {
    /// The outcome if these application ids are present; `None` if there are none.
    pub(super) fn of_present(app_ids: &HashSet<String>) -> Option<Self> {
        (!app_ids.is_empty()).then(|| Self::AlreadyCommitted {
            digests: digests_of(app_ids).collect(),
        })
    }

    /// The committed version, if there is one.
    pub(in crate::lake) fn version(&self) -> Option<i64> {
        match self {
            Self::Committed(version) => Some(*version),
            Self::AlreadyCommitted { .. } => None,
        }
    }
}
