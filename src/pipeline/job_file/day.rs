//! One day of a job: its steps come in, in their order; the exit code of the day goes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use crate::input::escape_unprintable;
use crate::job::file::{Action, JobPlan, Step};
use crate::pipeline::observed::step_of;
use crate::pipeline::{
    Exit, PipelineError, Stage, StepContext, put, run_check, run_ingest, run_lake, run_page,
    run_report,
};
use crate::run_report::RunReport;
use crate::storage::error_text;

/// Steps that were run before the day's turn, by name.
pub(super) type Early = BTreeMap<String, EarlyStep>;

/// A step that was run before the day's turn, and what it had to say.
#[derive(Debug)]
pub(super) struct EarlyStep {
    pub(super) ended: Result<Exit, PipelineError>,
    pub(super) stdout: Vec<u8>,
    pub(super) reports: Vec<RunReport>,
}

/// Runs the steps of a day. A step whose need has failed, or was not run, is not run either; nor
/// is what needs a check that refused an input.
pub(super) fn run(plan: &JobPlan, early: Early, stage: &mut Stage<'_>) -> Exit {
    let exit = steps(plan, early, stage);
    stage.observer.job_ended(&plan.name, plan.date, exit);
    exit
}

fn steps(plan: &JobPlan, mut early: Early, stage: &mut Stage<'_>) -> Exit {
    let mut exit = Exit::Done;
    let mut failed: BTreeSet<&str> = BTreeSet::new();
    for step in &plan.steps {
        if stage.progress.interrupted.load(Ordering::Relaxed) {
            tracing::error!(date = %plan.date, step = step.name, "interrupted before this step");
            leave(plan, &early, stage);
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
        stage.step = Some(context(plan, step));
        let ended = match early.remove(&step.name) {
            Some(early) => retell(early, stage),
            None => run_step(step, stage),
        };
        let ended = ended.unwrap_or_else(|error| told(plan, step, &error, stage));
        stage.step = None;
        exit = exit.worst(ended);
        if ended == Exit::Interrupted {
            leave(plan, &early, stage);
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
fn told(plan: &JobPlan, step: &Step, error: &PipelineError, stage: &Stage<'_>) -> Exit {
    let exit = error.exit();
    if exit != Exit::Done {
        let span = stage.observer.failure_span(step_of(stage).as_ref());
        let _failed = span.map(tracing::Span::entered);
        let told = escape_unprintable(&error_text(error));
        tracing::error!(date = %plan.date, step = step.name, "{told}");
    }
    exit
}

/// Tells of the steps that were run before the turn of a day that does not come: what they did is
/// done. The exit code that they ask for goes out.
pub(super) fn leave(plan: &JobPlan, early: &Early, stage: &mut Stage<'_>) -> Exit {
    let mut exit = Exit::Done;
    for step in &plan.steps {
        let Some(early) = early.get(&step.name) else {
            continue;
        };
        stage.step = Some(context(plan, step));
        for report in &early.reports {
            stage.watcher.summary(report);
        }
        exit = exit.worst(match &early.ended {
            Ok(ended) => *ended,
            // It is the whole run that was interrupted, which is told once.
            Err(error) if error.exit() == Exit::Interrupted => Exit::Interrupted,
            Err(error) => told(plan, step, error, stage),
        });
        stage.step = None;
    }
    exit
}

/// Where a stage is when it works for a step.
pub(super) fn context(plan: &JobPlan, step: &Step) -> StepContext {
    StepContext {
        job: plan.name.clone(),
        step: step.name.clone(),
        date: plan.date,
    }
}

pub(super) fn run_step(step: &Step, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    // A step's time is its own, not that of the steps before it.
    stage.started = std::time::Instant::now();
    match &step.action {
        Action::Ingest(job) => run_ingest(job, stage),
        Action::Check(job) => run_check(job, stage),
        Action::Report(job) => run_report(job, stage),
        Action::Page(job) => run_page(job, stage),
        Action::Lake(job) => run_lake(job, stage),
    }
}

/// Says in its turn what a step has said before it.
fn retell(early: EarlyStep, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    for report in &early.reports {
        stage.watcher.summary(report);
    }
    put(stage.stdout, &early.stdout)?;
    early.ended
}
