//! A run of one record kind: its inputs and options, and what it has committed and reported so far.

use std::sync::Arc;

use super::changed_input::{ChangedInput, InputDifference};
use super::counters::{InputCounters, RunCounters};
use super::error::RunError;
use super::input_reports::InputReports;
use super::listed_inputs::ListedInputs;
use super::options::{IngestOptions, IngestOutcome};
use super::pending_input::PendingInput;
use super::record_kind::RecordKind;
use crate::input::{Input, InputLocation, InputTotals};
use crate::lake::{
    CommitOutcome, CommittedVersions, Digest, InputRow, Lake, LakeError, inputs_spec, rejects_spec,
};
use crate::rules::RuleId;
use crate::run_report::{InputOutcome, TableVersions};

/// Creates the tables that are missing for a record kind.
pub(super) fn create_tables<K: RecordKind>(lake: &Lake) -> Result<(), LakeError> {
    let table = K::table();
    let states = table.states.map(|states| states());
    let specs = states
        .into_iter()
        .chain([table, rejects_spec(), inputs_spec()]);
    specs
        .into_iter()
        .try_for_each(|spec| lake.create_if_missing(&spec))
}

/// A run in progress.
pub(super) struct IngestRun<'a, K> {
    pub(super) inputs: &'a [Input],
    pub(super) options: &'a IngestOptions<K>,
    pub(super) counters: RunCounters,
    pub(super) reports: InputReports<'a>,
    /// The inputs that the lake lists.
    pub(super) listed: Arc<ListedInputs>,
    /// Further paths of contents that are in the lake.
    copies: Vec<InputRow>,
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
            listed: Arc::clone(&options.listed),
            copies: Vec::new(),
            versions: TableVersions::default(),
            failure: None,
        }
    }

    pub(super) fn run_id(&self) -> &'a str {
        &self.options.run.run_id
    }

    /// Reports the files that were ingested before; returns the positions of the inputs to be read.
    pub(super) fn skip_known_files(&mut self) -> Vec<usize> {
        let settings = &self.options.reading_settings;
        let inputs = self.inputs;
        let mut unread = Vec::new();
        for (index, input) in inputs.iter().enumerate() {
            let known = self.listed.known_file(input);
            // A file that would be read with other settings is read, and then refused or replaced.
            let known = known.filter(|known| {
                let hash = known.reading_settings.as_ref();
                known.is_ignored || settings.give_the_rows_of(hash)
            });
            let Some(known) = known else {
                unread.push(index);
                continue;
            };
            let outcome = if known.is_ignored {
                InputOutcome::Ignored
            } else {
                InputOutcome::AlreadyIngested
            };
            let mut counters = InputCounters::default();
            counters.counts.read = known.records;
            let counters = counters.for_known_input();
            self.counters.add(&counters);
            self.reports.record(index, outcome, None, &counters);
        }
        unread
    }

    /// Reads the listed inputs again: this run or another process has changed them.
    pub(super) fn read_listing(&mut self, lake: &Lake) -> Result<(), LakeError> {
        lake.recover_changed_inputs(self.run_id(), &K::table(), K::NAME)?;
        self.listed = Arc::new(ListedInputs::load(lake, &K::table(), K::NAME)?);
        Ok(())
    }

    /// Moves the inputs that may take the place of what their path brought before out of `to_read`:
    /// each is read alone.
    pub(super) fn take_replaceable(&self, to_read: &mut Vec<usize>) -> Vec<usize> {
        if self.options.changed_input != ChangedInput::Replace {
            return Vec::new();
        }
        let is_listed = |index: &usize| {
            let path = self.reports.path(*index);
            !self.is_stdin(*index) && self.listed.of_path(&path).next().is_some()
        };
        let (replaceable, others) = to_read.iter().partition(|index| is_listed(index));
        *to_read = others;
        replaceable
    }

    fn is_stdin(&self, index: usize) -> bool {
        let input = self.inputs.get(index);
        input.is_some_and(|input| input.location == InputLocation::Stdin)
    }

    /// How an input that has been read to its end differs from what is listed; standard input has no
    /// path that could bring other content, and the beginning of an input has no digest.
    pub(super) fn difference(
        &self,
        index: usize,
        totals: &InputTotals,
    ) -> (Option<Digest>, InputDifference) {
        let Some(input) = self.inputs.get(index) else {
            return (None, InputDifference::default());
        };
        let Some(digest) = self.options.run.kind.digest(input, totals) else {
            return (None, InputDifference::default());
        };
        let path = self.reports.path(index);
        let settings = &self.options.reading_settings;
        let difference = InputDifference::of(&self.listed, &path, digest, settings);
        if self.is_stdin(index) {
            return (Some(digest), difference.of_standard_input());
        }
        (Some(digest), difference)
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
        (digest, difference): (Digest, InputDifference),
        content: C,
    ) -> Result<PendingInput<C>, RunError> {
        let path = self.reports.path(index);
        let counts = counters.counts;
        if !counts.balances() {
            return Err(RunError::Unbalanced { path, counts });
        }
        Ok(PendingInput {
            index,
            path,
            digest,
            totals,
            reading_settings: self.settings_of(&counters),
            counters,
            difference,
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
        let is_known = outcome == InputOutcome::AlreadyIngested;
        if is_known && !self.is_stdin(input.index) {
            self.note_copy(input);
        }
        let counters = if is_known {
            &input.counters.for_known_input()
        } else {
            &input.counters
        };
        self.counters.add(counters);
        self.reports
            .record(input.index, outcome, Some(&input.totals), counters);
    }

    /// Notes the path of a known content if it is not listed with it.
    fn note_copy<C>(&mut self, input: &PendingInput<C>) {
        let mut of_path = self.listed.of_path(&input.path);
        if of_path.all(|listed| listed.row.digest != input.digest) {
            let row = input.row(&input.counters, false, self.options);
            self.copies.push(row.as_copy());
        }
    }

    /// Lists the further paths of contents that are in the lake.
    ///
    /// # Errors
    /// The lake fails.
    pub(super) fn list_copies(&mut self, lake: &Lake) -> Result<(), RunError> {
        let copies = std::mem::take(&mut self.copies);
        let version = lake.list_inputs(self.run_id(), &K::table(), K::NAME, copies)?;
        self.versions.inputs = version.or(self.versions.inputs);
        Ok(())
    }

    /// The hash of the settings for an input with these counters.
    fn settings_of(&self, counters: &InputCounters) -> Option<String> {
        let uses_zone = [RuleId::BrzTimeNooffset, RuleId::CplTsNooffset]
            .iter()
            .any(|rule| counters.warned_by_rule.contains_key(rule));
        let hash = self.options.reading_settings.of_input(uses_zone);
        hash.cloned()
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
