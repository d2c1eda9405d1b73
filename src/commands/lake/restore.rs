//! `lake restore`

use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
use clap::Args;

use super::action::{LakeAction, LakeRun};
use super::tables::{LakeTable, TableSelection, maintained, names, rows_tables};
use crate::commands::{CommandError, OptionError, parse_time};
use crate::lake::Lake;
use crate::lake::maintenance::{MaintainedTable, RestoreReport, RestoreScope, RestoreTarget};
use crate::values::ExitCode;

/// `lake restore`
#[derive(Clone, Debug, Args)]
pub struct RestoreAction {
    /// Restore this table
    #[arg(
        long,
        value_enum,
        value_name = "TABLE",
        required_unless_present = "all"
    )]
    table: Option<LakeTable>,
    /// Restore all tables to the time of --as-of
    #[arg(long, conflicts_with_all = ["table", "to_version"])]
    all: bool,
    /// Restore this version, one of those that `lake history` lists
    #[arg(
        long,
        value_name = "VERSION",
        conflicts_with = "as_of",
        required_unless_present = "as_of"
    )]
    to_version: Option<i64>,
    /// Restore the version that was the latest at this time, RFC 3339
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<DateTime<Utc>>,
    /// Accept an --as-of before the first version, which empties the tables
    #[arg(long, requires = "as_of", conflicts_with = "to_version")]
    allow_empty: bool,
    /// Show what would change, and exit
    #[arg(long)]
    dry_run: bool,
}

impl LakeAction for RestoreAction {
    fn only_shows(&self) -> bool {
        self.dry_run
    }

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        if self.table == Some(LakeTable::SupplierVersions) {
            return Err(OptionError::NotApplicable {
                option: "--table supplier_versions",
                reason: "follows supplier_purchases: restore that table, and its states are restored with it",
            }
            .into());
        }
        let rows = names(&rows_tables());
        let tables = self.tables(lake)?;
        // The command line requires one of the two.
        let target = match (self.to_version, self.as_of) {
            (Some(number), _) => RestoreTarget::Version(number),
            (None, as_of) => RestoreTarget::AsOf(as_of.unwrap_or_default().timestamp_micros()),
        };
        if let (RestoreTarget::AsOf(micros), false) = (target, self.allow_empty) {
            lake.require_version_at(&tables.iter().collect::<Vec<_>>(), micros)?;
        }
        let mut done = Vec::new();
        for maintained in tables {
            let scope = RestoreScope {
                target,
                all_tables: self.all,
            };
            let restore =
                |dry_run| lake.restore(&maintained, &rows, scope, &run.context.run_id, dry_run);
            let mut restored = restore(true)?;
            if !self.dry_run {
                if !restored.is_unchanged() {
                    // First, because a completion marker must not remain without the rows of its day.
                    lake.delete_completion_markers()?;
                }
                restored = restore(false)?;
            }
            done.push(restored);
        }
        run.print(&done[..], restore_text)
    }
}

impl RestoreAction {
    /// The table, or those of all that exist.
    fn tables(&self, lake: &Lake) -> Result<Vec<MaintainedTable>, CommandError> {
        if let Some(table) = self.table {
            return Ok(vec![maintained(table)]);
        }
        let mut tables = Vec::new();
        let states = maintained(LakeTable::SupplierVersions).spec.name;
        for maintained in TableSelection::All.tables() {
            // It follows the table of the newest states.
            let is_restored = maintained.spec.name != states;
            if is_restored && lake.has_table(&maintained)? {
                tables.push(maintained);
            }
        }
        Ok(tables)
    }
}

fn restore_text(tables: &[RestoreReport], text: &mut String) -> fmt::Result {
    let (mut withdrawn, mut snapshots) = (0, 0);
    for done in tables {
        let name = &done.table;
        if done.is_unchanged() {
            writeln!(text, "{name}: already equals version {}", done.to_version)?;
            continue;
        }
        withdrawn += done.inputs_withdrawn;
        snapshots += done.full_snapshots_withdrawn;
        let committed = done.committed_version.map_or_else(
            || "nothing was written".to_owned(),
            |version| format!("committed as version {version}"),
        );
        writeln!(
            text,
            "{name}: restored from version {} to {}: {} files added, {} removed, {} rows become {}; \
             inputs: {} withdrawn, {} reinstated; {committed}",
            done.from_version,
            done.to_version,
            done.files_added,
            done.files_removed,
            done.rows_before,
            done.rows_after,
            done.inputs_withdrawn,
            done.inputs_reinstated
        )?;
        let of_snapshots = (
            done.full_snapshots_withdrawn,
            done.full_snapshots_reinstated,
        );
        if of_snapshots != (0, 0) {
            let (withdrawn, reinstated) = of_snapshots;
            writeln!(
                text,
                "{name}: full snapshots: {withdrawn} withdrawn, {reinstated} reinstated"
            )?;
        }
    }
    if withdrawn > 0 {
        text.push_str("withdrawn inputs can be ingested again\n");
    }
    if snapshots > 0 {
        text.push_str("withdrawn full snapshots can be applied again, at their dates\n");
    }
    Ok(())
}
