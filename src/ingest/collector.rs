//! Collects validated chunks in order, accepts or refuses each input at its end, and has the
//! accepted ones committed. What differs by record kind is its [`CommitPolicy`]. A check does the
//! same without a lake, and reports the findings instead of keeping the rejects.

use arrow::array::RecordBatch;

use super::counters::InputCounters;
use super::element_index::ElementCounts;
use super::error::RunError;
use super::findings::{CheckEvent, FindingSink, findings_by_record};
use super::ingest_run::IngestRun;
use super::options::{IngestFailure, IngestOptions, IngestOutcome};
use super::pending_input::PendingInput;
use super::record_kind::RecordKind;
use super::reject_rows::reject_rows;
use super::runner::{Flow, Progress, ResultSink, process_inputs};
use super::validate::ValidatedChunk;
use crate::input::{Input, InputTotals, PassedOver, PassedOverCount, Refusal};
use crate::run_report::InputOutcome;

/// How the inputs of a record kind are committed, or in a check, counted.
pub(super) trait CommitPolicy<K: RecordKind> {
    /// Whether an input that takes the place of others is read alone, and committed by itself.
    const REPLACES_ALONE: bool = false;

    /// What is kept of an input until its commit.
    type Content: Default;

    /// Adds a chunk to the open input, whose counters include it; may refuse the input.
    fn add_chunk(
        &mut self,
        run: &mut IngestRun<'_, K>,
        open: &mut OpenInput<Self::Content>,
        chunk: CollectedChunk<K>,
    ) -> Result<(), RunError>;

    /// Discards the open input: it is refused or read again.
    fn discard(&mut self, content: Self::Content) -> Result<(), RunError>;

    /// Takes an input that is complete and not refused; may commit it, and others.
    fn add_input(
        &mut self,
        run: &mut IngestRun<'_, K>,
        input: PendingInput<Self::Content>,
    ) -> Result<(), RunError>;

    /// The next pass reads this input alone, because it may take the place of what its path brought
    /// before.
    fn begin_replacement(
        &mut self,
        _run: &mut IngestRun<'_, K>,
        _index: usize,
    ) -> Result<(), RunError> {
        Ok(())
    }

    /// The next passes read other inputs.
    fn end_replacement(&mut self, _run: &mut IngestRun<'_, K>) {}

    /// Commits the remaining inputs; returns the positions of those to be read again, because
    /// another process has changed the lake meanwhile.
    fn commit(&mut self, run: &mut IngestRun<'_, K>) -> Result<Vec<usize>, RunError>;

    /// Adds the findings on the run as a whole, also after a failure.
    fn finish(self, _run: &mut IngestRun<'_, K>)
    where
        Self: Sized,
    {
    }
}

/// The input that is being read.
#[derive(Default)]
pub(super) struct OpenInput<C> {
    pub(super) counters: InputCounters,
    pub(super) content: C,
}

/// The accepted rows and the rejects of a chunk.
pub(super) struct CollectedChunk<K: RecordKind> {
    /// Position of its input among the inputs of the run.
    pub(super) index: usize,
    /// Number of records of the input before the chunk.
    pub(super) first_record: i64,
    /// Numbered within the chunk.
    pub(super) rows: Option<K::Rows>,
    /// Numbered within the input.
    pub(super) rejects: Option<RecordBatch>,
}

/// Ingests inputs with this policy, or checks them if there is a sink of findings.
///
/// # Errors
/// The lake fails, record counts are inconsistent, or the run is interrupted.
pub(super) fn collect<K: RecordKind, P: CommitPolicy<K>>(
    inputs: &[Input],
    options: &IngestOptions<K>,
    progress: &Progress,
    policy: P,
    findings: Option<&mut FindingSink<'_>>,
) -> Result<IngestOutcome, IngestFailure> {
    let mut collector = Collector {
        run: IngestRun::new(inputs, options),
        policy,
        findings,
        current_inputs: Vec::new(),
        open: OpenInput::default(),
    };
    let ended = collector.read_all(progress);
    let Collector {
        mut run, policy, ..
    } = collector;
    policy.finish(&mut run);
    let ingested = run.finish();
    match ended {
        Ok(()) => Ok(ingested),
        Err(error) => Err(IngestFailure {
            error,
            ingested: Box::new(ingested),
        }),
    }
}

struct Collector<'a, 's, K: RecordKind, P: CommitPolicy<K>> {
    run: IngestRun<'a, K>,
    policy: P,
    /// Receives the findings of a check.
    findings: Option<&'a mut FindingSink<'s>>,
    /// Positions of the inputs of the current pass.
    current_inputs: Vec<usize>,
    open: OpenInput<P::Content>,
}

impl<K: RecordKind, P: CommitPolicy<K>> Collector<'_, '_, K, P> {
    fn read_all(&mut self, progress: &Progress) -> Result<(), RunError> {
        let mut to_read = self.run.skip_known_files();
        let alone = if P::REPLACES_ALONE {
            self.run.take_replaceable(&mut to_read)
        } else {
            Vec::new()
        };
        for index in alone {
            let mut alone = vec![index];
            while !alone.is_empty() {
                self.policy.begin_replacement(&mut self.run, index)?;
                self.read(alone, progress)?;
                alone = self.policy.commit(&mut self.run)?;
            }
            self.policy.end_replacement(&mut self.run);
        }
        // An input that another process committed meanwhile is read again and then recognised.
        loop {
            self.read(to_read, progress)?;
            to_read = self.policy.commit(&mut self.run)?;
            if to_read.is_empty() {
                return Ok(());
            }
        }
    }

    fn read(&mut self, to_read: Vec<usize>, progress: &Progress) -> Result<(), RunError> {
        if to_read.is_empty() {
            return Ok(());
        }
        let list: Vec<Input> = to_read
            .iter()
            .filter_map(|&index| self.run.inputs.get(index).cloned())
            .collect();
        self.current_inputs = to_read;
        process_inputs(&list, &self.run.options.run, progress, self)
    }

    fn index(&self, input: usize) -> usize {
        self.current_inputs.get(input).copied().unwrap_or(input)
    }

    fn report(&mut self, event: CheckEvent<'_>) -> Result<(), RunError> {
        self.findings.as_mut().map_or(Ok(()), |sink| sink(event))
    }

    /// The rejects of a chunk as rows, if there are any; a check reports them instead, with the
    /// warnings. `base` records of the input precede the chunk.
    fn reject_rows(
        &mut self,
        index: usize,
        validated: &mut ValidatedChunk<K>,
        base: u64,
        elements: ElementCounts,
    ) -> Result<Option<RecordBatch>, RunError> {
        if let Some(sink) = &mut self.findings {
            if let Some(input) = self.run.inputs.get(index) {
                let mut records = findings_by_record(validated, base, elements).into_iter();
                records.try_for_each(|record| sink(CheckEvent::Record(input, record)))?;
            }
            return Ok(None);
        }
        if validated.rejects.is_empty() {
            return Ok(None);
        }
        let path = self.run.reports.path(index);
        let rows = reject_rows(&validated.rejects, base, &path, self.run.run_id())?;
        Ok(Some(rows))
    }

    /// Only the beginning of an input was read: its records are counted, and nothing is said about the
    /// input as a whole or compared with other inputs.
    fn end_of_beginning(&mut self, input: usize, totals: &InputTotals) -> Result<(), RunError> {
        if self.open.counters.refusal.is_some() {
            return self.refuse(input, Some(totals));
        }
        let OpenInput { counters, content } = std::mem::take(&mut self.open);
        self.policy.discard(content)?;
        let index = self.index(input);
        if !counters.counts.balances() {
            return Err(RunError::Unbalanced {
                path: self.run.reports.path(index),
                counts: counters.counts,
            });
        }
        self.run.counters.add(&counters);
        let outcome = InputOutcome::Checked;
        self.run
            .reports
            .record(index, outcome, Some(totals), &counters);
        self.report(CheckEvent::InputEnd(&counters))
    }

    fn refuse(&mut self, input: usize, totals: Option<&InputTotals>) -> Result<(), RunError> {
        let OpenInput { counters, content } = std::mem::take(&mut self.open);
        self.policy.discard(content)?;
        let index = self.index(input);
        if !counters.counts.balances() {
            return Err(RunError::Unbalanced {
                path: self.run.reports.path(index),
                counts: counters.counts,
            });
        }
        let digest = totals.and_then(|totals| self.run.difference(index, totals).0);
        let is_ignored = digest.is_some_and(|digest| self.run.listed.is_ignored(digest));
        let outcome = if is_ignored {
            InputOutcome::Ignored
        } else {
            InputOutcome::Refused
        };
        self.run.reports.record(index, outcome, totals, &counters);
        self.report(CheckEvent::InputEnd(&counters))
    }
}

impl<K: RecordKind, P: CommitPolicy<K>> ResultSink<K> for Collector<'_, '_, K, P> {
    fn on_restart(&mut self, _input: usize) -> Result<(), RunError> {
        let open = std::mem::take(&mut self.open);
        self.policy.discard(open.content)?;
        self.report(CheckEvent::Restart)
    }

    fn on_chunk(
        &mut self,
        input: usize,
        mut validated: ValidatedChunk<K>,
    ) -> Result<Flow, RunError> {
        if self.open.counters.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let index = self.index(input);
        let counts = self.open.counters.counts;
        let base = counts.read - counts.skipped;
        let elements = self.open.counters.elements;
        self.open.counters.add(&validated);
        let chunk = CollectedChunk {
            index,
            // Records of one input, far below i64.
            first_record: i64::try_from(base).unwrap_or(i64::MAX),
            rejects: self.reject_rows(index, &mut validated, base, elements)?,
            rows: validated.rows,
        };
        self.policy
            .add_chunk(&mut self.run, &mut self.open, chunk)?;
        Ok(if self.open.counters.refusal.is_some() {
            Flow::SkipInput
        } else {
            Flow::Continue
        })
    }

    fn on_end(&mut self, input: usize, totals: InputTotals) -> Result<(), RunError> {
        let limit = self.run.options.reject_limit;
        self.open.counters.close(limit, &totals);
        let (digest, difference) = self.run.difference(self.index(input), &totals);
        let Some(digest) = digest else {
            return self.end_of_beginning(input, &totals);
        };
        let counters = &mut self.open.counters;
        if counters.refusal.is_none() && counters.counts.accepted > 0 {
            let kind = &self.run.options.run.kind;
            counters.refusal =
                kind.refusal_of_input(counters.with_quantity, counters.without_quantity);
        }
        if self.open.counters.refusal.is_none() {
            self.open.counters.refusal = difference.refusal(self.run.options.changed_input);
        }
        if self.open.counters.refusal.is_some() {
            return self.refuse(input, Some(&totals));
        }
        let OpenInput { counters, content } = std::mem::take(&mut self.open);
        self.report(CheckEvent::InputEnd(&counters))?;
        let index = self.index(input);
        let identity = (digest, difference);
        let pending = self.run.close(index, totals, counters, identity, content)?;
        self.policy.add_input(&mut self.run, pending)
    }

    fn on_abandoned(&mut self, input: usize) -> Result<(), RunError> {
        self.refuse(input, None)
    }

    fn on_passed_over(&mut self, event_type: String) -> Result<(), RunError> {
        let count = PassedOverCount {
            files: 1,
            folders: 0,
        };
        let passed_over = PassedOver::from([(event_type, count)]);
        self.run.counters.pass_over(passed_over);
        Ok(())
    }

    fn on_refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.counters.refusal.get_or_insert(refusal);
        self.refuse(input, None)
    }
}
