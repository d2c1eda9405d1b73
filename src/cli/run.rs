//! `run` and `jobs`: what is done with job files.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

/// `run`
#[derive(Clone, Debug, Args)]
pub struct RunArguments {
    /// The job file (TOML)
    pub job: PathBuf,
    /// The data date that `{date}` in the job stands for [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["from", "to"])]
    pub date: Option<NaiveDate>,
    /// Backfill: run the job for every day from this one on
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        requires = "to",
        help_heading = "Backfill"
    )]
    pub from: Option<NaiveDate>,
    /// Backfill: the last day, included
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        requires = "from",
        help_heading = "Backfill"
    )]
    pub to: Option<NaiveDate>,
    /// Days whose steps with `days_in_parallel` run at the same time, 1 to 64
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..=64),
        help_heading = "Backfill"
    )]
    pub parallel: u16,
    /// Go on with the next day after one that failed
    #[arg(long, requires = "from", help_heading = "Backfill")]
    pub keep_going: bool,
    /// Run the days again that an earlier backfill has finished
    #[arg(long, requires = "from", help_heading = "Backfill")]
    pub redo: bool,
    /// Run only this step, without those it needs; may be repeated
    #[arg(long, value_name = "STEP")]
    pub only: Vec<String>,
    /// Give a variable of the job, or `lake`, another value; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// The job's clock, RFC 3339 [default: now]; fix it to repeat a run exactly
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Show what each step would do, and stop
    #[arg(long)]
    pub dry_run: bool,
    /// Form of what a dry run shows [default: that of --log-format]
    #[arg(long, value_enum, value_name = "FORMAT", requires = "dry_run")]
    pub plan_format: Option<PlanFormat>,
}

/// Form of what a dry run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Text,
    /// For machines
    Json,
}

/// `jobs`
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// Check job files, and name every problem with its line, key and remedy
    Check {
        /// The job files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The data date to fill in [default: today, UTC]
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<NaiveDate>,
        /// Give a variable of the jobs, or `lake`, another value; may be repeated
        #[arg(long, value_name = "NAME=VALUE")]
        set: Vec<String>,
        /// Form of the problems
        #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
        format: PlanFormat,
    },
    /// Print the JSON Schema of job files, for editors
    Schema,
}
