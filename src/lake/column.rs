//! The values of one text column on some days: a table, a column and days come in, texts go out.

use std::fs::File;
use std::ops::RangeInclusive;
use std::path::Path;

use arrow::array::{Array, StringArray};
use chrono::NaiveDate;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Lake, LakeError};

impl Lake {
    /// The values of a text column in the rows of `dates` at the newest version; nulls are left
    /// out, repeated values are not. A table that does not exist has none.
    ///
    /// # Errors
    /// As [`Lake::snapshot`], and for data files that cannot be read.
    pub fn texts(
        &self,
        table: &str,
        column: &str,
        dates: RangeInclusive<NaiveDate>,
    ) -> Result<Vec<String>, LakeError> {
        let snapshot = match self.snapshot(table, None, Some(dates)) {
            Err(LakeError::NoTable { .. }) => return Ok(Vec::new()),
            other => other?,
        };
        let mut texts = Vec::new();
        for file in &snapshot.files {
            read_texts(Path::new(&file.path), table, column, &mut texts)?;
        }
        Ok(texts)
    }
}

fn read_texts(
    path: &Path,
    table: &str,
    column: &str,
    texts: &mut Vec<String>,
) -> Result<(), LakeError> {
    let failed = LakeError::parquet("read", path);
    let file = File::open(path).map_err(LakeError::io("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(&failed)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), [column]);
    for batch in builder.with_projection(mask).build().map_err(&failed)? {
        let batch = batch.map_err(LakeError::arrow("read a column of", table))?;
        let values = batch.columns().first();
        if let Some(values) =
            values.and_then(|values| values.as_any().downcast_ref::<StringArray>())
        {
            texts.extend(values.iter().flatten().map(str::to_owned));
        }
    }
    Ok(())
}
