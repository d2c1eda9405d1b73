//! Reads and validates inputs without writing anything.

use std::collections::HashSet;

use super::counters::{InputCounters, RunCounters};
use super::cross_chunk::{CheckedInput, CheckedKind, CrossChunkState, FinishedInput};
use super::error::RunError;
use super::input_reports::InputReports;
use super::options::IngestOutcome;
use super::record_kind::RecordKind;
use super::runner::{Flow, Progress, ResultSink, RunSettings, process_inputs};
use super::validate::ValidatedChunk;
use crate::input::{Input, InputTotals, Refusal, SourcePosition};
use crate::json::JsonOptions;
use crate::lake::Digest;
use crate::record::Finding;
use crate::run_report::InputOutcome;

/// The findings of one record.
#[derive(Clone, Debug)]
pub struct RecordFindings {
    /// Ordinal of the record in its input, from 0.
    pub ordinal: u64,
    /// Position of its first byte.
    pub position: SourcePosition,
    /// All its findings; it is rejected if one of them is rejecting.
    pub findings: Vec<Finding>,
}

/// Validates `inputs` as `ingest` does into an empty lake. `sink` receives the findings input by
/// input and in record order; the result holds the counts and one report per input.
///
/// # Errors
/// The run is interrupted, or the sink fails.
pub fn check_inputs<K: CheckedKind, E: From<RunError>>(
    inputs: &[Input],
    settings: &RunSettings<K>,
    reject_limit: f64,
    progress: &Progress,
    sink: &mut dyn FindingSink<E>,
) -> Result<IngestOutcome, E> {
    let settings = RunSettings {
        with_texts: true,
        ..settings.clone()
    };
    let mut check: CheckRun<'_, K, E> = CheckRun {
        inputs,
        kind: &settings.kind,
        json: settings.reader.json(),
        reject_limit,
        sink,
        open: InputCounters::default(),
        cross_chunk: K::CrossChunk::default(),
        contents: HashSet::new(),
        read: Vec::new(),
        reports: InputReports::new(inputs, K::NAME),
        failed: None,
    };
    let ended = process_inputs(inputs, &settings, progress, &mut check);
    if let Some(error) = check.failed {
        return Err(error);
    }
    ended?;
    Ok(check.finish())
}

/// Receives the findings of a check.
pub trait FindingSink<E> {
    /// A record with findings.
    ///
    /// # Errors
    /// The sink's own; the check ends with it.
    fn record(&mut self, input: usize, record: &RecordFindings) -> Result<(), E>;
    /// Discards the findings of the open input: it is read again with another encoding.
    ///
    /// # Errors
    /// The sink's own; the check ends with it.
    fn restart(&mut self) -> Result<(), E>;
    /// The open input has ended.
    ///
    /// # Errors
    /// The sink's own; the check ends with it.
    fn finish_input(&mut self, counters: &InputCounters) -> Result<(), E>;
}

struct CheckRun<'a, K: CheckedKind, E> {
    inputs: &'a [Input],
    kind: &'a K,
    json: JsonOptions,
    reject_limit: f64,
    sink: &'a mut dyn FindingSink<E>,
    open: InputCounters,
    cross_chunk: K::CrossChunk,
    /// Digests of the inputs that were not refused: the same content counts once.
    contents: HashSet<Digest>,
    read: Vec<CheckedInput>,
    reports: InputReports<'a>,
    failed: Option<E>,
}

impl<K: CheckedKind, E> CheckRun<'_, K, E> {
    fn keep_error(&mut self, result: Result<(), E>) -> Result<(), RunError> {
        result.map_err(|error| {
            self.failed = Some(error);
            RunError::Interrupted
        })
    }

    fn refuse(&mut self, input: usize, totals: Option<&InputTotals>) -> Result<(), RunError> {
        self.cross_chunk.discard_input();
        let counters = std::mem::take(&mut self.open);
        let outcome = InputOutcome::Refused;
        self.reports.record(input, outcome, totals, &counters);
        let result = self.sink.finish_input(&counters);
        self.keep_error(result)
    }

    fn finish(self) -> IngestOutcome {
        let Self {
            mut cross_chunk,
            mut read,
            mut reports,
            ..
        } = self;
        let mut counters = RunCounters::default();
        cross_chunk.finish_run(&mut read, &mut reports, &mut counters);
        for input in read {
            let (outcome, of_input) = if input.is_copy {
                (
                    InputOutcome::AlreadyIngested,
                    input.counters.for_known_input(),
                )
            } else {
                (InputOutcome::Checked, input.counters)
            };
            counters.add(&of_input);
            reports.record(input.index, outcome, Some(&input.totals), &of_input);
        }
        IngestOutcome {
            counters,
            inputs: reports.finish(),
            ..IngestOutcome::default()
        }
    }
}

impl<K: CheckedKind, E> ResultSink<K> for CheckRun<'_, K, E> {
    fn on_restart(&mut self, _input: usize) -> Result<(), RunError> {
        self.open = InputCounters::default();
        self.cross_chunk.discard_input();
        let result = self.sink.restart();
        self.keep_error(result)
    }

    fn on_chunk(
        &mut self,
        input: usize,
        mut validated: ValidatedChunk<K>,
    ) -> Result<Flow, RunError> {
        if self.open.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let base = self.open.counts.read - self.open.counts.skipped;
        self.open.add(&validated);
        if let Some(rows) = validated.rows.take() {
            self.cross_chunk.add_chunk(rows, &mut self.open)?;
        }
        for record in findings_by_record(validated, base) {
            let result = self.sink.record(input, &record);
            self.keep_error(result)?;
        }
        Ok(if self.open.refusal.is_some() {
            Flow::SkipInput
        } else {
            Flow::Continue
        })
    }

    fn on_abandoned(&mut self, input: usize) -> Result<(), RunError> {
        self.refuse(input, None)
    }

    fn on_end(&mut self, index: usize, totals: InputTotals) -> Result<(), RunError> {
        self.open.close(self.reject_limit, &totals);
        let input = self
            .inputs
            .get(index)
            .filter(|_| self.open.refusal.is_none());
        let Some(input) = input else {
            return self.refuse(index, Some(&totals));
        };
        let mut counters = std::mem::take(&mut self.open);
        let ended = FinishedInput {
            index,
            input,
            totals: &totals,
            kind: self.kind,
            json: self.json,
        };
        self.cross_chunk.finish_input(&ended, &mut counters);
        let result = self.sink.finish_input(&counters);
        let is_copy = !self.contents.insert(self.kind.digest(input, &totals));
        self.read.push(CheckedInput {
            index,
            totals,
            counters,
            is_copy,
        });
        self.keep_error(result)
    }

    fn on_refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.refusal.get_or_insert(refusal);
        self.refuse(input, None)
    }
}

/// Rejects and warnings of a chunk in the order of its records.
fn findings_by_record<K: RecordKind>(
    validated: ValidatedChunk<K>,
    base: u64,
) -> Vec<RecordFindings> {
    let mut records: Vec<RecordFindings> = validated
        .rejects
        .into_iter()
        .map(|reject| RecordFindings {
            ordinal: base + reject.ordinal,
            position: reject.position,
            findings: reject.findings,
        })
        .collect();
    for warning in validated.warnings {
        let ordinal = base + warning.ordinal;
        match records.last_mut().filter(|last| last.ordinal == ordinal) {
            Some(last) => last.findings.push(warning.finding),
            None => records.push(RecordFindings {
                ordinal,
                position: warning.position,
                findings: vec![warning.finding],
            }),
        }
    }
    records.sort_by_key(|record| record.ordinal);
    records
}
