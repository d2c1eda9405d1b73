//! The commands, a file or folder each: the arguments as clap parses them, and what the command does
//! with them.
//!
//! In: parsed arguments and a [`RunContext`]. Out: files, tables and text, and an exit code. What
//! several arguments mean together is decided where it is used; [`StepCommand::validate`] refuses
//! arguments that do not fit together before anything runs. [`execute`] is the one place that
//! reports a command to telemetry.

mod assign_inputs;
mod check;
mod columns_page;
mod context;
mod dashboard;
mod discovered;
mod error;
mod expect;
mod ingest;
mod inputs;
mod job_summary;
mod lake;
mod lake_timezone;
mod load;
mod options;
mod output;
mod pager;
mod publishing;
mod read;
pub mod reference_page;
mod report;
mod rules;
mod runs;
mod step;
pub mod survey;
mod tables;
mod terminal;
#[cfg(test)]
mod testing;
mod time_limit;

pub use columns_page::columns_page;
pub use context::{ProgressUi, RunContext, SharedContext};
pub use discovered::{lake_location, log_omitted_inputs};
pub use error::{CommandError, OptionError};
pub use ingest::IngestCommand;
pub use inputs::InputsCommand;
pub use job_summary::{JobSummary, StepState, StepSummary};
pub use options::{ListFormat, ListOutput, parse_time};
pub use output::put;
pub use pager::Pager;
pub use publishing::PublishingStep;
pub use rules::RulesCommand;
pub use runs::RunsCommand;
pub use step::{OutputTarget, StepCommand, StepPlan, execute};
pub use terminal::Terminal;
pub use time_limit::{Deadline, TimeLimit};

pub use crate::lake::local_run_ids;

use clap::Subcommand;

use check::CheckCommand;
use dashboard::DashboardCommand;
use expect::ExpectCommand;
use lake::LakeCommand;
use load::LoadCommand;
use report::ReportCommand;

/// The commands that can be a step of a job.
#[derive(Clone, Debug, Subcommand)]
pub enum StepAction {
    /// Ingest purchase dumps into a lake
    ///
    /// Validates every record, writes accepted and rejected records to the tables of the lake, and
    /// commits each input once: an input that is already ingested is not read again.
    #[command(
        after_long_help = "Example:\n  purchase-etl ingest sample_data/web_2026-10.ndjson --lake lake"
    )]
    Ingest(IngestCommand),
    /// Validate purchase dumps without writing to a lake
    ///
    /// Reads inputs and applies rules as `ingest` does, and lists the findings.
    #[command(
        after_long_help = "Example:\n  purchase-etl check sample_data/balcao_2026-10.csv --default-timezone America/Sao_Paulo"
    )]
    Check(CheckCommand),
    /// Compare a table of the lake with what is expected of it
    ///
    /// In a job, an expectation that is not met holds back the later answers about the table.
    #[command(
        after_long_help = "Example:\n  purchase-etl expect --lake lake --date 2026-10-31 --min-records 1 --no-empty-days 7"
    )]
    Expect(ExpectCommand),
    /// Print or write a report from the lake
    #[command(
        subcommand,
        after_long_help = "Example:\n  purchase-etl report product-list --lake lake"
    )]
    Report(ReportCommand),
    /// Write an HTML dashboard of the lake
    ///
    /// The dashboard is one file, index.html, with charts and tables of both kinds of purchases
    /// and of the rejects. It has no scripts and loads nothing.
    #[command(
        after_long_help = "Example:\n  purchase-etl dashboard --lake lake --output site --timezone America/Sao_Paulo"
    )]
    Dashboard(DashboardCommand),
    /// Load tables of the lake into a PostgreSQL or DuckDB database
    ///
    /// Brings the tables of the target to the newest version of the lake in one transaction: only
    /// what changed since the last load is written, and each version is applied once.
    #[command(
        after_long_help = "Example:\n  purchase-etl load --lake lake --to postgresql://etl@localhost:5432/warehouse --schema lake"
    )]
    Load(LoadCommand),
    /// Inspect and maintain the tables of a lake
    #[command(
        subcommand,
        after_long_help = "Example:\n  purchase-etl lake status --lake lake"
    )]
    Lake(LakeCommand),
}

impl StepAction {
    /// The command.
    pub fn command(&self) -> &dyn StepCommand {
        match self {
            Self::Ingest(command) => command,
            Self::Check(command) => command,
            Self::Expect(command) => command,
            Self::Report(command) => command,
            Self::Dashboard(command) => command,
            Self::Load(command) => command,
            Self::Lake(command) => command,
        }
    }
}
