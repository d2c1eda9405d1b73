//! `runs`: what earlier runs did.

use clap::{Args, Subcommand, ValueEnum};

/// `runs`
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the runs of a lake, the newest first
    List(RunsListArguments),
    /// Show the report of a run
    Show(RunsShowArguments),
}

/// `runs list`
#[derive(Debug, Args)]
pub struct RunsListArguments {
    /// Where the tables are
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Most runs to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Form of the list
    #[arg(long, value_enum, default_value_t = RunsFormat::Text)]
    pub format: RunsFormat,
}

/// `runs show`
#[derive(Debug, Args)]
pub struct RunsShowArguments {
    /// The run's id, or the beginning of it
    #[arg(value_name = "RUN_ID")]
    pub id: String,
    /// Where the tables are
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    pub lake: String,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = RunFormat::Text)]
    pub format: RunFormat,
}

/// Form of the list of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunsFormat {
    /// A table for people
    Text,
    /// An array of objects
    Json,
    /// With a line of headers
    Csv,
}

/// Form of a run's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// For people
    Text,
    /// As it was written
    Json,
}
