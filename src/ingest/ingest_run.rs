//! A run of one record kind: its inputs and options, and what it has committed and reported so far.

use super::counters::{InputCounters, RunCounters};
use super::error::RunError;
use super::input_reports::InputReports;
use super::options::{IngestOptions, IngestOutcome};
use super::pending_input::PendingInput;
use super::record_kind::RecordKind;
use crate::input::{Input, InputTotals};
use crate::lake::{CommitOutcome, CommittedVersions, Lake, LakeError, inputs_spec, rejects_spec};
use crate::run_report::{InputOutcome, TableVersions};

/// Creates the tables that are missing for a record kind.
pub(super) fn create_tables<K: RecordKind>(lake: &Lake) -> Result<(), LakeError> {
    let specs = [K::table(), rejects_spec(), inputs_spec()];
    specs
        .iter()
        .try_for_each(|spec| lake.create_if_missing(spec))
}

/// A run in progress.
pub(super) struct IngestRun<'a, K> {
    pub(super) inputs: &'a [Input],
    pub(super) options: &'a IngestOptions<K>,
    pub(super) counters: RunCounters,
    pub(super) reports: InputReports<'a>,
    /// Versions of the latest commits.
    pub(super) versions: TableVersions,
    /// A failure after the rows of the latest commit were committed.
    failure: Option<RunError>,
}

impl<'a, K: RecordKind> IngestRun<'a, K> {
    /// A run that has read nothing.
    pub(super) fn new(inputs: &'a [Input], options: &'a IngestOptions<K>) -> Self {
        Self {
            inputs,
            options,
            counters: RunCounters::default(),
            reports: InputReports::new(inputs, K::NAME),
            versions: TableVersions::default(),
            failure: None,
        }
    }

    pub(super) fn run_id(&self) -> &'a str {
        &self.options.run.run_id
    }

    /// Reports the files that were ingested before; returns the positions of the inputs to be read.
    pub(super) fn skip_known_files(&mut self) -> Vec<usize> {
        let known = &self.options.known_files;
        let inputs = self.inputs;
        let mut unread = Vec::new();
        for (index, input) in inputs.iter().enumerate() {
            let Some(records) = known.record_count(input) else {
                unread.push(index);
                continue;
            };
            let mut counters = InputCounters::default();
            counters.counts.read = records;
            let counters = counters.for_known_input();
            self.counters.add(&counters);
            let outcome = InputOutcome::AlreadyIngested;
            self.reports.record(index, outcome, None, &counters);
        }
        unread
    }

    /// An input that has been read to its end as one that is ready to be committed.
    ///
    /// # Errors
    /// [`RunError::Unbalanced`] if not all of its records are accounted for.
    pub(super) fn close<C>(
        &self,
        index: usize,
        totals: InputTotals,
        counters: InputCounters,
        content: C,
    ) -> Result<PendingInput<C>, RunError> {
        let path = self.reports.path(index);
        let counts = counters.counts;
        let input = self.inputs.get(index).filter(|_| counts.balances());
        let Some(input) = input else {
            return Err(RunError::Unbalanced { path, counts });
        };
        Ok(PendingInput {
            index,
            path,
            digest: self.options.run.kind.digest(input, &totals),
            totals,
            counters,
            content,
        })
    }

    /// Records the outcome of a commit of rows; returns whether they are committed. `false` if
    /// another process committed some of the inputs first.
    ///
    /// # Errors
    /// The rows are not committed. A failure after their commit is returned by
    /// [`IngestRun::take_failure`].
    pub(super) fn record_commit(
        &mut self,
        committed: Result<CommitOutcome<CommittedVersions>, impl Into<RunError>>,
    ) -> Result<bool, RunError> {
        let rows = match committed.map_err(Into::into) {
            Ok(CommitOutcome::Committed(versions)) => {
                self.versions.rejects = versions.rejects.or(self.versions.rejects);
                self.versions.inputs = versions.inputs.or(self.versions.inputs);
                versions.rows
            }
            Ok(CommitOutcome::AlreadyCommitted { .. }) => return Ok(false),
            Err(error) => {
                let Some(version) = error.rows_version() else {
                    return Err(error);
                };
                self.failure = Some(error);
                version
            }
        };
        *K::rows_version(&mut self.versions) = Some(rows);
        Ok(true)
    }

    /// The failure that followed the latest commit of rows.
    pub(super) fn take_failure(&mut self) -> Result<(), RunError> {
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Records the outcome of an input. Of one that was ingested before, this run wrote nothing.
    pub(super) fn record<C>(&mut self, input: &PendingInput<C>, outcome: InputOutcome) {
        let counters = if outcome == InputOutcome::AlreadyIngested {
            &input.counters.for_known_input()
        } else {
            &input.counters
        };
        self.counters.add(counters);
        self.reports
            .record(input.index, outcome, Some(&input.totals), counters);
    }

    /// The counts, reports and versions of the run.
    pub(super) fn finish(self) -> IngestOutcome {
        IngestOutcome {
            counters: self.counters,
            inputs: self.reports.finish(),
            versions: self.versions,
        }
    }
}
