//! The specification of the table `purchases`.

use crate::lake::{PartitionColumn, PartitionType, TableSpec};
use crate::purchase::columns::{
    ASCENDING_COLUMNS, PARTITION_COLUMN, STATISTICS_COLUMNS, UNIQUE_COLUMNS, schema,
};

/// The `purchases` table: columns of [`crate::purchase::columns`], one partition per UTC day.
pub fn purchases_spec() -> TableSpec {
    TableSpec {
        name: "purchases",
        schema: schema(),
        partition_columns: &[PartitionColumn {
            name: PARTITION_COLUMN,
            partition_type: PartitionType::Date,
        }],
        statistics_columns: &STATISTICS_COLUMNS,
        unique_columns: &UNIQUE_COLUMNS,
        ascending_columns: &ASCENDING_COLUMNS,
        states: None,
    }
}
