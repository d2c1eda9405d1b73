//! One day of a job: its steps come in, in their order; the exit code of the day goes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use crate::input::escape_unprintable;
use crate::job::file::{Action, JobPlan, Step};
use crate::pipeline::instrument::step_of;
use crate::pipeline::{
    CurrentStep, Exit, PipelineError, RunContext, put, run_check, run_dashboard, run_ingest,
    run_lake, run_report,
};
use crate::run_report::RunReport;
use crate::storage::error_text;

/// Steps that were run before the day's turn, by name.
pub(super) type BufferedSteps = BTreeMap<String, BufferedStep>;

/// A step that was run before the day's turn, and what it had to say.
#[derive(Debug)]
pub(super) struct BufferedStep {
    pub(super) ended: Result<Exit, PipelineError>,
    pub(super) stdout: Vec<u8>,
    pub(super) reports: Vec<RunReport>,
}

/// Runs the steps of a day. A step whose need has failed, or was not run, is not run either; nor
/// is what needs a check that refused an input.
pub(super) fn run(plan: &JobPlan, buffered: BufferedSteps, context: &mut RunContext<'_>) -> Exit {
    let exit = steps(plan, buffered, context);
    context.telemetry.job_ended(&plan.name, plan.date, exit);
    exit
}

fn steps(plan: &JobPlan, mut buffered: BufferedSteps, context: &mut RunContext<'_>) -> Exit {
    let mut exit = Exit::Done;
    let mut failed: BTreeSet<&str> = BTreeSet::new();
    for step in &plan.steps {
        if context.progress.interrupted.load(Ordering::Relaxed) {
            tracing::error!(date = %plan.date, step = step.name, "interrupted before this step");
            abandon(plan, &buffered, context);
            return Exit::Interrupted;
        }
        if let Some(need) = step
            .needs
            .iter()
            .find(|need| failed.contains(need.as_str()))
        {
            tracing::warn!(date = %plan.date, step = step.name, "not run: it needs {need:?}");
            failed.insert(&step.name);
            continue;
        }
        tracing::info!(date = %plan.date, step = step.name, "step");
        context.step = Some(step_id(plan, step));
        let ended = match buffered.remove(&step.name) {
            Some(buffered) => replay(buffered, context),
            None => run_step(step, context),
        };
        let ended = ended.unwrap_or_else(|error| log_failure(plan, step, &error, context));
        context.step = None;
        exit = exit.worst(ended);
        if ended == Exit::Interrupted {
            abandon(plan, &buffered, context);
            return exit;
        }
        let is_gate = matches!(step.action, Action::Check(_));
        if !ended.is_success() || (is_gate && ended != Exit::Done) {
            failed.insert(&step.name);
        }
    }
    exit
}

/// Logs why a step has failed, as a line of that step.
fn log_failure(
    plan: &JobPlan,
    step: &Step,
    error: &PipelineError,
    context: &RunContext<'_>,
) -> Exit {
    let exit = error.exit();
    if exit != Exit::Done {
        let span = context.telemetry.failure_span(step_of(context).as_ref());
        let _failed = span.map(tracing::Span::entered);
        let message = escape_unprintable(&error_text(error));
        tracing::error!(date = %plan.date, step = step.name, "{message}");
    }
    exit
}

/// Tells of the steps that were run before the turn of a day that does not come: what they did is
/// done. The exit code that they ask for goes out.
pub(super) fn abandon(
    plan: &JobPlan,
    buffered: &BufferedSteps,
    context: &mut RunContext<'_>,
) -> Exit {
    let mut exit = Exit::Done;
    for step in &plan.steps {
        let Some(buffered) = buffered.get(&step.name) else {
            continue;
        };
        context.step = Some(step_id(plan, step));
        for report in &buffered.reports {
            context.progress_ui.summary(report);
        }
        exit = exit.worst(match &buffered.ended {
            Ok(ended) => *ended,
            // It is the whole run that was interrupted, which is told once.
            Err(error) if error.exit() == Exit::Interrupted => Exit::Interrupted,
            Err(error) => log_failure(plan, step, error, context),
        });
        context.step = None;
    }
    exit
}

/// Where a stage is when it works for a step.
pub(super) fn step_id(plan: &JobPlan, step: &Step) -> CurrentStep {
    CurrentStep {
        job: plan.name.clone(),
        step: step.name.clone(),
        date: plan.date,
    }
}

pub(super) fn run_step(step: &Step, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    // A step's time is its own, not that of the steps before it.
    context.started = std::time::Instant::now();
    match &step.action {
        Action::Ingest(job) => run_ingest(job, context),
        Action::Check(job) => run_check(job, context),
        Action::Report(job) => run_report(job, context),
        Action::Dashboard(job) => run_dashboard(job, context),
        Action::Lake(job) => run_lake(job, context),
    }
}

/// Says in its turn what a step has said before it.
fn replay(buffered: BufferedStep, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    for report in &buffered.reports {
        context.progress_ui.summary(report);
    }
    put(context.stdout, &buffered.stdout)?;
    buffered.ended
}
