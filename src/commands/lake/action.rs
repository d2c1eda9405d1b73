//! A subcommand of `lake`: its arguments, what it does, and its output.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::NaiveDate;
use clap::Args;

use crate::commands::{CommandError, ListOutput, OptionError, RunContext};
use crate::lake::Lake;
use crate::lake::maintenance::DayRange;
use crate::values::ExitCode;

/// The lake and the format of the output.
#[derive(Clone, Debug, Args)]
pub(super) struct LakeArguments {
    /// Use the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub(super) lake: String,
    /// Format
    #[command(flatten)]
    pub(super) output: ListOutput,
}

/// A range of days.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct DayArguments {
    /// Select partitions of this day or later; of supplier purchases, of its month or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Select partitions of this day or earlier; of supplier purchases, of its month or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
}

impl DayArguments {
    pub(super) fn range(self) -> DayRange {
        let Self { from, to } = self;
        DayRange { from, to }
    }

    pub(super) fn is_given(self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

/// A subcommand of `lake`.
pub(super) trait LakeAction: fmt::Debug {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// The lake and the format of the output.
    fn arguments(&self) -> &LakeArguments;

    /// Refuses options that do not fit together.
    fn validate(&self) -> Result<(), OptionError> {
        Ok(())
    }

    /// Whether it neither changes nor verifies the lake, so that telemetry does not report it.
    fn only_shows(&self) -> bool {
        false
    }

    /// The tables it writes. A vacuum writes none: it deletes files that no version needs.
    fn tables_written(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn run(&self, lake: &Lake, context: &RunContext<'_>) -> Result<Done, CommandError>;
}

/// The output of a subcommand and its exit code.
pub(super) struct Done {
    pub(super) text: String,
    pub(super) exit: ExitCode,
}

impl Done {
    /// The output of a subcommand that succeeded.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the last line of every subcommand"
    )]
    pub(super) fn of(text: String) -> Result<Self, CommandError> {
        let exit = ExitCode::Done;
        Ok(Self { text, exit })
    }
}

/// Reads the flag of an interruption.
pub(super) fn interrupted(context: &RunContext<'_>) -> impl Fn() -> bool + use<> {
    let flag = Arc::clone(&context.shared.progress.interrupted);
    move || flag.load(Ordering::Relaxed)
}
