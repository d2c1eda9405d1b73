//! `ingest`: plan, or read, judge, write, commit and report.

mod plan;

use std::collections::BTreeMap;

use super::kinds::{Assigned, assign};
use super::{Exit, PipelineError, Stage, put, put_file};
use crate::ingest::purchases;
use crate::ingest::supplier_purchases::{self, Absence};
use crate::ingest::{IngestOptions, Ingested, RunSettings};
use crate::job::IngestJob;
use crate::lake::Lake;
use crate::source::{Input, SourceError, discover};
use crate::store::error_text;
use crate::summary::{FailedRunReport, InputReport, Outcome, RunReport};

pub(super) use plan::IngestPlan;

pub(super) fn run(job: &IngestJob, stage: &mut Stage<'_>) -> Result<RunReport, PipelineError> {
    let inputs = discover(&job.read.inputs, &stage.stores)?;
    let lake = Lake::at(&job.lake, &stage.stores)?;
    stage.watcher.begin(total_bytes(&inputs), &stage.progress);
    let ingested = ingest_by_kind(job, &lake, inputs, stage);
    stage.watcher.end();
    let report = report(job, &lake, ingested?, stage);
    let json = serde_json::to_vec_pretty(&report)?;
    lake.write_run_report(&report.run_id, &json)?;
    for input in &report.inputs {
        for note in &input.notes {
            tracing::warn!(input = input.path, "{note}");
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
    stage.watcher.summary(&report);
    match &job.summary {
        Some(path) if path.as_os_str() == "-" => {
            put(stage.stdout, &json)?;
            put(stage.stdout, b"\n")?;
        }
        Some(path) => put_file(&stage.stores, path, &json)?,
        None => {}
    }
    Ok(report)
}

/// How a run ended that has a report.
pub(super) fn exit(report: &RunReport) -> Exit {
    exit_with(&report.inputs)
}

fn exit_with(inputs: &[InputReport]) -> Exit {
    let refused = inputs.iter().any(|input| input.outcome == Outcome::Refused);
    if refused { Exit::Refused } else { Exit::Done }
}

/// Keeps a report of a run that failed, so that the history of the lake is whole. The lake may be
/// what has failed: then there is none.
pub(super) fn keep_failed(job: &IngestJob, stage: &Stage<'_>, error: &PipelineError) {
    let exit = error.exit();
    // A wrong command is no run, nor is one whose inputs cannot be found: nothing has begun.
    let has_begun = !matches!(error, PipelineError::Source(_));
    if !has_begun || matches!(exit, Exit::Done | Exit::Refused | Exit::Usage) {
        return;
    }
    if let Err(error) = write_failed(job, stage, exit, error_text(error)) {
        tracing::debug!("no report of the failed run: {}", error_text(&error));
    }
}

fn write_failed(
    job: &IngestJob,
    stage: &Stage<'_>,
    exit: Exit,
    error: String,
) -> Result<(), PipelineError> {
    let lake = Lake::at(&job.lake, &stage.stores)?;
    if lake.run_report(&job.read.run_id)?.is_some() {
        // All was committed, and only the copy for `--summary` has failed: the report says more.
        return Ok(());
    }
    let step = stage.step.as_ref();
    let failed = FailedRunReport {
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
        elapsed_ms: elapsed_ms(stage),
        exit_code: exit.code(),
        error,
    };
    lake.write_run_report(&failed.run_id, &serde_json::to_vec_pretty(&failed)?)?;
    Ok(())
}

fn ingest_by_kind(
    job: &IngestJob,
    lake: &Lake,
    inputs: Vec<Input>,
    stage: &Stage<'_>,
) -> Result<Ingested, PipelineError> {
    let Assigned {
        purchases,
        supplier_purchases,
        refused,
    } = assign(inputs, &job.read.kinds)?;
    let mut all = Ingested::default();
    all.inputs.extend(refused);
    let progress = &stage.progress;
    if let Some((inputs, settings)) = purchases {
        let options = options(job, settings);
        all.add(purchases::ingest(lake, &inputs, &options, progress)?);
    }
    if let Some((inputs, settings)) = supplier_purchases {
        let options = options(job, settings);
        let absence = job.absence;
        let ingested = supplier_purchases::upsert(lake, &inputs, &options, absence, progress)?;
        all.add(ingested);
    }
    Ok(all)
}

fn options<K: Clone>(job: &IngestJob, settings: &RunSettings<K>) -> IngestOptions<K> {
    IngestOptions {
        run: settings.clone(),
        reject_limit: job.reject_limit,
        verify_content: job.verify_content,
        max_partitions: job.max_partitions,
        now_micros: job.read.now.timestamp_micros(),
    }
}

fn report(job: &IngestJob, lake: &Lake, ingested: Ingested, stage: &Stage<'_>) -> RunReport {
    let Ingested {
        tally,
        inputs,
        versions,
    } = ingested;
    let step = stage.step.as_ref();
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
        counts: tally.counts,
        rejected_by_rule: tally.rejected_by_rule,
        warned_by_rule: tally.warned_by_rule,
        notes: tally.notes,
        table_versions: versions,
        bytes: inputs.iter().map(|input| input.bytes).sum(),
        elapsed_ms: elapsed_ms(stage),
        exit_code: exit_with(&inputs).code(),
        inputs,
    }
}

fn settings(job: &IngestJob) -> BTreeMap<&'static str, String> {
    let mut settings = job.read.echoed.clone();
    settings.insert("reject_limit", format!("{}", job.reject_limit));
    settings.insert("max_partitions", job.max_partitions.to_string());
    let is_snapshot = job.absence == Absence::MeansDeleted;
    settings.insert("full_snapshot", is_snapshot.to_string());
    settings.insert("verify_content", job.verify_content.to_string());
    settings
}

fn started_at(job: &IngestJob) -> String {
    let now = job.read.now;
    now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn elapsed_ms(stage: &Stage<'_>) -> u64 {
    u64::try_from(stage.started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Shows what would be read, and what is ingested already.
pub(super) fn show_plan(job: &IngestJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let plan = IngestPlan::of(job, &stage.stores)?;
    if let Some(named) = plan.missing().first() {
        return Err(SourceError::NotFound(named.clone()).into());
    }
    put(stage.stdout, plan.text().as_bytes())?;
    Ok(Exit::Done)
}

pub(super) fn total_bytes(inputs: &[Input]) -> Option<u64> {
    inputs.iter().map(|input| input.size_bytes).sum()
}
