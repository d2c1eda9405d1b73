//! Lists the findings of records at the end of each input. Until then they are in a spool, so that an
//! input that is read again is listed once and memory does not grow with the number of findings.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::format::{CheckFormat, FindingsListed};
use super::github::annotation;
use super::reported_finding::{FindingLevel, ReportedFinding};
use super::sarif;
use super::service::Service;
use crate::commands::CommandError;
use crate::commands::output::{Spool, put};
use crate::ingest::{CheckEvent, InputCounters, RecordFindings};
use crate::input::{Input, escape_unprintable, escape_unprintable_json};
use crate::record::Finding;
use crate::rules::RuleId;
use crate::run_report::InputReport;
use crate::storage::Stores;

/// How many findings of a rule there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FindingCount {
    pub(super) findings: u64,
    /// The records that have them.
    pub(super) records: u64,
}

/// The findings by severity and rule.
pub(super) type FindingCounts = BTreeMap<(FindingLevel, RuleId), FindingCount>;

/// The list of findings so far.
pub(super) struct FindingListing {
    format: CheckFormat,
    /// Largest number of listed findings per rule.
    most: u64,
    spool: Spool,
    finding_counts: FindingCounts,
    /// The counts before the current input.
    counts_before_input: FindingCounts,
    /// Records of all inputs, also of those that are refused or repeat a content: their findings count.
    records_read: u64,
    /// Number of listed findings of the current input.
    listed: u64,
    /// The same of the inputs before it.
    listed_before_input: u64,
    /// The current folder.
    folder: PathBuf,
}

impl FindingListing {
    pub(super) fn new(format: CheckFormat, findings: FindingsListed, stores: &Stores) -> Self {
        Self {
            format,
            most: format.most_per_rule(findings),
            spool: Spool::new(stores),
            finding_counts: FindingCounts::new(),
            counts_before_input: FindingCounts::new(),
            records_read: 0,
            listed: 0,
            listed_before_input: 0,
            folder: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// The counts of findings of records.
    pub(super) fn finding_counts(&self) -> &FindingCounts {
        &self.finding_counts
    }

    /// The number of records that the findings are of.
    pub(super) fn records_read(&self) -> u64 {
        self.records_read
    }

    /// Whether some findings are counted but not listed.
    pub(super) fn is_short(&self) -> bool {
        let mut counts = self.finding_counts.values();
        counts.any(|count| count.findings > self.most)
    }

    /// The folder to which the locations of a SARIF log are relative.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether no finding is listed yet.
    pub(super) fn is_empty(&self) -> bool {
        self.listed + self.listed_before_input == 0
    }

    /// Prints what precedes the findings: in the format `response`, a response for each input whose
    /// kind cannot be detected; the head of a SARIF log.
    pub(super) fn begin(
        &self,
        unassigned: &[InputReport],
        stdout: &mut dyn Write,
    ) -> Result<(), CommandError> {
        match self.format {
            CheckFormat::Text | CheckFormat::Json | CheckFormat::Github => {}
            CheckFormat::Sarif => put(stdout, sarif::head().as_bytes())?,
            CheckFormat::Response => {
                for input in unassigned {
                    let refusal = input.refusal.as_ref();
                    let message = refusal.map_or("", |refusal| refusal.message.as_str());
                    put(stdout, json_line(&json!({ "message": message })).as_bytes())?;
                }
            }
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
        let (position, severity) = (record.position, FindingLevel::of(finding));
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
                let comma = if self.listing.listed > 0 { "," } else { "" };
                let error = self.service.error(finding, record).to_string();
                format!("{comma}{}", escape_unprintable_json(&error))
            }
            CheckFormat::Github => {
                let path = input.location.to_string();
                annotation(&ReportedFinding::of_record(&path, record, finding))
            }
            CheckFormat::Sarif => {
                let path = input.location.to_string();
                let finding = ReportedFinding::of_record(&path, record, finding);
                sarif::result(&finding, &self.listing.folder, self.listing.is_empty())
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
        let mut counted = Vec::new();
        for finding in &record.findings {
            // The responses of the services contain rejecting findings only.
            if self.listing.format == CheckFormat::Response && !finding.rejecting {
                continue;
            }
            let key = (FindingLevel::of(finding), finding.rule);
            let count = self.listing.finding_counts.entry(key).or_default();
            count.findings += 1;
            if !counted.contains(&key) {
                count.records += 1;
                counted.push(key);
            }
            if count.findings <= self.listing.most {
                let line = self.line(input, record, finding);
                self.listing.spool.push(line.as_bytes())?;
                self.listing.listed += 1;
            }
        }
        Ok(())
    }

    fn restart(&mut self) -> Result<(), CommandError> {
        self.listing.listed = 0;
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
            records_read,
            listed,
            listed_before_input,
            ..
        } = &mut *self.listing;
        counts_before_input.clone_from(finding_counts);
        *records_read += counters.counts.read;
        let errors = std::mem::take(listed);
        *listed_before_input += errors;
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
