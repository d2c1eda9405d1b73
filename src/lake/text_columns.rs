//! The values of one text column.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use chrono::NaiveDate;

use super::table_spec::TableSpec;
use super::{Lake, LakeError};

impl Lake {
    /// The values of a text column in the rows of `dates` at the newest version, without nulls and
    /// with repetitions. A table that does not exist has none.
    ///
    /// # Errors
    /// As [`Lake::snapshot`] and [`Lake::read_rows`].
    pub fn column_texts(
        &self,
        spec: &TableSpec,
        column: &str,
        dates: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<String>, LakeError> {
        let snapshot = match self.snapshot(spec.name, None, Some(dates)) {
            Err(LakeError::NoTable { .. }) => return Ok(Vec::new()),
            other => other?,
        };
        let failed = LakeError::arrow("read a column of", spec.name);
        let mut texts = Vec::new();
        for file in &snapshot.files {
            for batch in self.read_rows(spec, file, Some(&[column]))? {
                let batch = batch?;
                let Some(values) = batch.columns().first() else {
                    continue;
                };
                let values = cast(values, &DataType::Utf8).map_err(&failed)?;
                texts.extend(
                    values
                        .as_string::<i32>()
                        .iter()
                        .flatten()
                        .map(str::to_owned),
                );
            }
        }
        Ok(texts)
    }
    /// The number of rows of a table for each value of a text column, without nulls; a table that
    /// does not exist has none.
    ///
    /// # Errors
    /// As [`Lake::column_texts`].
    pub fn count_rows_by_text(
        &self,
        spec: &TableSpec,
        column: &str,
    ) -> Result<BTreeMap<String, u64>, LakeError> {
        let snapshot = match self.snapshot(spec.name, None, None) {
            Err(LakeError::NoTable { .. }) => return Ok(BTreeMap::new()),
            other => other?,
        };
        let failed = LakeError::arrow("read a column of", spec.name);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for file in &snapshot.files {
            for batch in self.read_rows(spec, file, Some(&[column]))? {
                for values in batch?.columns() {
                    let values = cast(values, &DataType::Utf8).map_err(&failed)?;
                    for text in values.as_string::<i32>().iter().flatten() {
                        match counts.get_mut(text) {
                            Some(count) => *count += 1,
                            None => drop(counts.insert(text.to_owned(), 1)),
                        }
                    }
                }
            }
        }
        Ok(counts)
    }
}
