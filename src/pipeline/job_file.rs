//! `run`: the steps of a job file, one after the other.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Exit, PipelineError, Stage, StepContext, put, run_ingest, run_page, run_report};
use crate::job::file::{Action, load};

/// Runs a job file for a data date. A step that refuses an input does not stop the later ones;
/// a step that fails does.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_job_file(
    path: &Path,
    date: NaiveDate,
    now: DateTime<Utc>,
    dry_run: bool,
    stage: &mut Stage<'_>,
) -> Result<Exit, PipelineError> {
    let steps = load(path, date, now, dry_run)?;
    let job = path.file_stem().unwrap_or_default();
    let job = job.to_string_lossy().into_owned();
    let mut exit = Exit::Done;
    for step in &steps {
        tracing::info!(step = step.name, "step");
        stage.step = Some(StepContext {
            job: job.clone(),
            step: step.name.clone(),
            date,
        });
        let ended = match &step.action {
            Action::Ingest(job) => run_ingest(job, stage)?,
            Action::Report(job) if dry_run => {
                let text = format!(
                    "report {} from {} -> {}\n",
                    job.question.name(),
                    job.lake,
                    job.target()
                );
                put(stage.stdout, text.as_bytes())?;
                Exit::Done
            }
            Action::Report(job) => run_report(job, stage)?,
            Action::Page(job) if dry_run => {
                let text = format!("page from {} -> {}\n", job.lake, job.output.display());
                put(stage.stdout, text.as_bytes())?;
                Exit::Done
            }
            Action::Page(job) => run_page(job, stage)?,
        };
        exit = exit.max(ended);
    }
    Ok(exit)
}
