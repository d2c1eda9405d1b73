//! What happened to each input of a run, in the order they were named.

use super::counters::{InputCounters, RunCounters};
use super::ingested_files::IngestedFiles;
use crate::input::csv::dialect::CsvLayout;
use crate::input::{Input, InputTotals};
use crate::rules::RuleId;
use crate::run_report::{DialectEvidence, InputFinding, InputOutcome, InputReport, RefusalReport};

/// What is wrong with an input that breaks one of these rules as a whole.
const INPUT_RULE_MESSAGES: [(RuleId, &str); 2] = [
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
pub struct InputReports<'a> {
    inputs: &'a [Input],
    record_kind: &'static str,
    reports: Vec<Option<InputReport>>,
    /// What only shows when the other inputs are known.
    findings: Vec<(usize, InputFinding)>,
}

impl<'a> InputReports<'a> {
    /// No report yet.
    pub(super) fn new(inputs: &'a [Input], record_kind: &'static str) -> Self {
        Self {
            inputs,
            record_kind,
            reports: inputs.iter().map(|_| None).collect(),
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
    pub(super) fn record(
        &mut self,
        index: usize,
        outcome: InputOutcome,
        totals: Option<&InputTotals>,
        counters: &InputCounters,
    ) {
        let dialect = totals.and_then(|totals| totals.layout.as_deref());
        let mut notes = dialect
            .map(|layout| layout.warnings.clone())
            .unwrap_or_default();
        let findings = findings(counters, dialect);
        notes.extend(findings.iter().map(|finding| finding.message.clone()));
        let report = InputReport {
            path: self.path(index),
            record_kind: self.record_kind,
            outcome,
            shape: totals.map(|totals| totals.format.as_str()),
            digest: totals.map(|totals| totals.digest.to_hex().to_string()),
            bytes: totals.map_or(0, |totals| totals.bytes),
            counts: counters.counts,
            refusal: counters.refusal.as_ref().map(RefusalReport::from),
            dialect: dialect.map(dialect_evidence).unwrap_or_default(),
            notes,
            findings,
        };
        if let Some(slot) = self.reports.get_mut(index) {
            *slot = Some(report);
        }
    }

    /// Adds a rule that an input breaks together with others.
    pub(super) fn add_finding(&mut self, index: usize, rule_id: RuleId, message: String) {
        self.findings
            .push((index, InputFinding { rule_id, message }));
    }

    /// Notes the inputs that are known without being read; returns the others.
    pub(super) fn skip_ingested_files(
        &mut self,
        ingested: &IngestedFiles,
        counters: &mut RunCounters,
    ) -> Vec<usize> {
        let inputs = self.inputs;
        let mut unread = Vec::new();
        for (index, input) in inputs.iter().enumerate() {
            let Some(records) = ingested.record_count(input) else {
                unread.push(index);
                continue;
            };
            let mut for_known_input = InputCounters::default();
            for_known_input.counts.read = records;
            let for_known_input = for_known_input.for_known_input();
            counters.add(&for_known_input);
            self.record(index, InputOutcome::AlreadyIngested, None, &for_known_input);
        }
        unread
    }

    /// The reports, in the order of the inputs.
    pub(super) fn finish(mut self) -> Vec<InputReport> {
        for (index, finding) in self.findings {
            if let Some(Some(report)) = self.reports.get_mut(index) {
                report.notes.push(finding.message.clone());
                report.findings.push(finding);
            }
        }
        self.reports.into_iter().flatten().collect()
    }
}

/// The rules that an input breaks as a whole, whether it is refused for another one or not.
fn findings(counters: &InputCounters, dialect: Option<&CsvLayout>) -> Vec<InputFinding> {
    let met = |rule: RuleId| counters.warned_by_rule.contains_key(&rule);
    let input_rules = INPUT_RULE_MESSAGES.iter().filter(|(rule, _)| met(*rule));
    let mut findings: Vec<InputFinding> = input_rules
        .map(|&(rule_id, message)| InputFinding {
            rule_id,
            message: message.to_owned(),
        })
        .collect();
    let rule_id = RuleId::FileEncoding;
    let recoded = dialect.and_then(CsvLayout::encoding_warning);
    findings.extend(recoded.map(|message| InputFinding { rule_id, message }));
    findings
}

fn dialect_evidence(layout: &CsvLayout) -> Vec<DialectEvidence> {
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
