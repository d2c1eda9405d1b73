//! Lists the findings of records at the end of each input. Until then they are in a spool, so that an
//! input that is read again is listed once and memory does not grow with the number of findings.

use std::collections::BTreeMap;
use std::io::Write;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::service::Service;
use crate::commands::CommandError;
use crate::commands::output::{Spool, put};
use crate::ingest::{CheckEvent, InputCounters, RecordFindings};
use crate::input::{Input, escape_unprintable, escape_unprintable_json};
use crate::record::Finding;
use crate::rules::{RuleId, Severity};
use crate::run_report::InputReport;
use crate::storage::Stores;

/// Findings of a rule that the short list contains.
const FIRST: u64 = 3;

/// Which findings of records are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsListed {
    /// The first three of each rule, and the number of all
    #[default]
    First,
    /// Every finding
    All,
}

/// Format of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// One line per finding, for people
    Text,
    /// One JSON object per line
    Json,
    /// The response of the service, one per input: Braze's partial success or ConnectPlug's 422
    Response,
}

/// The number of findings by severity and rule.
pub(super) type FindingCounts = BTreeMap<(&'static str, RuleId), u64>;

/// The list of findings so far.
pub(super) struct FindingListing {
    format: CheckFormat,
    /// Largest number of listed findings per rule.
    most: u64,
    spool: Spool,
    finding_counts: FindingCounts,
    /// The counts before the current input.
    counts_before_input: FindingCounts,
    /// Number of errors of the current input in the format of the service.
    errors: u64,
}

impl FindingListing {
    pub(super) fn new(format: CheckFormat, findings: FindingsListed, stores: &Stores) -> Self {
        let is_short = format == CheckFormat::Text && findings == FindingsListed::First;
        Self {
            format,
            most: if is_short { FIRST } else { u64::MAX },
            spool: Spool::new(stores),
            finding_counts: FindingCounts::new(),
            counts_before_input: FindingCounts::new(),
            errors: 0,
        }
    }

    /// The counts of findings of records.
    pub(super) fn finding_counts(&self) -> &FindingCounts {
        &self.finding_counts
    }

    /// Whether some findings are counted but not listed.
    pub(super) fn is_short(&self) -> bool {
        self.finding_counts.values().any(|&count| count > self.most)
    }

    /// Prints a response for each input whose kind cannot be detected, in the format `response`.
    pub(super) fn list_unassigned(
        &self,
        inputs: &[InputReport],
        stdout: &mut dyn Write,
    ) -> Result<(), CommandError> {
        for input in inputs
            .iter()
            .filter(|_| self.format == CheckFormat::Response)
        {
            let refusal = input.refusal.as_ref();
            let message = refusal.map_or("", |refusal| refusal.message.as_str());
            put(stdout, json_line(&json!({ "message": message })).as_bytes())?;
        }
        Ok(())
    }

    /// The list for inputs of a kind.
    pub(super) fn for_kind<'l>(
        &'l mut self,
        record_kind: &str,
        stdout: &'l mut dyn Write,
    ) -> KindListing<'l> {
        KindListing {
            listing: self,
            service: Service::of(record_kind),
            stdout,
        }
    }
}

/// Lists the findings of inputs of one kind.
pub(super) struct KindListing<'l> {
    listing: &'l mut FindingListing,
    service: Service,
    stdout: &'l mut dyn Write,
}

impl KindListing<'_> {
    fn line(&self, input: &Input, record: &RecordFindings, finding: &Finding) -> String {
        let (position, severity) = (record.position, severity_of(finding));
        match self.listing.format {
            CheckFormat::Text => {
                let (unit, of_block) = match record.block_ordinal {
                    Some(ordinal) => ("block ", format!(", record {ordinal} of its block")),
                    None => ("", String::new()),
                };
                format!(
                    "{}:{unit}{}: {severity} {}: {} [record {}{of_block}, byte {}]\n",
                    input.location.shown(),
                    position.line,
                    finding.rule,
                    escape_unprintable(&finding.message()),
                    record.ordinal,
                    position.byte_offset
                )
            }
            CheckFormat::Json => {
                let mut item = json!({
                    "file": input.location.to_string(),
                    "record": record.ordinal,
                    "line": position.line,
                    "byte_offset": position.byte_offset,
                    "rule_id": finding.rule,
                    "severity": severity,
                    "field": finding.field,
                    "value_excerpt": finding.value,
                    "message": finding.message(),
                    "remedy": finding.rule.rule().remedy,
                });
                if let Some(ordinal) = record.block_ordinal {
                    item["block_record"] = ordinal.into();
                }
                json_line(&item)
            }
            CheckFormat::Response => {
                let comma = if self.listing.errors > 0 { "," } else { "" };
                let error = self.service.error(finding, record).to_string();
                format!("{comma}{}", escape_unprintable_json(&error))
            }
        }
    }

    /// Lists what a check reports.
    pub(super) fn list(&mut self, event: CheckEvent<'_>) -> Result<(), CommandError> {
        match event {
            CheckEvent::Record(input, record) => self.record(input, &record),
            CheckEvent::Restart => self.restart(),
            CheckEvent::InputEnd(counters) => self.finish_input(counters),
        }
    }

    fn record(&mut self, input: &Input, record: &RecordFindings) -> Result<(), CommandError> {
        for finding in &record.findings {
            // The responses of the services contain rejecting findings only.
            if self.listing.format == CheckFormat::Response && !finding.rejecting {
                continue;
            }
            let key = (severity_of(finding), finding.rule);
            let count = self.listing.finding_counts.entry(key).or_default();
            *count += 1;
            if *count <= self.listing.most {
                let line = self.line(input, record, finding);
                self.listing.spool.push(line.as_bytes())?;
                self.listing.errors += 1;
            }
        }
        Ok(())
    }

    fn restart(&mut self) -> Result<(), CommandError> {
        self.listing.errors = 0;
        self.listing
            .finding_counts
            .clone_from(&self.listing.counts_before_input);
        self.listing.spool.clear()
    }

    fn finish_input(&mut self, counters: &InputCounters) -> Result<(), CommandError> {
        let FindingListing {
            format,
            spool,
            finding_counts,
            counts_before_input,
            errors,
            ..
        } = &mut *self.listing;
        counts_before_input.clone_from(finding_counts);
        let errors = std::mem::take(errors);
        if *format != CheckFormat::Response {
            return spool.put(self.stdout);
        }
        match &counters.refusal {
            // The errors are more useful than the refusal for too many rejects.
            Some(refusal) if refusal.rule != RuleId::FileRejectLimit || errors == 0 => {
                spool.clear()?;
                let answer = escape_unprintable_json(&self.service.refusal(refusal)?);
                put(self.stdout, format!("{answer}\n").as_bytes())
            }
            _ => {
                let (before, after) = self.service.answer(counters.counts.accepted, errors);
                put(self.stdout, before.as_bytes())?;
                spool.put(self.stdout)?;
                put(self.stdout, format!("{after}\n").as_bytes())
            }
        }
    }
}

/// A JSON value as a line.
pub(super) fn json_line(value: &Value) -> String {
    escape_unprintable_json(&value.to_string()) + "\n"
}

fn severity_of(finding: &Finding) -> &'static str {
    if finding.rejecting {
        return "reject";
    }
    severity(finding.rule)
}

/// The severity of a finding of an accepted record.
pub(super) fn severity(rule: RuleId) -> &'static str {
    match rule.severity() {
        Severity::Info => "info",
        _ => "warning",
    }
}
