//! Runs a step with its limits: it is stopped after its timeout or the deadline of the job, and it
//! is repeated after an error that may pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::commands::{CommandError, RunContext, TimeLimit, execute};
use crate::ingest::Progress;
use crate::input::escape_unprintable;
use crate::job_file::Step;
use crate::storage::error_text;
use crate::values::ExitCode;

/// The interval between checks for an interruption of the whole run.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The greatest pause between two attempts, so that a job goes on within minutes after an outage.
const MAX_PAUSE: Duration = Duration::from_mins(10);

/// Runs a step until it succeeds, fails for good, or has used its retries.
///
/// # Errors
/// That of the last attempt.
pub(super) fn run_step(
    step: &Step,
    context: &mut RunContext<'_>,
) -> Result<ExitCode, CommandError> {
    let limits = step.limits;
    let mut pause = limits.retry_pause;
    context.attempts = 0;
    loop {
        context.attempts += 1;
        let ended = run_once(step, context);
        let exit = ended
            .as_ref()
            .map_or_else(CommandError::exit_code, |exit| *exit);
        let may_pass = matches!(exit, ExitCode::Failed | ExitCode::Conflict);
        if !may_pass || context.attempts > u32::from(limits.retries) {
            return ended;
        }
        let error = ended.as_ref().err().map(|error| error_text(error));
        let date = context.step.as_ref().map(|step| step.date.to_string());
        tracing::warn!(
            date,
            step = step.name,
            attempt = context.attempts,
            exit_code = exit.code(),
            "{}; trying again in {}",
            escape_unprintable(error.as_deref().unwrap_or("the step failed")),
            humantime::format_duration(pause)
        );
        if !wait(pause, context) {
            return ended;
        }
        pause = pause.saturating_mul(2).min(MAX_PAUSE);
    }
}

/// Waits before the next attempt; `false` if there is none, because the run is interrupted or the
/// deadline passes.
fn wait(pause: Duration, context: &RunContext<'_>) -> bool {
    let started = Instant::now();
    let shared = &context.shared;
    loop {
        let left = pause.saturating_sub(started.elapsed());
        let is_over = shared.deadline.is_some_and(|limit| limit.has_passed());
        if is_over || shared.progress.interrupted.load(Ordering::Relaxed) {
            return false;
        }
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(POLL_INTERVAL));
    }
}

fn run_once(step: &Step, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
    // The elapsed time of a step does not include the steps before it.
    context.started = Instant::now();
    context.time_limit = TimeLimit::earliest(step.limits.timeout, context.shared.deadline);
    let Some(limit) = context.time_limit.clone() else {
        return execute(step.action.command(), context);
    };
    // The step has a stop flag of its own, so that the rest of the job is not interrupted.
    let of_job = context.shared.progress.clone();
    let of_step = Arc::new(AtomicBool::new(false));
    context.shared.progress = Progress {
        interrupted: Arc::clone(&of_step),
        ..of_job.clone()
    };
    let ended = std::thread::scope(|scope| {
        let (end, ends) = channel::<()>();
        let interrupted = Arc::clone(&of_job.interrupted);
        let watch = move || stop_at(&limit, &ends, &interrupted, &of_step);
        let watched = std::thread::Builder::new().spawn_scoped(scope, watch);
        if let Err(error) = &watched {
            tracing::warn!(
                step = step.name,
                "no thread to limit the time of the step: {error}"
            );
            context.shared.progress = of_job.clone();
        }
        let ended = execute(step.action.command(), context);
        drop(end);
        ended
    });
    context.shared.progress = of_job;
    context.time_limit = None;
    ended
}

/// Waits for the end of the step; stops it when its time is over or the whole run is interrupted.
fn stop_at(limit: &TimeLimit, ends: &Receiver<()>, run: &AtomicBool, step: &AtomicBool) {
    loop {
        match ends.recv_timeout(POLL_INTERVAL.min(limit.remaining())) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
        let is_interrupted = run.load(Ordering::Relaxed);
        if !is_interrupted && limit.remaining().is_zero() {
            limit.record_reached();
        }
        if is_interrupted || limit.remaining().is_zero() {
            step.store(true, Ordering::Relaxed);
            // Later interruptions change nothing: the step ends as soon as it can.
            return;
        }
    }
}
