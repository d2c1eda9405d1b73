//! `lake upgrade`

use std::fmt::{self, Write as _};

use clap::Args;

use super::action::{LakeAction, LakeRun};
use super::tables::TableSelection;
use crate::commands::CommandError;
use crate::lake::Lake;
use crate::lake::maintenance::UpgradeReport;
use crate::values::ExitCode;

/// `lake upgrade`
#[derive(Clone, Debug, Args)]
pub struct UpgradeAction {
    /// Select this table
    #[arg(long, value_enum, value_name = "TABLE", default_value_t = TableSelection::All)]
    table: TableSelection,
    /// Show the columns that would be added, and exit
    #[arg(long)]
    dry_run: bool,
}

impl LakeAction for UpgradeAction {
    fn only_shows(&self) -> bool {
        self.dry_run
    }

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let dry_run = self.dry_run;
        let mut done = Vec::new();
        for table in self.table.tables() {
            let upgraded = lake.upgrade(&table, &run.context.run_id, dry_run)?;
            if let Some(upgraded) = &upgraded
                && upgraded.committed_version.is_some()
            {
                let (table, columns) = (&upgraded.table, upgraded.columns.len());
                tracing::info!(table, columns, "upgraded");
            }
            done.extend(upgraded);
        }
        run.print(&done[..], upgrade_text)
    }
}

fn upgrade_text(tables: &[UpgradeReport], text: &mut String) -> fmt::Result {
    for done in tables {
        let name = &done.table;
        if done.columns.is_empty() {
            writeln!(text, "{name}: nothing to do")?;
        }
        let verb = match done.committed_version {
            Some(version) => format!("added in version {version}"),
            None => "would be added".to_owned(),
        };
        for column in &done.columns {
            writeln!(text, "{name}: {} {} {verb}", column.name, column.data_type)?;
        }
    }
    Ok(())
}
