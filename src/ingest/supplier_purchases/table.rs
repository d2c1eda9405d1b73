//! The specification of the table `supplier_purchases`: the current state of supplier purchases.

use crate::lake::{PartitionColumn, PartitionType, TableSpec};
use crate::supplier_purchase::columns::{self, STATISTICS_COLUMNS, UNIQUE_COLUMNS, schema};

/// The `supplier_purchases` table: columns of [`crate::supplier_purchase::columns`], one partition
/// per company and month of registration; one row for each purchase of a company.
pub fn supplier_purchases_spec() -> TableSpec {
    TableSpec {
        name: "supplier_purchases",
        schema: schema(),
        partition_columns: &PARTITION_COLUMNS,
        statistics_columns: &STATISTICS_COLUMNS,
        unique_columns: &UNIQUE_COLUMNS,
        ascending_columns: &[],
    }
}

/// The partition columns, which are in the paths, not in the files.
const PARTITION_COLUMNS: [PartitionColumn; 2] = [
    PartitionColumn {
        name: columns::PARTITION_COLUMNS[0],
        partition_type: PartitionType::Integer,
    },
    PartitionColumn {
        name: columns::PARTITION_COLUMNS[1],
        partition_type: PartitionType::String,
    },
];
