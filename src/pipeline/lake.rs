//! `lake`: the care of the tables, verb by verb.

mod tables;
mod text;

use serde::Serialize;

use super::{Exit, PipelineError, Stage, put};
use crate::job::{AtVersion, LakeJob, LakeTask};
use crate::job::{LakeFormat, LakeTable};
use crate::lake::maintenance::{
    CompactOptions, CompactionReport, DayRange, MaintenanceError, RestoreReport, RestoreTarget,
    TableStatus, VacuumPlan, VerificationDepth,
};
use crate::lake::{Lake, start_pool};
use tables::{all, cared, rows_tables, verified_tables};

pub(super) fn run(job: &LakeJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let lake = Lake::at(&job.lake, &stage.stores)?;
    lake.require_any_table(&all())?;
    start_pool(None)?;
    let told = match &job.task {
        LakeTask::Status { small_bytes } => {
            told(job, &status(&lake, job, *small_bytes)?, text::status)?
        }
        LakeTask::History { table, limit } => told(
            job,
            &lake.history(cared(*table).spec.name, *limit)?,
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
            told(job, &files(&lake, *table, *version, days)?, text::files)?
        }
        LakeTask::Compact { tables, .. } => {
            told(job, &compact(&lake, job, tables, stage)?, text::compacted)?
        }
        LakeTask::Vacuum { tables, .. } => told(job, &vacuum(&lake, job, tables)?, text::vacuumed)?,
        LakeTask::Verify { deep } => {
            let depth = if *deep {
                VerificationDepth::Rows
            } else {
                VerificationDepth::Footers
            };
            let rows = rows_tables();
            let (rejects, inputs) = (cared(LakeTable::Rejects), cared(LakeTable::Inputs));
            let tables = verified_tables(&rows, &rejects, &inputs);
            let verified = lake.verify(tables, depth, &interrupted(stage))?;
            put(
                stage.stdout,
                told(job, &verified, text::verified)?.as_bytes(),
            )?;
            return Ok(if verified.is_damaged() {
                Exit::Failed
            } else {
                Exit::Done
            });
        }
        LakeTask::Restore { tables, .. } => {
            told(job, &restore(&lake, job, tables)?, text::restored)?
        }
    };
    put(stage.stdout, told.as_bytes())?;
    Ok(Exit::Done)
}

/// The name of a table.
pub(super) fn name_of(table: LakeTable) -> &'static str {
    cared(table).spec.name
}

/// What is told, in the form that was asked for.
fn told<T: Serialize>(
    job: &LakeJob,
    answer: &T,
    text: fn(&T) -> String,
) -> Result<String, PipelineError> {
    Ok(match job.format {
        LakeFormat::Text => text(answer),
        LakeFormat::Json => serde_json::to_string_pretty(answer)? + "\n",
    })
}

fn interrupted(stage: &Stage<'_>) -> impl Fn() -> bool + use<> {
    let flag = std::sync::Arc::clone(&stage.progress.interrupted);
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
    for cared in all() {
        tables.extend(lake.status(&cared, small_bytes, job.now.timestamp_millis())?);
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
    let cared = cared(table);
    let name = cared.spec.name;
    let version = match version {
        AtVersion::Latest => None,
        AtVersion::Number(number) => Some(number),
        AtVersion::AsOf(micros) => Some(lake.version_as_of(name, micros)?),
    };
    let (version, files) = lake.list_files(&cared, version, days)?;
    let columns = cared.spec.partition_columns.iter();
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
    stage: &Stage<'_>,
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
        let compacted = lake.compact(&cared(*table), &options, &interrupted(stage))?;
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
        let planned = lake.plan_vacuum(&cared(*table), retention, job.now.timestamp_millis())?;
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
    let rows: Vec<&str> = rows_tables().iter().map(|cared| cared.spec.name).collect();
    let mut there = Vec::new();
    for table in tables {
        let cared = cared(*table);
        if tables.len() == 1 || lake.has_table(&cared)? {
            there.push(cared);
        }
    }
    if let (RestoreTarget::AsOf(micros), false) = (target, allow_empty) {
        lake.require_version_at(&there.iter().collect::<Vec<_>>(), micros)?;
    }
    let mut done = Vec::new();
    for cared in there {
        let restore = |dry_run| lake.restore(&cared, &rows, target, &job.run_id, dry_run);
        let mut told = restore(true)?;
        if !dry_run && !told.is_unchanged() {
            // First of all: a mark that outlives the rows of its day would hide that they are gone.
            lake.delete_completion_markers()?;
            told = restore(false)?;
        }
        done.push(told);
    }
    Ok(done)
}
