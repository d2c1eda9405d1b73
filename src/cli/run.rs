//! `run` and `jobs`: the commands for job files.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

/// `run`
#[derive(Clone, Debug, Args)]
pub struct RunArguments {
    /// Run this job file (TOML)
    pub job: PathBuf,
    /// Set the data date, the value of `{date}` in the job [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["from", "to"])]
    pub date: Option<NaiveDate>,
    /// Run the job for every day from this one on
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        requires = "to",
        help_heading = "Backfill"
    )]
    pub from: Option<NaiveDate>,
    /// Run the job for every day up to this one, inclusive
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        requires = "from",
        help_heading = "Backfill"
    )]
    pub to: Option<NaiveDate>,
    /// Run this many days at a time, 1 to 64; only steps with `days_in_parallel`
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..=64),
        help_heading = "Backfill"
    )]
    pub parallel: u16,
    /// Continue with the next day after a failed one
    #[arg(long, requires = "from", help_heading = "Backfill")]
    pub keep_going: bool,
    /// Run days again that an earlier backfill has completed
    #[arg(long, requires = "from", help_heading = "Backfill")]
    pub redo: bool,
    /// Run only this step, without the steps it needs; repeatable
    #[arg(long, value_name = "STEP")]
    pub only: Vec<String>,
    /// Override `lake` or a variable of the job; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Set the current time, RFC 3339, to repeat a run exactly [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub now: Option<String>,
    /// Show what each step would do, and exit
    #[arg(long)]
    pub dry_run: bool,
    /// Set the format of the plan of --dry-run [default: that of --log-format]
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        requires = "dry_run",
        help_heading = "Output"
    )]
    pub plan_format: Option<PlanFormat>,
}

/// Format of a plan, a list of problems or settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// Text for people
    Text,
    /// One JSON document
    Json,
}

/// `jobs`
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// Check job files and list every problem with its line, key and remedy
    Check {
        /// Check these job files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Set the data date, the value of `{date}` [default: today, UTC]
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<NaiveDate>,
        /// Override `lake` or a variable of the jobs; repeatable
        #[arg(long, value_name = "NAME=VALUE")]
        set: Vec<String>,
        /// Set the format of the problems
        #[arg(
            long,
            value_enum,
            value_name = "FORMAT",
            default_value_t = PlanFormat::Text,
            help_heading = "Output"
        )]
        format: PlanFormat,
    },
    /// Print the JSON Schema of job files for editors
    Schema,
}
