//! One day of a job: its steps come in, in their order; the exit code of the day goes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use crate::job::file::{Action, JobPlan, Step};
use crate::pipeline::{
    Exit, PipelineError, Stage, StepContext, put, run_check, run_ingest, run_page, run_report,
};
use crate::source::shown;
use crate::store::error_text;
use crate::summary::RunReport;

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
pub(super) fn run(plan: &JobPlan, mut early: Early, stage: &mut Stage<'_>) -> Exit {
    let mut exit = Exit::Done;
    let mut failed: BTreeSet<&str> = BTreeSet::new();
    for step in &plan.steps {
        if stage.progress.interrupted.load(Ordering::Relaxed) {
            tracing::error!(date = %plan.date, step = step.name, "interrupted before this step");
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
        stage.step = None;
        let ended = ended.unwrap_or_else(|error| {
            let exit = error.exit();
            if exit != Exit::Done {
                failed.insert(&step.name);
                let told = shown(&error_text(&error));
                tracing::error!(date = %plan.date, step = step.name, "{told}");
            }
            exit
        });
        exit = exit.worst(ended);
        if ended == Exit::Interrupted {
            return exit;
        }
        let is_gate = matches!(step.action, Action::Check(_));
        if is_gate && ended != Exit::Done {
            failed.insert(&step.name);
        }
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
    match &step.action {
        Action::Ingest(job) => run_ingest(job, stage),
        Action::Check(job) => run_check(job, stage),
        Action::Report(job) => run_report(job, stage),
        Action::Page(job) => run_page(job, stage),
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
