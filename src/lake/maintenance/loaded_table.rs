//! A table at one version, with the `add` action of each of its files.
//!
//! Refused: what [`Lake::snapshot`] refuses, and days of tables that are not partitioned by date.

use std::collections::HashMap;

use chrono::{Months, NaiveDate};
use deltalake::DeltaTable;
use deltalake::kernel::Add;
use deltalake::table::state::DeltaTableState;

use super::{DatePartition, MaintainedTable};
use crate::lake::counts::unsigned;
use crate::lake::table::loaded_state;
use crate::lake::{FileRef, Lake, LakeError, TableSpec};

/// A loaded table.
pub(super) struct LoadedTable {
    pub(super) name: String,
    pub(super) table: DeltaTable,
    pub(super) state: DeltaTableState,
    pub(super) version: u64,
    /// Sorted by path.
    pub(super) files: Vec<LiveFile>,
}

/// A data file of a version.
#[derive(Clone)]
pub(super) struct LiveFile {
    pub(super) file: FileRef,
    pub(super) add: Add,
}

impl LiveFile {
    /// The path below the table's folder, as in the log.
    pub(super) fn relative_path(&self) -> &str {
        &self.file.relative_path
    }

    pub(super) fn bytes(&self) -> u64 {
        unsigned(self.file.bytes)
    }

    /// Its rows, by the log.
    pub(super) fn rows(&self) -> u64 {
        unsigned(self.file.rows.unwrap_or_default())
    }

    /// The values of its partition columns, separated by `/`.
    pub(super) fn partition_text(&self) -> String {
        let values = self.file.partitions.iter();
        let texts: Vec<String> = values
            .map(|(column, value)| format!("{column}={}", value.as_deref().unwrap_or_default()))
            .collect();
        texts.join("/")
    }
}

impl LoadedTable {
    /// Lists the files of a loaded table.
    pub(super) fn of(lake: &Lake, name: &str, table: DeltaTable) -> Result<Self, LakeError> {
        let state = loaded_state(name, &table)?.clone();
        let snapshot = lake.snapshot_of(name, &state, None)?;
        let mut adds = adds(&state);
        let files = snapshot.files.into_iter().filter_map(|file| {
            let add = adds.remove(&file.relative_path)?;
            Some(LiveFile { file, add })
        });
        Ok(Self {
            name: name.to_owned(),
            files: files.collect(),
            version: state.version(),
            table,
            state,
        })
    }
}

impl Lake {
    /// Loads a table at `version`, or at the newest.
    pub(super) fn load(&self, name: &str, version: Option<i64>) -> Result<LoadedTable, LakeError> {
        LoadedTable::of(self, name, self.open(name, version)?)
    }

    /// Loads the newest version of a table for writing: it must match its specification.
    pub(super) fn load_checked(&self, spec: &TableSpec) -> Result<LoadedTable, LakeError> {
        LoadedTable::of(self, spec.name, self.open_checked(spec)?)
    }
}

#[expect(
    deprecated,
    reason = "the whole action is written back to the log unchanged; no other method returns it"
)]
fn adds(state: &DeltaTableState) -> HashMap<String, Add> {
    let views = state.log_data();
    views
        .iter()
        .map(|view| (view.path().into_owned(), view.add_action()))
        .collect()
}

/// A range of days, both ends included; a missing end is unbounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayRange {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl DayRange {
    /// Refuses days of a table that is not partitioned by date.
    pub(super) fn check_supported(self, maintained: &MaintainedTable) -> Result<(), LakeError> {
        if self != Self::default() && maintained.date_partition == DatePartition::None {
            let table = maintained.spec.name.to_owned();
            return Err(LakeError::NotPartitionedByDate(table));
        }
        Ok(())
    }

    /// Whether a file may contain rows of these days; a partition by month counts as a whole.
    pub(super) fn overlaps(
        self,
        maintained: &MaintainedTable,
        file: &FileRef,
    ) -> Result<bool, LakeError> {
        if self == Self::default() {
            return Ok(true);
        }
        let (first, last) = days_of(maintained, file)?;
        Ok(self.from.is_none_or(|from| from <= last) && self.to.is_none_or(|to| first <= to))
    }
}

/// The first and last day that rows of a file may have, by its partition.
pub(super) fn days_of(
    maintained: &MaintainedTable,
    file: &FileRef,
) -> Result<(NaiveDate, NaiveDate), LakeError> {
    let value = |column| file.partition(column).unwrap_or_default();
    let wrong = |column| file.invalid_partition(&maintained.spec, value(column));
    match maintained.date_partition {
        DatePartition::None => Err(LakeError::NotPartitionedByDate(
            maintained.spec.name.to_owned(),
        )),
        DatePartition::Day {
            partition_column, ..
        } => {
            let day = value(partition_column).parse().ok();
            let day = day.ok_or_else(|| wrong(partition_column))?;
            Ok((day, day))
        }
        DatePartition::Month {
            partition_column, ..
        } => {
            let first = format!("{}-01", value(partition_column)).parse().ok();
            let first: NaiveDate = first.ok_or_else(|| wrong(partition_column))?;
            Ok((first, last_of_month(first)))
        }
    }
}

fn last_of_month(first: NaiveDate) -> NaiveDate {
    let next = first.checked_add_months(Months::new(1));
    next.and_then(|next| next.pred_opt()).unwrap_or(first)
}

impl Lake {
    /// The files of a table, optionally of a range of days, sorted by path: for readers that would
    /// otherwise list the folder.
    ///
    /// # Errors
    /// As [`Lake::snapshot`], and [`LakeError::NotPartitionedByDate`].
    pub fn list_files(
        &self,
        maintained: &MaintainedTable,
        version: Option<i64>,
        days: DayRange,
    ) -> Result<(i64, Vec<FileRef>), LakeError> {
        days.check_supported(maintained)?;
        let snapshot = self.snapshot(maintained.spec.name, version, None)?;
        let mut files = Vec::new();
        for file in snapshot.files {
            if days.overlaps(maintained, &file)? {
                files.push(file);
            }
        }
        Ok((snapshot.version, files))
    }
}
