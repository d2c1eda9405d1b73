//! Which inputs are already committed: digests come in, and per table the set of those that are
//! present goes out.

use std::collections::HashSet;

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

/// The application id of an input's transaction in a table.
pub(super) fn app_id(table: &str, kind: &str, digest: &Digest) -> String {
    format!("{table}:{kind}:{digest}")
}

/// The application ids of a commit, one per digest; the digests must not be empty and must not
/// repeat.
pub(super) fn app_ids(
    table: &str,
    kind: &str,
    digests: &[Digest],
) -> Result<HashSet<String>, LakeError> {
    if digests.is_empty() {
        return Err(LakeError::NoInputs);
    }
    let mut ids = HashSet::with_capacity(digests.len());
    for digest in digests {
        if !ids.insert(app_id(table, kind, digest)) {
            return Err(LakeError::DuplicateInput { digest: *digest });
        }
    }
    Ok(ids)
}

/// The digests whose application ids are among `present`.
pub(super) fn present_digests(
    table: &str,
    kind: &str,
    digests: &[Digest],
    present: &HashSet<String>,
) -> Vec<Digest> {
    digests
        .iter()
        .filter(|digest| present.contains(&app_id(table, kind, digest)))
        .copied()
        .collect()
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
        Ok(present_digests(table, kind, digests, &present)
            .into_iter()
            .collect())
    }
}
