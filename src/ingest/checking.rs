//! Reads and judges inputs without writing anything.

use std::collections::HashSet;

use super::error::RunError;
use super::judge::Judged;
use super::kind::{Across, EndedInput, Kind, ReadInput};
use super::options::Ingested;
use super::reports::Reports;
use super::runner::{Flow, Progress, RunSettings, Sink, run};
use super::tally::{InputTally, RunTally};
use crate::input::{Input, Place, Refusal, Totals};
use crate::json::Options;
use crate::lake::Digest;
use crate::record::Finding;
use crate::run_report::Outcome;

/// The findings of one record.
#[derive(Clone, Debug)]
pub struct CheckedRecord {
    /// Ordinal of the record in its input, from 0.
    pub ordinal: u64,
    /// Where it begins.
    pub place: Place,
    /// All its findings; a rejecting one sends it to the rejects.
    pub findings: Vec<Finding>,
}

/// Judges `inputs` as `ingest` does into an empty lake; `observer` gets the findings as they are
/// met, input by input and in order. What the inputs are as a whole comes out.
///
/// # Errors
/// The run is interrupted, or the observer fails.
pub fn check_inputs<K: Kind, E: From<RunError>>(
    inputs: &[Input],
    settings: &RunSettings<K>,
    reject_limit: f64,
    progress: &Progress,
    observer: &mut dyn CheckObserver<E>,
) -> Result<Ingested, E> {
    let settings = RunSettings {
        with_texts: true,
        ..settings.clone()
    };
    let mut checking: Checking<'_, K, E> = Checking {
        inputs,
        kind: &settings.kind,
        json: settings.reader.json(),
        reject_limit,
        observer,
        open: InputTally::default(),
        across: K::Across::default(),
        contents: HashSet::new(),
        read: Vec::new(),
        reports: Reports::new(inputs, K::NAME),
        failed: None,
    };
    let ended = run(inputs, &settings, progress, &mut checking);
    if let Some(error) = checking.failed {
        return Err(error);
    }
    ended?;
    Ok(checking.finish())
}

/// Takes what a check finds.
pub trait CheckObserver<E> {
    /// A record with findings.
    ///
    /// # Errors
    /// Whatever stops the check.
    fn record(&mut self, input: usize, record: &CheckedRecord) -> Result<(), E>;
    /// What was told of the open input is void: it turns out to have another encoding.
    ///
    /// # Errors
    /// Whatever stops the check.
    fn restart(&mut self) -> Result<(), E>;
    /// The end of the open input.
    ///
    /// # Errors
    /// Whatever stops the check.
    fn input(&mut self, tally: &InputTally) -> Result<(), E>;
}

struct Checking<'a, K: Kind, E> {
    inputs: &'a [Input],
    kind: &'a K,
    json: Options,
    reject_limit: f64,
    observer: &'a mut dyn CheckObserver<E>,
    open: InputTally,
    across: K::Across,
    /// Of the inputs that were kept: the same content counts once.
    contents: HashSet<Digest>,
    read: Vec<ReadInput>,
    reports: Reports<'a>,
    failed: Option<E>,
}

impl<K: Kind, E> Checking<'_, K, E> {
    fn tell(&mut self, told: Result<(), E>) -> Result<(), RunError> {
        told.map_err(|error| {
            self.failed = Some(error);
            RunError::Interrupted
        })
    }

    fn refuse(&mut self, input: usize, totals: Option<&Totals>) -> Result<(), RunError> {
        self.across.forget();
        let tally = std::mem::take(&mut self.open);
        let outcome = Outcome::Refused;
        self.reports.note(input, outcome, totals, &tally);
        let told = self.observer.input(&tally);
        self.tell(told)
    }

    fn finish(self) -> Ingested {
        let Self {
            mut across,
            mut read,
            mut reports,
            ..
        } = self;
        let mut tally = RunTally::default();
        across.finish(&mut read, &mut reports, &mut tally);
        for input in read {
            let (outcome, of_input) = if input.is_copy {
                (Outcome::AlreadyIngested, input.tally.of_known())
            } else {
                (Outcome::Checked, input.tally)
            };
            tally.add(&of_input);
            reports.note(input.index, outcome, Some(&input.totals), &of_input);
        }
        Ingested {
            tally,
            inputs: reports.finish(),
            ..Ingested::default()
        }
    }
}

impl<K: Kind, E> Sink<K> for Checking<'_, K, E> {
    fn restart(&mut self, _input: usize) -> Result<(), RunError> {
        self.open = InputTally::default();
        self.across.forget();
        let told = self.observer.restart();
        self.tell(told)
    }

    fn piece(&mut self, input: usize, mut judged: Judged<K>) -> Result<Flow, RunError> {
        if self.open.refusal.is_some() {
            return Ok(Flow::SkipInput);
        }
        let base = self.open.counts.read - self.open.counts.skipped;
        self.open.add(&judged);
        if let Some(rows) = judged.rows.take() {
            self.across.piece(rows, &mut self.open)?;
        }
        for record in records(judged, base) {
            let told = self.observer.record(input, &record);
            self.tell(told)?;
        }
        Ok(if self.open.refusal.is_some() {
            Flow::SkipInput
        } else {
            Flow::Continue
        })
    }

    fn left(&mut self, input: usize) -> Result<(), RunError> {
        self.refuse(input, None)
    }

    fn end(&mut self, index: usize, totals: Totals) -> Result<(), RunError> {
        self.open.close(self.reject_limit, &totals);
        let input = self
            .inputs
            .get(index)
            .filter(|_| self.open.refusal.is_none());
        let Some(input) = input else {
            return self.refuse(index, Some(&totals));
        };
        let mut tally = std::mem::take(&mut self.open);
        let ended = EndedInput {
            index,
            input,
            totals: &totals,
            kind: self.kind,
            json: self.json,
        };
        self.across.settle(&ended, &mut tally);
        let told = self.observer.input(&tally);
        let is_copy = !self.contents.insert(self.kind.digest(input, &totals));
        self.read.push(ReadInput {
            index,
            totals,
            tally,
            is_copy,
        });
        self.tell(told)
    }

    fn refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.refusal.get_or_insert(refusal);
        self.refuse(input, None)
    }
}

/// Rejects and warnings of a piece in the order of its records.
fn records<K: Kind>(judged: Judged<K>, base: u64) -> Vec<CheckedRecord> {
    let mut records: Vec<CheckedRecord> = judged
        .rejects
        .into_iter()
        .map(|reject| CheckedRecord {
            ordinal: base + reject.ordinal,
            place: reject.place,
            findings: reject.findings,
        })
        .collect();
    for warning in judged.warnings {
        let ordinal = base + warning.ordinal;
        match records.last_mut().filter(|last| last.ordinal == ordinal) {
            Some(last) => last.findings.push(warning.finding),
            None => records.push(CheckedRecord {
                ordinal,
                place: warning.place,
                findings: vec![warning.finding],
            }),
        }
    }
    records.sort_by_key(|record| record.ordinal);
    records
}
