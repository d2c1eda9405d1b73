//! Compares the files of a table with the log: size, footer, statistics, path, and orphans.

use serde_json::Value;

use super::{MaintainedTable, TableScan, VerificationDepth, VerificationReport, VerifiedTable};
use crate::lake::counts::{signed, unsigned};
use crate::lake::maintenance::loaded_table::{LiveFile, LoadedTable};
use crate::lake::maintenance::objects::FileState;
use crate::lake::read_rows::columns_in;
use crate::lake::{Lake, LakeError, staged};

/// The remedy for a missing or damaged file.
const FIX_FILE: &str = "put the file back from a copy of the lake, or restore a version without it and \
                    ingest the later inputs again";
/// The remedy for a wrong log.
const FIX_LOG: &str = "another program has changed the log: restore the lake from a copy";
/// The remedy for orphans.
const FIX_ORPHAN: &str = "`lake vacuum` deletes it once it is older than the retention, unless a run is \
                     still writing it";

impl Lake {
    /// Verifies the files of a table, and with [`VerificationDepth::Rows`] their rows.
    pub(super) fn verify_files(
        &self,
        maintained: &MaintainedTable,
        depth: VerificationDepth,
        interrupted: &dyn Fn() -> bool,
        report: &mut VerificationReport,
    ) -> Result<TableScan, LakeError> {
        let name = maintained.spec.name;
        // Checks protocol and columns: every command refuses what is refused here.
        self.open_readable(&maintained.spec)?;
        let folder = self.table_folder(name)?;
        let loaded = &folder.loaded;
        let mut scan = TableScan::of(loaded.version);
        for live in &loaded.files {
            if interrupted() {
                return Err(LakeError::Interrupted);
            }
            let rows = live.rows();
            scan.logged_rows += rows;
            let kind = live.file.partition("record_kind").unwrap_or_default();
            *scan.logged_by_kind.entry(kind.to_owned()).or_default() += rows;
            if !self.verify_file(maintained, loaded, live, report)?
                || depth == VerificationDepth::Footers
            {
                continue;
            }
            if let Err(error) = self.scan_rows(maintained, live, &mut scan, report) {
                let found = error_chain(&error);
                let expected = "every page can be decoded";
                report.add_damage(
                    name,
                    live.relative_path(),
                    "rows",
                    (expected, found),
                    FIX_FILE,
                );
            }
        }
        for (object, state) in &folder.objects {
            if *state == FileState::Orphan {
                let found = format!("{} bytes in no version", object.bytes);
                let numbers = ("a file of some version", found);
                report.add_note(name, &object.path, "orphan", numbers, FIX_ORPHAN);
            }
        }
        report.tables.push(VerifiedTable {
            table: name.to_owned(),
            version: signed(loaded.version),
            files: loaded.files.len() as u64,
            rows: scan.logged_rows,
            sums: scan.sums.amounts(),
        });
        Ok(scan)
    }

    /// Verifies one file without its rows; returns whether these can be read.
    fn verify_file(
        &self,
        maintained: &MaintainedTable,
        loaded: &LoadedTable,
        live: &LiveFile,
        report: &mut VerificationReport,
    ) -> Result<bool, LakeError> {
        let (name, path) = (maintained.spec.name, live.relative_path());
        verify_path(maintained, live, report);
        let Some(bytes) = self.stored_size(loaded, path)? else {
            let expected = format!("{} bytes", live.bytes());
            report.add_damage(name, path, "file", (expected, "it is missing"), FIX_FILE);
            return Ok(false);
        };
        if bytes != live.bytes() {
            report.add_damage(name, path, "bytes", (live.bytes(), bytes), FIX_FILE);
        }
        let footer = match self.read_footer(loaded, path, bytes)? {
            Ok(footer) => footer,
            Err(reason) => {
                report.add_damage(name, path, "footer", ("a Parquet footer", reason), FIX_FILE);
                return Ok(false);
            }
        };
        let rows = footer.file_metadata().num_rows();
        let logged = live.file.rows;
        if logged != Some(rows) {
            let logged = logged.map_or_else(|| "no count".to_owned(), |rows| rows.to_string());
            report.add_damage(name, path, "rows in the log", (rows, logged), FIX_LOG);
            return Ok(false);
        }
        let found = footer.file_metadata().schema_descr();
        // A nullable column may be younger than the file.
        let columns = columns_in(&maintained.spec.schema, found);
        if found.num_columns() != columns.fields().len() {
            let (expected, found) = (columns.fields().len(), found.num_columns());
            report.add_damage(name, path, "columns", (expected, found), FIX_FILE);
            return Ok(false);
        }
        let of_footer = staged::stats_json(&maintained.spec.schema, unsigned(rows), &footer);
        let of_log = live.add.stats.clone().unwrap_or_default();
        let parsed = |text: &str| serde_json::from_str::<Value>(text).map(without_nulls).ok();
        if parsed(&of_footer) != parsed(&of_log) {
            report.add_damage(name, path, "statistics", (of_footer, of_log), FIX_LOG);
        }
        Ok(true)
    }
}

/// The path must match the partition in the log.
fn verify_path(maintained: &MaintainedTable, live: &LiveFile, report: &mut VerificationReport) {
    let (name, path) = (maintained.spec.name, live.relative_path());
    let folder = live
        .file
        .partition_in(&maintained.spec)
        .map_err(|error| error.to_string())
        .and_then(|partition| {
            let folder = partition.folder(maintained.spec.partition_columns);
            folder.map_err(|error| error.to_string())
        });
    let found = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder {
        Ok(folder) if folder == found => {}
        Ok(folder) => report.add_damage(name, path, "partition", (folder, found), FIX_LOG),
        Err(reason) => report.add_damage(name, path, "partition", ("a valid one", reason), FIX_LOG),
    }
}

/// Statistics without null and empty members, which checkpoints leave out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(name, value)| (name, without_nulls(value)))
                .filter(|(_, value)| !value.is_null());
            let members: serde_json::Map<String, Value> = members.collect();
            if members.is_empty() {
                Value::Null
            } else {
                Value::Object(members)
            }
        }
        other => other,
    }
}

/// An error with its causes.
fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
