//! Runs one day of a job: its steps in order. The result is the exit code of the day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::answers::answers_after;
use super::attempts::run_step;
use crate::commands::{
    CommandError, Deadline, JobSummary, RunContext, StepState, StepSummary, put,
};
use crate::input::escape_unprintable;
use crate::job_file::{JobPlan, Step};
use crate::run_report::{RecordCounts, RunReport};
use crate::storage::error_text;
use crate::telemetry::StepId;
use crate::values::ExitCode;

/// Results of steps that ran before the turn of their day, by name.
pub(super) type BufferedSteps = BTreeMap<String, BufferedStep>;

/// The result of a step that ran before the turn of its day, and its output.
#[derive(Debug)]
pub(super) struct BufferedStep {
    pub(super) ended: Result<ExitCode, CommandError>,
    pub(super) stdout: Vec<u8>,
    pub(super) report: Option<Arc<RunReport>>,
    pub(super) attempts: u32,
    pub(super) elapsed: Duration,
    /// The reports to show.
    pub(super) summaries: Vec<RunReport>,
}

/// How a day ended.
#[derive(Debug)]
pub(super) struct DayEnd<'p> {
    /// The worst exit code of its steps.
    pub(super) exit: ExitCode,
    /// The steps whose answers are held back, and why.
    pub(super) held: BTreeMap<&'p str, String>,
    /// The steps that have failed or need one that has.
    failed: BTreeSet<&'p str>,
    /// What became of the steps, in their order.
    steps: Vec<StepSummary>,
}

/// Runs the steps of a day. A step does not run if a step it needs has failed, did not run, or is a
/// check that refused an input; nor if its answer is held back, which stops no other step.
pub(super) fn run<'p>(
    plan: &'p JobPlan,
    buffered: BufferedSteps,
    context: &mut RunContext<'_>,
) -> DayEnd<'p> {
    context.job_inputs = None;
    let mut day = DayEnd {
        exit: ExitCode::Done,
        held: BTreeMap::new(),
        failed: BTreeSet::new(),
        steps: Vec::new(),
    };
    day.run(plan, buffered, context);
    context.progress_ui.steps(&JobSummary {
        job: plan.name.clone(),
        date: plan.date,
        steps: std::mem::take(&mut day.steps),
    });
    let telemetry = context.shared.telemetry;
    telemetry.job_ended(&plan.name, plan.date, day.exit);
    day
}

impl<'p> DayEnd<'p> {
    fn run(
        &mut self,
        plan: &'p JobPlan,
        mut buffered: BufferedSteps,
        context: &mut RunContext<'_>,
    ) {
        for step in &plan.steps {
            if context.shared.progress.interrupted.load(Ordering::Relaxed) {
                tracing::error!(date = %plan.date, step = step.name, "interrupted before this step");
                abandon(plan, &buffered, context);
                self.exit = ExitCode::Interrupted;
                return;
            }
            // What ran before the turn of the day is reported after the deadline as well.
            let has_run = buffered.contains_key(&step.name);
            let deadline = context.shared.deadline.filter(|_| !has_run);
            if let Some(state) = self.stopped(plan, step, deadline) {
                self.steps.push(summary_of(step, state));
                continue;
            }
            tracing::info!(date = %plan.date, step = step.name, "step");
            context.step = Some(step_id(plan, step));
            context.later_answers = answers_after(plan, step);
            let started = Instant::now();
            let (ended, elapsed) = match buffered.remove(&step.name) {
                Some(buffered) => {
                    let elapsed = buffered.elapsed;
                    (replay(buffered, context), elapsed)
                }
                None => (run_step(step, context), started.elapsed()),
            };
            let ended = ended.unwrap_or_else(|error| log_failure(plan, step, &error, context));
            context.step = None;
            self.add(plan, step, ended, context);
            self.steps.push(StepSummary {
                attempts: context.attempts,
                counts: counts(context),
                elapsed,
                ..summary_of(step, StepState::Ended(ended))
            });
            if ended == ExitCode::Interrupted {
                abandon(plan, &buffered, context);
                return;
            }
        }
    }

    /// Why a step does not run because of the steps before it or the deadline, which is logged.
    fn stopped(
        &mut self,
        plan: &'p JobPlan,
        step: &'p Step,
        deadline: Option<Deadline>,
    ) -> Option<StepState> {
        if let Some(limit) = deadline.filter(Deadline::has_passed) {
            let after = humantime::format_duration(limit.after);
            tracing::error!(date = %plan.date, step = step.name, "not run: the deadline of the job, --deadline {after}, has passed");
            self.exit = self.exit.worst(ExitCode::Failed);
            self.failed.insert(&step.name);
            return Some(StepState::Skipped);
        }
        let has_failed = |need: &&String| self.failed.contains(need.as_str());
        if let Some(need) = step.needs.iter().find(has_failed) {
            tracing::warn!(date = %plan.date, step = step.name, "not run: it needs {need:?}");
            self.failed.insert(&step.name);
            return Some(StepState::Skipped);
        }
        let reason = self.held.get(step.name.as_str())?;
        tracing::warn!(date = %plan.date, step = step.name, "{reason}");
        Some(StepState::HeldBack)
    }

    /// Adds the result of a step that ran.
    fn add(
        &mut self,
        plan: &'p JobPlan,
        step: &'p Step,
        ended: ExitCode,
        context: &mut RunContext<'_>,
    ) {
        self.exit = self.exit.worst(ended);
        if !ended.is_complete() || (step.action.command().is_gate() && ended != ExitCode::Done) {
            self.failed.insert(&step.name);
        }
        let report = context.run_report.clone();
        if let Some(report) = &report
            && step.action.command().name() == "ingest"
        {
            let paths = report.inputs.iter().map(|input| input.path.clone());
            let known = context.job_inputs.get_or_insert_default();
            known.extend(paths);
        }
        let why = match ended {
            ExitCode::Unmet => "found an expectation that is not met",
            _ => "has refused an input",
        };
        for held in report.iter().flat_map(|report| &report.held_back) {
            let mut steps = plan.steps.iter();
            let Some(later) = steps.find(|later| later.name == held.step) else {
                continue;
            };
            let reason = format!(
                "held back: {:?} {why}; not written: {}",
                step.name, held.output
            );
            self.held.entry(&later.name).or_insert(reason);
        }
    }
}

/// A step that did not run.
fn summary_of(step: &Step, state: StepState) -> StepSummary {
    let output = step.action.command().output();
    StepSummary {
        step: step.name.clone(),
        state,
        attempts: 0,
        counts: None,
        output: output.map(|output| output.shown()),
        elapsed: Duration::ZERO,
    }
}

/// The counts of the step that has just ended, if it read records.
fn counts(context: &RunContext<'_>) -> Option<RecordCounts> {
    let report = context.run_report.as_deref()?;
    report.expectations.is_empty().then_some(report.counts)
}

/// Logs the error of a step in the context of the step.
fn log_failure(
    plan: &JobPlan,
    step: &Step,
    error: &CommandError,
    context: &RunContext<'_>,
) -> ExitCode {
    let exit = error.exit_code();
    if exit != ExitCode::Done {
        let span = context.shared.telemetry.failure_span(context.step.as_ref());
        let _failed = span.map(tracing::Span::entered);
        let message = escape_unprintable(&error_text(error));
        tracing::error!(date = %plan.date, step = step.name, "{message}");
    }
    exit
}

/// Reports the steps of a day that ran before its turn when the rest of the day does not run: their
/// commits remain. Returns their worst exit code.
pub(super) fn abandon(
    plan: &JobPlan,
    buffered: &BufferedSteps,
    context: &mut RunContext<'_>,
) -> ExitCode {
    let mut exit = ExitCode::Done;
    for step in &plan.steps {
        let Some(buffered) = buffered.get(&step.name) else {
            continue;
        };
        context.step = Some(step_id(plan, step));
        for report in &buffered.summaries {
            context.progress_ui.summary(report);
        }
        exit = exit.worst(match &buffered.ended {
            Ok(ended) => *ended,
            // The interruption of the whole run is reported once.
            Err(error) if error.exit_code() == ExitCode::Interrupted => ExitCode::Interrupted,
            Err(error) => log_failure(plan, step, error, context),
        });
        context.step = None;
    }
    exit
}

/// The id of a step of a day.
pub(super) fn step_id(plan: &JobPlan, step: &Step) -> StepId {
    StepId {
        job: plan.name.clone(),
        step: step.name.clone(),
        date: plan.date,
    }
}

/// Writes the buffered output of a step and returns its result.
fn replay(buffered: BufferedStep, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
    for report in &buffered.summaries {
        context.progress_ui.summary(report);
    }
    context.run_report = buffered.report;
    context.attempts = buffered.attempts;
    put(context.stdout, &buffered.stdout)?;
    buffered.ended
}
