//! `lake status`

use std::fmt::{self, Write as _};

use clap::Args;
use serde::Serialize;

use super::action::{LakeAction, LakeRun};
use super::tables::{LakeTable, all, maintained};
use super::units::{age, bytes, counted};
use crate::commands::CommandError;
use crate::commands::options::{ByteSize, parse_size};
use crate::lake::Lake;
use crate::lake::maintenance::TableStatus;
use crate::values::ExitCode;

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

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let now_millis = run.context.shared.clock.timestamp_millis();
        let mut tables = Vec::new();
        for maintained in all() {
            tables.extend(lake.status(&maintained, self.small.0, now_millis)?);
        }
        let zone = lake.timezone(maintained(LakeTable::Purchases).spec.name)?;
        let status = LakeStatus {
            lake: lake.location().to_string(),
            timezone: zone.map(|zone| zone.text().to_owned()),
            bytes_on_store: tables.iter().map(|table| table.on_store.bytes).sum(),
            tables,
        };
        run.print(&status, status_text)
    }
}

/// The state of a lake.
#[derive(Serialize)]
struct LakeStatus {
    lake: String,
    /// The IANA time zone of the lake, as stored; null if it is not set.
    timezone: Option<String>,
    /// Size of all files of the tables.
    bytes_on_store: u64,
    tables: Vec<TableStatus>,
}

fn status_text(status: &LakeStatus, text: &mut String) -> fmt::Result {
    writeln!(text, "{}", status.lake)?;
    let zone = status.timezone.as_deref().unwrap_or("not set (UTC)");
    writeln!(text, "time zone: {zone}")?;
    for table in &status.tables {
        table_status(table, text)?;
    }
    let size = bytes(status.bytes_on_store);
    writeln!(text, "\nall tables: {size} in storage")
}

fn table_status(table: &TableStatus, text: &mut String) -> fmt::Result {
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
    writeln!(text, "\n{name}: version {version} of {committed_at}")?;
    let mut line = |name: &str, value: String| writeln!(text, "  {name:<12}{value}");
    line("rows", format!("{rows} in {partitions} partitions"))?;
    for (partition, rows) in rows_by_partition {
        line("", format!("{rows} of {partition}"))?;
    }
    line("live", counted(*live))?;
    line("small", counted(*small))?;
    line("removed", counted(*removed))?;
    let oldest = oldest_orphan_seconds.map_or_else(String::new, |seconds| {
        format!(", oldest {} ago", age(seconds))
    });
    line("orphans", counted(*orphans) + &oldest)?;
    line("in storage", counted(*on_store))?;
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
    line("checkpoint", since)
}
