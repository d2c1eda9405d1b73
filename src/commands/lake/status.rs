//! `lake status`

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::action::{Done, LakeAction};
use super::tables::all;
use super::units::{age, bytes, counted};
use crate::commands::options::{ByteSize, parse_size};
use crate::commands::{CommandError, RunContext};
use crate::lake::Lake;
use crate::lake::maintenance::TableStatus;

/// `lake status`
#[derive(Clone, Debug, Args)]
pub struct StatusAction {
    /// Count files below this size as small
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value = "16MiB")]
    small: ByteSize,
}

impl LakeAction for StatusAction {
    fn only_shows(&self) -> bool {
        true
    }

    fn run(&self, lake: &Lake, context: &RunContext<'_>) -> Result<Done, CommandError> {
        let now_millis = context.shared.clock.timestamp_millis();
        let mut tables = Vec::new();
        for maintained in all() {
            tables.extend(lake.status(&maintained, self.small.0, now_millis)?);
        }
        let status = LakeStatus {
            lake: lake.location().to_string(),
            bytes_on_store: tables.iter().map(|table| table.on_store.bytes).sum(),
            tables,
        };
        Done::of(&status, status_text)
    }
}

/// The state of a lake.
#[derive(Serialize)]
struct LakeStatus {
    lake: String,
    /// Size of all files of the tables.
    bytes_on_store: u64,
    tables: Vec<TableStatus>,
}

fn status_text(status: &LakeStatus) -> String {
    let mut text = format!("{}\n", status.lake);
    for table in &status.tables {
        table_status(&mut text, table);
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\nall tables: {} in storage",
        bytes(status.bytes_on_store)
    );
    text
}

fn table_status(text: &mut String, table: &TableStatus) {
    let TableStatus {
        table: name,
        version,
        committed_at,
        rows,
        partitions,
        live,
        small,
        removed,
        orphans,
        oldest_orphan_seconds,
        on_store,
        checkpoint,
        rows_by_partition,
    } = table;
    let _ = writeln!(text, "\n{name}: version {version} of {committed_at}");
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<12}{value}");
    };
    line("rows", format!("{rows} in {partitions} partitions"));
    for (partition, rows) in rows_by_partition {
        line("", format!("{rows} of {partition}"));
    }
    line("live", counted(*live));
    line("small", counted(*small));
    line("removed", counted(*removed));
    let oldest = oldest_orphan_seconds.map_or_else(String::new, |seconds| {
        format!(", oldest {} ago", age(seconds))
    });
    line("orphans", counted(*orphans) + &oldest);
    line("in storage", counted(*on_store));
    let since = checkpoint.map_or_else(
        || "none yet".to_owned(),
        |checkpoint| {
            format!(
                "of version {}, {} versions and {} ago",
                checkpoint.version,
                checkpoint.versions_since,
                age(checkpoint.age_seconds)
            )
        },
    );
    line("checkpoint", since);
}
