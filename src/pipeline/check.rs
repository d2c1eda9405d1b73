//! `check`: the reading and the rules of `ingest`, with every finding listed and nothing written.

use std::io::Write;

use serde_json::json;

use super::ingest::total_bytes;
use super::{Exit, PipelineError, Stage, put};
use crate::ingest::{CheckObserver, CheckedInput, CheckedRecord, check_inputs};
use crate::job::{CheckFormat, CheckJob};
use crate::rules::Severity;
use crate::source::{Input, discover};
use crate::summary::RefusalReport;

pub(super) fn run(job: &CheckJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let inputs = discover(&job.read.inputs)?;
    stage.watcher.begin(total_bytes(&inputs), &stage.progress);
    let mut listing = Listing {
        inputs: &inputs,
        format: job.format,
        stdout: stage.stdout,
        errors: Vec::new(),
        refused: false,
    };
    let checked = check_inputs(
        &inputs,
        &job.read.settings,
        job.reject_limit,
        &stage.progress,
        &mut listing,
    );
    let refused = listing.refused;
    stage.watcher.end();
    checked?;
    Ok(if refused { Exit::Refused } else { Exit::Done })
}

struct Listing<'a> {
    inputs: &'a [Input],
    format: CheckFormat,
    stdout: &'a mut dyn Write,
    /// Of the open input, in Braze's form.
    errors: Vec<serde_json::Value>,
    refused: bool,
}

impl Listing<'_> {
    fn path(&self, input: usize) -> String {
        self.inputs
            .get(input)
            .map(|input| match self.format {
                CheckFormat::Text => input.location.shown(),
                // JSON escapes by itself.
                CheckFormat::Json | CheckFormat::Response => input.location.to_string(),
            })
            .unwrap_or_default()
    }

    fn line(&mut self, line: &str) -> Result<(), PipelineError> {
        put(self.stdout, line.as_bytes())?;
        put(self.stdout, b"\n")
    }
}

impl CheckObserver<PipelineError> for Listing<'_> {
    fn record(&mut self, input: usize, record: &CheckedRecord) -> Result<(), PipelineError> {
        let path = self.path(input);
        for finding in &record.findings {
            let severity = if finding.rejecting {
                "reject"
            } else {
                severity(finding.rule.rule().severity)
            };
            match self.format {
                CheckFormat::Text => {
                    let place = record.place;
                    self.line(&format!(
                        "{path}:{}: {severity} {}: {} [record {}, byte {}]",
                        place.line,
                        finding.rule,
                        finding.message(),
                        record.ordinal,
                        place.byte_offset
                    ))?;
                }
                CheckFormat::Json => {
                    let item = json!({
                        "file": path,
                        "record": record.ordinal,
                        "line": record.place.line,
                        "byte_offset": record.place.byte_offset,
                        "rule_id": finding.rule,
                        "severity": severity,
                        "field": finding.field,
                        "value_excerpt": finding.value,
                        "message": finding.message(),
                        "remedy": finding.rule.rule().remedy,
                    });
                    self.line(&item.to_string())?;
                }
                CheckFormat::Response if finding.rejecting => {
                    let wire = finding.rule.rule().wire_message;
                    self.errors.push(json!({
                        "type": wire.map_or_else(|| finding.message(), ToOwned::to_owned),
                        "input_array": "purchases",
                        "index": record.ordinal,
                        "rule_id": finding.rule,
                    }));
                }
                CheckFormat::Response => {}
            }
        }
        Ok(())
    }

    fn restart(&mut self) -> Result<(), PipelineError> {
        self.errors.clear();
        Ok(())
    }

    fn input(&mut self, input: CheckedInput) -> Result<(), PipelineError> {
        let path = self.path(input.index);
        let CheckedInput { tally, .. } = input;
        self.refused |= tally.refusal.is_some();
        let errors = std::mem::take(&mut self.errors);
        let counts = tally.counts;
        match (self.format, &tally.refusal) {
            (CheckFormat::Text, Some(refusal)) => self.line(&format!("{path}: refused {refusal}")),
            (CheckFormat::Text, None) => self.line(&format!(
                "{path}: {} records, {} would be accepted, {} rejected, {} skipped",
                counts.read, counts.accepted, counts.rejected, counts.skipped
            )),
            (CheckFormat::Json, refusal) => {
                let refusal = refusal.as_ref().map(RefusalReport::from);
                let item = json!({ "file": path, "counts": counts, "refusal": refusal });
                self.line(&item.to_string())
            }
            // The documented answer to a request that is no request at all.
            (CheckFormat::Response, Some(refusal)) => {
                self.line(&json!({ "message": refusal.to_string() }).to_string())
            }
            (CheckFormat::Response, None) => {
                let answer = PartialSuccess {
                    message: "success",
                    purchases_processed: counts.accepted,
                    errors,
                };
                self.line(&serde_json::to_string(&answer)?)
            }
        }
    }
}

/// Braze's answer to a request of which parts were processed.
#[derive(serde::Serialize)]
struct PartialSuccess {
    message: &'static str,
    purchases_processed: u64,
    errors: Vec<serde_json::Value>,
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        _ => "warning",
    }
}
