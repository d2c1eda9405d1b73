//! What happened to each input of a run, in the order they were named.

use super::known_files::KnownFiles;
use super::tally::{InputTally, RunTally};
use crate::rules::RuleId;
use crate::source::csv::dialect::Layout;
use crate::source::{Input, Totals};
use crate::summary::{DialectEvidence, InputReport, Outcome, RefusalReport};

/// Said of an input without records each time it is met, and not only in the counts by rule.
const EMPTY: &str = "it holds no record (FILE-EMPTY): most often the job that writes it has failed";

/// The reports of the inputs of a run.
#[derive(Debug)]
pub(super) struct Reports<'a> {
    inputs: &'a [Input],
    record_kind: &'static str,
    ended: Vec<Option<InputReport>>,
    /// Notes on inputs beside those of their dialect.
    notes: Vec<(usize, String)>,
}

impl<'a> Reports<'a> {
    /// No report yet.
    pub(super) fn new(inputs: &'a [Input], record_kind: &'static str) -> Self {
        Self {
            inputs,
            record_kind,
            ended: inputs.iter().map(|_| None).collect(),
            notes: Vec::new(),
        }
    }

    /// The input as it was named.
    pub(super) fn path(&self, index: usize) -> String {
        self.inputs
            .get(index)
            .map(|input| input.location.to_string())
            .unwrap_or_default()
    }

    /// Notes how an input ended.
    pub(super) fn note(
        &mut self,
        index: usize,
        outcome: Outcome,
        totals: Option<&Totals>,
        tally: &InputTally,
    ) {
        let dialect = totals.and_then(|totals| totals.layout.as_deref());
        let mut notes = dialect
            .map(|layout| layout.warnings.clone())
            .unwrap_or_default();
        if tally.warned_by_rule.contains_key(&RuleId::FileEmpty) {
            notes.push(EMPTY.to_owned());
        }
        let report = InputReport {
            path: self.path(index),
            record_kind: self.record_kind,
            outcome,
            shape: totals.map(|totals| totals.shape.as_str()),
            digest: totals.map(|totals| totals.digest.to_hex().to_string()),
            bytes: totals.map_or(0, |totals| totals.bytes),
            counts: tally.counts,
            refusal: tally.refusal.as_ref().map(RefusalReport::from),
            dialect: dialect.map(dialect_evidence).unwrap_or_default(),
            notes,
        };
        if let Some(slot) = self.ended.get_mut(index) {
            *slot = Some(report);
        }
    }

    /// Adds something about an input that somebody should look at.
    pub(super) fn add_note(&mut self, index: usize, note: String) {
        self.notes.push((index, note));
    }

    /// Notes the inputs that are known without being read; returns the others.
    pub(super) fn leave_out(&mut self, known: &KnownFiles, tally: &mut RunTally) -> Vec<usize> {
        let inputs = self.inputs;
        let mut others = Vec::new();
        for (index, input) in inputs.iter().enumerate() {
            let Some(records) = known.records(input) else {
                others.push(index);
                continue;
            };
            let mut of_known = InputTally::default();
            of_known.counts.read = records;
            let of_known = of_known.of_known();
            tally.add(&of_known);
            self.note(index, Outcome::AlreadyIngested, None, &of_known);
        }
        others
    }

    /// The reports, in the order of the inputs.
    pub(super) fn finish(mut self) -> Vec<InputReport> {
        for (index, note) in self.notes {
            if let Some(Some(report)) = self.ended.get_mut(index) {
                report.notes.push(note);
            }
        }
        self.ended.into_iter().flatten().collect()
    }
}

fn dialect_evidence(layout: &Layout) -> Vec<DialectEvidence> {
    layout
        .evidence
        .iter()
        .map(|evidence| DialectEvidence {
            what: evidence.what.clone(),
            chosen: evidence.chosen.clone(),
            why: evidence.why.clone(),
            because: evidence.because.as_ref().map(ToString::to_string),
        })
        .collect()
}
