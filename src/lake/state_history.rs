//! The table with every state of a table that keeps only the newest ones: the commits of the newest
//! states come in; each one's states go into the table of states once, in the order of the commits.
//!
//! ```text
//! rows: version N, names files and origins -> states: without the origins, with the files
//! ```
//!
//! Both commits give the transaction `<table>:history` the version N: the tables belong together
//! while their values are equal. Without the transaction a table of states is empty, and rows have no
//! history. If the values differ, [`Lake::complete_history`] makes the table of states what it must
//! be; every writer calls it before it plans a change of the rows:
//!
//! | value of the table of states | result |
//! |---|---|
//! | the log of the rows leads from it to theirs | the commits in between are recorded |
//! | the rows were restored: an older version has a value that the log of the rows leads through | that version is restored |
//! | the rows have no history, or the log or files are gone | the history begins with the rows as they are |
//!
//! The states of an input that left before the history began are not in it: such an input cannot be
//! taken out.

use std::collections::{BTreeSet, HashSet};

use super::counts::{signed, unsigned};
use super::staged::StagedFiles;
use super::{Digest, InputChangeError, Lake, LakeError, TableSpec, log};

mod begin;
mod leaving_states;
mod record;
mod state_columns;

pub use leaving_states::{BrokenSnapshots, LeavingStates};
pub use state_columns::{
    COMMIT_ORDER, COMMIT_ROW, SNAPSHOT_DATE, STATE_COLUMNS, StateOrder, state_columns,
};

/// How often the tables are compared again, because other processes change them.
const MAX_STEPS: usize = 1000;

/// The application id of the transaction that both tables have.
pub(super) fn history_id(table: &str) -> String {
    format!("{table}:history")
}

impl Lake {
    /// Makes the table of states complete: it then has the states of all commits of `rows`. `staged`
    /// are the files of the commit of a version, if this process has written them. Returns whether the
    /// history was begun anew. A table without a table of states is always complete.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if all attempts conflicted with other writers, or an error of the
    /// store.
    pub fn complete_history(
        &self,
        run_id: &str,
        rows: &TableSpec,
        staged: Option<(i64, &StagedFiles)>,
    ) -> Result<bool, LakeError> {
        let Some(states) = rows.states.map(|states| states()) else {
            return Ok(false);
        };
        let mut is_begun = false;
        for _ in 0..MAX_STEPS {
            let known = self.history_of(states.name, None)?;
            let current = self.history_of_rows(rows, None)?;
            if current == Some(known) {
                return Ok(is_begun);
            }
            let is_completed = match current {
                Some(current) => self.follow(run_id, rows, &states, (known, current), staged)?,
                None => false,
            };
            if !is_completed {
                self.begin_history(run_id, rows, &states)?;
                is_begun = true;
            }
        }
        Err(InputChangeError::HistoryBehind(states.name.to_owned()).into())
    }

    /// Takes the table of states one step from its value to that of the rows; `false` if the logs do
    /// not lead there.
    fn follow(
        &self,
        run_id: &str,
        rows: &TableSpec,
        states: &TableSpec,
        (known, current): (i64, i64),
        staged: Option<(i64, &StagedFiles)>,
    ) -> Result<bool, LakeError> {
        let (rows_log, id) = (self.log(rows.name)?, history_id(rows.name));
        let chain = rows_log.chain(&id, current, known)?;
        if let Some(oldest) = chain.commits.last()
            && chain.before == Some(known)
        {
            let of_oldest = |(version, _): &(i64, &StagedFiles)| *version == signed(oldest.version);
            let staged = staged.filter(of_oldest).map(|(_, files)| files);
            if self.record_states(run_id, rows, states, oldest, known, staged)? {
                return Ok(true);
            }
        }
        let whole = rows_log.chain(&id, current, 0)?;
        let versions = whole.commits.iter().map(|commit| signed(commit.version));
        let values: HashSet<i64> = versions.chain([current]).collect();
        self.return_to(run_id, states, &values)
    }

    /// The value of the transaction of a table at a version of it, or at the newest; 0 without one.
    pub(super) fn history_of(&self, table: &str, version: Option<u64>) -> Result<i64, LakeError> {
        let id = history_id(table);
        let wanted = |of: &str| of == id;
        let versions = self.log(table)?.transaction_versions(&wanted, version)?;
        Ok(versions.get(&id).copied().unwrap_or_default())
    }

    /// The value of the rows at a version, or at the newest; `None` if they have no history.
    pub(super) fn history_of_rows(
        &self,
        rows: &TableSpec,
        version: Option<i64>,
    ) -> Result<Option<i64>, LakeError> {
        let value = self.history_of(rows.name, version.map(unsigned))?;
        if value != 0 {
            return Ok(Some(value));
        }
        let is_empty = match self.snapshot(rows.name, version, None) {
            Err(LakeError::NoTable { .. }) => true,
            snapshot => snapshot?.files.is_empty(),
        };
        Ok(is_empty.then_some(0))
    }

    /// Whether the tables belong together at these versions of them.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn is_history_complete(
        &self,
        rows: (&TableSpec, i64),
        states: (&TableSpec, i64),
    ) -> Result<bool, LakeError> {
        let current = self.history_of_rows(rows.0, Some(rows.1))?;
        let known = self.history_of(states.0.name, Some(unsigned(states.1)))?;
        Ok(current == Some(known))
    }

    /// Those of the contents whose states are in the table of states at a version of it.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn contents_with_states(
        &self,
        states: (&TableSpec, i64),
        record_kind: &str,
        digests: &BTreeSet<Digest>,
    ) -> Result<BTreeSet<Digest>, LakeError> {
        let (spec, version) = (states.0, Some(unsigned(states.1)));
        let mut versions = self.versions_in(spec.name, record_kind, digests, version)?;
        versions.retain(|_, version| *version >= log::COMMITTED);
        Ok(versions.into_keys().collect())
    }

    /// Those of the contents that are in the table of rows and whose states are not kept, because they
    /// were ingested before the history began.
    ///
    /// # Errors
    /// As [`Lake::complete_history`].
    pub fn contents_before_history(
        &self,
        run_id: &str,
        rows: &TableSpec,
        record_kind: &str,
        digests: &BTreeSet<Digest>,
    ) -> Result<BTreeSet<Digest>, LakeError> {
        let Some(states) = rows.states.map(|states| states()) else {
            return Ok(BTreeSet::new());
        };
        for _ in 0..MAX_STEPS {
            self.complete_history(run_id, rows, None)?;
            let newest = |table| self.newest_version(table).map(Option::unwrap_or_default);
            let versions = (newest(rows.name)?, newest(states.name)?);
            let of_rows = (rows, signed(versions.0));
            let of_states = (&states, signed(versions.1));
            // Another process may have committed rows whose states are still to come.
            if self.is_history_complete(of_rows, of_states)? {
                let kept = self.contents_with_states(of_states, record_kind, digests)?;
                let at = Some(versions.0);
                let mut in_rows = self.versions_in(rows.name, record_kind, digests, at)?;
                in_rows
                    .retain(|digest, version| *version >= log::COMMITTED && !kept.contains(digest));
                return Ok(in_rows.into_keys().collect());
            }
        }
        Err(InputChangeError::HistoryBehind(states.name.to_owned()).into())
    }
}
