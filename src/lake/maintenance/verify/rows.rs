//! Reads every row of a table and checks its partition and its origin.
//!
//! Memory: one bit per record of the inputs.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use chrono::{DateTime, NaiveDate};

use super::{MaintainedTable, VerificationReport};
use crate::lake::columns::column;
use crate::lake::maintenance::DatePartition;
use crate::lake::maintenance::compact::TableSums;
use crate::lake::maintenance::loaded_table::{LiveFile, days_of};
use crate::lake::{COMMIT_ORDER, Lake, LakeError};

/// The remedy for wrong rows.
const FIX_ROWS: &str = "restore the version before the one that added the file (`lake history`), and \
                     ingest again";

/// The limit for record numbers: 2^36 bits are 8 GiB.
const MAX_RECORD_NUMBER: u64 = 1 << 36;

/// The transaction versions of inputs by digest.
pub(super) type InputVersions = HashMap<String, i64>;

/// The result of scanning a table.
#[derive(Debug, Default)]
pub(in crate::lake::maintenance) struct TableScan {
    /// The version that was read.
    pub(super) version: u64,
    /// The transactions of inputs at this version, by record kind.
    pub(super) inputs: BTreeMap<&'static str, InputVersions>,
    /// The number of rows by the log.
    pub(super) logged_rows: u64,
    /// The same by record kind, for the table that is partitioned by it.
    pub(super) logged_by_kind: BTreeMap<String, u64>,
    pub(super) sums: TableSums,
    /// Rows by record kind (for rejects, otherwise empty) and input.
    pub(super) by_input: BTreeMap<(String, String), u64>,
    /// The records that have a row, by run and input.
    records: BTreeMap<(String, String), BitSet>,
}

/// A set of small numbers.
#[derive(Debug, Default)]
struct BitSet(Vec<u64>);

impl BitSet {
    /// Adds a number; returns whether it is new.
    fn insert(&mut self, number: u64) -> bool {
        let (word, bit) = (number / 64, 1_u64 << (number % 64));
        let Ok(word) = usize::try_from(word) else {
            return false;
        };
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let Some(word) = self.0.get_mut(word) else {
            return false;
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

impl Lake {
    /// Reads all rows of a file.
    pub(super) fn scan_rows(
        &self,
        maintained: &MaintainedTable,
        live: &LiveFile,
        scan: &mut TableScan,
        report: &mut VerificationReport,
    ) -> Result<(), LakeError> {
        let (mut misplaced, mut repeated) = (0_u64, 0_u64);
        for batch in self.read_rows(&maintained.spec, &live.file, None)? {
            let batch = batch?;
            scan.sums.add(&batch)?;
            misplaced += misplaced_rows(maintained, live, &batch)?;
            repeated += scan.count_repeated_records(maintained, live, &batch)?;
        }
        let (name, path) = (maintained.spec.name, live.relative_path());
        if misplaced > 0 {
            let expected = format!("rows of {}", live.partition_text());
            let found = format!("{misplaced} rows of another partition");
            report.add_damage(name, path, "partition of rows", (expected, found), FIX_ROWS);
        }
        if repeated > 0 {
            let found = format!("{repeated} rows with the run, input and record of another row");
            let expected = "each record of an input once";
            report.add_damage(
                name,
                path,
                "rows that are there twice",
                (expected, found),
                FIX_ROWS,
            );
        }
        Ok(())
    }
}

impl TableScan {
    /// An empty scan of a version.
    pub(super) fn of(version: u64) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }

    /// Records the origin of rows; returns how many have the same origin as another row.
    fn count_repeated_records(
        &mut self,
        maintained: &MaintainedTable,
        live: &LiveFile,
        batch: &RecordBatch,
    ) -> Result<u64, LakeError> {
        let columns = ["run_id", "source_file", "source_row"];
        let [Some(runs), Some(files), Some(rows)] = columns.map(|name| batch.column_by_name(name))
        else {
            // The table of inputs has no such columns.
            return Ok(0);
        };
        let kind = live.file.partition("record_kind").unwrap_or_default();
        // A full snapshot may bring states of an input again.
        let commits = batch.column_by_name(COMMIT_ORDER);
        let commits = commits.and_then(|commits| commits.as_primitive_opt::<Int64Type>());
        let commit = |row: usize| commits.map(|commits| commits.value(row));
        let failed = LakeError::arrow("read record batches", maintained.spec.name);
        let text = |column: &ArrayRef| cast(column, &DataType::Utf8).map_err(&failed);
        let (runs, files) = (text(runs)?, text(files)?);
        let (runs, files) = (runs.as_string::<i32>(), files.as_string::<i32>());
        let rows = rows.as_primitive::<Int64Type>();
        let mut repeated = 0;
        let mut at = 0;
        while at < batch.num_rows() {
            // Consecutive rows usually belong to the same input.
            let (run, file) = (runs.value(at), files.value(at));
            let of = commit(at);
            let same = |row: &usize| {
                runs.value(*row) == run && files.value(*row) == file && commit(*row) == of
            };
            let end = (at..batch.num_rows()).take_while(same).last().unwrap_or(at) + 1;
            let input = (kind.to_owned(), file.to_owned());
            *self.by_input.entry(input).or_default() += (end - at) as u64;
            let of = of.map(|commit| commit.to_string()).unwrap_or_default();
            let position = (format!("{kind} {run} {of}"), file.to_owned());
            let known = self.records.entry(position).or_default();
            for row in at..end {
                let number = u64::try_from(rows.value(row)).unwrap_or(u64::MAX);
                repeated += u64::from(number >= MAX_RECORD_NUMBER || !known.insert(number));
            }
            at = end;
        }
        Ok(repeated)
    }
}

/// The number of rows whose day or month differs from that of the partition.
fn misplaced_rows(
    maintained: &MaintainedTable,
    live: &LiveFile,
    batch: &RecordBatch,
) -> Result<u64, LakeError> {
    let (DatePartition::Day { source_column, .. } | DatePartition::Month { source_column, .. }) =
        maintained.date_partition
    else {
        return Ok(0);
    };
    let (first, last) = days_of(maintained, &live.file)?;
    let table = maintained.spec.name;
    let column = column(batch, table, source_column)?;
    let is_date = *column.data_type() == DataType::Date32;
    let numbers =
        cast(column, &DataType::Int64).map_err(LakeError::arrow("read record batches", table))?;
    let belongs = |number: i64| {
        let day = date_of(number, is_date);
        day.is_some_and(|day| (first..=last).contains(&day))
    };
    let numbers = numbers.as_primitive::<Int64Type>().iter();
    Ok(numbers
        .filter(|number| !number.is_some_and(belongs))
        .count() as u64)
}

/// The day of a number of days or of microseconds since 1970.
fn date_of(number: i64, is_date: bool) -> Option<NaiveDate> {
    if is_date {
        NaiveDate::from_epoch_days(i32::try_from(number).ok()?)
    } else {
        Some(DateTime::from_timestamp_micros(number)?.date_naive())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once() {
        let mut bits = BitSet::default();
        for number in [0, 63, 64, 1_000_000] {
            assert!(bits.insert(number), "{number}");
            assert!(!bits.insert(number), "{number}");
        }
        assert!(bits.insert(1));
    }
}
