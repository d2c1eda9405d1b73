//! A subcommand of `lake`: its arguments, what it does, and its output.

use std::fmt;
use std::sync::Arc;
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

    /// Whether it neither changes nor verifies the lake, so that telemetry does not report it.
    fn only_shows(&self) -> bool {
        false
    }

    /// The tables it writes. A vacuum writes none: it deletes files that no version needs.
    fn tables_written(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Runs it.
    ///
    /// # Errors
    /// Those of the lake.
    fn run(&self, lake: &Lake, context: &RunContext<'_>) -> Result<Done, CommandError>;
}

/// The output of a subcommand in each format, and its exit code.
#[derive(Debug)]
pub struct Done {
    pub(super) exit: ExitCode,
    text: String,
    json: String,
}

impl Done {
    /// A listing of a subcommand that succeeded; `text` is for people.
    pub(super) fn of<T: Serialize + ?Sized>(
        listing: &T,
        text: fn(&T) -> String,
    ) -> Result<Self, CommandError> {
        Ok(Self {
            exit: ExitCode::Done,
            text: ListFormat::Text.write(listing, text)?,
            json: ListFormat::Json.write(listing, text)?,
        })
    }

    /// The output in a format.
    pub(super) fn output(&self, format: ListFormat) -> &str {
        match format {
            ListFormat::Text => &self.text,
            ListFormat::Json => &self.json,
        }
    }
}

/// Reads the flag of an interruption.
pub(super) fn interrupted(context: &RunContext<'_>) -> impl Fn() -> bool + use<> {
    let flag = Arc::clone(&context.shared.progress.interrupted);
    move || flag.load(Ordering::Relaxed)
}
