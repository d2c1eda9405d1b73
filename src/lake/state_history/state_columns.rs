//! The columns that a table of states has beside those of the rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use arrow::error::ArrowError;
use chrono::NaiveDate;

/// The version of the table of rows whose commit brought the state: the later one is greater.
pub const COMMIT_ORDER: &str = "commit_order";
/// The position of the state in that commit: null for the state that a row had when the history
/// began.
pub const COMMIT_ROW: &str = "commit_row";
/// The day of the full snapshot that the state was part of; null if the inputs were changes.
pub const SNAPSHOT_DATE: &str = "snapshot_date";

/// The columns with their content.
pub const STATE_COLUMNS: [(&str, &str); 3] = [
    (
        COMMIT_ORDER,
        "the version of the table of newest states whose commit brought the state: of two commits the later one is greater",
    ),
    (
        COMMIT_ROW,
        "the position of the state in that commit; null for the state that the table had when the history began",
    ),
    (
        SNAPSHOT_DATE,
        "the day of the full snapshot that the state was part of; null if the inputs were changes, or if inputs of the snapshot were taken out",
    ),
];

/// The columns, which follow those of the rows.
pub fn state_columns() -> [Field; 3] {
    [
        Field::new(COMMIT_ORDER, DataType::Int64, false),
        Field::new(COMMIT_ROW, DataType::Int64, true),
        Field::new(SNAPSHOT_DATE, DataType::Date32, true),
    ]
}

/// The place of states in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateOrder {
    /// The commit, see [`COMMIT_ORDER`].
    pub commit: i64,
    /// The day of the full snapshot.
    pub snapshot_date: Option<NaiveDate>,
}

impl StateOrder {
    /// Rows as states; `rows` are their positions in the commit.
    ///
    /// # Errors
    /// None that batches of the right length can cause; Arrow's own are passed on.
    pub fn add_to(self, batch: &RecordBatch, rows: Int64Array) -> Result<RecordBatch, ArrowError> {
        let count = batch.num_rows();
        let days = self.snapshot_date.map(|date| date.to_epoch_days());
        let added: [ArrayRef; 3] = [
            Arc::new(Int64Array::from_value(self.commit, count)),
            Arc::new(rows),
            Arc::new(std::iter::repeat_n(days, count).collect::<Date32Array>()),
        ];
        let schema = batch.schema();
        let fields = schema.fields().iter().cloned();
        let added_fields = state_columns().map(FieldRef::new);
        let fields: Vec<FieldRef> = fields.chain(added_fields).collect();
        let columns = batch.columns().iter().cloned().chain(added);
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.collect())
    }
}
