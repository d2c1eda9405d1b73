//! Runs a job for a range of days in order. The result is their worst exit code.
//!
//! A backfill resumes at the first day that is not complete and runs all days from there on: the
//! reports of a day may include the days before it, so a changed day makes later ones stale.

use std::fmt::Write;

use chrono::NaiveDate;
use clap::Args;

use super::backfill_state::{BackfillState, fingerprint};
use super::day::{self, DayEnd};
use super::parallel;
use crate::commands::{CommandError, RunContext};
use crate::job_file::JobPlan;
use crate::values::ExitCode;

/// How the days of a backfill run.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct BackfillOptions {
    /// Run this many days at a time, 1 to 64; only steps with `days_in_parallel`
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..=64),
        help_heading = "Backfill"
    )]
    parallel: u16,
    /// Continue with the next day after one that failed or whose answers were held back
    #[arg(long, requires = "from", help_heading = "Backfill")]
    keep_going: bool,
    /// Run days again that an earlier backfill has completed
    #[arg(long, requires = "from", help_heading = "Backfill")]
    redo: bool,
}

/// The results of the days.
#[derive(Debug, Default)]
struct BackfillSummary {
    before: usize,
    done: Vec<NaiveDate>,
    failed: Vec<(NaiveDate, ExitCode)>,
    /// Days with answers that were held back.
    held: Vec<NaiveDate>,
    not_run: Vec<NaiveDate>,
    /// Whether a completed day will run again because its completion cannot be recorded.
    has_unrecorded_days: bool,
}

/// Runs the days. Each day is independent: a completed day stays complete if a later one fails.
///
/// # Errors
/// The location of the lake is invalid, or a completion marker cannot be written.
pub(super) fn run(
    days: &[JobPlan],
    options: BackfillOptions,
    context: &mut RunContext<'_>,
) -> Result<ExitCode, CommandError> {
    let Some(first) = days.first() else {
        return Ok(ExitCode::Done);
    };
    let backfill_state = BackfillState::of(first, &context.shared)?;
    let completed = days
        .iter()
        .map_while(|day| backfill_state.completed_exit(day).filter(|_| !options.redo));
    let completed: Vec<ExitCode> = completed.collect();
    let mut exit = completed
        .iter()
        .copied()
        .fold(ExitCode::Done, ExitCode::worst);
    let mut summary = BackfillSummary {
        before: completed.len(),
        ..BackfillSummary::default()
    };
    let mut has_stopped = false;
    for chunk in days[completed.len()..].chunks(usize::from(options.parallel)) {
        let deadline = context.shared.deadline;
        if !has_stopped && deadline.is_some_and(|limit| limit.has_passed()) {
            tracing::error!(date = %chunk[0].date, "the deadline of the job has passed before this day");
            exit = exit.worst(ExitCode::Failed);
            has_stopped = true;
        }
        if has_stopped {
            summary.not_run.extend(chunk.iter().map(|day| day.date));
            continue;
        }
        // Taken before the day runs, so that a file that arrives meanwhile makes it run again.
        let fingerprints: Vec<Option<String>> = chunk
            .iter()
            .map(|day| fingerprint(day, &context.shared.stores, context.shared.clock))
            .collect();
        let buffered = parallel::run(&chunk.iter().collect::<Vec<_>>(), context);
        for ((plan, fingerprint), buffered) in chunk.iter().zip(fingerprints).zip(buffered) {
            if has_stopped {
                summary.not_run.push(plan.date);
                exit = exit.worst(day::abandon(plan, &buffered, context));
                continue;
            }
            let ended = day::run(plan, buffered, context);
            exit = exit.worst(ended.exit);
            match summary.add(plan.date, &ended) {
                DayResult::Complete => match fingerprint {
                    Some(fingerprint) => {
                        backfill_state.record_completion(plan, fingerprint, ended.exit)?;
                    }
                    None => summary.has_unrecorded_days = true,
                },
                DayResult::Incomplete => has_stopped = !options.keep_going,
                DayResult::Interrupted => has_stopped = true,
            }
        }
    }
    summary.log(&first.name);
    Ok(exit)
}

/// What the result of a day means for the backfill.
enum DayResult {
    /// Every answer is written.
    Complete,
    /// A step has failed, or an answer is held back: the answers of later days may include the day.
    Incomplete,
    Interrupted,
}

impl BackfillSummary {
    /// Adds the result of a day.
    fn add(&mut self, date: NaiveDate, ended: &DayEnd<'_>) -> DayResult {
        if ended.exit == ExitCode::Interrupted {
            self.not_run.push(date);
            return DayResult::Interrupted;
        }
        if !ended.exit.is_complete() {
            self.failed.push((date, ended.exit));
            return DayResult::Incomplete;
        }
        if !ended.held.is_empty() || ended.exit == ExitCode::Unmet {
            self.held.push(date);
            return DayResult::Incomplete;
        }
        self.done.push(date);
        DayResult::Complete
    }

    /// Logs the summary.
    fn log(&self, job: &str) {
        let mut text = format!("backfill of {job}");
        for (name, count) in [
            ("days already complete", self.before),
            ("days completed", self.done.len()),
            ("days failed", self.failed.len()),
            ("days held back", self.held.len()),
            ("days not run", self.not_run.len()),
        ] {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n  {name:<24}{count:>14}");
        }
        if let (Some(first), Some(last)) = (self.done.first(), self.done.last()) {
            let _ = write!(text, "\n  completed: {first} to {last}");
        }
        for (date, exit) in &self.failed {
            let _ = write!(text, "\n  failed: {date} (exit code {})", exit.code());
        }
        for date in &self.held {
            let _ = write!(text, "\n  held back: {date}");
        }
        if let Some(first) = self.not_run.first() {
            let _ = write!(text, "\n  not run: from {first}");
        }
        if self.has_unrecorded_days {
            text.push_str(
                "\n  days that write to stdout, or leave out inputs that changed recently, are not complete and run again",
            );
        }
        if self.failed.is_empty() && self.held.is_empty() && self.not_run.is_empty() {
            tracing::info!("{text}");
        } else {
            tracing::warn!("{text}\nrun the same command to resume");
        }
    }
}
