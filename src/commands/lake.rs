//! `lake`: inspection and maintenance of the tables, a file for each subcommand.

mod compact;
mod files;
mod history;
mod restore;
mod status;
mod tables;
mod units;
mod vacuum;
mod verify;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::output::put;
use super::{
    CommandError, ListOutput, OptionError, OutputTarget, RunContext, StepCommand, StepPlan,
};
use crate::lake::maintenance::DayRange;
use crate::lake::{Lake, start_pool};
use crate::storage::Stores;
use crate::values::ExitCode;
use compact::CompactAction;
use files::FilesAction;
use history::HistoryAction;
use restore::RestoreAction;
use status::StatusAction;
use vacuum::VacuumAction;
use verify::VerifyAction;

/// The commands of `lake`.
#[derive(Clone, Debug, Subcommand)]
pub enum LakeCommand {
    /// Show version, rows, files and sizes of each table
    #[command(after_long_help = "Example:\n  purchase-etl lake status --lake lake")]
    Status(StatusAction),
    /// Show the changes of each version of a table, newest first
    #[command(
        after_long_help = "Example:\n  purchase-etl lake history --lake lake --table purchases --limit 10"
    )]
    History(HistoryAction),
    /// List the data files of a table
    #[command(
        after_long_help = "Example:\n  purchase-etl lake files --lake lake --table purchases --from 2026-10-01 --to 2026-10-31"
    )]
    Files(FilesAction),
    /// Rewrite small files into larger, sorted ones
    #[command(
        after_long_help = "Example:\n  purchase-etl lake compact --lake lake --target-size 128MiB"
    )]
    Compact(CompactAction),
    /// Show the files that no version needs, and delete them with --execute
    #[command(
        after_long_help = "Example:\n  purchase-etl lake vacuum --lake lake --retention 7d --execute"
    )]
    Vacuum(VacuumAction),
    /// Check that files match the Delta logs and that the tables agree
    ///
    /// Exits with code 1 if the lake is damaged.
    #[command(after_long_help = "Example:\n  purchase-etl lake verify --lake lake --deep")]
    Verify(VerifyAction),
    /// Restore an older version of a table as a new version
    ///
    /// Inputs ingested after the restored version are withdrawn; they can be ingested again. Do not
    /// ingest while a restore runs.
    #[command(
        after_long_help = "Example:\n  purchase-etl lake restore --lake lake --table purchases --to-version 0 --dry-run"
    )]
    Restore(RestoreAction),
}

/// The lake and the format of the output.
#[derive(Clone, Debug, Args)]
struct LakeArguments {
    /// Use the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Format
    #[command(flatten)]
    output: ListOutput,
}

/// A range of days.
#[derive(Clone, Copy, Debug, Args)]
struct DayArguments {
    /// Select partitions of this day or later; of supplier purchases, of its month or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Select partitions of this day or earlier; of supplier purchases, of its month or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
}

impl DayArguments {
    fn range(self) -> DayRange {
        let Self { from, to } = self;
        DayRange { from, to }
    }

    fn is_given(self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

/// A subcommand of `lake`.
trait LakeAction: fmt::Debug {
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
struct Done {
    text: String,
    exit: ExitCode,
}

impl Done {
    /// The output of a subcommand that succeeded.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the last line of every subcommand"
    )]
    fn of(text: String) -> Result<Self, CommandError> {
        let exit = ExitCode::Done;
        Ok(Self { text, exit })
    }
}

impl LakeCommand {
    fn action(&self) -> &dyn LakeAction {
        match self {
            Self::Status(action) => action,
            Self::History(action) => action,
            Self::Files(action) => action,
            Self::Compact(action) => action,
            Self::Vacuum(action) => action,
            Self::Verify(action) => action,
            Self::Restore(action) => action,
        }
    }
}

/// Maintenance changes no rows, so its lineage has no tables.
impl StepCommand for LakeCommand {
    fn name(&self) -> &'static str {
        "lake"
    }

    fn lake(&self) -> Option<&str> {
        Some(&self.action().arguments().lake)
    }

    fn validate(&self) -> Result<(), OptionError> {
        self.action().validate()
    }

    fn is_instrumented(&self) -> bool {
        !self.action().only_shows()
    }

    fn tables_written(&self) -> Vec<&'static str> {
        self.action().tables_written()
    }

    fn output(&self) -> Option<OutputTarget> {
        Some(OutputTarget::StandardOutput)
    }

    fn plan(&self, _stores: &Stores) -> Result<StepPlan, CommandError> {
        let action = self.action();
        let text = format!("{} of {}", action.name(), action.arguments().lake);
        Ok(StepPlan::line("lake", &text))
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let action = self.action();
        let lake = Lake::at(&action.arguments().lake, &context.shared.stores)?;
        lake.require_any_table(&tables::all())?;
        start_pool(None)?;
        let Done { text, exit } = action.run(&lake, context)?;
        put(context.stdout, text.as_bytes())?;
        Ok(exit)
    }
}

fn interrupted(context: &RunContext<'_>) -> impl Fn() -> bool + use<> {
    let flag = Arc::clone(&context.shared.progress.interrupted);
    move || flag.load(Ordering::Relaxed)
}
