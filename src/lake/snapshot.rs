//! The files of a table: a version and a range of days come in, a file list goes out.
//!
//! Refused: log entries whose path leaves the table, partition values that should be days and are
//! not.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use deltalake::table::state::DeltaTableState;

use super::counts::signed;
use super::partition::{Partition, PartitionType, PartitionValue, check_inside_table};
use super::staged::DataFile;
use super::table::loaded_state;
use super::table_spec::TableSpec;
use super::timezone::TimezoneProperty;
use super::{Lake, LakeError};

/// The files of a table at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The version, which always has exactly these files.
    pub version: i64,
    /// The files, sorted by path.
    pub files: Vec<FileRef>,
    /// The time zone of the lake at this version, if it is set for this table.
    pub timezone: Option<TimezoneProperty>,
}

/// One data file of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// Its absolute path, or its URL in an object store.
    pub path: String,
    /// The number of rows, if the log contains it.
    pub rows: Option<i64>,
    /// Its size.
    pub bytes: i64,
    /// Its path below the table's directory, as in the log.
    pub(super) relative_path: String,
    /// The partition columns in order, each with its value as text.
    pub(super) partitions: Vec<(String, Option<String>)>,
}

impl FileRef {
    /// A reference for reading a staged file back, which is found by its relative path.
    pub(super) fn of_staged(file: &DataFile) -> Self {
        Self {
            path: file.relative_path.clone(),
            rows: Some(signed(file.rows)),
            bytes: signed(file.bytes),
            relative_path: file.relative_path.clone(),
            partitions: Vec::new(),
        }
    }

    /// The value of a partition column, as text; `None` if the column does not exist or the value
    /// is null.
    pub fn partition(&self, column: &str) -> Option<&str> {
        self.partitions
            .iter()
            .find(|(name, _)| name == column)
            .and_then(|(_, value)| value.as_deref())
    }

    /// The partition of the file, in the form the writer needs.
    pub(super) fn partition_in(&self, spec: &TableSpec) -> Result<Partition, LakeError> {
        let values = spec.partition_columns.iter().map(|column| {
            let text = self.partition(column.name).unwrap_or_default();
            let value = match column.partition_type {
                PartitionType::Date => text
                    .parse::<NaiveDate>()
                    .ok()
                    .and_then(|date| PartitionValue::date(date).ok()),
                PartitionType::Integer => text.parse().ok().map(PartitionValue::integer),
                PartitionType::String => PartitionValue::text(text).ok(),
            };
            value.ok_or_else(|| self.invalid_partition(spec, text))
        });
        let values: Result<Vec<PartitionValue>, LakeError> = values.collect();
        Ok(Partition::new(values?))
    }

    /// The error of a file in a partition that is not one of the table.
    pub(super) fn invalid_partition(&self, spec: &TableSpec, value: &str) -> LakeError {
        LakeError::InvalidPartition {
            table: spec.name.to_owned(),
            file: self.relative_path.clone(),
            value: value.to_owned(),
        }
    }
}

impl Lake {
    /// The files of a table at `version` (the newest if `None`), optionally only those of `dates`,
    /// which requires a table whose first partition column is a date.
    ///
    /// # Errors
    /// [`LakeError::NoTable`], [`LakeError::NoVersion`], [`LakeError::Protocol`],
    /// [`LakeError::PathOutsideTable`], [`LakeError::LogDamaged`], or an error of the store.
    #[expect(clippy::needless_pass_by_value, reason = "callers pass a range inline")]
    pub fn snapshot(
        &self,
        table: &str,
        version: Option<i64>,
        dates: Option<RangeInclusive<NaiveDate>>,
    ) -> Result<Snapshot, LakeError> {
        let handle = self.open(table, version)?;
        self.snapshot_of(table, loaded_state(table, &handle)?, dates.as_ref())
    }

    /// The version of a table that was the newest at an instant, in microseconds since 1970 in UTC,
    /// by the time of each commit.
    ///
    /// # Errors
    /// [`LakeError::NoVersionAsOf`] for an instant before the first version that can still be read,
    /// [`LakeError::NoTable`], [`LakeError::LogDamaged`], or an error of the store.
    pub fn version_as_of(&self, table: &str, micros: i64) -> Result<i64, LakeError> {
        let found = self.log(table)?.version_as_of(micros)?;
        found.map(signed).ok_or_else(|| self.no_table(table))
    }

    /// The files of a loaded table.
    pub(super) fn snapshot_of(
        &self,
        table: &str,
        state: &DeltaTableState,
        dates: Option<&RangeInclusive<NaiveDate>>,
    ) -> Result<Snapshot, LakeError> {
        let columns = state.metadata().partition_columns();
        let mut files = Vec::new();
        for view in state.log_data().iter() {
            let path = view.path();
            check_inside_table(table, &path)?;
            let mut values = view.partition_values_map();
            let partitions: Vec<(String, Option<String>)> = columns
                .iter()
                .map(|column| (column.clone(), values.remove(column).flatten()))
                .collect();
            let first = partitions.first().and_then(|(_, value)| value.as_deref());
            if !is_in_dates(table, &path, first, dates)? {
                continue;
            }
            files.push(FileRef {
                path: self.data_path(table, path.as_ref()),
                rows: view.num_records().and_then(|rows| i64::try_from(rows).ok()),
                bytes: view.size(),
                relative_path: path.into_owned(),
                partitions,
            });
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Snapshot {
            version: signed(state.version()),
            files,
            timezone: TimezoneProperty::of(table, state),
        })
    }
}

/// Whether a partition is one of the requested days.
fn is_in_dates(
    table: &str,
    path: &str,
    partition: Option<&str>,
    dates: Option<&RangeInclusive<NaiveDate>>,
) -> Result<bool, LakeError> {
    let Some(dates) = dates else { return Ok(true) };
    let date = partition.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
    match date {
        Some(date) => Ok(dates.contains(&date)),
        None => Err(LakeError::LogDamaged {
            table: table.to_owned(),
            file: path.to_owned(),
            reason: format!("its partition {partition:?} is not a day"),
        }),
    }
}
