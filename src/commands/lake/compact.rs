//! `lake compact`

use std::fmt::{self, Write as _};

use clap::Args;

use super::action::{DayArguments, LakeAction, LakeRun};
use super::tables::{TableSelection, names};
use super::units::counted;
use crate::commands::CommandError;
use crate::commands::options::{ByteSize, parse_size};
use crate::lake::Lake;
use crate::lake::maintenance::{CompactOptions, CompactionReport, DatePartition, MaintainedTable};
use crate::values::ExitCode;

/// Smaller files would cost more than their rows.
const SMALLEST_TARGET: u64 = 1024;

/// `lake compact`
#[derive(Clone, Debug, Args)]
pub struct CompactAction {
    /// Select this table
    #[arg(long, value_enum, value_name = "TABLE", default_value_t = TableSelection::All)]
    table: TableSelection,
    /// Write files of about this size, and rewrite those below half of it
    #[arg(long, value_name = "SIZE", value_parser = parse_target, default_value = "128MiB")]
    target_size: ByteSize,
    /// Days
    #[command(flatten)]
    days: DayArguments,
    /// Show what would be rewritten, and exit
    #[arg(long)]
    dry_run: bool,
}

fn parse_target(text: &str) -> Result<ByteSize, &'static str> {
    match parse_size(text)? {
        ByteSize(..SMALLEST_TARGET) => Err("expected a size of 1KiB or more"),
        size => Ok(size),
    }
}

impl LakeAction for CompactAction {
    fn only_shows(&self) -> bool {
        self.dry_run
    }

    fn tables_written(&self) -> Vec<&'static str> {
        names(&self.tables())
    }

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let dry_run = self.dry_run;
        let options = CompactOptions {
            target_bytes: self.target_size.0,
            days: self.days.range(),
            run_id: run.context.run_id.clone(),
            dry_run,
        };
        let mut done = Vec::new();
        for table in self.tables() {
            let compacted = lake.compact(&table, &options, &|| run.is_interrupted())?;
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
        run.print(&done[..], compaction_text)
    }
}

impl CompactAction {
    /// With days and without a table, only the tables that have days.
    fn tables(&self) -> Vec<MaintainedTable> {
        let mut tables = self.table.tables();
        if self.days.is_given() && self.table == TableSelection::All {
            tables.retain(|table| table.date_partition != DatePartition::None);
        }
        tables
    }
}

fn compaction_text(tables: &[CompactionReport], text: &mut String) -> fmt::Result {
    for done in tables {
        let name = &done.table;
        if done.partitions == 0 {
            writeln!(text, "{name}: nothing to do")?;
        } else {
            let verb = if done.versions.is_empty() {
                "would become about"
            } else {
                "became"
            };
            writeln!(
                text,
                "{name}: {} rows of {} partitions: {} {verb} {}",
                done.rows,
                done.partitions,
                counted(done.before),
                counted(done.after)
            )?;
        }
        for partition in &done.given_up {
            writeln!(
                text,
                "{name}: skipped {partition} after repeated commit conflicts; compact it later"
            )?;
        }
    }
    Ok(())
}
