//! `runs`: reports of earlier ingest runs.

use clap::{Args, Subcommand, ValueEnum};

/// `runs`
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the runs of a lake, newest first
    List(RunsListArguments),
    /// Show the report of a run
    Show(RunsShowArguments),
}

/// `runs list`
#[derive(Debug, Args)]
pub struct RunsListArguments {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// List at most this many runs
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Set the format of the list
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = RunsFormat::Text,
        help_heading = "Output"
    )]
    pub format: RunsFormat,
}

/// `runs show`
#[derive(Debug, Args)]
pub struct RunsShowArguments {
    /// Show the run with this id, or the only one whose id begins with it
    #[arg(value_name = "RUN_ID")]
    pub id: String,
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Set the format of the report
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = RunFormat::Text,
        help_heading = "Output"
    )]
    pub format: RunFormat,
}

/// Format of the list of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunsFormat {
    /// A table for people
    Text,
    /// A JSON array of objects
    Json,
    /// CSV with a header line
    Csv,
}

/// Format of a run's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// Text for people
    Text,
    /// The JSON document in the lake
    Json,
}
