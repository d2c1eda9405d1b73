//! What a table holds at a version: a version and a range of days come in, a file list goes out.
//!
//! Refused: log entries whose path leaves the table, partitions that should be days and are not.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use deltalake::table::state::DeltaTableState;

use super::partition::is_inside;
use super::{Lake, LakeError, log};

/// The files of a table at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The version, which names exactly this list for as long as it is kept.
    pub version: i64,
    /// The files, sorted by path.
    pub files: Vec<FileRef>,
}

/// One data file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// Its absolute path.
    pub path: String,
    /// The value of the partition column, as text.
    pub partition: Option<String>,
    /// How many rows it holds, where the log says so.
    pub rows: Option<i64>,
    /// Its size.
    pub bytes: i64,
}

impl Lake {
    /// The files of a table at `version` (the newest if `None`), only those of the days in `dates`
    /// if given. `dates` needs a table that is partitioned by a date.
    ///
    /// # Errors
    /// [`LakeError::NoTable`], [`LakeError::NoVersion`], [`LakeError::Protocol`],
    /// [`LakeError::HostilePath`], [`LakeError::LogBroken`], or what the store said.
    pub fn snapshot(
        &self,
        table: &str,
        version: Option<i64>,
        dates: Option<RangeInclusive<NaiveDate>>,
    ) -> Result<Snapshot, LakeError> {
        let version = match version.map(u64::try_from).transpose() {
            Ok(version) => version,
            Err(_) => {
                return Err(LakeError::NoVersion {
                    table: table.to_owned(),
                    version: version.unwrap_or_default(),
                    newest: self.snapshot(table, None, None)?.version,
                });
            }
        };
        let handle = self.runtime().block_on(self.open(table, version))?;
        let state = handle.snapshot().map_err(LakeError::delta("load", table))?;
        let files = self.file_refs(table, state, dates.as_ref())?;
        Ok(Snapshot {
            version: log::signed(state.version()),
            files,
        })
    }

    fn file_refs(
        &self,
        table: &str,
        state: &DeltaTableState,
        dates: Option<&RangeInclusive<NaiveDate>>,
    ) -> Result<Vec<FileRef>, LakeError> {
        let directory = self.table_directory(table);
        let column = state.metadata().partition_columns().first();
        let mut files = Vec::new();
        for view in state.log_data().iter() {
            let path = view.path();
            if !is_inside(&path) {
                let path = path.into_owned();
                return Err(LakeError::HostilePath {
                    table: table.to_owned(),
                    path,
                });
            }
            let mut values = view.partition_values_map();
            let partition = column.and_then(|column| values.remove(column)).flatten();
            if !is_wanted(table, &path, partition.as_deref(), dates)? {
                continue;
            }
            files.push(FileRef {
                path: directory.join(path.as_ref()).to_string_lossy().into_owned(),
                partition,
                rows: view.num_records().and_then(|rows| i64::try_from(rows).ok()),
                bytes: view.size(),
            });
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }
}

/// Whether a partition is one of the days asked for.
fn is_wanted(
    table: &str,
    path: &str,
    partition: Option<&str>,
    dates: Option<&RangeInclusive<NaiveDate>>,
) -> Result<bool, LakeError> {
    let Some(dates) = dates else { return Ok(true) };
    let date = partition.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
    match date {
        Some(date) => Ok(dates.contains(&date)),
        None => Err(LakeError::LogBroken {
            table: table.to_owned(),
            file: path.to_owned(),
            reason: format!("its partition {partition:?} is not a day"),
        }),
    }
}
