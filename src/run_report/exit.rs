//! The exit codes, and their names in logs, metrics and alerts.

/// The outcome of a command; the codes are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: success.
    Done,
    /// 1: storage, network or disk failed.
    Failed,
    /// 2: invalid command line, job file or parameter.
    Usage,
    /// 3: success, but at least one input was refused.
    Refused,
    /// 4: record counts are inconsistent (a bug); nothing was committed.
    Unbalanced,
    /// 5: commit conflict, retries exhausted; nothing was committed.
    Conflict,
    /// 130: interrupted; every commit is complete or absent.
    Interrupted,
}

impl Exit {
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

    /// Whether what was asked for has been done, if need be without the inputs that were refused.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Done | Self::Refused)
    }

    /// The more severe of two outcomes, in the order of the match below.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        let severity = |exit| match exit {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Conflict => 4,
            Self::Unbalanced => 5,
            Self::Interrupted => 6,
        };
        if severity(other) > severity(self) {
            other
        } else {
            self
        }
    }
}
