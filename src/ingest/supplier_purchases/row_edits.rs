//! Changes to the rows of one file of the table: a batch of the file comes in, its kept rows go out,
//! with their marks of deletion.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;

use crate::ingest::error::RunError;

/// Changes to the rows of a file, by row number.
#[derive(Debug, Default)]
pub(super) struct RowEdits {
    /// Rows that another state replaces.
    dropped: Vec<u32>,
    /// Rows to be marked as deleted.
    deleted: Vec<u32>,
    /// Rows whose mark is to be removed.
    undeleted: Vec<u32>,
}

impl RowEdits {
    /// Drops a row.
    pub(super) fn drop_row(&mut self, row: u32) {
        self.dropped.push(row);
    }

    /// Marks a row as deleted, or removes the mark.
    pub(super) fn mark(&mut self, row: u32, is_deleted: bool) {
        if is_deleted {
            self.deleted.push(row);
        } else {
            self.undeleted.push(row);
        }
    }

    /// The number of rows that are dropped.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.len() as u64
    }

    /// Sorts the changes, as [`RowEdits::apply`] requires.
    pub(super) fn sort(&mut self) {
        self.dropped.sort_unstable();
        self.deleted.sort_unstable();
        self.undeleted.sort_unstable();
    }

    /// The kept rows of a batch, whose first row has the number `first`.
    pub(super) fn apply(&self, batch: RecordBatch, first: u32) -> Result<RecordBatch, RunError> {
        // Rows of one file; Parquet counts them in 31 bits per row group, and files are small.
        let end = first.saturating_add(u32::try_from(batch.num_rows()).unwrap_or(u32::MAX));
        let mut batch = batch;
        let marks = [&self.deleted, &self.undeleted];
        if marks.iter().any(|rows| has_any_in_range(rows, first, end)) {
            batch = self.with_marks(&batch, first)?;
        }
        if has_any_in_range(&self.dropped, first, end) {
            let keep: BooleanArray = (first..end)
                .map(|row| Some(!contains(&self.dropped, row)))
                .collect();
            batch = filter_record_batch(&batch, &keep)?;
        }
        Ok(batch)
    }

    /// The batch with its marks of deletion set and removed.
    fn with_marks(&self, batch: &RecordBatch, first: u32) -> Result<RecordBatch, RunError> {
        let at = batch.schema().index_of("is_deleted")?;
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        if let Some(column) = columns.get_mut(at) {
            let flags: BooleanArray = column
                .as_boolean_opt()
                .ok_or(RunError::KeyColumns)?
                .iter()
                .zip(first..)
                .map(|(flag, row)| {
                    let is_set = flag == Some(true) || contains(&self.deleted, row);
                    Some(is_set && !contains(&self.undeleted, row))
                })
                .collect();
            *column = Arc::new(flags);
        }
        Ok(RecordBatch::try_new(batch.schema(), columns)?)
    }
}

fn contains(ascending: &[u32], row: u32) -> bool {
    ascending.binary_search(&row).is_ok()
}

/// Whether an ascending list has a number in `first..end`.
fn has_any_in_range(ascending: &[u32], first: u32, end: u32) -> bool {
    let at = ascending.partition_point(|&row| row < first);
    ascending.get(at).is_some_and(|&row| row < end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Int64Array;
    use arrow::datatypes::Int64Type;

    /// The rows of a file as (number, is deleted), in batches of two.
    fn edited(edits: &RowEdits, deleted: &[bool]) -> Vec<(i64, bool)> {
        let mut rows = Vec::new();
        for (at, flags) in (0_u32..).step_by(2).zip(deleted.chunks(2)) {
            let numbers = (0..flags.len()).map(|row| i64::from(at) + i64::try_from(row).unwrap());
            let columns = [
                (
                    "id",
                    Arc::new(Int64Array::from_iter_values(numbers)) as ArrayRef,
                ),
                ("is_deleted", Arc::new(BooleanArray::from(flags.to_vec()))),
            ];
            let batch = RecordBatch::try_from_iter(columns).unwrap();
            let kept = edits.apply(batch, at).unwrap();
            let ids = kept.column(0).as_primitive::<Int64Type>().values();
            let flags = kept.column(1).as_boolean().values();
            rows.extend(ids.iter().copied().zip(flags.iter()));
        }
        rows
    }

    #[test]
    fn rows_are_dropped_marked_and_unmarked_and_the_others_stay() {
        let mut edits = RowEdits::default();
        edits.mark(4, true);
        edits.mark(1, true);
        edits.mark(3, false);
        edits.drop_row(5);
        edits.drop_row(0);
        edits.sort();
        assert_eq!(edits.dropped(), 2);
        let before = [false, false, true, true, true, false, false];
        let after = [(1, true), (2, true), (3, false), (4, true), (6, false)];
        assert_eq!(edited(&edits, &before), after);
        let unchanged = edited(&RowEdits::default(), &before);
        assert!(unchanged.into_iter().map(|(_, flag)| flag).eq(before));
    }

    #[test]
    fn a_file_without_the_mark_is_refused() {
        let mut edits = RowEdits::default();
        edits.mark(0, true);
        let column = Arc::new(Int64Array::from(vec![1])) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("id", column)]).unwrap();
        assert!(edits.apply(batch, 0).is_err());
    }
}
