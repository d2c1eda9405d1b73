//! `lake upgrade`

use std::fmt::Write as _;

use clap::Args;

use super::action::{Done, LakeAction};
use super::tables::{TableSelection, maintained};
use crate::commands::{CommandError, RunContext};
use crate::lake::Lake;
use crate::lake::maintenance::UpgradeReport;

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

    fn tables_written(&self) -> Vec<&'static str> {
        let tables = self.table.tables().into_iter();
        tables.map(|table| maintained(table).spec.name).collect()
    }

    fn run(&self, lake: &Lake, context: &RunContext<'_>) -> Result<Done, CommandError> {
        let dry_run = self.dry_run;
        let mut done = Vec::new();
        for table in self.table.tables() {
            let upgraded = lake.upgrade(&maintained(table), &context.run_id, dry_run)?;
            if let Some(upgraded) = &upgraded
                && upgraded.committed_version.is_some()
            {
                let (table, columns) = (&upgraded.table, upgraded.columns.len());
                tracing::info!(table, columns, "upgraded");
            }
            done.extend(upgraded);
        }
        Done::of(&done[..], upgrade_text)
    }
}

fn upgrade_text(tables: &[UpgradeReport]) -> String {
    let mut text = String::new();
    for done in tables {
        let name = &done.table;
        if done.columns.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name}: nothing to do");
        }
        let verb = match done.committed_version {
            Some(version) => format!("added in version {version}"),
            None => "would be added".to_owned(),
        };
        for column in &done.columns {
            let _ = writeln!(text, "{name}: {} {} {verb}", column.name, column.data_type);
        }
    }
    text
}
