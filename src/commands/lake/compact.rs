//! `lake compact`

use std::fmt::Write as _;

use clap::Args;

use super::action::{DayArguments, Done, LakeAction, interrupted};
use super::tables::{LakeTable, TableSelection, maintained};
use super::units::counted;
use crate::commands::options::{ByteSize, parse_size};
use crate::commands::{CommandError, RunContext};
use crate::lake::Lake;
use crate::lake::maintenance::{CompactOptions, CompactionReport};

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
        let tables = self.tables().into_iter();
        tables.map(|table| maintained(table).spec.name).collect()
    }

    fn run(&self, lake: &Lake, context: &RunContext<'_>) -> Result<Done, CommandError> {
        let dry_run = self.dry_run;
        let options = CompactOptions {
            target_bytes: self.target_size.0,
            days: self.days.range(),
            run_id: context.run_id.clone(),
            dry_run,
        };
        let mut done = Vec::new();
        for table in self.tables() {
            let compacted = lake.compact(&maintained(table), &options, &interrupted(context))?;
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
        Done::of(&done[..], compaction_text)
    }
}

impl CompactAction {
    /// With days and without a table, only the tables that have days.
    fn tables(&self) -> Vec<LakeTable> {
        let mut tables = self.table.tables();
        if self.days.is_given() && self.table == TableSelection::All {
            tables.retain(|table| {
                matches!(table, LakeTable::Purchases | LakeTable::SupplierPurchases)
            });
        }
        tables
    }
}

fn compaction_text(tables: &[CompactionReport]) -> String {
    let mut text = String::new();
    for done in tables {
        let name = &done.table;
        if done.partitions == 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name}: nothing to do");
        } else {
            let verb = if done.versions.is_empty() {
                "would become about"
            } else {
                "became"
            };
            let _ = writeln!(
                text,
                "{name}: {} rows of {} partitions: {} {verb} {}",
                done.rows,
                done.partitions,
                counted(done.before),
                counted(done.after)
            );
        }
        for partition in &done.given_up {
            let _ = writeln!(
                text,
                "{name}: skipped {partition} after repeated commit conflicts; compact it later"
            );
        }
    }
    text
}
