//! `lake`: the care of the tables, verb by verb.

mod tables;
mod text;

use serde::Serialize;

use super::{Exit, PipelineError, RunContext, put};
use crate::job::{AtVersion, LakeJob, LakeTask};
use crate::job::{LakeFormat, LakeTable};
use crate::lake::maintenance::{
    CompactOptions, CompactionReport, DayRange, MaintenanceError, RestoreReport, RestoreTarget,
    TableStatus, VacuumPlan, VerificationDepth,
};
use crate::lake::{Lake, start_pool};
use tables::{all, maintained, rows_tables, verified_tables};

pub(super) fn run(job: &LakeJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    let lake = Lake::at(&job.lake, &context.stores)?;
    lake.require_any_table(&all())?;
    start_pool(None)?;
    let formatted = match &job.task {
        LakeTask::Status { small_bytes } => {
            formatted(job, &status(&lake, job, *small_bytes)?, text::status)?
        }
        LakeTask::History { table, limit } => formatted(
            job,
            &lake.history(maintained(*table).spec.name, *limit)?,
            text::history,
        )?,
        LakeTask::Files {
            table,
            version,
            from,
            to,
        } => {
            let days = DayRange {
                from: *from,
                to: *to,
            };
            formatted(job, &files(&lake, *table, *version, days)?, text::files)?
        }
        LakeTask::Compact { tables, .. } => {
            formatted(job, &compact(&lake, job, tables, context)?, text::compacted)?
        }
        LakeTask::Vacuum { tables, .. } => {
            formatted(job, &vacuum(&lake, job, tables)?, text::vacuumed)?
        }
        LakeTask::Verify { deep } => {
            let depth = if *deep {
                VerificationDepth::Rows
            } else {
                VerificationDepth::Footers
            };
            let rows = rows_tables();
            let (rejects, inputs) = (
                maintained(LakeTable::Rejects),
                maintained(LakeTable::Inputs),
            );
            let tables = verified_tables(&rows, &rejects, &inputs);
            let verified = lake.verify(tables, depth, &interrupted(context))?;
            put(
                context.stdout,
                formatted(job, &verified, text::verified)?.as_bytes(),
            )?;
            return Ok(if verified.is_damaged() {
                Exit::Failed
            } else {
                Exit::Done
            });
        }
        LakeTask::Restore { tables, .. } => {
            formatted(job, &restore(&lake, job, tables)?, text::restored)?
        }
    };
    put(context.stdout, formatted.as_bytes())?;
    Ok(Exit::Done)
}

/// The name of a table.
pub(super) fn name_of(table: LakeTable) -> &'static str {
    maintained(table).spec.name
}

/// What is told, in the form that was asked for.
fn formatted<T: Serialize>(
    job: &LakeJob,
    answer: &T,
    text: fn(&T) -> String,
) -> Result<String, PipelineError> {
    Ok(match job.format {
        LakeFormat::Text => text(answer),
        LakeFormat::Json => serde_json::to_string_pretty(answer)? + "\n",
    })
}

fn interrupted(context: &RunContext<'_>) -> impl Fn() -> bool + use<> {
    let flag = std::sync::Arc::clone(&context.progress.interrupted);
    move || flag.load(std::sync::atomic::Ordering::Relaxed)
}

/// The state of a lake.
#[derive(Serialize)]
struct LakeStatus {
    lake: String,
    /// All that the tables take on the store.
    bytes_on_store: u64,
    tables: Vec<TableStatus>,
}

fn status(lake: &Lake, job: &LakeJob, small_bytes: u64) -> Result<LakeStatus, MaintenanceError> {
    let mut tables = Vec::new();
    for maintained in all() {
        tables.extend(lake.status(&maintained, small_bytes, job.now.timestamp_millis())?);
    }
    Ok(LakeStatus {
        lake: lake.location().to_string(),
        bytes_on_store: tables.iter().map(|table| table.on_store.bytes).sum(),
        tables,
    })
}

/// The files of a table.
#[derive(Serialize)]
struct FileList {
    table: &'static str,
    version: i64,
    files: Vec<ListedFile>,
}

/// One of them.
#[derive(Serialize)]
struct ListedFile {
    path: String,
    partition: std::collections::BTreeMap<&'static str, Option<String>>,
    rows: Option<i64>,
    bytes: i64,
}

fn files(
    lake: &Lake,
    table: LakeTable,
    version: AtVersion,
    days: DayRange,
) -> Result<FileList, MaintenanceError> {
    let maintained = maintained(table);
    let name = maintained.spec.name;
    let version = match version {
        AtVersion::Latest => None,
        AtVersion::Number(number) => Some(number),
        AtVersion::AsOf(micros) => Some(lake.version_as_of(name, micros)?),
    };
    let (version, files) = lake.list_files(&maintained, version, days)?;
    let columns = maintained.spec.partition_columns.iter();
    let columns: Vec<&'static str> = columns.map(|column| column.name).collect();
    let files = files.into_iter().map(|file| ListedFile {
        partition: columns
            .iter()
            .map(|column| (*column, file.partition(column).map(str::to_owned)))
            .collect(),
        rows: file.rows,
        bytes: file.bytes,
        path: file.path,
    });
    Ok(FileList {
        table: name,
        version,
        files: files.collect(),
    })
}

fn compact(
    lake: &Lake,
    job: &LakeJob,
    tables: &[LakeTable],
    context: &RunContext<'_>,
) -> Result<Vec<CompactionReport>, MaintenanceError> {
    let LakeTask::Compact {
        target_bytes,
        from,
        to,
        dry_run,
        ..
    } = job.task
    else {
        return Ok(Vec::new());
    };
    let options = CompactOptions {
        target_bytes,
        days: DayRange { from, to },
        run_id: job.run_id.clone(),
        dry_run,
    };
    let mut done = Vec::new();
    for table in tables {
        let compacted = lake.compact(&maintained(*table), &options, &interrupted(context))?;
        if let Some(compacted) = &compacted {
            tracing::info!(
                table = compacted.table,
                files_before = compacted.before.files,
                files_after = compacted.after.files,
                dry_run,
                "compacted"
            );
        }
        done.extend(compacted);
    }
    Ok(done)
}

fn vacuum(
    lake: &Lake,
    job: &LakeJob,
    tables: &[LakeTable],
) -> Result<Vec<VacuumPlan>, MaintenanceError> {
    let LakeTask::Vacuum {
        retention, execute, ..
    } = job.task
    else {
        return Ok(Vec::new());
    };
    let mut plans = Vec::new();
    for table in tables {
        let planned =
            lake.plan_vacuum(&maintained(*table), retention, job.now.timestamp_millis())?;
        let Some(plan) = planned else { continue };
        tracing::info!(
            table = plan.table,
            files = plan.total.files,
            bytes = plan.total.bytes,
            execute,
            "files that no version needs"
        );
        plans.push(if execute {
            lake.execute_vacuum(plan)?
        } else {
            plan
        });
    }
    Ok(plans)
}

fn restore(
    lake: &Lake,
    job: &LakeJob,
    tables: &[LakeTable],
) -> Result<Vec<RestoreReport>, MaintenanceError> {
    let LakeTask::Restore {
        version,
        allow_empty,
        dry_run,
        ..
    } = job.task
    else {
        return Ok(Vec::new());
    };
    let target = match version {
        AtVersion::Number(number) => RestoreTarget::Version(number),
        AtVersion::AsOf(micros) => RestoreTarget::AsOf(micros),
        // The command line asks for one of them.
        AtVersion::Latest => return Ok(Vec::new()),
    };
    let rows: Vec<&str> = rows_tables()
        .iter()
        .map(|maintained| maintained.spec.name)
        .collect();
    let mut there = Vec::new();
    for table in tables {
        let maintained = maintained(*table);
        if tables.len() == 1 || lake.has_table(&maintained)? {
            there.push(maintained);
        }
    }
    if let (RestoreTarget::AsOf(micros), false) = (target, allow_empty) {
        lake.require_version_at(&there.iter().collect::<Vec<_>>(), micros)?;
    }
    let mut done = Vec::new();
    for maintained in there {
        let restore = |dry_run| lake.restore(&maintained, &rows, target, &job.run_id, dry_run);
        let mut formatted = restore(true)?;
        if !dry_run && !formatted.is_unchanged() {
            // First of all: a mark that outlives the rows of its day would hide that they are gone.
            lake.delete_completion_markers()?;
            formatted = restore(false)?;
        }
        done.push(formatted);
    }
    Ok(done)
}
