//! The files of a table against the log: size, footer, statistics, path, and what nobody has.

use serde_json::Value;

use super::{CareError, CaredTable, Depth, Finding, Seen, Severity, Verified, VerifiedTable};
use crate::lake::care::loaded::{LiveFile, Loaded, partition_of};
use crate::lake::care::objects::Fate;
use crate::lake::care::unsigned;
use crate::lake::{Lake, log, staged};

/// What to do about a file that is gone or broken.
const LOST: &str = "put the file back from a copy of the lake, or restore a version without it and \
                    ingest what came later again";
/// What to do about a log that is wrong.
const FORGED: &str = "the log was changed by something else: restore the lake from a copy";
/// What to do about files that no version has.
const STRAY: &str = "`lake vacuum` deletes it once it is older than the retention, unless a run is \
                     still writing it";

impl Lake {
    /// Verifies the files of a table, and with [`Depth::Rows`] their rows.
    pub(super) fn verify_files(
        &self,
        cared: &CaredTable,
        depth: Depth,
        interrupted: &dyn Fn() -> bool,
        verified: &mut Verified,
    ) -> Result<Seen, CareError> {
        let name = cared.spec.name;
        // Protocol and columns: what is refused here is refused by every command.
        self.load_checked(&cared.spec)?;
        let folder = self.folder(name)?;
        let loaded = &folder.loaded;
        let mut seen = Seen::of(loaded.version);
        for live in &loaded.files {
            if interrupted() {
                return Err(CareError::Interrupted);
            }
            let rows = unsigned(live.file.rows.unwrap_or_default());
            seen.logged_rows += rows;
            let kind = live.file.partition("record_kind").unwrap_or_default();
            *seen.logged_by_kind.entry(kind.to_owned()).or_default() += rows;
            if !self.verify_file(cared, loaded, live, verified)? || depth == Depth::Footers {
                continue;
            }
            if let Err(error) = self.read_all(cared, live, &mut seen, verified) {
                let found = chain(&error);
                let expected = "every page can be decoded";
                verified.damage(name, live.relative_path(), "rows", (expected, found), LOST);
            }
        }
        for (object, fate) in &folder.objects {
            if *fate == Fate::Orphan {
                verified.findings.push(Finding {
                    severity: Severity::Note,
                    table: name.to_owned(),
                    subject: Some(object.path.clone()),
                    what: "orphan",
                    expected: "a file that some version has".to_owned(),
                    found: format!("{} bytes that no version has", object.bytes),
                    remedy: STRAY,
                });
            }
        }
        verified.tables.push(VerifiedTable {
            table: name.to_owned(),
            version: log::signed(loaded.version),
            files: loaded.files.len() as u64,
            rows: seen.logged_rows,
            sums: seen.sums.amounts(),
        });
        Ok(seen)
    }

    /// Verifies one file without its rows; whether these can be read.
    fn verify_file(
        &self,
        cared: &CaredTable,
        loaded: &Loaded,
        live: &LiveFile,
        verified: &mut Verified,
    ) -> Result<bool, CareError> {
        let (name, path) = (cared.spec.name, live.relative_path());
        verify_path(cared, live, verified);
        let Some(bytes) = self.size_of(loaded, path)? else {
            let expected = format!("{} bytes", live.bytes());
            verified.damage(name, path, "file", (expected, "it is not there"), LOST);
            return Ok(false);
        };
        if bytes != live.bytes() {
            verified.damage(name, path, "bytes", (live.bytes(), bytes), LOST);
        }
        let footer = match self.footer(loaded, path, bytes)? {
            Ok(footer) => footer,
            Err(reason) => {
                verified.damage(name, path, "footer", ("a Parquet footer", reason), LOST);
                return Ok(false);
            }
        };
        let rows = footer.file_metadata().num_rows();
        let logged = live.file.rows;
        if logged != Some(rows) {
            let logged = logged.map_or_else(|| "no count".to_owned(), |rows| rows.to_string());
            verified.damage(name, path, "rows in the log", (rows, logged), FORGED);
            return Ok(false);
        }
        if footer.file_metadata().schema_descr().num_columns() != cared.spec.schema.fields().len() {
            let found = footer.file_metadata().schema_descr().num_columns();
            let expected = cared.spec.schema.fields().len();
            verified.damage(name, path, "columns", (expected, found), LOST);
            return Ok(false);
        }
        let of_footer = staged::stats_json(&cared.spec.schema, unsigned(rows), &footer);
        let of_log = live.add.stats.clone().unwrap_or_default();
        let parsed = |text: &str| serde_json::from_str::<Value>(text).map(significant).ok();
        if parsed(&of_footer) != parsed(&of_log) {
            verified.damage(name, path, "statistics", (of_footer, of_log), FORGED);
        }
        Ok(true)
    }
}

/// The path must say the partition that the log says.
fn verify_path(cared: &CaredTable, live: &LiveFile, verified: &mut Verified) {
    let (name, path) = (cared.spec.name, live.relative_path());
    let folder = partition_of(&cared.spec, &live.file)
        .map_err(|error| error.to_string())
        .and_then(|partition| {
            let folder = partition.folder(cared.spec.partition_columns);
            folder.map_err(|error| error.to_string())
        });
    let found = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder {
        Ok(folder) if folder == found => {}
        Ok(folder) => verified.damage(name, path, "partition", (folder, found), FORGED),
        Err(reason) => verified.damage(name, path, "partition", ("a valid one", reason), FORGED),
    }
}

/// Statistics without members that say nothing, since checkpoints leave these out.
fn significant(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(name, value)| (name, significant(value)))
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
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
