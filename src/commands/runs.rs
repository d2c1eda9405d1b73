//! `runs`: lists run reports of the lake or shows one. An invalid report is skipped with a warning;
//! fields that a report of another program version lacks are empty.

mod detail;
mod listing;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use uuid::Uuid;

use super::output::{put, put_text};
use super::{CommandError, ListFormat, ListOutput, RunContext};
use crate::lake::{Lake, RunReportFile};
use crate::values::ExitCode;
use listing::ListedRun;

/// `runs`
#[derive(Clone, Debug, Subcommand)]
pub enum RunsCommand {
    /// List the runs of a lake, newest first
    #[command(after_long_help = "Example:\n  purchase-etl runs list --lake lake --limit 5")]
    List(ListAction),
    /// Show the report of a run
    #[command(after_long_help = "Example:\n  purchase-etl runs show 019abcde --lake lake")]
    Show(ShowAction),
}

/// `runs list`
#[derive(Clone, Debug, Args)]
pub struct ListAction {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// List at most this many runs
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Set the format of the list
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = RunsFormat::Text,
        help_heading = "Output"
    )]
    format: RunsFormat,
}

/// `runs show`
#[derive(Clone, Debug, Args)]
pub struct ShowAction {
    /// Show the run with this id, or the only one whose id begins with it
    #[arg(value_name = "RUN_ID")]
    id: String,
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Format
    #[command(flatten)]
    output: ListOutput,
}

/// Format of the list of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RunsFormat {
    /// A table for people
    Text,
    /// A JSON array of objects
    Json,
    /// CSV with a header line
    Csv,
}

impl RunsCommand {
    /// Lists runs or shows the report of one.
    ///
    /// # Errors
    /// [`CommandError::exit_code`] is the exit code.
    pub fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        match self {
            Self::List(action) => action.run(context)?,
            Self::Show(action) => action.run(context)?,
        }
        Ok(ExitCode::Done)
    }
}

impl ListAction {
    fn run(&self, context: &mut RunContext<'_>) -> Result<(), CommandError> {
        let lake = Lake::at(&self.lake, &context.shared.stores)?;
        let mut files = lake.list_run_reports()?;
        files.sort_by_cached_key(|file| std::cmp::Reverse(began(file)));
        let mut runs = Vec::new();
        for file in files {
            if runs.len() == self.limit {
                break;
            }
            match listed(&lake, &file.run_id) {
                Ok(run) => runs.push(run),
                Err(reason) => {
                    tracing::warn!("skipped _runs/{}.json: {reason}", file.run_id);
                }
            }
        }
        let text = match self.format {
            RunsFormat::Text => return put_text(context, &listing::text(&runs)),
            RunsFormat::Json => serde_json::to_string_pretty(&runs)? + "\n",
            RunsFormat::Csv => listing::csv(&runs),
        };
        put(context.stdout, text.as_bytes())
    }
}

/// The start of a run from its id, or the time of its report.
fn began(file: &RunReportFile) -> (u64, u32, String) {
    let id = Uuid::parse_str(&file.run_id).ok();
    let (seconds, nanos) = id.and_then(|id| id.get_timestamp()).map_or_else(
        || {
            let seconds = u64::try_from(file.written_at.timestamp()).unwrap_or_default();
            (seconds, file.written_at.timestamp_subsec_nanos())
        },
        |time| time.to_unix(),
    );
    (seconds, nanos, file.run_id.clone())
}

fn listed(lake: &Lake, run_id: &str) -> Result<ListedRun, String> {
    let bytes = lake
        .read_run_report(run_id)
        .map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or_else(|| "the file is missing".to_owned())?;
    let report = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    ListedRun::of(&report).ok_or_else(|| "not a run report".to_owned())
}

impl ShowAction {
    fn run(&self, context: &mut RunContext<'_>) -> Result<(), CommandError> {
        let lake = Lake::at(&self.lake, &context.shared.stores)?;
        let id = self.id.as_str();
        let no_run = || CommandError::NoRun {
            id: id.to_owned(),
            lake: lake.location().to_string(),
        };
        let mut ids: Vec<_> = lake
            .list_run_reports()?
            .into_iter()
            .map(|file| file.run_id)
            .filter(|run_id| run_id.starts_with(id))
            .collect();
        ids.sort_unstable();
        let run_id = match ids.as_slice() {
            [one] => one,
            _ if ids.iter().any(|run_id| run_id == id) => id,
            [] => return Err(no_run()),
            several => {
                return Err(CommandError::SeveralRuns {
                    id: id.to_owned(),
                    runs: several.iter().take(5).cloned().collect(),
                });
            }
        };
        let bytes = lake.read_run_report(run_id)?.ok_or_else(no_run)?;
        let report: Value =
            serde_json::from_slice(&bytes).map_err(|source| CommandError::DamagedRun {
                run_id: run_id.to_owned(),
                source,
            })?;
        match self.output.format {
            ListFormat::Text => put(context.stdout, detail::text(&report).as_bytes()),
            ListFormat::Json => {
                put(context.stdout, bytes.trim_ascii_end())?;
                put(context.stdout, b"\n")
            }
        }
    }
}
