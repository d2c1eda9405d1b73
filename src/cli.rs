//! The command line as clap types: commands, options, their help and their examples. What the
//! options mean together is decided in [`crate::job`].

mod examples;
mod lake;
mod read;
pub mod reference;
mod report;
mod run;
mod runs;
mod storage;
mod telemetry;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
pub use examples::command;
pub use lake::{DayArguments, LakeArguments, LakeCommand, LakeFormat, LakeTable, LakeTables};
pub use read::{
    DateOrderArgument, DecimalArgument, InputFormatArgument, ReadArguments, RecordKindArgument,
};
pub use report::{
    OutputArguments, ReportArguments, ReportCommand, SeriesArguments, SupplierListArguments,
    SupplierSummaryArguments,
};
pub use run::{JobsCommand, PlanFormat, RunArguments};
pub use runs::{RunFormat, RunsCommand, RunsFormat, RunsListArguments, RunsShowArguments};
pub use storage::StorageArguments;
pub use telemetry::{AlertOn, TelemetryArguments};

/// Ingest purchase dumps into a lake of Delta tables and report on them
///
/// Data goes to stdout; logs and progress go to stderr.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    /// Set the format of log lines on stderr
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value_t = LogFormat::Text,
        env = "PURCHASE_ETL_LOG_FORMAT",
        help_heading = "Logging and diagnostics",
        hide_short_help = true
    )]
    pub log_format: LogFormat,
    /// Log warnings and errors only, and show no progress bar
    #[arg(
        long,
        short,
        global = true,
        help_heading = "Logging and diagnostics",
        hide_short_help = true
    )]
    pub quiet: bool,
    /// Print every setting with its value and origin, as text or json, and exit
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        hide_possible_values = true,
        default_missing_value = "text",
        help_heading = "Logging and diagnostics",
        hide_short_help = true
    )]
    pub explain_config: Option<PlanFormat>,
    /// Access to object stores
    #[command(flatten)]
    pub storage: StorageArguments,
    /// Metrics, traces, lineage and alerts
    #[command(flatten)]
    pub telemetry: TelemetryArguments,
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
    /// Ingest purchase dumps into a lake
    ///
    /// Validates every record, writes accepted and rejected records to the tables of the lake, and
    /// commits each input once: an input that is already ingested is not read again.
    Ingest(IngestArguments),
    /// Validate purchase dumps without writing to a lake
    ///
    /// Reads inputs and applies rules as `ingest` does, and lists the findings.
    Check(CheckArguments),
    /// Print or write a report from the lake
    #[command(subcommand)]
    Report(ReportCommand),
    /// Write an HTML dashboard of the lake
    ///
    /// The dashboard is one file, index.html, with charts and tables of both kinds of purchases
    /// and of the rejects. It has no scripts and loads nothing.
    Dashboard(DashboardArguments),
    /// Inspect and maintain the tables of a lake
    #[command(subcommand)]
    Lake(LakeCommand),
    /// Run the steps of a job file
    Run(RunArguments),
    /// Check job files and print their schema
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// List earlier ingest runs and show their reports
    #[command(subcommand)]
    Runs(RunsCommand),
    /// List and explain the rules for records, inputs and parameters
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print a completion script for a shell
    Completions {
        /// Print the script for this shell
        shell: clap_complete::Shell,
    },
    /// Print a page of the reference documentation as Markdown
    #[command(hide = true)]
    Reference {
        /// Print this page
        #[arg(value_enum)]
        page: ReferencePage,
    },
}

/// A generated page below docs/reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReferencePage {
    /// Commands and options
    Commands,
    /// Keys of job files
    JobFiles,
    /// Validation rules
    Rules,
    /// Exit codes
    ExitCodes,
}

/// `ingest`
#[derive(Debug, Args)]
pub struct IngestArguments {
    /// Write to the lake at this path or URL
    ///
    /// The lake is created if it is missing.
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// How inputs are read
    #[command(flatten)]
    pub read: ReadArguments,
    /// Refuse an input with a larger share of rejects than this, e.g. 5% or 0.05
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub reject_limit: String,
    /// Read inputs again whose path, size and modification time match an ingested input
    #[arg(long, hide_short_help = true)]
    pub verify_content: bool,
    /// Limit the partitions written: UTC days per input, or companies and months per run
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1000,
        help_heading = "Limits",
        hide_short_help = true
    )]
    pub max_partitions: usize,
    /// Treat the inputs as a full snapshot: mark missing purchases as deleted
    #[arg(long, help_heading = "Supplier purchases")]
    pub full_snapshot: bool,
    /// Write the run report as JSON to this file, or to stdout with `-`
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub summary: Option<PathBuf>,
    /// Show what would be read and written, and exit
    #[arg(long)]
    pub dry_run: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// How inputs are read
    #[command(flatten)]
    pub read: ReadArguments,
    /// Set the format of the findings
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = CheckFormat::Text,
        help_heading = "Output"
    )]
    pub format: CheckFormat,
    /// List these findings in the text format; other formats list all [default: first]
    #[arg(long, value_enum, value_name = "WHICH", help_heading = "Output")]
    pub findings: Option<FindingsListed>,
    /// Refuse an input with a larger share of rejects than this, e.g. 5% or 0.05
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub reject_limit: String,
}

/// Which findings of records are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FindingsListed {
    /// The first three of each rule, and the number of all
    #[default]
    First,
    /// Every finding
    All,
}

/// Format of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// One line per finding, for people
    Text,
    /// One JSON object per line
    Json,
    /// The response of the service, one per input: Braze's partial success or ConnectPlug's 422
    Response,
}

/// `dashboard`
#[derive(Clone, Debug, Args)]
pub struct DashboardArguments {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Write index.html into this folder or URL
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Show this many days of customer purchases, 1 to 100
    #[arg(long, value_name = "N", default_value = "30")]
    pub length: String,
    /// End at this day or instant, ISO 8601 [default: the last day with purchases]
    #[arg(long, value_name = "TIME")]
    pub ending_at: Option<String>,
    /// Count days and hours in this IANA time zone [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Show supplier purchases of this company only [default: all companies]
    #[arg(long, value_name = "N")]
    pub company_id: Option<String>,
    /// Set the current time, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
}

/// `rules`
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules with their severity and requirement
    List {
        /// List rules whose id contains this text, or of this severity, e.g. BRZ-TIME or warn
        filter: Option<String>,
        /// Set the format of the list
        #[arg(
            long,
            value_enum,
            value_name = "FORMAT",
            default_value_t = RulesFormat::Text,
            help_heading = "Output"
        )]
        format: RulesFormat,
    },
    /// Explain a rule: its source, an accepted and a rejected example, and the remedy
    Explain {
        /// Explain the rule with this id, e.g. BRZ-QTY-RANGE
        id: String,
        /// Set the format of the explanation
        #[arg(
            long,
            value_enum,
            value_name = "FORMAT",
            default_value_t = RulesFormat::Text,
            help_heading = "Output"
        )]
        format: RulesFormat,
    },
}

/// Format of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// Text for people
    Text,
    /// One JSON document
    Json,
}
