//! `runs`: what earlier runs did, from the reports in the lake. A report that cannot be understood is
//! named in a warning and left out; one of another version of this program shows what it has.

mod detail;
mod listing;

use serde_json::Value;
use uuid::Uuid;

use super::{Exit, PipelineError, RunContext, put};
use crate::job::{RunFormat, RunsFormat, RunsJob};
use crate::lake::{Lake, RunReportFile};
use listing::ListedRun;

pub(super) fn run(job: &RunsJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    match job {
        RunsJob::List {
            lake,
            limit,
            format,
        } => list(&Lake::at(lake, &context.stores)?, *limit, *format, context)?,
        RunsJob::Show { lake, id, format } => {
            show(&Lake::at(lake, &context.stores)?, id, *format, context)?;
        }
    }
    Ok(Exit::Done)
}

fn list(
    lake: &Lake,
    limit: usize,
    format: RunsFormat,
    context: &mut RunContext<'_>,
) -> Result<(), PipelineError> {
    let mut files = lake.list_run_reports()?;
    files.sort_by_cached_key(|file| std::cmp::Reverse(began(file)));
    let mut runs = Vec::new();
    for file in files {
        if runs.len() == limit {
            break;
        }
        match listed(lake, &file.run_id) {
            Ok(run) => runs.push(run),
            Err(reason) => {
                tracing::warn!("_runs/{}.json is left out: {reason}", file.run_id);
            }
        }
    }
    let text = match format {
        RunsFormat::Text => listing::text(&runs),
        RunsFormat::Json => {
            let mut json = serde_json::to_string_pretty(&runs)?;
            json.push('\n');
            json
        }
        RunsFormat::Csv => listing::csv(&runs),
    };
    put(context.stdout, text.as_bytes())
}

/// When a run began: its id says so, else the time of its report is next to it.
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
    let bytes = bytes.ok_or_else(|| "it is gone".to_owned())?;
    let report = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    ListedRun::of(&report).ok_or_else(|| "it is no run report".to_owned())
}

fn show(
    lake: &Lake,
    id: &str,
    format: RunFormat,
    context: &mut RunContext<'_>,
) -> Result<(), PipelineError> {
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
        [] => {
            return Err(PipelineError::NoRun {
                id: id.to_owned(),
                lake: lake.location().to_string(),
            });
        }
        several => {
            return Err(PipelineError::SeveralRuns {
                id: id.to_owned(),
                runs: several.iter().take(5).cloned().collect(),
            });
        }
    };
    let bytes = lake
        .read_run_report(run_id)?
        .ok_or_else(|| PipelineError::NoRun {
            id: id.to_owned(),
            lake: lake.location().to_string(),
        })?;
    let report: Value =
        serde_json::from_slice(&bytes).map_err(|source| PipelineError::DamagedRun {
            run_id: run_id.to_owned(),
            source,
        })?;
    match format {
        RunFormat::Text => put(context.stdout, detail::text(&report).as_bytes()),
        RunFormat::Json => {
            put(context.stdout, bytes.trim_ascii_end())?;
            put(context.stdout, b"\n")
        }
    }
}
