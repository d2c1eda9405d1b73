//! What was typed: clap types only. What they mean together is decided in [`crate::job`].

mod lake;
mod read;
mod report;
mod run;
mod runs;
mod storage;
mod telemetry;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
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

/// Turns raw purchase dumps into trusted Parquet partitions and answers two documented questions
/// from them.
///
/// Standard output carries data, standard error carries talk.
///
/// Exit codes: 0 done · 1 storage, network or disk failed · 2 wrong usage or parameter · 3 done,
/// but at least one input was refused · 4 the ledger did not balance, nothing committed ·
/// 5 conflict with other writers, nothing committed · 130 interrupted, nothing half-done.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, propagate_version = true)]
pub struct Cli {
    /// Form of the messages on standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, env = "PURCHASE_ETL_LOG_FORMAT")]
    pub log_format: LogFormat,
    /// Only warnings and errors on standard error, and no progress bar
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Show every setting, its value and where it came from, and stop: text or json
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        hide_possible_values = true,
        default_missing_value = "text"
    )]
    pub explain_config: Option<PlanFormat>,
    /// How object stores are reached
    #[command(flatten)]
    pub storage: StorageArguments,
    /// Who is told about runs
    #[command(flatten)]
    pub telemetry: TelemetryArguments,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// Form of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read dumps, check every record, write the good ones to the lake and keep the bad ones
    Ingest(IngestArguments),
    /// Read and check dumps like `ingest`, write nothing, list what is wrong
    Check(CheckArguments),
    /// Answer a question from the lake
    #[command(subcommand)]
    Report(ReportCommand),
    /// Write a page with charts and tables of what the lake holds
    #[command(name = "page")]
    Dashboard(DashboardArguments),
    /// Look after the tables: state, versions, files; compact, vacuum, verify, restore
    #[command(subcommand)]
    Lake(LakeCommand),
    /// Run the steps of a job file
    Run(RunArguments),
    /// Check job files before they run
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Show what earlier runs did
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Show the rules that records, files and parameters are held to
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// `ingest`
#[derive(Debug, Args)]
pub struct IngestArguments {
    /// Where the tables are: a folder, created when missing
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// How inputs are read
    #[command(flatten)]
    pub read: ReadArguments,
    /// Refuse an input when more than this share of its records is rejected, e.g. 5% or 0.05
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub reject_limit: String,
    /// Read inputs again whose path, size and time of change are those of an ingested one
    #[arg(long)]
    pub verify_content: bool,
    /// Most partitions: UTC days of an input, or companies and months of a run of supplier purchases
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub max_partitions: usize,
    /// The inputs together are all purchases of their companies: those they lack are deleted
    #[arg(long, help_heading = "Supplier purchases")]
    pub full_snapshot: bool,
    /// Write the run report as JSON to this file, or to standard output with `-`
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Show what would be read and written, and stop
    #[arg(long)]
    pub dry_run: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// How inputs are read
    #[command(flatten)]
    pub read: ReadArguments,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Which findings of records the text form lists; the other forms list all [default: first]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub findings: Option<FindingsListed>,
    /// Refuse an input when more than this share of its records is rejected, e.g. 5% or 0.05
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub reject_limit: String,
}

/// Which findings of records are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FindingsListed {
    /// The first three of each rule; all are counted
    #[default]
    First,
    /// Every one
    All,
}

/// Form of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// One line each, for people
    Text,
    /// One JSON object a line
    Json,
    /// The service's own answer, one for each input: Braze's partial success, or ConnectPlug's 422
    Response,
}

/// `page`
#[derive(Clone, Debug, Args)]
pub struct DashboardArguments {
    /// Where the tables are
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Folder of the page; it is written as index.html
    #[arg(long, short, value_name = "DIR")]
    pub output: PathBuf,
    /// Days of customer purchases to show, 1 to 100
    #[arg(long, value_name = "N", default_value = "30")]
    pub length: String,
    /// Last day or instant to show [default: the last day with purchases]
    #[arg(long, value_name = "TIME")]
    pub ending_at: Option<String>,
    /// IANA zone whose days and hours are counted [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Only this company's supplier purchases [default: all companies]
    #[arg(long, value_name = "N")]
    pub company_id: Option<String>,
    /// The page's clock, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

/// `rules`
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules: id, severity, what is asked
    List {
        /// Only rules whose id contains this text, e.g. BRZ-TIME
        filter: Option<String>,
        /// Form of the list
        #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
        format: RulesFormat,
    },
    /// Explain a rule: the sentence it comes from, an accepted and a broken example, what to do
    Explain {
        /// The rule's id, e.g. BRZ-QTY-RANGE
        id: String,
        /// Form of the explanation
        #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
        format: RulesFormat,
    },
}

/// Form of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For people
    Text,
    /// For machines
    Json,
}
