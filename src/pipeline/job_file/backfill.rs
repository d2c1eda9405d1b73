//! A job for a range of days: the days come in, in their order; the worst of their exit codes goes
//! out.
//!
//! It takes up at the first day that is not finished, and runs all days from there on: the reports
//! of a day may tell of the days before it, so a day that changes makes the later ones stale.

use std::fmt::Write;

use chrono::NaiveDate;

use super::backfill_state::{BackfillState, fingerprint};
use super::{day, parallel};
use crate::job::Backfill;
use crate::job::file::JobPlan;
use crate::pipeline::{Exit, PipelineError, RunContext};

/// What became of the days.
#[derive(Debug, Default)]
struct BackfillSummary {
    before: usize,
    done: Vec<NaiveDate>,
    failed: Vec<(NaiveDate, Exit)>,
    left: Vec<NaiveDate>,
    /// Whether a day is done and will be run again all the same.
    has_unrecorded_days: bool,
}

/// Runs the days. Each stands for itself: what is done stays done when a later one fails.
///
/// # Errors
/// The lake's place is none, or a mark cannot be written.
pub(super) fn run(
    days: &[JobPlan],
    how: Backfill,
    context: &mut RunContext<'_>,
) -> Result<Exit, PipelineError> {
    let Some(first) = days.first() else {
        return Ok(Exit::Done);
    };
    let backfill_state = BackfillState::of(first, &context.stores)?;
    let completed = days
        .iter()
        .map_while(|day| backfill_state.completed_exit(day).filter(|_| !how.redo));
    let completed: Vec<Exit> = completed.collect();
    let mut exit = completed.iter().copied().fold(Exit::Done, Exit::worst);
    let mut summary = BackfillSummary {
        before: completed.len(),
        ..BackfillSummary::default()
    };
    let mut has_stopped = false;
    for chunk in days[completed.len()..].chunks(how.parallel) {
        if has_stopped {
            summary.left.extend(chunk.iter().map(|day| day.date));
            continue;
        }
        // From before the day is run: a file that comes meanwhile makes it run again.
        let fingerprints: Vec<Option<String>> = chunk
            .iter()
            .map(|day| fingerprint(day, &context.stores))
            .collect();
        let buffered = parallel::run(&chunk.iter().collect::<Vec<_>>(), context);
        for ((plan, fingerprint), buffered) in chunk.iter().zip(fingerprints).zip(buffered) {
            if has_stopped {
                summary.left.push(plan.date);
                exit = exit.worst(day::abandon(plan, &buffered, context));
                continue;
            }
            let ended = day::run(plan, buffered, context);
            exit = exit.worst(ended);
            if matches!(ended, Exit::Done | Exit::Refused) {
                summary.done.push(plan.date);
                match fingerprint {
                    Some(fingerprint) => {
                        backfill_state.record_completion(plan, fingerprint, ended)?
                    }
                    None => summary.has_unrecorded_days = true,
                }
            } else if ended == Exit::Interrupted {
                summary.left.push(plan.date);
                has_stopped = true;
            } else {
                summary.failed.push((plan.date, ended));
                has_stopped = !how.keeps_going;
            }
        }
    }
    summary.log(&first.name);
    Ok(exit)
}

impl BackfillSummary {
    /// Says which days are done.
    fn log(&self, job: &str) {
        let mut text = format!("backfill of {job}");
        for (name, count) in [
            ("days finished before", self.before),
            ("days done", self.done.len()),
            ("days failed", self.failed.len()),
            ("days left", self.left.len()),
        ] {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n  {name:<24}{count:>14}");
        }
        if let (Some(first), Some(last)) = (self.done.first(), self.done.last()) {
            let _ = write!(text, "\n  done: {first} to {last}");
        }
        for (date, exit) in &self.failed {
            let _ = write!(text, "\n  failed: {date} (exit code {})", exit.code());
        }
        if let Some(first) = self.left.first() {
            let _ = write!(text, "\n  left: from {first}");
        }
        if self.has_unrecorded_days {
            text.push_str("\n  days that write to standard output are run again each time");
        }
        if self.failed.is_empty() && self.left.is_empty() {
            tracing::info!("{text}");
        } else {
            tracing::warn!("{text}\nthe same command takes it up again");
        }
    }
}
