//! `lake`: inspection and maintenance of the tables, a file for each subcommand.

mod action;
mod compact;
#[cfg(test)]
mod fault_points;
mod files;
mod history;
mod manifest;
mod restore;
mod set;
mod status;
mod tables;
mod units;
mod upgrade;
mod vacuum;
mod verify;

use chrono::NaiveDate;
use clap::Subcommand;

use super::{
    CommandError, OptionError, OutputTarget, RunContext, SharedContext, StepCommand, StepPlan,
};
use crate::lake::{Lake, start_pool};
use crate::values::ExitCode;
use action::{LakeRun, NamedAction, OnLake};
use compact::CompactAction;
use files::FilesAction;
use history::HistoryAction;
use manifest::ManifestAction;
use restore::RestoreAction;
use set::SetAction;
use status::StatusAction;
use upgrade::UpgradeAction;
use vacuum::VacuumAction;
use verify::VerifyAction;

/// The commands of `lake`.
#[derive(Clone, Debug, Subcommand)]
pub enum LakeCommand {
    /// Show version, rows, files and sizes of each table
    #[command(after_long_help = "Example:\n  purchase-etl lake status --lake lake")]
    Status(OnLake<StatusAction>),
    /// Show the changes of each version of a table, newest first
    #[command(
        after_long_help = "Example:\n  purchase-etl lake history --lake lake --table purchases --limit 10"
    )]
    History(OnLake<HistoryAction>),
    /// List the data files of a table
    #[command(
        after_long_help = "Example:\n  purchase-etl lake files --lake lake --table purchases --from 2026-10-01 --to 2026-10-31"
    )]
    Files(OnLake<FilesAction>),
    /// Rewrite small files into larger, sorted ones
    #[command(
        after_long_help = "Example:\n  purchase-etl lake compact --lake lake --target-size 128MiB"
    )]
    Compact(OnLake<CompactAction>),
    /// Show the files that no version needs, and delete them with --execute
    #[command(
        after_long_help = "Example:\n  purchase-etl lake vacuum --lake lake --retention 7d --execute"
    )]
    Vacuum(OnLake<VacuumAction>),
    /// Check that files match the Delta logs and that the tables agree
    ///
    /// Exits with code 1 if the lake is damaged.
    #[command(after_long_help = "Example:\n  purchase-etl lake verify --lake lake --deep")]
    Verify(OnLake<VerifyAction>),
    /// Write symlink manifests, for readers without Delta support
    ///
    /// Each partition gets a list of its current files, below `_symlink_format_manifest` in the
    /// folder of its table. Run it after each command that changes the table, and before a vacuum.
    #[command(
        after_long_help = "Example:\n  purchase-etl lake manifest --lake lake --table purchases"
    )]
    Manifest(OnLake<ManifestAction>),
    /// Restore an older version of a table as a new version
    ///
    /// Inputs ingested after the restored version are withdrawn; they can be ingested again. Do not
    /// ingest while a restore runs.
    #[command(
        after_long_help = "Example:\n  purchase-etl lake restore --lake lake --table purchases --to-version 0 --dry-run"
    )]
    Restore(OnLake<RestoreAction>),
    /// Add the columns that a table of an earlier version lacks
    ///
    /// Data files are not changed: their rows are null in the added columns. A table that lacks no
    /// column is not changed.
    #[command(after_long_help = "Example:\n  purchase-etl lake upgrade --lake lake --dry-run")]
    Upgrade(OnLake<UpgradeAction>),
    /// Set the time zone of a lake
    ///
    /// Commands whose options set no zone count days, and read times without an offset, in that of
    /// the lake. Each version of the table `purchases` has its own; older versions keep theirs.
    #[command(
        after_long_help = "Example:\n  purchase-etl lake set --lake lake --timezone America/Sao_Paulo"
    )]
    Set(OnLake<SetAction>),
}

impl LakeCommand {
    fn named(&self) -> NamedAction<'_> {
        match self {
            Self::Status(action) => action.named("status"),
            Self::History(action) => action.named("history"),
            Self::Files(action) => action.named("files"),
            Self::Compact(action) => action.named("compact"),
            Self::Vacuum(action) => action.named("vacuum"),
            Self::Verify(action) => action.named("verify"),
            Self::Manifest(action) => action.named("manifest"),
            Self::Restore(action) => action.named("restore"),
            Self::Upgrade(action) => action.named("upgrade"),
            Self::Set(action) => action.named("set"),
        }
    }
}

/// Maintenance changes no rows, so its lineage has no tables.
impl StepCommand for LakeCommand {
    fn name(&self) -> &'static str {
        "lake"
    }

    fn lake(&self) -> Option<&str> {
        Some(self.named().lake)
    }

    fn validate(&self) -> Result<(), OptionError> {
        self.named().action.validate()
    }

    fn is_instrumented(&self) -> bool {
        !self.named().action.only_shows()
    }

    fn tables_written(&self) -> Vec<&'static str> {
        self.named().action.tables_written()
    }

    fn output(&self) -> Option<OutputTarget> {
        Some(OutputTarget::StandardOutput)
    }

    fn plan(
        &self,
        _shared: &SharedContext<'_>,
        _data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError> {
        let NamedAction { name, lake, .. } = self.named();
        let text = format!("{name} of {lake}");
        Ok(StepPlan::line("lake", &text))
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let named = self.named();
        let lake = Lake::at(named.lake, &context.shared.stores)?;
        if named.action.needs_tables() {
            lake.require_any_table(&tables::all())?;
        }
        start_pool(None)?;
        let mut run = LakeRun {
            context,
            format: named.format,
        };
        named.action.run(&lake, &mut run)
    }
}
