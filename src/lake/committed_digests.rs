//! Which inputs are already committed: digests come in, and per table the set of those that are
//! present goes out.

use std::collections::HashSet;

use super::commit::{app_id, digests_of};
use super::table_spec::{INPUTS, REJECTS};
use super::{Digest, Lake, LakeError};

/// Those of the requested digests that are committed, by table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommittedDigests {
    /// Their accepted rows are in the rows table.
    pub rows: HashSet<Digest>,
    /// Their rejects are in the table of rejects.
    pub rejects: HashSet<Digest>,
    /// They have a row in the table of inputs.
    pub inputs: HashSet<Digest>,
}

impl CommittedDigests {
    /// Whether the rows of an input are in the lake, and its rejects are not: a stopped change of
    /// inputs has taken them out.
    pub fn is_without_rejects(&self, digest: &Digest) -> bool {
        self.rows.contains(digest) && !self.rejects.contains(digest)
    }
}

impl Lake {
    /// Looks up inputs by their digests, in one pass over each log. Tables that do not exist
    /// contain none.
    ///
    /// `rows_table` is the name of the table of accepted rows, `kind` the record kind.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn committed_digests(
        &self,
        rows_table: &str,
        kind: &str,
        digests: &[Digest],
    ) -> Result<CommittedDigests, LakeError> {
        let committed = |table: &str| self.committed_in(table, kind, digests);
        Ok(CommittedDigests {
            rows: committed(rows_table)?,
            rejects: committed(REJECTS)?,
            inputs: committed(INPUTS)?,
        })
    }

    /// The digests that have a transaction in one table; they are durable when it returns.
    pub(super) fn committed_in(
        &self,
        table: &str,
        kind: &str,
        digests: &[Digest],
    ) -> Result<HashSet<Digest>, LakeError> {
        let wanted = digests
            .iter()
            .map(|digest| app_id(table, kind, digest))
            .collect();
        let present = self.log(table)?.present_app_ids(&wanted)?;
        if !present.is_empty() {
            self.sync_log(table)?;
        }
        Ok(digests_of(&present).collect())
    }
}
