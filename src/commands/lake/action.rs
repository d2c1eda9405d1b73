//! A subcommand of `lake`: its arguments, what it does, and its output.

use std::fmt;
use std::sync::atomic::Ordering;

use chrono::NaiveDate;
use clap::Args;
use serde::Serialize;

use crate::commands::{CommandError, ListFormat, ListOutput, OptionError, RunContext};
use crate::lake::Lake;
use crate::lake::maintenance::DayRange;
use crate::values::ExitCode;

/// A subcommand with its lake.
#[derive(Clone, Debug, Args)]
pub struct OnLake<A: Args> {
    /// Use the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Format
    #[command(flatten)]
    output: ListOutput,
    /// The options of the subcommand.
    #[command(flatten)]
    action: A,
}

impl<A: Args + LakeAction> OnLake<A> {
    /// The subcommand of this name.
    pub(super) fn named(&self, name: &'static str) -> NamedAction<'_> {
        NamedAction {
            name,
            lake: &self.lake,
            format: self.output.format,
            action: &self.action,
        }
    }
}

/// A subcommand, whichever it is.
pub(super) struct NamedAction<'a> {
    /// Its name on the command line.
    pub(super) name: &'static str,
    pub(super) lake: &'a str,
    pub(super) format: ListFormat,
    pub(super) action: &'a dyn LakeAction,
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
pub trait LakeAction: fmt::Debug {
    /// Refuses options that do not fit together.
    ///
    /// # Errors
    /// [`OptionError`] names the option.
    fn validate(&self) -> Result<(), OptionError> {
        Ok(())
    }

    /// Whether it refuses a location without any table.
    fn needs_tables(&self) -> bool {
        true
    }

    /// Whether it neither changes nor verifies the lake, so that telemetry does not report it.
    fn only_shows(&self) -> bool {
        false
    }

    /// The tables it writes as a step of a job. A vacuum writes none: it deletes files that no
    /// version needs.
    fn tables_written(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Runs it and prints the result; returns its exit code.
    ///
    /// # Errors
    /// Those of the lake, and [`CommandError::Stdout`].
    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError>;
}

/// What a subcommand uses besides its lake, and the format of its output.
#[derive(Debug)]
pub struct LakeRun<'a, 'c> {
    pub(super) context: &'a mut RunContext<'c>,
    pub(super) format: ListFormat,
}

impl LakeRun<'_, '_> {
    /// Prints the result of a subcommand that succeeded; `text` is for people.
    pub(super) fn print<T: Serialize + ?Sized>(
        &mut self,
        result: &T,
        text: fn(&T, &mut String) -> fmt::Result,
    ) -> Result<ExitCode, CommandError> {
        let text = |result: &T| {
            let mut output = String::new();
            text(result, &mut output).expect("a String takes every text");
            output
        };
        self.format.print(result, text, self.context)?;
        Ok(ExitCode::Done)
    }

    /// Whether the command is interrupted.
    pub(super) fn is_interrupted(&self) -> bool {
        let progress = &self.context.shared.progress;
        progress.interrupted.load(Ordering::Relaxed)
    }
}
