//! The reports of the inputs of a run, in the order the inputs were given.

use super::counters::InputCounters;
use crate::input::csv::dialect::CsvLayout;
use crate::input::{Input, InputTotals};
use crate::rules::RuleId;
use crate::run_report::{DialectEvidence, InputFinding, InputOutcome, InputReport, RefusalReport};

/// Messages of the rules that concern an input as a whole.
const INPUT_RULE_MESSAGES: [(RuleId, &str); 2] = [
    (
        RuleId::FileEmpty,
        "the input contains no record; check whether the job that writes it failed",
    ),
    (
        RuleId::CplMetaShape,
        "`meta` does not identify the page: current_page, last_page, per_page and total must be present once each, as whole numbers",
    ),
];

/// The reports of the inputs of a run.
#[derive(Debug)]
pub(super) struct InputReports<'a> {
    inputs: &'a [Input],
    record_kind: &'static str,
    reports: Vec<Option<InputReport>>,
    /// Findings that depend on several inputs, by input.
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

    /// The location of the input as it was given.
    pub(super) fn path(&self, index: usize) -> String {
        self.inputs
            .get(index)
            .map(|input| input.location.to_string())
            .unwrap_or_default()
    }

    /// Records the outcome of an input.
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
        let digest = totals.and_then(|totals| totals.digest);
        if totals.is_some() && digest.is_none() {
            let records = counters.counts.read - counters.counts.skipped;
            notes.push(format!(
                "only the first {records} records were read; nothing is known of the rest"
            ));
        }
        notes.extend(findings.iter().map(|finding| finding.message.clone()));
        let report = InputReport {
            path: self.path(index),
            record_kind: self.record_kind,
            outcome,
            shape: totals.map(|totals| totals.format.as_str()),
            digest: digest.map(|digest| digest.to_hex().to_string()),
            bytes: totals.map_or(0, |totals| totals.bytes),
            counts: counters.counts,
            rejected_by_rule: counters.rejected_by_rule.clone(),
            refusal: counters.refusal.as_ref().map(RefusalReport::from),
            dialect: dialect.map(dialect_evidence).unwrap_or_default(),
            notes,
            findings,
            refused_findings: counters.refused_findings(),
        };
        if let Some(slot) = self.reports.get_mut(index) {
            *slot = Some(report);
        }
    }

    /// The locations of the inputs with this outcome.
    pub(super) fn paths_with(&self, outcome: InputOutcome) -> Vec<String> {
        let reports = self.reports.iter().flatten();
        let with_outcome = reports.filter(|report| report.outcome == outcome);
        with_outcome.map(|report| report.path.clone()).collect()
    }

    /// Adds a finding on an input that depends on other inputs.
    pub(super) fn add_finding(&mut self, index: usize, rule_id: RuleId, message: String) {
        self.findings
            .push((index, InputFinding { rule_id, message }));
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

/// The findings on an input as a whole, also if it is refused for another rule.
fn findings(counters: &InputCounters, dialect: Option<&CsvLayout>) -> Vec<InputFinding> {
    let is_broken = |rule: RuleId| counters.warned_by_rule.contains_key(&rule);
    let input_rules = INPUT_RULE_MESSAGES
        .iter()
        .filter(|(rule, _)| is_broken(*rule));
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
