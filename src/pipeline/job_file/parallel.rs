//! The steps of several days that may pass each other, at the same time: days come in, what their
//! steps did goes out, to be told when it is each day's turn.

use super::day::{BufferedStep, BufferedSteps, run_step, step_id};
use crate::ingest::Progress;
use crate::job::file::JobPlan;
use crate::pipeline::{ProgressUi, RunContext};
use crate::run_report::RunReport;
use crate::storage::Stores;
use crate::telemetry::Telemetry;

/// What the days share.
struct Shared<'a> {
    progress: &'a Progress,
    stores: &'a Stores,
    telemetry: &'a Telemetry,
    started: std::time::Instant,
    report_threads: usize,
}

/// Runs the steps with `days_in_parallel`, a thread for each day. A single day has nobody to pass, and
/// without threads for all of them each day's steps are run when it is its turn.
pub(super) fn run(days: &[&JobPlan], context: &RunContext<'_>) -> Vec<BufferedSteps> {
    let in_turn = || days.iter().map(|_| BufferedSteps::new()).collect();
    if days.len() < 2 {
        return in_turn();
    }
    if let Err(error) = context.stores.reserve_threads_for_tasks(days.len()) {
        tracing::warn!("one day after the other: {error}");
        return in_turn();
    }
    let shared = Shared {
        progress: &context.progress,
        stores: &context.stores,
        telemetry: context.telemetry,
        started: context.started,
        report_threads: context.report_threads,
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = days
            .iter()
            .map(|day| {
                let thread = std::thread::Builder::new();
                thread.spawn_scoped(scope, || steps(day, &shared)).ok()
            })
            .collect();
        let ended = threads.into_iter().map(|thread| match thread {
            // A panic is a bug, and goes on where it can be seen.
            Some(thread) => thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            None => BufferedSteps::new(),
        });
        ended.collect()
    })
}

fn steps(day: &JobPlan, shared: &Shared<'_>) -> BufferedSteps {
    let mut buffered = BufferedSteps::new();
    for step in day.steps.iter().filter(|step| step.days_in_parallel) {
        // What a failed step is needed for is left to the day's turn, where it is refused.
        let has_needs = step
            .needs
            .iter()
            .all(|need| buffered.get(need).is_some_and(|step| step.ended.is_ok()));
        if !has_needs {
            continue;
        }
        let (mut stdout, mut report_buffer) = (Vec::new(), ReportBuffer::default());
        let mut own = RunContext {
            stdout: &mut stdout,
            progress_ui: &mut report_buffer,
            progress: shared.progress.clone(),
            stores: shared.stores.clone(),
            telemetry: shared.telemetry,
            started: shared.started,
            report_threads: shared.report_threads,
            step: Some(step_id(day, step)),
        };
        let ended = run_step(step, &mut own);
        let done = BufferedStep {
            ended,
            stdout,
            reports: report_buffer.0,
        };
        buffered.insert(step.name.clone(), done);
    }
    buffered
}

/// Keeps the ends of runs, to be told later.
#[derive(Debug, Default)]
struct ReportBuffer(Vec<RunReport>);

impl ProgressUi for ReportBuffer {
    fn begin(&mut self, _total_bytes: Option<u64>, _progress: &Progress) {}

    fn end(&mut self) {}

    fn summary(&mut self, report: &RunReport) {
        self.0.push(report.clone());
    }
}
