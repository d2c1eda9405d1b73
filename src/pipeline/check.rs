//! `check`: the reading and the rules of `ingest`, with every finding listed and nothing written.

mod service;

use std::io::Write;

use serde_json::json;

use service::Service;

use super::found::logged;
use super::ingest::total_bytes;
use super::kinds::{Assigned, KnownKinds, assign};
use super::{Exit, PipelineError, Stage, put};
use crate::ingest::kind::Kind;
use crate::ingest::{
    CheckObserver, CheckedInput, CheckedRecord, InputTally, RunSettings, check_inputs,
};
use crate::job::{CheckFormat, CheckJob};
use crate::rules::{RuleId, Severity};
use crate::source::{Input, discover, shown, shown_json};
use crate::summary::{InputReport, RefusalReport};

pub(super) fn run(job: &CheckJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let inputs = logged(discover(&job.read.inputs, &stage.stores, None)?);
    stage.watcher.begin(total_bytes(&inputs), &stage.progress);
    let checked = check_by_kind(job, inputs, stage);
    stage.watcher.end();
    checked
}

fn check_by_kind(
    job: &CheckJob,
    inputs: Vec<Input>,
    stage: &mut Stage<'_>,
) -> Result<Exit, PipelineError> {
    let Assigned {
        purchases,
        supplier_purchases,
        refused,
    } = assign(inputs, &job.read.kinds, &KnownKinds::default());
    let mut exit = Exit::Done;
    for input in refused {
        exit = Exit::Refused;
        put_undecided(&input, job.format, stage)?;
    }
    if let Some((inputs, settings)) = purchases {
        exit = exit.max(check_kind(job, &inputs, settings, stage)?);
    }
    if let Some((inputs, settings)) = supplier_purchases {
        exit = exit.max(check_kind(job, &inputs, settings, stage)?);
    }
    Ok(exit)
}

fn check_kind<K: Kind>(
    job: &CheckJob,
    inputs: &[Input],
    settings: &RunSettings<K>,
    stage: &mut Stage<'_>,
) -> Result<Exit, PipelineError> {
    let mut listing = Listing {
        inputs,
        format: job.format,
        service: Service::of(K::NAME),
        stdout: stage.stdout,
        errors: Vec::new(),
        refused: false,
    };
    let tally = check_inputs(
        inputs,
        settings,
        job.reject_limit,
        &stage.progress,
        &mut listing,
    )?;
    for note in &tally.notes {
        listing.note(note)?;
    }
    Ok(if listing.refused {
        Exit::Refused
    } else {
        Exit::Done
    })
}

/// An input whose kind cannot be told.
fn put_undecided(
    input: &InputReport,
    format: CheckFormat,
    stage: &mut Stage<'_>,
) -> Result<(), PipelineError> {
    let reason = input
        .refusal
        .as_ref()
        .map(|refusal| refusal.message.clone());
    let reason = reason.unwrap_or_default();
    let line = match format {
        CheckFormat::Text => format!("{}: refused {reason}", input.path),
        CheckFormat::Json => json!({
            "file": input.path,
            "counts": input.counts,
            "refusal": input.refusal,
        })
        .to_string(),
        CheckFormat::Response => json!({ "message": reason }).to_string(),
    };
    put_line(&line, format, stage.stdout)
}

/// A line in which the text of others steers no terminal.
fn put_line(line: &str, format: CheckFormat, out: &mut dyn Write) -> Result<(), PipelineError> {
    let line = match format {
        CheckFormat::Text => shown(line),
        CheckFormat::Json | CheckFormat::Response => shown_json(line),
    };
    put(out, line.as_bytes())?;
    put(out, b"\n")
}

struct Listing<'a> {
    inputs: &'a [Input],
    format: CheckFormat,
    service: Service,
    stdout: &'a mut dyn Write,
    /// Of the open input, in the service's form.
    errors: Vec<serde_json::Value>,
    refused: bool,
}

impl Listing<'_> {
    fn path(&self, input: usize) -> String {
        self.inputs
            .get(input)
            .map(|input| input.location.to_string())
            .unwrap_or_default()
    }

    fn line(&mut self, line: &str) -> Result<(), PipelineError> {
        put_line(line, self.format, self.stdout)
    }
}

/// Findings that no record can be blamed for.
const OF_INPUTS: [RuleId; 3] = [
    RuleId::FileEmpty,
    RuleId::FileEncoding,
    RuleId::CplMetaShape,
];

impl Listing<'_> {
    fn whole_input(&mut self, path: &str, tally: &InputTally) -> Result<(), PipelineError> {
        let met = |rule: &RuleId| tally.warned_by_rule.contains_key(rule);
        for rule in OF_INPUTS.into_iter().filter(met) {
            let text = rule.rule();
            match self.format {
                CheckFormat::Text => {
                    self.line(&format!("{path}: warning {rule}: not so: {}", text.summary))?;
                }
                CheckFormat::Json => {
                    let item = json!({
                        "file": path,
                        "rule_id": rule,
                        "severity": severity(text.severity),
                        "message": text.summary,
                        "remedy": text.remedy,
                    });
                    self.line(&item.to_string())?;
                }
                CheckFormat::Response => {}
            }
        }
        Ok(())
    }

    /// What about all inputs together somebody should know.
    fn note(&mut self, note: &str) -> Result<(), PipelineError> {
        match self.format {
            CheckFormat::Text => self.line(note),
            CheckFormat::Json => self.line(&json!({ "note": note }).to_string()),
            CheckFormat::Response => Ok(()),
        }
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
                    self.errors
                        .push(self.service.error(finding, record.ordinal));
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
        self.whole_input(&path, &tally)?;
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
            // The faults say more than that they are too many.
            (CheckFormat::Response, Some(refusal))
                if refusal.rule != RuleId::FileRejectLimit || errors.is_empty() =>
            {
                let answer = self.service.refusal(refusal)?;
                self.line(&answer)
            }
            (CheckFormat::Response, _) => {
                let answer = self.service.answer(counts.accepted, &errors)?;
                self.line(&answer)
            }
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        _ => "warning",
    }
}
