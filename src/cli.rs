//! The command line: the commands as clap types, the settings of a job file among the arguments, and
//! what surrounds a command in the process: log, progress bar, signals, panics, exit code.
//!
//! In: the arguments and the environment. Out: an [`Invocation`] and the exit code of what it
//! runs. The options of a command are declared where the command is.

mod completion;
mod console;
mod environment;
mod invalid_arguments;
mod invocation;
mod json_log;
mod llms;
mod man;
mod panics;
mod process;
mod program;
mod reference;
mod run_summary;
mod step_table;
mod terminal;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{InputsCommand, ListFormat, RulesCommand, RunsCommand, StepAction};
use crate::job_file::{InitCommand, JobsCommand, RunCommand};
use crate::storage::StoreSettings;
use crate::telemetry::TelemetrySettings;

pub use completion::complete;
pub use invocation::Invocation;
pub use panics::{catch_panic, install_panic_hook};
pub use process::{log_error, report_usage_error, run, start_log};
pub use program::program;

/// Ingest purchase dumps into a lake of Delta tables and report on them
///
/// Data goes to stdout; logs and progress go to stderr.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    propagate_version = true,
    after_long_help = "Example:\n  purchase-etl ingest sample_data/web_2026-10.ndjson --lake lake"
)]
pub struct Cli {
    /// Set the format of log lines on stderr
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = LogFormat::Text,
        env = "PURCHASE_ETL_LOG_FORMAT",
        help_heading = "Logging and diagnostics"
    )]
    pub log_format: LogFormat,
    /// Log warnings and errors only, and show no progress bar
    #[arg(long, short, help_heading = "Logging and diagnostics")]
    pub quiet: bool,
    /// Print every setting with its value and origin, as text or json, and exit
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        hide_possible_values = true,
        default_missing_value = "text",
        help_heading = "Logging and diagnostics"
    )]
    pub explain_config: Option<ListFormat>,
    /// Access to object stores
    #[command(flatten)]
    pub storage: StoreSettings,
    /// Metrics, traces, lineage and alerts
    #[command(flatten)]
    pub telemetry: TelemetrySettings,
    /// The command
    #[command(subcommand)]
    pub command: Command,
}

/// Format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people
    Text,
    /// One JSON object per line
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A command that can be a step of a job
    #[command(flatten)]
    Step(Box<StepAction>),
    /// Write a job file for a dump
    ///
    /// Looks at the first records of the dump, writes what it recognises and what is missing, and logs what
    /// a check of these records finds. The exit code is 3 if the file has to be completed.
    #[command(
        after_long_help = "Example:\n  purchase-etl init sample_data/balcao_2026-10.csv --timezone America/Sao_Paulo --output -"
    )]
    Init(InitCommand),
    /// Run the steps of a job file
    #[command(after_long_help = "Example:\n  purchase-etl run jobs/demo.toml")]
    Run(RunCommand),
    /// Check job files and print their schema
    #[command(
        subcommand,
        after_long_help = "Example:\n  purchase-etl jobs check jobs/demo.toml"
    )]
    Jobs(JobsCommand),
    /// List inputs, take one out, or acknowledge one that stays bad
    #[command(
        subcommand,
        after_long_help = "Example:\n  purchase-etl inputs list --lake lake"
    )]
    Inputs(InputsCommand),
    /// List earlier ingest runs and show their reports
    #[command(
        subcommand,
        after_long_help = "Example:\n  purchase-etl runs list --lake lake"
    )]
    Runs(RunsCommand),
    /// List and explain the rules for records, inputs and parameters
    #[command(
        subcommand,
        after_long_help = "Example:\n  purchase-etl rules explain BRZ-QTY-RANGE"
    )]
    Rules(RulesCommand),
    /// Print the script that registers completion in a shell
    ///
    /// The shell then asks the program for candidates: commands, options, paths, jobs and their steps,
    /// rules, and the runs of a lake on this machine.
    #[command(after_long_help = "Example:\n  purchase-etl completions bash")]
    Completions {
        /// Print the script for this shell
        shell: clap_complete::Shell,
    },
    /// Print a page of the manual, or write all of them
    #[command(after_long_help = "Example:\n  purchase-etl man runs show")]
    Man {
        /// Print the page of this command, e.g. `runs show` [default: that of the program]
        command: Vec<String>,
        /// Write all pages to this folder: purchase-etl.1, purchase-etl-ingest.1 and so on
        #[arg(long, value_name = "DIR", conflicts_with = "command")]
        output_dir: Option<PathBuf>,
    },
    /// Print a page of the reference documentation as Markdown
    #[command(
        hide = true,
        after_long_help = "Example:\n  purchase-etl reference commands"
    )]
    Reference {
        /// Print this page
        #[arg(value_enum)]
        page: ReferencePage,
    },
}

/// A generated page: docs/llms.txt, or a page below docs/reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReferencePage {
    /// Commands and options
    Commands,
    /// Keys of job files
    JobFiles,
    /// Columns of the tables of purchases, and headers
    Columns,
    /// Validation rules
    Rules,
    /// Exit codes
    ExitCodes,
    /// Index of the documentation for language models
    Llms,
}
