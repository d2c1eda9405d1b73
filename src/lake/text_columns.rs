//! The values of one text column.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use chrono::NaiveDate;

use super::table_spec::TableSpec;
use super::{Lake, LakeError};

impl Lake {
    /// The number of rows of a table for each value of a text column, without nulls; a table that
    /// does not exist has none.
    ///
    /// # Errors
    /// As [`Lake::for_each_text`].
    pub fn count_rows_by_text(
        &self,
        spec: &TableSpec,
        column: &str,
    ) -> Result<BTreeMap<String, u64>, LakeError> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut add = |text: &str| match counts.get_mut(text) {
            Some(count) => *count += 1,
            None => drop(counts.insert(text.to_owned(), 1)),
        };
        self.for_each_text(spec, column, None, &mut add)?;
        Ok(counts)
    }

    /// Those of `dates` on which some rows have a text in a column and others are null; the table has
    /// partitions of dates. A table that does not exist has none.
    ///
    /// # Errors
    /// As [`Lake::for_each_text`].
    pub fn days_with_and_without_text(
        &self,
        spec: &TableSpec,
        column: &str,
        dates: &BTreeSet<NaiveDate>,
    ) -> Result<BTreeSet<NaiveDate>, LakeError> {
        let (Some(first), Some(last), Some(partition)) =
            (dates.first(), dates.last(), spec.partition_columns.first())
        else {
            return Ok(BTreeSet::new());
        };
        let snapshot = match self.snapshot(spec.name, None, Some(*first..=*last)) {
            Err(LakeError::NoTable { .. }) => return Ok(BTreeSet::new()),
            other => other?,
        };
        let mut with: BTreeSet<NaiveDate> = BTreeSet::new();
        let mut without: BTreeSet<NaiveDate> = BTreeSet::new();
        for file in &snapshot.files {
            let date = file.partition(partition.name);
            let date = date.and_then(|date| date.parse::<NaiveDate>().ok());
            let Some(date) = date.filter(|date| dates.contains(date)) else {
                continue;
            };
            if with.contains(&date) && without.contains(&date) {
                continue;
            }
            for batch in self.read_rows(spec, file, Some(&[column]))? {
                for values in batch?.columns() {
                    let nulls = values.logical_null_count();
                    if nulls > 0 {
                        without.insert(date);
                    }
                    if nulls < values.len() {
                        with.insert(date);
                    }
                }
            }
        }
        Ok(with.intersection(&without).copied().collect())
    }

    /// Passes the values of a text column at the newest version to `add`, without nulls and with
    /// repetitions: those in the rows of `dates`, or all. A table that does not exist has none.
    ///
    /// # Errors
    /// As [`Lake::snapshot`] and [`Lake::read_rows`].
    pub fn for_each_text(
        &self,
        spec: &TableSpec,
        column: &str,
        dates: Option<RangeInclusive<NaiveDate>>,
        add: &mut dyn FnMut(&str),
    ) -> Result<(), LakeError> {
        let snapshot = match self.snapshot(spec.name, None, dates) {
            Err(LakeError::NoTable { .. }) => return Ok(()),
            other => other?,
        };
        let failed = LakeError::arrow("read a column of record batches", spec.name);
        for file in &snapshot.files {
            for batch in self.read_rows(spec, file, Some(&[column]))? {
                for values in batch?.columns() {
                    let values = cast(values, &DataType::Utf8).map_err(&failed)?;
                    values
                        .as_string::<i32>()
                        .iter()
                        .flatten()
                        .for_each(&mut *add);
                }
            }
        }
        Ok(())
    }
}
