//! The exit codes, and their names in logs, metrics and alerts.

use clap::ValueEnum;
use clap::builder::PossibleValue;

/// The outcome of a command; the codes are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitCode {
    /// 0: success.
    Done,
    /// 1: the environment failed: storage, network, credentials, disk, a limit of the system; or the
    /// lake is missing or damaged.
    Failed,
    /// 2: invalid command line, job file or parameter.
    Usage,
    /// 3: success, but at least one input was refused.
    Refused,
    /// 4: record counts of an input are inconsistent (a bug); nothing of it was committed.
    Unbalanced,
    /// 5: commit conflict, retries exhausted; nothing of that commit is in the lake.
    Conflict,
    /// 130: interrupted; every commit is complete or absent.
    Interrupted,
}

impl ExitCode {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Refused,
        Self::Unbalanced,
        Self::Conflict,
        Self::Interrupted,
    ];

    /// The code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Unbalanced => 4,
            Self::Conflict => 5,
            Self::Interrupted => 130,
        }
    }

    /// Its name in metrics and `--alert-on`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::Unbalanced => "unbalanced",
            Self::Conflict => "conflict",
            Self::Interrupted => "interrupted",
        }
    }

    /// What it means, for the help and the reference documentation.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "success, also when every input was already ingested",
            Self::Failed => {
                "storage, network, credentials, disk or a system limit failed, or the lake is missing or damaged"
            }
            Self::Usage => "invalid command line, job file or report parameter",
            Self::Refused => "at least one input was refused; the others are ingested",
            Self::Unbalanced => {
                "record counts of an input are inconsistent (a bug): nothing of it was committed"
            }
            Self::Conflict => {
                "commit conflict: retries exhausted, nothing of that commit is in the lake"
            }
            Self::Interrupted => "interrupted: every commit is complete or absent",
        }
    }

    /// What to do about it, for the reference documentation.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Done => "nothing",
            Self::Failed => {
                "correct the cause that the last log line names, and run the command again"
            }
            Self::Usage => "correct the option, key or parameter that the message names",
            Self::Refused => {
                "correct the refused inputs, listed in the run report, and ingest them again"
            }
            Self::Unbalanced => "report the bug with the run report",
            Self::Conflict => "run the command again when the other writers have finished",
            Self::Interrupted => "run the command again",
        }
    }

    /// Whether the command succeeded, possibly without the inputs that were refused.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::Refused)
    }

    /// The more severe of two outcomes.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if other.severity() > self.severity() {
            other
        } else {
            self
        }
    }

    /// The rank of the outcome in a job of several steps: the highest one is the job's.
    pub fn severity(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Conflict => 4,
            Self::Unbalanced => 5,
            Self::Interrupted => 6,
        }
    }
}

impl ValueEnum for ExitCode {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(format!("Exit code {}", self.code())))
    }
}
