//! How long a step may run: until a timeout of its own, or the deadline of the job.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::CommandError;
use crate::values::ExitCode;

/// The deadline of a job: no step starts after it.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// The time from the start of the job, as it was given.
    pub after: Duration,
    at: Instant,
}

impl Deadline {
    /// The deadline of a job that starts now; none if it is further away than the clock counts.
    pub fn after(after: Duration) -> Option<Self> {
        let at = Instant::now().checked_add(after)?;
        Some(Self { after, at })
    }

    /// Whether it has passed.
    pub fn has_passed(&self) -> bool {
        Instant::now() >= self.at
    }
}

/// What limits a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LimitKind {
    /// The key `timeout` of the step.
    Timeout,
    /// The deadline of the job.
    Deadline,
}

/// The limit of a running step, shared with the thread that waits for it.
#[derive(Clone, Debug)]
pub struct TimeLimit {
    kind: LimitKind,
    /// As it was given.
    duration: Duration,
    at: Instant,
    is_reached: Arc<AtomicBool>,
}

impl TimeLimit {
    /// The earlier one of a timeout that begins now and a deadline; none if there is neither.
    pub fn earliest(timeout: Option<Duration>, deadline: Option<Deadline>) -> Option<Self> {
        let own = timeout.and_then(|timeout| {
            let at = Instant::now().checked_add(timeout)?;
            Some((at, LimitKind::Timeout, timeout))
        });
        let of_job = deadline.map(|limit| (limit.at, LimitKind::Deadline, limit.after));
        let earliest = own.into_iter().chain(of_job).min_by_key(|(at, ..)| *at);
        earliest.map(|(at, kind, duration)| Self {
            kind,
            duration,
            at,
            is_reached: Arc::default(),
        })
    }

    /// The time that is left; zero once it is reached.
    pub fn remaining(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// Records that the step was stopped because of it.
    pub fn record_reached(&self) {
        self.is_reached.store(true, Ordering::Relaxed);
    }

    /// The error of a step: of its limit, if the step was interrupted because of it.
    pub(super) fn explain(&self, error: CommandError) -> CommandError {
        let was_stopped = self.is_reached.load(Ordering::Relaxed);
        if !was_stopped || error.exit_code() != ExitCode::Interrupted {
            return error;
        }
        match self.kind {
            LimitKind::Timeout => CommandError::Timeout(self.duration),
            LimitKind::Deadline => CommandError::Deadline(self.duration),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::RunError;

    fn limit(timeout_s: u64, deadline_s: Option<u64>) -> TimeLimit {
        let deadline = deadline_s.and_then(|seconds| Deadline::after(Duration::from_secs(seconds)));
        let limit = TimeLimit::earliest(Some(Duration::from_secs(timeout_s)), deadline);
        limit.expect("a limit")
    }

    #[test]
    fn the_earlier_limit_explains_an_interruption_that_it_caused() {
        let interrupted = || CommandError::from(RunError::Interrupted);
        for (limit, expected) in [
            (limit(60, None), "timeout"),
            (limit(60, Some(90)), "timeout"),
            (limit(60, Some(30)), "--deadline"),
        ] {
            let before = limit.explain(interrupted());
            assert_eq!(before.exit_code(), ExitCode::Interrupted);
            limit.record_reached();
            let after = limit.explain(interrupted());
            assert_eq!(after.exit_code(), ExitCode::Failed);
            assert!(after.to_string().contains(expected), "{after}");
        }
        assert!(TimeLimit::earliest(None, None).is_none());
    }
}
