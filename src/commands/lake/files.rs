//! `lake files`

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::action::{DayArguments, LakeAction, LakeRun};
use super::tables::{LakeTable, maintained};
use crate::commands::tables::AtVersion;
use crate::commands::{CommandError, parse_time};
use crate::lake::Lake;
use crate::values::ExitCode;

/// `lake files`
#[derive(Clone, Debug, Args)]
pub struct FilesAction {
    /// Select this table
    #[arg(long, value_enum, value_name = "TABLE")]
    table: LakeTable,
    /// List files of this version [default: the latest]
    #[arg(long, value_name = "VERSION", conflicts_with = "as_of")]
    lake_version: Option<i64>,
    /// List files of the version that was the latest at this time, RFC 3339
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    as_of: Option<DateTime<Utc>>,
    /// Days
    #[command(flatten)]
    days: DayArguments,
}

impl LakeAction for FilesAction {
    fn only_shows(&self) -> bool {
        true
    }

    fn run(&self, lake: &Lake, run: &mut LakeRun<'_, '_>) -> Result<ExitCode, CommandError> {
        let maintained = maintained(self.table);
        let name = maintained.spec.name;
        let version = AtVersion::of(self.lake_version, self.as_of).number(lake, name)?;
        let (version, files) = lake.list_files(&maintained, version, self.days.range())?;
        let columns = maintained.spec.partition_columns.iter();
        let columns: Vec<&'static str> = columns.map(|column| column.name).collect();
        let files = files.into_iter().map(|file| ListedFile {
            partition: columns
                .iter()
                .map(|column| (*column, file.partition(column).map(str::to_owned)))
                .collect(),
            rows: file.rows,
            bytes: file.bytes,
            path: file.path,
        });
        let list = FileList {
            table: name,
            version,
            files: files.collect(),
        };
        run.print(&list, files_text)
    }
}

/// The files of a table.
#[derive(Serialize)]
struct FileList {
    table: &'static str,
    version: i64,
    files: Vec<ListedFile>,
}

/// A file of a table.
#[derive(Serialize)]
struct ListedFile {
    path: String,
    partition: BTreeMap<&'static str, Option<String>>,
    rows: Option<i64>,
    bytes: i64,
}

fn files_text(list: &FileList, text: &mut String) -> fmt::Result {
    for file in &list.files {
        writeln!(text, "{}", file.path)?;
    }
    Ok(())
}
