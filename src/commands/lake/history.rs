//! `lake history`

use std::fmt::{self, Write as _};

use clap::Args;

use super::action::{LakeAction, LakeRun};
use super::tables::{LakeTable, maintained};
use crate::commands::CommandError;
use crate::lake::Lake;
use crate::lake::maintenance::History;
use crate::values::ExitCode;

/// `lake history`
#[derive(Clone, Debug, Args)]
pub struct HistoryAction {
    /// Select this table
    #[arg(long, value_enum, value_name = "TABLE")]
    table: LakeTable,
    /// Show at most this many versions
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

impl LakeAction for HistoryAction {
    fn only_shows(&self) -> bool {
        true
    }

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let history = lake.history(maintained(self.table).spec.name, self.limit)?;
        run.print(&history, history_text)
    }
}

fn history_text(history: &History, text: &mut String) -> fmt::Result {
    let number = |rows: Option<i64>| rows.map_or_else(|| "?".to_owned(), |rows| rows.to_string());
    for entry in &history.versions {
        writeln!(
            text,
            "{:>6}  {}  {:<17}  +{} files {} rows  -{} files {} rows  {}",
            entry.version,
            entry.committed_at,
            entry.operation,
            entry.files_added,
            number(entry.rows_added),
            entry.files_removed,
            number(entry.rows_removed),
            entry.run_id.as_deref().unwrap_or("-")
        )?;
    }
    if history.oldest_known > 0 {
        writeln!(
            text,
            "versions before {} are older than the retention of the log and cannot be read",
            history.oldest_known
        )?;
    }
    Ok(())
}
