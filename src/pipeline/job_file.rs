//! `run`: the steps of a job file, for a day or for several.

mod backfill;
mod backfill_state;
mod day;
mod parallel;
mod plan;
mod targets;

use super::{Exit, PipelineError, RunContext};
use crate::job::{RunJob, RunMode};

/// Runs a job. A step that refuses an input does not stop the others; a step that fails stops
/// those that need it. What fails is logged here, with its step.
///
/// # Errors
/// The plan of a dry run cannot be worked out, or the memory of a backfill cannot be kept;
/// [`PipelineError::exit`] tells the exit code.
pub fn run_job_file(job: &RunJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    match job.mode {
        RunMode::DryRun(format) => plan::show(&job.days, format, context),
        RunMode::Once => {
            let ends = job
                .days
                .iter()
                .map(|day| day::run(day, day::BufferedSteps::new(), context));
            Ok(ends.fold(Exit::Done, Exit::worst))
        }
        RunMode::Backfill(how) => backfill::run(&job.days, how, context),
    }
}
