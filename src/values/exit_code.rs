//! The exit codes, and their names in logs, metrics and alerts.

use clap::ValueEnum;
use clap::builder::PossibleValue;

/// The outcome of a command; the codes are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ExitCode {
    /// Success.
    Done = 0,
    /// The environment failed: storage, network, credentials, disk, a limit of the system; or the lake
    /// is missing or damaged.
    Failed = 1,
    /// Invalid command line, job file or parameter.
    Usage = 2,
    /// Success, but at least one input was refused.
    Refused = 3,
    /// Record counts of an input are inconsistent (a bug); nothing of it was committed.
    Unbalanced = 4,
    /// Commit conflict, retries exhausted; nothing of that commit is in the lake.
    Conflict = 5,
    /// Success, but an expectation of the data is not met.
    Unmet = 6,
    /// Interrupted; every commit is complete or absent.
    Interrupted = 130,
}

impl ExitCode {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Refused,
        Self::Unbalanced,
        Self::Conflict,
        Self::Unmet,
        Self::Interrupted,
    ];

    /// The code of the process.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// Its name in metrics and `--alert-on`.
    pub fn name(self) -> &'static str {
        self.texts()[0]
    }

    /// What it means, for the help and the reference documentation.
    pub fn meaning(self) -> &'static str {
        self.texts()[1]
    }

    /// What to do about it, for the reference documentation.
    pub fn remedy(self) -> &'static str {
        self.texts()[2]
    }

    /// Name, meaning and remedy.
    fn texts(self) -> [&'static str; 3] {
        match self {
            Self::Done => [
                "done",
                "success, also when every input was already ingested",
                "nothing",
            ],
            Self::Failed => [
                "failed",
                "storage, network, credentials, disk or a system limit failed, or the lake is missing or damaged",
                "correct the cause that the last log line names, and run the command again",
            ],
            Self::Usage => [
                "usage",
                "invalid command line, job file or report parameter",
                "correct the option, key or parameter that the message names",
            ],
            Self::Refused => [
                "refused",
                "at least one input was refused; the others are ingested",
                "correct the refused inputs, listed in the run report, and ingest them again",
            ],
            Self::Unbalanced => [
                "unbalanced",
                "record counts of an input are inconsistent (a bug): nothing of it was committed",
                "report the bug with the run report",
            ],
            Self::Conflict => [
                "conflict",
                "commit conflict: retries exhausted, nothing of that commit is in the lake",
                "run the command again when the other writers have finished",
            ],
            Self::Unmet => [
                "unmet",
                "an expectation of the data is not met; the answers about its table are held back",
                "correct the data that the result names and run the job again, or change the expectation",
            ],
            Self::Interrupted => [
                "interrupted",
                "interrupted: every commit is complete or absent",
                "run the command again",
            ],
        }
    }

    /// Whether the command succeeded, possibly without the inputs that were refused.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::Refused)
    }

    /// Whether the command did what it had to do: what it found may still hold back answers.
    pub fn is_complete(self) -> bool {
        self.is_success() || self == Self::Unmet
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
            Self::Unmet => 2,
            Self::Usage => 3,
            Self::Failed => 4,
            Self::Conflict => 5,
            Self::Unbalanced => 6,
            Self::Interrupted => 7,
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
