//! Reads and judges inputs without writing anything.

use super::error::RunError;
use super::judge::Judged;
use super::kind::{Across, EndedInput, Kind};
use super::runner::{Flow, Progress, RunSettings, Sink, run};
use super::tally::{InputTally, RunTally};
use crate::json::Options;
use crate::record::Finding;
use crate::source::{Input, Place, Refusal, Totals};

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

/// One input at its end.
#[derive(Clone, Debug)]
pub struct CheckedInput {
    /// Position among the inputs.
    pub index: usize,
    /// Counts, and the refusal if there is one.
    pub tally: InputTally,
    /// Digest, shape and dialect, unless it was refused before its end.
    pub totals: Option<Totals>,
}

/// Judges `inputs`; `on_record` gets the findings as they are met, input by input and in order,
/// `on_input` the result of each input.
///
/// # Errors
/// The run is interrupted, or one of the two callbacks fails.
pub fn check_inputs<K: Kind, E: From<RunError>>(
    inputs: &[Input],
    settings: &RunSettings<K>,
    reject_limit: f64,
    progress: &Progress,
    observer: &mut dyn CheckObserver<E>,
) -> Result<RunTally, E> {
    let settings = RunSettings {
        with_texts: true,
        ..settings.clone()
    };
    let mut checking: Checking<'_, K, E> = Checking {
        inputs,
        json: settings.reader.json(),
        reject_limit,
        observer,
        open: InputTally::default(),
        run: RunTally::default(),
        across: K::Across::default(),
        failed: None,
    };
    let ended = run(inputs, &settings, progress, &mut checking);
    let Checking {
        run,
        failed,
        mut across,
        ..
    } = checking;
    if let Some(error) = failed {
        return Err(error);
    }
    ended?;
    let mut tally = run;
    across.finish(&mut tally);
    Ok(tally)
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
    /// The end of an input.
    ///
    /// # Errors
    /// Whatever stops the check.
    fn input(&mut self, input: CheckedInput) -> Result<(), E>;
}

struct Checking<'a, K: Kind, E> {
    inputs: &'a [Input],
    json: Options,
    reject_limit: f64,
    observer: &'a mut dyn CheckObserver<E>,
    open: InputTally,
    run: RunTally,
    across: K::Across,
    failed: Option<E>,
}

impl<K: Kind, E> Checking<'_, K, E> {
    fn tell(&mut self, told: Result<(), E>) -> Result<(), RunError> {
        told.map_err(|error| {
            self.failed = Some(error);
            RunError::Interrupted
        })
    }

    fn end_input(&mut self, input: usize, totals: Option<Totals>) -> Result<(), RunError> {
        let mut tally = std::mem::take(&mut self.open);
        if tally.refusal.is_some() {
            self.across.forget();
        } else {
            let path = self
                .inputs
                .get(input)
                .map(|input| input.location.to_string());
            let ended = EndedInput {
                index: input,
                path: path.as_deref().unwrap_or_default(),
                totals: totals.as_ref(),
                json: self.json,
            };
            self.across.settle(ended, &mut tally);
        }
        self.run.add(&tally);
        let told = self.observer.input(CheckedInput {
            index: input,
            tally,
            totals,
        });
        self.tell(told)
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
        self.end_input(input, None)
    }

    fn end(&mut self, input: usize, totals: Totals) -> Result<(), RunError> {
        self.open.apply_reject_limit(self.reject_limit);
        self.open.note_whole(&totals);
        self.end_input(input, Some(totals))
    }

    fn refused(&mut self, input: usize, refusal: Refusal) -> Result<(), RunError> {
        self.open.refusal.get_or_insert(refusal);
        self.end_input(input, None)
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
