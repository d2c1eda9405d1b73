//! What happened to each input of a run, in the order they were named.

use super::known_files::KnownFiles;
use super::tally::{InputTally, RunTally};
use crate::input::csv::dialect::Layout;
use crate::input::{Input, Totals};
use crate::rules::RuleId;
use crate::run_report::{DialectEvidence, InputFinding, InputReport, Outcome, RefusalReport};

/// What is wrong with an input that breaks one of these rules as a whole.
const OF_INPUTS: [(RuleId, &str); 2] = [
    (
        RuleId::FileEmpty,
        "it holds no record: most often the job that writes it has failed",
    ),
    (
        RuleId::CplMetaShape,
        "its meta does not say which page it is: current_page, last_page, per_page and total must stand there once each, as whole numbers",
    ),
];

/// The reports of the inputs of a run.
#[derive(Debug)]
pub struct Reports<'a> {
    inputs: &'a [Input],
    record_kind: &'static str,
    ended: Vec<Option<InputReport>>,
    /// What only shows when the other inputs are known.
    findings: Vec<(usize, InputFinding)>,
}

impl<'a> Reports<'a> {
    /// No report yet.
    pub(super) fn new(inputs: &'a [Input], record_kind: &'static str) -> Self {
        Self {
            inputs,
            record_kind,
            ended: inputs.iter().map(|_| None).collect(),
            findings: Vec::new(),
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
        let findings = findings(tally, dialect);
        notes.extend(findings.iter().map(|finding| finding.message.clone()));
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
            findings,
        };
        if let Some(slot) = self.ended.get_mut(index) {
            *slot = Some(report);
        }
    }

    /// Adds a rule that an input breaks together with others.
    pub(super) fn add_finding(&mut self, index: usize, rule_id: RuleId, message: String) {
        self.findings
            .push((index, InputFinding { rule_id, message }));
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
        for (index, finding) in self.findings {
            if let Some(Some(report)) = self.ended.get_mut(index) {
                report.notes.push(finding.message.clone());
                report.findings.push(finding);
            }
        }
        self.ended.into_iter().flatten().collect()
    }
}

/// The rules that an input breaks as a whole, whether it is refused for another one or not.
fn findings(tally: &InputTally, dialect: Option<&Layout>) -> Vec<InputFinding> {
    let met = |rule: RuleId| tally.warned_by_rule.contains_key(&rule);
    let of_inputs = OF_INPUTS.iter().filter(|(rule, _)| met(*rule));
    let mut findings: Vec<InputFinding> = of_inputs
        .map(|&(rule_id, message)| InputFinding {
            rule_id,
            message: message.to_owned(),
        })
        .collect();
    let rule_id = RuleId::FileEncoding;
    let recoded = dialect.and_then(Layout::recoded);
    findings.extend(recoded.map(|message| InputFinding { rule_id, message }));
    findings
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
