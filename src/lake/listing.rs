//! Changes of rows of the table of inputs: rows come in, each new or a later state of a listed one;
//! a version that has them goes out.
//!
//! The commit of the rows of inputs names a data file with these rows, which was already durable
//! ([`super::recovery`]). So every process that finds an unfinished change lists the same.

use std::collections::{BTreeSet, HashMap, HashSet};

use deltalake::kernel::Transaction;

use super::actions::remove_actions;
use super::commit::{CommitIdentity, CommitOperation, PlannedCommit, app_id};
use super::inputs::{ListedInput, listed_in};
use super::staged::StagedFiles;
use super::table::loaded_state;
use super::table_spec::{INPUTS, TableSpec, inputs_spec};
use super::{Digest, FileRef, InputRow, Lake, LakeError, Snapshot, log};

/// The table of inputs after a change.
struct NextListing<'r> {
    /// The files that hold changed rows.
    removed: Vec<FileRef>,
    /// The other rows of these files.
    kept: Vec<ListedInput>,
    /// The given rows that the table gets; the others are listed already, or are out.
    changed: Vec<&'r ListedInput>,
    /// Kind and content of all current rows.
    current: HashSet<(String, Digest)>,
}

impl Lake {
    /// Lists rows of inputs of `rows_table`, in place of the rows of the same path, content and run.
    /// A row that was replaced or removed stays as it is. Returns the version of the table of
    /// inputs; `None` if it has these rows already. `file` is a staged file with exactly these rows,
    /// which is kept in any case.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if all attempts conflicted with other writers, or an error of the
    /// store.
    pub(super) fn change_listing(
        &self,
        run_id: &str,
        rows_table: &str,
        rows: &[ListedInput],
        file: Option<&StagedFiles>,
    ) -> Result<Option<i64>, LakeError> {
        let spec = inputs_spec();
        let identity = CommitIdentity::of_maintenance(&spec, run_id, &format!("list-{run_id}"));
        let committed = self.commit(&identity, &mut |table| {
            let state = loaded_state(spec.name, table)?;
            let snapshot = self.snapshot_of(spec.name, state, None)?;
            let next = self.next_listing(&snapshot, rows)?;
            if next.changed.is_empty() {
                return Ok(None);
            }
            let in_table = |staged: &&StagedFiles| {
                let mut files = snapshot.files.iter();
                files.any(|file| {
                    let mut staged = staged.files.iter();
                    staged.any(|staged| staged.relative_path == file.relative_path)
                })
            };
            let is_exact = next.changed.len() == rows.len();
            let in_file = file.filter(|staged| is_exact && !in_table(staged));
            let transactions = self.listing_transactions(rows_table, &next, rows)?;
            let mut written = next.kept;
            if in_file.is_none() {
                written.extend(next.changed.into_iter().cloned());
            }
            let staged = self.stage_listing(run_id, &written)?.files;
            let mut adds = self.add_actions(&spec, &staged)?;
            if let Some(file) = in_file {
                adds.extend(self.add_actions(&spec, file)?);
            }
            Ok::<_, LakeError>(Some(PlannedCommit {
                removes: remove_actions(spec.name, state, &next.removed)?,
                adds,
                transactions,
                temporary: vec![staged],
                ..PlannedCommit::new(CommitOperation::Change)
            }))
        })?;
        Ok(committed.version())
    }

    /// The table after the change of a version of it.
    fn next_listing<'r>(
        &self,
        snapshot: &Snapshot,
        rows: &'r [ListedInput],
    ) -> Result<NextListing<'r>, LakeError> {
        let spec = inputs_spec();
        // What is left are rows that are not listed yet.
        let mut changes: HashMap<_, &ListedInput> =
            rows.iter().map(|row| (row.key(), row)).collect();
        let mut next = NextListing {
            removed: Vec::new(),
            kept: Vec::new(),
            changed: Vec::new(),
            current: HashSet::new(),
        };
        let mut current_paths: HashSet<(String, Digest, String)> = HashSet::new();
        for file in &snapshot.files {
            let mut kept = Vec::new();
            let mut is_changed = false;
            for batch in self.read_rows(&spec, file, None)? {
                for listed in listed_in(&batch?)? {
                    let change = changes.remove(&listed.key());
                    // A further path of a content never takes the place of its counts.
                    let is_change = |row: &&ListedInput| {
                        let loses_counts = row.is_copy() && listed.is_current();
                        !listed.is_out() && **row != listed && !loses_counts
                    };
                    let change = change.filter(is_change);
                    let after = change.unwrap_or(&listed);
                    if after.is_current() {
                        next.current.insert(after.content());
                        let (kind, digest) = after.content();
                        current_paths.insert((kind, digest, after.row.path.clone()));
                    }
                    match change {
                        Some(row) => {
                            is_changed = true;
                            next.changed.push(row);
                        }
                        None => kept.push(listed),
                    }
                }
            }
            if is_changed {
                next.removed.push(file.clone());
                next.kept.extend(kept);
            }
        }
        for row in rows.iter().filter(|row| changes.contains_key(&row.key())) {
            let (kind, digest) = row.content();
            let is_listed = current_paths.contains(&(kind, digest, row.row.path.clone()));
            if row.is_copy() && is_listed {
                continue;
            }
            if row.is_current() {
                next.current.insert(row.content());
            }
            next.changed.push(row);
        }
        Ok(next)
    }

    /// The transactions of the contents of the given rows: the version that the table of rows has
    /// while a row is current.
    fn listing_transactions(
        &self,
        rows_table: &str,
        next: &NextListing<'_>,
        rows: &[ListedInput],
    ) -> Result<Vec<Transaction>, LakeError> {
        let contents: BTreeSet<(String, Digest)> = rows.iter().map(ListedInput::content).collect();
        let in_rows = |kind: &str, digest: &Digest| app_id(rows_table, kind, digest);
        let ids: HashSet<String> = contents
            .iter()
            .map(|(kind, digest)| in_rows(kind, digest))
            .collect();
        let wanted = |id: &str| ids.contains(id);
        let versions = self.log(rows_table)?.transaction_versions(&wanted, None)?;
        let transactions = contents.iter().map(|content| {
            let (kind, digest) = content;
            let version = versions.get(&in_rows(kind, digest)).copied();
            let version = version.unwrap_or(log::COMMITTED);
            let is_current = next.current.contains(content);
            let version = if is_current { version } else { log::WITHDRAWN };
            Transaction::new(app_id(INPUTS, kind, digest), version)
        });
        Ok(transactions.collect())
    }

    /// Lists inputs that bring no rows: further paths of contents that are in the tables, unless they
    /// are listed with their content already, and ignored inputs. Returns the version of the table of
    /// inputs, if it has a new one.
    ///
    /// # Errors
    /// As [`Lake::change_inputs`].
    pub fn list_inputs(
        &self,
        run_id: &str,
        rows_table: &TableSpec,
        record_kind: &str,
        inputs: Vec<InputRow>,
    ) -> Result<Option<i64>, LakeError> {
        if inputs.is_empty() {
            return Ok(None);
        }
        let listed = inputs.into_iter().map(|row| ListedInput {
            run_id: run_id.to_owned(),
            record_kind: record_kind.to_owned(),
            row,
        });
        let rows: Vec<ListedInput> = listed.collect();
        self.change_listing(run_id, rows_table.name, &rows, None)
    }
}
