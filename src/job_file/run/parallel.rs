//! Runs the `days_in_parallel` steps of several days at the same time and buffers their results
//! until the turn of their day.

use std::time::Instant;

use super::answers::answers_after;
use super::attempts::run_step;
use super::day::{BufferedStep, BufferedSteps, step_id};
use crate::commands::{ProgressUi, RunContext, SharedContext};
use crate::ingest::Progress;
use crate::job_file::JobPlan;
use crate::run_report::RunReport;

/// Runs the steps with `days_in_parallel`, one thread per day. A single day, or all days if there
/// are not enough threads, run these steps in their turn instead.
pub(super) fn run(days: &[&JobPlan], context: &RunContext<'_>) -> Vec<BufferedSteps> {
    let in_turn = || days.iter().map(|_| BufferedSteps::new()).collect();
    if days.len() < 2 {
        return in_turn();
    }
    if let Err(error) = context.shared.stores.reserve_threads_for_tasks(days.len()) {
        tracing::warn!("running one day at a time: {error}");
        return in_turn();
    }
    let shared = &context.shared;
    std::thread::scope(|scope| {
        let threads: Vec<_> = days
            .iter()
            .map(|day| {
                let thread = std::thread::Builder::new();
                thread.spawn_scoped(scope, || steps(day, shared)).ok()
            })
            .collect();
        let ended = threads.into_iter().map(|thread| match thread {
            // A panic is a bug and must not be hidden.
            Some(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            None => BufferedSteps::new(),
        });
        ended.collect()
    })
}

fn steps(day: &JobPlan, shared: &SharedContext<'_>) -> BufferedSteps {
    let mut buffered = BufferedSteps::new();
    for step in day.steps.iter().filter(|step| step.days_in_parallel) {
        // A step that needs a failed one is skipped, and reported in the turn of its day.
        let has_needs = step
            .needs
            .iter()
            .all(|need| buffered.get(need).is_some_and(|step| step.ended.is_ok()));
        let is_late = shared.deadline.is_some_and(|limit| limit.has_passed());
        if !has_needs || is_late {
            continue;
        }
        let (mut stdout, mut report_buffer) = (Vec::new(), ReportBuffer::default());
        let mut own = RunContext::new(&mut stdout, &mut report_buffer, shared.clone());
        own.step = Some(step_id(day, step));
        own.later_answers = answers_after(day, step);
        let started = Instant::now();
        let ended = run_step(step, &mut own);
        let (report, attempts) = (own.run_report.take(), own.attempts);
        let done = BufferedStep {
            ended,
            stdout,
            report,
            attempts,
            elapsed: started.elapsed(),
            summaries: report_buffer.0,
        };
        buffered.insert(step.name.clone(), done);
    }
    buffered
}

/// Buffers the reports of runs.
#[derive(Debug, Default)]
struct ReportBuffer(Vec<RunReport>);

impl ProgressUi for ReportBuffer {
    fn begin(&mut self, _total_bytes: Option<u64>, _progress: &Progress) {}

    fn end(&mut self) {}

    fn summary(&mut self, report: &RunReport) {
        self.0.push(report.clone());
    }
}
