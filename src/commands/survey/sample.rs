//! The check of the first records: counts by rule, the first findings, and the keys that fill no field.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::SurveyedColumn;
use super::value_profile::ValueProfile;
use crate::ingest::{CheckEvent, IngestOutcome, RecordFindings};
use crate::input::{Input, escape_unprintable};
use crate::record::Finding;
use crate::rules::RuleId;
use crate::run_report::{InputReport, RecordCounts, RuleCounts};

/// Findings that are shown.
const FIRST_FINDINGS: usize = 3;

/// Keys that are remembered: a record has at most this many undocumented ones.
const MAX_KEYS: usize = 1_024;

/// What a check of the first records found.
#[derive(Clone, Debug, Default)]
pub struct SampleCheck {
    /// The records by outcome.
    pub counts: RecordCounts,
    /// Rejected records by rule.
    pub rejected_by_rule: RuleCounts,
    /// Accepted records with a warning by rule.
    pub warned_by_rule: RuleCounts,
    /// The first findings that reject a record, as lines with file, position, rule and message.
    pub first_findings: Vec<String>,
    /// The inputs that would be refused, as lines with file, rule and message; too many rejects do not
    /// count.
    pub refused: Vec<String>,
    /// The rules by which they would be refused.
    pub refused_by: Vec<RuleId>,
    /// Whether some input has more rejects than the usual limit.
    pub is_over_reject_limit: bool,
    /// Earliest and latest time of the accepted customer purchases, µs since 1970.
    pub times: Option<(i64, i64)>,
    /// The number of records that have each undocumented key or column, and its values.
    pub unmapped: Vec<SurveyedColumn>,
    /// The companies of the accepted supplier purchases.
    pub companies: BTreeSet<i64>,
    /// Whether some input has more records.
    pub is_partial: bool,
    /// The number of inputs that were read.
    pub inputs: usize,
}

impl SampleCheck {
    /// The records that were validated.
    pub fn records(&self) -> u64 {
        self.counts.read - self.counts.skipped
    }
}

/// Collects what a check reports.
#[derive(Default)]
pub(super) struct SampleCollector {
    unmapped: BTreeMap<String, ValueProfile>,
    first_findings: Vec<String>,
    times: Option<(i64, i64)>,
    companies: BTreeSet<i64>,
}

impl SampleCollector {
    pub(super) fn add(&mut self, event: &CheckEvent<'_>) {
        match event {
            CheckEvent::Record(input, record) => {
                for finding in &record.findings {
                    self.add_finding(input, record, finding);
                }
            }
            CheckEvent::Restart => {
                self.unmapped.clear();
                self.first_findings.clear();
            }
            CheckEvent::InputEnd(counters) => {
                self.companies.extend(&counters.companies);
                let times = self.times.into_iter().chain(counters.times);
                self.times = times.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
            }
        }
    }

    fn add_finding(&mut self, input: &Input, record: &RecordFindings, finding: &Finding) {
        if finding.rejecting && self.first_findings.len() < FIRST_FINDINGS {
            self.first_findings.push(format!(
                "{}:{}: {}: {}",
                input.location.shown(),
                record.position.line,
                finding.rule,
                escape_unprintable(&finding.message())
            ));
        }
        let is_unmapped = matches!(finding.rule, RuleId::BrzKeyUnknown | RuleId::CplKeyUnknown);
        let is_known = self.unmapped.contains_key(&finding.field);
        if is_unmapped && (is_known || self.unmapped.len() < MAX_KEYS) {
            let values = self.unmapped.entry(finding.field.clone()).or_default();
            values.add(finding.value.trim_matches('"'));
        }
    }

    /// The result, with the counts of the check.
    pub(super) fn finish(self, checked: &IngestOutcome, reject_limit: f64) -> SampleCheck {
        let reports = &checked.inputs;
        let mut counts = RecordCounts::default();
        let mut rejected_by_rule = RuleCounts::new();
        for report in reports {
            counts.add(&report.counts);
            for (rule, count) in &report.rejected_by_rule {
                *rejected_by_rule.entry(*rule).or_default() += count;
            }
        }
        let refusals = reports.iter().filter_map(|report| report.refusal.as_ref());
        let refused = |report: &InputReport| {
            let refusal = report.refusal.as_ref()?;
            let path = escape_unprintable(&report.path);
            let message = escape_unprintable(&refusal.message);
            Some(format!("{path}: {}: {message}", refusal.rule_id))
        };
        let unmapped = self
            .unmapped
            .into_iter()
            .map(|(name, values)| SurveyedColumn {
                name,
                field: None,
                values,
            });
        SampleCheck {
            counts,
            rejected_by_rule,
            warned_by_rule: checked.counters.warned_by_rule.clone(),
            first_findings: self.first_findings,
            refused: reports.iter().filter_map(refused).collect(),
            refused_by: refusals.map(|refusal| refusal.rule_id).collect(),
            is_over_reject_limit: reports
                .iter()
                .any(|report| report.counts.reject_share() > reject_limit),
            times: self.times,
            companies: self.companies,
            unmapped: unmapped.collect(),
            is_partial: reports
                .iter()
                .any(|report| report.digest.is_none() && report.refusal.is_none()),
            inputs: reports.len(),
        }
    }
}
