//! `ingest`: plan, or read, judge, write, commit and report.

mod plan;

use std::collections::BTreeMap;

use super::assignment::{AssignedInputs, KnownFilesByKind, assign_inputs};
use super::discovered::{lake_location, log_omitted_inputs};
use super::{Exit, PipelineError, RunContext, put, put_file};
use crate::ingest::purchases;
use crate::ingest::supplier_purchases::{self, SnapshotMode};
use crate::ingest::{IngestFailure, IngestOptions, IngestOutcome, RunSettings};
use crate::input::{Input, InputError, discover};
use crate::job::IngestJob;
use crate::lake::Lake;
use crate::run_report::{InputOutcome, InputReport, RunReport};
use crate::storage::error_text;

pub(super) use plan::IngestPlan;

/// An ingest that has ended, well or not.
pub(super) struct IngestEnd {
    /// What the run did, unless nothing had begun: a wrong command, or inputs that are not found.
    pub(super) report: Option<RunReport>,
    pub(super) exit: Result<Exit, PipelineError>,
}

pub(super) fn run(job: &IngestJob, context: &mut RunContext<'_>) -> IngestEnd {
    let (inputs, lake) = match open_inputs(job, context) {
        Ok(begun) => begun,
        Err(error) => {
            return IngestEnd {
                report: None,
                exit: Err(error),
            };
        }
    };
    context
        .progress_ui
        .begin(total_bytes(&inputs), &context.progress);
    let (ingested, failure) = match assign_to_kinds(job, &lake, inputs) {
        Ok(assigned) => match ingest_by_kind(job, &lake, assigned, context) {
            Ok(ingested) => (ingested, None),
            Err(IngestFailure { error, ingested }) => (*ingested, Some(PipelineError::from(error))),
        },
        Err(error) => (IngestOutcome::default(), Some(error)),
    };
    context.progress_ui.end();
    let report = report(job, &lake, ingested, failure.as_ref(), context);
    let kept = store_report(job, &lake, &report, context);
    let exit = match (failure, kept) {
        (None, Ok(())) => Ok(exit_with(&report.inputs)),
        (None, Err(error)) => Err(error),
        // The lake may be what has failed: then there is no report in it.
        (Some(error), kept) => {
            if let Err(of_report) = kept {
                tracing::debug!("no report of the failed run: {}", error_text(&of_report));
            }
            Err(error)
        }
    };
    IngestEnd {
        report: Some(report),
        exit,
    }
}

fn open_inputs(
    job: &IngestJob,
    context: &RunContext<'_>,
) -> Result<(Vec<Input>, Lake), PipelineError> {
    let lake = Lake::at(&job.lake, &context.stores)?;
    let found = discover(
        &job.read.inputs,
        &context.stores,
        lake_location(&lake).as_ref(),
    )?;
    Ok((log_omitted_inputs(found), lake))
}

fn assign_to_kinds<'j>(
    job: &'j IngestJob,
    lake: &Lake,
    inputs: Vec<Input>,
) -> Result<AssignedInputs<'j>, PipelineError> {
    let known = if job.verify_content {
        KnownFilesByKind::default()
    } else {
        KnownFilesByKind::of(lake, &job.read.kinds)?
    };
    Ok(assign_inputs(inputs, &job.read.kinds, &known)?)
}

/// Keeps the report in the lake and wherever else it is wanted, and says what to look at.
fn store_report(
    job: &IngestJob,
    lake: &Lake,
    report: &RunReport,
    context: &mut RunContext<'_>,
) -> Result<(), PipelineError> {
    let json = serde_json::to_vec_pretty(report)?;
    let in_lake = lake.write_run_report(&report.run_id, &json);
    for input in &report.inputs {
        for (rule, note) in input.ruled_notes() {
            let rule = rule.map(tracing::field::display);
            tracing::warn!(input = input.path, rule, "{note}");
        }
        if let Some(refusal) = &input.refusal {
            tracing::warn!(
                input = input.path,
                rule = %refusal.rule_id,
                line = refusal.line,
                byte_offset = refusal.byte_offset,
                "refused: {}",
                refusal.message
            );
        }
    }
    for note in &report.notes {
        tracing::warn!("{note}");
    }
    context.progress_ui.summary(report);
    let elsewhere = match &job.summary {
        Some(path) if path.as_os_str() == "-" => {
            put(context.stdout, &json).and_then(|()| put(context.stdout, b"\n"))
        }
        Some(path) => put_file(&context.stores, path, &json),
        None => Ok(()),
    };
    in_lake?;
    elsewhere
}

pub(super) fn exit_with(inputs: &[InputReport]) -> Exit {
    let refused = inputs
        .iter()
        .any(|input| input.outcome == InputOutcome::Refused);
    if refused { Exit::Refused } else { Exit::Done }
}

fn ingest_by_kind(
    job: &IngestJob,
    lake: &Lake,
    assigned: AssignedInputs<'_>,
    context: &RunContext<'_>,
) -> Result<IngestOutcome, IngestFailure> {
    let AssignedInputs {
        purchases,
        supplier_purchases,
        refused,
    } = assigned;
    let mut all = IngestOutcome::default();
    all.inputs.extend(refused);
    let progress = &context.progress;
    if let Some((inputs, settings)) = purchases {
        let options = options(job, settings, context);
        all = add_part(all, purchases::ingest(lake, &inputs, &options, progress))?;
    }
    if let Some((inputs, settings)) = supplier_purchases {
        let options = options(job, settings, context);
        let snapshot_mode = job.snapshot_mode;
        let ended = supplier_purchases::upsert(lake, &inputs, &options, snapshot_mode, progress);
        all = add_part(all, ended)?;
    }
    Ok(all)
}

/// What was done before, and what another part of the run has done, whether it came to its end or not.
fn add_part(
    mut before: IngestOutcome,
    part: Result<IngestOutcome, IngestFailure>,
) -> Result<IngestOutcome, IngestFailure> {
    match part {
        Ok(ingested) => {
            before.add(ingested);
            Ok(before)
        }
        Err(IngestFailure { error, ingested }) => {
            before.add(*ingested);
            let ingested = Box::new(before);
            Err(IngestFailure { error, ingested })
        }
    }
}

fn options<K: Clone>(
    job: &IngestJob,
    settings: &RunSettings<K>,
    context: &RunContext<'_>,
) -> IngestOptions<K> {
    IngestOptions {
        run: settings.clone(),
        reject_limit: job.reject_limit,
        verify_content: job.verify_content,
        max_partitions: job.max_partitions,
        now_micros: job.read.now.timestamp_micros(),
        data_date: context.step.as_ref().map(|step| step.date),
    }
}

fn report(
    job: &IngestJob,
    lake: &Lake,
    ingested: IngestOutcome,
    failure: Option<&PipelineError>,
    context: &RunContext<'_>,
) -> RunReport {
    let IngestOutcome {
        counters,
        inputs,
        versions,
    } = ingested;
    let step = context.step.as_ref();
    RunReport {
        run_id: job.read.run_id.clone(),
        program_version: env!("CARGO_PKG_VERSION"),
        record_kind: job.read.kinds.name(),
        lake: Some(lake.location().to_string()),
        started_at: started_at(job),
        job: step.map(|step| step.job.clone()),
        step: step.map(|step| step.step.clone()),
        data_date: step.map(|step| step.date.to_string()),
        job_digest: job.job_digest.clone(),
        settings: settings(job),
        counts: counters.counts,
        rejected_by_rule: counters.rejected_by_rule,
        warned_by_rule: counters.warned_by_rule,
        notes: counters.notes,
        table_versions: versions,
        bytes: inputs.iter().map(|input| input.bytes).sum(),
        elapsed_ms: elapsed_ms(context),
        exit_code: failure
            .map_or_else(|| exit_with(&inputs), PipelineError::exit)
            .code(),
        error: failure.map(|error| error_text(error)),
        inputs,
    }
}

fn settings(job: &IngestJob) -> BTreeMap<&'static str, String> {
    let mut settings = job.read.effective_settings.clone();
    settings.insert("reject_limit", format!("{}", job.reject_limit));
    settings.insert("max_partitions", job.max_partitions.to_string());
    let is_snapshot = job.snapshot_mode == SnapshotMode::Full;
    settings.insert("full_snapshot", is_snapshot.to_string());
    settings.insert("verify_content", job.verify_content.to_string());
    settings
}

fn started_at(job: &IngestJob) -> String {
    let now = job.read.now;
    now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn elapsed_ms(context: &RunContext<'_>) -> u64 {
    u64::try_from(context.started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Shows what would be read, and what is ingested already.
pub(super) fn show_plan(
    job: &IngestJob,
    context: &mut RunContext<'_>,
) -> Result<Exit, PipelineError> {
    let plan = IngestPlan::of(job, &context.stores)?;
    if let Some(named) = plan.missing().first() {
        return Err(InputError::NotFound(named.clone()).into());
    }
    put(context.stdout, plan.text().as_bytes())?;
    Ok(Exit::Done)
}

pub(super) fn total_bytes(inputs: &[Input]) -> Option<u64> {
    inputs.iter().map(|input| input.size_bytes).sum()
}
