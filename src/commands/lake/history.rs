//! `lake history`

use std::fmt::Write as _;

use clap::Args;

use super::action::{Done, LakeAction};
use super::tables::{LakeTable, maintained};
use crate::commands::{CommandError, RunContext};
use crate::lake::Lake;
use crate::lake::maintenance::History;

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

    fn run(&self, lake: &Lake, _context: &RunContext<'_>) -> Result<Done, CommandError> {
        let history = lake.history(maintained(self.table).spec.name, self.limit)?;
        Done::of(&history, history_text)
    }
}

fn history_text(history: &History) -> String {
    let mut text = String::new();
    let number = |rows: Option<i64>| rows.map_or_else(|| "?".to_owned(), |rows| rows.to_string());
    for entry in &history.versions {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:>6}  {}  {:<12}  +{} files {} rows  -{} files {} rows  {}",
            entry.version,
            entry.committed_at,
            entry.operation,
            entry.files_added,
            number(entry.rows_added),
            entry.files_removed,
            number(entry.rows_removed),
            entry.run_id.as_deref().unwrap_or("-")
        );
    }
    if history.oldest_known > 0 {
        let _ = writeln!(
            text,
            "versions before {} are older than the retention of the log and cannot be read",
            history.oldest_known
        );
    }
    text
}
